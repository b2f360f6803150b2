import { isEqualData } from "../api/equal.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Schema } from "../api/schema.ts";
import { isRecord } from "./json.ts";
import { listStrategy } from "./strategic-merge.ts";

/**
 * Who set which field by hand. Writes of components are not kept: nobody applies what they write.
 * @source kubernetes.io "Server-Side Apply"; sigs.k8s.io/structured-merge-diff
 */
export interface FieldManagers {
  /** A create, update or patch: what changed belongs to that manager now. */
  updated(object: KubernetesObject, old: KubernetesObject | undefined, schema: Schema, manager: string): void;
  /** The managers other than `manager` that own this field. */
  othersOf(object: KubernetesObject, field: string, manager: string): readonly Owner[];
  /** Fields that the manager applied last. */
  appliedBy(object: KubernetesObject, manager: string): ReadonlySet<string>;
  applied(object: KubernetesObject, fields: ReadonlySet<string>, manager: string): void;
  forget(object: KubernetesObject): void;
}

export interface Owner {
  readonly manager: string;
  readonly apiVersion: string;
}

interface Entry extends Owner {
  readonly isApply: boolean;
  readonly fields: Set<string>;
}

/** kubectl moves what it applied from the client over to what it applies on the server. @source client-go util/csaupgrade */
function isSameManager(owner: Entry, manager: string): boolean {
  return owner.manager === manager || (owner.manager === "kubectl-client-side-apply" && manager === "kubectl");
}

export function createFieldManagers(): FieldManagers {
  const byUid = new Map<string, Entry[]>();

  function entries({ metadata }: KubernetesObject): Entry[] {
    let found = byUid.get(metadata.uid);
    if (found === undefined) {
      found = [];
      byUid.set(metadata.uid, found);
    }
    return found;
  }

  function entry(object: KubernetesObject, manager: string, isApply: boolean): Entry {
    const all = entries(object);
    let found = all.find((each) => each.manager === manager && each.isApply === isApply);
    if (found === undefined) {
      found = { manager, apiVersion: object.apiVersion, isApply, fields: new Set() };
      all.push(found);
    }
    return found;
  }

  return {
    updated(object, old, schema, manager) {
      const before = old === undefined ? new Map<string, unknown>() : leaves(old as unknown as LooseObject, schema);
      const own = entry(object, manager, false);
      for (const [field, value] of leaves(object as unknown as LooseObject, schema)) {
        if (before.has(field) && isEqualData(before.get(field), value)) continue;
        for (const other of entries(object)) if (other !== own) other.fields.delete(field);
        own.fields.add(field);
      }
    },
    othersOf: (object, field, manager) =>
      (byUid.get(object.metadata.uid) ?? []).filter((each) => each.fields.has(field) && !isSameManager(each, manager)),
    appliedBy: (object, manager) =>
      new Set((byUid.get(object.metadata.uid) ?? []).filter((each) => isSameManager(each, manager)).flatMap(({ fields }) => [...fields])),
    applied(object, fields, manager) {
      for (const other of entries(object)) {
        if (isSameManager(other, manager)) other.fields.clear();
      }
      const own = entry(object, manager, true);
      for (const field of fields) own.fields.add(field);
    },
    forget: (object) => {
      byUid.delete(object.metadata.uid);
    },
  };
}

/** Metadata that the server keeps. */
const serverFields = ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"];

/**
 * The fields that can be owned, with their values: `.spec.ports[port=80,protocol="TCP"].targetPort`. A list without keys is one field.
 * Apart from status and what the server itself keeps.
 */
export function leaves(object: LooseObject, schema: Schema): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const fields = schema.type === "struct" ? schema.fields : {};
  for (const key of Object.keys(object)) {
    if (key === "apiVersion" || key === "kind" || key === "status") continue;
    let value = object[key];
    if (key === "metadata" && isRecord(value))
      value = Object.fromEntries(Object.entries(value).filter(([name]) => !serverFields.includes(name)));
    addLeaves(found, `.${key}`, value, fields[key]);
  }
  return found;
}

function addLeaves(found: Map<string, unknown>, path: string, value: unknown, schema: Schema | undefined): void {
  if (value === undefined) return;
  if (isRecord(value)) {
    const keys = Object.keys(value);
    if (keys.length === 0 && path !== ".metadata") found.set(path, value);
    for (const key of keys) {
      const shape = schema?.type === "struct" ? schema.fields[key] : schema?.type === "map" ? schema.values : undefined;
      addLeaves(found, `${path}.${key}`, value[key], shape);
    }
    return;
  }
  const keys = listKeys(schema);
  if (!Array.isArray(value) || keys === undefined) {
    found.set(path, value);
    return;
  }
  for (const item of value) {
    const at = `${path}${itemKey(item, keys)}`;
    found.set(at, at);
    if (isRecord(item)) addLeaves(found, at, item, schema?.type === "list" ? schema.items : undefined);
  }
}

/** Lists whose items have two keys on the server and one in a strategic patch. @source core/v1 types.go, listMapKey */
const doubleKeys: Readonly<Record<string, readonly string[]>> = {
  ServicePort: ["port", "protocol"],
  ContainerPort: ["containerPort", "protocol"],
};

/** The fields that tell items apart; [] for a set of plain values; undefined for a list that is one field. */
export function listKeys(schema: Schema | undefined): readonly string[] | undefined {
  const strategy = listStrategy(schema);
  if (strategy === "replace" || schema?.type !== "list") return undefined;
  if (strategy === "set") return [];
  return (schema.items.type === "struct" ? doubleKeys[schema.items.go] : undefined) ?? [strategy.mergeKey];
}

/** `[port=80,protocol="TCP"]`, `[="x"]`; the protocol of a port is TCP when it is not said. */
export function itemKey(item: unknown, keys: readonly string[]): string {
  if (!isRecord(item)) return `[=${JSON.stringify(item)}]`;
  return `[${keys.map((key) => `${key}=${JSON.stringify(item[key] ?? (key === "protocol" ? "TCP" : ""))}`).join(",")}]`;
}
