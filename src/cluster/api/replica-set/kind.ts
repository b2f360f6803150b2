import { ageColumn, column, nameColumn } from "../column.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import { goLabelSelector } from "../label-selector.ts";
import { formatLabelSelector } from "../labels.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { labelSelector, root } from "../meta-shape.ts";
import { validateImmutable } from "../object-meta.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import { podWarnings } from "../pod/warnings.ts";
import { about, always, int32, int64, list, named, pointer, string, struct } from "../shape.ts";
import { containersColumn, imagesColumn } from "../workload/columns.ts";
import { defaultTemplate, nonNegative, validateSelector, validateTemplate } from "../workload/template.ts";
import type { ReplicaSet } from "./types.ts";

/** @source kubernetes.io "ReplicaSet"; pkg/apis/apps/validation, ValidateReplicaSet */
export const replicaSetKind: KindDefinition = {
  kind: "ReplicaSet",
  group: "apps",
  storageVersion: "v1",
  versions: [],
  plural: "replicasets",
  singular: "replicaset",
  shortNames: ["rs"],
  categories: ["all"],
  namespaced: true,
  schema: root(
    "v1.ReplicaSet",
    {
      spec: about(
        "How many pods of which kind there shall be.",
        always(
          struct(
            "v1.ReplicaSetSpec",
            {
              replicas: about("How many pods there shall be; 1 if left out.", pointer(int32)),
              minReadySeconds: int32,
              selector: about("Which pods it counts as its own.", labelSelector),
              template: about("What new pods are like.", always(podTemplateSpec)),
            },
            ["selector"],
          ),
        ),
      ),
      status: always(
        struct("v1.ReplicaSetStatus", {
          replicas: always(int32),
          fullyLabeledReplicas: int32,
          readyReplicas: int32,
          availableReplicas: int32,
          terminatingReplicas: pointer(int32),
          observedGeneration: int64,
          conditions: list(
            struct("v1.ReplicaSetCondition", {
              type: always(named("v1.ReplicaSetConditionType")),
              status: always(named("v1.ConditionStatus")),
              lastTransitionTime: always({ type: "time" }),
              reason: string,
              message: string,
            }),
            { mergeKey: "type" },
          ),
        }),
      ),
    },
    "Keeps a number of equal pods running. Deployments make and change them.",
  ),
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: ".spec.replicas", statusReplicas: ".status.replicas", selector: ".spec.selector" },
  defaults: (object) => {
    const spec = (object.spec ?? {}) as Partial<ReplicaSet["spec"]>;
    return { ...object, spec: { ...spec, template: defaultTemplate(spec.template), replicas: spec.replicas ?? 1 } };
  },
  prepare: prepareStatus({ replicas: 0 }),
  validate: validateWith({ namespaced: true }, validateSpec),
  warnings: (object) => podWarnings((object.spec as ReplicaSet["spec"]).template.spec, "spec.template.spec"),
  columns: [
    nameColumn,
    column<ReplicaSet>("Desired", ({ spec }) => spec.replicas, { type: "integer" }),
    column<ReplicaSet>("Current", ({ status }) => status.replicas, { type: "integer" }),
    column<ReplicaSet>("Ready", ({ status }) => status.readyReplicas ?? 0, { type: "integer" }),
    ageColumn,
    containersColumn,
    imagesColumn,
    column<ReplicaSet>("Selector", ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
  fieldSelectors: { "status.replicas": (object) => String((object as ReplicaSet).status.replicas) },
};

function validateSpec(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = object.spec as ReplicaSet["spec"];
  const errors: FieldError[] = [];
  errors.push(...nonNegative(spec.replicas, "spec.replicas"));
  errors.push(...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"));
  errors.push(...validateSelector(spec.selector, "deployment"));
  errors.push(...validateTemplate(spec.template, spec.selector, "ReplicaSet"));
  if (old !== undefined) {
    const before = (old as ReplicaSet).spec.selector;
    errors.push(...validateImmutable("spec.selector", spec.selector, before, () => goLabelSelector(spec.selector)));
  }
  return errors;
}
