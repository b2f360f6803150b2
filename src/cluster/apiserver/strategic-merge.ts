import type { Schema } from "../api/schema.ts";
import { goValue } from "./go-map.ts";
import { isRecord } from "./json.ts";

/**
 * Strategic merge patch: a merge patch that merges lists item by item where the type names a merge key.
 * Directives: `$patch: delete|replace|merge`, `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST`, `$retainKeys`.
 *
 * @source apimachinery util/strategicpatch/patch.go; kubernetes community, devel/sig-api-machinery/strategic-merge-patch.md
 */
type Fields = Record<string, unknown>;

export const patchMarker = "$patch";
export const retainKeysMarker = "$retainKeys";
export const orderPrefix = "$setElementOrder/";
export const deletionPrefix = "$deleteFromPrimitiveList/";

/** The patch can't be applied; `isBadRequest` when its form is wrong, else the server answers 500 with the text alone. */
export class StrategicPatchError extends Error {
  readonly isBadRequest: boolean;

  constructor(message: string, isBadRequest: boolean) {
    super(message);
    this.isBadRequest = isBadRequest;
  }
}

interface MergeOptions {
  /** False when two patches are put together: directives then stay in the result. */
  readonly isApplied: boolean;
}

/** `original` with the patch on it. Neither is changed. @throws StrategicPatchError */
export function applyStrategicPatch(original: unknown, patch: unknown, schema: Schema | undefined): Fields {
  return mergeMaps(isRecord(original) ? original : {}, isRecord(patch) ? patch : {}, schema, { isApplied: true });
}

/** The patch that does what `first` and then `second` do. */
export function joinStrategicPatches(first: Fields, second: Fields, schema: Schema | undefined): Fields {
  return mergeMaps(first, second, schema, { isApplied: false });
}

/** The shape of a field; undefined where nothing is known, which merges maps and replaces lists. */
export function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === "struct") return Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
  return schema?.type === "map" ? schema.values : undefined;
}

/** How a list's items are told apart: by a field, by themselves, or not at all (the list is replaced). */
export function listStrategy(schema: Schema | undefined): { readonly mergeKey: string } | "set" | "replace" {
  if (schema?.type !== "list") return "replace";
  if (schema.mergeKey !== undefined) return { mergeKey: schema.mergeKey };
  return schema.mergeSet === true ? "set" : "replace";
}

/** Types whose members exclude each other, so that a patch says which ones stay: `patchStrategy:"retainKeys"`. @source core/v1 and apps/v1 types.go */
export function hasRetainKeys(schema: Schema | undefined): boolean {
  return schema?.type === "struct" && (schema.go === "Volume" || schema.go === "DeploymentStrategy");
}

function mergeMaps(original: Fields, givenPatch: Fields, schema: Schema | undefined, options: MergeOptions): Fields {
  const directive = givenPatch[patchMarker];
  if (directive !== undefined) {
    const { [patchMarker]: _directive, ...rest } = givenPatch;
    if (directive === "replace") return rest;
    if (directive === "delete") return {};
    if (directive !== "merge")
      throw new StrategicPatchError(`unknown patch type: ${goValue(directive)} in map: ${goValue(givenPatch)}`, false);
  }
  const patch: Fields = { ...givenPatch };
  if (directive === "merge") delete patch[patchMarker];
  const result: Fields = retained({ ...original }, patch, options);
  mergeOrderedLists(result, patch, schema, options);

  for (const givenKey of Object.keys(patch)) {
    const value = patch[givenKey];
    const isDeletionList = givenKey.startsWith(deletionPrefix);
    if (isDeletionList && !options.isApplied) {
      result[givenKey] = value;
      continue;
    }
    const key = isDeletionList ? givenKey.slice(deletionPrefix.length) : givenKey;
    if (value === null) {
      delete result[key];
      if (options.isApplied) continue;
    }
    const present = result[key];
    if (present === undefined || !Object.hasOwn(result, key)) {
      if (!isDeletionList) result[key] = options.isApplied ? withoutDirectives(value) : value;
      continue;
    }
    const shape = fieldSchema(schema, key);
    if (isRecord(present) && isRecord(value)) result[key] = mergeMaps(present, value, shape, options);
    else if (Array.isArray(present) && Array.isArray(value)) result[key] = mergeLists(present, value, shape, isDeletionList, options);
    else if (!isDeletionList) result[key] = value;
  }
  return result;
}

/** Carries out `$retainKeys`: what is not named there goes. */
function retained(original: Fields, patch: Fields, options: MergeOptions): Fields {
  const keys = patch[retainKeysMarker];
  if (keys === undefined) return original;
  delete patch[retainKeysMarker];
  if (!Array.isArray(keys)) throw new StrategicPatchError("invalid patch format of retainKeys", true);
  if (!options.isApplied) return { ...original, [retainKeysMarker]: keys };
  for (const key of Object.keys(patch)) {
    const isDirective = key.startsWith("$");
    if (!isDirective && patch[key] !== null && !keys.includes(key))
      throw new StrategicPatchError("invalid patch format of retainKeys", true);
  }
  for (const key of Object.keys(original)) if (!keys.includes(key)) delete original[key];
  return original;
}

/** Carries out `$setElementOrder/LIST` together with the patch of that list. */
function mergeOrderedLists(result: Fields, patch: Fields, schema: Schema | undefined, options: MergeOptions): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(orderPrefix)) continue;
    const order = patch[directive];
    if (!Array.isArray(order)) throw new StrategicPatchError("invalid patch format of setElementOrder list", true);
    if (!options.isApplied) result[directive] = order;
    delete patch[directive];
    const key = directive.slice(orderPrefix.length);
    const present = result[key];
    const change = patch[key];
    const shape = fieldSchema(schema, key);
    const strategy = listStrategy(shape);
    const mergeKey = typeof strategy === "object" ? strategy.mergeKey : undefined;
    let merged: readonly unknown[];
    if (Array.isArray(present) && Array.isArray(change)) merged = mergeLists(present, change, shape, false, options);
    else if (Array.isArray(present)) merged = present;
    else if (Array.isArray(change)) merged = options.isApplied ? (withoutDirectives(change) as unknown[]) : change;
    else continue;
    result[key] = ordered(merged, order, Array.isArray(present) ? present : [], mergeKey);
    delete patch[key];
  }
}

function mergeLists(
  original: readonly unknown[],
  patch: readonly unknown[],
  schema: Schema | undefined,
  isDeletionList: boolean,
  options: MergeOptions,
): readonly unknown[] {
  const strategy = listStrategy(schema);
  if (isDeletionList) return original.filter((item) => !patch.includes(item));
  if (strategy === "replace") return options.isApplied ? (withoutDirectives(patch) as unknown[]) : patch;
  if (strategy === "set") return ordered([...new Set([...original, ...patch])], patch, original, undefined);

  const { mergeKey } = strategy;
  const items = schema?.type === "list" ? schema.items : undefined;
  let merged = [...original];
  const changes: Fields[] = [];
  let isReplaced = false;
  for (const item of patch) {
    if (!isRecord(item)) throw new StrategicPatchError("invalid list type in patch", false);
    const directive = item[patchMarker];
    if (directive === undefined || !options.isApplied) {
      changes.push(item);
    } else if (directive === "delete") {
      const value = mergeKeyValue(item, mergeKey);
      merged = merged.filter((other) => !isRecord(other) || other[mergeKey] !== value);
    } else if (directive === "replace") {
      isReplaced = true;
    } else {
      throw new StrategicPatchError(`unknown patch type: ${goValue(directive)} in map: ${goValue(item)}`, false);
    }
  }
  if (isReplaced) return changes.map(withoutDirectives);

  for (const item of changes) {
    const value = mergeKeyValue(item, mergeKey);
    const at = merged.findIndex((other) => isRecord(other) && mergeKeyValue(other, mergeKey) === value);
    if (at < 0) merged.push(options.isApplied ? withoutDirectives(item) : item);
    else merged[at] = mergeMaps(merged[at] as Fields, item, items, options);
  }
  return ordered(merged, changes, original, mergeKey);
}

export function mergeKeyValue(item: Fields, mergeKey: string): unknown {
  const value = item[mergeKey];
  if (value === undefined) throw new StrategicPatchError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`, false);
  return value;
}

/** The items named in `order` in that order; the others keep their places among them as far as `serverOrder` tells. */
function ordered(
  items: readonly unknown[],
  order: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const keyOf = (item: unknown): unknown => (mergeKey !== undefined && isRecord(item) ? item[mergeKey] : item);
  const orderKeys = order.map(keyOf);
  const serverKeys = serverOrder.map(keyOf);
  const byPosition = (keys: readonly unknown[]) => (a: unknown, b: unknown) => keys.indexOf(keyOf(a)) - keys.indexOf(keyOf(b));
  const named = items.filter((item) => orderKeys.includes(keyOf(item))).toSorted(byPosition(orderKeys));
  const others = items.filter((item) => !orderKeys.includes(keyOf(item))).toSorted(byPosition(serverKeys));

  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < others.length || j < named.length) {
    if (i >= others.length) result.push(named[j++]);
    else if (j >= named.length) result.push(others[i++]);
    else {
      const other = serverKeys.indexOf(keyOf(others[i]));
      const next = serverKeys.indexOf(keyOf(named[j]));
      if (other >= 0 && next >= 0 && other < next) result.push(others[i++]);
      else result.push(named[j++]);
    }
  }
  return result;
}

/** A value that is new in the document, without the directives and nulls that were meant for a present one. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isRecord(item) || item[patchMarker] !== "delete").map(withoutDirectives);
  if (!isRecord(value)) return value;
  const result: Fields = {};
  for (const key of Object.keys(value)) {
    const isDirective = key === patchMarker || key === retainKeysMarker || key.startsWith(orderPrefix) || key.startsWith(deletionPrefix);
    if (!isDirective && value[key] !== null) result[key] = withoutDirectives(value[key]);
  }
  return result;
}
