import { Files } from "./machine/files.ts";
import { absolutePath } from "./machine/path.ts";
import type { HostInfo, InputStream, OutputStream, ProgramEntry, Run, ServiceKey, Sys } from "./machine/syscall.ts";
import { assert } from "./sim/assert.ts";
import type { Simulation } from "./sim/simulation.ts";

export interface InstantResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program outside of every machine, within the instant in which it is asked: what the page asks for itself (describe an object, apply the
 * editor's text) must cost the cluster no time and leave no trace. The program may read its input, write and call services; it may not wait.
 */
export function runInstantly(
  simulation: Simulation,
  entry: ProgramEntry,
  args: readonly string[],
  stdin: string,
  services: ReadonlyMap<string, unknown>,
  host: HostInfo = page,
): InstantResult {
  const out = new Collector();
  const err = new Collector();
  const sys = instantSys(simulation, [entry.name, ...args], new TextOnce(stdin), out, err, host, services);
  const program = entry.run(sys);
  const step = program.next();
  assert(step.done === true, `${entry.name} ${args.join(" ")} waits, but must answer at once`);
  return { exit: step.value, stdout: out.text, stderr: err.text };
}

const page: HostInfo = {
  place: "page",
  kind: "client",
  hostname: "page",
  user: "root",
  home: "/root",
  interfaces: () => [],
  addresses: () => [],
};

class Collector implements OutputStream {
  readonly kind = "sink";
  text = "";
  *write(text: string): Run<void> {
    this.text += text;
  }
  close(): void {}
  share(): void {}
}

class TextOnce implements InputStream {
  readonly kind = "text";
  #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  *read(maxCharacters = Number.MAX_SAFE_INTEGER): Run<string> {
    const piece = this.#text.slice(0, maxCharacters);
    this.#text = this.#text.slice(piece.length);
    return piece;
  }
  *readLine(): Run<string> {
    const end = this.#text.indexOf("\n");
    return yield* this.read(end < 0 ? this.#text.length : end + 1);
  }
  close(): void {}
  share(): void {}
}

function instantSys(
  simulation: Simulation,
  args: readonly string[],
  stdin: InputStream,
  stdout: OutputStream,
  stderr: OutputStream,
  host: HostInfo,
  services: ReadonlyMap<string, unknown>,
): Sys {
  const files = new Files(() => simulation.dateMs());
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} is not there for what runs in an instant`);
  };
  function* nothing(): Run<void> {}
  const sys: Partial<Record<keyof Sys, unknown>> = {
    pid: 1,
    args,
    env: new Map([["HOME", "/root"]]),
    cwd: "/root",
    session: 0,
    terminal: undefined,
    host,
    files,
    random: simulation.random("page"),
    path: (path: string) => absolutePath("/root", path),
    nowUs: () => simulation.clock.now(),
    dateMs: () => simulation.dateMs(),
    sleep: nothing,
    work: nothing,
    stdin,
    stdout,
    stderr,
    out: (text: string) => stdout.write(text),
    err: (text: string) => stderr.write(text),
    *readAll(): Run<string> {
      let all = "";
      for (;;) {
        const piece = yield* stdin.read();
        if (piece === "") return all;
        all += piece;
      }
    },
    nullInput: new TextOnce(""),
    nullOutput: new Collector(),
    which: () => undefined,
    commands: () => [],
    processes: () => [],
    sockets: () => [],
    service: <T>(key: ServiceKey<T>) => services.get(key.name) as T | undefined,
  };
  return new Proxy(sys as Sys, {
    get: (target, name) => (name in target ? target[name as keyof Sys] : refuse(String(name))),
  });
}
