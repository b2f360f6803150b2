import type { Cidr, Ip, SocketAddress } from "../address.ts";
import type { ObjectName, Reason } from "../name.ts";
import type { Protocol } from "../protocol.ts";

/** The five places of a namespace where tables are asked. */
export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

/** A rule of another evaluator (nftables, IPVS) as hops carry it: its printed text, and who asked for it. */
export interface TextRule {
  readonly text: string;
  readonly object: ObjectName | undefined;
  readonly because: Reason | undefined;
}

/** What may have acted on a packet. Tell them apart by `"text" in rule`. */
export type AppliedRule = Rule | TextRule;

/**
 * iptables rules as data. What `iptables-save` prints, what the walker decides by, what a hop names and what the page explains is this one value.
 */
export interface Rule {
  readonly match: Match;
  readonly target: Target;
  /** The object that asked for the rule, e.g. `service/default/kubia`; kube-proxy knows, the network copies it into the hop. */
  readonly object: ObjectName | undefined;
  /** The sentence a teacher would say when this rule acts; given by whoever wrote the rule. */
  readonly because: Reason | undefined;
}

/** All conditions that are given must hold. @source iptables(8), "Parameters" */
export interface Match {
  readonly source?: { readonly cidr: Cidr; readonly negated: boolean };
  readonly destination?: { readonly cidr: Cidr; readonly negated: boolean };
  readonly inInterface?: { readonly name: string; readonly negated: boolean };
  readonly outInterface?: { readonly name: string; readonly negated: boolean };
  readonly protocol?: Protocol;
  /** `-m …` in the order written; it is the order in which iptables-save prints them. */
  readonly extensions: readonly Extension[];
}

/** @source iptables-extensions(8) */
export type Extension =
  | { readonly type: "comment"; readonly text: string }
  /** `-m tcp --dport 80`; without ports it is the bare `-m tcp` that DNAT rules carry. */
  | { readonly type: "ports"; readonly protocol: Protocol; readonly sourcePorts?: PortRange; readonly destinationPorts?: PortRange }
  | { readonly type: "addrtype"; readonly side: "src" | "dst"; readonly is: "LOCAL"; readonly negated: boolean }
  | { readonly type: "mark"; readonly value: number; readonly mask: number; readonly negated: boolean }
  | { readonly type: "conntrack"; readonly states: readonly ConnectionState[]; readonly negated: boolean }
  /** `probability` in units of 2^-31, as the kernel keeps it. */
  | { readonly type: "statistic"; readonly probability: number }
  | {
      readonly type: "recent";
      readonly command: "rcheck" | "set";
      readonly name: string;
      readonly seconds?: number;
      readonly reap?: boolean;
    }
  /** `-m physdev ! --physdev-is-in`: whether it came in by a port of a bridge. */
  | { readonly type: "physdev"; readonly negated: boolean }
  /** `-m ipvs --vaddr …`: whether it belongs to a connection that IPVS took from this virtual server. */
  | { readonly type: "ipvs"; readonly protocol: Protocol; readonly address: SocketAddress }
  /** `-m set --match-set NAME dst,dst` (ipset). */
  | { readonly type: "set"; readonly name: string; readonly directions: readonly ("src" | "dst")[]; readonly negated: boolean };

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export type ConnectionState = "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "DNAT" | "SNAT";

export type Target =
  | { readonly type: "jump"; readonly chain: string }
  | { readonly type: "goto"; readonly chain: string }
  | { readonly type: "accept" }
  | { readonly type: "drop" }
  | { readonly type: "return" }
  | { readonly type: "reject"; readonly with: "icmp-port-unreachable" | "icmp6-port-unreachable" | "tcp-reset" }
  | { readonly type: "dnat"; readonly to: SocketAddress }
  | { readonly type: "snat"; readonly to: Ip }
  | { readonly type: "masquerade"; readonly randomFully: boolean }
  /** `--set-xmark value/mask`: mark = (mark & ~mask) ^ value. */
  | { readonly type: "mark"; readonly value: number; readonly mask: number }
  /** A rule without `-j`: it only counts. */
  | { readonly type: "none" };

export type TableName = "raw" | "mangle" | "nat" | "filter";

export interface Chain {
  readonly name: string;
  /** Built-in chains only: the policy where no rule decided. */
  readonly policy: "ACCEPT" | "DROP" | undefined;
  readonly rules: readonly Rule[];
  /** What matched the rule at that place since it was written; absent where nobody counts. */
  countAt?(index: number): Count;
}

/** Packets and their bytes, from the IP header on. */
export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

export const nothingCounted: Count = { packets: 0, bytes: 0 };

/** Which table is asked at which hook, in which order. @source the netfilter hook priorities: raw, mangle, nat (dst), filter, nat (src) */
export const tablesAtHook: Readonly<Record<Hook, readonly TableName[]>> = {
  prerouting: ["raw", "mangle", "nat"],
  input: ["mangle", "filter", "nat"],
  forward: ["mangle", "filter"],
  output: ["raw", "mangle", "nat", "filter"],
  postrouting: ["mangle", "nat"],
};

export const builtInChain: Readonly<Record<Hook, string>> = {
  prerouting: "PREROUTING",
  input: "INPUT",
  forward: "FORWARD",
  output: "OUTPUT",
  postrouting: "POSTROUTING",
};

/**
 * A node's tables. Writers (kube-proxy, CNI, kubelet) replace whole chains; indexes that make a walk independent of the number of Services are
 * the netfilter's own affair and follow from the rules alone.
 */
export interface IptablesWriter {
  /** Creates or replaces the chain's rules. Built-in chains exist from the start. */
  setChain(table: TableName, name: string, rules: readonly Rule[]): void;
  deleteChain(table: TableName, name: string): void;
  chain(table: TableName, name: string): Chain | undefined;
  /** The table's chains, built-in ones first, then own ones by name. */
  chains(table: TableName): readonly Chain[];
  /** `iptables -I` and `-A`: several writers share the built-in chains, so each adds and takes away its own rules. */
  insertRule(table: TableName, chain: string, rule: Rule): void;
  appendRule(table: TableName, chain: string, rule: Rule): void;
  /** Takes away the rules that `isMine` names. */
  removeRules(table: TableName, chain: string, isMine: (rule: Rule) => boolean): void;
  /** The chain was written anew as it was: its rules begin to count anew. */
  zeroChain(table: TableName, chain: string): void;
}
