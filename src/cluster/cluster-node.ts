import type { ClusterVersion } from "./api/kind.ts";
import type { Pod } from "./api/pod/types.ts";
import type { ClientFactory } from "./apiclient/factory.ts";
import { NetworkPolicies } from "./cni/network-policies.ts";
import { NodeNetwork } from "./cni/node-network.ts";
import { createKubeProxy, type KubeProxy } from "./kube-proxy/index.ts";
import { type Kubelet, type KubeletOptions, type Sandbox, startKubelet } from "./kubelet/index.ts";
import { Machine, type StepCounter } from "./machine/machine.ts";
import type { MachineNetwork } from "./machine/net.ts";
import type { InterfaceInfo, ProgramEntry } from "./machine/syscall.ts";
import type { Netns } from "./network/netns.ts";
import type { Network } from "./network/network.ts";
import type { ClusterOptions, NodeOptions } from "./options.ts";
import type { DrivenSimulation } from "./sim/simulation.ts";

export interface ClusterNodeOptions {
  readonly simulation: DrivenSimulation;
  readonly network: Network;
  readonly factory: ClientFactory;
  readonly options: ClusterOptions;
  readonly node: NodeOptions;
  readonly lanCidrs: readonly string[];
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  readonly images: KubeletOptions["images"];
  readonly clusterDns: readonly string[];
  readonly steps: StepCounter;
  /** What a pod's programs are lent. */
  services(pod: Pod, containerName: string): ReadonlyMap<string, unknown>;
  /** The node has a new machine: its programs must be lent what they need. */
  booted(node: ClusterNode): void;
  /** Its kube-proxy has brought the rules of these Services up to date. */
  synced(services: readonly string[]): void;
}

/** From the plug to a kubelet that works. */
const rebootUs = 30_000_000;

/** The network of a namespace as the machine in it has it. */
export function machineNetwork(netns: Netns): MachineNetwork {
  return {
    sockets: netns,
    book: netns.book,
    addresses: () => {
      const primary = [netns.primary(4), netns.primary(6)].filter((ip) => ip !== undefined);
      return primary.map((ip) => ip.text);
    },
    interfaces: () =>
      netns.interfaces().map(
        (one): InterfaceInfo => ({
          name: one.name,
          mac: one.mac,
          addresses: one.addresses.map((address) => ({ cidr: `${address.ip.text}/${address.prefixLength}`, scope: address.scope })),
          up: one.up,
          kind: one.kind,
          mtu: one.mtu,
          index: one.index,
          ...(one.peer === undefined ? {} : { peer: one.peer.namespace === netns ? one.peer.name : `if${one.peer.index}` }),
        }),
      ),
  };
}

/** A node: its machine, its kernel's network, and the two agents that run on it. */
export class ClusterNode {
  readonly name: string;
  readonly place: string;
  readonly netns: Netns;
  readonly podNetwork: NodeNetwork;
  machine: Machine;
  readonly proxy: KubeProxy;
  readonly #given: ClusterNodeOptions;
  #kubelet: Kubelet | undefined;
  #policies: NetworkPolicies | undefined;

  constructor(given: ClusterNodeOptions) {
    const { simulation, network, options, node } = given;
    this.#given = given;
    this.name = node.name;
    this.place = `node/${node.name}`;
    this.netns = network.createNode(node.name, node.ips);
    this.podNetwork = new NodeNetwork({
      network,
      netns: this.netns,
      podCidrs: node.podCIDRs,
      clusterPodCidrs: options.podCIDRs,
      lanCidrs: given.lanCidrs,
    });
    this.machine = this.#boot();
    this.proxy = createKubeProxy({
      simulation,
      client: given.factory.client(`kube-proxy/${node.name}`),
      nodeName: node.name,
      nodeIps: node.ips,
      netns: this.netns,
      mode: options.proxyMode,
      clusterVersion: options.version,
      clusterCidrs: options.podCIDRs,
      serviceCidrs: options.serviceCIDRs,
      onSynced: (services) => given.synced(services),
    });
  }

  get kubelet(): Kubelet | undefined {
    return this.#kubelet;
  }

  /** Whether its kubelet can talk to the API server: by the LAN, so its interface must be up. */
  get isConnected(): boolean {
    return this.netns.isOn && this.netns.interface("eth0")?.up !== false;
  }

  startKubelet(): void {
    const { simulation, factory, options, node, images, clusterDns, steps } = this.#given;
    this.#kubelet ??= startKubelet({
      simulation,
      client: factory.client(`kubelet/${node.name}`),
      clusterVersion: options.version satisfies ClusterVersion,
      node: this.machine,
      nodeName: node.name,
      podNetwork: { createSandbox: (pod) => this.#createSandbox(pod) },
      images,
      clusterDomain: options.domain,
      clusterDns,
      isConnected: () => this.isConnected,
      services: (pod, containerName) => this.#given.services(pod, containerName),
      stepCounter: steps,
    });
  }

  /** The CNI plugin's agent; its rules stand in front of kube-proxy's. */
  startNetworkPolicies(): void {
    const { simulation, factory } = this.#given;
    this.#policies ??= new NetworkPolicies({
      clock: simulation.clock,
      client: factory.client(`kindnetd/${this.name}`),
      nodeName: this.name,
      netns: this.netns,
      nodeNetwork: this.podNetwork,
    });
  }

  /** The plug is pulled: programs, sockets, conntrack and rules are gone; disks and addresses are not. */
  powerOff(): void {
    if (!this.netns.isOn) return;
    this.#kubelet?.powerOff();
    this.proxy.reset();
    this.machine.powerOff();
    this.netns.powerOff();
  }

  /** Off, and after half a minute on again. */
  reboot(): void {
    this.powerOff();
    this.#given.simulation.clock.after(rebootUs, () => this.powerOn());
  }

  /** The kubelet starts its pods anew. */
  powerOn(): void {
    if (this.netns.isOn) return;
    this.netns.powerOn();
    this.podNetwork.setUp();
    this.machine = this.#boot();
    this.#given.booted(this);
    this.proxy.start();
    this.#policies?.sync();
    this.#kubelet = undefined;
    this.startKubelet();
  }

  #createSandbox(pod: Pod): Sandbox | undefined {
    const place = `pod/${pod.metadata.namespace}/${pod.metadata.name}`;
    const given = (pod.status?.podIPs ?? []).flatMap(({ ip }) => ip ?? []);
    const first = pod.status?.podIP;
    const ips = given.length > 0 ? given : first === undefined ? undefined : [first];
    const hostPorts = pod.spec.containers.flatMap(({ ports = [] }) =>
      ports.flatMap(({ hostPort = 0, containerPort, protocol, hostIP }) =>
        hostPort === 0
          ? []
          : [
              {
                protocol: protocol.toLowerCase() as Lowercase<typeof protocol>,
                hostPort,
                containerPort,
                ...(hostIP === undefined ? {} : { hostIp: hostIP }),
              },
            ],
      ),
    );
    const made = this.podNetwork.addPod(place, ips, hostPorts);
    if (made === undefined) return undefined;
    return { network: machineNetwork(made.netns), ips: made.ips, remove: () => this.podNetwork.removePod(made) };
  }

  #boot(): Machine {
    const { simulation, programs, steps } = this.#given;
    return new Machine({
      simulation,
      place: this.place,
      kind: "node",
      hostname: this.name,
      network: machineNetwork(this.netns),
      programs,
      stepCounter: steps,
    });
  }
}
