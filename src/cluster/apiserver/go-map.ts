import { isRecord } from "./json.ts";

/** A value read from JSON as Go prints it with `%v`: `map[kind:Service spec:map[ports:[80 443]]]`, keys sorted. @source fmt */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goValue).join(" ")}]`;
  if (!isRecord(value)) return String(value);
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goValue(value[key])}`);
  return `map[${pairs.join(" ")}]`;
}
