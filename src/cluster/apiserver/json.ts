import type { LooseObject } from "../api/meta.ts";

/** What JSON can say. Stored objects are nothing else. */
export function isRecord(value: unknown): value is LooseObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Freezes what is not frozen yet: parts shared with an older version cost nothing. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else for (const key in value) deepFreeze((value as LooseObject)[key]);
  return value;
}

/** A copy with `key` set, or left out when `value` is undefined. */
export function withField(object: LooseObject, key: string, value: unknown): LooseObject {
  const copy: Record<string, unknown> = { ...object };
  if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** The value at a path of field names; undefined where it ends early. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const name of path) {
    if (!isRecord(value)) return undefined;
    value = value[name];
  }
  return value;
}

/** A copy in which the value at `path` is `value`; missing steps are made. */
export function withValueAt(object: unknown, path: readonly string[], value: unknown): LooseObject {
  const [first, ...rest] = path;
  const base = isRecord(object) ? object : {};
  if (first === undefined) return base;
  return withField(base, first, rest.length === 0 ? value : withValueAt(base[first], rest, value));
}

/** Values equal as JSON give equal texts: keys sorted, no blanks. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (isRecord(value)) {
    const parts: string[] = [];
    for (const key of Object.keys(value).sort()) {
      if (value[key] !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalText(value[key])}`);
    }
    return `{${parts.join(",")}}`;
  }
  return value === undefined ? "null" : JSON.stringify(value);
}
