import type { Clock } from "../sim/clock.ts";
import type { Simulation } from "../sim/simulation.ts";
import { type Cidr, type Ip, inCidr } from "./address.ts";
import { arriveDue, type Forwarding } from "./forward.ts";
import type { NetworkInterface, SocketBuffer, Wire } from "./interface.ts";
import { applyNetem, betweenNodesUs, outsideUs } from "./link.ts";
import type { Netns } from "./netns.ts";
import { reasonOf } from "./reason.ts";

/** Where packets to nobody end. */
export const internetPlace = "internet";

const noSuchAddress = reasonOf("no-such-address");
const rangeNotRouted = reasonOf("range-not-routed");

/**
 * The one network outside the machines: the nodes' LAN, the load balancers and the internet with its clients and hosts. It routes by who owns an address, and
 * crossing it leaves no hop: a machine's `forward` and the next one's first hop say it all.
 */
export class Fabric implements Wire {
  readonly #simulation: Simulation;
  readonly #clock: Clock;
  readonly #forwarding: Forwarding;
  #owners = new Map<number, NetworkInterface>();
  /** Pod and service ranges: known inside the cluster, not outside of it. */
  clusterRanges: readonly Cidr[] = [];

  constructor(simulation: Simulation, forwarding: Forwarding) {
    this.#simulation = simulation;
    this.#clock = simulation.clock;
    this.#forwarding = forwarding;
  }

  attach(ip: Ip, owner: NetworkInterface): void {
    owner.wire = this;
    this.#owners.set(ip.id, owner);
  }

  detach(ip: Ip): void {
    this.#owners.delete(ip.id);
  }

  /** Every address of an interface that ceases. */
  detachAll(owner: NetworkInterface): void {
    for (const [id, other] of this.#owners) if (other === owner) this.#owners.delete(id);
  }

  ownerOf(ip: Ip): NetworkInterface | undefined {
    return this.#owners.get(ip.id);
  }

  carry(from: NetworkInterface, buffer: SocketBuffer, nextHop: Ip): void {
    const delayUs = applyNetem(this.#simulation, this.#forwarding, from, buffer);
    if (delayUs < 0) return;
    const to = this.#next(from, buffer, nextHop);
    if (to === undefined) {
      const ip = buffer.packet.destination.ip;
      this.#drop(
        buffer,
        this.clusterRanges.some((range) => inCidr(ip, range)),
      );
      return;
    }
    this.#carryTo(from, to, buffer, delayUs);
  }

  /** Straight to that interface, whatever the packet's addresses say: how a load balancer reaches the node it chose. */
  carryTo(from: NetworkInterface, to: NetworkInterface, buffer: SocketBuffer): void {
    const delayUs = applyNetem(this.#simulation, this.#forwarding, from, buffer);
    if (delayUs >= 0) this.#carryTo(from, to, buffer, delayUs);
  }

  #carryTo(from: NetworkInterface, to: NetworkInterface, buffer: SocketBuffer, delayUs: number): void {
    const kind = kindOf(from);
    const isOutside = kind === "client" || kind === "external";
    const toKind = kindOf(to);
    buffer.scrub();
    buffer.fromOutside = isOutside;
    buffer.inInterface = to;
    buffer.namespace = to.namespace;
    const latencyUs = isOutside || toKind === "client" || toKind === "external" ? outsideUs : betweenNodesUs;
    this.#clock.after(latencyUs + delayUs, arriveDue, buffer);
  }

  /** Who takes the packet next; undefined: nobody. */
  #next(from: NetworkInterface, buffer: SocketBuffer, nextHop: Ip): NetworkInterface | undefined {
    const packet = buffer.packet;
    if (kindOf(from) === "node") {
      // An answer that carries a load balancer's address goes back through it.
      const sender = this.#owners.get(packet.source.ip.id);
      if (sender !== undefined && kindOf(sender) === "lb") return sender;
      const neighbour = this.#owners.get(nextHop.id);
      if (neighbour !== undefined) return neighbour;
    }
    return this.#owners.get(packet.destination.ip.id);
  }

  #drop(buffer: SocketBuffer, isClusterRange: boolean): void {
    buffer.scrub();
    buffer.inInterface = undefined;
    this.#forwarding.drop(internetPlace, buffer, isClusterRange ? rangeNotRouted : noSuchAddress);
  }
}

function kindOf(one: NetworkInterface): Netns["kind"] {
  return (one.namespace as Netns).kind;
}
