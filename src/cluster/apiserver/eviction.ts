import { scaledValue } from "../api/int-or-string.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { Condition, KubernetesObject, LabelSelector } from "../api/meta.ts";
import type { ServerContext, Target } from "./context.ts";
import { deleteObject } from "./delete.ts";
import { isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import type { Status } from "./request.ts";
import { generic, success, tooManyRequests } from "./status.ts";
import { existing } from "./update.ts";

interface Pod extends KubernetesObject {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

interface Budget extends KubernetesObject {
  readonly spec?: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string; readonly selector?: LabelSelector };
}

/** A deletion that asks the PodDisruptionBudgets first. @source pkg/registry/core/pod/storage/eviction.go */
export function evict(context: ServerContext, target: Target): Status {
  const pod = existing(context, target) as Pod;
  const body = isRecord(target.request.body) ? target.request.body : {};
  const request = { ...target.request, method: "DELETE" as const, body: body.deleteOptions };
  const phase = pod.status?.phase;
  const isPastCaring = phase === "Succeeded" || phase === "Failed" || phase === "Pending" || pod.metadata.deletionTimestamp !== undefined;
  if (!isPastCaring) checkBudgets(context, pod);
  deleteObject(context, { ...target, request, subresource: undefined }, pod);
  return success();
}

function checkBudgets(context: ServerContext, pod: Pod): void {
  const { namespace } = pod.metadata;
  const budgets = (context.store.list("PodDisruptionBudget", namespace) as readonly Budget[]).filter((budget) =>
    matchesLabelSelector(budget.spec?.selector, pod.metadata.labels),
  );
  if (budgets.length > 1)
    throw new Refusal(generic(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
  const [budget] = budgets;
  if (budget === undefined || !isReady(pod)) return; // who serves nobody disturbs nobody
  const { healthy, desired } = health(context, budget);
  if (healthy > desired) return;
  const cause = `The disruption budget ${budget.metadata.name} needs ${desired} healthy pods and has ${healthy} currently`;
  throw new Refusal(
    tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", { reason: "DisruptionBudget", message: cause }),
  );
}

/** How many of the budget's pods are ready, and how many must stay so. @source pkg/controller/disruption/disruption.go, getExpectedPodCount */
function health(context: ServerContext, budget: Budget): { readonly healthy: number; readonly desired: number } {
  const pods = (context.store.list("Pod", budget.metadata.namespace) as readonly Pod[]).filter(
    (pod) =>
      matchesLabelSelector(budget.spec?.selector, pod.metadata.labels) &&
      pod.status?.phase !== "Succeeded" &&
      pod.status?.phase !== "Failed",
  );
  const healthy = pods.filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined).length;
  const expected = expectedCount(context, pods);
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable !== undefined) return { healthy, desired: Math.max(expected - (scaledValue(maxUnavailable, expected, "up") ?? 0), 0) };
  return { healthy, desired: scaledValue(minAvailable ?? 1, expected, "up") ?? 0 };
}

/** The replicas that the pods' controllers ask for; the pods themselves where there is no such controller. */
function expectedCount(context: ServerContext, pods: readonly Pod[]): number {
  let expected = 0;
  const seen = new Set<string>();
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true);
    const found = owner === undefined ? undefined : context.store.get(owner.kind, pod.metadata.namespace, owner.name);
    const replicas = (found as { readonly spec?: { readonly replicas?: number } } | undefined)?.spec?.replicas;
    if (owner === undefined || replicas === undefined) expected++;
    else if (!seen.has(owner.uid)) {
      seen.add(owner.uid);
      expected += replicas;
    }
  }
  return expected;
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
