import type { IpvsTable } from "../network/netfilter/ipvs-table.ts";
import type { NftTable } from "../network/netfilter/nft-table.ts";

export type ProxyMode = "iptables" | "ipvs" | "nftables";

/**
 * What kube-proxy has put into the node's kernel beside the iptables tables: it stays when kube-proxy stops, and goes with the machine.
 * `nft`, `ipvsadm` and `trace` read it.
 */
export interface ProxyKernel {
  readonly mode: ProxyMode;
  /** Mode nftables: one table a family, the primary first. */
  readonly nftTables: readonly NftTable[];
  /** Mode ipvs; empty otherwise. */
  readonly ipvs: IpvsTable;
}
