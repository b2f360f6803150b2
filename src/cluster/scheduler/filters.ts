import { matchesLabelSelector } from "../api/labels.ts";
import type { LabelSelector } from "../api/meta.ts";
import type { Node } from "../api/node/types.ts";
import { matchesNodeAffinity, tolerates } from "../api/node-fit.ts";
import type { Pod } from "../api/pod/types.ts";
import { type HostPort, type NodeLoad, nodeRoom, podLoad } from "./node-load.ts";

export interface Candidate {
  readonly node: Node;
  readonly load: NodeLoad;
}

/** Why a node is out: one text or, where resources lack, several. `isFinal`: evicting others would not help. */
export interface Misfit {
  readonly reasons: readonly string[];
  readonly isFinal: boolean;
}

const unschedulableTaint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;

/** The first plugin that refuses the node, in the scheduler's order; undefined when the pod fits. Pure. @source pkg/scheduler/apis/config/v1/default_plugins.go and framework/plugins */
export function misfit(pod: Pod, { node, load }: Candidate, everyone: readonly Candidate[]): Misfit | undefined {
  const tolerations = pod.spec.tolerations;
  if (node.spec?.unschedulable === true && !tolerates(tolerations, unschedulableTaint)) return final("node(s) were unschedulable");
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== node.metadata.name)
    return final("node(s) didn't match the requested node name");
  const taint = (node.spec?.taints ?? []).find((one) => one.effect !== "PreferNoSchedule" && !tolerates(tolerations, one));
  if (taint !== undefined) return final(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`);
  if (!matchesNodeAffinity(pod.spec, node)) return final("node(s) didn't match Pod's node affinity/selector");
  const wanted = podLoad(pod);
  if (wanted.ports.some((port) => clashes(port, load))) return curable("node(s) didn't have free ports for the requested pod ports");
  const lacking = lackingResources(pod, { node, load });
  if (lacking.length > 0) return { reasons: lacking, isFinal: false };
  return spreadMisfit(pod, node, everyone) ?? affinityMisfit(pod, node, everyone);
}

function final(reason: string): Misfit {
  return { reasons: [reason], isFinal: true };
}

function curable(reason: string): Misfit {
  return { reasons: [reason], isFinal: false };
}

function clashes(port: HostPort, load: NodeLoad): boolean {
  for (const pod of load.pods.values()) {
    for (const used of podLoad(pod).ports) {
      if (used.port !== port.port || used.protocol !== port.protocol) continue;
      if (used.ip === port.ip || used.ip === "0.0.0.0" || port.ip === "0.0.0.0") return true;
    }
  }
  return false;
}

/** @source framework/plugins/noderesources/fit.go, fitsRequest */
function lackingResources(pod: Pod, { node, load }: Candidate): readonly string[] {
  const room = nodeRoom(node);
  const wanted = podLoad(pod);
  const lacking: string[] = [];
  if (load.pods.size + 1 > room.pods) lacking.push("Too many pods");
  if (wanted.cpuMilli > 0 && wanted.cpuMilli > room.cpuMilli - load.cpuMilli) lacking.push("Insufficient cpu");
  if (wanted.memoryBytes > 0 && wanted.memoryBytes > room.memoryBytes - load.memoryBytes) lacking.push("Insufficient memory");
  return lacking;
}

/** @source framework/plugins/podtopologyspread/filtering.go */
function spreadMisfit(pod: Pod, node: Node, everyone: readonly Candidate[]): Misfit | undefined {
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== "DoNotSchedule") continue;
    const domain = node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined) return final("node(s) didn't match pod topology spread constraints (missing required label)");
    const counts = new Map<string, number>();
    for (const other of everyone) {
      const place = other.node.metadata.labels?.[constraint.topologyKey];
      if (place === undefined || !matchesNodeAffinity(pod.spec, other.node)) continue;
      const matching = [...other.load.pods.values()].filter(
        (one) => isIn(one, pod.metadata.namespace) && matchesLabelSelector(constraint.labelSelector, one.metadata.labels),
      );
      counts.set(place, (counts.get(place) ?? 0) + matching.length);
    }
    const least = Math.min(...counts.values());
    const self = matchesLabelSelector(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew)
      return curable("node(s) didn't match pod topology spread constraints");
  }
  return undefined;
}

function isIn(pod: Pod, namespace: string | undefined): boolean {
  return pod.metadata.namespace === namespace && pod.metadata.deletionTimestamp === undefined;
}

interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly topologyKey: string;
}

/** @source framework/plugins/interpodaffinity/filtering.go */
function affinityMisfit(pod: Pod, node: Node, everyone: readonly Candidate[]): Misfit | undefined {
  for (const term of pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const matching = everyone.flatMap((other) =>
      [...other.load.pods.values()].filter((one) => matchesTerm(term, pod, one)).map(() => other.node),
    );
    const isNear = matching.some((other) => isSameDomain(term, other, node));
    // The first of a group that wants its own company may go anywhere.
    const isFirst = matching.length === 0 && matchesTerm(term, pod, pod);
    if (node.metadata.labels?.[term.topologyKey] === undefined || (!isNear && !isFirst))
      return final("node(s) didn't match pod affinity rules");
  }
  for (const term of pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    for (const other of everyone) {
      if (!isSameDomain(term, other.node, node)) continue;
      for (const one of other.load.pods.values())
        if (matchesTerm(term, pod, one)) return curable("node(s) didn't match pod anti-affinity rules");
    }
  }
  for (const other of everyone) {
    for (const one of other.load.exclusive) {
      for (const term of one.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        if (isSameDomain(term, other.node, node) && matchesTerm(term, one, pod))
          return curable("node(s) didn't satisfy existing pods anti-affinity rules");
      }
    }
  }
  return undefined;
}

export function matchesTerm(term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespaces = term.namespaces !== undefined && term.namespaces.length > 0 ? term.namespaces : [owner.metadata.namespace];
  return (
    (namespaces as readonly (string | undefined)[]).includes(other.metadata.namespace) &&
    term.labelSelector !== undefined &&
    matchesLabelSelector(term.labelSelector, other.metadata.labels)
  );
}

export function isSameDomain(term: { readonly topologyKey: string }, a: Node, b: Node): boolean {
  const domain = a.metadata.labels?.[term.topologyKey];
  return domain !== undefined && domain === b.metadata.labels?.[term.topologyKey];
}
