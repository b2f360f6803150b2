import type { Clock } from "../sim/clock.ts";
import type { Ip } from "./address.ts";
import { type Namespace, NEW, type NetworkInterface, RELATED, SocketBuffer } from "./interface.ts";
import type { Place, Reason } from "./name.ts";
import { runHooks } from "./netfilter/hooks.ts";
import type { Rewrite } from "./netfilter/nat.ts";
import type { Netfilter } from "./netfilter/netfilter.ts";
import type { Hook } from "./netfilter/rule.ts";
import { ACCEPT, REJECT, REROUTE, type Verdict } from "./netfilter/verdict.ts";
import type { IcmpType, Packet } from "./packet.ts";
import { reasonOf, reasonWith, sendReason } from "./reason.ts";
import type { Recorder } from "./recorder.ts";
import type { Route } from "./route.ts";
import { icmpErrorDataBytes, icmpPacket, isIcmpError } from "./wire.ts";

/** What the loop needs of the namespace that a packet passes; `Netns` implements it. */
export interface Forwarder extends Namespace {
  readonly loopback: NetworkInterface;
  /** Whether packets for others are passed on (`net.ipv4.ip_forward`). */
  readonly forwards: boolean;
  /** undefined where no rule was ever written and nothing asks for tracking. */
  readonly activeNetfilter: Netfilter | undefined;
  /** Takes a packet out of the ordinary way (a load balancer's router does). True: it took it. */
  readonly divert: ((buffer: SocketBuffer) => boolean) | undefined;
  isLocal(ip: Ip): boolean;
  route(to: Ip): Route | undefined;
  sourceFor(to: Ip): Ip | undefined;
  socketAddress(ip: Ip): Packet["source"];
  /** To the sockets here. */
  deliver(buffer: SocketBuffer): void;
  sendReset(packet: Packet): void;
}

/** Inside a machine a packet takes this long (decision 1). */
const loopbackUs = 20;

const machineOff = reasonOf("machine-off");
const noRoute = reasonOf("no-route");
const doesNotForward = reasonOf("does-not-forward");
const martianSource = reasonOf("martian-source");
const ttlExceeded = reasonOf("ttl-exceeded");
const conntrackFull = reasonOf("conntrack-full");
const byConntrack = {
  dnat: reasonOf("dnat-conntrack"),
  snat: reasonOf("snat-conntrack"),
  undnat: reasonOf("undnat-conntrack"),
  unsnat: reasonOf("unsnat-conntrack"),
} as const;

/**
 * The one loop: every packet, of every machine, goes this way and no other. Route; ask the hooks; rewrite; put it on the wire. Each step leaves one hop.
 * @source the netfilter packet flow, https://upload.wikimedia.org/wikipedia/commons/3/37/Netfilter-packet-flow.svg
 */
export class Forwarding {
  readonly #clock: Clock;
  readonly #recorder: Recorder;

  constructor(clock: Clock, recorder: Recorder) {
    this.#clock = clock;
    this.#recorder = recorder;
  }

  /** A packet came in by an interface. */
  arrive(host: Forwarder, buffer: SocketBuffer): void {
    if (!host.isOn) {
      this.drop(host.place, buffer, machineOff);
      return;
    }
    const inInterface = buffer.inInterface;
    if (inInterface !== undefined && !inInterface.up) {
      this.drop(host.place, buffer, reasonWith("interface-down", { interface: inInterface.name }));
      return;
    }
    const netfilter = host.activeNetfilter;
    if (netfilter !== undefined) {
      if (buffer.entry === undefined && buffer.state === 0) netfilter.conntrack.track(buffer, this.#clock.now());
      if (!this.#pass(host, netfilter, "prerouting", buffer)) return;
    }
    if (host.divert?.(buffer) === true) return;
    if (inInterface !== host.loopback && isMartian(host, buffer.packet.source.ip)) {
      this.drop(host.place, buffer, martianSource);
      return;
    }
    if (host.isLocal(buffer.packet.destination.ip)) this.#input(host, netfilter, buffer);
    else this.#forward(host, netfilter, buffer);
  }

  /** A packet made here. `reason`: why it is sent, where its kind does not say. `cause`: the packet that an ICMP error answers. */
  send(host: Forwarder, packet: Packet, reason: Reason | undefined, cause: SocketBuffer | undefined): void {
    const buffer = new SocketBuffer(packet, host, this.#recorder.noRules);
    let route = host.route(packet.destination.ip);
    buffer.outInterface = route?.out;
    this.#recorder.sight(buffer, host.place, "send", "output", undefined, reason ?? (buffer.record ? sendReason(packet) : noRoute));
    if (!host.isOn) {
      this.drop(host.place, buffer, machineOff);
      return;
    }
    if (route === undefined) {
      this.#recorder.sight(buffer, host.place, "reject", "output", undefined, noRoute);
      return;
    }
    const netfilter = host.activeNetfilter;
    if (netfilter !== undefined) {
      if (cause?.entry !== undefined) {
        // An error answers inside the connection of what it is about, even when that one never came to be (nf_ct_attach).
        buffer.entry = cause.entry;
        buffer.isReply = !cause.isReply;
        buffer.state = RELATED;
      } else netfilter.conntrack.track(buffer, this.#clock.now());
      const before = buffer.packet.destination;
      buffer.hook = "output";
      let verdict = this.#ask(netfilter, "output", buffer);
      if (verdict === ACCEPT && buffer.packet.destination !== before) {
        route = host.route(buffer.packet.destination.ip);
        buffer.outInterface = route?.out;
      }
      if (verdict === ACCEPT) verdict = this.#askAfterNat(netfilter, "output", buffer);
      if (verdict !== ACCEPT) {
        this.#end(host, buffer, verdict);
        return;
      }
      if (route === undefined) {
        this.#refuse(host, buffer, noRoute, "net-unreachable");
        return;
      }
      if (!this.#leave(host, netfilter, buffer)) return;
      this.#recorder.settle(buffer);
    }
    this.#put(host, buffer, route);
  }

  /** Its end here: silence. */
  drop(at: Place, buffer: SocketBuffer, reason: Reason): void {
    this.#recorder.sight(buffer, at, "drop", buffer.inInterface === undefined ? undefined : buffer.hook, undefined, reason);
  }

  received(host: Forwarder, buffer: SocketBuffer, reason: Reason): void {
    this.#recorder.sight(buffer, host.place, "receive", "input", undefined, reason);
  }

  refused(host: Forwarder, buffer: SocketBuffer, reason: Reason): void {
    this.#recorder.sight(buffer, host.place, "reject", "input", undefined, reason);
  }

  /** Passed on by a machine that is no ordinary router. */
  forwarded(at: Place, buffer: SocketBuffer, reason: Reason): void {
    this.#recorder.sight(buffer, at, "forward", "forward", undefined, reason);
  }

  /** Carries out a rewrite and logs it. */
  rewrite(at: Place, buffer: SocketBuffer, rewrite: Rewrite): void {
    if (rewrite.action === "dnat") buffer.packet.connection.leadsTo = rewrite.packet.destination;
    if (buffer.record || buffer.way !== undefined) {
      const rule = buffer.rule;
      const entry = buffer.entry;
      const object = rule?.object ?? (rewrite.action === "dnat" || rewrite.action === "undnat" ? entry?.object : undefined);
      if (!buffer.record) this.#recorder.passed(buffer, at, rewrite.action, object);
      else this.#recorder.rewrite(buffer, at, rewrite.action, rewrite.packet, rule, object, rewriteReason(rewrite, buffer));
    }
    buffer.packet = rewrite.packet;
    buffer.rule = undefined;
  }

  /** Tells the sender of `about` that it died here. Never about an error or for a reset. @source RFC 1122 3.2.2 */
  sendIcmpError(host: Forwarder, about: SocketBuffer, type: IcmpType): void {
    const packet = about.packet;
    if (isIcmpError(packet)) return;
    const ip = host.isLocal(packet.destination.ip) ? packet.destination.ip : host.sourceFor(packet.source.ip);
    if (ip === undefined) return;
    const message = { type, identifier: 0, sequence: 0, about: packet };
    const source = host.socketAddress(ip);
    const destination = host.socketAddress(packet.source.ip);
    this.send(host, icmpPacket(source, destination, packet.connection, message, icmpErrorDataBytes(packet)), undefined, about);
  }

  #input(host: Forwarder, netfilter: Netfilter | undefined, buffer: SocketBuffer): void {
    if (netfilter !== undefined) {
      buffer.hook = "input";
      let verdict: Verdict = runHooks(netfilter.hooks.beforeNat("input"), buffer);
      if (verdict === REROUTE) {
        this.#reroute(host, netfilter, buffer);
        return;
      }
      if (verdict === ACCEPT) verdict = netfilter.translate("input", buffer);
      if (verdict === ACCEPT) verdict = runHooks(netfilter.hooks.afterNat("input"), buffer);
      if (verdict !== ACCEPT) {
        this.#end(host, buffer, verdict);
        return;
      }
      if (!this.#confirm(host, netfilter, buffer)) return;
    }
    host.deliver(buffer);
  }

  /** IPVS took the packet out of INPUT and gave it another destination: it leaves by way of OUTPUT. @source ip_vs_xmit.c, ip_vs_nat_send_or_cont */
  #reroute(host: Forwarder, netfilter: Netfilter, buffer: SocketBuffer): void {
    const rewrite = netfilter.nat.fitDestination(buffer);
    if (rewrite !== undefined) this.rewrite(host.place, buffer, rewrite);
    const to = buffer.packet.destination.ip;
    const route = host.route(to);
    buffer.outInterface = route?.out;
    if (route === undefined) {
      this.#refuse(host, buffer, noRoute, "net-unreachable");
      return;
    }
    buffer.hook = "output";
    const verdict = this.#askAfterNat(netfilter, "output", buffer);
    if (verdict !== ACCEPT) {
      this.#end(host, buffer, verdict);
      return;
    }
    if (!this.#leave(host, netfilter, buffer)) return;
    if (route.out !== host.loopback) this.#recorder.sight(buffer, host.place, "forward", "forward", undefined, route.reason);
    this.#put(host, buffer, route);
  }

  #forward(host: Forwarder, netfilter: Netfilter | undefined, buffer: SocketBuffer): void {
    if (!host.forwards) {
      this.drop(host.place, buffer, doesNotForward);
      return;
    }
    const packet = buffer.packet;
    const route = host.route(packet.destination.ip);
    buffer.hook = "forward";
    if (route === undefined) {
      this.#refuse(host, buffer, noRoute, "net-unreachable");
      return;
    }
    if (buffer.ttl <= 1) {
      this.#refuse(host, buffer, ttlExceeded, "time-exceeded");
      return;
    }
    buffer.ttl--;
    buffer.outInterface = route.out;
    if (netfilter !== undefined) {
      const verdict = runHooks(netfilter.hooks.beforeNat("forward"), buffer);
      if (verdict !== ACCEPT) {
        this.#end(host, buffer, verdict);
        return;
      }
      if (!this.#leave(host, netfilter, buffer)) return;
    }
    this.#recorder.sight(buffer, host.place, "forward", "forward", undefined, route.reason);
    this.#put(host, buffer, route);
  }

  /** Postrouting, and the entry confirmed. False: it ended. */
  #leave(host: Forwarder, netfilter: Netfilter, buffer: SocketBuffer): boolean {
    return this.#pass(host, netfilter, "postrouting", buffer) && this.#confirm(host, netfilter, buffer);
  }

  #confirm(host: Forwarder, netfilter: Netfilter, buffer: SocketBuffer): boolean {
    if (buffer.state !== NEW || buffer.entry === undefined || netfilter.conntrack.confirm(buffer.entry, this.#clock.now())) return true;
    this.drop(host.place, buffer, conntrackFull);
    return false;
  }

  /** A hook with NAT in its middle. False: the packet ended here. */
  #pass(host: Forwarder, netfilter: Netfilter, hook: Exclude<Hook, "forward">, buffer: SocketBuffer): boolean {
    buffer.hook = hook;
    let verdict = this.#ask(netfilter, hook, buffer);
    if (verdict === ACCEPT) verdict = this.#askAfterNat(netfilter, hook, buffer);
    if (verdict === ACCEPT) return true;
    this.#end(host, buffer, verdict);
    return false;
  }

  #ask(netfilter: Netfilter, hook: Exclude<Hook, "forward">, buffer: SocketBuffer): Verdict {
    const functions = netfilter.hooks.beforeNat(hook);
    if (functions.length > 0) {
      const verdict = runHooks(functions, buffer);
      if (verdict !== ACCEPT) return verdict;
    }
    return netfilter.translate(hook, buffer);
  }

  #askAfterNat(netfilter: Netfilter, hook: Hook, buffer: SocketBuffer): Verdict {
    const functions = netfilter.hooks.afterNat(hook);
    return functions.length === 0 ? ACCEPT : runHooks(functions, buffer);
  }

  /** Onto the wire, or back up by the loopback. */
  #put(host: Forwarder, buffer: SocketBuffer, route: Route): void {
    if (route.out === host.loopback) {
      buffer.inInterface = host.loopback;
      buffer.outInterface = undefined;
      this.#clock.after(loopbackUs, arriveDue, buffer);
      return;
    }
    const wire = route.out.wire;
    if (wire === undefined || !route.out.up) {
      this.drop(host.place, buffer, reasonWith("interface-down", { interface: route.out.name }));
      return;
    }
    wire.carry(route.out, buffer, route.via ?? buffer.packet.destination.ip);
  }

  /** A rule, a policy or a hook function ended it. */
  #end(host: Forwarder, buffer: SocketBuffer, verdict: Verdict): void {
    const rule = buffer.rule;
    if (verdict === REJECT) {
      const reason = rule?.because ?? reasonWith("rule-reject", { chain: buffer.chain });
      this.#recorder.sight(buffer, host.place, "reject", buffer.hook, rule, reason);
      if (buffer.rejectWith === "tcp-reset") host.sendReset(buffer.packet);
      else this.sendIcmpError(host, buffer, "port-unreachable");
      return;
    }
    const reason =
      buffer.dropReason ?? rule?.because ?? reasonWith(rule === undefined ? "policy-drop" : "rule-drop", { chain: buffer.chain });
    this.#recorder.sight(buffer, host.place, "drop", buffer.hook, rule, reason);
  }

  #refuse(host: Forwarder, buffer: SocketBuffer, reason: Reason, type: IcmpType): void {
    this.#recorder.sight(buffer, host.place, "reject", buffer.hook, undefined, reason);
    this.sendIcmpError(host, buffer, type);
  }
}

/** An address of the machine's own cannot have sent from elsewhere; IPv6 does not ask. @source net/ipv4/fib_frontend.c, __fib_validate_source */
function isMartian(host: Forwarder, source: Ip): boolean {
  return source.family === 4 && host.isLocal(source);
}

/** The end of a way by wire or loopback. */
export function arriveDue(buffer: SocketBuffer): void {
  buffer.namespace.arrive(buffer);
}

function rewriteReason(rewrite: Rewrite, buffer: SocketBuffer): Reason {
  const rule = buffer.rule;
  if (rule === undefined) return byConntrack[rewrite.action];
  if (rule.because !== undefined) return rule.because;
  return rewrite.action === "dnat"
    ? reasonWith("dnat-rule", { to: rewrite.packet.destination.text })
    : reasonWith("masquerade-rule", { address: rewrite.packet.source.text });
}
