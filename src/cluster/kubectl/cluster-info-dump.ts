import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import { list, string, struct } from "../api/shape.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { goJsonIndented } from "./go-json.ts";
import { logPath } from "./logs.ts";
import { objectPrinter, outputFlags } from "./output.ts";
import { shapeOf } from "./schema.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl cluster-info dump`. @source kubectl pkg/cmd/clusterinfo/clusterinfo_dump.go */
export const clusterInfoDumpCommand: Command = {
  name: "dump",
  short: "Dump relevant information for debugging and diagnosis",
  usage: "[flags]",
  flags: [
    ...outputFlags.map((flag) => (flag.name === "output" ? { ...flag, default: "json" } : flag)),
    {
      name: "all-namespaces",
      short: "A",
      type: "bool",
      default: "false",
      usage: "If true, dump all namespaces.  If true, --namespaces is ignored.",
    },
    { name: "namespaces", type: "slice", usage: "A comma separated list of namespaces to dump." },
    {
      name: "output-directory",
      type: "string",
      usage: "Where to output the files.  If empty or '-' uses stdout, otherwise creates a directory hierarchy in that directory",
    },
    { name: "pod-running-timeout", type: "duration", default: "20s" },
  ],
  run: dump,
};

/** What is dumped of a namespace, in which file, in this order. */
const kindsDumped = [
  { file: "events", apiVersion: "v1", kind: "Event" },
  { file: "replication-controllers", apiVersion: "v1", kind: "ReplicationController" },
  { file: "services", apiVersion: "v1", kind: "Service" },
  { file: "daemonsets", apiVersion: "apps/v1", kind: "DaemonSet" },
  { file: "deployments", apiVersion: "apps/v1", kind: "Deployment" },
  { file: "replicasets", apiVersion: "apps/v1", kind: "ReplicaSet" },
  { file: "pods", apiVersion: "v1", kind: "Pod" },
] as const;

function* dump(session: Session, flags: Flags): Run<void> {
  const folder = flags.text("output-directory");
  const format = flags.text("output");
  const extension = format === "json" || format === "yaml" ? `.${format}` : ".txt";
  const printed = printerOf(session, flags);
  const resources = yield* session.resources();
  const listOf = function* (apiVersion: string, kind: string, namespace?: string): Run<ObjectList> {
    const resource = resources.byKind(apiVersion, kind);
    return resource === undefined
      ? { items: [] }
      : yield* session.request<ObjectList>({ method: "GET", path: resourcePath(resource, namespace) });
  };
  const dumpKind = function* (apiVersion: string, kind: string, file: string, namespace?: string): Run<ObjectList> {
    const found = yield* listOf(apiVersion, kind, namespace);
    yield* put(session, folder, file + extension, printed(apiVersion, kind, found));
    return found;
  };

  yield* dumpKind("v1", "Node", "nodes");
  const given = flags.list("namespaces");
  const namespaces = flags.is("all-namespaces")
    ? (yield* listOf("v1", "Namespace")).items.map(({ metadata }) => metadata.name)
    : given.length > 0
      ? given
      : ["kube-system", session.namespace];
  for (const namespace of namespaces) {
    let pods: readonly KubernetesObject[] = [];
    for (const { file, apiVersion, kind } of kindsDumped)
      pods = (yield* dumpKind(apiVersion, kind, `${namespace}/${file}`, namespace)).items;
    for (const pod of pods as readonly Pod[])
      yield* put(session, folder, `${namespace}/${pod.metadata.name}/logs.txt`, yield* logsOf(session, pod));
  }
  if (folder !== "" && folder !== "-") yield* session.out(`Cluster info dumped to ${folder}\n`);
}

interface ObjectList {
  readonly metadata?: LooseObject;
  readonly items: readonly KubernetesObject[];
}

/** Lists as Go's typed client holds them: their items say no kind. */
function printerOf(session: Session, flags: Flags): (apiVersion: string, kind: string, found: ObjectList) => string {
  const other = flags.text("output") === "json" ? undefined : objectPrinter(session, flags);
  return (apiVersion, kind, { metadata = {}, items }) => {
    const hidden = session.behaviour.hidesManagedFields && !flags.is("show-managed-fields");
    const plain = items.map((item) => {
      const { apiVersion: _, kind: __, ...rest } = item as unknown as LooseObject;
      const { managedFields, ...kept } = rest.metadata as LooseObject;
      return { ...rest, metadata: hidden || managedFields === undefined ? kept : { ...kept, managedFields } };
    });
    const whole = { kind: `${kind}List`, apiVersion, metadata, items: plain };
    if (other !== undefined) return other(whole, undefined);
    const item = shapeOf(apiVersion, kind);
    const shape = struct(`v1.${kind}List`, {
      kind: string,
      apiVersion: string,
      metadata: struct("v1.ListMeta", { resourceVersion: string }),
      ...(item === undefined ? {} : { items: list(item) }),
    });
    return `${goJsonIndented(whole, "    ", "", shape)}\n`;
  };
}

function* logsOf(session: Session, pod: Pod): Run<string> {
  const { name: podName, namespace } = pod.metadata;
  let text = "";
  for (const { name } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const title = `logs for container ${name} of pod ${namespace}/${podName} ====\n`;
    text += `==== START ${title}`;
    try {
      text += yield* session.request<string>({ method: "GET", path: logPath(pod), query: { container: name } });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      text += `Request log error: ${error.message}\n`;
    }
    text += `==== END ${title}`;
  }
  return text;
}

/** To standard output, unless a folder is given. @throws KubectlError */
function* put(session: Session, folder: string, file: string, text: string): Run<void> {
  if (folder === "" || folder === "-") return yield* session.out(text);
  const { files } = session.sys;
  const path = session.sys.path(`${folder}/${file}`);
  const made = files.makeDirectory(path.slice(0, path.lastIndexOf("/")), { parents: true });
  const written = made.ok ? files.write(path, text) : made;
  if (!written.ok) throw new KubectlError(`mkdir ${folder}: not a directory`);
}
