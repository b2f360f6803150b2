import type { Schema, Struct } from "../api/schema.ts";
import { fieldSchema } from "../apiserver/strategic-merge.ts";

/** JSON as Go's encoding/json prints it: keys sorted, `<`, `>` and `&` escaped. @source Go encoding/json */
export function goJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value === "object") {
    return `{${sortedEntries(value)
      .map(([key, item]) => `${goString(key)}:${goJson(item)}`)
      .join(",")}}`;
  }
  if (typeof value === "string") return goString(value);
  return typeof value === "number" ? goNumber(value) : String(value);
}

/** With line breaks: json.MarshalIndent(value, "", indent). A value of a Go type, given as its shape, has its fields in the order of the type. */
export function goJsonIndented(value: unknown, indent = "    ", prefix = "", shape?: Schema): string {
  const inner = prefix + indent;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = shape?.type === "list" ? shape.items : undefined;
    return `[\n${value.map((item) => inner + goJsonIndented(item, indent, inner, items)).join(",\n")}\n${prefix}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = shape?.type === "struct" ? declaredEntries(value, shape) : sortedEntries(value);
    if (entries.length === 0) return "{}";
    const lines = entries.map(([key, item]) => `${inner}${goString(key)}: ${goJsonIndented(item, indent, inner, fieldSchema(shape, key))}`);
    return `{\n${lines.join(",\n")}\n${prefix}}`;
  }
  return goJson(value);
}

function declaredEntries(value: object, { fields }: Struct): readonly (readonly [string, unknown])[] {
  const names = Object.keys(fields);
  return sortedEntries(value).toSorted(([a], [b]) => names.indexOf(a) - names.indexOf(b));
}

function sortedEntries(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export function goString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029\b\f\x7f]/g, (character) => {
    if (character === "\x7f") return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function goNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude < 1e-6 || magnitude >= 1e21)) return value.toExponential().replace(/e([-+])0?(\d)$/, "e$1$2");
  return `${value}`;
}

/** Keys sorted all the way down, as Go's maps are when kubectl sends them on. */
export function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, item]) => [key, withSortedKeys(item)]));
}
