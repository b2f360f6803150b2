import { type AddressBook, inCidr } from "../network/address.ts";
import type { Reason } from "../network/hop.ts";
import type { IptablesWriter, Match, Rule, TableName, Target } from "../network/netfilter/rule.ts";
import type { NodeFacts } from "./desired.ts";
import { cidrOf, comment, hostCidr, jump } from "./iptables.ts";
import { reason } from "./reasons.ts";

/** Bit 14: "masquerade me". @source --iptables-masquerade-bit */
export const masqueradeMark = 0x4000;

interface Entry {
  readonly table: TableName;
  readonly hook: string;
  readonly chain: string;
  readonly comment: string | undefined;
  readonly isNewOnly: boolean;
}

const entry = (table: TableName, hook: string, chain: string, text: string | undefined, isNewOnly: boolean): Entry => ({
  table,
  hook,
  chain,
  comment: text,
  isNewOnly,
});

/** Each is put in front of what is there, in this order. @source kubernetes pkg/proxy/iptables/proxier.go, iptablesJumpChains */
const entries: readonly Entry[] = [
  entry("filter", "INPUT", "KUBE-EXTERNAL-SERVICES", "kubernetes externally-visible service portals", true),
  entry("filter", "FORWARD", "KUBE-EXTERNAL-SERVICES", "kubernetes externally-visible service portals", true),
  entry("filter", "INPUT", "KUBE-NODEPORTS", "kubernetes health check service ports", false),
  entry("filter", "FORWARD", "KUBE-SERVICES", "kubernetes service portals", true),
  entry("filter", "OUTPUT", "KUBE-SERVICES", "kubernetes service portals", true),
  entry("filter", "FORWARD", "KUBE-FORWARD", "kubernetes forwarding rules", false),
  entry("filter", "INPUT", "KUBE-PROXY-FIREWALL", "kubernetes load balancer firewall", true),
  entry("filter", "OUTPUT", "KUBE-PROXY-FIREWALL", "kubernetes load balancer firewall", true),
  entry("filter", "FORWARD", "KUBE-PROXY-FIREWALL", "kubernetes load balancer firewall", true),
  entry("nat", "OUTPUT", "KUBE-SERVICES", "kubernetes service portals", false),
  entry("nat", "PREROUTING", "KUBE-SERVICES", "kubernetes service portals", false),
  entry("nat", "POSTROUTING", "KUBE-POSTROUTING", "kubernetes postrouting rules", false),
];

const localnetEntries: readonly Entry[] = [
  entry("filter", "INPUT", "KUBE-FIREWALL", undefined, false),
  entry("filter", "OUTPUT", "KUBE-FIREWALL", undefined, false),
];

export function fixedRule(match: Match, target: Target, because: Reason): Rule {
  return { match, target, object: undefined, because };
}

/** Puts the jump in front of the hook's rules unless it is there already. @source pkg/util/iptables, EnsureRule(Prepend, …) */
export function ensureEntry(writer: IptablesWriter, wanted: Pick<Entry, "table" | "hook" | "chain" | "comment" | "isNewOnly">): void {
  const rules = writer.chain(wanted.table, wanted.hook)?.rules ?? [];
  if (rules.some((rule) => rule.target.type === "jump" && rule.target.chain === wanted.chain)) return;
  const match: Match = {
    extensions: [
      ...(wanted.isNewOnly ? [{ type: "conntrack", states: ["NEW"], negated: false } as const] : []),
      ...(wanted.comment === undefined ? [] : [comment(wanted.comment)]),
    ],
  };
  const rule = fixedRule(match, jump(wanted.chain), reason("kube-proxy.entry", { chain: wanted.chain }));
  writer.insertRule(wanted.table, wanted.hook, rule);
}

export function ensureEntries(writer: IptablesWriter, list: readonly Entry[]): void {
  for (const wanted of list) ensureEntry(writer, wanted);
}

/** The jumps from the hooks, the chains that no Service has a part in, and the canaries. */
export function writeFixedPart(writer: IptablesWriter, node: NodeFacts): void {
  ensureEntries(writer, entries);
  for (const table of ["mangle", "nat", "filter"] as const) writer.setChain(table, "KUBE-PROXY-CANARY", []);
  writer.setChain("nat", "KUBE-MARK-MASQ", [markRule]);
  writer.setChain("nat", "KUBE-POSTROUTING", postroutingRules);
  writer.setChain("filter", "KUBE-FORWARD", forwardRules);
  if (isLocalhostServed(node)) {
    ensureEntries(writer, localnetEntries);
    const others = (writer.chain("filter", "KUBE-FIREWALL")?.rules ?? []).filter((rule) => rule.because?.code !== "kube-proxy.localnet");
    writer.setChain("filter", "KUBE-FIREWALL", [...others, localnetRule]);
  }
}

export function isLocalhostServed(node: NodeFacts): boolean {
  return node.family === 4 && node.isLocalhostNodePorts;
}

const markMatch = { type: "mark", value: masqueradeMark, mask: masqueradeMark } as const;

export const markRule: Rule = fixedRule(
  { extensions: [] },
  { type: "mark", value: masqueradeMark, mask: masqueradeMark },
  reason("kube-proxy.mark", {}),
);

export const postroutingRules: readonly Rule[] = [
  fixedRule({ extensions: [{ ...markMatch, negated: true }] }, { type: "return" }, reason("kube-proxy.not-marked", {})),
  fixedRule({ extensions: [] }, { type: "mark", value: masqueradeMark, mask: 0 }, reason("kube-proxy.clear-mark", {})),
  fixedRule(
    { extensions: [comment("kubernetes service traffic requiring SNAT")] },
    { type: "masquerade", randomFully: true },
    reason("kube-proxy.masquerade", {}),
  ),
];

export const forwardRules: readonly Rule[] = [
  fixedRule(
    { extensions: [{ type: "conntrack", states: ["INVALID"], negated: false }] },
    { type: "drop" },
    reason("kube-proxy.invalid", {}),
  ),
  fixedRule(
    { extensions: [comment("kubernetes forwarding rules"), { ...markMatch, negated: false }] },
    { type: "accept" },
    reason("kube-proxy.forward-marked", {}),
  ),
  fixedRule(
    {
      extensions: [
        comment("kubernetes forwarding conntrack rule"),
        { type: "conntrack", states: ["RELATED", "ESTABLISHED"], negated: false },
      ],
    },
    { type: "accept" },
    reason("kube-proxy.forward-established", {}),
  ),
];

const localnetRule: Rule = fixedRule(
  {
    source: { cidr: cidrOf("127.0.0.0/8"), negated: true },
    destination: { cidr: cidrOf("127.0.0.0/8"), negated: false },
    extensions: [
      comment("block incoming localnet connections"),
      { type: "conntrack", states: ["RELATED", "ESTABLISHED", "DNAT"], negated: true },
    ],
  },
  { type: "drop" },
  reason("kube-proxy.localnet", {}),
);

const nodePortsComment = "kubernetes service nodeports; NOTE: this must be the last rule in this chain";

/** The last rules of nat's KUBE-SERVICES: from any address of the node to its node ports. */
export function nodePortEntryRules(node: NodeFacts, book: AddressBook): readonly Rule[] {
  const because = reason("kube-proxy.node-ports", {});
  const target = jump("KUBE-NODEPORTS");
  if (node.nodePortAddresses !== undefined) {
    const ranges = node.nodePortAddresses.map(cidrOf);
    return node.ips
      .filter((ip) => ranges.some((range) => isIn(book, ip, range)))
      .map((ip) =>
        fixedRule({ destination: { cidr: hostCidr(book, ip), negated: false }, extensions: [comment(nodePortsComment)] }, target, because),
      );
  }
  const match: Match = { extensions: [comment(nodePortsComment), { type: "addrtype", side: "dst", is: "LOCAL", negated: false }] };
  if (isLocalhostServed(node)) return [fixedRule(match, target, because)];
  const loopback = cidrOf(node.family === 6 ? "::1/128" : "127.0.0.0/8");
  return [fixedRule({ destination: { cidr: loopback, negated: true }, ...match }, target, because)];
}

function isIn(book: AddressBook, ip: string, range: ReturnType<typeof cidrOf>): boolean {
  const { family, words } = book.ip(ip);
  return inCidr({ family, words }, range);
}
