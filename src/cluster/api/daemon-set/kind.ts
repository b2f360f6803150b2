import { ageColumn, column, nameColumn } from "../column.ts";
import { validateRollingUpdate } from "../deployment/kind.ts";
import { invalid, notSupported, printed, required } from "../field-error.ts";
import { goStringMap } from "../go-value.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import { goLabelSelector, isEmptySelector, validateLabelSelector } from "../label-selector.ts";
import { formatLabelSelector, formatLabels, matchesLabelSelector } from "../labels.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { labelSelector, root } from "../meta-shape.ts";
import { validateImmutable } from "../object-meta.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import { validatePodTemplate } from "../pod/validate.ts";
import { podWarnings } from "../pod/warnings.ts";
import { about, always, int32, int64, intOrString, named, pointer, struct } from "../shape.ts";
import { containersColumn, imagesColumn } from "../workload/columns.ts";
import { defaultTemplate, nonNegative, validateLongRunning, workloadCondition } from "../workload/template.ts";
import type { DaemonSet } from "./types.ts";

/** @source kubernetes.io "DaemonSet"; pkg/apis/apps/{v1/defaults.go,validation/validation.go} */
export const daemonSetKind: KindDefinition = {
  kind: "DaemonSet",
  group: "apps",
  storageVersion: "v1",
  versions: [],
  plural: "daemonsets",
  singular: "daemonset",
  shortNames: ["ds"],
  categories: ["all"],
  namespaced: true,
  schema: root(
    "v1.DaemonSet",
    {
      spec: about(
        "Which pod each node shall have.",
        always(
          struct(
            "v1.DaemonSetSpec",
            {
              selector: labelSelector,
              template: about("What the pod of each node is like.", always(podTemplateSpec)),
              updateStrategy: always(
                struct("v1.DaemonSetUpdateStrategy", {
                  type: named("v1.DaemonSetUpdateStrategyType"),
                  rollingUpdate: struct("v1.RollingUpdateDaemonSet", {
                    maxUnavailable: pointer(intOrString),
                    maxSurge: pointer(intOrString),
                  }),
                }),
              ),
              minReadySeconds: int32,
              revisionHistoryLimit: pointer(int32),
            },
            ["selector", "template"],
          ),
        ),
      ),
      status: always(
        struct("v1.DaemonSetStatus", {
          currentNumberScheduled: always(int32),
          numberMisscheduled: always(int32),
          desiredNumberScheduled: always(int32),
          numberReady: always(int32),
          observedGeneration: int64,
          updatedNumberScheduled: int32,
          numberAvailable: int32,
          numberUnavailable: int32,
          collisionCount: pointer(int32),
          conditions: workloadCondition("DaemonSet"),
        }),
      ),
    },
    "One pod on every node.",
  ),
  hasStatus: true,
  hasGeneration: true,
  defaults: (object) => {
    const spec = (object.spec ?? {}) as Partial<DaemonSet["spec"]>;
    const type = spec.updateStrategy?.type ?? "RollingUpdate";
    const rolling = spec.updateStrategy?.rollingUpdate;
    const rollingUpdate = { maxUnavailable: rolling?.maxUnavailable ?? 1, maxSurge: rolling?.maxSurge ?? 0 };
    return {
      ...object,
      spec: {
        ...spec,
        template: defaultTemplate(spec.template),
        updateStrategy: type === "RollingUpdate" ? { type, rollingUpdate } : { ...spec.updateStrategy, type },
        revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      },
    };
  },
  prepare: prepareStatus({ currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }),
  validate: validateWith({ namespaced: true }, validateSpec),
  warnings: (object) => podWarnings((object.spec as DaemonSet["spec"]).template.spec, "spec.template.spec"),
  columns: [
    nameColumn,
    column<DaemonSet>("Desired", ({ status }) => status.desiredNumberScheduled, { type: "integer" }),
    column<DaemonSet>("Current", ({ status }) => status.currentNumberScheduled, { type: "integer" }),
    column<DaemonSet>("Ready", ({ status }) => status.numberReady, { type: "integer" }),
    column<DaemonSet>("Up-to-date", ({ status }) => status.updatedNumberScheduled ?? 0, { type: "integer" }),
    column<DaemonSet>("Available", ({ status }) => status.numberAvailable ?? 0, { type: "integer" }),
    column<DaemonSet>("Node Selector", ({ spec }) => formatLabels(spec.template.spec.nodeSelector)),
    ageColumn,
    containersColumn,
    imagesColumn,
    column<DaemonSet>("Selector", ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
};

function validateSpec(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const { selector, template, updateStrategy, minReadySeconds, revisionHistoryLimit } = object.spec as DaemonSet["spec"];
  const errors: FieldError[] = validateLabelSelector(selector, "spec.selector");
  if (!matchesLabelSelector(selector, template.metadata?.labels)) {
    const labels = printed(goStringMap(template.metadata?.labels));
    errors.push(invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
  }
  if (selector !== undefined && isEmptySelector(selector)) {
    errors.push(invalid("spec.selector", printed(goLabelSelector(selector)), "empty selector is invalid for daemonset"));
  }
  errors.push(...validatePodTemplate(template, "spec.template"));
  errors.push(...validateLongRunning(template, "DaemonSet"));
  errors.push(...nonNegative(minReadySeconds, "spec.minReadySeconds"));
  const { type, rollingUpdate } = updateStrategy;
  if (type === "RollingUpdate") {
    if (rollingUpdate === undefined) errors.push(required("spec.updateStrategy.rollingUpdate"));
    else errors.push(...validateRollingUpdate(rollingUpdate, "spec.updateStrategy.rollingUpdate"));
  } else if (type !== "OnDelete") errors.push(notSupported("spec.updateStrategy.type", type, ["RollingUpdate", "OnDelete"]));
  errors.push(...nonNegative(revisionHistoryLimit, "spec.revisionHistoryLimit"));
  if (old !== undefined) {
    errors.push(...validateImmutable("spec.selector", selector, (old as DaemonSet).spec.selector, () => goLabelSelector(selector)));
  }
  return errors;
}
