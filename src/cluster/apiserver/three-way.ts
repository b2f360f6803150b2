import { isEqualData } from "../api/equal.ts";
import type { Schema } from "../api/schema.ts";
import { goValue } from "./go-map.ts";
import { isRecord } from "./json.ts";
import {
  deletionPrefix,
  fieldSchema,
  hasRetainKeys,
  joinStrategicPatches,
  listStrategy,
  mergeKeyValue,
  orderPrefix,
  patchMarker,
  retainKeysMarker,
} from "./strategic-merge.ts";

type Fields = Record<string, unknown>;

interface DiffOptions {
  readonly ignoresDeletions: boolean;
  readonly ignoresChanges: boolean;
}

/**
 * The strategic merge patch with which `kubectl apply` brings `current` (live) to `modified` (the manifest), and takes away what
 * `original` (the manifest applied last; undefined when there was none) had and `modified` has no more. {} when there is nothing to do.
 *
 * @source apimachinery util/strategicpatch/patch.go, CreateThreeWayMergePatch, diffMaps, diffLists
 * @throws StrategicPatchError when an item lacks its list's merge key
 */
export function createThreeWayMergePatch(original: unknown, modified: unknown, current: unknown, schema: Schema | undefined): Fields {
  const target = isRecord(modified) ? modified : {};
  const changes = diffMaps(isRecord(current) ? current : {}, target, schema, false, { ignoresDeletions: true, ignoresChanges: false });
  const deletions = diffMaps(isRecord(original) ? original : {}, target, schema, false, { ignoresDeletions: false, ignoresChanges: true });
  return joinStrategicPatches(deletions, changes, schema);
}

/** The strategic merge patch from one object to another, as `kubectl label`, `set image` and `edit` send it. @source the same file, CreateTwoWayMergePatch */
export function createTwoWayMergePatch(original: unknown, modified: unknown, schema: Schema | undefined): Fields {
  const options = { ignoresDeletions: false, ignoresChanges: false };
  return diffMaps(isRecord(original) ? original : {}, isRecord(modified) ? modified : {}, schema, false, options);
}

function diffMaps(
  original: Fields,
  modified: Fields,
  schema: Schema | undefined,
  tellsRetainedKeys: boolean,
  options: DiffOptions,
): Fields {
  const patch: Fields = {};
  for (const key of Object.keys(modified)) {
    const after = modified[key];
    const before = original[key];
    if (before === undefined) {
      if (!options.ignoresChanges && after !== undefined) patch[key] = after;
      continue;
    }
    const shape = fieldSchema(schema, key);
    if (isRecord(before) && isRecord(after)) {
      const inner = diffMaps(before, after, shape, hasRetainKeys(shape), options);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (Array.isArray(before) && Array.isArray(after) && listStrategy(shape) !== "replace") {
      diffLists(patch, key, before, after, shape, options);
    } else if (!options.ignoresChanges && !isEqualData(before, after)) {
      patch[key] = after;
    }
  }
  if (!options.ignoresDeletions) {
    for (const key of Object.keys(original)) if (original[key] !== undefined && modified[key] === undefined) patch[key] = null;
  }
  if (tellsRetainedKeys) {
    const retained = Object.keys(modified).filter((key) => modified[key] !== null && modified[key] !== undefined);
    const hasNew = retained.some((key) => original[key] === undefined);
    if (retained.length > 0 && (Object.keys(patch).length > 0 || hasNew)) patch[retainKeysMarker] = retained.sort();
  }
  return patch;
}

function diffLists(
  patch: Fields,
  key: string,
  original: readonly unknown[],
  modified: readonly unknown[],
  schema: Schema | undefined,
  options: DiffOptions,
): void {
  if (original.length === 0) {
    if (modified.length > 0 && !options.ignoresChanges) patch[key] = modified;
    return;
  }
  const strategy = listStrategy(schema);
  if (strategy === "replace") return;
  if (strategy === "set") {
    const { added, removed } = diffScalars(original, modified, options);
    if (added.length > 0) patch[key] = added;
    if (removed.length > 0) patch[deletionPrefix + key] = removed;
    const isChanged = !options.ignoresChanges && !isEqualData(original, modified);
    if (isChanged || (!options.ignoresDeletions && removed.length > 0)) patch[orderPrefix + key] = modified;
    return;
  }
  const { mergeKey } = strategy;
  const items = schema?.type === "list" ? schema.items : undefined;
  const { changed, removed } = diffItems(original, modified, items, mergeKey, options);
  const inOrder = byOrderOf(changed, modified, mergeKey);
  const list = [...inOrder, ...removed];
  if (list.length > 0) patch[key] = list;
  const isMoved = !hasSameKeys(original, modified, mergeKey);
  if ((!options.ignoresChanges && (list.length > 0 || isMoved)) || (!options.ignoresDeletions && list.length > 0)) {
    patch[orderPrefix + key] = modified.map((item) => ({ [mergeKey]: (item as Fields)[mergeKey] }));
  }
}

/** Walks both lists in the order of their merge keys, side by side; two items with one key are paired in turn, which is how equal keys confuse it. */
function diffItems(
  original: readonly unknown[],
  modified: readonly unknown[],
  schema: Schema | undefined,
  mergeKey: string,
  options: DiffOptions,
) {
  const changed: Fields[] = [];
  const removed: Fields[] = [];
  const before = sortedByKey(original, mergeKey);
  const after = sortedByKey(modified, mergeKey);
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const item = after[j];
    if (old !== undefined && item !== undefined && old.key === item.key) {
      const inner = diffMaps(old.item, item.item, schema, hasRetainKeys(schema), options);
      if (Object.keys(inner).length > 0) changed.push({ ...inner, [mergeKey]: item.item[mergeKey] });
      i++;
      j++;
    } else if (item !== undefined && (old === undefined || item.key < old.key)) {
      if (!options.ignoresChanges) changed.push(item.item);
      j++;
    } else if (old !== undefined) {
      if (!options.ignoresDeletions) removed.push({ [mergeKey]: old.item[mergeKey], [patchMarker]: "delete" });
      i++;
    }
  }
  return { changed, removed };
}

function sortedByKey(list: readonly unknown[], mergeKey: string): readonly { readonly key: string; readonly item: Fields }[] {
  return list
    .map((each) => {
      const item = each as Fields;
      return { key: goValue(mergeKeyValue(item, mergeKey)), item };
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function byOrderOf(items: readonly Fields[], order: readonly unknown[], mergeKey: string): readonly Fields[] {
  const keys = order.map((item) => (item as Fields)[mergeKey]);
  return items.toSorted((a, b) => keys.indexOf(a[mergeKey]) - keys.indexOf(b[mergeKey]));
}

function hasSameKeys(original: readonly unknown[], modified: readonly unknown[], mergeKey: string): boolean {
  if (original.length !== modified.length) return false;
  return original.every((item, index) => (item as Fields)[mergeKey] === (modified[index] as Fields)[mergeKey]);
}

function diffScalars(original: readonly unknown[], modified: readonly unknown[], options: DiffOptions) {
  return {
    added: options.ignoresChanges ? [] : modified.filter((value) => !original.includes(value)),
    removed: options.ignoresDeletions ? [] : [...new Set(original.filter((value) => !modified.includes(value)))],
  };
}
