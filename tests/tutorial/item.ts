import { expect, test } from "vitest";
import type { OpenScenario, RunOptions, RunResult } from "../../src/playground/library.ts";
import { cluster } from "../harness/cluster.ts";

/** One sentence of the tutorial, by its number in the checklist. */
export function item(number: number, sentence: string, prove: () => void): void {
  test(`${number}. ${sentence}`, prove);
}

/** The tutorial's cluster in the tutorial's time (v1.20.15), and the same today (v1.32). */
export const tutorial = (): Terminal => new Terminal(cluster("scenarios/tutorial.yaml"));
export const today = (): Terminal => new Terminal(cluster("scenarios/tutorial-today.yaml"));
/** The same, with something changed in the scenario's text. */
export const opened = (yaml: string): Terminal => new Terminal(cluster(yaml));

/** A terminal on the laptop, with the shortest words for what a test asks. */
export class Terminal {
  readonly cluster: OpenScenario;

  constructor(scenario: OpenScenario) {
    this.cluster = scenario;
  }

  run(command: string, options?: RunOptions): RunResult {
    return this.cluster.run(command, options);
  }

  /** Standard output of a command that succeeds. */
  out(command: string): string {
    const { exit, stdout, stderr } = this.run(command);
    expect({ command, exit, stderr: exit === 0 ? "" : stderr }).toEqual({ command, exit: 0, stderr: "" });
    return stdout;
  }

  apply(yaml: string): RunResult {
    return this.run(`kubectl apply -f - <<'EOF'\n${yaml.replace(/^\n/, "")}\nEOF`);
  }

  wait(duration: string): void {
    this.run(`wait ${duration}`);
  }

  hints(command: string): readonly string[] {
    return this.run(command).hints.map(({ code }) => code);
  }

  /** How often each answer came. */
  tally(command: string, times: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const line of this.out(`for i in $(seq ${times}); do ${command}; done`).trim().split("\n")) {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    return counts;
  }

  /** Names of the pods behind app=kubia, in order. */
  pods(selector = "app=kubia"): readonly string[] {
    return this.out(`kubectl get pods -l ${selector} -o jsonpath='{.items[*].metadata.name}'`).split(" ");
  }
}
