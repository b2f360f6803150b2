import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, required } from "../field-error.ts";
import type { ClusterVersion, FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { about, always, any, int32, int64, list, map, named, pointer, quantity, string, struct, time } from "../shape.ts";
import type { HorizontalPodAutoscaler, Metric } from "./types.ts";

const reference = (version: string) =>
  struct(`${version}.CrossVersionObjectReference`, { kind: always(string), name: always(string), apiVersion: string }, ["kind", "name"]);

const target = struct("v2.MetricTarget", {
  type: always(named("v2.MetricTargetType", ["Utilization", "Value", "AverageValue"])),
  value: pointer(quantity),
  averageValue: pointer(quantity),
  averageUtilization: pointer(int32),
});

const condition = struct("v2.HorizontalPodAutoscalerCondition", {
  type: always(string),
  status: always(string),
  lastTransitionTime: time,
  reason: string,
  message: string,
});

const description = "Asks for as many pods of a workload as its load needs, between a smallest and a largest number.";

/**
 * The stored version is autoscaling/v2. Without a metrics server, which this cluster does not have, an autoscaler knows no load.
 * @source kubernetes.io "Horizontal Pod Autoscaling"; pkg/apis/autoscaling/v2 defaults.go, validation
 */
export const horizontalPodAutoscalerKind: KindDefinition = {
  kind: "HorizontalPodAutoscaler",
  group: "autoscaling",
  storageVersion: "v2",
  versions: [
    {
      group: "autoscaling",
      version: "v1",
      schema: root(
        "v1.HorizontalPodAutoscaler",
        {
          spec: always(
            struct("v1.HorizontalPodAutoscalerSpec", {
              scaleTargetRef: always(reference("v1")),
              minReplicas: pointer(int32),
              maxReplicas: always(int32),
              targetCPUUtilizationPercentage: pointer(int32),
            }),
          ),
          status: always(
            struct("v1.HorizontalPodAutoscalerStatus", {
              observedGeneration: pointer(int64),
              lastScaleTime: time,
              currentReplicas: always(int32),
              desiredReplicas: always(int32),
              currentCPUUtilizationPercentage: pointer(int32),
            }),
          ),
        },
        description,
      ),
      toStored: fromV1,
      fromStored: toV1,
    },
  ],
  plural: "horizontalpodautoscalers",
  singular: "horizontalpodautoscaler",
  shortNames: ["hpa"],
  categories: ["all"],
  namespaced: true,
  schema: root(
    "v2.HorizontalPodAutoscaler",
    {
      spec: always(
        struct("v2.HorizontalPodAutoscalerSpec", {
          scaleTargetRef: about("The workload that is scaled.", always(reference("v2"))),
          minReplicas: about("The smallest number of pods; 1 if left out.", pointer(int32)),
          maxReplicas: about("The largest number of pods.", always(int32)),
          metrics: about(
            "The load that is aimed at.",
            list(
              struct("v2.MetricSpec", {
                type: always(named("v2.MetricSourceType", ["Resource"])),
                resource: struct("v2.ResourceMetricSource", { name: always(named("v1.ResourceName")), target: always(target) }),
              }),
            ),
          ),
          behavior: any,
        }),
      ),
      status: always(
        struct("v2.HorizontalPodAutoscalerStatus", {
          observedGeneration: pointer(int64),
          lastScaleTime: time,
          currentReplicas: int32,
          desiredReplicas: always(int32),
          currentMetrics: always(list(map(any))),
          conditions: list(condition, { mergeKey: "type" }),
        }),
      ),
    },
    description,
  ),
  hasStatus: true,
  hasGeneration: false,
  defaults: (object) => {
    const spec = (object.spec ?? {}) as Partial<HorizontalPodAutoscaler["spec"]>;
    const metrics = (spec.metrics ?? []).length > 0 ? spec.metrics : [cpuMetric(80)];
    return { ...object, spec: { ...spec, minReplicas: spec.minReplicas ?? 1, metrics } };
  },
  prepare: prepareStatus({ desiredReplicas: 0, currentMetrics: null }),
  validate: validateWith({ namespaced: true }, validateSpec),
  columns: [
    nameColumn,
    column<HorizontalPodAutoscaler>("Reference", ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
    column<HorizontalPodAutoscaler>("Targets", ({ spec }, { clusterVersion }) => targetsText(spec.metrics ?? [], clusterVersion)),
    column<HorizontalPodAutoscaler>("MinPods", ({ spec }) => (spec.minReplicas === undefined ? "<unset>" : `${spec.minReplicas}`)),
    column<HorizontalPodAutoscaler>("MaxPods", ({ spec }) => spec.maxReplicas, { type: "integer" }),
    column<HorizontalPodAutoscaler>("Replicas", ({ status }) => status?.currentReplicas ?? 0, { type: "integer" }),
    ageColumn,
  ],
};

function cpuMetric(percentage: number): Metric {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: percentage } } };
}

/** `cpu: <unknown>/50%`; up to 1.29 without the resource's name. @source pkg/printers/internalversion/printers.go, formatHPAMetrics */
function targetsText(metrics: readonly Metric[], { minor }: ClusterVersion): string {
  if (metrics.length === 0) return "<none>";
  return metrics
    .map(({ resource }) => {
      const wanted = resource?.target.averageValue ?? `${resource?.target.averageUtilization}%`;
      return `${minor >= 30 ? `${resource?.name}: ` : ""}<unknown>/${wanted}`;
    })
    .join(", ");
}

function fromV1(object: LooseObject): LooseObject {
  const { targetCPUUtilizationPercentage: percentage, ...spec } = (object.spec ?? {}) as LooseObject;
  const { currentCPUUtilizationPercentage: _, ...status } = (object.status ?? {}) as LooseObject;
  return {
    ...object,
    spec: typeof percentage === "number" ? { ...spec, metrics: [cpuMetric(percentage)] } : spec,
    ...(object.status === undefined ? {} : { status }),
  };
}

function toV1(object: KubernetesObject): LooseObject {
  const { spec, status } = object as HorizontalPodAutoscaler;
  const { metrics = [], behavior: _, ...rest } = spec as HorizontalPodAutoscaler["spec"] & { readonly behavior?: unknown };
  const percentage = metrics.find(({ resource }) => resource?.name === "cpu")?.resource?.target.averageUtilization;
  const { conditions: __, currentMetrics: ___, ...counts } = (status ?? {}) as LooseObject;
  return {
    ...object,
    spec: percentage === undefined ? rest : { ...rest, targetCPUUtilizationPercentage: percentage },
    status: { currentReplicas: 0, ...counts },
  };
}

function validateSpec(object: LooseObject): readonly FieldError[] {
  const {
    scaleTargetRef,
    minReplicas = 1,
    maxReplicas = 0,
    metrics = [],
  } = (object.spec ?? {}) as Partial<HorizontalPodAutoscaler["spec"]>;
  const errors: FieldError[] = [];
  if (minReplicas < 1) errors.push(invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1"));
  if (maxReplicas < 1) errors.push(invalid("spec.maxReplicas", maxReplicas, "must be greater than 0"));
  if (maxReplicas < minReplicas) errors.push(invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"));
  if ((scaleTargetRef?.kind ?? "") === "") errors.push(required("spec.scaleTargetRef.kind"));
  if ((scaleTargetRef?.name ?? "") === "") errors.push(required("spec.scaleTargetRef.name"));
  metrics.forEach(({ type, resource }, i) => {
    if (type === "Resource" && resource === undefined)
      errors.push(required(`spec.metrics[${i}].resource`, "must populate information for the given metric source type"));
  });
  return errors;
}
