import type { Schema, Struct } from "./schema.ts";

/** Words with which the kinds describe their shapes, in the order in which Go declares the fields. */
export const string: Schema = { type: "string" };
export const int32: Schema = { type: "int32" };
export const int64: Schema = { type: "int64" };
export const bool: Schema = { type: "bool" };
export const quantity: Schema = { type: "quantity" };
export const intOrString: Schema = { type: "intOrString" };
export const time: Schema = { type: "time", presence: "pointer" };
export const microTime: Schema = { type: "microTime", presence: "pointer" };
export const bytes: Schema = { type: "bytes" };
export const any: Schema = { type: "any" };

/** A named string type of Go: `v1.Protocol`. */
export function named(go: string, values?: readonly string[]): Schema {
  return values === undefined ? { type: "string", go } : { type: "string", go, enum: values };
}

export function list(
  items: Schema,
  options: { readonly mergeKey?: string; readonly mergeSet?: boolean; readonly go?: string } = {},
): Schema {
  return { type: "list", items, ...options };
}

export function map(values: Schema, go?: string): Schema {
  return go === undefined ? { type: "map", values } : { type: "map", values, go };
}

export const strings: Schema = list(string);
export const stringMap: Schema = map(string);

/** `v1.ServicePort`: package and name as Go prints them. */
export function struct(name: string, fields: Readonly<Record<string, Schema>>, required: readonly string[] = []): Struct {
  const dot = name.indexOf(".");
  const shape: Struct = { type: "struct", go: name.slice(dot + 1), package: name.slice(0, dot), fields };
  return required.length === 0 ? shape : { ...shape, required };
}

/** A pointer in Go: a given zero is kept, absence is not made up for. */
export function pointer<S extends Schema>(shape: S): S {
  return { ...shape, presence: "pointer" };
}

/** Printed always, given or not. */
export function always<S extends Schema>(shape: S): S {
  return { ...shape, presence: "always" };
}

/** What a reader is told of the field, by the editor's hover and `kubectl explain`. */
export function about<S extends Schema>(description: string, shape: S): S {
  return { ...shape, description };
}
