import { type AddressBook, inCidr, type SocketAddress } from "../network/address.ts";
import type { Reason } from "../network/name.ts";
import type { IpSetEntry, IpSetType } from "../network/netfilter/ipset.ts";
import type { DesiredPort, NodeFacts } from "./desired.ts";
import type { Endpoint } from "./endpoints.ts";
import { reason } from "./reasons.ts";
import type { ServiceProtocol } from "./service-port.ts";

/** The sets that kube-proxy makes, in order: name, type and the comment of their rules. @source kubernetes pkg/proxy/ipvs/ipset.go, ipsetInfo */
export const ipvsSets = {
  "KUBE-LOOP-BACK": ["hash:ip,port,ip", "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose"],
  "KUBE-CLUSTER-IP": ["hash:ip,port", "Kubernetes service cluster ip + port for masquerade purpose"],
  "KUBE-EXTERNAL-IP": ["hash:ip,port", "Kubernetes service external ip + port for masquerade and filter purpose"],
  "KUBE-EXTERNAL-IP-LOCAL": ["hash:ip,port", "Kubernetes service external ip + port with externalTrafficPolicy=local"],
  "KUBE-LOAD-BALANCER": ["hash:ip,port", "Kubernetes service lb portal"],
  "KUBE-LOAD-BALANCER-FW": ["hash:ip,port", "Kubernetes service load balancer ip + port for load balancer with sourceRange"],
  "KUBE-LOAD-BALANCER-LOCAL": ["hash:ip,port", "Kubernetes service load balancer ip + port with externalTrafficPolicy=local"],
  "KUBE-LOAD-BALANCER-SOURCE-IP": ["hash:ip,port,ip", "Kubernetes service load balancer ip + port + source IP for packet filter purpose"],
  "KUBE-LOAD-BALANCER-SOURCE-CIDR": [
    "hash:ip,port,net",
    "Kubernetes service load balancer ip + port + source cidr for packet filter purpose",
  ],
  "KUBE-NODE-PORT-TCP": ["bitmap:port", "Kubernetes nodeport TCP port for masquerade purpose"],
  "KUBE-NODE-PORT-LOCAL-TCP": ["bitmap:port", "Kubernetes nodeport TCP port with externalTrafficPolicy=local"],
  "KUBE-NODE-PORT-UDP": ["bitmap:port", "Kubernetes nodeport UDP port for masquerade purpose"],
  "KUBE-NODE-PORT-LOCAL-UDP": ["bitmap:port", "Kubernetes nodeport UDP port with externalTrafficPolicy=local"],
  "KUBE-NODE-PORT-SCTP-HASH": ["hash:ip,port", "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'"],
  "KUBE-NODE-PORT-LOCAL-SCTP-HASH": [
    "hash:ip,port",
    "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
  ],
  "KUBE-HEALTH-CHECK-NODE-PORT": ["bitmap:port", "Kubernetes health check node port"],
  "KUBE-IPVS-IPS": ["hash:ip", "Kubernetes kube-ipvs0 addresses"],
} as const satisfies Readonly<Record<string, readonly [IpSetType, string]>>;

export type IpvsSetName = keyof typeof ipvsSets;

/** In IPv6 the sets have names of their own. @source ipset.go, NewIPSet */
export function ipvsSetName(name: IpvsSetName, family: 4 | 6): string {
  return family === 4 ? name : `KUBE-6-${name.slice("KUBE-".length)}`;
}

export interface DesiredVirtualServer {
  readonly protocol: ServiceProtocol;
  readonly address: SocketAddress;
  readonly persistentSeconds: number;
  readonly object: string;
  readonly becauseEmpty: Reason;
  readonly destinations: readonly { readonly address: SocketAddress; readonly because: Reason }[];
}

/** All that one Service port asks for in ipvs mode. */
export interface IpvsPortRules {
  readonly servers: readonly DesiredVirtualServer[];
  /** Addresses for `kube-ipvs0`. */
  readonly bound: readonly string[];
  readonly members: readonly { readonly set: IpvsSetName; readonly entry: IpSetEntry }[];
  /** Virtual servers that this node itself may not use by their own address: the ranges do not hold the node. */
  readonly closedToNode: readonly { readonly protocol: ServiceProtocol; readonly address: SocketAddress }[];
}

/**
 * Pure.
 * @source kubernetes pkg/proxy/ipvs/proxier.go, syncProxyRules, syncEndpoint
 */
export function ipvsRules(desired: DesiredPort, node: NodeFacts, book: AddressBook): IpvsPortRules {
  const { port } = desired;
  const { protocol } = port;
  const service = port.text;
  const servers: DesiredVirtualServer[] = [];
  const bound: string[] = [];
  const members: { set: IpvsSetName; entry: IpSetEntry }[] = [];
  const closedToNode: { protocol: ServiceProtocol; address: SocketAddress }[] = [];
  const add = (set: IpvsSetName, entry: IpSetEntry): void => {
    members.push({ set, entry });
  };
  const virtual = (ip: string, number: number, isLocalOnly: boolean): SocketAddress => {
    const address = book.socket(book.ip(ip), number);
    // Local policy without local endpoints falls back to all: pods are served, outside clients get answers from the wrong address.
    const endpoints = isLocalOnly && desired.localEndpoints.length > 0 ? desired.localEndpoints : desired.clusterEndpoints;
    servers.push({
      protocol,
      address,
      persistentSeconds: port.affinitySeconds,
      object: port.object,
      becauseEmpty: reason("kube-proxy.no-endpoints", { service, address: ip, port: number }),
      destinations: endpoints.map((endpoint, i) => destination(endpoint, i, endpoints.length)),
    });
    return address;
  };
  const destination = (endpoint: Endpoint, index: number, count: number) => ({
    address: book.socket(book.ip(endpoint.ip), endpoint.port),
    because: reason("kube-proxy.ipvs-turn", { service, endpoint: endpoint.text, number: index + 1, count }),
  });
  const bind = (ip: string): void => {
    bound.push(ip);
    add("KUBE-IPVS-IPS", { type: "hash:ip", ip: book.ip(ip) });
  };
  const isOfNode = (ip: string): boolean => node.ips.includes(ip);

  for (const endpoint of desired.endpoints) {
    if (!endpoint.isLocal) continue;
    const ip = book.ip(endpoint.ip);
    add("KUBE-LOOP-BACK", { type: "hash:ip,port,ip", protocol, address: book.socket(ip, endpoint.port), ip });
  }

  add("KUBE-CLUSTER-IP", { type: "hash:ip,port", protocol, address: virtual(port.clusterIp, port.port, port.isInternalLocal) });
  bind(port.clusterIp);

  for (const ip of port.externalIps) {
    const set = port.isExternalLocal ? "KUBE-EXTERNAL-IP-LOCAL" : "KUBE-EXTERNAL-IP";
    add(set, { type: "hash:ip,port", protocol, address: virtual(ip, port.port, port.isExternalLocal) });
    if (!isOfNode(ip)) bind(ip);
  }

  for (const ip of port.loadBalancerVips) {
    const address = virtual(ip, port.port, port.isExternalLocal);
    const entry: IpSetEntry = { type: "hash:ip,port", protocol, address };
    add("KUBE-LOAD-BALANCER", entry);
    if (port.isExternalLocal) add("KUBE-LOAD-BALANCER-LOCAL", entry);
    if (port.sourceRanges.length > 0) {
      add("KUBE-LOAD-BALANCER-FW", entry);
      for (const net of port.sourceRanges) add("KUBE-LOAD-BALANCER-SOURCE-CIDR", { type: "hash:ip,port,net", protocol, address, net });
      const own = node.ips[0];
      if (own !== undefined && port.sourceRanges.some((range) => inCidr(book.ip(own), range))) {
        add("KUBE-LOAD-BALANCER-SOURCE-IP", { type: "hash:ip,port,ip", protocol, address, ip: book.ip(ip) });
      } else closedToNode.push({ protocol, address });
    }
    if (!isOfNode(ip)) bind(ip);
  }

  if (port.nodePort !== 0) {
    const addresses = node.ips.map((ip) => virtual(ip, port.nodePort, port.isExternalLocal));
    if (protocol === "sctp") {
      for (const address of addresses) {
        add("KUBE-NODE-PORT-SCTP-HASH", { type: "hash:ip,port", protocol, address });
        if (port.isExternalLocal) add("KUBE-NODE-PORT-LOCAL-SCTP-HASH", { type: "hash:ip,port", protocol, address });
      }
    } else {
      const entry: IpSetEntry = { type: "bitmap:port", port: port.nodePort };
      add(protocol === "tcp" ? "KUBE-NODE-PORT-TCP" : "KUBE-NODE-PORT-UDP", entry);
      if (port.isExternalLocal) add(protocol === "tcp" ? "KUBE-NODE-PORT-LOCAL-TCP" : "KUBE-NODE-PORT-LOCAL-UDP", entry);
    }
  }

  if (port.healthCheckNodePort !== 0) add("KUBE-HEALTH-CHECK-NODE-PORT", { type: "bitmap:port", port: port.healthCheckNodePort });
  return { servers, bound, members, closedToNode };
}
