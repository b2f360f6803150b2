import type { Random } from "../sim/random.ts";
import type { Ip } from "./address.ts";
import type { MatchedRules } from "./matched-rules.ts";
import type { Place, Reason } from "./name.ts";
import type { ConntrackEntry } from "./netfilter/conntrack-entry.ts";
import type { AppliedRule, Hook } from "./netfilter/rule.ts";
import type { Packet } from "./packet.ts";
import type { WayNode } from "./way-counter.ts";

/** What an interface, and a packet under way, know of the namespace they are in; `Netns` in netns.ts is the one implementation. */
export interface Namespace {
  readonly place: Place;
  /** False while the machine, or the one it lives on, is switched off. */
  readonly isOn: boolean;
  /** A packet came in by one of its interfaces. */
  arrive(buffer: SocketBuffer): void;
}

/** What an interface is plugged into. It takes the packet over: to the other end, or to its end here and now. */
export interface Wire {
  carry(from: NetworkInterface, buffer: SocketBuffer, nextHop: Ip): void;
}

export interface InterfaceAddress {
  readonly ip: Ip;
  readonly prefixLength: number;
  readonly scope: "global" | "host" | "link";
}

/** `tc qdisc … netem` on the way out of an interface. */
export interface Netem {
  readonly lossPercent: number;
  readonly delayUs: number;
}

export class NetworkInterface {
  readonly namespace: Namespace;
  readonly name: string;
  readonly kind: "loopback" | "veth" | "ethernet" | "dummy" | "bridge";
  readonly mac: string;
  readonly mtu: number;
  /** Its number in its namespace, never given twice: what the other end of a pair is known by (`eth0@if7`). */
  readonly index: number;
  addresses: readonly InterfaceAddress[] = [];
  /** `ip link set … up`; the state that a user sets. */
  up = true;
  wire: Wire | undefined;
  /** The other end's interface of a veth pair. */
  peer: NetworkInterface | undefined;
  netem: Netem | undefined;
  /** The stream its losses are drawn from; made on first use. */
  netemRandom: Random | undefined;
  /** The recorder's: what it noted of packets that came in here, or left here, by the interface they left by. */
  spots: Map<NetworkInterface | undefined, unknown[]> | undefined = undefined;

  constructor(namespace: Namespace, index: number, name: string, kind: NetworkInterface["kind"], mac: string, mtu: number) {
    this.namespace = namespace;
    this.index = index;
    this.name = name;
    this.kind = kind;
    this.mac = mac;
    this.mtu = mtu;
  }

  /** Its first address of that family: what masquerading and source selection take. */
  primary(family: 4 | 6): Ip | undefined {
    for (const address of this.addresses) {
      if (address.ip.family === family && address.scope !== "link") return address.ip;
    }
    return undefined;
  }
}

/** The states that `-m conntrack --ctstate` asks for, as bits. DNAT and SNAT are asked of the entry itself. */
export const NEW = 1;
export const CT_ESTABLISHED = 2;
export const RELATED = 4;
export const INVALID_STATE = 8;

/** A packet on its way through namespaces, with what the kernel keeps beside it: the name is Linux' own (`sk_buff`). */
export class SocketBuffer {
  packet: Packet;
  namespace: Namespace;
  inInterface: NetworkInterface | undefined = undefined;
  outInterface: NetworkInterface | undefined = undefined;
  hook: Hook = "prerouting";
  mark = 0;
  /** Hops it may still go; the packet itself keeps what it was sent with. */
  ttl: number;
  entry: ConntrackEntry | undefined = undefined;
  isReply = false;
  /** NEW, CT_ESTABLISHED, RELATED or INVALID_STATE; 0 where nothing tracks. */
  state = 0;
  /** It came by a load balancer: a closed node firewall lets it pass. */
  viaLoadBalancer = false;
  /** It came to this machine straight from the internet: a closed node firewall looks at it. */
  fromOutside = false;
  /** Whether hops are kept of it. */
  readonly record: boolean;
  /** How far it has come, where it is counted instead of recorded. */
  way: WayNode | undefined = undefined;
  /** Rules that matched here since the last hop; noted only when `record` holds. */
  matched: MatchedRules;
  /** The rule that decided, when a table said drop or reject, or that rewrote the packet last. */
  rule: AppliedRule | undefined = undefined;
  /** Where the rule that decided stands; for the reason's arguments. */
  chain = "";
  rejectWith: "icmp-port-unreachable" | "icmp6-port-unreachable" | "tcp-reset" = "icmp-port-unreachable";
  /** Why a hook dropped it, when no rule says. */
  dropReason: Reason | undefined = undefined;

  constructor(packet: Packet, namespace: Namespace, noRules: MatchedRules) {
    this.packet = packet;
    this.namespace = namespace;
    this.ttl = packet.ttl;
    this.record = packet.connection.record;
    this.matched = noRules;
  }

  /** A rule matched. */
  note(rule: AppliedRule): void {
    if (this.record) this.matched = this.matched.and(rule);
  }

  /** What conntrack and rules keep ends at a machine's border (skb_scrub_packet). */
  scrub(): void {
    this.mark = 0;
    this.entry = undefined;
    this.isReply = false;
    this.state = 0;
    this.outInterface = undefined;
    this.matched = this.matched.none;
    this.rule = undefined;
  }
}
