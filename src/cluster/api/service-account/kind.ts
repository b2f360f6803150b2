import { ageColumn, column, nameColumn } from "../column.ts";
import type { KindDefinition } from "../kind.ts";
import type { KubernetesObject } from "../meta.ts";
import { localObjectReference, objectReference, root } from "../meta-shape.ts";
import { same, validateWith } from "../plain.ts";
import { bool, list, pointer } from "../shape.ts";

interface ServiceAccount extends KubernetesObject {
  readonly secrets?: readonly unknown[];
}

/** @source kubernetes.io "Service Accounts" */
export const serviceAccountKind: KindDefinition = {
  kind: "ServiceAccount",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "serviceaccounts",
  singular: "serviceaccount",
  shortNames: ["sa"],
  namespaced: true,
  schema: root("v1.ServiceAccount", {
    secrets: list(objectReference, { mergeKey: "name" }),
    imagePullSecrets: list(localObjectReference),
    automountServiceAccountToken: pointer(bool),
  }),
  hasStatus: false,
  hasGeneration: false,
  defaults: same,
  prepare: same,
  validate: validateWith({ namespaced: true }),
  columns: [nameColumn, column<ServiceAccount>("Secrets", ({ secrets = [] }) => secrets.length, { type: "integer" }), ageColumn],
};
