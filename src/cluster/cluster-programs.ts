import { decode } from "./api/decode.ts";
import { groupVersion, kindByApiVersion } from "./api/kinds.ts";
import type { KubernetesObject, LooseObject } from "./api/meta.ts";
import type { Cluster } from "./cluster.ts";
import { findImage } from "./images/index.ts";
import { completeKubectl, createKubectl } from "./kubectl/index.ts";
import type { KubeletOptions } from "./kubelet/index.ts";
import type { Machine } from "./machine/machine.ts";
import type { ProgramEntry } from "./machine/syscall.ts";
import { apiServerIp, apiServerPort } from "./options.ts";
import { clientPrograms, nodePrograms, programMap } from "./programs/index.ts";
import type { WordCompleter } from "./shell/complete.ts";

/** Which programs stand where. */
export interface Programs {
  readonly kubectl: ProgramEntry;
  readonly node: ReadonlyMap<string, ProgramEntry>;
  readonly client: ReadonlyMap<string, ProgramEntry>;
  readonly images: KubeletOptions["images"];
  /** Commands that know their own words. */
  readonly completers: ReadonlyMap<string, WordCompleter>;
  /** The machine of a pod's first container that runs. */
  podMachine(place: string): Machine | undefined;
  /** `/api/v1/namespaces/default/services` for an object; undefined where this cluster serves no such kind. */
  collectionPath(object: LooseObject): string | undefined;
  /** Why the server could not even read the object, in its words: a value of a wrong type. undefined when it can, or knows no such kind. */
  decodeError(object: LooseObject): string | undefined;
}

export function createPrograms(cluster: Cluster): Programs {
  const { clock } = cluster.simulation;
  const options = {
    handle: cluster.handle,
    clusterVersion: cluster.options.version,
    defer: (run: () => void) => {
      clock.after(0, run);
    },
    apiServer: `${apiServerIp}:${apiServerPort}`,
  };
  const kubectl = createKubectl(options);
  return {
    kubectl,
    completers: new Map([
      ["kubectl", (words) => completeKubectl({ options }, words)],
      ["at", (words) => completeMachine(cluster, words)],
    ]),
    node: programMap(nodePrograms, [kubectl]),
    client: programMap(clientPrograms, [kubectl]),
    images: {
      find: (image, pod, containerName) => {
        const container = pod.spec.containers.find(({ name }) => name === containerName);
        const ports = (container?.ports ?? []).map(({ containerPort }) => containerPort);
        return findImage(image, { annotations: pod.metadata.annotations ?? {}, ports });
      },
    },
    podMachine: (place) => {
      const [, namespace, name] = place.split("/") as [string, string, string];
      const pod = cluster.find("Pod", namespace, name) as
        | (KubernetesObject & { readonly spec: { readonly nodeName?: string } })
        | undefined;
      const node = pod?.spec.nodeName === undefined ? undefined : cluster.nodes.get(pod.spec.nodeName);
      return pod === undefined ? undefined : node?.kubelet?.machineOf(pod);
    },
    decodeError: (object) => {
      const kind = String(object["kind"]);
      const apiVersion = String(object["apiVersion"]);
      const definition = kindByApiVersion(apiVersion, kind, cluster.options.version);
      if (definition === undefined) return undefined;
      const other = definition.versions.find(({ group, version }) => groupVersion(group, version) === apiVersion);
      const { error } = decode(other?.schema ?? definition.schema, object);
      const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
      return error === undefined ? undefined : `${kind} in version "${version}" cannot be handled as a ${kind}: ${error}`;
    },
    collectionPath: (object) => {
      const apiVersion = String(object["apiVersion"]);
      const definition = kindByApiVersion(apiVersion, String(object["kind"]), cluster.options.version);
      if (definition === undefined) return undefined;
      const metadata = (object["metadata"] ?? {}) as LooseObject;
      const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      return definition.namespaced
        ? `${base}/namespaces/${String(metadata["namespace"] ?? "default")}/${definition.plural}`
        : `${base}/${definition.plural}`;
    },
  };
}

/** `at MACHINE -- COMMAND`: machines, then what the machine has. */
function completeMachine(cluster: Cluster, words: readonly string[]): readonly string[] {
  const current = words.at(-1) ?? "";
  if (words.length === 2) return [...cluster.nodes.keys(), ...cluster.clients.keys()].filter((name) => name.startsWith(current)).sort();
  if (words.length === 3) return ["--"].filter((word) => word.startsWith(current));
  const machine = words[2] === "--" && words.length === 4 ? cluster.machine(words[1] as string) : undefined;
  return (machine?.commands() ?? []).filter((name) => name.startsWith(current));
}
