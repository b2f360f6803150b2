import type { InputStream, OutputStream, ServiceKey, SpawnResult, Terminal } from "../machine/syscall.ts";
import type { Connection, Hop } from "../network/hop.ts";
import type { ListStyle } from "../network/netfilter/list-iptables.ts";

/**
 * What the cluster lends to special programs: declared here, plugged in by `cluster.ts`. A machine without one has no such program's affair.
 */

/** The cluster's machines, for `at`, `break`, `poweroff` and the real faults. Present on clients and nodes. */
export interface ClusterService {
  /** Nodes and clients, by name; `at` reaches them. */
  machine(name: string): MachineAccess | undefined;
  /** Starts a fault of an app or controller; undefined when done, else why not (a whole sentence without the command's name). */
  breakTarget(target: string, how: readonly string[]): string | undefined;
  mendTarget(target: string): string | undefined;
  /** What an Ingress controller decided for the request that this connection carried first, if it did. */
  decisions(connection: Connection): readonly string[];
}

export interface MachineAccess {
  /** `node/node1`. */
  readonly place: string;
  readonly hostname: string;
  readonly isOn: boolean;
  /** Starts a login shell's command on it with the caller's streams, session and terminal. */
  spawn(options: {
    readonly args: readonly string[];
    readonly stdin: InputStream;
    readonly stdout: OutputStream;
    readonly stderr: OutputStream;
    readonly session: number;
    readonly terminal: Terminal | undefined;
  }): SpawnResult;
}
export const clusterService: ServiceKey<ClusterService> = { name: "cluster" };

/** This machine itself, for whoever administers it: power, units and interfaces. Present on nodes; clients have power and interfaces only. */
export interface MachineAdministration {
  powerOff(): void;
  reboot(): void;
  /** Units that systemd runs here, by name without `.service`: `kubelet`, `kube-proxy`, `containerd`. */
  units(): readonly { readonly name: string; readonly description: string; readonly isActive: boolean; readonly sinceMs: number }[];
  startUnit(name: string): void;
  stopUnit(name: string): void;
  /** False when there is no such interface. */
  setInterfaceUp(name: string, isUp: boolean): boolean;
  /** The netem discipline of an interface; undefined takes it away. False when there is no such interface. */
  setNetem(name: string, netem: Netem | undefined): boolean;
  netem(name: string): Netem | undefined;
}

/** The routing table of the namespace that a program runs in: anybody may read it. */
export interface RoutesService {
  /** Rows as `ip route` prints them. */
  routes(family: 4 | 6): readonly string[];
  /** The way a packet to this address would take: `ip route get`'s line; undefined when there is none. */
  routeTo(ip: string): string | undefined;
}
export const routesService: ServiceKey<RoutesService> = { name: "routes" };

export interface Netem {
  readonly delayUs: number;
  readonly lossPercent: number;
}
export const administrationService: ServiceKey<MachineAdministration> = { name: "administration" };

/** What kube-proxy and the CNI programmed on this node, as the node's own tools print it. */
export interface TablesService {
  readonly mode: "iptables" | "ipvs" | "nftables";
  iptablesSave(options: { readonly family: 4 | 6; readonly table: string | undefined; readonly withCounters: boolean }): string;
  /** `iptables -S` of one table; with a style `-L`. undefined when there is no such chain. */
  iptablesRules(options: {
    readonly family: 4 | 6;
    readonly table: string;
    readonly chain: string | undefined;
    readonly list: ListStyle | undefined;
    /** `-S -v` */
    readonly withCounters: boolean;
  }): string | undefined;
  /** `iptables -Z`: the chains whose counters began anew. */
  zeroIptables(what: { readonly family: 4 | 6; readonly table: string; readonly chain: string | undefined }): readonly string[];
  /** `nft list …`; undefined when there is no such thing. */
  nftList(
    what:
      | { readonly kind: "ruleset" | "tables" | "chains" | "sets" | "maps"; readonly family: string | undefined }
      | { readonly kind: "table"; readonly family: string; readonly table: string }
      | { readonly kind: "chain" | "map" | "set"; readonly family: string; readonly table: string; readonly name: string },
  ): string | undefined;
  /** `ipvsadm -Ln`, or `-Sn`; undefined when there is no such virtual server. */
  ipvsadm(options: {
    readonly family: 4 | 6 | undefined;
    readonly service: { readonly protocol: "tcp" | "udp" | "sctp"; readonly address: string } | undefined;
    readonly show: "list" | "save" | "stats" | "rate" | "connections";
  }): string | undefined;
  /** `ipvsadm -Z`: all figures begin anew. */
  zeroIpvs(): void;
  /** `ipset list [NAME]`; undefined when there is no such set. */
  ipsetList(name: string | undefined, options: { readonly namesOnly: boolean; readonly asSave: boolean }): string | undefined;
  conntrack(family: 4 | 6): readonly ConntrackRow[];
  /** Deletes the entries that the filter accepts; gives them. */
  deleteConntrack(family: 4 | 6, filter: (row: ConntrackRow) => boolean): readonly ConntrackRow[];
}

export interface ConntrackRow {
  readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | "icmpv6";
  /** Seconds until it expires. */
  readonly timeoutSeconds: number;
  /** TCP and SCTP only. */
  readonly state: string | undefined;
  readonly original: ConntrackTuple;
  readonly reply: ConntrackTuple;
  readonly isReplied: boolean;
  readonly isAssured: boolean;
  readonly mark: number;
}

export interface ConntrackTuple {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** ICMP only. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly id: number };
}
export const tablesService: ServiceKey<TablesService> = { name: "tables" };

/** The record of what happened. Present everywhere. */
export interface HopLogService {
  /** Connections still kept, the oldest first. */
  connections(): readonly Connection[];
  /** Calls for each new hop; gives the function that ends it. */
  listen(listener: (hop: Hop) => void): () => void;
  /** The rule as its own tool prints it. */
  ruleText(hop: Hop, rule: NonNullable<Hop["rule"]>): string;
  /** The reason as an English sentence. */
  note(hop: Hop): string;
}
export const hopLogService: ServiceKey<HopLogService> = { name: "hop-log" };

/** One new connection through a node's service rules, on paper. Present on clients and nodes (and in pods, where `trace` explains as well). */
export interface TraceService {
  /** Undefined: no such node. */
  trace(options: {
    readonly node: string | undefined;
    /** The place where the command runs: a node traces itself. */
    readonly from: string;
    readonly source: string;
    readonly destination: string;
    readonly port: number;
    readonly protocol: "tcp" | "udp" | "sctp";
  }): TraceAnswer | undefined;
}

export interface TraceAnswer {
  readonly verdict: "dnat" | "drop" | "reject" | "none";
  /** Sorted; every one that may be chosen. */
  readonly endpoints: readonly string[];
  readonly masquerade: boolean | "mixed";
  readonly rules: readonly string[];
}
export const traceService: ServiceKey<TraceService> = { name: "trace" };

/** Who counts what a load generator does, while it does it. Present on clients and nodes and in pods. */
export interface LoadService {
  begin(run: {
    readonly place: string;
    /** The command line. */
    readonly command: string;
    readonly url: string;
    readonly keepsAlive: boolean;
    /** Requests per second that are wanted; 0: as many as go. */
    readonly rate: number;
  }): LoadLog;
}

export interface LoadLog {
  /** A connection was tried. Gives who answers on it: the place (`pod/default/web-x`) or address to which its packets really go. */
  connected(connection: Connection): string;
  answered(by: string, status: number, latencyUs: number): void;
  /** `at`: whom it was on the way to, where that is known. */
  failed(at: string | undefined, reason: string): void;
  end(): void;
}
export const loadService: ServiceKey<LoadService> = { name: "load" };
