import type { KubernetesObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Process, Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { waitFor } from "./exec.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { printLog } from "./logs.ts";
import { containerFor, podFor } from "./pods.ts";
import type { Session } from "./session.ts";

/** `kubectl attach`: the output of a running container from now on. @source kubectl pkg/cmd/attach/attach.go */
export const attachCommand: Command = {
  name: "attach",
  short: "Attach to a running container",
  usage: "(POD | TYPE/NAME) -c CONTAINER",
  completes: "pods",
  flags: [
    { name: "container", short: "c", type: "string" },
    { name: "pod-running-timeout", type: "duration", default: "1m0s" },
    { name: "quiet", short: "q", type: "bool", default: "false" },
    { name: "stdin", short: "i", type: "bool", default: "false" },
    { name: "tty", short: "t", type: "bool", default: "false" },
  ],
  *run(session, flags) {
    const [word] = flags.args;
    if (word === undefined) throw new KubectlError("at least 1 argument is required for attach");
    if (flags.args.length > 2)
      throw session.usage(`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${flags.args.length}: ${flags.args.join(" ")}`);
    const pod = yield* podFor(session, flags.args.length === 2 ? `${word}/${flags.args[1]}` : word);
    return yield* attach(session, flags, pod);
  },
};

function* attach(session: Session, flags: Flags, pod: Pod): Run<number> {
  const { phase } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed")
    throw new KubectlError(`cannot attach a container in a completed pod; current phase is ${phase}`);
  const container = yield* containerFor(session, pod, flags.text("container"), flags.is("quiet"));
  yield* printLog(session, pod, container, { follow: "true", tailLines: "0" }, "");
  return 0;
}

/** After `run -i`: waits for the pod, then runs with it; its output and its exit status become ours. @source kubectl pkg/cmd/run/run.go */
export function* attachOrLogs(session: Session, flags: Flags, created: KubernetesObject, restart: string): Run<number> {
  const path = `/api/v1/namespaces/${created.metadata.namespace}/pods/${created.metadata.name}`;
  const isOver = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
  let pod = created as Pod;
  const deadline = session.sys.nowUs() + Math.max(1, flags.durationMs("pod-running-timeout")) * 1000;
  while (pod.status?.phase !== "Running" && !isOver(pod)) {
    if (session.sys.nowUs() >= deadline) throw new KubectlError("timed out waiting for the condition");
    yield* session.sys.sleep(100_000);
    pod = yield* session.request<Pod>({ method: "GET", path });
  }
  const container = pod.spec.containers[0]?.name ?? "";
  const { sys } = session;
  if (flags.is("tty") && sys.terminal !== undefined && sys.stdin.kind === "tty") {
    if (!flags.is("quiet")) yield* session.err("If you don't see a command prompt, try pressing enter.\n");
  }
  if (flags.is("stdin") && !isOver(pod)) {
    const response = yield* session.send({
      method: "GET",
      path: `${path}/attach`,
      query: { container, stdin: "true", stdout: "true", ...(flags.is("tty") ? { tty: "true" } : {}) },
      body: {
        streams: {
          stdin: sys.stdin,
          stdout: sys.stdout,
          stderr: sys.stderr,
          terminal: flags.is("tty") ? sys.terminal : undefined,
          session: sys.session,
        },
      },
    });
    if (response.upgrade !== undefined) yield* waitFor(response.upgrade as Process);
  } else yield* printLog(session, pod, container, { follow: "true" }, "");
  if (restart === "Always") return 0;
  for (;;) {
    pod = yield* session.request<Pod>({ method: "GET", path });
    if (isOver(pod)) break;
    yield* sys.sleep(100_000);
  }
  const code = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? 0;
  if (code !== 0)
    yield* session.err(
      `pod ${created.metadata.namespace}/${created.metadata.name} terminated (${pod.status?.containerStatuses?.[0]?.state?.terminated?.reason ?? "Error"})\n`,
    );
  return code;
}
