import type { LabelSelector } from "../../api/meta.ts";
import { civilDate, parseRfc3339, twoDigits } from "../../sim/date.ts";
import type { Describer } from "./context.ts";
import { partsOf, selectorText, type Writer, writeAnnotations, writeLabels } from "./writer.ts";

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number; readonly protocol?: string }[];
}

/** @source kubectl pkg/describe/describe.go, describeNetworkPolicy; no events */
export const describeNetworkPolicy: Describer = function* (w, { object }) {
  const { metadata } = object;
  const spec = partsOf(object).spec as {
    podSelector?: LabelSelector;
    policyTypes?: readonly string[];
    ingress?: readonly Rule[];
    egress?: readonly Rule[];
  };
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nCreated on:\t${goDate(metadata.creationTimestamp)}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  yield* [];
  const types = spec.policyTypes ?? ["Ingress"];
  const selector = spec.podSelector ?? {};
  const isEmpty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  w.write(0, "Spec:\n");
  w.write(
    1,
    isEmpty
      ? "PodSelector:     <none> (Allowing the specific traffic to all pods in this namespace)\n"
      : `PodSelector:     ${selectorText(selector)}\n`,
  );
  if (types.includes("Ingress")) {
    w.write(1, "Allowing ingress traffic:\n");
    writeRules(w, spec.ingress ?? [], "ingress");
  } else w.write(1, "Not affecting ingress traffic\n");
  if (types.includes("Egress")) {
    w.write(1, "Allowing egress traffic:\n");
    writeRules(w, spec.egress ?? [], "egress");
  } else w.write(1, "Not affecting egress traffic\n");
  w.write(1, `Policy Types: ${types.join(", ")}\n`);
};

function writeRules(w: Writer, rules: readonly Rule[], direction: "ingress" | "egress"): void {
  if (rules.length === 0) w.write(2, `<none> (Selected pods are isolated for ${direction} connectivity)\n`);
  rules.forEach((rule, i) => {
    if ((rule.ports ?? []).length === 0) w.write(2, "To Port: <any> (traffic allowed to all ports)\n");
    for (const { port, endPort, protocol = "TCP" } of rule.ports ?? []) {
      w.write(2, endPort === undefined ? `To Port: ${port ?? "<nil>"}/${protocol}\n` : `To Port Range: ${port}-${endPort}/${protocol}\n`);
    }
    const peers = (direction === "ingress" ? rule.from : rule.to) ?? [];
    const word = direction === "ingress" ? "From" : "To";
    if (peers.length === 0)
      w.write(2, `${word}: <any> (traffic not restricted by ${direction === "ingress" ? "source" : "destination"})\n`);
    for (const peer of peers) {
      w.write(2, `${word}:\n`);
      if (peer.ipBlock !== undefined) {
        w.write(3, "IPBlock:\n");
        w.write(4, `CIDR: ${peer.ipBlock.cidr}\n`);
        w.write(4, `Except: ${(peer.ipBlock.except ?? []).join(", ")}\n`);
      } else {
        if (peer.namespaceSelector !== undefined) w.write(3, `NamespaceSelector: ${selectorText(peer.namespaceSelector)}\n`);
        if (peer.podSelector !== undefined) w.write(3, `PodSelector: ${selectorText(peer.podSelector)}\n`);
      }
    }
    if (i < rules.length - 1) w.write(2, "----------\n");
  });
}

/** `2026-01-05 09:00:00 +0000 UTC`: as Go prints a time. */
function goDate(timestamp: string): string {
  const d = civilDate(parseRfc3339(timestamp) ?? 0);
  return `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)} ${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)} +0000 UTC`;
}
