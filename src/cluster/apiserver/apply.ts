import { decode, unknownFieldsText } from "../api/decode.ts";
import { isEqualData } from "../api/equal.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Schema } from "../api/schema.ts";
import { isQueryTrue, queryValue, type ServerContext, type Target } from "./context.ts";
import { createFrom, isDryRun, type Written } from "./create.ts";
import { itemKey, leaves, listKeys, type Owner } from "./field-managers.ts";
import { isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { shown, toStored } from "./registry.ts";
import { applyConflict, badRequest, invalid } from "./status.ts";
import { change } from "./update.ts";

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
  const fields = leaves(wanted, resource.schema);
  const old = context.store.get(resource.definition.kind, namespace, name);
  if (old === undefined) {
    const metadata = { ...(isRecord(wanted.metadata) ? wanted.metadata : {}), name };
    const body = {
      object: toStored(resource, { ...wanted, metadata, apiVersion: resource.apiVersion, kind: resource.kind }),
      warnings: [],
    };
    const written = createFrom(context, target, body, undefined);
    if (!isDryRun(target)) context.managers.applied(written.object, new Set(fields.keys()), manager);
    return written;
  }

  const live = shown(resource, old) as unknown as LooseObject;
  const present = leaves(live, resource.schema);
  if (!isQueryTrue(request, "force")) checkConflicts(context, old, fields, present, manager);
  const before = context.managers.appliedBy(old, manager);
  const gone = new Set([...before].filter((field) => !fields.has(field) && context.managers.othersOf(old, field, manager).length === 0));
  const merged = mergeWanted(without(live, "", resource.schema, gone), wanted, resource.schema);
  const written = change(context, target, old, toStored(resource, decode(resource.schema, merged).object), [], undefined);
  if (!isDryRun(target)) context.managers.applied(written.object, new Set(fields.keys()), manager);
  return written;
}

function checkConflicts(
  context: ServerContext,
  old: KubernetesObject,
  fields: ReadonlyMap<string, unknown>,
  present: ReadonlyMap<string, unknown>,
  manager: string,
): void {
  const conflicts: { readonly owner: Owner; readonly field: string }[] = [];
  for (const [field, value] of fields) {
    if (!present.has(field) || isEqualData(present.get(field), value)) continue;
    for (const owner of context.managers.othersOf(old, field, manager)) conflicts.push({ owner, field });
  }
  if (conflicts.length > 0) throw new Refusal(applyConflict(conflicts));
}

/** The object less the fields that are gone; a list item goes with its key. */
function without(value: unknown, path: string, schema: Schema | undefined, gone: ReadonlySet<string>): unknown {
  if (gone.size === 0) return value;
  if (isRecord(value)) {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const at = `${path}.${key}`;
      if (gone.has(at)) continue;
      const shape = schema?.type === "struct" ? schema.fields[key] : schema?.type === "map" ? schema.values : undefined;
      result[key] = without(value[key], at, shape, gone);
    }
    return result;
  }
  const keys = listKeys(schema);
  if (!Array.isArray(value) || keys === undefined) return value;
  const items = schema?.type === "list" ? schema.items : undefined;
  return value
    .filter((item) => !gone.has(path + itemKey(item, keys)))
    .map((item) => without(item, path + itemKey(item, keys), items, gone));
}

function mergeWanted(live: unknown, wanted: unknown, schema: Schema | undefined): unknown {
  if (isRecord(live) && isRecord(wanted)) {
    const result: Record<string, unknown> = { ...live };
    for (const key of Object.keys(wanted)) {
      const shape = schema?.type === "struct" ? schema.fields[key] : schema?.type === "map" ? schema.values : undefined;
      result[key] = key in live ? mergeWanted(live[key], wanted[key], shape) : wanted[key];
    }
    return result;
  }
  const keys = listKeys(schema);
  if (!Array.isArray(live) || !Array.isArray(wanted) || keys === undefined) return wanted;
  const items = schema?.type === "list" ? schema.items : undefined;
  const result: unknown[] = [...live];
  for (const item of wanted) {
    const at = result.findIndex((other) => itemKey(other, keys) === itemKey(item, keys));
    if (at < 0) result.push(item);
    else result[at] = mergeWanted(result[at], item, items);
  }
  return result;
}
