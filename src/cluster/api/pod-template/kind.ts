import { nameColumn } from "../column.ts";
import type { KindDefinition } from "../kind.ts";
import type { KubernetesObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { same, validateWith } from "../plain.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import type { PodTemplateSpec } from "../pod/types.ts";
import { validatePodTemplate } from "../pod/validate.ts";
import { always } from "../shape.ts";
import { defaultTemplate } from "../workload/template.ts";

interface PodTemplate extends KubernetesObject {
  readonly template: PodTemplateSpec;
}

/** @source k8s.io/api/core/v1/types.go */
export const podTemplateKind: KindDefinition = {
  kind: "PodTemplate",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "podtemplates",
  singular: "podtemplate",
  shortNames: [],
  namespaced: true,
  schema: root("v1.PodTemplate", { template: always(podTemplateSpec) }),
  hasStatus: false,
  hasGeneration: true,
  defaults: (object) => ({ ...object, template: defaultTemplate((object as unknown as PodTemplate).template) }),
  prepare: same,
  validate: validateWith({ namespaced: true }, (object) => validatePodTemplate((object as unknown as PodTemplate).template, "template")),
  columns: [nameColumn],
};
