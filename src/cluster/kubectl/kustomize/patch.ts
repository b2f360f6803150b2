import { parseDocument } from "../../../yaml/parse.ts";
import type { LooseObject } from "../../api/meta.ts";
import type { Schema } from "../../api/schema.ts";
import { applyJsonPatch } from "../../apiserver/json-patch.ts";
import { fieldSchema, listStrategy } from "../../apiserver/strategic-merge.ts";
import { KubectlError } from "../failure.ts";
import { goPattern } from "../go-pattern.ts";
import { matchesText } from "../label-text.ts";
import { schemaOf } from "../schema.ts";
import { documentsIn } from "./documents.ts";
import type { Kustomization, PatchEntry, PatchTarget } from "./kustomization.ts";
import { groupVersion, idText, isCalled, isMap, metadataOf, nameOf, namespaceOf, type Resource, renamed } from "./resource.ts";

/** All patches of a kustomization, in kustomize's order. `read` gives a file's text. @source kustomize api/internal/builtins/PatchTransformer.go */
export function patched(resources: readonly Resource[], kustomization: Kustomization, read: (path: string) => string): readonly Resource[] {
  let current = resources;
  for (const entry of kustomization.patchesStrategicMerge ?? [])
    current = withPatch(current, entry.includes("\n") || entry.includes("{") ? { patch: entry } : { path: entry }, read);
  for (const entry of kustomization.patches ?? []) {
    if (entry.path === undefined && entry.patch === undefined) throw new KubectlError("must specify one of patch and path in\n");
    if (entry.path !== undefined && entry.patch !== undefined) throw new KubectlError("patch and path can't be set at the same time\n");
    current = withPatch(current, entry, read);
  }
  return current;
}

export function patchedByJson(
  resources: readonly Resource[],
  kustomization: Kustomization,
  read: (path: string) => string,
): readonly Resource[] {
  let current = resources;
  for (const entry of kustomization.patchesJson6902 ?? []) current = withPatch(current, entry, read);
  return current;
}

function withPatch(resources: readonly Resource[], entry: PatchEntry, read: (path: string) => string): readonly Resource[] {
  const { path = "", patch, target } = entry;
  const source = patch === undefined ? `[path: ${JSON.stringify(path)}]` : `[patch: ${JSON.stringify(patch)}]`;
  const text = patch ?? read(path);
  const unreadable = (): KubectlError => new KubectlError(`unable to parse SM or JSON patch from ${source}`);
  const first = parseDocument(/^[[-](?!--)/.test(text.trim()) ? text : "");
  if (first.ok && Array.isArray(first.value)) {
    const operations: readonly unknown[] = first.value;
    if (!operations.every(isMap)) throw unreadable();
    if (target === undefined) throw new KubectlError(`must specify a target for JSON patch ${source}`);
    return resources.map((resource) => (isTarget(resource, target) ? withOperations(resource, operations) : resource));
  }
  let current = resources;
  for (const content of documentsIn(text)) {
    if (!content.ok) throw unreadable();
    if (content.value === null) continue;
    const value: unknown = content.value;
    if (!isMap(value) || typeof value.kind !== "string" || typeof metadataOf(value).name !== "string") throw unreadable();
    current = withMerge(current, value, entry);
  }
  return current;
}

function withOperations(resource: Resource, operations: readonly unknown[]): Resource {
  const result = applyJsonPatch(resource.object, operations);
  if (!result.ok) throw new KubectlError(result.message);
  return withObject(resource, result.value as LooseObject);
}

/** A patch may have renamed it: others go on calling it by its old name. */
function withObject(resource: Resource, object: LooseObject): Resource {
  const name = String(metadataOf(object).name ?? "");
  return { ...renamed(resource, name), object };
}

/** Without a target the patch says itself whom it means. Name and kind stay, unless the entry allows the patch to change them. @source kustomize api/resource/resource.go, ApplySmPatch */
function withMerge(resources: readonly Resource[], patch: LooseObject, { target, options }: PatchEntry): readonly Resource[] {
  const isMeant = (resource: Resource): boolean => {
    if (target !== undefined) return isTarget(resource, target);
    const { name, namespace } = metadataOf(patch) as { readonly name?: string; readonly namespace?: string };
    if (resource.object.kind !== patch.kind || groupVersion(resource.object)[0] !== groupVersion(patch)[0]) return false;
    return isCalled(resource, name ?? "") && (namespace === undefined || namespaceOf(resource) === namespace);
  };
  if (target === undefined && !resources.some(isMeant)) {
    const id = idText(patch);
    throw new KubectlError(`no matches for Id ${id}; failed to find unique target for patch ${id}`);
  }
  return resources.flatMap((resource) => {
    if (!isMeant(resource)) return [resource];
    const { object } = resource;
    const merged = merge(object, patch, schemaOf(String(object.apiVersion), String(object.kind)));
    if (merged === undefined) return [];
    const { apiVersion } = object;
    const kind = options?.allowKindChange === true ? patch.kind : object.kind;
    const metadata = {
      ...metadataOf(merged as LooseObject),
      name: options?.allowNameChange === true ? metadataOf(patch).name : nameOf(resource),
      ...(namespaceOf(resource) === "" ? {} : { namespace: namespaceOf(resource) }),
    };
    return [withObject(resource, { ...(merged as LooseObject), metadata, apiVersion, kind })];
  });
}

/** Names and namespaces are regular expressions for the whole. @source kustomize api/types/selector.go; api/resmap/reswrangler.go, Select */
function isTarget(resource: Resource, target: PatchTarget): boolean {
  const { object } = resource;
  const [group, version] = groupVersion(object);
  const fits = (pattern: string | undefined, text: string): boolean =>
    pattern === undefined || pattern === "" || goPattern(`^(?:${pattern})$`).test(text);
  if (!fits(target.group, group) || !fits(target.version, version) || !fits(target.kind, String(object.kind))) return false;
  if (![nameOf(resource), ...resource.formerNames].some((name) => fits(target.name, name))) return false;
  if (!fits(target.namespace, namespaceOf(resource))) return false;
  if (target.labelSelector !== undefined && !matchesText(object, target.labelSelector)) return false;
  const annotations = { metadata: { labels: metadataOf(object).annotations } };
  return target.annotationSelector === undefined || matchesText(annotations, target.annotationSelector);
}

/**
 * Maps are merged, null takes a field out, and lists of things with names are merged by them: what the patch names comes first.
 * undefined: `$patch: delete`. @source kustomize kyaml/yaml/merge2/merge2.go, with ListIncreaseDirection Prepend
 */
export function merge(original: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (isMap(patch)) {
    const { $patch: directive, ...fields } = patch;
    if (directive === "delete") return undefined;
    if (directive === "replace" || !isMap(original)) return withoutNulls(fields);
    const result: Record<string, unknown> = { ...original };
    for (const [key, value] of Object.entries(fields)) {
      const merged = value === null ? undefined : merge(original[key], value, fieldSchema(schema, key));
      if (merged === undefined) delete result[key];
      else result[key] = merged;
    }
    return result;
  }
  const strategy = listStrategy(schema);
  if (!Array.isArray(patch) || !Array.isArray(original) || strategy === "replace") return patch;
  if (strategy === "set") return [...new Set([...patch, ...original])];
  const { mergeKey } = strategy;
  const keyOf = (item: unknown): unknown => (isMap(item) ? item[mergeKey] : undefined);
  const items = schema?.type === "list" ? schema.items : undefined;
  if (patch.some((item) => isMap(item) && item.$patch === "replace" && keyOf(item) === undefined))
    return patch.filter((item) => !(isMap(item) && item.$patch === "replace" && keyOf(item) === undefined));
  const named = patch.map((item: unknown) =>
    merge(
      original.find((one) => keyOf(one) === keyOf(item)),
      item,
      items,
    ),
  );
  const rest = original.filter((item: unknown) => !patch.some((one) => keyOf(one) === keyOf(item)));
  return [...named.filter((item) => item !== undefined), ...rest];
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}
