import { ageColumn, column, nameColumn } from "../column.ts";
import { forbidden, invalid, notSupported, printed } from "../field-error.ts";
import { goIntOrString, type IntOrString, isPercent } from "../int-or-string.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import { goLabelSelector } from "../label-selector.ts";
import { formatLabelSelector } from "../labels.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { labelSelector, root } from "../meta-shape.ts";
import { percent } from "../names.ts";
import { validateImmutable } from "../object-meta.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import { podWarnings } from "../pod/warnings.ts";
import { about, always, bool, int32, int64, intOrString, list, named, pointer, string, struct } from "../shape.ts";
import { containersColumn, imagesColumn } from "../workload/columns.ts";
import { defaultTemplate, nonNegative, validateSelector, validateTemplate } from "../workload/template.ts";
import type { Deployment, RollingUpdate } from "./types.ts";

/** @source kubernetes.io "Deployments"; pkg/apis/apps/{v1/defaults.go,validation/validation.go}; pkg/registry/apps/deployment/strategy.go */
export const deploymentKind: KindDefinition = {
  kind: "Deployment",
  group: "apps",
  storageVersion: "v1",
  versions: [],
  plural: "deployments",
  singular: "deployment",
  shortNames: ["deploy"],
  categories: ["all"],
  namespaced: true,
  schema: root(
    "v1.Deployment",
    {
      spec: about(
        "How many pods of which kind there shall be, and how they change.",
        always(
          struct(
            "v1.DeploymentSpec",
            {
              replicas: about("How many pods there shall be; 1 if left out.", pointer(int32)),
              selector: about("Which pods are its own. It must match the template's labels, and can't be changed.", labelSelector),
              template: about("What the pods are like. A change of it rolls out new pods.", always(podTemplateSpec)),
              strategy: about(
                "How old pods give way to new ones.",
                always(
                  struct("v1.DeploymentStrategy", {
                    type: named("v1.DeploymentStrategyType", ["RollingUpdate", "Recreate"]),
                    rollingUpdate: struct("v1.RollingUpdateDeployment", {
                      maxUnavailable: about("How many pods may be missing meanwhile; 25% if left out.", pointer(intOrString)),
                      maxSurge: about("How many pods may be too many meanwhile; 25% if left out.", pointer(intOrString)),
                    }),
                  }),
                ),
              ),
              minReadySeconds: int32,
              revisionHistoryLimit: pointer(int32),
              paused: bool,
              progressDeadlineSeconds: pointer(int32),
            },
            ["selector", "template"],
          ),
        ),
      ),
      status: always(
        struct("v1.DeploymentStatus", {
          observedGeneration: int64,
          replicas: int32,
          updatedReplicas: int32,
          readyReplicas: int32,
          availableReplicas: int32,
          unavailableReplicas: int32,
          terminatingReplicas: pointer(int32),
          conditions: list(
            struct("v1.DeploymentCondition", {
              type: always(named("v1.DeploymentConditionType")),
              status: always(named("v1.ConditionStatus")),
              lastUpdateTime: always({ type: "time" }),
              lastTransitionTime: always({ type: "time" }),
              reason: string,
              message: string,
            }),
            { mergeKey: "type" },
          ),
          collisionCount: pointer(int32),
        }),
      ),
    },
    "Keeps a number of equal pods running, and changes them step by step.",
  ),
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: ".spec.replicas", statusReplicas: ".status.replicas", selector: ".spec.selector" },
  defaults: defaultDeployment,
  prepare: prepareStatus({}),
  validate: validateWith({ namespaced: true }, validateSpec),
  warnings: (object) => podWarnings((object.spec as Deployment["spec"]).template.spec, "spec.template.spec"),
  columns: [
    nameColumn,
    column<Deployment>("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`),
    column<Deployment>("Up-to-date", ({ status }) => status.updatedReplicas ?? 0, { type: "integer" }),
    column<Deployment>("Available", ({ status }) => status.availableReplicas ?? 0, { type: "integer" }),
    ageColumn,
    containersColumn,
    imagesColumn,
    column<Deployment>("Selector", ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
};

function defaultDeployment(object: LooseObject): LooseObject {
  const spec = (object.spec ?? {}) as Partial<Deployment["spec"]>;
  const type = spec.strategy?.type ?? "RollingUpdate";
  const rolling = spec.strategy?.rollingUpdate;
  const strategy =
    type === "RollingUpdate"
      ? {
          ...spec.strategy,
          type,
          rollingUpdate: { maxUnavailable: rolling?.maxUnavailable ?? "25%", maxSurge: rolling?.maxSurge ?? "25%" },
        }
      : { ...spec.strategy, type };
  return {
    ...object,
    spec: {
      ...spec,
      template: defaultTemplate(spec.template),
      replicas: spec.replicas ?? 1,
      strategy,
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    },
  };
}

function validateSpec(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = object.spec as Deployment["spec"];
  const errors: FieldError[] = [];
  errors.push(...nonNegative(spec.replicas, "spec.replicas"));
  errors.push(...validateSelector(spec.selector, "deployment"));
  errors.push(...validateTemplate(spec.template, spec.selector, "ReplicaSet"));
  errors.push(...validateStrategy(spec.strategy));
  errors.push(...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"));
  errors.push(...nonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"));
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined) {
    errors.push(...nonNegative(deadline, "spec.progressDeadlineSeconds"));
    if (deadline <= (spec.minReadySeconds ?? 0)) {
      errors.push(invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
    }
  }
  if (old !== undefined) {
    const before = (old as Deployment).spec.selector;
    errors.push(...validateImmutable("spec.selector", spec.selector, before, () => goLabelSelector(spec.selector)));
  }
  return errors;
}

function validateStrategy({ type, rollingUpdate }: Deployment["spec"]["strategy"]): FieldError[] {
  switch (type as string) {
    case "Recreate":
      if (rollingUpdate === undefined) return [];
      return [forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")];
    case "RollingUpdate":
      return validateRollingUpdate(rollingUpdate ?? {}, "spec.strategy.rollingUpdate");
    default:
      return [notSupported("spec.strategy.type", type, ["Recreate", "RollingUpdate"])];
  }
}

/** @source ValidateRollingUpdateDeployment */
export function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdate, path: string): FieldError[] {
  const errors = [...validateCountOrShare(maxUnavailable, `${path}.maxUnavailable`), ...validateCountOrShare(maxSurge, `${path}.maxSurge`)];
  if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0) {
    errors.push(invalid(`${path}.maxUnavailable`, printed(goIntOrString(maxUnavailable)), "may not be 0 when `maxSurge` is 0"));
  }
  if (isPercent(maxUnavailable) && amount(maxUnavailable) > 100) {
    errors.push(invalid(`${path}.maxUnavailable`, printed(goIntOrString(maxUnavailable)), "must not be greater than 100%"));
  }
  return errors;
}

/** @source ValidatePositiveIntOrPercent */
export function validateCountOrShare(value: IntOrString, path: string): FieldError[] {
  if (typeof value === "number") return nonNegative(value, path);
  return percent(value).map((message) => invalid(path, printed(goIntOrString(value)), message));
}

function amount(value: IntOrString): number {
  return typeof value === "number" ? value : isPercent(value) ? Number(value.slice(0, -1)) : 0;
}
