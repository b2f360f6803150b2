import { decode, unknownFieldsText } from "../api/decode.ts";
import { isEqualData } from "../api/equal.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Schema } from "../api/schema.ts";
import { isQueryTrue, queryValue, type ServerContext, type Target } from "./context.ts";
import { createFrom, isDryRun, type Written } from "./create.ts";
import { isTakenOver, lastApplied, type Owner, serverApply } from "./field-managers.ts";
import { type Field, itemElement } from "./field-path.ts";
import { fieldSet, isAtomicField, itemSchema, listKeys } from "./field-set.ts";
import { canonicalText, isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { shown, toStored } from "./registry.ts";
import { applyConflict, badRequest, invalid } from "./status.ts";
import { fieldSchema } from "./strategic-merge.ts";
import { change } from "./update.ts";
import { writerOf } from "./writer.ts";

const patchOptions = { group: "meta.k8s.io", plural: "patchoptions", kind: "PatchOptions" };

/**
 * Server-side apply: the manifest says which fields this manager wants. Fields of others that differ are conflicts unless `force` is set;
 * fields that it wanted before and wants no more go. Makes the object when there is none.
 * @source kubernetes.io "Server-Side Apply"; apiserver endpoints/handlers/patch.go, applyPatcher
 */
export function apply(context: ServerContext, target: Target): Written {
  const { request, resource, namespace, name = "" } = target;
  const manager = queryValue(request, "fieldManager") ?? "";
  if (manager === "") {
    throw new Refusal(invalid(patchOptions, "", [{ field: "fieldManager", type: "required", detail: "is required for apply patch" }]));
  }
  if (!isRecord(request.body))
    throw new Refusal(badRequest("error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}"));
  const decoded = decode(resource.schema, request.body);
  if (decoded.error !== undefined) {
    throw new Refusal(
      badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${decoded.error}`),
    );
  }
  if (decoded.unknown.length > 0 && queryValue(request, "fieldValidation") === "Strict") {
    const why = `strict decoding error: ${unknownFieldsText(decoded.unknown)}`;
    throw new Refusal(badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`));
  }
  const wanted = decoded.object;
  const { managers } = context;
  const fields = fieldSet(wanted, resource.schema, managers.root);
  const writer = writerOf(target);
  const owns = ({ object }: Written, changed: ReadonlySet<Field>): void => {
    if (!isDryRun(target)) managers.applied(object, new Set(fields.keys()), changed, writer);
  };
  const old = context.store.get(resource.definition.kind, namespace, name);
  if (old === undefined) {
    const metadata = { ...(isRecord(wanted.metadata) ? wanted.metadata : {}), name };
    const body = {
      object: toStored(resource, { ...wanted, metadata, apiVersion: resource.apiVersion, kind: resource.kind }),
      warnings: [],
    };
    const written = createFrom(context, target, body, undefined);
    owns(written, new Set());
    return written;
  }

  const live = shown(resource, old) as unknown as LooseObject;
  const present = fieldSet(live, resource.schema, managers.root);
  if (!isQueryTrue(request, "force")) checkConflicts(context, old, fields, present, manager);
  const others = managers.owners(old).filter((owner) => !isTakenOver(owner, manager));
  // A map or an item stays as long as somebody owns anything in it.
  const kept = withParents([...fields.keys(), ...others.flatMap((owner) => [...owner.fields])]);
  const gone = new Set([...managers.appliedBy(old, manager)].filter((field) => !kept.has(field) && !isLastApplied(field)));
  const merged = mergeWanted(
    without(live, managers.root, resource.schema, gone),
    annotated(wanted, old, manager, request.body),
    resource.schema,
  );
  const written = change(context, target, old, toStored(resource, decode(resource.schema, merged).object), [], undefined);
  owns(written, new Set([...fields].filter(([field, value]) => !isEqualData(present.get(field), value)).map(([field]) => field)));
  return written;
}

function withParents(fields: readonly Field[]): ReadonlySet<Field> {
  const all = new Set<Field>();
  for (const field of fields) for (let at: Field | undefined = field; at !== undefined && !all.has(at); at = at.parent) all.add(at);
  return all;
}

const isLastApplied = ({ element }: Field): boolean => element === `f:${lastApplied}`;

/** An object that was once applied by kubectl's client keeps its annotation up to date. @source apimachinery util/managedfields/internal/lastappliedupdater.go */
function annotated(wanted: LooseObject, old: KubernetesObject, manager: string, body: LooseObject): LooseObject {
  if (manager !== serverApply || old.metadata.annotations?.[lastApplied] === undefined) return wanted;
  const metadata = isRecord(wanted.metadata) ? wanted.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  const text = `${canonicalText(body)}\n`;
  return { ...wanted, metadata: { ...metadata, annotations: { ...annotations, [lastApplied]: text } } };
}

/**
 * A field conflicts when it would change and another manager owns it. What kubectl's client applied, and still is so, is no conflict for kubectl.
 * @source apimachinery util/managedfields/internal/lastappliedmanager.go
 */
function checkConflicts(
  context: ServerContext,
  old: KubernetesObject,
  fields: ReadonlyMap<Field, unknown>,
  present: ReadonlyMap<Field, unknown>,
  manager: string,
): void {
  const owners = context.managers.owners(old).filter((owner) => !(owner.operation === "Apply" && owner.manager === manager));
  const before = manager === serverApply ? lastAppliedFields(context, old) : new Map<Field, unknown>();
  const conflicts: { readonly owner: Owner; readonly field: string }[] = [];
  for (const [field, value] of fields) {
    const now = present.get(field);
    if (!present.has(field) || isEqualData(now, value)) continue;
    if (before.has(field) && isEqualData(before.get(field), now)) continue;
    for (const owner of owners) if (owner.fields.has(field)) conflicts.push({ owner, field: field.text });
  }
  if (conflicts.length > 0) throw new Refusal(applyConflict(conflicts));
}

/** What the annotation of kubectl's client says. */
function lastAppliedFields(context: ServerContext, { metadata, kind }: KubernetesObject): ReadonlyMap<Field, unknown> {
  const text = metadata.annotations?.[lastApplied];
  const resource = context.registry.stored(kind);
  if (text === undefined || resource === undefined) return new Map();
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? fieldSet(value, resource.schema, context.managers.root) : new Map();
  } catch {
    return new Map(); // a broken annotation says nothing
  }
}

/** The object less the fields that are gone; a list item goes with its key. */
function without(value: unknown, at: Field, schema: Schema | undefined, gone: ReadonlySet<Field>): unknown {
  if (gone.size === 0) return value;
  if (isRecord(value)) {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const field = at.named(key);
      if (!gone.has(field)) result[key] = without(value[key], field, fieldSchema(schema, key), gone);
    }
    return result;
  }
  const keys = listKeys(schema);
  if (!Array.isArray(value) || keys === undefined) return value;
  return value.filter((item) => !gone.has(at.item(item, keys))).map((item) => without(item, at.item(item, keys), itemSchema(schema), gone));
}

function mergeWanted(live: unknown, wanted: unknown, schema: Schema | undefined, isAtomic = false): unknown {
  if (isAtomic) return wanted;
  if (isRecord(live) && isRecord(wanted)) {
    const result: Record<string, unknown> = { ...live };
    for (const key of Object.keys(wanted))
      result[key] = key in live ? mergeWanted(live[key], wanted[key], fieldSchema(schema, key), isAtomicField(schema, key)) : wanted[key];
    return result;
  }
  const keys = listKeys(schema);
  if (!Array.isArray(live) || !Array.isArray(wanted) || keys === undefined) return wanted;
  const items = itemSchema(schema);
  const keyOf = (item: unknown): string => itemElement(item, keys);
  const result: unknown[] = [...live];
  for (const item of wanted) {
    const at = result.findIndex((other) => keyOf(other) === keyOf(item));
    if (at < 0) result.push(item);
    else result[at] = mergeWanted(result[at], item, items);
  }
  return result;
}
