import { isEqualData } from "../api/equal.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { Condition, KubernetesObject, LabelSelector } from "../api/meta.ts";
import type { Pod, PodTemplateSpec } from "../api/pod/types.ts";
import type { ApiClient, Informer } from "../apiclient/client.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { formatRfc3339 } from "../sim/date.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { inDeletionOrder } from "./deletion-order.ts";
import { claim, controllerOf, indexByController } from "./ownership.ts";
import { createPod, deletePod, podFromTemplate } from "./pod-control.ts";
import { isPodActive, isPodAvailable, isPodReady, nextAvailableInUs } from "./pod-state.ts";

/** ReplicaSets and ReplicationControllers are kept by the same code, as in the real controller manager. */
interface Variant {
  readonly kind: "ReplicaSet" | "ReplicationController";
  readonly component: string;
}
export const replicaSetVariant: Variant = { kind: "ReplicaSet", component: "replicaset-controller" };
export const replicationControllerVariant: Variant = { kind: "ReplicationController", component: "replication-controller" };

export interface ReplicaOwner extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
    readonly template?: PodTemplateSpec;
  };
  readonly status?: ReplicaStatus;
}

export interface ReplicaStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

export type ReplicaPlan =
  | { readonly type: "create"; readonly count: number }
  | { readonly type: "delete"; readonly pods: readonly Pod[] }
  | { readonly type: "none" };

/** At most so many pods are made or deleted in one sync. @source pkg/controller/replicaset/replica_set.go, BurstReplicas */
const burstReplicas = 500;

/** What brings the owner to `spec.replicas`. Pure. `podsOnNode` counts related active pods, for the order of deletion. */
export function planReplicas(replicas: number, active: readonly Pod[], podsOnNode: (node: string) => number, nowMs: number): ReplicaPlan {
  const missing = replicas - active.length;
  if (missing > 0) return { type: "create", count: Math.min(missing, burstReplicas) };
  if (missing < 0) {
    return { type: "delete", pods: inDeletionOrder(active, podsOnNode, nowMs).slice(0, Math.min(-missing, burstReplicas)) };
  }
  return { type: "none" };
}

/** The status that these pods make. Pure. @source pkg/controller/replicaset/replica_set_utils.go, calculateStatus */
export function replicaStatus(
  owner: ReplicaOwner,
  active: readonly Pod[],
  failure: ReplicaFailure | undefined,
  nowMs: number,
): ReplicaStatus {
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  const templateLabels = Object.entries(owner.spec.template?.metadata?.labels ?? {});
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    if (templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)) fullyLabeled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isPodAvailable(pod, minReadySeconds, nowMs)) available++;
  }
  const conditions = failureConditions(owner.status?.conditions ?? [], failure, nowMs);
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(owner.metadata.generation === undefined ? {} : { observedGeneration: owner.metadata.generation }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

interface ReplicaFailure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
}

function failureConditions(current: readonly Condition[], failure: ReplicaFailure | undefined, nowMs: number): readonly Condition[] {
  const others = current.filter(({ type }) => type !== "ReplicaFailure");
  if (failure === undefined) return others;
  const known = current.find(({ type }) => type === "ReplicaFailure");
  if (known?.reason === failure.reason) return current;
  return [...others, { type: "ReplicaFailure", status: "True", ...failure, lastTransitionTime: formatRfc3339(nowMs) }];
}

export function startReplicaController(context: ControllerContext, variant: Variant): void {
  const { simulation } = context;
  const client = context.client(variant.component);
  const owners = client.informer<ReplicaOwner>(variant.kind);
  const pods = client.informer<Pod>("Pod");
  indexByController(pods);
  indexByController(owners);
  const queue = createWorkQueue(simulation, (key) => reconcile(key));

  owners.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ object, old }) => {
    for (const pod of old === undefined ? [object] : [object, old]) {
      const owner = controllerOf(pod);
      if (owner?.kind === variant.kind) queue.add(`${pod.metadata.namespace}/${owner.name}`);
    }
    if (controllerOf(object) !== undefined || object.metadata.deletionTimestamp !== undefined) return;
    for (const owner of owners.list(object.metadata.namespace)) {
      if (matchesOwner(owner, variant, object)) queue.add(keyOf(owner));
    }
  });

  function reconcile(key: string): "retry" | number | undefined {
    const { namespace, name } = splitKey(key);
    const owner = owners.get(namespace, name);
    if (owner === undefined) return undefined; // deleted since it was queued
    const claimed = claim(client, pods, owner, (pod) => matchesOwner(owner, variant, pod));
    let active = claimed.filter(isPodActive);
    let failure: ReplicaFailure | undefined;
    if (owner.metadata.deletionTimestamp === undefined) {
      const plan = planReplicas(owner.spec.replicas ?? 1, active, relatedPodsOnNode(pods, owners, owner), simulation.dateMs());
      const outcome = carryOut(client, owner, plan, variant.component);
      failure = outcome.failure;
      active = active.filter((pod) => !outcome.deleted.has(pod.metadata.uid)).concat(outcome.created);
    }
    const status = replicaStatus(owner, active, failure, simulation.dateMs());
    if (!isEqualData(status, owner.status))
      client.patch(variant.kind, namespace, name, { status: withRemovals(status, owner.status) }, "status");
    if (failure !== undefined) return "retry";
    return nextAvailableInUs(active, owner.spec.minReadySeconds ?? 0, simulation.dateMs());
  }
}

function matchesOwner(owner: ReplicaOwner, variant: Variant, pod: Pod): boolean {
  const selector = owner.spec.selector;
  if (selector === undefined) return false;
  return matchesLabelSelector(
    variant.kind === "ReplicaSet" ? (selector as LabelSelector) : { matchLabels: selector as Record<string, string> },
    pod.metadata.labels,
  );
}

/** Active pods per node of all owners that share a controller with this one: a Deployment's other ReplicaSets. */
function relatedPodsOnNode(pods: Informer<Pod>, owners: Informer<ReplicaOwner>, owner: ReplicaOwner): (node: string) => number {
  let counts: Map<string, number> | undefined;
  return (node) => {
    if (counts === undefined) {
      counts = new Map();
      const parent = controllerOf(owner);
      const related = parent === undefined ? [owner] : owners.byIndex("controller", parent.uid);
      for (const { metadata } of related) {
        for (const pod of pods.byIndex("controller", metadata.uid)) {
          const name = pod.spec.nodeName;
          if (name !== undefined && isPodActive(pod)) counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
    }
    return counts.get(node) ?? 0;
  };
}

interface Outcome {
  readonly created: readonly Pod[];
  readonly deleted: ReadonlySet<string>;
  readonly failure: ReplicaFailure | undefined;
}

function carryOut(client: ApiClient, owner: ReplicaOwner, plan: ReplicaPlan, component: string): Outcome {
  const created: Pod[] = [];
  const deleted = new Set<string>();
  let failure: ReplicaFailure | undefined;
  if (plan.type === "create" && owner.spec.template !== undefined) {
    const pod = podFromTemplate(owner, owner.spec.template);
    // The first refusal ends the batch: the others would be refused for the same reason.
    for (let i = 0; i < plan.count && failure === undefined; i++) {
      const result = createPod(client, owner, pod, component);
      if (result.ok) created.push(result.object);
      else failure = { reason: "FailedCreate", message: result.status.message };
    }
  } else if (plan.type === "delete") {
    for (const pod of plan.pods) {
      const result = deletePod(client, owner, pod, component);
      if (result.ok || result.status.reason === "NotFound") deleted.add(pod.metadata.uid);
      else failure = { reason: "FailedDelete", message: result.status.message };
    }
  }
  return { created, deleted, failure };
}

/** A merge patch that makes `current` into `wanted`: members that went are set to null. */
export function withRemovals(wanted: object, current: object | undefined): Record<string, unknown> {
  const patch: Record<string, unknown> = { ...wanted };
  for (const key of Object.keys(current ?? {})) if (!(key in patch)) patch[key] = null;
  return patch;
}
