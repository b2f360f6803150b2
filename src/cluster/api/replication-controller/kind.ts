import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, printed, required } from "../field-error.ts";
import { goStringMap } from "../go-value.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import { formatLabels, matchesLabels } from "../labels.ts";
import type { LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { metadataOf } from "../object-meta.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import { validatePodTemplate } from "../pod/validate.ts";
import { podWarnings } from "../pod/warnings.ts";
import type { Schema } from "../schema.ts";
import { about, always, int32, int64, list, named, pointer, string, stringMap, struct } from "../shape.ts";
import { containersColumn, imagesColumn } from "../workload/columns.ts";
import { defaultTemplate, nonNegative, validateLongRunning } from "../workload/template.ts";
import type { ReplicationController } from "./types.ts";

const conditions: Schema = list(
  struct("v1.ReplicationControllerCondition", {
    type: always(named("v1.ReplicationControllerConditionType")),
    status: always(named("v1.ConditionStatus")),
    lastTransitionTime: always({ type: "time" }),
    reason: string,
    message: string,
  }),
  { mergeKey: "type" },
);

/** @source kubernetes.io "ReplicationController"; pkg/registry/core/replicationcontroller; pkg/apis/core/v1/defaults.go */
export const replicationControllerKind: KindDefinition = {
  kind: "ReplicationController",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "replicationcontrollers",
  singular: "replicationcontroller",
  shortNames: ["rc"],
  categories: ["all"],
  namespaced: true,
  schema: root(
    "v1.ReplicationController",
    {
      spec: about(
        "How many pods of which kind there shall be.",
        always(
          struct("v1.ReplicationControllerSpec", {
            replicas: about("How many pods there shall be; 1 if left out.", pointer(int32)),
            minReadySeconds: int32,
            selector: about("Labels of the pods it counts; those of the template if left out.", stringMap),
            template: about("What new pods are like.", podTemplateSpec),
          }),
        ),
      ),
      status: always(
        struct("v1.ReplicationControllerStatus", {
          replicas: always(int32),
          fullyLabeledReplicas: int32,
          readyReplicas: int32,
          availableReplicas: int32,
          observedGeneration: int64,
          conditions,
        }),
      ),
    },
    "Keeps a number of pods running. ReplicaSets, made by Deployments, have taken its place.",
  ),
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: ".spec.replicas", statusReplicas: ".status.replicas", selector: ".spec.selector" },
  defaults: defaultReplicationController,
  prepare: prepareStatus({ replicas: 0 }),
  validate: validateWith({ namespaced: true }, validateSpec),
  warnings: (object) => {
    const template = (object.spec as ReplicationController["spec"]).template;
    return template === undefined ? [] : podWarnings(template.spec, "spec.template.spec");
  },
  columns: [
    nameColumn,
    column<ReplicationController>("Desired", ({ spec }) => spec.replicas, { type: "integer" }),
    column<ReplicationController>("Current", ({ status }) => status.replicas, { type: "integer" }),
    column<ReplicationController>("Ready", ({ status }) => status.readyReplicas ?? 0, { type: "integer" }),
    ageColumn,
    containersColumn,
    imagesColumn,
    column<ReplicationController>("Selector", ({ spec }) => formatLabels(spec.selector), { wide: true }),
  ],
  fieldSelectors: { "status.replicas": (object) => String((object as ReplicationController).status.replicas) },
};

function defaultReplicationController(object: LooseObject): LooseObject {
  const spec = (object.spec ?? {}) as Partial<ReplicationController["spec"]>;
  const template = spec.template === undefined ? undefined : defaultTemplate(spec.template);
  const labels = template?.metadata?.labels;
  const metadata = metadataOf(object);
  const hasSelector = Object.keys(spec.selector ?? {}).length > 0;
  const hasLabels = Object.keys(metadata.labels ?? {}).length > 0;
  return {
    ...object,
    metadata: hasLabels || labels === undefined ? metadata : { ...metadata, labels },
    spec: {
      ...spec,
      ...(hasSelector || labels === undefined ? {} : { selector: labels }),
      ...(template === undefined ? {} : { template }),
      replicas: spec.replicas ?? 1,
    },
  };
}

function validateSpec(object: LooseObject): readonly FieldError[] {
  const spec = object.spec as ReplicationController["spec"];
  const { selector = {}, template } = spec;
  const errors: FieldError[] = [];
  errors.push(...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"));
  if (Object.keys(selector).length === 0) errors.push(required("spec.selector"));
  errors.push(...nonNegative(spec.replicas, "spec.replicas"));
  if (template === undefined) {
    errors.push(required("spec.template"));
    return errors;
  }
  const labels = template.metadata?.labels;
  if (Object.keys(selector).length > 0 && !matchesLabels(selector, labels)) {
    const shown = printed(goStringMap(labels));
    errors.push(invalid("spec.template.metadata.labels", shown, "`selector` does not match template `labels`"));
  }
  errors.push(...validatePodTemplate(template, "spec.template"));
  errors.push(...validateLongRunning(template, "ReplicationController"));
  return errors;
}
