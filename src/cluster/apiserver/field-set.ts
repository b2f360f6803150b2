import { isEqualData } from "../api/equal.ts";
import type { LooseObject } from "../api/meta.ts";
import type { Schema, Struct } from "../api/schema.ts";
import type { Field } from "./field-path.ts";
import { isRecord } from "./json.ts";
import { fieldSchema, listStrategy } from "./strategic-merge.ts";

/** The part of an object that a write is about: the object less its status, or its status alone. */
export type Part = "main" | "status";

/** Metadata that the server keeps: nobody owns it. @source apimachinery util/managedfields/internal/stripmeta.go */
const serverFields = ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"];

/** What can be owned of an object. */
function owned(object: LooseObject, part: Part): LooseObject {
  if (part === "status") return object.status === undefined ? {} : { status: object.status };
  const { apiVersion: _, kind: __, status: ___, metadata, ...rest } = object;
  if (!isRecord(metadata)) return rest;
  return { metadata: Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverFields.includes(name))), ...rest };
}

/**
 * The fields that a manifest speaks of, with their values: what server-side apply gives to its manager.
 * @source structured-merge-diff typed/tofieldset.go
 */
export function fieldSet(object: LooseObject, schema: Schema, root: Field): ReadonlyMap<Field, unknown> {
  const found = new Map<Field, unknown>();
  const visit = (value: unknown, shape: Schema | undefined, at: Field, isAtomic: boolean): void => {
    if (!isAtomic && isRecord(value)) {
      const keys = Object.keys(value);
      if (keys.length === 0) found.set(at, value);
      for (const key of keys) {
        if (value[key] === undefined) continue;
        visit(value[key], fieldSchema(shape, key), at.named(key), isAtomicField(shape, key));
      }
      return;
    }
    const keys = isAtomic ? undefined : listKeys(shape);
    if (!Array.isArray(value) || keys === undefined) {
      found.set(at, value);
      return;
    }
    for (const item of value) {
      const place = at.item(item, keys);
      found.set(place, place);
      if (isRecord(item)) visit(item, itemSchema(shape), place, isAtomicItem(shape));
    }
  };
  for (const [key, value] of Object.entries(owned(object, "main")))
    if (!(key === "metadata" && isRecord(value) && Object.keys(value).length === 0))
      visit(value, fieldSchema(schema, key), root.named(key), isAtomicField(schema, key));
  return found;
}

/** The field that holds the value at a path of names and indexes; a part of what has one owner leads to the whole. */
export function fieldAt(object: unknown, path: readonly (string | number)[], schema: Schema, root: Field): Field {
  let value = object;
  let shape: Schema | undefined = schema;
  let at = root;
  for (const step of path) {
    if (typeof step === "number") {
      const keys = listKeys(shape);
      const item: unknown = Array.isArray(value) ? value[step] : undefined;
      if (keys === undefined || item === undefined) return at;
      at = at.item(item, keys);
      if (isAtomicItem(shape)) return at;
      [value, shape] = [item, itemSchema(shape)];
    } else {
      at = at.named(step);
      if (isAtomicField(shape, step)) return at;
      [value, shape] = [isRecord(value) ? value[step] : undefined, fieldSchema(shape, step)];
    }
  }
  return at;
}

/** What a write did to an object's fields. */
export interface FieldChanges {
  /** Came, or have another value. */
  readonly set: Set<Field>;
  readonly removed: Set<Field>;
}

/**
 * What a write changed: a field that comes with its parts counts itself (`f:labels: {.: {}, f:app: {}}`), unless Go prints it always, so that it
 * was there. @source structured-merge-diff typed/compare.go
 */
export function compareFields(before: LooseObject | undefined, after: LooseObject, part: Part, schema: Struct, root: Field): FieldChanges {
  const changes: FieldChanges = { set: new Set(), removed: new Set() };
  compareMaps(owned(before ?? {}, part), owned(after, part), schema, root, changes);
  return changes;
}

type MaybeMap = LooseObject | undefined;

function compareMaps(before: MaybeMap, after: MaybeMap, shape: Schema | undefined, at: Field, changes: FieldChanges): void {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const name of names) {
    const inner = fieldSchema(shape, name);
    const valueIn = (map: MaybeMap): unknown => (map === undefined ? undefined : printed(map[name], inner));
    compareValues(valueIn(before), valueIn(after), inner, at.named(name), isAtomicField(shape, name), changes);
  }
}

function compareValues(
  before: unknown,
  after: unknown,
  shape: Schema | undefined,
  at: Field,
  isAtomic: boolean,
  changes: FieldChanges,
): void {
  if (before === after) return; // most of an object is shared with what it was
  const areEmpty = isEmpty(before) && isEmpty(after);
  const keys = listKeys(shape);
  if (!isAtomic && !areEmpty && isMapOrNone(before) && isMapOrNone(after)) {
    compareMaps(isRecord(before) ? before : undefined, isRecord(after) ? after : undefined, shape, at, changes);
  } else if (!isAtomic && !areEmpty && keys !== undefined && isListOrNone(before) && isListOrNone(after)) {
    compareLists(Array.isArray(before) ? before : [], Array.isArray(after) ? after : [], keys, shape, at, changes);
  } else {
    if (after !== undefined && (before === undefined || !isEqualData(before, after))) changes.set.add(at);
    if (after === undefined) changes.removed.add(at);
    return;
  }
  if (before === undefined) changes.set.add(at);
  if (after === undefined) changes.removed.add(at);
}

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  keys: readonly string[],
  shape: Schema | undefined,
  at: Field,
  changes: FieldChanges,
): void {
  const were = new Map(before.map((item) => [at.item(item, keys), item]));
  const are = new Map(after.map((item) => [at.item(item, keys), item]));
  for (const place of new Set([...were.keys(), ...are.keys()]))
    compareValues(were.get(place), are.get(place), itemSchema(shape), place, isAtomicItem(shape), changes);
}

const emptyStruct: LooseObject = {};

/** What Go prints for a field that has no value: a struct that is no pointer is there all the same. */
function printed(value: unknown, shape: Schema | undefined): unknown {
  if (value !== undefined || shape?.presence !== "always") return value;
  switch (shape.type) {
    case "struct":
      return emptyStruct;
    case "string":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
      return 0;
    default:
      return null;
  }
}

const isMapOrNone = (value: unknown): boolean => value === undefined || value === null || isRecord(value);
const isListOrNone = (value: unknown): boolean => value === undefined || value === null || Array.isArray(value);

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

/** Structs that have one owner as a whole. @source `+structType=atomic` in k8s.io/api and apimachinery */
const atomicStructs: readonly string[] = [
  "ConfigMapKeySelector",
  "LabelSelector",
  "LocalObjectReference",
  "NodeSelector",
  "NodeSelectorTerm",
  "ObjectFieldSelector",
  "ObjectReference",
  "OwnerReference",
  "ResourceFieldSelector",
  "RoleRef",
  "SecretKeySelector",
  "SecretReference",
  "ServiceBackendPort",
  "Subject",
  "TypedLocalObjectReference",
  "TypedObjectReference",
];

/** Maps that have one owner as a whole. @source `+mapType=atomic` in k8s.io/api */
const atomicMaps: readonly string[] = ["ServiceSpec.selector", "ReplicationControllerSpec.selector", "PodSpec.nodeSelector"];

export function isAtomicField(shape: Schema | undefined, name: string): boolean {
  const inner = fieldSchema(shape, name);
  if (inner?.type === "struct") return atomicStructs.includes(inner.go);
  return inner?.type === "map" && shape?.type === "struct" && atomicMaps.includes(`${shape.go}.${name}`);
}

function isAtomicItem(list: Schema | undefined): boolean {
  const items = itemSchema(list);
  return items?.type === "struct" && atomicStructs.includes(items.go);
}

export function itemSchema(list: Schema | undefined): Schema | undefined {
  return list?.type === "list" ? list.items : undefined;
}

/** Lists whose items have two keys on the server and one in a strategic patch. @source core/v1 types.go, listMapKey */
const doubleKeys: Readonly<Record<string, readonly string[]>> = {
  ServicePort: ["port", "protocol"],
  ContainerPort: ["containerPort", "protocol"],
  TopologySpreadConstraint: ["topologyKey", "whenUnsatisfiable"],
};

/** The fields that tell items apart; [] for a set of plain values; undefined for a list that is one field. */
export function listKeys(schema: Schema | undefined): readonly string[] | undefined {
  const strategy = listStrategy(schema);
  if (strategy === "replace" || schema?.type !== "list") return undefined;
  // A patch merges a pod's hostIPs by `ip`; to the server they are one field.
  if (schema.items.type === "struct" && schema.items.go === "HostIP") return undefined;
  if (strategy === "set") return [];
  return (schema.items.type === "struct" ? doubleKeys[schema.items.go] : undefined) ?? [strategy.mergeKey];
}
