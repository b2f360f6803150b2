import type { Schema } from "../api/schema.ts";
import { isRecord } from "./json.ts";

/**
 * The first value of a wrong type, as the server words it after a strategic patch, where objects are read from maps and not from JSON.
 * The fields are looked at in the order in which Go declares them.
 *
 * @source apimachinery runtime/converter.go, fromUnstructured
 */
export function unstructuredFault(schema: Schema, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (schema.type) {
    case "struct": {
      if (!isRecord(value)) return `cannot restore struct from: ${goKind(value)}`;
      for (const key of Object.keys(schema.fields)) {
        const fault = Object.hasOwn(value, key) ? unstructuredFault(schema.fields[key] as Schema, value[key]) : undefined;
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    case "map": {
      if (!isRecord(value)) return `cannot restore map from ${goKind(value)}`;
      for (const key of Object.keys(value)) {
        const fault = unstructuredFault(schema.values, value[key]);
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    case "list": {
      if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
      for (const item of value) {
        const fault = unstructuredFault(schema.items, item);
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    case "string":
      return typeof value === "string" ? undefined : "unrecognized type: string";
    case "bool":
      return typeof value === "boolean" ? undefined : "unrecognized type: bool";
    case "int32":
    case "int64":
      return typeof value === "number" ? undefined : `unrecognized type: ${schema.type}`;
    case "float64":
      return typeof value === "number" ? undefined : "unrecognized type: float64";
    default:
      return undefined; // types that read their own JSON: decoding speaks
  }
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (isRecord(value)) return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}
