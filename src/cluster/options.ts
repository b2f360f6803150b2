import type { ClusterVersion } from "./api/kind.ts";

/** All that makes one cluster and its surroundings, with every default filled in. */
export interface ClusterOptions {
  readonly seed: number;
  /** What t=0 is in the simulated world, in milliseconds of the Unix epoch. */
  readonly startMs: number;
  readonly version: ClusterVersion;
  /** `cluster.local` */
  readonly domain: string;
  /** One per family, the primary first. */
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodePortRange: { readonly from: number; readonly to: number };
  readonly proxyMode: ProxyMode;
  /** False: no cloud, EXTERNAL-IP stays `<pending>`. */
  readonly loadBalancer: boolean;
  /** At most one per family. */
  readonly loadBalancerPools: readonly string[];
  readonly nodeFirewall: "open" | "closed";
  /** undefined: none. `ip`: the address of its LoadBalancer Service; otherwise the pool's first. */
  readonly ingressController: { readonly class: string; readonly ip: string | undefined } | undefined;
  readonly nodes: readonly NodeOptions[];
  readonly clients: readonly ClientOptions[];
  readonly external: readonly ExternalOptions[];
  /** The outside world's DNS: name to address. External hosts are in it by their names. */
  readonly dns: Readonly<Record<string, string>>;
}

export type ProxyMode = "iptables" | "ipvs" | "nftables";

export interface NodeOptions {
  readonly name: string;
  /** One per family, the primary first. */
  readonly ips: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly unschedulable: boolean;
  readonly capacity: Readonly<Record<string, string | number>>;
}

export interface ClientOptions {
  readonly name: string;
  readonly ips: readonly string[];
  readonly keepAlive: boolean;
}

export interface ExternalOptions {
  readonly name: string;
  readonly ip: string;
  readonly ports: readonly number[];
  /** Host headers it accepts; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  readonly body: string;
}

/** Addresses of the world around every cluster that no scenario names. */
export const outsideDnsIp = "198.51.100.53";
export const apiServerIp = "192.168.0.254";
export const apiServerPort = 6443;
