import type { Clock } from "../sim/clock.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { Ip } from "./address.ts";
import { arriveDue, type Forwarding } from "./forward.ts";
import type { NetworkInterface, SocketBuffer, Wire } from "./interface.ts";
import { reasonWith } from "./reason.ts";

/** One-way latencies, constant unless netem says otherwise (decision 1). */
export const insideNodeUs = 20;
export const betweenNodesUs = 200;
export const outsideUs = 6000;

/**
 * What every wire does when a packet leaves an interface: netem may lose or delay it. Gives the delay to add in microseconds; -1 when it was lost.
 * @source tc-netem(8)
 */
export function applyNetem(simulation: Simulation, forwarding: Forwarding, from: NetworkInterface, buffer: SocketBuffer): number {
  const netem = from.netem;
  if (netem === undefined) return 0;
  if (netem.lossPercent > 0) {
    from.netemRandom ??= simulation.random(`netem/${from.namespace.place}/${from.name}`);
    if (from.netemRandom.float() * 100 < netem.lossPercent) {
      forwarding.drop(from.namespace.place, buffer, reasonWith("netem-loss", { interface: from.name, percent: netem.lossPercent }));
      return -1;
    }
  }
  return netem.delayUs;
}

/** A cable between two interfaces: a pod's `eth0` and the node's `veth…`. */
export class VethPair implements Wire {
  readonly #simulation: Simulation;
  readonly #clock: Clock;
  readonly #forwarding: Forwarding;
  readonly a: NetworkInterface;
  readonly b: NetworkInterface;

  constructor(simulation: Simulation, forwarding: Forwarding, a: NetworkInterface, b: NetworkInterface) {
    this.#simulation = simulation;
    this.#clock = simulation.clock;
    this.#forwarding = forwarding;
    this.a = a;
    this.b = b;
    a.wire = this;
    b.wire = this;
    a.peer = b;
    b.peer = a;
  }

  carry(from: NetworkInterface, buffer: SocketBuffer, _nextHop: Ip): void {
    const delayUs = applyNetem(this.#simulation, this.#forwarding, from, buffer);
    if (delayUs < 0) return;
    const to = from === this.a ? this.b : this.a;
    if (to.wire !== this) {
      this.#forwarding.drop(from.namespace.place, buffer, reasonWith("link-gone", { interface: from.name }));
      return;
    }
    buffer.scrub();
    buffer.inInterface = to;
    buffer.namespace = to.namespace;
    this.#clock.after(insideNodeUs + delayUs, arriveDue, buffer);
  }
}
