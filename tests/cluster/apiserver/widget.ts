import type { KindDefinition } from "../../../src/cluster/api/kind.ts";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import type { Struct } from "../../../src/cluster/api/schema.ts";

const text = { type: "string" } as const;
const metadata: Struct = {
  type: "struct",
  go: "ObjectMeta",
  package: "v1",
  fields: {
    name: text,
    generateName: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    generation: { type: "int64" },
    creationTimestamp: text,
    deletionTimestamp: text,
    deletionGracePeriodSeconds: { type: "int64", presence: "pointer" },
    labels: { type: "map", values: text },
    annotations: { type: "map", values: text },
    finalizers: { type: "list", items: text, mergeSet: true },
  },
};

/** The smallest kind there can be: the server's own doings, seen without any kind's. */
export function widgetKind(kind: string, plural: string, namespaced: boolean): KindDefinition {
  return {
    kind,
    group: "",
    storageVersion: "v1",
    versions: [],
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced,
    schema: {
      type: "struct",
      go: kind,
      package: "v1",
      fields: {
        apiVersion: text,
        kind: text,
        metadata,
        spec: {
          type: "struct",
          go: `${kind}Spec`,
          package: "v1",
          fields: { size: { type: "int32" }, finalizers: { type: "list", items: text } },
        },
        status: { type: "struct", go: `${kind}Status`, package: "v1", fields: { size: { type: "int32" }, phase: text } },
      },
    },
    hasStatus: true,
    hasGeneration: true,
    defaults: (object: LooseObject) => object,
    prepare: (object: LooseObject, old) => {
      if (old !== undefined) return object;
      const { status: _status, ...rest } = object;
      return rest;
    },
    validate: () => [],
    columns: [{ name: "Name", priority: 0, type: "string", cell: (object) => object.metadata.name }],
  };
}

export const widgetKinds = [widgetKind("Namespace", "namespaces", false), widgetKind("Widget", "widgets", true)];
