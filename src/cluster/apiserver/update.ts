import { decode } from "../api/decode.ts";
import { isEqualData } from "../api/equal.ts";
import type { KindDefinition } from "../api/kind.ts";
import type { KubernetesObject, LooseObject, ObjectMeta } from "../api/meta.ts";
import { isAsDecoded } from "./as-decoded.ts";
import { readBody } from "./body.ts";
import { admissionContext, queryValue, type ServerContext, type Target } from "./context.ts";
import { isDryRun, type Written } from "./create.ts";
import type { Writer } from "./field-managers.ts";
import { isRecord, withField } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { badRequest, conflict, invalid, notFound, objectModified } from "./status.ts";
import { writerOf } from "./writer.ts";

/** PUT of a whole object, or of its status. @source apiserver endpoints/handlers/update.go */
export function update(context: ServerContext, target: Target): Written {
  const { request, resource, namespace, name } = target;
  if (isReport(target)) return report(context, target, existing(context, target), request.body as KubernetesObject);
  const body = readBody(request.body, resource, queryValue(request, "fieldValidation"));
  const metadata = isRecord(body.object.metadata) ? body.object.metadata : {};
  if (typeof metadata.name === "string" && metadata.name !== "" && metadata.name !== name) {
    throw new Refusal(badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`));
  }
  if (typeof metadata.namespace === "string" && metadata.namespace !== "" && namespace !== undefined && metadata.namespace !== namespace) {
    throw new Refusal(badRequest("the namespace of the provided object does not match the namespace sent on the request"));
  }
  return change(context, target, existing(context, target), body.object, body.warnings, writerOf(target));
}

/** Of a component's write to `/status`, which comes all the time, nothing but the status is looked at. */
export function isReport({ request, subresource }: Target): boolean {
  return subresource === "status" && request.isComponent === true;
}

/** Takes a component's report. What else the object holds is as the component found it, or its resourceVersion is out of date. */
export function report(
  context: ServerContext,
  target: Target,
  old: KubernetesObject,
  { metadata, status }: { readonly metadata: Partial<ObjectMeta>; readonly status?: unknown },
): Written {
  const schema = target.resource.schema.fields.status;
  if (schema?.type !== "struct" || isAsDecoded(schema, status)) return changeStatus(context, target, old, metadata, status, []);
  const decoded = decode(schema, status ?? {});
  if (decoded.error !== undefined) throw new Refusal(badRequest(decoded.error));
  return changeStatus(context, target, old, metadata, decoded.object, []);
}

/** Sets the status; the rest stays as it is. */
function changeStatus(
  context: ServerContext,
  target: Target,
  old: KubernetesObject,
  metadata: Partial<ObjectMeta>,
  status: unknown,
  warnings: readonly string[],
): Written {
  checkPreconditions(target, old, metadata);
  const { definition } = target.resource;
  let object: KubernetesObject = { ...old, status } as KubernetesObject;
  if (target.request.isComponent !== true) {
    const admission = admissionContext(context, false);
    object = definition.defaults(object as unknown as LooseObject, admission) as unknown as KubernetesObject;
    const errors = definition.validateStatus?.(object as unknown as LooseObject, old, admission) ?? [];
    if (errors.length > 0) throw new Refusal(invalid(target.resource, old.metadata.name, errors));
  }
  if (isEqualData(object, old)) return { object: old, warnings, isCreated: false };
  if (target.request.isComponent !== true && isDryRun(target)) return { object, warnings, isCreated: false };
  const stored = context.store.put(object);
  context.managers.updated(
    stored,
    old as unknown as LooseObject,
    object as unknown as LooseObject,
    "status",
    definition.schema,
    writerOf(target),
  );
  return { object: stored, warnings, isCreated: false };
}

export function existing(context: ServerContext, { resource, namespace, name }: Target): KubernetesObject {
  const found = context.store.get(resource.definition.kind, namespace, name ?? "");
  if (found === undefined) throw new Refusal(notFound(resource, name ?? ""));
  return found;
}

/** Metadata that a writer can't change: it is carried over. @source apiserver registry/rest/update.go, BeforeUpdate */
const ownedMetadata = ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

/**
 * Brings `old` to what `given` says (in the stored version). Does nothing, not even a new resourceVersion, when that changes nothing.
 * The order of the steps is the server's. @source apiserver registry/generic/registry/store.go, Update
 */
export function change(
  context: ServerContext,
  target: Target,
  old: KubernetesObject,
  given: LooseObject,
  bodyWarnings: readonly string[],
  writer: Writer | undefined,
): Written {
  const { request, resource } = target;
  const { definition } = resource;
  const isTrusted = request.trusted === true;
  const name = old.metadata.name;
  const givenMetadata = isRecord(given.metadata) ? given.metadata : {};
  if (target.subresource === "status") return changeStatus(context, target, old, givenMetadata, given.status, bodyWarnings);
  checkPreconditions(target, old, givenMetadata);
  const admission = admissionContext(context, isTrusted);
  const previous = old as unknown as LooseObject;

  const metadata: Record<string, unknown> = { ...givenMetadata };
  const oldMetadata = old.metadata as unknown as LooseObject;
  for (const field of ownedMetadata) {
    if (oldMetadata[field] === undefined) delete metadata[field];
    else metadata[field] = oldMetadata[field];
  }
  delete metadata.selfLink;
  delete metadata.managedFields;
  metadata.resourceVersion = old.metadata.resourceVersion;
  let object = definition.defaults({ ...given, metadata }, admission);
  if (definition.hasStatus && !isTrusted) object = withField(object, "status", previous.status);
  const sent = object;
  object = definition.prepare(object, old, admission);
  const errors = definition.validate(object, old, admission);
  if (errors.length > 0) throw new Refusal(invalid(resource, name, errors));
  const warnings = request.isComponent === true ? [] : [...bodyWarnings, ...(definition.warnings?.(object, old, admission) ?? [])];

  const allocation = context.allocator.beforeUpdate(object as unknown as KubernetesObject, old);
  let changed = allocation.object;
  if (isEqualData(changed, old)) return { object: old, warnings, isCreated: false };
  if (definition.hasGeneration && !isEqualData(desiredPart(changed as unknown as LooseObject), desiredPart(previous))) {
    changed = { ...changed, metadata: { ...changed.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
  }
  if (isDryRun(target)) {
    allocation.release();
    return { object: changed, warnings, isCreated: false };
  }
  if (isReadyToGo(changed)) {
    allocation.release();
    return { object: removeNow(context, definition, old), warnings, isCreated: false };
  }
  allocation.commit();
  const stored = context.store.put(changed);
  if (writer !== undefined) context.managers.updated(stored, previous, sent, "main", definition.schema, writer);
  return { object: stored, warnings, isCreated: false };
}

/** Takes the object out of the store and frees what was allocated for it. */
export function removeNow(context: ServerContext, definition: KindDefinition, object: KubernetesObject): KubernetesObject {
  context.allocator.free(object);
  context.managers.forget(object);
  return context.store.remove(definition.kind, object.metadata.namespace, object.metadata.name) ?? object;
}

/** Optimistic concurrency: a resourceVersion or uid that is given must be the present one. */
function checkPreconditions(target: Target, old: KubernetesObject, metadata: Partial<ObjectMeta>): void {
  const { resource } = target;
  const { name, uid, resourceVersion } = old.metadata;
  if (typeof metadata.uid === "string" && metadata.uid !== "" && metadata.uid !== uid) {
    const detail = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    throw new Refusal(conflict(resource, name, detail));
  }
  if (target.request.trusted === true) return;
  const given = metadata.resourceVersion;
  if (typeof given === "string" && given !== "" && given !== "0" && given !== resourceVersion) {
    throw new Refusal(conflict(resource, name, objectModified));
  }
}

/** All but metadata and status: what generation counts. */
function desiredPart(object: LooseObject): LooseObject {
  const { metadata: _metadata, status: _status, ...desired } = object;
  return desired;
}

/** An object that waits for deletion goes when its last finalizer went and no grace is left. */
export function isReadyToGo(object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds > 0 || finalizers.length > 0) return false;
  const spec = (object as unknown as { readonly spec?: { readonly finalizers?: readonly string[] } }).spec;
  return object.kind !== "Namespace" || (spec?.finalizers ?? []).length === 0;
}
