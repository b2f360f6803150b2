import { isEqualData } from "../api/equal.ts";
import { type IntOrString, scaledValue } from "../api/int-or-string.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { Condition, KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { PodDisruptionBudget } from "../api/pod-disruption-budget/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { formatRfc3339 } from "../sim/date.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { controllerOf } from "./ownership.ts";
import { isPodFinished, isPodReady } from "./pod-state.ts";

export interface Budget {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  readonly currentHealthy: number;
  readonly disruptionsAllowed: number;
}

/** How many pods may be evicted now. Pure. `expected`: what the pods' owners want in all. @source pkg/controller/disruption/disruption.go, getExpectedPodCount and updatePdbStatus */
export function planBudget(
  spec: { readonly minAvailable?: IntOrString; readonly maxUnavailable?: IntOrString },
  pods: readonly Pod[],
  expected: number,
): Budget {
  const currentHealthy = pods.filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined).length;
  const { minAvailable, maxUnavailable } = spec;
  // A plain minAvailable counts the pods there are; the others count what their owners want.
  const isPlain = maxUnavailable === undefined && typeof minAvailable === "number";
  const expectedPods = isPlain ? pods.length : expected;
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) desiredHealthy = Math.max(0, expectedPods - (scaledValue(maxUnavailable, expectedPods, "up") ?? 0));
  else if (minAvailable !== undefined) desiredHealthy = scaledValue(minAvailable, expectedPods, "up") ?? 0;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  return { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed };
}

/** Keeps the status of PodDisruptionBudgets, by which evictions are refused. */
export function startDisruptionController(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client("disruption-controller");
  const budgets = client.informer<PodDisruptionBudget>("PodDisruptionBudget");
  const pods = client.informer<Pod>("Pod");
  const queue = createWorkQueue(simulation, (key) => reconcile(key));

  budgets.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ object }) => {
    for (const budget of budgets.list(object.metadata.namespace)) {
      if (matchesLabelSelector(budget.spec.selector, object.metadata.labels)) queue.add(keyOf(budget));
    }
  });

  function reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const budget = budgets.get(namespace, name);
    if (budget === undefined) return;
    const covered = pods
      .list(namespace)
      .filter((pod) => !isPodFinished(pod) && matchesLabelSelector(budget.spec.selector, pod.metadata.labels));
    const plan = planBudget(budget.spec, covered, wantedByOwners(covered));
    const isSufficient = plan.disruptionsAllowed > 0;
    const before = budget.status?.conditions?.find(({ type }) => type === "DisruptionAllowed");
    const state = isSufficient ? "True" : "False";
    const condition: Condition = {
      type: "DisruptionAllowed",
      status: state,
      reason: isSufficient ? "SufficientPods" : "InsufficientPods",
      message: "",
      lastTransitionTime: before?.status === state ? (before.lastTransitionTime ?? "") : formatRfc3339(simulation.dateMs()),
      ...(budget.metadata.generation === undefined ? {} : { observedGeneration: budget.metadata.generation }),
    };
    const status: LooseObject = { ...plan, observedGeneration: budget.metadata.generation, conditions: [condition] };
    const known = budget.status as LooseObject | undefined;
    if (Object.entries(status).every(([member, value]) => isEqualData(value, known?.[member]))) return;
    client.patch("PodDisruptionBudget", namespace, name, { status }, "status");
  }

  /** Of each owner, once; a ReplicaSet's Deployment speaks for it. */
  function wantedByOwners(covered: readonly Pod[]): number {
    const counted = new Set<string>();
    let sum = 0;
    for (const pod of covered) {
      const reference = controllerOf(pod);
      if (reference === undefined) continue;
      let owner = client.get<KubernetesObject & { readonly spec?: { readonly replicas?: number } }>(
        reference.kind,
        pod.metadata.namespace,
        reference.name,
      );
      const parent = owner === undefined ? undefined : controllerOf(owner);
      if (parent?.kind === "Deployment") owner = client.get(parent.kind, pod.metadata.namespace, parent.name) ?? owner;
      if (owner === undefined || counted.has(owner.metadata.uid)) continue;
      counted.add(owner.metadata.uid);
      sum += owner.spec?.replicas ?? 0;
    }
    return sum;
  }
}
