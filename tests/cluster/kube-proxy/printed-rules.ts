import { IptablesProgrammer } from "../../../src/cluster/kube-proxy/iptables-programmer.ts";
import { createProxyTable, NftablesProgrammer } from "../../../src/cluster/kube-proxy/nftables-programmer.ts";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { printIptablesSave } from "../../../src/cluster/network/netfilter/print-iptables.ts";
import { printNftTable } from "../../../src/cluster/network/netfilter/print-nft.ts";
import { allPorts, nodeFacts } from "./proxied.ts";
import { RememberedTables } from "./tables.ts";

/** The texts of `iptables-save` (or `ip6tables-save`) and `nft list table` for these objects on node1. */
export function printedRules(
  services: readonly ServiceObject[],
  slices: readonly EndpointSliceObject[],
  family: 4 | 6,
): { readonly iptables: string; readonly nft: string } {
  const v6 = { family: 6, ips: ["fd00::2"], clusterCidr: "fd00:10:244::/48", serviceCidrs: ["fd00:10:96::/112"] } as const;
  const node = nodeFacts(family === 6 ? v6 : {});
  const ports = allPorts(services, slices, node);
  const tables = new RememberedTables();
  const table = createProxyTable(node);
  for (const programmer of [
    new IptablesProgrammer(tables, new AddressBook(), node),
    new NftablesProgrammer(table, new AddressBook(), node),
  ]) {
    programmer.start(node);
    programmer.apply(ports);
  }
  return { iptables: printIptablesSave(tables, { family, dateMs: 0 }), nft: printNftTable(table, 0) };
}
