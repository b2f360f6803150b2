import { listenHttp } from "../../../src/cluster/images/serve.ts";
import type { ContainerImage } from "../../../src/cluster/kubelet/index.ts";
import type { Program, ProgramEntry, Sys } from "../../../src/cluster/machine/syscall.ts";
import { httpResponse } from "../../../src/cluster/protocols/http.ts";

function program(name: string, run: (sys: Sys) => Program): ProgramEntry {
  return { name, run };
}

function* exit(sys: Sys, status: number): Program {
  yield* sys.work(1);
  return status;
}

/** The few programs that the tests' containers hold; the house's own images are tested with them elsewhere. */
const programs = [
  program("node", function* (sys) {
    yield* sys.out("Kubia server starting...\n");
    yield* listenHttp(sys, {
      port: 8080,
      *handle(request: { readonly target: string }) {
        yield* sys.work(1);
        const status = request.target === "/broken" ? 500 : 200;
        return httpResponse({ status, headers: [["Content-Length", "3"]], body: "hi\n" });
      },
    } as unknown as Parameters<typeof listenHttp>[1]);
    yield () => undefined;
    return 0;
  }),
  program("true", (sys) => exit(sys, 0)),
  program("false", (sys) => exit(sys, 1)),
  program("ls", function* (sys) {
    const path = sys.args[1] ?? "/";
    if (sys.files.status(path).ok) return 0;
    yield* sys.err(`ls: ${path}: No such file or directory\n`);
    return 1;
  }),
  program("cat", function* (sys) {
    const text = sys.files.read(sys.args[1] ?? "");
    if (!text.ok) return 1;
    yield* sys.out(text.value);
    return 0;
  }),
  program("sleep", function* (sys) {
    yield* sys.sleep(Number(sys.args[1]) * 1_000_000);
    return 0;
  }),
  program("exit", function* (sys) {
    yield* sys.out("leaving\n");
    return Number(sys.args[1]);
  }),
  program("env", function* (sys) {
    for (const [name, value] of sys.env) yield* sys.out(`${name}=${value}\n`);
    return 0;
  }),
];

function image(command: readonly string[]): ContainerImage {
  return {
    entrypoint: command,
    command: [],
    env: new Map([["PATH", "/usr/bin:/bin"]]),
    sizeBytes: 1000,
    programs: new Map(programs.map((one) => [one.name, one])),
  };
}

export const testImages: Readonly<Record<string, ContainerImage>> = {
  "luksa/kubia": image(["node", "app.js"]),
  busybox: { ...image([]), command: ["sleep", "3600"] },
};
