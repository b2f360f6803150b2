import type { Schema, Struct } from "../api/schema.ts";

/**
 * Whether decoding would give the value back as it is: every field known, of its type, and printed as Go prints it. It says no when it is not sure;
 * then `decode` looks. What components write nearly always is so, and this look makes nothing that must be collected.
 */
export function isAsDecoded(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case "struct":
      return isStruct(schema, value);
    case "list":
      if (!Array.isArray(value)) return false;
      for (const item of value) if (!isAsDecoded(schema.items, item)) return false;
      return true;
    case "map": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      let isEmptyMap = true;
      for (const key in value) {
        isEmptyMap = false;
        if (!isAsDecoded(schema.values, (value as Record<string, unknown>)[key])) return false;
      }
      return !isEmptyMap;
    }
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int32":
    case "int64":
      return Number.isSafeInteger(value);
    case "time":
      return typeof value === "string" && value.length === 20 && value.charCodeAt(10) === 0x54 && value.charCodeAt(19) === 0x5a;
    default:
      return false;
  }
}

function isStruct(schema: Struct, value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { fields } = schema;
  let always = alwaysCount(schema);
  for (const key in value) {
    const field = fields[key];
    const given = (value as Record<string, unknown>)[key];
    if (field === undefined) return false;
    if (field.presence === "always") always--;
    if (given === null) {
      // Go's zero time is printed as null where it is printed at all.
      if (field.presence === "always" && field.type === "time") continue;
      return false;
    }
    if (field.presence === undefined && isEmpty(given)) return false;
    if (!isAsDecoded(field, given)) return false;
  }
  return always === 0;
}

/** What `omitempty` leaves out. */
function isEmpty(value: unknown): boolean {
  if (value === "" || value === 0 || value === false || value === undefined) return true;
  return Array.isArray(value) && value.length === 0;
}

const alwaysCounts = new WeakMap<Struct, number>();

/** How many fields are printed whether they are set or not. */
function alwaysCount(schema: Struct): number {
  let count = alwaysCounts.get(schema);
  if (count === undefined) {
    count = Object.values(schema.fields).filter(({ presence }) => presence === "always").length;
    alwaysCounts.set(schema, count);
  }
  return count;
}
