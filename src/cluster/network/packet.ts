import type { SocketAddress } from "./address.ts";
import type { ObjectName, Place, Reason } from "./name.ts";
import type { AppliedRule, Hook } from "./netfilter/rule.ts";
import type { Protocol } from "./protocol.ts";
import type { CountedSides } from "./way-counter.ts";

export type { Protocol };

/**
 * What a packet carries. The network looks at `bytes` alone; who sends it knows the rest (`protocols/`).
 * HTTP, DNS and TLS ride as typed values whose `bytes` is the length of their printed form.
 */
export interface Payload {
  readonly kind: string;
  readonly bytes: number;
}

/** TCP flags as a bit set. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** The error in an ICMP message; `echo` and `echo-reply` are ping's. */
export type IcmpType =
  | "echo"
  | "echo-reply"
  | "port-unreachable"
  | "host-unreachable"
  | "net-unreachable"
  | "admin-prohibited"
  | "time-exceeded";

/**
 * One TCP segment (up to 64 KiB of one write), UDP datagram, SCTP chunk or ICMP message. A rewrite makes a new packet; nobody changes one.
 */
export interface Packet {
  readonly protocol: Protocol;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  /** Which connection it belongs to, and its number in it from 1. */
  readonly connection: Connection;
  readonly number: number;
  /** TCP only. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: Payload | undefined;
  readonly icmp: IcmpMessage | undefined;
  /** As it was sent; each `forward` hop since took one. A ping's answer carries what was left. */
  readonly ttl: number;
  /** Total length as on the wire: headers and payload. */
  readonly bytes: number;
}

export interface IcmpMessage {
  readonly type: IcmpType;
  readonly identifier: number;
  readonly sequence: number;
  /** For an error: the packet it answers, as it looked where it died. */
  readonly about: Packet | undefined;
}

/**
 * One connection (TCP), one exchange (UDP from one socket to one destination) or one ping, for the log.
 * Named by its opener and the opener's own count, so that noise elsewhere never shifts it.
 */
export interface Connection {
  readonly opener: Place;
  readonly number: number;
  /** What it is for: `probe` and `dns` are hidden by default; `health` is a load balancer's check. */
  readonly purpose: "traffic" | "dns" | "probe" | "health";
  /** Which shell's command opened it (its session), 0 for none. */
  readonly session: number;
  /** The connection in consequence of which it was opened (an Ingress controller's upstream). */
  readonly parent: Connection | undefined;
  /** As the opener asked for it, before any rewrite. */
  readonly protocol: Protocol;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly openedUs: number;
  /** Packets so far; the network counts. */
  packets: number;
  /** The destination that a rewrite gave it last; noted also where no hops are kept. Undefined: it goes where it was sent. */
  leadsTo?: SocketAddress | undefined;
  /** The log's entries for it, in order; empty when nothing is recorded. */
  readonly hops: readonly Hop[];
  /** False: keep no hops (load experiments). */
  readonly record: boolean;
  /** Where no hops are kept, but a command's packets are counted by the ways they go. */
  readonly counted?: CountedSides | undefined;
}

export type HopAction = "send" | "forward" | "dnat" | "snat" | "undnat" | "unsnat" | "receive" | "drop" | "reject";

/**
 * One sighting or one rewrite of a packet, as it happened. Logged once; the page, `hops`, lessons and tests all read this.
 * Plain references only: no text is built while packets move.
 */
export interface Hop {
  /** Order over the whole cluster. */
  readonly sequence: number;
  readonly timeUs: number;
  readonly at: Place;
  readonly action: HopAction;
  /** The packet as it was when it came to this step; its connection and number are in it. */
  readonly packet: Packet;
  /** The addresses after this step; they differ from the packet's at a rewrite. */
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly hook: Hook | undefined;
  /** Interfaces by which it came in and goes out, where it has any. */
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  /** The rule whose target acted, and all that matched on this machine since the last hop, in order. */
  readonly rule: AppliedRule | undefined;
  readonly rules: readonly AppliedRule[];
  readonly object: ObjectName | undefined;
  readonly reason: Reason;
}
