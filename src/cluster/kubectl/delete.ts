import type { KubernetesObject } from "../api/meta.ts";
import type { Status } from "../apiserver/request.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError, StatusError, withSource } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { type DryRun, dryRunFlag, dryRunOf, dryRunSuffix } from "./output.ts";
import { kindPrefix, objectName, type Resource } from "./resources.ts";
import { fetch, fileFlags, type Info, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

export const deleteFlags: readonly FlagDefinition[] = [
  { name: "cascade", type: "string", default: "background", bare: "background", usage: 'Must be "background", "orphan", or "foreground".' },
  { name: "force", type: "bool", default: "false", usage: "If true, immediately remove resources from API and bypass graceful deletion." },
  { name: "grace-period", type: "int", default: "-1", usage: "Period of time in seconds given to the resource to terminate gracefully." },
  {
    name: "timeout",
    type: "duration",
    default: "0s",
    usage: "The length of time to wait before giving up on a delete, zero means determine a timeout from the size of the object",
  },
  {
    name: "wait",
    type: "bool",
    default: "true",
    usage: "If true, wait for resources to be gone before returning. This waits for finalizers.",
  },
];

/** `kubectl delete`. @source kubectl pkg/cmd/delete/delete.go */
export const deleteCommand: Command = {
  name: "delete",
  short: "Delete resources by file names, stdin, resources and names, or by resources and label selector",
  usage: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]",
  completes: "resources",
  flags: [
    ...fileFlags,
    ...deleteFlags,
    selectorFlag,
    dryRunFlag,
    { name: "all", type: "bool", default: "false", usage: "Delete all resources, in the namespace of the specified resource types." },
    {
      name: "all-namespaces",
      short: "A",
      type: "bool",
      default: "false",
      usage: "If present, list the requested object(s) across all namespaces.",
    },
    { name: "field-selector", type: "string", usage: "Selector (field query) to filter on." },
    { name: "ignore-not-found", type: "bool", default: "false", usage: 'Treat "resource not found" as a successful delete.' },
    {
      name: "now",
      type: "bool",
      default: "false",
      usage: "If true, resources are signaled for immediate shutdown (same as --grace-period=1).",
    },
    { name: "output", short: "o", type: "string", usage: 'Output mode. Use "-o name" for shorter output (resource/name).' },
  ],
  run: remove,
};

function* remove(session: Session, flags: Flags): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const labelSelector = flags.text("selector");
  const fieldSelector = flags.text("field-selector");
  if (flags.is("all") && labelSelector !== "") throw new KubectlError("setting 'all' parameter but found a non empty selector. ");
  if (flags.is("all") && fieldSelector !== "") throw new KubectlError("cannot set --all and --field-selector at the same time");
  if (flags.text("output") !== "" && flags.text("output") !== "name") {
    throw new KubectlError(`unexpected -o output mode: ${flags.text("output")}. We only support '-o name'`);
  }
  let graceSeconds = flags.number("grace-period");
  const isForced = flags.is("force");
  if (flags.is("now")) {
    if (graceSeconds !== -1) throw new KubectlError("--now and --grace-period cannot be specified together");
    graceSeconds = 1;
  }
  if (isForced && graceSeconds > 0) throw new KubectlError("--force and --grace-period greater than 0 cannot be specified together");
  if (graceSeconds === 0 && !isForced) graceSeconds = 1; // an immediate end must be asked for
  if (isForced && graceSeconds < 0) graceSeconds = 0;
  const propagation = yield* propagationOf(session, flags);
  const selection = yield* select(session, {
    args: flags.args,
    files: manifestFiles(flags),
    isRecursive: flags.is("recursive"),
    labelSelector,
    fieldSelector,
    allNamespaces: flags.is("all-namespaces"),
    selectsAll: flags.is("all"),
  });
  if (isForced && graceSeconds === 0 && dryRun === "none") {
    yield* session.err(
      "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n",
    );
  }
  // By name nothing is fetched first; lists are.
  const lists = { ...selection, targets: selection.targets.filter(({ type }) => type === "list") };
  const { infos, errors } = yield* fetch(session, lists);
  const named = selection.targets.filter((target) => target.type === "one");
  const deleted: Deleted[] = [];
  const failures: Error[] = [...errors];
  let hasWarned = false;
  // What was found a moment ago may be gone with its owner.
  const ignoresMissing = flags.isGiven("ignore-not-found")
    ? flags.is("ignore-not-found")
    : flags.is("all") || labelSelector !== "" || fieldSelector !== "";
  const plan: readonly Pick<Info, "resource" | "namespace" | "name" | "source">[] = [...infos, ...named];
  for (const { resource, namespace, name, source } of plan) {
    if (session.enforcesNamespace && !resource.isNamespaced && !hasWarned) {
      hasWarned = true;
      yield* session.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n");
    }
    try {
      const uid =
        dryRun === "client"
          ? yield* mustExist(session, resource, namespace, name)
          : yield* deleteOne(session, { resource, namespace, name, graceSeconds, propagation, dryRun });
      deleted.push({ resource, namespace, name, uid });
      yield* session.out(
        deletedLine(session, resource, namespace, name, isForced && graceSeconds === 0, dryRun, flags.text("output") === "name"),
      );
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!(ignoresMissing && error.isNotFound)) failures.push(withSource("deleting", source, error));
    }
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
  if (plan.length === 0) return yield* session.out("No resources found\n");
  if (flags.is("wait") && dryRun === "none") yield* waitUntilGone(session, deleted, flags.durationMs("timeout"));
}

export interface Deleted {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
}

export type Propagation = "Background" | "Orphan" | "Foreground";

export function* propagationOf(session: Session, flags: Flags): Run<Propagation> {
  const text = flags.text("cascade");
  switch (text) {
    case "background":
      return "Background";
    case "orphan":
      return "Orphan";
    case "foreground":
      return "Foreground";
    case "true":
    case "false": {
      const now = text === "true" ? "background" : "orphan";
      yield* session.err(`warning: --cascade=${text} is deprecated (boolean value) and can be replaced with --cascade=${now}.\n`);
      return text === "true" ? "Background" : "Orphan";
    }
  }
  throw new KubectlError(`invalid cascade value (${text}). Must be "background", "foreground", or "orphan"`);
}

function* mustExist(session: Session, resource: Resource, namespace: string | undefined, name: string): Run<string> {
  return (yield* session.request<KubernetesObject>({ method: "GET", path: resourcePath(resource, namespace, name) })).metadata.uid;
}

export function* deleteOne(
  session: Session,
  request: {
    readonly resource: Resource;
    readonly namespace: string | undefined;
    readonly name: string;
    readonly graceSeconds: number;
    readonly propagation: Propagation;
    readonly dryRun: DryRun;
  },
): Run<string | undefined> {
  const answer = yield* session.request<KubernetesObject | Status>({
    method: "DELETE",
    path: resourcePath(request.resource, request.namespace, request.name),
    body: {
      kind: "DeleteOptions",
      apiVersion: "v1",
      propagationPolicy: request.propagation,
      ...(request.graceSeconds >= 0 ? { gracePeriodSeconds: request.graceSeconds } : {}),
      ...(request.dryRun === "server" ? { dryRun: ["All"] } : {}),
    },
  });
  return answer.kind === "Status" ? (answer as Status).details?.uid : (answer as KubernetesObject).metadata.uid;
}

function deletedLine(
  session: Session,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  isForced: boolean,
  dryRun: DryRun,
  isShort: boolean,
): string {
  if (isShort) return `${objectName(resource, name)}\n`;
  const where = session.behaviour.deleteNamesNamespace && namespace !== undefined ? ` from ${namespace} namespace` : "";
  return `${kindPrefix(resource)} "${name}" ${isForced ? "force deleted" : "deleted"}${where}${dryRunSuffix(dryRun)}\n`;
}

/** Waits until each of them is gone, or another of its name is there. */
export function* waitUntilGone(session: Session, deleted: readonly Deleted[], timeoutMs: number): Run<void> {
  for (const { resource, namespace, name, uid } of deleted) {
    const path = resourcePath(resource, namespace, name);
    const found = yield* session.requestIfFound<KubernetesObject>({ method: "GET", path });
    if (found === undefined || (uid !== undefined && found.metadata.uid !== uid)) continue;
    const watch = yield* session.watch({
      method: "GET",
      path: resourcePath(resource, namespace),
      query: { fieldSelector: `metadata.name=${name}`, resourceVersion: found.metadata.resourceVersion },
    });
    const gone = function* (): Run<void> {
      for (;;) {
        const event = yield* watch.next();
        if (event.type === "DELETED" || (event.type !== "BOOKMARK" && uid !== undefined && event.object.metadata.uid !== uid)) return;
      }
    };
    try {
      if (timeoutMs > 0) {
        const result = yield* session.sys.within(timeoutMs * 1000, gone());
        if (!result.ok) throw new KubectlError(`timed out waiting for the condition on ${resource.plural}/${name}`);
      } else yield* gone();
    } finally {
      watch.close();
    }
  }
}
