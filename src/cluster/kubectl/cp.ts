import type { Pod } from "../api/pod/types.ts";
import type { Process, Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { containerFor, podFor } from "./pods.ts";
import type { Session } from "./session.ts";

/** `kubectl cp` of single files, in either direction. @source kubectl pkg/cmd/cp/cp.go */
export const cpCommand: Command = {
  name: "cp",
  short: "Copy files and directories to and from containers",
  usage: "<file-spec-src> <file-spec-dest>",
  completes: "files",
  flags: [
    { name: "container", short: "c", type: "string" },
    { name: "no-preserve", type: "bool", default: "false" },
    { name: "retries", type: "int", default: "0" },
  ],
  run: copy,
};

interface Spec {
  readonly namespace: string | undefined;
  readonly pod: string | undefined;
  readonly path: string;
}

function parseSpec(text: string): Spec {
  const colon = text.indexOf(":");
  if (colon < 0) return { namespace: undefined, pod: undefined, path: text };
  const place = text.slice(0, colon).split("/");
  const path = text.slice(colon + 1);
  if (place.length > 2) throw new KubectlError("filespec must match the canonical format: [[namespace/]pod:]file/path");
  return { namespace: place.length === 2 ? place[0] : undefined, pod: place.at(-1), path };
}

function* copy(session: Session, flags: Flags): Run<void> {
  if (flags.args.length !== 2) throw new KubectlError("source and destination are required");
  const [from, to] = flags.args.map(parseSpec) as [Spec, Spec];
  if (from.pod !== undefined && to.pod !== undefined) throw new KubectlError("one of src or dest must be a local file specification");
  if (from.pod === undefined && to.pod === undefined) throw new KubectlError("one of src or dest must be a remote file specification");
  if (from.path === "" || to.path === "") throw new KubectlError("filepath can not be empty");
  const { sys } = session;
  if (from.pod !== undefined) {
    const pod = yield* podOf(session, from);
    const container = yield* containerFor(session, pod, flags.text("container"), false);
    const pipe = sys.pipe();
    const process = yield* start(session, pod, container, ["cat", from.path], {
      stdin: sys.nullInput,
      stdout: pipe.output,
      stderr: sys.stderr,
    });
    pipe.output.close();
    let text = "";
    for (let piece = yield* pipe.input.read(); piece !== ""; piece = yield* pipe.input.read()) text += piece;
    const status = yield* process.wait();
    if (status !== 0) throw new KubectlError(`command terminated with exit code ${status}`);
    const written = sys.files.write(sys.path(to.path), text);
    if (!written.ok)
      throw new KubectlError(`open ${to.path}: ${written.error === "EISDIR" ? "is a directory" : "no such file or directory"}`);
    return;
  }
  const file = sys.files.read(sys.path(from.path));
  if (!file.ok) throw new KubectlError(`${from.path} doesn't exist in local filesystem`);
  const pod = yield* podOf(session, to);
  const container = yield* containerFor(session, pod, flags.text("container"), false);
  const target = to.path.endsWith("/") ? `${to.path}${from.path.split("/").at(-1)}` : to.path;
  const quoted = `'${target.replaceAll("'", "'\\''")}'`;
  const process = yield* start(session, pod, container, ["sh", "-c", `cat > ${quoted}`], {
    stdin: sys.textInput(file.value),
    stdout: sys.nullOutput,
    stderr: sys.stderr,
  });
  const status = yield* process.wait();
  if (status !== 0) throw new KubectlError(`command terminated with exit code ${status}`);
}

function* podOf(session: Session, { pod = "", namespace }: Spec): Run<Pod> {
  if (namespace === undefined) return yield* podFor(session, pod);
  return yield* session.request<Pod>({ method: "GET", path: `/api/v1/namespaces/${namespace}/pods/${pod}` });
}

function* start(session: Session, pod: Pod, container: string, command: readonly string[], streams: object): Run<Process> {
  const response = yield* session.send({
    method: "GET",
    path: `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/exec`,
    query: { container, command, stdin: "true", stdout: "true", stderr: "true" },
    body: { streams: { ...streams, session: session.sys.session } },
  });
  return response.upgrade as Process;
}
