import { isEqualData } from "../api/equal.ts";
import { isRecord } from "./json.ts";

/** Applies a JSON merge patch. @source RFC 7396 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

/** The merge patch that leads from one document to the other; {} when they are equal. */
export function createMergePatch(from: unknown, to: unknown): Record<string, unknown> {
  const source = isRecord(from) ? from : {};
  const target = isRecord(to) ? to : {};
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(target)) {
    const value = target[key];
    const before = source[key];
    if (isEqualData(before, value)) continue;
    patch[key] = isRecord(before) && isRecord(value) ? createMergePatch(before, value) : value;
  }
  for (const key of Object.keys(source)) if (source[key] !== undefined && target[key] === undefined) patch[key] = null;
  return patch;
}

/**
 * What brings `current` to `modified`, and takes away what `original` had and `modified` has no more.
 * For kinds of which the client knows no shape (custom resources). @source apimachinery util/jsonmergepatch/patch.go
 */
export function createThreeWayJsonMergePatch(original: unknown, modified: unknown, current: unknown): Record<string, unknown> {
  const changes = keepNulls(createMergePatch(current, modified), false);
  const deletions = keepNulls(createMergePatch(original, modified), true);
  return joined(deletions, changes);
}

function keepNulls(patch: Record<string, unknown>, areNullsKept: boolean): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      if (areNullsKept) kept[key] = null;
    } else if (isRecord(value)) {
      const inner = keepNulls(value as Record<string, unknown>, areNullsKept);
      if (Object.keys(inner).length > 0 || (!areNullsKept && Object.keys(value).length === 0)) kept[key] = inner;
    } else if (!areNullsKept) kept[key] = value;
  }
  return kept;
}

function joined(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const result = { ...a };
  for (const key of Object.keys(b)) {
    const left = result[key];
    const right = b[key];
    result[key] = isRecord(left) && isRecord(right) ? joined(left as Record<string, unknown>, right as Record<string, unknown>) : right;
  }
  return result;
}
