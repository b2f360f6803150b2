import type { ClusterVersion } from "../api/kind.ts";
import type { Pod } from "../api/pod/types.ts";
import type { ApiClient } from "../apiclient/client.ts";
import type { Machine, StepCounter } from "../machine/machine.ts";
import type { MachineNetwork } from "../machine/net.ts";
import type { ProgramEntry } from "../machine/syscall.ts";
import type { Simulation } from "../sim/simulation.ts";

/** What a kubelet needs of its surroundings; `cluster.ts` plugs it in. */
export interface KubeletOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly clusterVersion: ClusterVersion;
  /** The machine it runs on: probes go out from it, its files hold the volumes. */
  readonly node: Machine;
  readonly nodeName: string;
  readonly podNetwork: PodNetwork;
  readonly images: ImageSource;
  readonly clusterDomain: string;
  /** Addresses of the cluster's DNS Service. */
  readonly clusterDns: readonly string[];
  /** Whether the API server can be reached from the node now. */
  isConnected(): boolean;
  /** What the programs of a container are lent (an ApiClient for CoreDNS …), by the name of the key. */
  services(pod: Pod, containerName: string): ReadonlyMap<string, unknown>;
  readonly stepCounter?: StepCounter;
}

/** The network of pods, as a CNI plugin makes it. */
export interface PodNetwork {
  /** A namespace with an interface and addresses of its own; undefined when no address is left. A pod that brings `status.podIP` (a given one) keeps it. */
  createSandbox(pod: Pod): Sandbox | undefined;
}

export interface Sandbox {
  readonly network: MachineNetwork;
  /** Primary first. */
  readonly ips: readonly string[];
  remove(): void;
}

/** What a container image holds. */
export interface ContainerImage {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDirectory?: string;
  readonly sizeBytes: number;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  /** Files it brings, by path. */
  readonly files?: ReadonlyMap<string, string>;
}

export interface ImageSource {
  /** The image of that name, whatever its tag or registry prefix; undefined where nobody has it. */
  find(image: string, pod: Pod, containerName: string): ContainerImage | undefined;
}
