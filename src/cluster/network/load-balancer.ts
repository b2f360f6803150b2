import type { Random } from "../sim/random.ts";
import type { Ip } from "./address.ts";
import type { Fabric } from "./fabric.ts";
import type { Forwarding } from "./forward.ts";
import type { NetworkInterface, SocketBuffer } from "./interface.ts";
import type { Netns } from "./netns.ts";
import { ACK, SYN } from "./packet.ts";
import { reasonOf, reasonWith } from "./reason.ts";
import { TupleMap } from "./tuple-map.ts";

const noHealthyTarget = reasonOf("no-healthy-target");
const loop = reasonOf("load-balancer-loop");
const answer = reasonOf("load-balancer-answer");
/** A flow without a packet for so long is forgotten; it then counts as a new one. */
const flowIdleUs = 600_000_000;
const flowsSweepMin = 4096;

interface Flow {
  readonly node: NetworkInterface;
  lastUs: number;
}

/**
 * A cloud's load balancer: a router that owns the virtual address and draws a node per connection (ECMP). It rewrites nothing: the node sees the client's address
 * and the virtual one, and answers pass it on their way back.
 */
export class LoadBalancer {
  readonly netns: Netns;
  readonly #fabric: Fabric;
  readonly #forwarding: Forwarding;
  readonly #random: Random;
  readonly #port: NetworkInterface;
  #vips: readonly Ip[] = [];
  #targets: readonly NetworkInterface[] = [];
  #flows = new TupleMap<Flow>();
  #flowsBeforeSweep = flowsSweepMin;

  constructor(netns: Netns, port: NetworkInterface, fabric: Fabric, forwarding: Forwarding, random: Random) {
    this.netns = netns;
    this.#port = port;
    this.#fabric = fabric;
    this.#forwarding = forwarding;
    this.#random = random;
    netns.divert = (buffer) => this.#take(buffer);
  }

  get vips(): readonly Ip[] {
    return this.#vips;
  }

  /** The virtual addresses it answers for. */
  setVips(vips: readonly Ip[]): void {
    for (const old of this.#vips) this.#fabric.detach(old);
    this.#vips = vips;
    for (const vip of vips) this.#fabric.attach(vip, this.#port);
  }

  /** The nodes it may choose, by their addresses; flows already placed stay where they are. */
  setTargets(nodes: readonly Ip[]): void {
    const targets: NetworkInterface[] = [];
    for (const ip of nodes) {
      const owner = this.#fabric.ownerOf(ip);
      if (owner !== undefined && !targets.includes(owner)) targets.push(owner);
    }
    this.#targets = targets;
  }

  /** Takes what is not for the balancer's own address. */
  #take(buffer: SocketBuffer): boolean {
    const packet = buffer.packet;
    const isForVip = this.#vips.includes(packet.destination.ip);
    if (!isForVip) {
      if (!this.#vips.includes(packet.source.ip)) return false;
      this.#forwardAnswer(buffer);
      return true;
    }
    if (buffer.viaLoadBalancer) {
      this.#forwarding.drop(this.netns.place, buffer, loop); // the node had no use for it and sent it on towards its address
      return true;
    }
    const nowUs = this.netns.clock.now();
    const isOpening = packet.protocol === "tcp" && (packet.flags & (SYN | ACK)) === SYN;
    let flow = this.#flows.get(packet.source, packet.destination);
    if (flow !== undefined && (nowUs - flow.lastUs > flowIdleUs || (isOpening && !this.#targets.includes(flow.node)))) flow = undefined;
    const isNew = flow === undefined;
    if (flow === undefined) {
      if (this.#targets.length === 0) {
        this.#forwarding.drop(this.netns.place, buffer, noHealthyTarget);
        return true;
      }
      flow = { node: this.#random.pick(this.#targets), lastUs: nowUs };
      if (this.#flows.size >= this.#flowsBeforeSweep) this.#sweep(nowUs);
      this.#flows.set(packet.source, packet.destination, flow);
    }
    flow.lastUs = nowUs;
    buffer.viaLoadBalancer = true;
    const node = flow.node.namespace.place;
    this.#forwarding.forwarded(
      this.netns.place,
      buffer,
      reasonWith(isNew ? "load-balanced" : "load-balanced-same-node", { node: node.slice(node.lastIndexOf("/") + 1) }),
    );
    this.#fabric.carryTo(this.#port, flow.node, buffer);
    return true;
  }

  #forwardAnswer(buffer: SocketBuffer): void {
    this.#forwarding.forwarded(this.netns.place, buffer, answer);
    this.#fabric.carry(this.#port, buffer, buffer.packet.destination.ip);
  }

  #sweep(nowUs: number): void {
    this.#flows.deleteWhere((flow) => nowUs - flow.lastUs > flowIdleUs);
    this.#flowsBeforeSweep = Math.max(flowsSweepMin, 2 * this.#flows.size);
  }
}
