import type { Cluster } from "./cluster.ts";
import { printRule } from "./network/netfilter/print-iptables.ts";
import type { AppliedRule } from "./network/netfilter/rule.ts";

const printed = new WeakMap<AppliedRule, string>();

/** A rule as its own tool prints it, for the machine at that place: iptables-save's line, or what nft and ipvsadm say. */
export function ruleTextOf(cluster: Cluster, at: string, rule: AppliedRule): string {
  if ("text" in rule) return rule.text;
  const known = printed.get(rule);
  if (known !== undefined) return known;
  const netfilter = cluster.network.netns(at)?.netfilter;
  for (const family of [4, 6] as const) {
    const chain = netfilter?.tablesOf(family).chainOf(rule);
    if (chain === undefined) continue;
    const text = printRule(chain, rule, family);
    printed.set(rule, text);
    return text;
  }
  return "";
}
