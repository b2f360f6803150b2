import type { Schema, Struct } from "./schema.ts";
import { about, always, any, bool, int64, list, map, named, pointer, string, stringMap, strings, struct, time } from "./shape.ts";

/** Shapes that every kind shares. @source apimachinery pkg/apis/meta/v1/types.go */

const ownerReference = struct(
  "v1.OwnerReference",
  {
    apiVersion: always(string),
    kind: always(string),
    name: always(string),
    uid: always(named("types.UID")),
    controller: about("Whether this owner is the one that manages the object.", pointer(bool)),
    blockOwnerDeletion: pointer(bool),
  },
  ["apiVersion", "kind", "name", "uid"],
);

const managedFields = struct("v1.ManagedFieldsEntry", {
  manager: string,
  operation: named("v1.ManagedFieldsOperationType"),
  apiVersion: string,
  time,
  fieldsType: string,
  fieldsV1: any,
  subresource: string,
});

export const objectMeta: Struct = about(
  "Name, namespace, labels and what else every object has.",
  struct("v1.ObjectMeta", {
    name: about("The object's name, unique among its kind in the namespace.", string),
    generateName: about("A beginning to which the server adds five random characters, if no name is given.", string),
    namespace: about("The namespace that the object lives in; `default` if left out.", string),
    selfLink: string,
    uid: named("types.UID"),
    resourceVersion: string,
    generation: int64,
    creationTimestamp: always({ type: "time" }),
    deletionTimestamp: time,
    deletionGracePeriodSeconds: pointer(int64),
    labels: about("Keys and values by which Services and controllers find the object.", stringMap),
    annotations: about("Keys and values that tools read; nothing selects by them.", stringMap),
    ownerReferences: list(ownerReference, { mergeKey: "uid" }),
    finalizers: list(string, { mergeSet: true }),
    managedFields: list(managedFields),
  }),
);

export const labelSelector: Struct = struct("v1.LabelSelector", {
  matchLabels: about("Labels that must all be there with these values.", stringMap),
  matchExpressions: list(
    struct(
      "v1.LabelSelectorRequirement",
      {
        key: always(string),
        operator: always(named("v1.LabelSelectorOperator", ["In", "NotIn", "Exists", "DoesNotExist"])),
        values: strings,
      },
      ["key", "operator"],
    ),
  ),
});

export const condition: Struct = struct(
  "v1.Condition",
  {
    type: always(string),
    status: always(named("v1.ConditionStatus", ["True", "False", "Unknown"])),
    observedGeneration: int64,
    lastTransitionTime: always({ type: "time" }),
    reason: always(string),
    message: always(string),
  },
  ["type", "status"],
);

/** A whole kind: `apiVersion`, `kind`, `metadata`, and the fields given. */
export function root(name: string, fields: Readonly<Record<string, Schema>>, description?: string): Struct {
  const shape = struct(name, { kind: string, apiVersion: string, metadata: always(objectMeta), ...fields });
  return description === undefined ? shape : about(description, shape);
}

export const resourceList: Schema = map({ type: "quantity" }, "v1.ResourceList");

export const objectReference: Struct = struct("v1.ObjectReference", {
  kind: string,
  namespace: string,
  name: string,
  uid: named("types.UID"),
  apiVersion: string,
  resourceVersion: string,
  fieldPath: string,
});

export const localObjectReference: Struct = struct("v1.LocalObjectReference", { name: string });

/** `localObjectReference` where Go embeds it by value. */
export const typedLocalObjectReference: Struct = struct("v1.TypedLocalObjectReference", {
  apiGroup: pointer(string),
  kind: always(string),
  name: always(string),
});
