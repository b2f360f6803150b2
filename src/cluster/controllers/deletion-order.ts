import type { Pod } from "../api/pod/types.ts";
import { parseRfc3339 } from "../sim/date.ts";
import { isPodReady, readySinceMs, restartsOf } from "./pod-state.ts";

const deletionCostKey = "controller.kubernetes.io/pod-deletion-cost";
const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Which pods a scale-down takes first: each line decides only where those above are equal. Ages differ by their power of two only.
 * Where real clusters then compare random UIDs: the newest name first.
 *
 * @source pkg/controller/controller_utils.go, ActivePodsWithRanks.Less
 * @param podsOnNode how many related active pods run on that node
 */
export function inDeletionOrder(pods: readonly Pod[], podsOnNode: (node: string) => number, nowMs: number): readonly Pod[] {
  const rows = pods.map((pod) => ({ pod, rank: deletionRank(pod, podsOnNode, nowMs) }));
  rows.sort((a, b) => {
    for (let i = 0; i < a.rank.length; i++) {
      const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.pod.metadata.name < b.pod.metadata.name ? 1 : -1;
  });
  return rows.map(({ pod }) => pod);
}

function deletionRank(pod: Pod, podsOnNode: (node: string) => number, nowMs: number): readonly number[] {
  const node = pod.spec.nodeName ?? "";
  return [
    node === "" ? 0 : 1,
    phaseRank[pod.status?.phase ?? "Pending"] ?? 0,
    isPodReady(pod) ? 1 : 0,
    deletionCost(pod),
    node === "" ? 0 : -podsOnNode(node),
    powerOfTwo(nowMs - (readySinceMs(pod) ?? nowMs)),
    -restartsOf(pod),
    powerOfTwo(nowMs - (parseRfc3339(pod.metadata.creationTimestamp) ?? nowMs)),
  ];
}

function deletionCost(pod: Pod): number {
  const cost = Number(pod.metadata.annotations?.[deletionCostKey] ?? "0");
  return Number.isInteger(cost) ? cost : 0;
}

function powerOfTwo(ageMs: number): number {
  return ageMs <= 0 ? 0 : (ageMs * 1_000_000).toString(2).length;
}
