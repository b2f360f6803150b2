import type { SocketAddress } from "../network/address.ts";
import type { Extension, IptablesWriter, Rule, TableName, Target } from "../network/netfilter/rule.ts";
import type { NodeFacts } from "./desired.ts";
import { cidrOf, comment, jump } from "./iptables.ts";
import { ensureEntry, fixedRule, forwardRules, markRule, postroutingRules } from "./iptables-fixed.ts";
import { type IpvsSetName, ipvsSetName, ipvsSets } from "./ipvs.ts";
import { type KubeProxyReason, kubeProxyReasons } from "./reasons.ts";
import type { ServiceProtocol } from "./service-port.ts";

const entries = [
  ["nat", "OUTPUT", "KUBE-SERVICES", "kubernetes service portals"],
  ["nat", "PREROUTING", "KUBE-SERVICES", "kubernetes service portals"],
  ["nat", "POSTROUTING", "KUBE-POSTROUTING", "kubernetes postrouting rules"],
  ["filter", "FORWARD", "KUBE-FORWARD", "kubernetes forwarding rules"],
  ["filter", "INPUT", "KUBE-NODE-PORT", "kubernetes health check rules"],
  ["filter", "INPUT", "KUBE-PROXY-FIREWALL", "kube-proxy firewall rules"],
  ["filter", "FORWARD", "KUBE-PROXY-FIREWALL", "kube-proxy firewall rules"],
  ["filter", "INPUT", "KUBE-IPVS-FILTER", "kubernetes ipvs access filter"],
  ["filter", "OUTPUT", "KUBE-IPVS-OUT-FILTER", "kubernetes ipvs access filter"],
] as const satisfies readonly (readonly [TableName, string, string, string])[];

const canaries = ["mangle", "nat", "filter"] as const;

/** What the rules depend on: most are there only while their set has members. */
export interface IpvsRuleState {
  readonly node: NodeFacts;
  isFilled(set: IpvsSetName): boolean;
  readonly closedToNode: readonly { readonly protocol: ServiceProtocol; readonly address: SocketAddress }[];
}

/** What keeps ports of the host from being reached by a ClusterIP came with 1.27; before, the host answered there. @source kubernetes issue 72236 */
function isFiltering(node: NodeFacts): boolean {
  return node.minor >= 27;
}

export function writeIpvsEntries(writer: IptablesWriter, node: NodeFacts): void {
  for (const [table, hook, chain, text] of entries) {
    if (chain.startsWith("KUBE-IPVS-") && !isFiltering(node)) continue;
    ensureEntry(writer, { table, hook, chain, comment: text, isNewOnly: false });
  }
  for (const table of canaries) writer.setChain(table, "KUBE-PROXY-CANARY", []);
}

/**
 * All chains of ipvs mode. They are few and do not grow with Services: the sets do.
 * @source kubernetes pkg/proxy/ipvs/proxier.go, writeIptablesRules
 */
export function ipvsChains(
  state: IpvsRuleState,
): readonly { readonly table: TableName; readonly name: string; readonly rules: readonly Rule[] }[] {
  const { node, isFilled } = state;
  const chains = new Map<string, Rule[]>();
  const chain = (name: string): Rule[] => {
    let rules = chains.get(name);
    if (rules === undefined) {
      rules = [];
      chains.set(name, rules);
    }
    return rules;
  };
  const inSet = (name: IpvsSetName, directions: string): Extension => ({
    type: "set",
    name: ipvsSetName(name, node.family),
    directions: directions.split(",") as ("src" | "dst")[],
    negated: false,
  });
  const about = (name: IpvsSetName): Extension => comment(ipvsSets[name][1]);
  const write = (
    to: string,
    extensions: readonly Extension[],
    target: Target,
    code: KubeProxyReason,
    match: Partial<Omit<Rule["match"], "extensions">> = {},
  ): void => {
    chain(to).push(fixedRule({ ...match, extensions }, target, generalReason(code)));
  };
  const mark = jump("KUBE-MARK-MASQ");
  const loopback = cidrOf(node.family === 4 ? "127.0.0.0/8" : "::1/128");

  write("nat/KUBE-SERVICES", [], { type: "return" }, "kube-proxy.not-marked", { source: { cidr: loopback, negated: false } });
  if (isFilled("KUBE-LOOP-BACK")) {
    const extensions = [about("KUBE-LOOP-BACK"), inSet("KUBE-LOOP-BACK", "dst,dst,src")];
    write("nat/KUBE-POSTROUTING", extensions, { type: "masquerade", randomFully: false }, "kube-proxy.ipvs-hairpin");
  }
  if (isFilled("KUBE-LOAD-BALANCER")) {
    const extensions = [about("KUBE-LOAD-BALANCER"), inSet("KUBE-LOAD-BALANCER", "dst,dst")];
    write("nat/KUBE-SERVICES", extensions, jump("KUBE-LOAD-BALANCER"), "kube-proxy.ipvs-load-balancer");
  }
  if (isFilled("KUBE-LOAD-BALANCER-LOCAL")) {
    const extensions = [about("KUBE-LOAD-BALANCER-LOCAL"), inSet("KUBE-LOAD-BALANCER-LOCAL", "dst,dst")];
    write("nat/KUBE-LOAD-BALANCER", extensions, { type: "return" }, "kube-proxy.ipvs-keeps-source");
  }
  for (const [suffix, protocol] of [
    ["TCP", "tcp"],
    ["UDP", "udp"],
    ["SCTP-HASH", "sctp"],
  ] as const) {
    const directions = protocol === "sctp" ? "dst,dst" : "dst";
    const local: IpvsSetName = `KUBE-NODE-PORT-LOCAL-${suffix}`;
    const all: IpvsSetName = `KUBE-NODE-PORT-${suffix}`;
    if (isFilled(local)) {
      write("nat/KUBE-NODE-PORT", [about(local), inSet(local, directions)], { type: "return" }, "kube-proxy.ipvs-keeps-source", {
        protocol,
      });
    }
    if (isFilled(all)) write("nat/KUBE-NODE-PORT", [about(all), inSet(all, directions)], mark, "kube-proxy.ipvs-masquerade", { protocol });
  }
  if (isFilled("KUBE-LOAD-BALANCER-FW")) {
    const extensions = [about("KUBE-LOAD-BALANCER-FW"), inSet("KUBE-LOAD-BALANCER-FW", "dst,dst")];
    write("filter/KUBE-PROXY-FIREWALL", extensions, jump("KUBE-SOURCE-RANGES-FIREWALL"), "kube-proxy.ipvs-source-ranges");
  }
  for (const set of ["KUBE-LOAD-BALANCER-SOURCE-CIDR", "KUBE-LOAD-BALANCER-SOURCE-IP"] as const) {
    if (isFilled(set)) {
      write(
        "filter/KUBE-SOURCE-RANGES-FIREWALL",
        [about(set), inSet(set, "dst,dst,src")],
        { type: "return" },
        "kube-proxy.ipvs-source-in-range",
      );
    }
  }

  if (isFilled("KUBE-CLUSTER-IP")) {
    const set = [about("KUBE-CLUSTER-IP"), inSet("KUBE-CLUSTER-IP", "dst,dst")];
    if (node.isMasqueradeAll) write("nat/KUBE-SERVICES", set, mark, "kube-proxy.ipvs-masquerade");
    else if (node.clusterCidr !== undefined) {
      write("nat/KUBE-SERVICES", set, mark, "kube-proxy.ipvs-off-cluster", { source: { cidr: cidrOf(node.clusterCidr), negated: true } });
    } else {
      write("nat/KUBE-SERVICES", [about("KUBE-CLUSTER-IP"), inSet("KUBE-CLUSTER-IP", "src,dst")], mark, "kube-proxy.ipvs-masquerade");
    }
  }
  const externalIps = (set: IpvsSetName, isMasqueraded: boolean): void => {
    if (!isFilled(set)) return;
    const extensions = [about(set), inSet(set, "dst,dst")];
    if (isMasqueraded) write("nat/KUBE-SERVICES", extensions, mark, "kube-proxy.ipvs-masquerade");
    write(
      "nat/KUBE-SERVICES",
      [...extensions, { type: "physdev", negated: true }, { type: "addrtype", side: "src", is: "LOCAL", negated: true }],
      { type: "accept" },
      "kube-proxy.ipvs-virtual",
    );
    write(
      "nat/KUBE-SERVICES",
      [...extensions, { type: "addrtype", side: "dst", is: "LOCAL", negated: false }],
      { type: "accept" },
      "kube-proxy.ipvs-virtual",
    );
  };
  externalIps("KUBE-EXTERNAL-IP", true);
  externalIps("KUBE-EXTERNAL-IP-LOCAL", false);

  const toNode: Extension = { type: "addrtype", side: "dst", is: "LOCAL", negated: false };
  write("nat/KUBE-SERVICES", [toNode], jump("KUBE-NODE-PORT"), "kube-proxy.node-ports");
  write("nat/KUBE-LOAD-BALANCER", [], mark, "kube-proxy.ipvs-masquerade");
  write("filter/KUBE-SOURCE-RANGES-FIREWALL", [], { type: "drop" }, "kube-proxy.ipvs-source-out-of-range");
  for (const { protocol, address } of state.closedToNode) {
    const { ip } = address;
    const cidr = {
      text: `${ip.text}/${ip.family === 4 ? 32 : 128}`,
      family: ip.family,
      words: ip.words,
      length: ip.family === 4 ? 32 : 128,
    };
    write("filter/KUBE-IPVS-OUT-FILTER", [{ type: "ipvs", protocol, address }], { type: "drop" }, "kube-proxy.ipvs-source-out-of-range", {
      source: { cidr, negated: false },
    });
  }
  for (const set of ["KUBE-CLUSTER-IP", "KUBE-LOAD-BALANCER"] as const) {
    if (isFilled(set)) write("nat/KUBE-SERVICES", [inSet(set, "dst,dst")], { type: "accept" }, "kube-proxy.ipvs-virtual");
  }

  chain("filter/KUBE-FORWARD").push(...forwardRules.slice(1));
  const health = [about("KUBE-HEALTH-CHECK-NODE-PORT"), inSet("KUBE-HEALTH-CHECK-NODE-PORT", "dst")];
  write("filter/KUBE-NODE-PORT", health, { type: "accept" }, "kube-proxy.ipvs-health-check");

  if (isFiltering(node)) {
    for (const set of ["KUBE-LOAD-BALANCER", "KUBE-CLUSTER-IP", "KUBE-EXTERNAL-IP", "KUBE-EXTERNAL-IP-LOCAL"] as const) {
      write("filter/KUBE-IPVS-FILTER", [inSet(set, "dst,dst")], { type: "return" }, "kube-proxy.ipvs-virtual");
    }
    write("filter/KUBE-IPVS-FILTER", [inSet("KUBE-HEALTH-CHECK-NODE-PORT", "dst")], { type: "return" }, "kube-proxy.ipvs-health-check");
    write(
      "filter/KUBE-IPVS-FILTER",
      [{ type: "conntrack", states: ["NEW"], negated: false }, inSet("KUBE-IPVS-IPS", "dst")],
      { type: "reject", with: node.family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable" },
      "kube-proxy.cluster-ip-wrong-port",
    );
  }
  chain("nat/KUBE-POSTROUTING").push(...postroutingRules);
  chain("nat/KUBE-MARK-MASQ").push(markRule);

  const names = ipvsChainNames.filter((place) => isFiltering(node) || !place.startsWith("filter/KUBE-IPVS-"));
  return names.map((place) => {
    const [table, name] = place.split("/") as [TableName, string];
    return { table, name, rules: chains.get(place) ?? [] };
  });
}

const ipvsChainNames = [
  "nat/KUBE-SERVICES",
  "nat/KUBE-POSTROUTING",
  "nat/KUBE-NODE-PORT",
  "nat/KUBE-LOAD-BALANCER",
  "nat/KUBE-MARK-MASQ",
  "filter/KUBE-FORWARD",
  "filter/KUBE-NODE-PORT",
  "filter/KUBE-PROXY-FIREWALL",
  "filter/KUBE-SOURCE-RANGES-FIREWALL",
  "filter/KUBE-IPVS-FILTER",
  "filter/KUBE-IPVS-OUT-FILTER",
] as const;

/** These rules serve all Services at once, so their reasons name none. */
function generalReason(code: KubeProxyReason): { readonly code: string; readonly args: Readonly<Record<string, string | number>> } {
  const args: Record<string, string> = {};
  for (const name of kubeProxyReasons[code]) args[name] = "";
  return { code, args };
}
