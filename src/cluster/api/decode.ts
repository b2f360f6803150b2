import type { LooseObject } from "./meta.ts";
import { canonicalQuantity, parseQuantity, quantityFault } from "./quantity.ts";
import type { Schema, Struct } from "./schema.ts";

/**
 * Reads a value as Go's decoder reads JSON into a type, and writes it as Go writes it again: unknown fields are found and left out, zero values go
 * or come as pointers and `omitempty` say. What this gives is the only shape in which objects are stored.
 *
 * @source sigs.k8s.io/json (decode.go), apimachinery pkg/runtime/serializer/json, encoding/json
 */
export interface Decoded {
  /** Without the unknown fields. Parts that need no change are the input's own. */
  readonly object: LooseObject;
  /** The first value of a wrong type, as Go words it; then nothing else is told. */
  readonly error?: string;
  /** `spec.ports[0].targetport`, in the order of the JSON. */
  readonly unknown: readonly string[];
}

export function decode(shape: Struct, value: unknown): Decoded {
  const state: DecodeState = { error: undefined, unknown: [] };
  const object = decodeValue(shape, value, { struct: undefined, field: "", strict: "" }, state) as LooseObject | undefined;
  const decoded = { object: object ?? {}, unknown: state.unknown };
  return state.error === undefined ? decoded : { ...decoded, error: state.error };
}

/** `unknown field "spec.foo", unknown field "spec.bar"`, what stands behind `strict decoding error: `. */
export function unknownFieldsText(unknown: readonly string[]): string {
  return unknown.map((path) => `unknown field "${path}"`).join(", ");
}

interface DecodeState {
  error: string | undefined;
  readonly unknown: string[];
}

/** Where we are: Go's error names the innermost struct and a path without indexes, strict errors a path with them. */
interface Place {
  readonly struct: Struct | undefined;
  readonly field: string;
  readonly strict: string;
}

function decodeValue(shape: Schema, value: unknown, place: Place, state: DecodeState): unknown {
  if (value === null || value === undefined) return zeroOf(shape);
  switch (shape.type) {
    case "struct":
      return decodeStruct(shape, value, place, state);
    case "list":
      return decodeList(shape, value, place, state);
    case "map":
      return decodeMap(shape, value, place, state);
    case "any":
      return value;
    default:
      return decodeScalar(shape, value, place, state);
  }
}

function decodeStruct(shape: Struct, value: unknown, place: Place, state: DecodeState): unknown {
  if (!isRecord(value)) return wrongType(shape, value, place, state);
  const fields = shape.fields;
  let isChanged = false;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const strict = place.strict === "" ? key : `${place.strict}.${key}`;
    if (field === undefined) {
      state.unknown.push(strict);
      isChanged = true;
      continue;
    }
    const given = value[key];
    const decoded = decodeValue(field, given, { struct: shape, field: place.field === "" ? key : `${place.field}.${key}`, strict }, state);
    if (decoded !== given) isChanged = true;
    if (decoded === undefined || (field.presence === undefined && isZero(field, decoded))) {
      isChanged = true;
      continue;
    }
    result[key] = decoded;
  }
  for (const key of alwaysFields(shape)) {
    if (result[key] !== undefined) continue;
    result[key] = zeroOf(fields[key]!);
    isChanged = true;
  }
  return isChanged ? result : value;
}

/** Looked up for every struct of every write, so remembered with the shape. */
const alwaysFieldsOf = new WeakMap<Struct, readonly string[]>();

function alwaysFields(shape: Struct): readonly string[] {
  let names = alwaysFieldsOf.get(shape);
  if (names === undefined) {
    names = Object.keys(shape.fields).filter((key) => shape.fields[key]!.presence === "always");
    alwaysFieldsOf.set(shape, names);
  }
  return names;
}

function decodeList(shape: Schema & { type: "list" }, value: unknown, place: Place, state: DecodeState): unknown {
  if (!Array.isArray(value)) return wrongType(shape, value, place, state);
  let isChanged = false;
  const items = value.map((item: unknown, index) => {
    const decoded = decodeValue(shape.items, item, { ...place, strict: `${place.strict}[${index}]` }, state) ?? zeroItem(shape.items);
    if (decoded !== item) isChanged = true;
    return decoded;
  });
  return isChanged ? items : value;
}

function decodeMap(shape: Schema & { type: "map" }, value: unknown, place: Place, state: DecodeState): unknown {
  if (!isRecord(value)) return wrongType(shape, value, place, state);
  let isChanged = false;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const decoded = decodeValue(shape.values, value[key], { ...place, strict: `${place.strict}.${key}` }, state) ?? zeroItem(shape.values);
    if (decoded !== value[key]) isChanged = true;
    result[key] = decoded;
  }
  return isChanged ? result : value;
}

function decodeScalar(shape: Schema, value: unknown, place: Place, state: DecodeState): unknown {
  switch (shape.type) {
    case "string":
      return typeof value === "string" ? value : wrongType(shape, value, place, state);
    case "bool":
      return typeof value === "boolean" ? value : wrongType(shape, value, place, state);
    case "float64":
      return typeof value === "number" ? value : wrongType(shape, value, place, state);
    case "int32":
    case "int64":
      if (typeof value !== "number") return wrongType(shape, value, place, state);
      return isInteger(value, shape.type) ? value : wrongNumber(value, shape, place, state);
    case "intOrString":
      if (typeof value === "string") return value;
      if (typeof value === "number" && isInteger(value, "int32")) return value;
      return fail(
        state,
        `json: cannot unmarshal ${jsonKind(value)}${typeof value === "number" ? ` ${value}` : ""} into Go value of type int32`,
      );
    case "quantity":
      // A bare number is read as its text; either is kept in its shortest form.
      if (typeof value !== "string" && typeof value !== "number") return fail(state, quantityFault(""));
      if (parseQuantity(String(value)) === undefined) return fail(state, quantityFault(String(value)));
      return canonicalQuantity(String(value));
    case "bytes": {
      if (typeof value !== "string") return wrongType(shape, value, place, state);
      const fault = base64Fault(value);
      return fault === undefined ? value : fail(state, `illegal base64 data at input byte ${fault}`);
    }
    case "time":
    case "microTime":
      if (typeof value !== "string") return fail(state, `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
      if (value === "") return zeroOf(shape);
      return isRfc3339(value) ? value : fail(state, timeFault(value));
    case "duration":
      return typeof value === "string" ? value : fail(state, `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
    default:
      return value;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInteger(value: number, type: "int32" | "int64"): boolean {
  if (!Number.isInteger(value)) return false;
  return type === "int64" || (value >= -2147483648 && value <= 2147483647);
}

function wrongType(shape: Schema, value: unknown, place: Place, state: DecodeState): undefined {
  return fail(state, `json: cannot unmarshal ${jsonKind(value)} into Go ${goTarget(place)} of type ${goType(shape)}`);
}

function wrongNumber(value: number, shape: Schema, place: Place, state: DecodeState): undefined {
  return fail(state, `json: cannot unmarshal number ${value} into Go ${goTarget(place)} of type ${goType(shape)}`);
}

function goTarget(place: Place): string {
  return place.struct === undefined ? "value" : `struct field ${place.struct.go}.${place.field}`;
}

/** Only the first error counts; decoding goes on as Go's does. */
function fail(state: DecodeState, text: string): undefined {
  state.error ??= text;
  return undefined;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** The type as Go's reflection names it: `[]v1.ServicePort`. */
function goType(shape: Schema): string {
  switch (shape.type) {
    case "string":
      return shape.go ?? "string";
    case "list":
      return shape.go ?? `[]${goType(shape.items)}`;
    case "map":
      return shape.go ?? `map[string]${goType(shape.values)}`;
    case "struct":
      return `${shape.package}.${shape.go}`;
    case "bytes":
      return "[]uint8";
    case "quantity":
      return "resource.Quantity";
    case "intOrString":
      return "intstr.IntOrString";
    case "time":
      return "v1.Time";
    case "microTime":
      return "v1.MicroTime";
    case "duration":
      return "v1.Duration";
    case "any":
      return "runtime.RawExtension";
    default:
      return shape.type;
  }
}

/** What Go prints for a field that was never set; undefined where it prints nothing. */
function zeroOf(shape: Schema): unknown {
  return shape.presence === "always" ? zeroItem(shape) : undefined;
}

function zeroItem(shape: Schema): unknown {
  switch (shape.type) {
    case "string":
    case "bytes":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "float64":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "duration":
      return "0s";
    case "struct":
      return decodeValue(shape, {}, { struct: undefined, field: "", strict: "" }, { error: undefined, unknown: [] });
    default:
      return null;
  }
}

function isZero(shape: Schema, value: unknown): boolean {
  switch (shape.type) {
    case "string":
    case "bytes":
      return value === "";
    case "bool":
      return value === false;
    case "int32":
    case "int64":
    case "float64":
      return value === 0;
    case "list":
      return Array.isArray(value) && value.length === 0;
    case "map":
      return isRecord(value) && Object.keys(value).length === 0;
    default:
      return false;
  }
}

/** The first byte that is no base64, as Go's StdEncoding counts; line breaks are skipped. */
export function base64Fault(text: string): number | undefined {
  const alphabet = /[A-Za-z0-9+/]/;
  let digits = 0;
  let index = 0;
  for (; index < text.length; index++) {
    const character = text[index]!;
    if (character === "\n" || character === "\r") continue;
    if (alphabet.test(character)) {
      digits++;
      continue;
    }
    if (character !== "=") return index;
    const missing = (4 - (digits % 4)) % 4;
    if (missing === 0 || missing === 3) return index;
    let padding = 0;
    for (; index < text.length; index++) {
      const next = text[index]!;
      if (next === "\n" || next === "\r") continue;
      if (next !== "=" || padding === missing) return index;
      padding++;
    }
    return padding === missing ? undefined : text.length;
  }
  // Digits that do not fill a group of four: Go names the start of the group.
  return digits % 4 === 0 ? undefined : index - (digits % 4);
}

const rfc3339 = /^\d{4}-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function isRfc3339(text: string): boolean {
  const parts = rfc3339.exec(text);
  if (parts === null) return false;
  return Number(parts[1]) <= 12 && Number(parts[2]) <= 31 && Number(parts[3]) < 24 && Number(parts[4]) < 60 && Number(parts[5]) < 60;
}

function timeFault(text: string): string {
  return `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${text}" as "2006"`;
}
