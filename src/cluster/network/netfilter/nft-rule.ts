import type { Cidr, Ip, SocketAddress } from "../address.ts";
import type { ObjectName, Reason } from "../name.ts";
import type { Protocol } from "../protocol.ts";
import type { Hook } from "./rule.ts";

/** nftables rules as data: as much of the language as a Service proxy needs. What `nft list ruleset` prints and what the walker decides by is this one value. */
export interface NftRule {
  readonly matches: readonly NftMatch[];
  readonly statement: NftStatement;
  readonly comment: string | undefined;
  readonly object: ObjectName | undefined;
  readonly because: Reason | undefined;
}

/** All must hold. @source nft(8), "Expressions" */
export type NftMatch =
  /** `ip saddr != { 203.0.113.0/25, … }` */
  | { readonly type: "address"; readonly side: "saddr" | "daddr"; readonly cidrs: readonly Cidr[]; readonly negated: boolean }
  /** `ip daddr @cluster-ips` */
  | { readonly type: "set"; readonly side: "saddr" | "daddr"; readonly set: string }
  /** `fib saddr type local` */
  | { readonly type: "local"; readonly side: "saddr" | "daddr" }
  /** `ct state new` */
  | { readonly type: "new" }
  /** `meta l4proto tcp` */
  | { readonly type: "protocol"; readonly protocol: Protocol }
  /** `meta mark & 0x00004000 == 0x00000000` */
  | { readonly type: "unmarked"; readonly bits: number };

/** What a rule does when it matches. @source nft(8), "Statements" */
export type NftStatement =
  | NftVerdict
  /** `ip daddr . meta l4proto . th dport vmap @MAP`, or without the address where the map's key is a node port. */
  | { readonly type: "lookup"; readonly map: string; readonly key: "service" | "node-port" }
  /** `numgen random mod N vmap { 0 : goto …, … }` */
  | { readonly type: "choose"; readonly chains: readonly NftChoice[] }
  /** `update @SET { ip saddr }` */
  | { readonly type: "update"; readonly set: string }
  /** `meta mark set meta mark | BITS` or `^ BITS` */
  | { readonly type: "mark"; readonly operator: "|" | "^"; readonly bits: number }
  | { readonly type: "masquerade" }
  | { readonly type: "dnat"; readonly to: SocketAddress };

/** One of the chains that `numgen` may lead to, with its own reason. */
export interface NftChoice {
  readonly chain: string;
  readonly because: Reason | undefined;
}

export type NftVerdict =
  | { readonly type: "jump"; readonly chain: string }
  | { readonly type: "goto"; readonly chain: string }
  | { readonly type: "return" }
  | { readonly type: "drop" }
  | { readonly type: "reject" };

export interface NftChain {
  readonly name: string;
  readonly comment: string | undefined;
  /** Base chains only: where the kernel calls it. */
  readonly base: { readonly type: "filter" | "nat"; readonly hook: Hook; readonly priority: number } | undefined;
  readonly rules: readonly NftRule[];
}

/** A set of addresses. */
export interface NftSet {
  readonly name: string;
  readonly comment: string | undefined;
  /** Seconds after which an entry that `update` made ends; undefined: entries are the writer's and stay. */
  readonly timeoutSeconds: number | undefined;
  readonly elements: ReadonlyMap<number, Ip>;
}

/** A verdict map. Its key is made by `serviceKey` or `nodePortKey`. */
export interface NftMap {
  readonly name: string;
  readonly comment: string | undefined;
  readonly key: "service" | "node-port";
  readonly elements: ReadonlyMap<number, NftElement>;
}

export interface NftElement {
  /** `service` maps only. */
  readonly address: Ip | undefined;
  readonly protocol: Protocol;
  readonly port: number;
  readonly comment: string | undefined;
  readonly verdict: NftVerdict;
  readonly object: ObjectName | undefined;
  readonly because: Reason | undefined;
}

const protocolNumber: Readonly<Record<Protocol, number>> = { icmp: 0, tcp: 1, udp: 2, sctp: 3 };

/** The key of an address, protocol and port: exact, since a socket's id stays below 2^26. */
export function serviceKey(protocol: Protocol, destination: SocketAddress): number {
  return destination.id * 4 + protocolNumber[protocol];
}

export function nodePortKey(protocol: Protocol, port: number): number {
  return port * 4 + protocolNumber[protocol];
}
