import { isEqualData } from "../api/equal.ts";
import type { KindDefinition } from "../api/kind.ts";
import { kinds as allKinds } from "../api/kinds.ts";
import type { KubernetesObject, OwnerReference } from "../api/meta.ts";
import type { Informer } from "../apiclient/client.ts";
import { createWorkQueue, type Outcome } from "../apiclient/work-queue.ts";
import type { ControllerContext } from "./context.ts";

/** Kinds that own nothing, are owned by nobody and change all the time. */
const ignoredKinds: readonly string[] = ["Event", "Lease"];

const foreground = "foregroundDeletion";
const orphan = "orphan";

/** What is known of an owner that an object names. */
export type OwnerState = "present" | "absent" | "waiting";

export type DependentPlan =
  | { readonly type: "keep" }
  | { readonly type: "delete"; readonly propagationPolicy: "Background" | "Foreground" | "Orphan" }
  /** Some owners are gone, others are not: only the reference goes. */
  | { readonly type: "unlink"; readonly ownerReferences: readonly OwnerReference[] };

/**
 * What becomes of an object whose owners are in these states. Pure.
 * @source pkg/controller/garbagecollector/garbagecollector.go, attemptToDeleteItem
 */
export function planDependent(object: KubernetesObject, states: readonly OwnerState[], hasDependents: boolean): DependentPlan {
  const { ownerReferences = [], finalizers = [], deletionTimestamp } = object.metadata;
  if (ownerReferences.length === 0 || (deletionTimestamp !== undefined && !finalizers.includes(foreground))) return { type: "keep" };
  if (states.includes("present")) {
    const kept = ownerReferences.filter((_, index) => states[index] === "present");
    return kept.length === ownerReferences.length ? { type: "keep" } : { type: "unlink", ownerReferences: kept };
  }
  if (deletionTimestamp !== undefined) return { type: "keep" };
  if (states.includes("waiting") && hasDependents) return { type: "delete", propagationPolicy: "Foreground" };
  if (finalizers.includes(orphan)) return { type: "delete", propagationPolicy: "Orphan" };
  if (finalizers.includes(foreground)) return { type: "delete", propagationPolicy: "Foreground" };
  return { type: "delete", propagationPolicy: "Background" };
}

interface Watched {
  readonly definition: KindDefinition;
  readonly informer: Informer<KubernetesObject>;
}

/**
 * Deletes what belonged to an object that is gone, holds back an object that asked for its dependents to go first, and cuts loose those that shall stay.
 * @source kubernetes.io "Garbage Collection", "Owners and Dependents"; pkg/controller/garbagecollector
 */
export function startGarbageCollector(context: ControllerContext, kinds: readonly KindDefinition[] = allKinds): void {
  const client = context.client("generic-garbage-collector");
  const watched = new Map<string, Watched>();
  for (const definition of kinds) {
    if (ignoredKinds.includes(definition.kind)) continue;
    const informer = client.informer(definition.kind);
    informer.index("owner", ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid));
    watched.set(definition.kind, { definition, informer });
  }
  const queue = createWorkQueue(context.simulation, reconcile);

  for (const { informer } of watched.values()) {
    informer.onEvent(({ type, object, old }) => {
      if (type === "DELETED") {
        for (const dependent of dependentsOf(object.metadata.uid)) queue.add(keyOf(dependent));
        for (const owner of ownersOf(object)) if (isGoing(owner)) queue.add(keyOf(owner));
        return;
      }
      const { ownerReferences = [] } = object.metadata;
      const isNewlyOwned = ownerReferences.length > 0 && !isEqualData(old?.metadata.ownerReferences, ownerReferences);
      if (isNewlyOwned || isGoing(object)) queue.add(keyOf(object));
      // A dependent that was cut loose may have been the last that its owner waited for.
      if (old !== undefined && (old.metadata.ownerReferences?.length ?? 0) > ownerReferences.length) {
        for (const owner of ownersOf(old)) if (isGoing(owner)) queue.add(keyOf(owner));
      }
    });
  }

  function dependentsOf(uid: string): readonly KubernetesObject[] {
    const found: KubernetesObject[] = [];
    for (const { informer } of watched.values()) found.push(...informer.byIndex("owner", uid));
    return found;
  }

  /** The object that a reference means; "unknown" for kinds that this cluster has not. */
  function ownerOf(object: KubernetesObject, { kind, name, uid }: OwnerReference): KubernetesObject | "unknown" | undefined {
    const of = watched.get(kind);
    if (of === undefined) return "unknown";
    const owner = of.informer.get(of.definition.namespaced ? object.metadata.namespace : undefined, name);
    return owner?.metadata.uid === uid ? owner : undefined;
  }

  function ownersOf(object: KubernetesObject): readonly KubernetesObject[] {
    return (object.metadata.ownerReferences ?? []).flatMap((reference) => {
      const owner = ownerOf(object, reference);
      return owner === undefined || owner === "unknown" ? [] : [owner];
    });
  }

  function ownerState(object: KubernetesObject, reference: OwnerReference): OwnerState {
    const owner = ownerOf(object, reference);
    if (owner === undefined) return "absent";
    return owner !== "unknown" && isGoing(owner) && owner.metadata.finalizers?.includes(foreground) === true ? "waiting" : "present";
  }

  function reconcile(key: string): Outcome {
    const [kind = "", namespace = "", name = ""] = key.split("/");
    const object = watched.get(kind)?.informer.get(namespace === "" ? undefined : namespace, name);
    if (object === undefined) return;
    const { finalizers = [], ownerReferences = [] } = object.metadata;
    if (isGoing(object) && finalizers.includes(orphan)) return cutLoose(object);
    if (isGoing(object) && finalizers.includes(foreground)) {
      const outcome = deleteDependents(object);
      if (outcome !== undefined) return outcome;
    }
    const states = ownerReferences.map((reference) => ownerState(object, reference));
    const plan = planDependent(object, states, dependentsOf(object.metadata.uid).length > 0);
    if (plan.type === "keep") return;
    if (plan.type === "unlink") return patchMetadata(object, { ownerReferences: plan.ownerReferences });
    const { propagationPolicy } = plan;
    const { uid } = object.metadata;
    const result = client.delete(kind, object.metadata.namespace, name, { propagationPolicy, preconditions: { uid } });
    return result.ok || result.status.reason === "NotFound" ? undefined : "retry";
  }

  /** Foreground: the owner goes when no dependent holds it back any more. */
  function deleteDependents(owner: KubernetesObject): Outcome {
    const { uid, finalizers = [] } = owner.metadata;
    const dependents = dependentsOf(uid);
    const isBlocked = dependents.some(({ metadata }) =>
      metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true),
    );
    if (!isBlocked) return patchMetadata(owner, { finalizers: finalizers.filter((name) => name !== foreground) });
    for (const dependent of dependents) if (!isGoing(dependent)) queue.add(keyOf(dependent));
    return;
  }

  function cutLoose(owner: KubernetesObject): Outcome {
    const { uid, finalizers = [] } = owner.metadata;
    for (const dependent of dependentsOf(uid)) {
      const kept = (dependent.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
      if (patchMetadata(dependent, { ownerReferences: kept }) === "retry") return "retry";
    }
    return patchMetadata(owner, { finalizers: finalizers.filter((name) => name !== orphan) });
  }

  function patchMetadata(object: KubernetesObject, change: { readonly [field: string]: readonly unknown[] }): Outcome {
    const { namespace, name, resourceVersion } = object.metadata;
    const metadata: Record<string, unknown> = { resourceVersion };
    for (const field of Object.keys(change)) metadata[field] = (change[field] ?? []).length === 0 ? null : change[field];
    const result = client.patch(object.kind, namespace, name, { metadata });
    return result.ok || result.status.reason === "NotFound" ? undefined : "retry";
  }
}

function isGoing(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}
