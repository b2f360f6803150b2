import { parseCidr, parseIp } from "../network/address.ts";
import type { Netns } from "../network/netns.ts";
import type { Network } from "../network/network.ts";
import { type HostPort, HostPorts } from "./host-ports.ts";
import { writeMasquerade } from "./masquerade.ts";
import { PodAddresses } from "./pod-addresses.ts";

export interface NodeNetworkOptions {
  readonly network: Network;
  /** The node's own namespace. */
  readonly netns: Netns;
  /** One per family: `10.244.1.0/24`. */
  readonly podCidrs: readonly string[];
  /** The ranges of all pods of the cluster, and the nodes' network: traffic there is not masqueraded. */
  readonly clusterPodCidrs: readonly string[];
  readonly lanCidrs?: readonly string[];
}

/** Another node, as routes need it: its address in each family and its pods' ranges. */
export interface PeerNode {
  readonly ips: readonly string[];
  readonly podCidrs: readonly string[];
}

export interface PodNetwork {
  readonly netns: Netns;
  /** The pod's addresses, the primary first. */
  readonly ips: readonly string[];
  /** The node's end of its link. */
  readonly hostInterface: string;
}

/**
 * The network of one node's pods: every pod a point-to-point link, a route to each, a route to the ranges of every other node.
 * @source kindnet and the ptp CNI plugin: host routes to pods, the range's first address on the node's end of each link
 */
export class NodeNetwork {
  readonly #network: Network;
  readonly #netns: Netns;
  readonly #ranges: readonly PodAddresses[];
  readonly #options: NodeNetworkOptions;
  #peerCidrs: string[] = [];
  readonly #hostPorts: HostPorts;
  #pods = new Map<string, PodNetwork>();
  /** Called when a pod was linked or unlinked: before its first packet. */
  onPodChange: (() => void) | undefined;

  constructor(options: NodeNetworkOptions) {
    this.#network = options.network;
    this.#netns = options.netns;
    this.#options = options;
    this.#ranges = options.podCidrs.map((cidr) => new PodAddresses(cidr));
    this.#hostPorts = new HostPorts(options.netns, options.network.simulation);
    this.setUp();
  }

  /** What a boot must do again: forwarding and masquerading. */
  setUp(): void {
    const { clusterPodCidrs, lanCidrs = ["192.168.0.0/24"] } = this.#options;
    this.#netns.forwards = true;
    for (const family of [4, 6] as const) {
      const isOfFamily = (cidr: string) => parseCidr(cidr)?.family === family;
      const pods = clusterPodCidrs.filter(isOfFamily).map((cidr) => ({ cidr, kind: "pods" as const }));
      if (pods.length === 0) continue;
      const nodes = lanCidrs.filter(isOfFamily).map((cidr) => ({ cidr, kind: "nodes" as const }));
      writeMasquerade(this.#netns.netfilter.tablesOf(family), [...pods, ...nodes]);
    }
    this.#hostPorts.write();
  }

  /** Routes to the pods of all other nodes; replaces those of before. */
  setPeers(peers: readonly PeerNode[]): void {
    for (const cidr of this.#peerCidrs) this.#netns.removeRoute(cidr);
    this.#peerCidrs = [];
    for (const peer of peers) {
      for (const cidr of peer.podCidrs) {
        const family = parseCidr(cidr)?.family;
        const via = peer.ips.find((ip) => parseIp(ip)?.family === family);
        if (via === undefined) continue;
        this.#netns.addRoute(cidr, "eth0", { via });
        this.#peerCidrs.push(cidr);
      }
    }
  }

  /** A new pod's namespace, linked and addressed; undefined when the range is used up. `ips`: the addresses it has already (an imported pod). */
  addPod(place: string, ips?: readonly string[], hostPorts: readonly HostPort[] = []): PodNetwork | undefined {
    const addresses = ips === undefined ? this.#allocate() : ips;
    if (addresses === undefined) return undefined;
    if (ips !== undefined) for (const ip of ips) for (const range of this.#ranges) if (range.holds(ip)) range.take(ip);
    const netns = this.#network.createNetns(place, "pod");
    netns.host = this.#netns;
    const hostInterface = this.#interfaceName(place);
    const pair = this.#network.connectPair(netns, "eth0", this.#netns, hostInterface);
    for (const ip of addresses) this.#address(netns, pair.a.name, hostInterface, ip);
    const pod: PodNetwork = { netns, ips: addresses, hostInterface };
    this.#pods.set(place, pod);
    this.#hostPorts.add(place, addresses, hostPorts);
    this.onPodChange?.();
    return pod;
  }

  /** The pods linked here, by place. */
  pods(): ReadonlyMap<string, PodNetwork> {
    return this.#pods;
  }

  /** The pod's link, routes and addresses go. */
  removePod(pod: PodNetwork): void {
    for (const ip of pod.ips) {
      this.#netns.removeRoute(ip);
      for (const range of this.#ranges) if (range.holds(ip)) range.release(ip);
    }
    this.#hostPorts.remove(pod.netns.place);
    this.#network.remove(pod.netns);
    if (this.#pods.get(pod.netns.place) === pod) this.#pods.delete(pod.netns.place);
    this.onPodChange?.();
  }

  #allocate(): string[] | undefined {
    const addresses: string[] = [];
    for (const range of this.#ranges) {
      const address = range.next();
      if (address === undefined) {
        for (const given of addresses) for (const other of this.#ranges) if (other.holds(given)) other.release(given);
        return undefined;
      }
      addresses.push(address);
    }
    return addresses;
  }

  #address(netns: Netns, podInterface: string, hostInterface: string, ip: string): void {
    const host = this.#netns.interface(hostInterface);
    const pod = netns.interface(podInterface);
    if (host === undefined || pod === undefined) return;
    const family = parseIp(ip)?.family ?? 4;
    const bits = family === 4 ? 32 : 128;
    const range = this.#ranges.find((one) => one.cidr.family === family);
    const length = range?.cidr.length ?? bits;
    netns.addAddress(pod, ip, length);
    const gateway = range?.gateway;
    if (gateway === undefined) {
      netns.addRoute(family === 4 ? "0.0.0.0/0" : "::/0", podInterface);
    } else {
      this.#netns.addAddress(host, gateway, bits);
      netns.addRoute(gateway, podInterface, { scope: "link", source: ip });
      netns.addRoute(`${ip}/${length}`, podInterface, { via: gateway, source: ip });
      netns.addRoute(family === 4 ? "0.0.0.0/0" : "::/0", podInterface, { via: gateway });
    }
    this.#netns.addRoute(ip, hostInterface, { scope: "host" });
  }

  /** `veth` and eight hexadecimal digits that follow from the pod's name. */
  #interfaceName(place: string): string {
    for (let salt = 0; ; salt++) {
      const name = `veth${hash32(`${place}/${salt}`).toString(16).padStart(8, "0")}`;
      if (this.#netns.interface(name) === undefined) return name;
    }
  }
}

/** FNV-1a. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
