import type { AddressBook, Cidr, Ip } from "../network/address.ts";
import { inCidr, parseCidr } from "../network/address.ts";
import type { Reason } from "../network/hop.ts";
import type { Extension, Match, Rule, Target } from "../network/netfilter/rule.ts";
import type { DesiredPort, NodeFacts } from "./desired.ts";
import type { Endpoint } from "./endpoints.ts";
import { endpointChain, portChains } from "./names.ts";
import { reason } from "./reasons.ts";

/** Chains to which every Service port may add a few rules of its own, as `table/chain`. */
export const sharedChains = [
  "nat/KUBE-SERVICES",
  "nat/KUBE-NODEPORTS",
  "filter/KUBE-SERVICES",
  "filter/KUBE-EXTERNAL-SERVICES",
  "filter/KUBE-PROXY-FIREWALL",
  "filter/KUBE-NODEPORTS",
] as const;
export type SharedChain = (typeof sharedChains)[number];

/** All that one Service port asks for. */
export interface PortRules {
  readonly shared: ReadonlyMap<SharedChain, readonly Rule[]>;
  /** Its own chains, all in table nat. */
  readonly own: ReadonlyMap<string, readonly Rule[]>;
}

/**
 * The rules of one Service port. Pure.
 * @param isLargeCluster more than 1000 endpoints in all: the rules of endpoints lose their comments
 * @source kubernetes pkg/proxy/iptables/proxier.go, syncProxyRules
 */
export function iptablesRules(desired: DesiredPort, node: NodeFacts, book: AddressBook, isLargeCluster: boolean): PortRules {
  const { port, hasAny } = desired;
  const service = port.text;
  const names = portChains(service, port.protocol);
  const shared = new Map<SharedChain, Rule[]>();
  const own = new Map<string, Rule[]>();
  const rule = (match: Match, target: Target, because: Reason): Rule => ({ match, target, object: port.object, because });
  const add = (chain: SharedChain, added: Rule): void => {
    const rules = shared.get(chain);
    if (rules === undefined) shared.set(chain, [added]);
    else rules.push(added);
  };
  const addOwn = (chain: string, added: Rule): void => {
    const rules = own.get(chain);
    if (rules === undefined) own.set(chain, [added]);
    else rules.push(added);
  };
  const portsTo = (destination: number): Extension => ({
    type: "ports",
    protocol: port.protocol,
    destinationPorts: { from: destination, to: destination },
  });
  const toPort = portsTo(port.port);
  /** `-d IP/32 -p PROTO -m comment --comment "TEXT" -m PROTO --dport PORT` */
  const matchAddress = (ip: string, text: string): Match => ({
    destination: { cidr: hostCidr(book, ip), negated: false },
    protocol: port.protocol,
    extensions: [comment(text), toPort],
  });

  const internalChain = port.isInternalLocal ? names.svl : names.svc;
  const { clusterIp } = port;

  if (desired.hasInternal) {
    const match = matchAddress(clusterIp, `${service} cluster IP`);
    add(
      "nat/KUBE-SERVICES",
      rule(match, jump(internalChain), reason("kube-proxy.cluster-ip", { service, address: clusterIp, port: port.port })),
    );
    if (node.isMasqueradeAll) addOwn(internalChain, rule(match, markForMasquerade, reason("kube-proxy.masquerade-all", { service })));
    else if (node.clusterCidr !== undefined) {
      const fromElsewhere = { ...match, source: { cidr: cidrOf(node.clusterCidr), negated: true } };
      addOwn(
        internalChain,
        rule(fromElsewhere, markForMasquerade, reason("kube-proxy.masquerade-off-cluster", { service, cidr: node.clusterCidr })),
      );
    }
  } else {
    const { target, text, because } = refusal(desired, node.family, clusterIp, port.port);
    add("filter/KUBE-SERVICES", rule(matchAddress(clusterIp, text), target, because));
  }

  const hasFirewall = hasAny && port.loadBalancerVips.length > 0 && port.sourceRanges.length > 0;
  if (hasAny) {
    for (const ip of port.externalIps) {
      const because = reason("kube-proxy.external-ip", { service, address: ip, port: port.port });
      add("nat/KUBE-SERVICES", rule(matchAddress(ip, `${service} external IP`), jump(names.ext), because));
    }
    for (const ip of port.loadBalancerVips) {
      const because = reason("kube-proxy.load-balancer-ip", { service, address: ip, port: port.port });
      const chain = hasFirewall ? names.fw : names.ext;
      add("nat/KUBE-SERVICES", rule(matchAddress(ip, `${service} loadbalancer IP`), jump(chain), because));
    }
    if (port.nodePort !== 0) {
      const match: Match = { protocol: port.protocol, extensions: [comment(service), portsTo(port.nodePort)] };
      add("nat/KUBE-NODEPORTS", rule(match, jump(names.ext), reason("kube-proxy.node-port", { service, port: port.nodePort })));
    }
  }

  if (!desired.hasExternal) {
    for (const ip of [...port.externalIps, ...port.loadBalancerVips]) {
      const { target, text, because } = refusal(desired, node.family, ip, port.port);
      add("filter/KUBE-EXTERNAL-SERVICES", rule(matchAddress(ip, text), target, because));
    }
    if (port.nodePort !== 0) {
      const { target, text, because } = refusal(desired, node.family, "", port.nodePort);
      const match: Match = {
        protocol: port.protocol,
        extensions: [comment(text), { type: "addrtype", side: "dst", is: "LOCAL", negated: false }, portsTo(port.nodePort)],
      };
      add("filter/KUBE-EXTERNAL-SERVICES", rule(match, target, because));
    }
  }

  if (hasFirewall) {
    const match: Match = { extensions: [comment(`${service} loadbalancer IP`)] };
    let isNodeIn = false;
    for (const cidr of port.sourceRanges) {
      addOwn(
        names.fw,
        rule(
          { source: { cidr, negated: false }, ...match },
          jump(names.ext),
          reason("kube-proxy.source-range", { service, cidr: cidr.text }),
        ),
      );
      if (node.ips[0] !== undefined && inCidr(book.ip(node.ips[0]), cidr)) isNodeIn = true;
    }
    for (const vip of port.loadBalancerVips) {
      if (isNodeIn) {
        const fromVip = { source: { cidr: hostCidr(book, vip), negated: false }, ...match };
        addOwn(names.fw, rule(fromVip, jump(names.ext), reason("kube-proxy.source-range-own", { service, address: vip })));
      }
      add(
        "filter/KUBE-PROXY-FIREWALL",
        rule(
          matchAddress(vip, `${service} traffic not accepted by ${names.fw}`),
          { type: "drop" },
          reason("kube-proxy.source-range-drop", { service, address: vip, port: port.port }),
        ),
      );
    }
    const text = `other traffic to ${service} will be dropped by KUBE-PROXY-FIREWALL`;
    addOwn(names.fw, rule({ extensions: [comment(text)] }, { type: "none" }, reason("kube-proxy.source-range-none", { service })));
  }

  if (port.healthCheckNodePort !== 0) {
    const match: Match = {
      protocol: "tcp",
      extensions: [
        comment(`${service} health check node port`),
        { type: "ports", protocol: "tcp", destinationPorts: { from: port.healthCheckNodePort, to: port.healthCheckNodePort } },
      ],
    };
    add(
      "filter/KUBE-NODEPORTS",
      rule(match, { type: "accept" }, reason("kube-proxy.health-check-port", { service, port: port.healthCheckNodePort })),
    );
  }

  if (hasAny && desired.isExternallyAccessible) {
    if (port.isExternalLocal) {
      if (node.clusterCidr !== undefined) {
        const match: Match = {
          source: { cidr: cidrOf(node.clusterCidr), negated: false },
          extensions: [comment(`pod traffic for ${service} external destinations`)],
        };
        addOwn(names.ext, rule(match, jump(names.svc), reason("kube-proxy.pod-short-cut", { service, cidr: node.clusterCidr })));
      }
      const fromNode: Extension = { type: "addrtype", side: "src", is: "LOCAL", negated: false };
      addOwn(
        names.ext,
        rule(
          { extensions: [comment(`masquerade LOCAL traffic for ${service} external destinations`), fromNode] },
          markForMasquerade,
          reason("kube-proxy.node-masquerade", { service }),
        ),
      );
      addOwn(
        names.ext,
        rule(
          { extensions: [comment(`route LOCAL traffic for ${service} external destinations`), fromNode] },
          jump(names.svc),
          reason("kube-proxy.node-short-cut", { service }),
        ),
      );
      if (desired.hasExternal) addOwn(names.ext, rule(anything, jump(names.svl), reason("kube-proxy.to-local-endpoints", { service })));
    } else {
      addOwn(
        names.ext,
        rule(
          { extensions: [comment(`masquerade traffic for ${service} external destinations`)] },
          markForMasquerade,
          reason("kube-proxy.masquerade-external", { service }),
        ),
      );
      if (desired.hasExternal) addOwn(names.ext, rule(anything, jump(names.svc), reason("kube-proxy.to-cluster-endpoints", { service })));
    }
  }

  const reachable = desired.allReachable;
  if (reachable.length > 0) {
    const endpointNames = new Map<Endpoint, string>();
    const withPort: Extension = { type: "ports", protocol: port.protocol };
    // Rules are many and their parts alike, so what is alike is shared.
    const ownComment = isLargeCluster ? [] : [comment(service)];
    const toEndpoint: Match = { protocol: port.protocol, extensions: [...ownComment, withPort] };
    for (const endpoint of reachable) {
      const chain = endpointChain(service, port.protocol, endpoint.text);
      endpointNames.set(endpoint, chain);
      const hairpin: Match = { source: { cidr: hostCidr(book, endpoint.ip), negated: false }, extensions: ownComment };
      const remembers: Extension = { type: "recent", command: "set", name: chain };
      const match = port.affinitySeconds > 0 ? { ...toEndpoint, extensions: [...ownComment, remembers, withPort] } : toEndpoint;
      const args = { service, endpoint: endpoint.text };
      own.set(chain, [
        rule(hairpin, markForMasquerade, reason("kube-proxy.hairpin", args)),
        rule(match, { type: "dnat", to: book.socket(book.ip(endpoint.ip), endpoint.port) }, reason("kube-proxy.dnat", args)),
      ]);
    }
    const addChoice = (chain: string, endpoints: readonly Endpoint[]): void => {
      const count = endpoints.length;
      const texts = endpoints.map((endpoint) => (isLargeCluster ? [] : [comment(`${service} -> ${endpoint.text}`)]));
      // Endpoints are values of one list, so a reachable one is found by identity.
      const chains = endpoints.map((endpoint) => endpointNames.get(endpoint) as string);
      if (port.affinitySeconds > 0) {
        for (const [i, endpoint] of endpoints.entries()) {
          const recent: Extension = {
            type: "recent",
            command: "rcheck",
            name: chains[i] as string,
            seconds: port.affinitySeconds,
            reap: true,
          };
          addOwn(
            chain,
            rule(
              { extensions: [...(texts[i] as Extension[]), recent] },
              jump(chains[i] as string),
              reason("kube-proxy.affinity", { service, endpoint: endpoint.text, seconds: port.affinitySeconds }),
            ),
          );
        }
      }
      for (const [i, endpoint] of endpoints.entries()) {
        const left = count - i;
        const extensions = texts[i] as Extension[];
        const args = { service, endpoint: endpoint.text, number: i + 1, count };
        addOwn(
          chain,
          left > 1
            ? rule(
                { extensions: [...extensions, oneOf(left)] },
                jump(chains[i] as string),
                reason("kube-proxy.endpoint-drawn", { ...args, left }),
              )
            : rule({ extensions }, jump(chains[i] as string), reason("kube-proxy.endpoint-left", args)),
        );
      }
    };
    if (desired.usesClusterEndpoints && desired.clusterEndpoints.length > 0) addChoice(names.svc, desired.clusterEndpoints);
    if (desired.usesLocalEndpoints && desired.localEndpoints.length > 0) addChoice(names.svl, desired.localEndpoints);
  }

  return { shared, own };
}

const anything: Match = { extensions: [] };
const markForMasquerade = jump("KUBE-MARK-MASQ");

const oneOfKnown = new Map<number, Extension>();

/** `-m statistic` with the chance 1 in `n`. */
function oneOf(n: number): Extension {
  let known = oneOfKnown.get(n);
  if (known === undefined) {
    known = { type: "statistic", probability: probabilityUnits(n) };
    oneOfKnown.set(n, known);
  }
  return known;
}

export function comment(text: string): Extension {
  return { type: "comment", text };
}

export function jump(chain: string): Target {
  return { type: "jump", chain };
}

const cidrs = new Map<string, Cidr>();

/** A CIDR that the cluster's options name; few, so they are kept. @throws when it is none: options are validated before */
export function cidrOf(text: string): Cidr {
  let cidr = cidrs.get(text);
  if (cidr === undefined) {
    cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(`not a CIDR: ${text}`);
    cidrs.set(text, cidr);
  }
  return cidr;
}

const hosts = new WeakMap<Ip, Cidr>();

/** `10.96.0.1/32`: one address as a CIDR; all nodes' rules share it. */
export function hostCidr(book: AddressBook, address: string): Cidr {
  const ip = book.ip(address);
  let cidr = hosts.get(ip);
  if (cidr === undefined) {
    const length = ip.family === 4 ? 32 : 128;
    cidr = { text: `${ip.text}/${length}`, family: ip.family, words: ip.words, length };
    hosts.set(ip, cidr);
  }
  return cidr;
}

/** 1/n as kube-proxy writes it (ten decimals) and the kernel keeps it (2^-31). @source iptables/proxier.go, computeProbability; libxt_statistic.c */
export function probabilityUnits(n: number): number {
  return Math.round(Number((1 / n).toFixed(10)) * 2147483648);
}

/** What happens to traffic that has nowhere to go: nothing anywhere is refused, nothing here is dropped. */
function refusal(
  desired: DesiredPort,
  family: 4 | 6,
  address: string,
  port: number,
): { readonly target: Target; readonly text: string; readonly because: Reason } {
  const service = desired.port.text;
  if (desired.hasAny) {
    return {
      target: { type: "drop" },
      text: `${service} has no local endpoints`,
      because: reason("kube-proxy.no-local-endpoints", { service, address, port }),
    };
  }
  return {
    target: { type: "reject", with: family === 6 ? "icmp6-port-unreachable" : "icmp-port-unreachable" },
    text: `${service} has no endpoints`,
    because: reason("kube-proxy.no-endpoints", { service, address, port }),
  };
}
