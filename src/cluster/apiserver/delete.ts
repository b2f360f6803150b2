import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { formatRfc3339, parseRfc3339 } from "../sim/date.ts";
import { queryValue, type ServerContext, type Target } from "./context.ts";
import { isDryRun } from "./create.ts";
import { isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import type { Status } from "./request.ts";
import { conflict, deleted, forbidden } from "./status.ts";
import { existing, isReadyToGo, removeNow } from "./update.ts";

interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** Options come in the body or, for plain HTTP clients, in the query. */
function deleteOptions({ request }: Target): DeleteOptions {
  const body = isRecord(request.body) ? request.body : {};
  const preconditions = isRecord(body.preconditions) ? body.preconditions : {};
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const grace = body.gracePeriodSeconds ?? queryValue(request, "gracePeriodSeconds");
  return {
    gracePeriodSeconds: grace === undefined || grace === null ? undefined : Number(grace),
    propagationPolicy: text(body.propagationPolicy) ?? queryValue(request, "propagationPolicy"),
    uid: text(preconditions.uid),
    resourceVersion: text(preconditions.resourceVersion),
  };
}

/** DELETE of one object: what the answer holds is the object, or a Status of success. @source apiserver registry/generic/registry/store.go, Delete */
export function deleteOne(context: ServerContext, target: Target): KubernetesObject | Status {
  const object = existing(context, target);
  return deleteObject(context, target, object);
}

/** Namespaces that stay. @source apiserver admission/plugin/namespace/lifecycle: immortalNamespaces */
const immortalNamespaces: readonly string[] = ["default", "kube-system", "kube-public"];

export function deleteObject(context: ServerContext, target: Target, object: KubernetesObject): KubernetesObject | Status {
  const { resource } = target;
  const { definition } = resource;
  const { name, uid, resourceVersion } = object.metadata;
  const options = deleteOptions(target);
  if (definition.kind === "Namespace" && immortalNamespaces.includes(name)) {
    throw new Refusal(forbidden(resource, name, "this namespace may not be deleted"));
  }
  if (options.uid !== undefined && options.uid !== uid) {
    const detail = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`;
    throw new Refusal(conflict(resource, name, detail));
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const detail = `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw new Refusal(conflict(resource, name, detail));
  }

  const going = markedForDeletion(object, options, definition.kind, context.simulation.dateMs());
  const isGone = isReadyToGo(going);
  if (isDryRun(target)) return isGone ? deleted(resource, name, uid) : going;
  if (isGone) {
    const last = removeNow(context, definition, object);
    return definition.kind === "Pod" || definition.kind === "Service" ? last : deleted(resource, name, uid);
  }
  return going === object ? object : context.store.put(going);
}

/** Finalizers by which the garbage collector is asked for more than background deletion. @source apimachinery meta/v1 types.go */
const policyFinalizers: Readonly<Record<string, string>> = { Foreground: "foregroundDeletion", Orphan: "orphan" };

/** Kinds whose dependents stay when nobody says otherwise. @source registry/core/replicationcontroller and registry/batch/job strategy.go, DefaultGarbageCollectionPolicy */
const orphaningKinds: readonly string[] = ["ReplicationController", "Job"];

/**
 * The object with its deletion written on it; the same object when nothing is to be changed. Pure.
 * @source apiserver registry/rest/delete.go, BeforeDelete; registry/generic/registry/store.go, deletionFinalizersForGarbageCollection
 */
function markedForDeletion(object: KubernetesObject, options: DeleteOptions, kind: string, nowMs: number): KubernetesObject {
  const { metadata } = object;
  const policy = options.propagationPolicy ?? (orphaningKinds.includes(kind) ? "Orphan" : "Background");
  const finalizers = finalizersFor(metadata.finalizers ?? [], policy, options.propagationPolicy !== undefined);
  const graceSeconds = gracePeriodSeconds(object, options, kind);

  if (metadata.deletionTimestamp !== undefined) {
    const remaining = metadata.deletionGracePeriodSeconds ?? 0;
    const isShorter = options.gracePeriodSeconds !== undefined && graceSeconds < remaining;
    const hasNewFinalizers = finalizers.join() !== (metadata.finalizers ?? []).join();
    if (!isShorter && !hasNewFinalizers) return object;
    const changed: Record<string, unknown> = { ...metadata };
    if (isShorter) {
      const asked = (parseRfc3339(metadata.deletionTimestamp) ?? nowMs) - remaining * 1000;
      changed.deletionTimestamp = formatRfc3339(Math.max(asked, 0) + graceSeconds * 1000);
      changed.deletionGracePeriodSeconds = graceSeconds;
    }
    setFinalizers(changed, finalizers);
    return { ...object, metadata: changed as unknown as KubernetesObject["metadata"] };
  }

  const changed: Record<string, unknown> = {
    ...metadata,
    deletionTimestamp: formatRfc3339(nowMs + graceSeconds * 1000),
    deletionGracePeriodSeconds: graceSeconds,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
  };
  setFinalizers(changed, finalizers);
  const going = { ...object, metadata: changed as unknown as KubernetesObject["metadata"] };
  if (kind !== "Namespace") return going;
  const status = isRecord((object as unknown as LooseObject).status) ? ((object as unknown as LooseObject).status as LooseObject) : {};
  return { ...going, status: { ...status, phase: "Terminating" } } as KubernetesObject;
}

function setFinalizers(metadata: Record<string, unknown>, finalizers: readonly string[]): void {
  if (finalizers.length === 0) delete metadata.finalizers;
  else metadata.finalizers = finalizers;
}

function finalizersFor(present: readonly string[], policy: string, isGiven: boolean): readonly string[] {
  const wanted = policyFinalizers[policy];
  const isPolicy = (name: string): boolean => name === "foregroundDeletion" || name === "orphan";
  // A finalizer that is there already decides when the request leaves the policy open.
  if (!isGiven && present.some(isPolicy)) return present;
  const others = present.filter((name) => !isPolicy(name));
  return wanted === undefined ? others : [...others, wanted];
}

/** Only pods are given time. @source registry/core/pod/strategy.go, CheckGracefulDelete */
function gracePeriodSeconds(object: KubernetesObject, options: DeleteOptions, kind: string): number {
  if (kind !== "Pod") return 0;
  const { spec = {}, status = {} } = object as unknown as {
    readonly spec?: { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number };
    readonly status?: { readonly phase?: string };
  };
  if (spec.nodeName === undefined || spec.nodeName === "") return 0; // nobody runs it
  if (status.phase === "Failed" || status.phase === "Succeeded") return 0;
  const period = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  return period < 0 ? 1 : period;
}
