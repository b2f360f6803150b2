import { parseCidr } from "../network/address.ts";
import type { IptablesWriter, Rule } from "../network/netfilter/rule.ts";

/** The chain of kindnet's agent; its words are kept. @source kindnetd, cmd/kindnetd/masq.go */
export const masqueradeChain = "KIND-MASQ-AGENT";

/**
 * Traffic of pods that leaves the cluster takes the node's address. Destinations in the pod ranges and in the nodes' own network keep the pod's.
 * The jump stands at the end of POSTROUTING, behind kube-proxy's.
 */
export function writeMasquerade(
  tables: IptablesWriter,
  keptCidrs: readonly { readonly cidr: string; readonly kind: "pods" | "nodes" }[],
): void {
  const rules: Rule[] = [];
  for (const { cidr, kind } of keptCidrs) {
    const parsed = parseCidr(cidr);
    if (parsed === undefined) continue;
    rules.push({
      match: {
        destination: { cidr: parsed, negated: false },
        extensions: [{ type: "comment", text: "kind-masq-agent: local traffic is not subject to MASQUERADE" }],
      },
      target: { type: "return" },
      object: undefined,
      because: { code: kind === "pods" ? "cni-keeps-source-to-pods" : "cni-keeps-source-to-nodes", args: { cidr: parsed.text } },
    });
  }
  rules.push({
    match: {
      extensions: [{ type: "comment", text: "kind-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)" }],
    },
    target: { type: "masquerade", randomFully: false },
    object: undefined,
    because: { code: "cni-masquerade", args: {} },
  });
  tables.setChain("nat", masqueradeChain, rules);
  tables.removeRules("nat", "POSTROUTING", (rule) => rule.target.type === "jump" && rule.target.chain === masqueradeChain);
  tables.appendRule("nat", "POSTROUTING", {
    match: {
      extensions: [
        { type: "addrtype", side: "dst", is: "LOCAL", negated: true },
        {
          type: "comment",
          text: "kind-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom KIND-MASQ-AGENT chain",
        },
      ],
    },
    target: { type: "jump", chain: masqueradeChain },
    object: undefined,
    because: undefined,
  });
}
