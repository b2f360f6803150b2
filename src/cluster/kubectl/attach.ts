import type { KubernetesObject } from "../api/meta.ts";
import type { Container, ContainerStatus, Pod } from "../api/pod/types.ts";
import type { Process, Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { waitFor } from "./exec.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { printLog } from "./logs.ts";
import { containerFor, podFor } from "./pods.ts";
import type { Session } from "./session.ts";

/** `kubectl attach`: the ends of a running container's main process. @source kubectl pkg/cmd/attach/attach.go */
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
    const { phase } = pod.status ?? {};
    if (phase === "Succeeded" || phase === "Failed")
      throw new KubectlError(`cannot attach a container in a completed pod; current phase is ${phase}`);
    const asked = flags.text("container");
    const isEphemeral = pod.spec.ephemeralContainers?.some(({ name }) => name === asked) === true;
    const container = isEphemeral ? asked : yield* containerFor(session, pod, asked, flags.is("quiet"));
    yield* attachTo(session, flags, pod, container, { fromStart: false });
    return 0;
  },
};

/** Connects our streams with the container's until its main process ends; without `-i`, only what it writes comes here. */
export function* attachTo(
  session: Session,
  flags: Flags,
  pod: Pod,
  container: string,
  { fromStart }: { readonly fromStart: boolean },
): Run<void> {
  const { sys } = session;
  const spec = allContainers(pod).find(({ name }) => name === container);
  const output = fromStart ? {} : { tailLines: "0" };
  if (!flags.is("stdin") || spec?.stdin !== true) return yield* printLog(session, pod, container, { follow: "true", ...output }, "");
  if (flags.is("tty") && spec.tty !== true)
    yield* session.err(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  const isTty = spec.tty === true && sys.terminal !== undefined && sys.stdin.kind === "tty";
  if (flags.is("tty") && spec.tty === true && !isTty)
    yield* session.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
  if (isTty && !flags.is("quiet")) yield* session.err("If you don't see a command prompt, try pressing enter.\n");
  // What was written before we came.
  if (fromStart) yield* session.out((yield* session.send({ method: "GET", path: `${path}/log`, query: { container } })).body as string);
  const response = yield* session.send({
    method: "GET",
    path: `${path}/attach`,
    query: { container, stdin: "true", stdout: "true", ...(isTty ? { tty: "true" } : {}) },
    body: {
      streams: {
        stdin: sys.stdin,
        stdout: sys.stdout,
        stderr: sys.stderr,
        terminal: isTty ? sys.terminal : undefined,
        session: sys.session,
      },
    },
  });
  yield* waitFor(response.upgrade as Process);
  if (flags.is("quiet") || !isTty || pod.spec.restartPolicy !== "Always") return;
  const again = `kubectl attach ${pod.metadata.name} -c ${container} -i -t`;
  const isEphemeral = pod.spec.ephemeralContainers?.some(({ name }) => name === container) === true;
  yield* session.out(
    isEphemeral
      ? `Session ended, the ephemeral container will not be restarted but may be reattached using '${again}' if it is still running\n`
      : `Session ended, resume using '${again}' command when the pod is running\n`,
  );
}

function allContainers({ spec }: Pod): readonly Container[] {
  return [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** Waits until the container runs, or has run; gives the pod as it is then. */
export function* untilStarted(session: Session, flags: Flags, created: KubernetesObject, container: string): Run<Pod> {
  const path = `/api/v1/namespaces/${created.metadata.namespace}/pods/${created.metadata.name}`;
  const deadline = session.sys.nowUs() + Math.max(1, flags.durationMs("pod-running-timeout") || 60_000) * 1000;
  for (;;) {
    const pod = yield* session.request<Pod>({ method: "GET", path });
    const { state } = statusOf(pod, container) ?? {};
    if (state?.running !== undefined || state?.terminated !== undefined) return pod;
    if (session.sys.nowUs() >= deadline) throw new KubectlError("timed out waiting for the condition");
    yield* session.sys.sleep(100_000);
  }
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const { containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [...containerStatuses, ...ephemeralContainerStatuses].find(({ name }) => name === container);
}

const isOver = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

/** After `run -i`: waits for the pod, then runs with it; its output and its exit status become ours. @source kubectl pkg/cmd/run/run.go */
export function* attachOrLogs(session: Session, flags: Flags, created: KubernetesObject, restart: string): Run<number> {
  const path = `/api/v1/namespaces/${created.metadata.namespace}/pods/${created.metadata.name}`;
  const container = (created as Pod).spec.containers[0]?.name ?? "";
  let pod = yield* untilStarted(session, flags, created, container);
  if (statusOf(pod, container)?.state?.running === undefined) yield* printLog(session, pod, container, { follow: "true" }, "");
  else yield* attachTo(session, flags, pod, container, { fromStart: true });
  if (restart === "Always") return 0;
  for (;;) {
    pod = yield* session.request<Pod>({ method: "GET", path });
    if (isOver(pod)) break;
    yield* session.sys.sleep(100_000);
  }
  const { exitCode = 0, reason = "Error" } = statusOf(pod, container)?.state?.terminated ?? {};
  if (exitCode !== 0) yield* session.err(`pod ${created.metadata.namespace}/${created.metadata.name} terminated (${reason})\n`);
  return exitCode;
}
