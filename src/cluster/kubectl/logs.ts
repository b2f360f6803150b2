import type { Pod } from "../api/pod/types.ts";
import type { FollowLog } from "../apiserver/pod-streams.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { containerFor, podFor, podsOf } from "./pods.ts";
import { selectorFlag } from "./select.ts";
import type { Session } from "./session.ts";

/** `kubectl logs`. @source kubectl pkg/cmd/logs/logs.go, pkg/polymorphichelpers/logsforobject.go */
export const logsCommand: Command = {
  name: "logs",
  short: "Print the logs for a container in a pod",
  usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
  completes: "pods",
  flags: [
    selectorFlag,
    { name: "all-containers", type: "bool", default: "false", usage: "Get all containers' logs in the pod(s)." },
    { name: "all-pods", type: "bool", default: "false", usage: "Get logs from all pod(s). Sets prefix to true." },
    { name: "container", short: "c", type: "string", usage: "Print the logs of this container" },
    { name: "follow", short: "f", type: "bool", default: "false", usage: "Specify if the logs should be streamed." },
    { name: "ignore-errors", type: "bool", default: "false" },
    { name: "insecure-skip-tls-verify-backend", type: "bool", default: "false" },
    { name: "limit-bytes", type: "int", default: "0" },
    { name: "max-log-requests", type: "int", default: "5" },
    { name: "pod-running-timeout", type: "duration", default: "20s" },
    { name: "prefix", type: "bool", default: "false", usage: "Prefix each log line with the log source (pod name and container name)" },
    {
      name: "previous",
      short: "p",
      type: "bool",
      default: "false",
      usage: "If true, print the logs for the previous instance of the container in a pod if it exists.",
    },
    { name: "since", type: "duration", default: "0s" },
    { name: "since-time", type: "string" },
    { name: "tail", type: "int", default: "-1", usage: "Lines of recent log file to display." },
    { name: "timestamps", type: "bool", default: "false", usage: "Include timestamps on each line in the log output" },
  ],
  run: logs,
};

const usage = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

function* logs(session: Session, flags: Flags): Run<void> {
  const selector = flags.text("selector");
  const [word, second] = flags.args;
  if (word === undefined && selector === "") throw session.usage(usage);
  if (word !== undefined && selector !== "") throw session.usage("only a selector (-l) or a POD name is allowed");
  if (flags.args.length > 2) throw session.usage(usage);
  if (flags.is("all-containers") && flags.text("container") !== "")
    throw new KubectlError(`--all-containers=true should not be specified with container name ${flags.text("container")}`);
  const query: Record<string, string> = {};
  const tail = flags.isGiven("tail") ? flags.number("tail") : selector === "" ? -1 : 10;
  if (tail < -1) throw new KubectlError("--tail must be greater than or equal to -1");
  if (flags.durationMs("since") > 0 && flags.text("since-time") !== "")
    throw new KubectlError("at most one of `sinceTime` or `sinceSeconds` may be specified");
  if (tail >= 0) query.tailLines = `${tail}`;
  if (flags.is("previous")) query.previous = "true";
  if (flags.is("timestamps")) query.timestamps = "true";
  if (flags.durationMs("since") > 0) query.sinceSeconds = `${Math.ceil(flags.durationMs("since") / 1000)}`;
  if (flags.text("since-time") !== "") query.sinceTime = flags.text("since-time");
  if (flags.number("limit-bytes") > 0) query.limitBytes = flags.text("limit-bytes");
  if (flags.is("follow")) query.follow = "true";

  let pods: readonly Pod[];
  if (selector !== "") {
    pods = yield* podsOf(session, session.namespace, selector);
    if (pods.length === 0) return yield* session.err(`No resources found in ${session.namespace} namespace.\n`);
  } else {
    try {
      pods = [yield* podFor(session, word as string, "get the logs from")];
    } catch (error) {
      if (!(error instanceof StatusError) || !error.isNotFound) throw error;
      throw new KubectlError(`error from server (NotFound): ${error.message} in namespace ${JSON.stringify(session.namespace)}`);
    }
    if ((word as string).includes("/") && !/^(po|pods?)\//.test(word as string)) {
      const others = yield* podsOf(session, session.namespace, "");
      const owner = pods[0]?.metadata.ownerReferences?.[0]?.uid;
      const kin = others.filter((pod) => owner !== undefined && pod.metadata.ownerReferences?.[0]?.uid === owner);
      if (kin.length > 1 && !flags.is("all-pods")) yield* session.err(`Found ${kin.length} pods, using pod/${pods[0]?.metadata.name}\n`);
      if (flags.is("all-pods") && kin.length > 0) pods = kin;
    }
  }
  const sources: { readonly pod: Pod; readonly container: string }[] = [];
  for (const pod of pods) {
    if (flags.is("all-containers")) {
      for (const { name } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) sources.push({ pod, container: name });
    } else sources.push({ pod, container: yield* logContainer(session, pod, flags.text("container") || (second ?? ""), selector !== "") });
  }
  if (flags.is("follow") && sources.length > flags.number("max-log-requests")) {
    throw new KubectlError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${flags.number("max-log-requests")}, use --max-log-requests to increase the limit`,
    );
  }
  const prefixes = flags.is("prefix") || flags.is("all-pods");
  const prefixOf = ({ pod, container }: (typeof sources)[number]): string => (prefixes ? `[pod/${pod.metadata.name}/${container}] ` : "");
  if (!flags.is("follow") || sources.length === 1) {
    for (const source of sources) yield* printLog(session, source.pod, source.container, query, prefixOf(source));
    return;
  }
  yield* followAll(session, sources, query, prefixOf);
}

function* logContainer(session: Session, pod: Pod, asked: string, isQuiet: boolean): Run<string> {
  const { containers, initContainers = [] } = pod.spec;
  if (asked !== "" && ![...containers, ...initContainers].some(({ name }) => name === asked)) {
    throw new KubectlError(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  return yield* containerFor(session, pod, asked, isQuiet);
}

interface Source {
  readonly pod: Pod;
  readonly container: string;
}

export function* printLog(
  session: Session,
  pod: Pod,
  container: string,
  query: Readonly<Record<string, string>>,
  prefix: string,
): Run<void> {
  if (query.follow === "true") return yield* followAll(session, [{ pod, container }], query, () => prefix);
  const text = yield* session.request<string>({ method: "GET", path: logPath(pod), query: { ...query, container } });
  yield* session.out(prefixed(text, prefix));
}

export function logPath(pod: Pod): string {
  return `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/log`;
}

function prefixed(text: string, prefix: string): string {
  return prefix === "" || text === ""
    ? text
    : `${text
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => prefix + line)
        .join("\n")}\n`;
}

/** Text of several logs in the order in which it is written, until all containers have ended. */
function* followAll(
  session: Session,
  sources: readonly Source[],
  query: Readonly<Record<string, string>>,
  prefixOf: (source: Source) => string,
): Run<void> {
  const pieces: string[] = [];
  let open = 0;
  let wake: (() => void) | undefined;
  const stops: (() => void)[] = [];
  const news = (): void => {
    if (wake !== undefined) session.options.defer(() => wake?.());
  };
  for (const source of sources) {
    const response = yield* session.send({ method: "GET", path: logPath(source.pod), query: { ...query, container: source.container } });
    const prefix = prefixOf(source);
    pieces.push(prefixed(String(response.body ?? ""), prefix));
    const follow = response.upgrade as FollowLog | undefined;
    if (follow === undefined) continue;
    open++;
    stops.push(
      follow(
        (text) => {
          pieces.push(prefixed(text, prefix));
          news();
        },
        () => {
          open--;
          news();
        },
      ),
    );
  }
  try {
    for (;;) {
      while (pieces.length > 0) yield* session.out(pieces.shift() as string);
      if (open <= 0) return;
      yield (resume) => {
        wake = () => {
          wake = undefined;
          resume(undefined);
        };
        return () => {
          wake = undefined;
        };
      };
    }
  } finally {
    for (const stop of stops) stop();
  }
}
