import { type AddressBook, type Ip, inCidr } from "../network/address.ts";
import type { Reason } from "../network/name.ts";
import {
  type NftElement,
  type NftMatch,
  type NftRule,
  type NftStatement,
  type NftVerdict,
  nodePortKey,
  serviceKey,
} from "../network/netfilter/nft-rule.ts";
import type { DesiredPort, NodeFacts } from "./desired.ts";
import type { Endpoint } from "./endpoints.ts";
import { cidrOf, hostCidr } from "./iptables.ts";
import { nftEndpointName, nftPortName } from "./nftables-names.ts";
import { reason } from "./reasons.ts";

/** All that one Service port asks for in nftables mode. */
export interface NftPortRules {
  readonly chains: ReadonlyMap<string, readonly NftRule[]>;
  /** Affinity sets and their timeout in seconds. */
  readonly affinitySets: ReadonlyMap<string, number>;
  readonly clusterIps: readonly Ip[];
  /** By map, then by key. */
  readonly elements: ReadonlyMap<string, ReadonlyMap<number, NftElement>>;
}

/**
 * The rules of one Service port. Pure.
 * @source kubernetes pkg/proxy/nftables/proxier.go, syncProxyRules
 */
export function nftablesRules(desired: DesiredPort, node: NodeFacts, book: AddressBook): NftPortRules {
  const { port, hasAny } = desired;
  const service = port.text;
  const { object } = port;
  const base = nftPortName(port);
  const serviceChain = `service-${base}`;
  const localChain = `local-${base}`;
  const externalChain = `external-${base}`;
  const firewallChain = `firewall-${base}`;

  const chains = new Map<string, NftRule[]>();
  const affinitySets = new Map<string, number>();
  const elements = new Map<string, Map<number, NftElement>>();
  const rule = (matches: readonly NftMatch[], statement: NftStatement, because: Reason, comment?: string): NftRule => ({
    matches,
    statement,
    comment,
    object,
    because,
  });
  const add = (chain: string, added: NftRule): void => {
    const rules = chains.get(chain);
    if (rules === undefined) chains.set(chain, [added]);
    else rules.push(added);
  };
  const element = (map: string, key: number, added: Pick<NftElement, "address" | "port" | "comment" | "verdict" | "because">): void => {
    let of = elements.get(map);
    if (of === undefined) {
      of = new Map();
      elements.set(map, of);
    }
    of.set(key, { ...added, protocol: port.protocol, object });
  };
  const serviceElement = (map: string, ip: string, verdict: NftVerdict, because: Reason, comment?: string): void => {
    const address = book.ip(ip);
    element(map, serviceKey(port.protocol, book.socket(address, port.port)), { address, port: port.port, comment, verdict, because });
  };
  const nodePortElement = (map: string, verdict: NftVerdict, because: Reason, comment?: string): void => {
    element(map, nodePortKey(port.protocol, port.nodePort), { address: undefined, port: port.nodePort, comment, verdict, because });
  };
  const goto = (chain: string): NftVerdict => ({ type: "goto", chain });
  const markForMasquerade: NftVerdict = { type: "jump", chain: "mark-for-masquerade" };
  const internalChain = port.isInternalLocal ? localChain : serviceChain;
  const clusterIp = port.clusterIp;

  if (desired.hasInternal) {
    serviceElement(
      "service-ips",
      clusterIp,
      goto(internalChain),
      reason("kube-proxy.cluster-ip", { service, address: clusterIp, port: port.port }),
    );
    const toClusterIp: NftMatch = { type: "address", side: "daddr", cidrs: [hostCidr(book, clusterIp)], negated: false };
    if (node.isMasqueradeAll) add(internalChain, rule([toClusterIp], markForMasquerade, reason("kube-proxy.masquerade-all", { service })));
    else if (node.clusterCidr !== undefined) {
      const fromElsewhere: NftMatch = { type: "address", side: "saddr", cidrs: [cidrOf(node.clusterCidr)], negated: true };
      add(
        internalChain,
        rule(
          [toClusterIp, fromElsewhere],
          markForMasquerade,
          reason("kube-proxy.masquerade-off-cluster", { service, cidr: node.clusterCidr }),
        ),
      );
    }
  } else {
    const { verdict, because } = refusal(desired, clusterIp, port.port);
    serviceElement("no-endpoint-services", clusterIp, verdict, because, service);
  }

  if (hasAny) {
    for (const ip of port.externalIps) {
      serviceElement("service-ips", ip, goto(externalChain), reason("kube-proxy.external-ip", { service, address: ip, port: port.port }));
    }
    for (const ip of port.loadBalancerVips) {
      serviceElement(
        "service-ips",
        ip,
        goto(externalChain),
        reason("kube-proxy.load-balancer-ip", { service, address: ip, port: port.port }),
      );
    }
    if (port.nodePort !== 0) {
      nodePortElement("service-nodeports", goto(externalChain), reason("kube-proxy.node-port", { service, port: port.nodePort }));
    }
  }
  if (!desired.hasExternal) {
    for (const ip of [...port.externalIps, ...port.loadBalancerVips]) {
      const { verdict, because } = refusal(desired, ip, port.port);
      serviceElement("no-endpoint-services", ip, verdict, because, service);
    }
    if (port.nodePort !== 0) {
      const { verdict, because } = refusal(desired, "", port.nodePort);
      nodePortElement("no-endpoint-nodeports", verdict, because, service);
    }
  }

  if (port.loadBalancerVips.length > 0 && port.sourceRanges.length > 0) {
    const cidrs = [...port.sourceRanges];
    const own = node.ips[0];
    if (own !== undefined && cidrs.some((cidr) => inCidr(book.ip(own), cidr))) {
      for (const vip of port.loadBalancerVips) cidrs.push(hostCidr(book, vip));
    }
    const outside: NftMatch = { type: "address", side: "saddr", cidrs, negated: true };
    const address = port.loadBalancerVips.join(",");
    add(firewallChain, rule([outside], { type: "drop" }, reason("kube-proxy.source-range-drop", { service, address, port: port.port })));
    for (const vip of port.loadBalancerVips)
      serviceElement(
        "firewall-ips",
        vip,
        goto(firewallChain),
        reason("kube-proxy.load-balancer-ip", { service, address: vip, port: port.port }),
      );
  }

  if (hasAny && desired.isExternallyAccessible) {
    if (port.isExternalLocal) {
      if (node.clusterCidr !== undefined) {
        const fromPod: NftMatch = { type: "address", side: "saddr", cidrs: [cidrOf(node.clusterCidr)], negated: false };
        add(
          externalChain,
          rule(
            [fromPod],
            goto(serviceChain),
            reason("kube-proxy.pod-short-cut", { service, cidr: node.clusterCidr }),
            "short-circuit pod traffic",
          ),
        );
      }
      const fromNode: NftMatch = { type: "local", side: "saddr" };
      add(
        externalChain,
        rule([fromNode], markForMasquerade, reason("kube-proxy.node-masquerade", { service }), "masquerade local traffic"),
      );
      add(
        externalChain,
        rule([fromNode], goto(serviceChain), reason("kube-proxy.node-short-cut", { service }), "short-circuit local traffic"),
      );
      if (desired.hasExternal) add(externalChain, rule([], goto(localChain), reason("kube-proxy.to-local-endpoints", { service })));
    } else {
      add(externalChain, rule([], markForMasquerade, reason("kube-proxy.masquerade-external", { service })));
      if (desired.hasExternal) add(externalChain, rule([], goto(serviceChain), reason("kube-proxy.to-cluster-endpoints", { service })));
    }
  }

  const names = new Map<Endpoint, string>();
  for (const endpoint of desired.allReachable) {
    const name = nftEndpointName(port, endpoint);
    names.set(endpoint, name);
    const args = { service, endpoint: endpoint.text };
    const fromItself: NftMatch = { type: "address", side: "saddr", cidrs: [hostCidr(book, endpoint.ip)], negated: false };
    const rules = [rule([fromItself], markForMasquerade, reason("kube-proxy.hairpin", args))];
    if (port.affinitySeconds > 0) {
      affinitySets.set(`affinity-${name}`, port.affinitySeconds);
      rules.push(
        rule([], { type: "update", set: `affinity-${name}` }, reason("kube-proxy.affinity", { ...args, seconds: port.affinitySeconds })),
      );
    }
    const to = book.socket(book.ip(endpoint.ip), endpoint.port);
    rules.push(rule([{ type: "protocol", protocol: port.protocol }], { type: "dnat", to }, reason("kube-proxy.dnat", args)));
    chains.set(`endpoint-${name}`, rules);
  }
  const addChoice = (chain: string, endpoints: readonly Endpoint[]): void => {
    if (port.affinitySeconds > 0) {
      for (const endpoint of endpoints) {
        const name = names.get(endpoint) as string;
        const because = reason("kube-proxy.affinity", { service, endpoint: endpoint.text, seconds: port.affinitySeconds });
        add(chain, rule([{ type: "set", side: "saddr", set: `affinity-${name}` }], goto(`endpoint-${name}`), because));
      }
    }
    const count = endpoints.length;
    const choices = endpoints.map((endpoint, i) => ({
      chain: `endpoint-${names.get(endpoint) as string}`,
      because: reason("kube-proxy.endpoint-drawn", { service, endpoint: endpoint.text, number: i + 1, count, left: count }),
    }));
    add(chain, rule([], { type: "choose", chains: choices }, reason("kube-proxy.to-cluster-endpoints", { service })));
  };
  if (desired.usesClusterEndpoints && desired.clusterEndpoints.length > 0) addChoice(serviceChain, desired.clusterEndpoints);
  if (desired.usesLocalEndpoints && desired.localEndpoints.length > 0) addChoice(localChain, desired.localEndpoints);

  return { chains, affinitySets, clusterIps: [book.ip(clusterIp)], elements };
}

function refusal(desired: DesiredPort, address: string, port: number): { readonly verdict: NftVerdict; readonly because: Reason } {
  const service = desired.port.text;
  return desired.hasAny
    ? { verdict: { type: "drop" }, because: reason("kube-proxy.no-local-endpoints", { service, address, port }) }
    : { verdict: { type: "goto", chain: "reject-chain" }, because: reason("kube-proxy.no-endpoints", { service, address, port }) };
}
