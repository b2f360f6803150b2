import type { Clock } from "../sim/clock.ts";
import type { Simulation } from "../sim/simulation.ts";
import { type AddressBook, addressAt, type Cidr, type Ip, inCidr, parseCidr } from "./address.ts";
import { Fabric } from "./fabric.ts";
import { Forwarding } from "./forward.ts";
import type { HopLog } from "./hop.ts";
import { NEW, type NetworkInterface, type SocketBuffer } from "./interface.ts";
import { VethPair } from "./link.ts";
import { LoadBalancer } from "./load-balancer.ts";
import type { Place } from "./name.ts";
import { priorities } from "./netfilter/hooks.ts";
import { CONTINUE, DROP, type Verdict } from "./netfilter/verdict.ts";
import { Netns, type NetnsKind } from "./netns.ts";
import { reasonOf } from "./reason.ts";
import { Recorder } from "./recorder.ts";

export interface NetworkOptions {
  /** The nodes' own network. */
  readonly lanCidrs?: readonly string[];
  /** Pod and service ranges: nobody outside routes them. */
  readonly clusterCidrs?: readonly string[];
  /** `closed`: packets from outside to a node's own address end at the node, unless a load balancer brought them. */
  readonly nodeFirewall?: "open" | "closed";
}

const firewallReason = reasonOf("node-firewall");

/** Every namespace of one simulation and what joins them. It knows addresses and rules, and nothing of Kubernetes. */
export class Network {
  readonly simulation: Simulation;
  readonly clock: Clock;
  readonly book: AddressBook;
  readonly log: HopLog;
  readonly fabric: Fabric;
  readonly recorder: Recorder;
  readonly #forwarding: Forwarding;
  #namespaces = new Map<Place, Netns>();
  #lanCidrs: readonly Cidr[];
  #isClosed: boolean;

  constructor(simulation: Simulation, log: HopLog, book: AddressBook, options: NetworkOptions) {
    this.simulation = simulation;
    this.clock = simulation.clock;
    this.book = book;
    this.log = log;
    this.recorder = new Recorder(simulation.clock, log);
    this.#forwarding = new Forwarding(simulation.clock, this.recorder);
    this.fabric = new Fabric(simulation, this.#forwarding);
    this.fabric.clusterRanges = cidrs(options.clusterCidrs ?? []);
    this.#lanCidrs = cidrs(options.lanCidrs ?? ["192.168.0.0/24"]);
    this.#isClosed = options.nodeFirewall === "closed";
  }

  netns(place: Place): Netns | undefined {
    return this.#namespaces.get(place);
  }

  /** All, sorted by place. */
  list(): readonly Netns[] {
    return [...this.#namespaces.values()].sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  }

  /** A namespace with nothing but `lo`. */
  createNetns(place: Place, kind: NetnsKind): Netns {
    const netns = new Netns(this.simulation, this.book, this.#forwarding, this.recorder, place, kind);
    this.#namespaces.set(place, netns);
    return netns;
  }

  /** A machine of the cluster: on the LAN, with the internet behind its gateway. Addresses without a length count as in the LAN. */
  createNode(name: string, addresses: readonly string[]): Netns {
    const node = this.createNetns(`node/${name}`, "node");
    node.forwards = true;
    this.#plug(node, addresses);
    node.netfilter.enableConntrack();
    if (this.#isClosed) node.netfilter.hooks.register("prerouting", priorities.conntrack + 1, (buffer) => this.#firewall(node, buffer));
    return node;
  }

  createClient(name: string, addresses: readonly string[]): Netns {
    const client = this.createNetns(`client/${name}`, "client");
    this.#plug(client, addresses);
    return client;
  }

  createExternal(name: string, addresses: readonly string[]): Netns {
    const external = this.createNetns(`external/${name}`, "external");
    this.#plug(external, addresses);
    return external;
  }

  /** `name` is `NAMESPACE/SERVICE`; `addresses` are its own, from which it asks nodes for their health. */
  createLoadBalancer(name: string, addresses: readonly string[]): LoadBalancer {
    const netns = this.createNetns(`lb/${name}`, "lb");
    const port = this.#plug(netns, addresses);
    return new LoadBalancer(netns, port, this.fabric, this.#forwarding, this.simulation.random(`load-balancer/${name}`));
  }

  /** Joins two namespaces by a pair of interfaces. */
  connectPair(a: Netns, nameA: string, b: Netns, nameB: string): { readonly a: NetworkInterface; readonly b: NetworkInterface } {
    const endA = a.addInterface(nameA, "veth");
    const endB = b.addInterface(nameB, "veth");
    new VethPair(this.simulation, this.#forwarding, endA, endB);
    return { a: endA, b: endB };
  }

  /** The namespace ceases: its sockets without a word, its links with it. */
  remove(netns: Netns): void {
    netns.powerOff();
    for (const one of netns.interfaces()) {
      this.fabric.detachAll(one);
      const peer = one.peer;
      if (peer !== undefined) (peer.namespace as Netns).removeInterface(peer.name);
      netns.removeInterface(one.name);
    }
    if (this.#namespaces.get(netns.place) === netns) this.#namespaces.delete(netns.place);
  }

  /** `eth0` on the outside network, with an on-link route in the LAN and a default route by the gateway. */
  #plug(netns: Netns, addresses: readonly string[]): NetworkInterface {
    const port = netns.addInterface("eth0", "ethernet");
    for (const text of addresses) {
      const [ipText, lengthText] = text.split("/") as [string, string | undefined];
      const ip = this.book.ip(ipText);
      const length = lengthText === undefined ? this.#prefixLength(ip) : Number(lengthText);
      netns.addAddress(port, ip.text, length);
      this.fabric.attach(ip, port);
      const gateway = firstOf(`${ip.text}/${length}`);
      netns.addRoute(ip.family === 4 ? "0.0.0.0/0" : "::/0", "eth0", gateway === ip.text ? {} : { via: gateway });
    }
    return port;
  }

  #prefixLength(ip: Ip): number {
    return this.#lanCidrs.find((cidr) => inCidr(ip, cidr))?.length ?? (ip.family === 4 ? 24 : 64);
  }

  #firewall(node: Netns, buffer: SocketBuffer): Verdict {
    if (!buffer.fromOutside || buffer.viaLoadBalancer || buffer.state !== NEW) return CONTINUE;
    if (!node.isLocal(buffer.packet.destination.ip)) return CONTINUE;
    buffer.dropReason = firewallReason;
    return DROP;
  }
}

export function createNetwork(simulation: Simulation, log: HopLog, book: AddressBook, options: NetworkOptions = {}): Network {
  return new Network(simulation, log, book, options);
}

function cidrs(texts: readonly string[]): Cidr[] {
  return texts.map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined);
}

/** The network's first address: where its gateway stands. */
function firstOf(cidrText: string): string {
  return addressAt(parseCidr(cidrText) as Cidr, 1);
}
