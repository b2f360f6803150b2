import type { KubernetesObject, LooseObject, ObjectMeta } from "../api/meta.ts";
import { formatRfc3339 } from "../sim/date.ts";
import { admitCreate } from "./admission.ts";
import { type Body, readBody } from "./body.ts";
import { admissionContext, queryValue, type ServerContext, type Target } from "./context.ts";
import type { Writer } from "./field-managers.ts";
import { isRecord, valueAt } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { alreadyExists, badRequest, internalError, invalid } from "./status.ts";
import { writerOf } from "./writer.ts";

export interface Written {
  readonly object: KubernetesObject;
  readonly warnings: readonly string[];
  readonly isCreated: boolean;
}

/** POST of a new object. The order of the steps is the server's. @source apiserver endpoints/handlers/create.go, registry/rest/create.go */
export function create(context: ServerContext, target: Target): Written {
  const { request, resource } = target;
  return createFrom(context, target, readBody(request.body, resource, queryValue(request, "fieldValidation")), writerOf(target));
}

/** `writer` owns the fields; undefined when that is settled elsewhere. */
export function createFrom(context: ServerContext, target: Target, body: Body, writer: Writer | undefined): Written {
  const { request, resource, namespace } = target;
  const { definition } = resource;
  const isTrusted = request.trusted === true;
  const admission = admissionContext(context, isTrusted);

  const given = metadataOf(body.object);
  checkNamespace(given, namespace);
  const name = givenName(context, target, given);
  let object = definition.defaults(
    { ...body.object, metadata: { ...given, ...(namespace === undefined ? {} : { namespace }) } },
    admission,
  );
  const sent = object;
  object = admitCreate(context, target, object, name);

  const systemFields: Record<string, unknown> = { ...metadataOf(object), name };
  if (name === "") delete systemFields.name;
  if (!definition.namespaced) delete systemFields.namespace;
  if (typeof given.resourceVersion === "string" && given.resourceVersion !== "" && !isTrusted) {
    throw new Refusal(internalError("resourceVersion should not be set on objects to be created"));
  }
  for (const field of ["resourceVersion", "selfLink", "managedFields"]) delete systemFields[field];
  if (!isTrusted) for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds"]) delete systemFields[field];
  systemFields.creationTimestamp =
    isTrusted && typeof given.creationTimestamp === "string" ? given.creationTimestamp : formatRfc3339(admission.nowMs);
  systemFields.uid =
    isTrusted && typeof given.uid === "string"
      ? given.uid
      : context.identities.uid(definition.kind, namespace, name, context.store.removals);
  if (definition.hasGeneration) systemFields.generation = isTrusted && typeof given.generation === "number" ? given.generation : 1;
  else if (!isTrusted) delete systemFields.generation;

  object = definition.prepare({ ...object, metadata: systemFields }, undefined, admission);
  const errors = definition.validate(object, undefined, admission);
  if (errors.length > 0) throw new Refusal(invalid(resource, name, errors));
  const warnings = request.isComponent === true ? [] : [...body.warnings, ...(definition.warnings?.(object, undefined, admission) ?? [])];

  const allocation = context.allocator.beforeCreate(object as unknown as KubernetesObject);
  if (context.store.get(definition.kind, namespace, name) !== undefined) {
    allocation.release();
    throw new Refusal(alreadyExists(resource, name));
  }
  if (isDryRun(target)) {
    allocation.release();
    return { object: allocation.object, warnings, isCreated: true };
  }
  allocation.commit();
  const stored = context.store.put(allocation.object);
  if (writer !== undefined) context.managers.updated(stored, undefined, sent, "main", definition.schema, writer);
  if (definition.kind === "CustomResourceDefinition") installGroup(context, stored);
  return { object: stored, warnings, isCreated: true };
}

/** @source kubernetes.io "Custom Resources": a definition makes the server serve what it defines */
function installGroup(context: ServerContext, definition: KubernetesObject): void {
  const group = valueAt(definition, ["spec", "group"]);
  if (typeof group === "string") context.registry.install(group);
}

function metadataOf(object: LooseObject): LooseObject {
  return isRecord(object.metadata) ? object.metadata : {};
}

/** The body may leave the namespace to the path; it may not contradict it. */
function checkNamespace(metadata: LooseObject, namespace: string | undefined): void {
  const given = metadata.namespace;
  if (typeof given !== "string" || given === "" || given === namespace) return;
  if (namespace === undefined) return; // a cluster-scoped object: validation speaks
  throw new Refusal(badRequest("the namespace of the provided object does not match the namespace sent on the request"));
}

function givenName(context: ServerContext, { resource, namespace }: Target, metadata: LooseObject): string {
  const { name, generateName } = metadata as Partial<ObjectMeta>;
  if (typeof name === "string" && name !== "") return name;
  if (typeof generateName !== "string" || generateName === "") return "";
  const { kind } = resource.definition;
  return context.identities.name(kind, namespace, generateName, (candidate) => context.store.get(kind, namespace, candidate) !== undefined);
}

export function isDryRun(target: Target): boolean {
  const value = queryValue(target.request, "dryRun");
  if (value === "All") return true;
  const { body, method } = target.request;
  return method === "DELETE" && isRecord(body) && Array.isArray(body.dryRun) && body.dryRun.includes("All");
}
