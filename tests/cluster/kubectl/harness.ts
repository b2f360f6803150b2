import { parseClusterVersion } from "../../../src/cluster/api/versions.ts";
import { createApiServer } from "../../../src/cluster/apiserver/handle.ts";
import { createKubectl, hintSink, type KubectlHint } from "../../../src/cluster/kubectl/index.ts";
import type { ProgramEntry } from "../../../src/cluster/machine/syscall.ts";
import { createShellSession } from "../../../src/cluster/shell/session.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";
import { parseDocuments } from "../../../src/yaml/parse.ts";
import { machineOn, type RunResult } from "../machine/harness.ts";

export interface Bench {
  run(text: string, options?: { readonly interruptAfterMs?: number }): RunResult;
  /** Hints of the last command. */
  readonly hints: readonly KubectlHint[];
  /** Puts objects into the store as a scenario's documents do, status and all. */
  seed(yaml: string): void;
  handle: ReturnType<typeof createApiServer>["handle"];
  write(path: string, text: string): void;
  advance(ms: number): void;
}

/** kubectl in a shell on a client, against the real API server, without controllers. */
export function bench(options: { readonly version?: string; readonly yaml?: string } = {}): Bench {
  const simulation = createSimulation(1, 1_767_603_600_000);
  const clusterVersion = parseClusterVersion(options.version ?? "v1.32.0");
  if (clusterVersion === undefined) throw new Error(`no version: ${options.version}`);
  const { handle } = createApiServer({ simulation, clusterVersion, isFrozen: true });
  const kubectl = createKubectl({
    handle,
    clusterVersion,
    apiServer: "192.168.0.254:6443",
    defer: (run) => {
      simulation.clock.after(0, run);
    },
  });
  const cat: ProgramEntry = {
    name: "cat",
    *run(sys) {
      yield* sys.out(yield* sys.readAll());
      return 0;
    },
  };
  const sleep: ProgramEntry = {
    name: "sleep",
    *run(sys) {
      yield* sys.sleep(Number(sys.args[1]) * 1_000_000);
      return 0;
    },
  };
  const machine = machineOn(
    simulation,
    new Map([
      ["kubectl", kubectl],
      ["cat", cat],
      ["sleep", sleep],
    ]),
  );
  const hints: KubectlHint[] = [];
  machine.withService(hintSink, (hint: KubectlHint) => hints.push(hint));
  const session = createShellSession(machine, { session: 1 });
  const result: Bench = {
    hints,
    handle,
    write: (path, text) => {
      machine.files.write(path, text);
    },
    advance: (ms) => {
      simulation.queue.run(simulation.queue.now() + ms * 1000, 1_000_000);
    },
    seed(yaml) {
      for (const document of parseDocuments(yaml)) {
        if (!document.content.ok) throw new Error(document.content.message);
        const object = document.content.value as { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
        if (object.kind === "Scenario") continue;
        const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
        const list = handle({ method: "GET", path: root, userAgent: "test" }).body as {
          resources: readonly { name: string; kind: string; namespaced: boolean }[];
        };
        const resource = list.resources.find(({ name, kind }) => kind === object.kind && !name.includes("/"));
        if (resource === undefined) throw new Error(`no such kind: ${object.kind}`);
        const namespace = object.metadata.namespace ?? "default";
        const path = `${root}${resource.namespaced ? `/namespaces/${namespace}` : ""}/${resource.name}`;
        const body = resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
        const answer = handle({ method: "POST", path, body, userAgent: "test", trusted: true });
        if (answer.code >= 400) throw new Error(JSON.stringify(answer.body));
      }
    },
    run(text, limits) {
      hints.length = 0;
      let stdout = "";
      let stderr = "";
      let exit: number | undefined;
      session.run(text, {
        stdout: (piece) => {
          stdout += piece;
        },
        stderr: (piece) => {
          stderr += piece;
        },
        onEnd: (status) => {
          exit = status;
        },
      });
      const startUs = simulation.queue.now();
      if (limits?.interruptAfterMs !== undefined) simulation.clock.after(limits.interruptAfterMs * 1000, () => session.interrupt());
      for (let events = 0; exit === undefined && events < 200_000; events++) {
        const next = simulation.queue.nextAtUs();
        if (next === undefined) throw new Error(`nothing is due and the command has not ended: ${text}\n${stdout}${stderr}`);
        simulation.queue.run(next, 1);
      }
      return { stdout, stderr, exit: exit ?? -1, timeMs: (simulation.queue.now() - startUs) / 1000 };
    },
  };
  if (options.yaml !== undefined) result.seed(options.yaml);
  return result;
}
