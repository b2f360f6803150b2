import { column, nameColumn } from "../column.ts";
import type { KindDefinition } from "../kind.ts";
import type { KubernetesObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { same, validateWith } from "../plain.ts";
import { any } from "../shape.ts";

/**
 * Applying one installs its group: of those known here, the Gateway API's. What it says of shapes is not read, since the shapes are known.
 *
 * @source k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1/types.go; its table has the time of creation, not the age
 */
export const customResourceDefinitionKind: KindDefinition = {
  kind: "CustomResourceDefinition",
  group: "apiextensions.k8s.io",
  storageVersion: "v1",
  versions: [],
  plural: "customresourcedefinitions",
  singular: "customresourcedefinition",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  schema: root("v1.CustomResourceDefinition", { spec: any, status: any }),
  hasStatus: true,
  hasGeneration: true,
  defaults: same,
  prepare: same,
  validate: validateWith({ namespaced: false }),
  columns: [nameColumn, column<KubernetesObject>("Created At", ({ metadata }) => metadata.creationTimestamp, { type: "date" })],
};
