import type { Pod } from "../api/pod/types.ts";
import { type Process, type Run, Signal } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError, StatusError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { containerFor, podFor } from "./pods.ts";
import { fetch, fileFlags, select } from "./select.ts";
import type { Session } from "./session.ts";
import { hasTypographicDash } from "./typographic.ts";

const flags: readonly FlagDefinition[] = [
  ...fileFlags,
  { name: "container", short: "c", type: "string", usage: "Container name." },
  { name: "pod-running-timeout", type: "duration", default: "1m0s" },
  { name: "quiet", short: "q", type: "bool", default: "false", usage: "Only print output from the remote session" },
  { name: "stdin", short: "i", type: "bool", default: "false", usage: "Pass stdin to the container" },
  { name: "tty", short: "t", type: "bool", default: "false", usage: "Stdin is a TTY" },
];

/** `kubectl exec`. @source kubectl pkg/cmd/exec/exec.go */
export const execCommand: Command = {
  name: "exec",
  short: "Execute a command in a container",
  usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
  completes: "pods",
  flags,
  run: exec,
};

function* exec(session: Session, given: Flags): Run<number> {
  const { args, argsLengthAtDash } = given;
  const files = manifestFiles(given);
  if ((args.length === 0 || argsLengthAtDash === 0) && files.length === 0)
    throw new KubectlError("pod, type/name or --filename must be specified");
  const hasPodWord = files.length === 0;
  const command = hasPodWord ? args.slice(1) : args;
  const before = argsLengthAtDash < 0 ? args.length : argsLengthAtDash;
  if (hasPodWord && before > 1) {
    switch (session.behaviour.execWithoutDashes) {
      case "silent":
        break;
      case "deprecated":
      case "deprecated-kubectl-kubectl":
        yield* session.err(
          `kubectl exec [POD] [COMMAND] is DEPRECATED and will be removed in a future version. Use ${
            session.behaviour.execWithoutDashes === "deprecated" ? "kubectl" : "kubectl kubectl"
          } exec [POD] -- [COMMAND] instead.\n`,
        );
        break;
      case "error":
        if (!hasTypographicDash(args)) session.hint("kubectl.exec-needs-dashes", {}, withDashes(session, args[0] as string));
        throw session.usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
    }
  }
  if (command.length === 0) throw new KubectlError("you must specify at least one command for the container");
  let pod: Pod;
  if (files.length > 0) {
    const { infos, errors } = yield* fetch(session, yield* select(session, { args: [], files }));
    if (errors[0] !== undefined) throw errors[0];
    pod = yield* podFor(session, `${infos[0]?.resource.plural}/${infos[0]?.name}`);
  } else pod = yield* podFor(session, args[0] as string);
  return yield* runIn(session, pod, given, command);
}

/** The same command with `--` after the pod. */
function withDashes(session: Session, pod: string): string {
  const words = [...session.sys.args];
  const at = words.indexOf(pod);
  words.splice(at + 1, 0, "--");
  return words.join(" ");
}

/** Runs a command in a container with the caller's streams, and passes on its end. */
export function* runIn(session: Session, pod: Pod, given: Flags, command: readonly string[], subresource = "exec"): Run<number> {
  const { phase } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed")
    throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  // A given name is the server's to judge.
  const container = given.text("container") || (yield* containerFor(session, pod, "", given.is("quiet")));
  const { sys } = session;
  const wantsStdin = given.is("stdin");
  const hasTerminal = sys.terminal !== undefined && sys.stdin.kind === "tty";
  const isTty = given.is("tty") && wantsStdin && hasTerminal;
  if (given.is("tty") && !isTty) yield* session.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
  const stdin = wantsStdin ? sys.stdin : sys.nullInput;
  let process: Process;
  try {
    const response = yield* session.send({
      method: "GET",
      path: `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/${subresource}`,
      query: {
        container,
        command,
        stdout: "true",
        stderr: "true",
        ...(wantsStdin ? { stdin: "true" } : {}),
        ...(isTty ? { tty: "true" } : {}),
      },
      body: {
        streams: {
          stdin,
          stdout: sys.stdout,
          stderr: isTty ? sys.stdout : sys.stderr,
          terminal: isTty ? sys.terminal : undefined,
          session: sys.session,
        },
      },
    });
    process = response.upgrade as Process;
  } catch (error) {
    // What comes over the stream is no Status for kubectl: it prints the text alone.
    if (error instanceof StatusError && error.status.reason === "InternalError") throw new KubectlError(error.message);
    throw error;
  }
  const status = yield* waitFor(process);
  if (status !== 0) yield* session.err(`command terminated with exit code ${status}\n`);
  return status;
}

/** A signal for kubectl ends the command in the container too, as the closed connection would. */
export function* waitFor(process: Process): Run<number> {
  try {
    return yield* process.wait();
  } catch (error) {
    if (error instanceof Signal) process.kill(error.name === "SIGINT" ? "SIGINT" : "SIGHUP");
    throw error;
  }
}
