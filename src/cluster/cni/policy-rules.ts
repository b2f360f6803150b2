import { matchesLabelSelector } from "../api/labels.ts";
import type { NetworkPolicyPeer, NetworkPolicyPort } from "../api/network-policy/types.ts";
import { type Cidr, parseCidr } from "../network/address.ts";
import type { ObjectName, Reason } from "../network/name.ts";
import type { Extension, Match, Rule, Target } from "../network/netfilter/rule.ts";
import type { Protocol } from "../network/packet.ts";
import type { CniReasonCode } from "./reasons.ts";

/** What enforcing needs to know of a pod. hostNetwork pods are not among them: no policy selects them, and no selector names them. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ips: readonly string[];
  readonly ports: readonly { readonly name: string | undefined; readonly protocol: Protocol; readonly port: number }[];
  /** Whether it runs on the node whose rules are made. */
  readonly isLocal: boolean;
}

export interface PolicyNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: Parameters<typeof matchesLabelSelector>[0];
  readonly isIngress: boolean;
  readonly isEgress: boolean;
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

export interface PolicyRule {
  readonly ports: readonly NetworkPolicyPort[];
  readonly peers: readonly NetworkPolicyPeer[];
}

export interface PolicyWorld {
  readonly pods: readonly PolicyPod[];
  readonly namespaces: readonly PolicyNamespace[];
  readonly policies: readonly Policy[];
}

export interface NamedChain {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** The chain to which FORWARD, and for what IPVS sends on OUTPUT, jump before anything else. */
export const policyChain = "CNI-NETWORK-POLICY";
/** Set on a packet that some policy allows; kube-proxy's mark is another bit. */
const allowedMark = 0x10000;

type Direction = "ingress" | "egress";

/**
 * The rules by which one node enforces all policies on its own pods, in one family. Pure.
 *
 * They stand in FORWARD: egress of a local source and ingress of a local destination are asked of the packet after kube-proxy's DNAT and before its SNAT. What
 * the node itself sends to its pods is never asked, as the API demands.
 *
 * @source kubernetes.io, "Network Policies"; pkg/apis/networking; test/e2e/network/netpol
 */
export function planPolicyChains(world: PolicyWorld, family: 4 | 6): readonly NamedChain[] {
  const main: Rule[] = [
    rule({ extensions: [{ type: "conntrack", states: ["RELATED", "ESTABLISHED"], negated: false }] }, { type: "return" }, undefined, {
      code: "policy-established",
      args: {},
    }),
  ];
  const chains: NamedChain[] = [];
  for (const pod of world.pods) {
    if (!pod.isLocal) continue;
    const address = pod.ips.map((ip) => parseCidr(ip)).find((cidr) => cidr?.family === family);
    if (address === undefined) continue;
    const own = world.policies.filter(
      (policy) => policy.namespace === pod.namespace && matchesLabelSelector(policy.podSelector, pod.labels),
    );
    for (const direction of ["egress", "ingress"] as const) {
      const isolating = own.filter((policy) => (direction === "egress" ? policy.isEgress : policy.isIngress));
      if (isolating.length === 0) continue;
      const name = `CNI-${direction === "egress" ? "EG" : "IN"}-${hash(`${pod.namespace}/${pod.name}`)}`;
      const side = direction === "egress" ? "source" : "destination";
      main.push(
        rule(
          { [side]: plain(address), extensions: [comment(`${direction} of ${pod.namespace}/${pod.name}`)] },
          { type: "jump", chain: name },
        ),
      );
      chains.push(...podChains(name, pod, address, direction, isolating, world));
    }
  }
  return chains.length === 0 ? [] : [{ name: policyChain, rules: main }, ...chains];
}

/** A pod's chain in one direction: what is allowed is marked; what is not marked in the end is dropped. */
function podChains(
  name: string,
  pod: PolicyPod,
  address: Cidr,
  direction: Direction,
  isolating: readonly Policy[],
  world: PolicyWorld,
): NamedChain[] {
  const other = direction === "egress" ? "destination" : "source";
  const blocks: NamedChain[] = [];
  const rules: Rule[] = [
    rule({ extensions: [] }, { type: "mark", value: 0, mask: allowedMark }),
    rule({ [other]: plain(address), extensions: [comment("a pod always reaches itself")] }, { type: "return" }, undefined, {
      code: "policy-itself",
      args: { pod: pod.name },
    }),
  ];
  for (const policy of isolating) {
    const object = `networkpolicy/${policy.namespace}/${policy.name}`;
    const allowed: CniReasonCode = `policy-allows-${direction}`;
    const allow: Allow = { object, because: { code: allowed, args: { policy: policy.name, pod: pod.name } } };
    for (const policyRule of direction === "egress" ? policy.egress : policy.ingress) {
      for (const match of peerMatches(policyRule, policy, pod, direction, address.family, world, blocks, name, allow)) {
        rules.push(
          rule(match.match, match.chain === undefined ? markAllowed : { type: "jump", chain: match.chain }, object, allow.because),
        );
      }
    }
  }
  const first = isolating[0] as Policy;
  rules.push(
    rule({ extensions: [{ type: "mark", value: allowedMark, mask: allowedMark, negated: false }] }, { type: "return" }),
    rule(
      { extensions: [comment(`${direction} of ${pod.namespace}/${pod.name}: no policy allows it`)] },
      { type: "drop" },
      `networkpolicy/${first.namespace}/${first.name}`,
      { code: `policy-denies-${direction}`, args: { pod: pod.name, policies: isolating.map((policy) => policy.name).join(", ") } },
    ),
  );
  return [{ name, rules }, ...blocks];
}

interface Allow {
  readonly object: ObjectName;
  readonly because: Reason;
}

interface PeerMatch {
  readonly match: Match;
  /** A chain of its own, where a block has exceptions. */
  readonly chain: string | undefined;
}

function peerMatches(
  policyRule: PolicyRule,
  policy: Policy,
  pod: PolicyPod,
  direction: Direction,
  family: 4 | 6,
  world: PolicyWorld,
  blocks: NamedChain[],
  chainName: string,
  allow: Allow,
): PeerMatch[] {
  const side = direction === "egress" ? "destination" : "source";
  const matches: PeerMatch[] = [];
  const anybody = policyRule.peers.length === 0;
  const hasNamedPort = policyRule.ports.some((port) => typeof port.port === "string");
  if (anybody) {
    for (const ports of portMatches(policyRule.ports, direction === "ingress" ? pod : undefined))
      matches.push({ match: ports, chain: undefined });
    // The name of a port means something else at every pod it may lead to.
    if (direction === "egress" && hasNamedPort) {
      for (const target of world.pods) matches.push(...podMatches(target, policyRule, family, side, target, true));
    }
    return matches;
  }
  for (const peer of policyRule.peers) {
    if (peer.ipBlock !== undefined) {
      const block = parseCidr(peer.ipBlock.cidr);
      if (block === undefined || block.family !== family) continue;
      const except = (peer.ipBlock.except ?? []).map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined);
      let chain: string | undefined;
      if (except.length > 0) {
        chain = `CNI-BL-${hash(`${chainName}/${blocks.length}`)}`;
        blocks.push({
          name: chain,
          rules: [
            ...except.map((cidr) => rule({ [side]: plain(cidr), extensions: [] }, { type: "return" })),
            rule({ extensions: [] }, markAllowed, allow.object, allow.because),
          ],
        });
      }
      for (const ports of portMatches(policyRule.ports, direction === "ingress" ? pod : undefined)) {
        matches.push({ match: { ...ports, [side]: plain(block) }, chain });
      }
      continue;
    }
    for (const other of world.pods) {
      if (!isPeer(peer, other, policy, world)) continue;
      matches.push(...podMatches(other, policyRule, family, side, direction === "ingress" ? pod : other, false));
    }
  }
  return matches;
}

function podMatches(
  other: PolicyPod,
  policyRule: PolicyRule,
  family: 4 | 6,
  side: "source" | "destination",
  named: PolicyPod,
  namedOnly: boolean,
): PeerMatch[] {
  const address = other.ips.map((ip) => parseCidr(ip)).find((cidr) => cidr?.family === family);
  if (address === undefined) return [];
  const ports = namedOnly ? policyRule.ports.filter((port) => typeof port.port === "string") : policyRule.ports;
  return portMatches(ports, named).map((match) => ({ match: { ...match, [side]: plain(address) }, chain: undefined }));
}

function isPeer(peer: NetworkPolicyPeer, pod: PolicyPod, policy: Policy, world: PolicyWorld): boolean {
  if (peer.namespaceSelector === undefined) {
    if (pod.namespace !== policy.namespace) return false;
  } else {
    const namespace = world.namespaces.find((one) => one.name === pod.namespace);
    if (namespace === undefined || !matchesLabelSelector(peer.namespaceSelector, namespace.labels)) return false;
  }
  return peer.podSelector === undefined || matchesLabelSelector(peer.podSelector, pod.labels);
}

/** One match per port; none given is one match of everything. `named`: the pod whose port names count. */
function portMatches(ports: readonly NetworkPolicyPort[], named: PolicyPod | undefined): Match[] {
  if (ports.length === 0) return [{ extensions: [] }];
  const matches: Match[] = [];
  for (const port of ports) {
    const protocol = (port.protocol ?? "TCP").toLowerCase() as Protocol;
    if (port.port === undefined) {
      matches.push({ protocol, extensions: [] });
      continue;
    }
    if (typeof port.port === "string") {
      for (const one of named?.ports ?? []) {
        if (one.name === port.port && one.protocol === protocol) matches.push(portMatch(protocol, one.port, one.port));
      }
      continue;
    }
    matches.push(portMatch(protocol, port.port, port.endPort ?? port.port));
  }
  return matches;
}

function portMatch(protocol: Protocol, from: number, to: number): Match {
  return { protocol, extensions: [{ type: "ports", protocol, destinationPorts: { from, to } }] };
}

const markAllowed: Target = { type: "mark", value: allowedMark, mask: allowedMark };

function rule(match: Match, target: Target, object?: ObjectName, because?: Reason): Rule {
  return { match, target, object, because };
}

function plain(cidr: Cidr): { readonly cidr: Cidr; readonly negated: boolean } {
  return { cidr, negated: false };
}

function comment(text: string): Extension {
  return { type: "comment", text };
}

/** Two rounds of FNV-1a as 16 hexadecimal digits: chain names hold at most 28 characters. */
function hash(text: string): string {
  return [0x811c9dc5, 0x9e3779b9]
    .map((basis) => {
      let value = basis;
      for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
      return (value >>> 0).toString(16).toUpperCase().padStart(8, "0");
    })
    .join("");
}
