import type { KubernetesObject } from "./api/meta.ts";
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
  // Whoever works with it all day has a short name for it.
  const k = { ...kubectl, name: "k", path: "/usr/local/bin/k" };
  const completed = (words: readonly string[]) => completeKubectl({ options }, words);
  return {
    kubectl,
    completers: new Map([
      ["kubectl", completed],
      ["k", completed],
      ["at", (words) => completeMachine(cluster, words)],
    ]),
    node: programMap(nodePrograms, [kubectl, k]),
    client: programMap(clientPrograms, [kubectl, k]),
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
