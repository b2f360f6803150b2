import type { KubernetesObject } from "../cluster/api/meta.ts";
import { asFields, asText, keyOf, podFacts, selects, specOf } from "./objects.ts";

/** Why a pod is behind a Service, or is not. */
export interface Member {
  /** `pod/default/kubia-x` */
  readonly pod: string;
  readonly isIn: boolean;
  readonly reason:
    | { readonly type: "ready" | "notReady" | "terminating" }
    | { readonly type: "label"; readonly key: string; readonly wanted: string; readonly has: string };
}

/** Pods that the Service selects, and those of its namespace that miss by one label. Pure. */
export function membersOf(service: KubernetesObject, pods: readonly KubernetesObject[]): readonly Member[] {
  const selector = asFields(specOf(service)["selector"]);
  const wanted = Object.entries(selector);
  if (wanted.length === 0) return [];
  const members: Member[] = [];
  for (const pod of pods) {
    if (pod.metadata.namespace !== service.metadata.namespace) continue;
    const name = `pod/${keyOf(pod)}`;
    if (selects(selector, pod.metadata.labels)) {
      const facts = podFacts(pod, "compact");
      const isIn = facts.isReady || specOf(service)["publishNotReadyAddresses"] === true;
      members.push({ pod: name, isIn, reason: { type: facts.isTerminating ? "terminating" : facts.isReady ? "ready" : "notReady" } });
      continue;
    }
    const misses = wanted.filter(([key, value]) => pod.metadata.labels?.[key] !== value);
    const miss = misses[0];
    if (misses.length !== 1 || miss === undefined) continue;
    const has = pod.metadata.labels?.[miss[0]] ?? "";
    members.push({ pod: name, isIn: false, reason: { type: "label", key: miss[0], wanted: asText(miss[1]), has } });
  }
  return members;
}
