import type { ClusterVersion } from "../api/kind.ts";
import type { ApiClient } from "../apiclient/client.ts";
import { parseIp } from "../network/address.ts";
import { attachIpvs } from "../network/netfilter/ipvs-hooks.ts";
import { IpvsTable } from "../network/netfilter/ipvs-table.ts";
import { attachNftTable } from "../network/netfilter/nft-hooks.ts";
import type { NftTable } from "../network/netfilter/nft-table.ts";
import type { Netns } from "../network/netns.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { NodeFacts } from "./desired.ts";
import { IptablesProgrammer } from "./iptables-programmer.ts";
import { type IpvsKernel, IpvsProgrammer } from "./ipvs-programmer.ts";
import type { ProxyKernel, ProxyMode } from "./kernel.ts";
import { createProxyTable, NftablesProgrammer } from "./nftables-programmer.ts";
import type { Programmer } from "./programmer.ts";
import { type FamilyOptions, Proxier } from "./proxier.ts";

export type { ProxyKernel, ProxyMode } from "./kernel.ts";
export { kubeProxyReasons } from "./reasons.ts";
export { type TraceRequest, type TraceResult, traceService } from "./trace.ts";

export interface KubeProxyOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly nodeName: string;
  /** One per family, the primary first. */
  readonly nodeIps: readonly string[];
  readonly netns: Netns;
  readonly mode: ProxyMode;
  readonly clusterVersion: ClusterVersion;
  /** The range of pod addresses, one per family. */
  readonly clusterCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  readonly isMasqueradeAll?: boolean;
  /** `--nodeport-addresses`; undefined: the mode's default. */
  readonly nodePortAddresses?: readonly string[];
  /** Told of each sync that changed rules: of which Services. */
  readonly onSynced?: (services: readonly string[]) => void;
}

/** One node's kube-proxy. */
export interface KubeProxy {
  readonly isRunning: boolean;
  /** Runs, and no change waits for the next sync. */
  readonly isUpToDate: boolean;
  readonly kernel: ProxyKernel;
  /** The addresses that its rules for that Service (`namespace/name`) send to, as they stand. */
  reachable(service: string): ReadonlySet<string>;
  /** Rules follow within this instant; after a stop everything is looked at anew. */
  start(): void;
  /** The rules stand and go on working; changes no longer arrive. */
  stop(): void;
  /** The machine was switched off: what was in its kernel is gone. */
  reset(): void;
}

const dummyInterface = "kube-ipvs0";
/** How often destinations that wait for their last connection are looked at. @source ipvs/graceful_termination.go, rsCheckDeleteInterval */
const drainIntervalUs = 60_000_000;

export function startKubeProxy(options: KubeProxyOptions): KubeProxy {
  const proxy = createKubeProxy(options);
  proxy.start();
  return proxy;
}

export function createKubeProxy(options: KubeProxyOptions): KubeProxy {
  const { simulation, netns, mode } = options;
  const { book, netfilter } = netns;
  const families = [...new Set(options.nodeIps.map(familyOf))].filter((family) => family !== undefined);
  const nftTables: NftTable[] = [];
  const ipvs = new IpvsTable();
  const ipvsProgrammers: IpvsProgrammer[] = [];

  const programmerFor = (node: NodeFacts): Programmer => {
    if (mode === "iptables") {
      return new IptablesProgrammer(netfilter.tablesOf(node.family), book, node, (chain) => netfilter.recent.delete(chain));
    }
    if (mode === "ipvs") {
      const programmer = new IpvsProgrammer(ipvsKernel(netns, ipvs, node.family), book, node);
      ipvsProgrammers.push(programmer);
      return programmer;
    }
    const table = createProxyTable(node);
    nftTables.push(table);
    attachNftTable(table, netfilter, {
      isLocal: (ip) => netns.isLocal(ip),
      nowUs: () => simulation.clock.now(),
      choose: (count) => netns.choices.below(count),
      isDry: false,
    });
    return new NftablesProgrammer(table, book, node);
  };
  const familyOptions = families.map((family): FamilyOptions => {
    const ofFamily = (texts: readonly string[]): readonly string[] => texts.filter((text) => familyOf(text) === family);
    const facts = {
      family,
      ips: ofFamily(options.nodeIps),
      clusterCidr: ofFamily(options.clusterCidrs)[0],
      serviceCidrs: ofFamily(options.serviceCidrs),
      isMasqueradeAll: options.isMasqueradeAll ?? false,
      isLocalhostNodePorts: options.nodePortAddresses === undefined,
      nodePortAddresses: options.nodePortAddresses === undefined ? undefined : ofFamily(options.nodePortAddresses),
      minor: options.clusterVersion.minor,
    } satisfies FamilyOptions["facts"];
    return { facts, programmer: programmerFor({ ...facts, name: options.nodeName, zone: "" }) };
  });
  if (mode === "ipvs") {
    attachIpvs(ipvs, netfilter, () => simulation.clock.now());
    drainFromTimeToTime(simulation, ipvsProgrammers);
  }

  const proxier = new Proxier({
    simulation,
    client: options.client,
    namespace: netns,
    mode: options.mode,
    nodeName: options.nodeName,
    families: familyOptions,
    ...(options.onSynced === undefined ? {} : { onSynced: options.onSynced }),
  });
  return {
    get isRunning() {
      return proxier.isRunning;
    },
    get isUpToDate() {
      return proxier.isUpToDate;
    },
    kernel: { mode, nftTables, ipvs },
    reachable: (service) => proxier.reachable(service),
    start: () => proxier.start(),
    stop: () => proxier.stop(),
    reset() {
      proxier.stop();
      for (const table of nftTables) table.clear();
      ipvs.clear();
      netns.removeInterface(dummyInterface);
    },
  };
}

function ipvsKernel(netns: Netns, table: IpvsTable, family: 4 | 6): IpvsKernel {
  const tables = netns.netfilter.tablesOf(family);
  const dummy = () => {
    const known = netns.interface(dummyInterface);
    if (known !== undefined) return known;
    const made = netns.addInterface(dummyInterface, "dummy");
    netns.setInterfaceUp(dummyInterface, false); // its addresses are local all the same
    return made;
  };
  return {
    table,
    writer: tables,
    sets: tables.sets,
    bind: (ip) => netns.addAddress(dummy(), ip, family === 4 ? 32 : 128),
    unbind: (ip) => netns.removeAddress(dummy(), ip),
    bound: () => netns.interface(dummyInterface)?.addresses.map((address) => address.ip.text) ?? [],
    hasConnections: (protocol, service, destination) =>
      netns.netfilter.conntrack
        .rows(netns.nowUs(), { protocol, originalDestination: service.ip, replySource: destination.ip })
        .some((row) => row.original.destination === service && row.reply.source === destination),
  };
}

function drainFromTimeToTime(simulation: Simulation, programmers: readonly IpvsProgrammer[]): void {
  simulation.clock.afterPeriodic(drainIntervalUs, () => {
    for (const programmer of programmers) if (programmer.isDraining) programmer.deleteDrained();
    drainFromTimeToTime(simulation, programmers);
  });
}

function familyOf(text: string): 4 | 6 | undefined {
  return parseIp(text.split("/")[0] as string)?.family;
}
