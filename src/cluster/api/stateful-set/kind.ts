import { ageColumn, column, nameColumn } from "../column.ts";
import { isEqualData } from "../equal.ts";
import { forbidden, invalid, printed, required } from "../field-error.ts";
import { goQuote, goStruct } from "../go-value.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { labelSelector, root } from "../meta-shape.ts";
import { dns1123Label } from "../names.ts";
import { persistentVolumeClaimSchema } from "../persistent-volume-claim/schema.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import { podWarnings } from "../pod/warnings.ts";
import { about, always, int32, int64, intOrString, list, named, pointer, string, struct } from "../shape.ts";
import { containersColumn, imagesColumn } from "../workload/columns.ts";
import { defaultTemplate, nonNegative, validateSelector, validateTemplate, workloadCondition } from "../workload/template.ts";
import type { StatefulSet } from "./types.ts";

const retention = struct("v1.StatefulSetPersistentVolumeClaimRetentionPolicy", {
  whenDeleted: named("v1.PersistentVolumeClaimRetentionPolicyType"),
  whenScaled: named("v1.PersistentVolumeClaimRetentionPolicyType"),
});

/** @source kubernetes.io "StatefulSets"; pkg/apis/apps/{v1/defaults.go,validation/validation.go} */
export const statefulSetKind: KindDefinition = {
  kind: "StatefulSet",
  group: "apps",
  storageVersion: "v1",
  versions: [],
  plural: "statefulsets",
  singular: "statefulset",
  shortNames: ["sts"],
  categories: ["all"],
  namespaced: true,
  schema: root(
    "v1.StatefulSet",
    {
      spec: about(
        "Which pods there shall be, and how they change.",
        always(
          struct(
            "v1.StatefulSetSpec",
            {
              replicas: about("How many pods there shall be; 1 if left out.", pointer(int32)),
              selector: labelSelector,
              template: always(podTemplateSpec),
              volumeClaimTemplates: list(persistentVolumeClaimSchema),
              serviceName: about("The headless Service under which the pods have their DNS names.", always(string)),
              podManagementPolicy: named("v1.PodManagementPolicyType"),
              updateStrategy: always(
                struct("v1.StatefulSetUpdateStrategy", {
                  type: named("v1.StatefulSetUpdateStrategyType"),
                  rollingUpdate: struct("v1.RollingUpdateStatefulSetStrategy", {
                    partition: pointer(int32),
                    maxUnavailable: pointer(intOrString),
                  }),
                }),
              ),
              revisionHistoryLimit: pointer(int32),
              minReadySeconds: int32,
              persistentVolumeClaimRetentionPolicy: retention,
              ordinals: struct("v1.StatefulSetOrdinals", { start: always(int32) }),
            },
            ["selector", "template", "serviceName"],
          ),
        ),
      ),
      status: always(
        struct("v1.StatefulSetStatus", {
          observedGeneration: int64,
          replicas: always(int32),
          readyReplicas: int32,
          currentReplicas: int32,
          updatedReplicas: int32,
          currentRevision: string,
          updateRevision: string,
          collisionCount: pointer(int32),
          conditions: workloadCondition("StatefulSet"),
          availableReplicas: always(int32),
        }),
      ),
    },
    "Pods that keep their name and their storage: web-0, web-1 …",
  ),
  hasStatus: true,
  hasGeneration: true,
  scale: { specReplicas: ".spec.replicas", statusReplicas: ".status.replicas", selector: ".spec.selector" },
  defaults: defaultStatefulSet,
  prepare: prepareStatus({ replicas: 0, availableReplicas: 0 }),
  validate: validateWith({ namespaced: true, name: dns1123Label }, validateSpec),
  warnings: (object) => podWarnings((object.spec as StatefulSet["spec"]).template.spec, "spec.template.spec"),
  columns: [
    nameColumn,
    column<StatefulSet>("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`),
    ageColumn,
    containersColumn,
    imagesColumn,
  ],
};

function defaultStatefulSet(object: LooseObject): LooseObject {
  const spec = (object.spec ?? {}) as Partial<StatefulSet["spec"]>;
  const type = spec.updateStrategy?.type ?? "RollingUpdate";
  const rollingUpdate = { ...spec.updateStrategy?.rollingUpdate, partition: spec.updateStrategy?.rollingUpdate?.partition ?? 0 };
  const keep = spec.persistentVolumeClaimRetentionPolicy;
  return {
    ...object,
    spec: {
      ...spec,
      template: defaultTemplate(spec.template),
      replicas: spec.replicas ?? 1,
      podManagementPolicy: spec.podManagementPolicy ?? "OrderedReady",
      updateStrategy: type === "RollingUpdate" ? { ...spec.updateStrategy, type, rollingUpdate } : { ...spec.updateStrategy, type },
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: keep?.whenDeleted ?? "Retain", whenScaled: keep?.whenScaled ?? "Retain" },
    },
  };
}

function validateSpec(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = object.spec as StatefulSet["spec"];
  const errors: FieldError[] = [];
  if (spec.podManagementPolicy !== "OrderedReady" && spec.podManagementPolicy !== "Parallel") {
    errors.push(invalid("spec.podManagementPolicy", spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  }
  const { type, rollingUpdate } = spec.updateStrategy;
  if ((type as string) === "") errors.push(required("spec.updateStrategy"));
  else if (type === "RollingUpdate") errors.push(...nonNegative(rollingUpdate?.partition, "spec.updateStrategy.rollingUpdate.partition"));
  else if (type !== "OnDelete") {
    const shown = goStruct("apps.StatefulSetUpdateStrategy", [
      ["Type", goQuote(type)],
      ["RollingUpdate", "(*apps.RollingUpdateStatefulSetStrategy)(nil)"],
    ]);
    errors.push(invalid("spec.updateStrategy", printed(shown), "must be 'RollingUpdate' or 'OnDelete'"));
  }
  errors.push(...nonNegative(spec.replicas, "spec.replicas"));
  errors.push(...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"));
  errors.push(...nonNegative(spec.ordinals?.start, "spec.ordinals.start"));
  errors.push(...validateSelector(spec.selector, "statefulset"));
  errors.push(...validateTemplate(spec.template, spec.selector, "StatefulSet"));
  if (old !== undefined && !isEqualData(fixedPart(spec), fixedPart((old as StatefulSet).spec))) {
    const detail =
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    errors.push(forbidden("spec", detail));
  }
  return errors;
}

/** What may never change. */
function fixedPart(spec: StatefulSet["spec"]): LooseObject {
  const { selector, volumeClaimTemplates, serviceName, podManagementPolicy, revisionHistoryLimit } = spec;
  return { selector, volumeClaimTemplates, serviceName, podManagementPolicy, revisionHistoryLimit };
}
