import type { SocketAddress } from "./address.ts";
import type { Rule } from "./netfilter/rule.ts";
import type { Packet, Protocol } from "./packet.ts";

/** `node/node1`, `pod/default/kubia-x`, `client/laptop`, `lb/default/kubia`, `external/HOST`, `internet`. */
export type Place = string;

/** `service/default/kubia`, `networkpolicy/default/deny`: an object of the API, as hops, rules and the page name it. */
export type ObjectName = string;

/** Why something happened, as a code and its arguments; `src/messages` has the sentence in each language. */
export interface Reason {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
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
  /** The log's entries for it, in order; empty when nothing is recorded. */
  readonly hops: Hop[];
  /** False: keep no hops (load experiments). */
  readonly record: boolean;
}

export type HopAction = "send" | "forward" | "dnat" | "snat" | "undnat" | "unsnat" | "receive" | "drop" | "reject";

export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

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
  readonly rule: Rule | undefined;
  readonly rules: readonly Rule[];
  readonly object: ObjectName | undefined;
  readonly reason: Reason;
}

/** Where hops go. The cluster keeps them bounded; the page is told of new ones. */
export interface HopLog {
  /** The next number for a connection that `opener` opens, from 1. */
  nextNumber(opener: Place): number;
  opened(connection: Connection): void;
  add(hop: Hop): void;
}
