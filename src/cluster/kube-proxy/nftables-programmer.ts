import { type AddressBook, type Ip, inCidr } from "../network/address.ts";
import type { Reason } from "../network/name.ts";
import type { NftChain, NftMatch, NftRule, NftStatement } from "../network/netfilter/nft-rule.ts";
import { NftTable } from "../network/netfilter/nft-table.ts";
import type { NodeFacts } from "./desired.ts";
import { cidrOf } from "./iptables.ts";
import { masqueradeMark } from "./iptables-fixed.ts";
import { type NftPortRules, nftablesRules } from "./nftables.ts";
import type { PortChange, Programmer } from "./programmer.ts";
import { reason } from "./reasons.ts";
import { sameValue } from "./same-value.ts";

/** Puts what is desired into the table `kube-proxy` of one family; after a change it touches what differs. @source kubernetes pkg/proxy/nftables/proxier.go */
export class NftablesProgrammer implements Programmer {
  readonly #table: NftTable;
  readonly #book: AddressBook;
  #node: NodeFacts;
  #rules = new Map<string, NftPortRules>();
  /** How many Service ports have this ClusterIP: the set holds it while one has. */
  #clusterIps = new Map<number, number>();

  constructor(table: NftTable, book: AddressBook, node: NodeFacts) {
    this.#table = table;
    this.#book = book;
    this.#node = node;
  }

  start(node: NodeFacts): void {
    this.#node = node;
    this.#rules.clear();
    this.#clusterIps.clear();
    const table = this.#table;
    for (const name of [...table.chains.keys()]) if (name.includes("/")) table.deleteChain(name);
    for (const { name, elements } of [...table.maps.values()]) for (const key of [...elements.keys()]) table.deleteElement(name, key);
    for (const { name, elements } of [...table.sets.values()]) for (const ip of [...elements.values()]) table.deleteAddress(name, ip);
    addFixedPart(table, node);
    for (const ip of nodePortAddresses(node)) table.addAddress("nodeport-ips", this.#book.ip(ip));
  }

  apply(changes: readonly PortChange[]): void {
    for (const { key, desired } of changes) {
      const before = this.#rules.get(key);
      const after = desired === undefined ? undefined : nftablesRules(desired, this.#node, this.#book);
      this.#replace(before, after);
      if (after === undefined) this.#rules.delete(key);
      else this.#rules.set(key, after);
    }
  }

  removeStale(): void {
    const wanted = new Set<string>();
    for (const rules of this.#rules.values()) for (const set of rules.affinitySets.keys()) wanted.add(set);
    for (const { name, timeoutSeconds } of [...this.#table.sets.values()]) {
      if (timeoutSeconds !== undefined && !wanted.has(name)) this.#table.deleteSet(name);
    }
  }

  #replace(before: NftPortRules | undefined, after: NftPortRules | undefined): void {
    const table = this.#table;
    for (const ip of after?.clusterIps ?? []) this.#countClusterIp(ip, 1);
    for (const ip of before?.clusterIps ?? []) this.#countClusterIp(ip, -1);

    for (const [name, timeoutSeconds] of after?.affinitySets ?? []) {
      if (table.sets.get(name)?.timeoutSeconds === timeoutSeconds) continue; // its entries live on, also through a restart
      table.deleteSet(name);
      table.addSet({ name, comment: undefined, timeoutSeconds });
    }
    for (const [name, rules] of after?.chains ?? []) if (!sameValue(before?.chains.get(name), rules)) table.setRules(name, rules);
    for (const [map, elements] of before?.elements ?? []) {
      for (const key of elements.keys()) if (after?.elements.get(map)?.has(key) !== true) table.deleteElement(map, key);
    }
    for (const [map, elements] of after?.elements ?? []) {
      for (const [key, element] of elements) {
        if (!sameValue(before?.elements.get(map)?.get(key), element)) table.setElement(map, key, element);
      }
    }
    for (const name of before?.chains.keys() ?? []) if (after?.chains.has(name) !== true) table.deleteChain(name);
    for (const name of before?.affinitySets.keys() ?? []) if (after?.affinitySets.has(name) !== true) table.deleteSet(name);
  }

  #countClusterIp(ip: Ip, by: 1 | -1): void {
    const count = (this.#clusterIps.get(ip.id) ?? 0) + by;
    if (count > 0) {
      this.#clusterIps.set(ip.id, count);
      if (count === by) this.#table.addAddress("cluster-ips", ip);
    } else {
      this.#clusterIps.delete(ip.id);
      this.#table.deleteAddress("cluster-ips", ip);
    }
  }
}

/** The table as kube-proxy makes it before there is any Service. */
export function createProxyTable(node: NodeFacts): NftTable {
  const table = new NftTable(node.family, "kube-proxy", "rules for kube-proxy");
  addFixedPart(table, node);
  return table;
}

function addFixedPart(table: NftTable, node: NodeFacts): void {
  for (const [name, comment] of fixedSets) table.addSet({ name, comment, timeoutSeconds: undefined });
  for (const [name, key, comment] of fixedMaps) table.addMap({ name, key, comment });
  for (const chain of fixedChains(node)) table.addChain(chain);
}

const fixedSets = [
  ["cluster-ips", "Active ClusterIPs"],
  ["nodeport-ips", "IPs that accept NodePort traffic"],
] as const;

const fixedMaps = [
  ["firewall-ips", "service", "destinations that are subject to LoadBalancerSourceRanges"],
  ["no-endpoint-nodeports", "node-port", "vmap to drop or reject packets to service nodeports with no endpoints"],
  ["no-endpoint-services", "service", "vmap to drop or reject packets to services with no endpoints"],
  ["service-ips", "service", "ClusterIP, ExternalIP and LoadBalancer IP traffic"],
  ["service-nodeports", "node-port", "NodePort traffic"],
] as const;

/** `--nodeport-addresses` is `primary` unless given. */
function nodePortAddresses(node: NodeFacts): readonly string[] {
  if (node.nodePortAddresses === undefined) return node.ips.slice(0, 1);
  const ranges = node.nodePortAddresses.map(cidrOf);
  return node.ips.filter((ip) => ranges.some((range) => inCidr(cidrOf(ip), range)));
}

function fixedRule(matches: readonly NftMatch[], statement: NftStatement, because: Reason, comment?: string): NftRule {
  return { matches, statement, comment, object: undefined, because };
}

/** @source kubernetes pkg/proxy/nftables/proxier.go, setupNFTables; proxier_test.go, baseRules */
function fixedChains(node: NodeFacts): readonly NftChain[] {
  const isNew: NftMatch = { type: "new" };
  const enter = (chain: string): NftRule => fixedRule([isNew], { type: "jump", chain }, reason("kube-proxy.entry", { chain }));
  const jump = (chain: string): NftRule => fixedRule([], { type: "jump", chain }, reason("kube-proxy.entry", { chain }));
  const lookup = (map: string): NftRule =>
    fixedRule([], { type: "lookup", map, key: "service" }, reason("kube-proxy.entry", { chain: map }));
  const toNode: NftMatch = { type: "set", side: "daddr", set: "nodeport-ips" };
  const lookupNodePort = (map: string): NftRule =>
    fixedRule([toNode], { type: "lookup", map, key: "node-port" }, reason("kube-proxy.node-ports", {}));
  const plain = (name: string, rules: readonly NftRule[], comment?: string): NftChain => ({ name, comment, base: undefined, rules });
  const based = (
    name: string,
    type: "filter" | "nat",
    hook: "prerouting" | "input" | "forward" | "output" | "postrouting",
    priority: number,
    rules: readonly NftRule[],
  ): NftChain => ({ name, comment: undefined, base: { type, hook, priority }, rules });

  const toKnown: NftMatch = { type: "set", side: "daddr", set: "cluster-ips" };
  const clusterIpsCheck = [
    fixedRule(
      [toKnown],
      { type: "reject" },
      reason("kube-proxy.cluster-ip-wrong-port", {}),
      "Reject traffic to invalid ports of ClusterIPs",
    ),
  ];
  const serviceCidrs = node.serviceCidrs.map(cidrOf);
  if (serviceCidrs.length > 0) {
    clusterIpsCheck.push(
      fixedRule(
        [{ type: "address", side: "daddr", cidrs: serviceCidrs, negated: false }],
        { type: "drop" },
        reason("kube-proxy.cluster-ip-unallocated", { cidr: node.serviceCidrs.join(",") }),
        "Drop traffic to unallocated ClusterIPs",
      ),
    );
  }
  const bits = masqueradeMark;
  return [
    plain("cluster-ips-check", clusterIpsCheck),
    based("filter-prerouting-pre-dnat", "filter", "prerouting", -110, [enter("firewall-check")]),
    based("filter-output-pre-dnat", "filter", "output", -110, [enter("firewall-check")]),
    based("filter-forward", "filter", "forward", 0, [enter("service-endpoints-check"), enter("cluster-ips-check")]),
    based("filter-input", "filter", "input", 0, [enter("nodeport-endpoints-check"), enter("service-endpoints-check")]),
    based("filter-output", "filter", "output", 0, [enter("service-endpoints-check"), enter("cluster-ips-check")]),
    plain("firewall-check", [lookup("firewall-ips")]),
    plain("mark-for-masquerade", [fixedRule([], { type: "mark", operator: "|", bits }, reason("kube-proxy.mark", {}))]),
    plain("masquerading", [
      fixedRule([{ type: "unmarked", bits }], { type: "return" }, reason("kube-proxy.not-marked", {})),
      fixedRule([], { type: "mark", operator: "^", bits }, reason("kube-proxy.clear-mark", {})),
      fixedRule([], { type: "masquerade" }, reason("kube-proxy.masquerade", {})),
    ]),
    based("nat-output", "nat", "output", -100, [jump("services")]),
    based("nat-postrouting", "nat", "postrouting", 100, [jump("masquerading")]),
    based("nat-prerouting", "nat", "prerouting", -100, [jump("services")]),
    plain("nodeport-endpoints-check", [lookupNodePort("no-endpoint-nodeports")]),
    plain(
      "reject-chain",
      [fixedRule([], { type: "reject" }, reason("kube-proxy.reject", {}))],
      "helper for @no-endpoint-services / @no-endpoint-nodeports",
    ),
    plain("services", [lookup("service-ips"), lookupNodePort("service-nodeports")]),
    plain("service-endpoints-check", [lookup("no-endpoint-services")]),
  ];
}
