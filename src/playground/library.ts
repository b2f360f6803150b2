import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { HopRecord, ProxyMode, TraceAnswer, TraceQuestion } from "../cluster/index.ts";
import { say } from "../messages/catalogue.ts";
import { en } from "../messages/en.ts";
import type { Problem } from "../scenario/problem.ts";
import { openPlayground, type Playground } from "./playground.ts";
import { problemText } from "./problem-text.ts";
import type { Hint } from "./protocol.ts";
import { defaultLimits, finishInstant, type RunLimits, runUntil } from "./run-until.ts";

/** A scenario that can't be opened. `problems` say what, where and how to mend it. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problemText(problem)).join("\n"));
    this.problems = problems;
  }
}

export interface OpenOptions {
  /** Overrides the scenario's seed. */
  readonly seed?: number;
  readonly proxyMode?: ProxyMode;
  /** False: keep no hops (load experiments, benchmarks). */
  readonly record?: boolean;
  /** How the scenario's own commands are run, which come before all others. */
  readonly commands?: RunOptions;
  readonly onCommand?: (result: RunResult) => void;
}

export interface RunResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Simulated milliseconds since loading when the command ended. */
  readonly time: number;
  readonly hints: readonly { readonly code: string; readonly text: string; readonly command?: string }[];
}

export interface RunOptions {
  /** `client/laptop`, `node/node1`, `pod/default/web-x`. Default: the first client. */
  readonly on?: string;
  /** Ctrl-C after this simulated time. */
  readonly interruptAfterMs?: number;
  readonly limits?: RunLimits;
  /** Output as it is produced. */
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

export interface ConnectResult {
  /** `answered`: the handshake ended well; `refused`, `timeout`, `unreachable`: it did not. */
  readonly verdict: "answered" | "refused" | "timeout" | "unreachable";
  /** Where the first packet arrived, as `ip:port`; undefined when nowhere. */
  readonly endpoint: string | undefined;
  readonly hops: readonly HopRecord[];
}

/** A scenario opened, to be driven from outside: the engine as a library, synchronous, with neither DOM nor Node. */
export interface OpenScenario {
  run(command: string, options?: RunOptions): RunResult;
  /** One connection from a machine, no shell: returns when the handshake has ended, or 127 s have passed; then closes. */
  connect(request: {
    readonly from: string;
    readonly to: string;
    readonly protocol?: "tcp" | "sctp";
    readonly record?: boolean;
  }): ConnectResult;
  /** As the editor would: three-way, pruning nothing. @throws ScenarioError */
  apply(yamlText: string): void;
  objects(kind: string, namespace?: string): readonly KubernetesObject[];
  /** Lets simulated milliseconds pass. */
  advance(ms: number): void;
  trace(question: TraceQuestion): TraceAnswer | undefined;
  /** Hops of the last (or n-th last) connection that a command opened. */
  hops(n?: number): readonly HopRecord[];
  link(): string;
  /** Simulated milliseconds since loading. */
  readonly time: number;
  readonly playground: Playground;
}

/** Opens a scenario. @throws ScenarioError with all problems, each with its place */
export function openScenario(yamlText: string, options: OpenOptions = {}): OpenScenario {
  const opened = openPlayground(yamlText, options);
  if (!opened.ok) throw new ScenarioError(opened.problems);
  const scenario = new Opened(opened.playground, options.record ?? true);
  for (const command of opened.playground.scenario.spec.commands) {
    const result = scenario.follow(command, options.commands);
    options.onCommand?.(result);
  }
  return scenario;
}

class Opened implements OpenScenario {
  readonly playground: Playground;
  readonly #records: boolean;
  readonly #sessions = new Map<string, NonNullable<ReturnType<Playground["cluster"]["openSession"]>>>();
  #hints: Hint[] = [];

  constructor(playground: Playground, records: boolean) {
    this.playground = playground;
    this.#records = records;
    playground.cluster.onHint(({ code, args, command }) => {
      if (this.#hints.some((hint) => hint.code === code)) return; // a client that tries one address after another is told once
      this.#hints.push({ code, args, text: say(en.hints, code, args), ...(command === undefined ? {} : { command }) });
    });
  }

  get time(): number {
    return this.playground.nowUs / 1000;
  }

  run(command: string, options: RunOptions = {}): RunResult {
    finishInstant(this.playground.cluster);
    // A link's text holds the scenario's own commands; its record holds what was typed after them.
    if (options.on === undefined || options.on === this.playground.cluster.home.place) this.playground.recordLines(command);
    return this.follow(command, options);
  }

  /** Runs a command that is not recorded. */
  follow(command: string, options: RunOptions = {}): RunResult {
    const { cluster } = this.playground;
    finishInstant(cluster);
    const on = options.on ?? cluster.home.place;
    const known = this.#sessions.get(on) ?? cluster.openSession(on);
    if (known === undefined) return { exit: 255, stdout: "", stderr: `kubehop: no machine ${on}\n`, time: this.time, hints: [] };
    this.#sessions.set(on, known);
    let stdout = "";
    let stderr = "";
    let exit: number | undefined;
    this.#hints = [];
    known.shell.run(command, {
      stdout: (text) => {
        if (options.onStdout === undefined) stdout += text;
        else options.onStdout(text);
      },
      stderr: (text) => {
        if (options.onStderr === undefined) stderr += text;
        else options.onStderr(text);
      },
      onEnd: (status) => {
        exit = status;
      },
    });
    if (options.interruptAfterMs !== undefined) {
      cluster.queue.after(Math.round(options.interruptAfterMs * 1000), () => {
        if (exit === undefined) known.shell.interrupt();
      });
    }
    const ended = runUntil(cluster, () => exit !== undefined, options.limits ?? defaultLimits);
    if (ended !== "done") {
      const complaint = "kubehop: the command took longer than is allowed (--limit) and was ended\n";
      if (options.onStderr === undefined) stderr += complaint;
      else options.onStderr(complaint);
      known.shell.stop();
      runUntil(cluster, () => exit !== undefined, { timeUs: 10_000_000, steps: 1_000_000 });
      exit = 130;
    }
    const hints = this.#hints.map(({ code, text, command: mended }) => ({
      code,
      text,
      ...(mended === undefined ? {} : { command: mended }),
    }));
    return { exit: exit as number, stdout, stderr, time: this.time, hints };
  }

  connect(request: Parameters<OpenScenario["connect"]>[0]): ConnectResult {
    const { cluster } = this.playground;
    finishInstant(cluster);
    return cluster.connect({ ...request, record: request.record ?? this.#records });
  }

  apply(yamlText: string): void {
    const problems = this.playground.applyOnce(yamlText);
    if (problems.some((problem) => problem.severity === "error")) throw new ScenarioError(problems);
  }

  objects(kind: string, namespace?: string): readonly KubernetesObject[] {
    return this.playground.cluster.list(kind, namespace);
  }

  advance(ms: number): void {
    const { queue } = this.playground.cluster;
    const untilUs = queue.now() + Math.round(ms * 1000);
    while (queue.run(untilUs, 100_000) === 100_000);
  }

  trace(question: TraceQuestion): TraceAnswer | undefined {
    return this.playground.trace(question);
  }

  hops(n = 1): readonly HopRecord[] {
    return this.playground.cluster.hopsOfLast(n);
  }

  link(): string {
    return this.playground.link();
  }
}
