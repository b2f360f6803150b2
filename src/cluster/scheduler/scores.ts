import { matchesTerm as matchesNodeTerm, tolerates } from "../api/node-fit.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Random } from "../sim/random.ts";
import { type Candidate, isSameDomain, matchesTerm } from "./filters.ts";
import { nodeRoom, podLoad } from "./node-load.ts";

const zoneLabel = "topology.kubernetes.io/zone";
/** What pods without requests count as when loads are compared. @source pkg/scheduler/util/pod_resources.go */
const assumedCpuMilli = 100;
const assumedMemoryBytes = 200 * 1024 * 1024;

/**
 * The best of the nodes that fit. Real scores are weighted sums that amount to the same order on the clusters people look at:
 * what the pod prefers, then fewest kin on the node, fewest kin in its zone, least requested, and chance.
 *
 * @source pkg/scheduler/framework/plugins (TaintToleration, NodeAffinity, InterPodAffinity, PodTopologySpread's default constraints, NodeResourcesFit)
 */
export function chooseNode(
  pod: Pod,
  fitting: readonly Candidate[],
  everyone: readonly Candidate[],
  random: () => Random,
): Candidate | undefined {
  if (fitting.length < 2) return fitting[0];
  const ranks = fitting.map((candidate) => ({ candidate, rank: rank(pod, candidate, everyone) }));
  let best = ranks.slice(0, 1);
  for (const one of ranks.slice(1)) {
    const difference = compare(one.rank, best[0]?.rank ?? []);
    if (difference < 0) best = [one];
    else if (difference === 0) best.push(one);
  }
  return best.length === 1 ? best[0]?.candidate : random().pick(best).candidate;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Smaller is better, the first difference decides. */
function rank(pod: Pod, candidate: Candidate, everyone: readonly Candidate[]): readonly number[] {
  const { node, load } = candidate;
  const kin = podLoad(pod).kin;
  const zone = node.metadata.labels?.[zoneLabel];
  const inZone =
    zone === undefined
      ? 0
      : everyone.reduce((sum, other) => sum + (other.node.metadata.labels?.[zoneLabel] === zone ? other.load.kinCount(kin) : 0), 0);
  const avoided = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect === "PreferNoSchedule" && !tolerates(pod.spec.tolerations, taint),
  ).length;
  return [avoided, -preference(pod, candidate, everyone), load.kinCount(kin), inZone, usedShare(candidate)];
}

function preference(pod: Pod, { node }: Candidate, everyone: readonly Candidate[]): number {
  const { nodeAffinity, podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  let sum = 0;
  for (const { weight, preference: term } of nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (matchesNodeTerm(term, node)) sum += weight;
  }
  for (const [terms, sign] of [
    [podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [], 1],
    [podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [], -1],
  ] as const) {
    for (const { weight, podAffinityTerm } of terms) {
      for (const other of everyone) {
        if (!isSameDomain(podAffinityTerm, other.node, node)) continue;
        for (const one of other.load.pods.values()) if (matchesTerm(podAffinityTerm, pod, one)) sum += sign * weight;
      }
    }
  }
  return sum;
}

/** The share of CPU, memory and pod places in use, in whole thousandths. */
function usedShare({ node, load }: Candidate): number {
  const room = nodeRoom(node);
  const count = load.pods.size;
  const cpu = Math.max(load.cpuMilli, count * assumedCpuMilli) / room.cpuMilli;
  const memory = Math.max(load.memoryBytes, count * assumedMemoryBytes) / room.memoryBytes;
  return Number.isFinite(room.cpuMilli) ? Math.round(500 * (cpu + memory)) : count;
}
