import type { Deployment } from "../api/deployment/types.ts";
import type { Condition, ObjectMeta } from "../api/meta.ts";
import type { ReplicaSet } from "../api/replica-set/types.ts";
import { formatRfc3339, parseRfc3339 } from "../sim/date.ts";
import { canonicalText } from "./template-hash.ts";

export const revisionKey = "deployment.kubernetes.io/revision";
export const revisionHistoryKey = "deployment.kubernetes.io/revision-history";
export const desiredReplicasKey = "deployment.kubernetes.io/desired-replicas";
export const maxReplicasKey = "deployment.kubernetes.io/max-replicas";
export const hashLabel = "pod-template-hash";

/** One change of a ReplicaSet's size. The carrier writes it, with its event. */
export interface ScaleStep {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

export interface RolloutLimits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function wanted(deployment: Deployment): number {
  return deployment.spec.replicas ?? 1;
}

export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}

function totalOf(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, replicaSet) => sum + sizeOf(replicaSet), 0);
}

function actualOf(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.replicas ?? 0), 0);
}

function readyOf(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0);
}

function availableOf(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
}

/** Surge rounds up, unavailable down; not both may be 0. @source pkg/controller/deployment/util, ResolveFenceposts */
export function rolloutLimits(deployment: Deployment): RolloutLimits {
  if (deployment.spec.strategy?.type === "Recreate") return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = "25%", maxUnavailable = "25%" } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, wanted(deployment), Math.ceil);
  const unavailable = share(maxUnavailable, wanted(deployment), Math.floor);
  const limited = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge: surge, maxUnavailable: Math.min(limited, wanted(deployment)) };
}

function share(value: number | string, of: number, round: (part: number) => number): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) * of) / 100);
}

/** The ReplicaSet of the current template: the oldest whose template is the same, the hash label aside. @source deployment_util.go, FindNewReplicaSet */
export function findNewReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const template = canonicalText(withoutHash(deployment.spec.template));
  return byAge(replicaSets).find((replicaSet) => canonicalText(withoutHash(replicaSet.spec.template)) === template);
}

interface Template {
  readonly metadata?: Partial<ObjectMeta>;
}

function withoutHash(template: Template | undefined): unknown {
  const { [hashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

export function byAge(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.toSorted((a, b) => {
    const [left, right] = [a.metadata, b.metadata];
    if (left.creationTimestamp !== right.creationTimestamp) return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
    return left.name < right.name ? -1 : 1;
  });
}

/** How large the new ReplicaSet may be now. @source deployment_util.go, NewRSNewReplicas */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], currentSize: number): number {
  if (deployment.spec.strategy?.type === "Recreate") return wanted(deployment);
  const room = wanted(deployment) + rolloutLimits(deployment).maxSurge - totalOf(all);
  if (room <= 0) return currentSize;
  return currentSize + Math.min(room, wanted(deployment) - currentSize);
}

/**
 * The next step of a rolling update; none when there is nothing to do now. A step that scales the new ReplicaSet up ends the sync.
 * @source pkg/controller/deployment/rolling.go
 */
export function planRolling(deployment: Deployment, newReplicaSet: ReplicaSet, old: readonly ReplicaSet[]): readonly ScaleStep[] {
  const size = sizeOf(newReplicaSet);
  if (size > wanted(deployment)) return [{ replicaSet: newReplicaSet, replicas: wanted(deployment) }];
  const newSize = size === wanted(deployment) ? size : newReplicaSetSize(deployment, [...old, newReplicaSet], size);
  if (newSize !== size) return [{ replicaSet: newReplicaSet, replicas: newSize }];
  return planOldDown(deployment, newReplicaSet, old);
}

function planOldDown(deployment: Deployment, newReplicaSet: ReplicaSet, old: readonly ReplicaSet[]): readonly ScaleStep[] {
  if (totalOf(old) === 0) return [];
  const minAvailable = wanted(deployment) - rolloutLimits(deployment).maxUnavailable;
  const newUnavailable = sizeOf(newReplicaSet) - (newReplicaSet.status?.availableReplicas ?? 0);
  const room = totalOf([...old, newReplicaSet]) - minAvailable - newUnavailable;
  if (room <= 0) return [];
  const sizes = new Map<string, number>(old.map((replicaSet) => [replicaSet.metadata.name, sizeOf(replicaSet)]));
  const oldest = byAge(old);
  // Replicas that do not work anyway cost nobody anything, so they go first.
  let cleaned = 0;
  for (const replicaSet of oldest) {
    if (cleaned >= room) break;
    const unhealthy = sizeOf(replicaSet) - (replicaSet.status?.availableReplicas ?? 0);
    const count = Math.min(room - cleaned, unhealthy);
    if (count <= 0) continue;
    sizes.set(replicaSet.metadata.name, sizeOf(replicaSet) - count);
    cleaned += count;
  }
  let spare = availableOf([...old, newReplicaSet]) - minAvailable;
  for (const replicaSet of oldest) {
    if (spare <= 0) break;
    const left = sizes.get(replicaSet.metadata.name) ?? 0;
    const count = Math.min(left, spare);
    sizes.set(replicaSet.metadata.name, left - count);
    spare -= count;
  }
  return oldest
    .map((replicaSet) => ({ replicaSet, replicas: sizes.get(replicaSet.metadata.name) ?? 0 }))
    .filter(({ replicaSet, replicas }) => replicas !== sizeOf(replicaSet));
}

/** Whether `spec.replicas` changed since the ReplicaSets were last sized. @source sync.go, isScalingEvent */
export function isScalingEvent(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
  return active(all).some((replicaSet) => {
    const desired = replicaSet.metadata.annotations?.[desiredReplicasKey];
    return desired !== undefined && Number(desired) !== wanted(deployment);
  });
}

export function active(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.filter((replicaSet) => sizeOf(replicaSet) > 0);
}

/** A change of size while one or several ReplicaSets have pods: each gets its share. @source sync.go, scale */
export function planScaling(
  deployment: Deployment,
  newReplicaSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): readonly ScaleStep[] {
  const activeOld = active(old);
  const everyone = newReplicaSet === undefined ? old : [...old, newReplicaSet];
  const activeAll = active(everyone);
  const single = activeAll.length === 0 ? (newReplicaSet ?? byAge(old).at(-1)) : activeAll.length === 1 ? activeAll[0] : undefined;
  if (single !== undefined) {
    return sizeOf(single) === wanted(deployment) && !isStale(single, deployment)
      ? []
      : [{ replicaSet: single, replicas: wanted(deployment) }];
  }
  if (newReplicaSet !== undefined && isSaturated(deployment, newReplicaSet)) {
    return activeOld.map((replicaSet) => ({ replicaSet, replicas: 0 }));
  }
  if (deployment.spec.strategy?.type === "Recreate") return [];
  const allowed = wanted(deployment) > 0 ? wanted(deployment) + rolloutLimits(deployment).maxSurge : 0;
  const toAdd = allowed - totalOf(activeAll);
  const ordered = byAge(activeAll);
  // Largest first; of equals the newest when growing, the oldest when shrinking.
  const bySize = (toAdd > 0 ? ordered.toReversed() : ordered).toSorted((a, b) => sizeOf(b) - sizeOf(a));
  let added = 0;
  const sizes = bySize.map((replicaSet) => {
    if (toAdd === 0) return sizeOf(replicaSet);
    const part = proportion(replicaSet, allowed, deployment, toAdd, added);
    added += part;
    return sizeOf(replicaSet) + part;
  });
  if (sizes.length > 0 && toAdd !== 0) sizes[0] = Math.max(0, (sizes[0] ?? 0) + toAdd - added);
  return bySize
    .map((replicaSet, i) => ({ replicaSet, replicas: sizes[i] ?? 0 }))
    .filter(({ replicaSet, replicas }) => replicas !== sizeOf(replicaSet) || isStale(replicaSet, deployment));
}

function isStale(replicaSet: ReplicaSet, deployment: Deployment): boolean {
  return replicaSet.metadata.annotations?.[desiredReplicasKey] !== `${wanted(deployment)}`;
}

/** @source deployment_util.go, GetReplicaSetProportion and getReplicaSetFraction */
function proportion(replicaSet: ReplicaSet, allowed: number, deployment: Deployment, toAdd: number, added: number): number {
  const size = sizeOf(replicaSet);
  const annotated = Number(replicaSet.metadata.annotations?.[maxReplicasKey]);
  const of = annotated > 0 ? annotated : (deployment.status?.replicas ?? 0);
  const fraction = wanted(deployment) === 0 ? -size : of === 0 ? 0 : Math.round((size * allowed) / of) - size;
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function isSaturated(deployment: Deployment, replicaSet: ReplicaSet): boolean {
  return (
    sizeOf(replicaSet) === wanted(deployment) &&
    Number(replicaSet.metadata.annotations?.[desiredReplicasKey]) === wanted(deployment) &&
    (replicaSet.status?.availableReplicas ?? 0) === wanted(deployment)
  );
}

/** Old ReplicaSets beyond the history limit, lowest revision first. @source sync.go, cleanupDeployment */
export function planHistory(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const over = alive.length - limit;
  if (over <= 0) return [];
  return alive
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, over)
    .filter((replicaSet) => (replicaSet.status?.replicas ?? 0) === 0 && sizeOf(replicaSet) === 0);
}

export function revisionOf(object: { readonly metadata: ObjectMeta }): number {
  return Number(object.metadata.annotations?.[revisionKey] ?? "0") || 0;
}

export function isComplete(deployment: Deployment, status: DeploymentCounts): boolean {
  return (
    status.updatedReplicas === wanted(deployment) &&
    status.replicas === wanted(deployment) &&
    status.availableReplicas === wanted(deployment)
  );
}

export interface DeploymentCounts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

export function deploymentCounts(all: readonly ReplicaSet[], newReplicaSet: ReplicaSet | undefined): DeploymentCounts {
  const availableReplicas = availableOf(all);
  return {
    replicas: actualOf(all),
    updatedReplicas: newReplicaSet === undefined ? 0 : actualOf([newReplicaSet]),
    readyReplicas: readyOf(all),
    availableReplicas,
    unavailableReplicas: Math.max(0, totalOf(all) - availableReplicas),
  };
}

/** The two conditions every Deployment has, and ReplicaFailure where its ReplicaSet has one. @source progress.go, syncRolloutStatus; sync.go, calculateStatus */
export function deploymentConditions(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newReplicaSet: ReplicaSet | undefined,
  counts: DeploymentCounts,
  nowMs: number,
): readonly Condition[] {
  const conditions = new ConditionList(deployment.status?.conditions ?? [], nowMs);
  const isAvailable = counts.availableReplicas >= wanted(deployment) - rolloutLimits(deployment).maxUnavailable;
  if (isAvailable) conditions.set("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
  else conditions.set("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
  if (deployment.spec.paused !== true) setProgress(conditions, deployment, newReplicaSet, counts, nowMs);
  const failure = (newReplicaSet === undefined ? all : [newReplicaSet, ...all])
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (failure === undefined) conditions.remove("ReplicaFailure");
  else conditions.set("ReplicaFailure", failure.status, failure.reason ?? "", failure.message ?? "");
  return conditions.list;
}

function setProgress(
  conditions: ConditionList,
  deployment: Deployment,
  newReplicaSet: ReplicaSet | undefined,
  counts: DeploymentCounts,
  nowMs: number,
): void {
  if (deployment.spec.progressDeadlineSeconds === 2147483647) {
    conditions.remove("Progressing");
    return;
  }
  const current = conditions.get("Progressing");
  const before = deployment.status;
  const isDone = counts.replicas === counts.updatedReplicas && current?.reason === "NewReplicaSetAvailable";
  if (isDone) return;
  const name = newReplicaSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newReplicaSet.metadata.name}"`;
  if (isComplete(deployment, counts)) {
    conditions.set("Progressing", "True", "NewReplicaSetAvailable", `${name} has successfully progressed.`);
  } else if (
    counts.updatedReplicas > (before?.updatedReplicas ?? 0) ||
    counts.readyReplicas > (before?.readyReplicas ?? 0) ||
    counts.availableReplicas > (before?.availableReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < (before?.replicas ?? 0) - (before?.updatedReplicas ?? 0)
  ) {
    conditions.progress("ReplicaSetUpdated", `${name} is progressing.`);
  } else if (isTimedOut(deployment, current, nowMs)) {
    conditions.set("Progressing", "False", "ProgressDeadlineExceeded", `${name} has timed out progressing.`);
  }
}

function isTimedOut(deployment: Deployment, current: Condition | undefined, nowMs: number): boolean {
  if (current === undefined || current.reason === "NewReplicaSetAvailable") return false;
  if (current.reason === "ProgressDeadlineExceeded") return true;
  const sinceMs = parseRfc3339(current.lastUpdateTime ?? "") ?? nowMs;
  return sinceMs + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000 < nowMs;
}

/** When to look whether the deadline has passed, in microseconds from now; undefined when nothing is awaited. @source progress.go, requeueStuckDeployment */
export function deadlineInUs(
  deployment: Deployment,
  conditions: readonly Condition[],
  counts: DeploymentCounts,
  nowMs: number,
): number | undefined {
  const current = conditions.find(({ type }) => type === "Progressing");
  if (current === undefined || isComplete(deployment, counts) || current.reason === "NewReplicaSetAvailable") return undefined;
  if (current.reason === "ProgressDeadlineExceeded" || deployment.spec.paused === true) return undefined;
  const sinceMs = parseRfc3339(current.lastUpdateTime ?? "") ?? nowMs;
  const leftMs = sinceMs + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000 - nowMs;
  return Math.max(0, leftMs) * 1000 + 1_000_000;
}

/** Conditions by type; a time of transition changes with the status alone. @source deployment_util.go, SetDeploymentCondition */
export class ConditionList {
  list: readonly Condition[];
  readonly #now: string;

  constructor(list: readonly Condition[], nowMs: number) {
    this.list = list;
    this.#now = formatRfc3339(nowMs);
  }

  get(type: string): Condition | undefined {
    return this.list.find((condition) => condition.type === type);
  }

  remove(type: string): void {
    this.list = this.list.filter((condition) => condition.type !== type);
  }

  set(type: string, status: Condition["status"], reason: string, message: string): void {
    const current = this.get(type);
    if (current?.status === status && current.reason === reason) return;
    this.#put(type, status, reason, message, current);
  }

  /** Progress renews the time of the last update even where nothing else of the condition changes. */
  progress(reason: string, message: string): void {
    this.#put("Progressing", "True", reason, message, this.get("Progressing"));
  }

  #put(type: string, status: Condition["status"], reason: string, message: string, current: Condition | undefined): void {
    const lastTransitionTime = current?.status === status ? (current.lastTransitionTime ?? this.#now) : this.#now;
    const condition = { type, status, lastUpdateTime: this.#now, lastTransitionTime, reason, message };
    this.list = [...this.list.filter((other) => other.type !== type), condition];
  }
}
