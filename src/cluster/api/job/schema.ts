import { labelSelector, objectMeta, root } from "../meta-shape.ts";
import { podTemplateSpec } from "../pod/schema.ts";
import type { Struct } from "../schema.ts";
import { about, always, bool, int32, int64, list, named, pointer, string, strings, struct, time } from "../shape.ts";

/** @source k8s.io/api/batch/v1/types.go */

const onExitCodes = struct("v1.PodFailurePolicyOnExitCodesRequirement", {
  containerName: pointer(string),
  operator: always(named("v1.PodFailurePolicyOnExitCodesOperator")),
  values: always(list(int32)),
});
const onPodConditions = list(
  struct("v1.PodFailurePolicyOnPodConditionsPattern", {
    type: always(named("v1.PodConditionType")),
    status: always(named("v1.ConditionStatus")),
  }),
);

export const jobSpec: Struct = struct(
  "v1.JobSpec",
  {
    parallelism: about("How many pods may run at once.", pointer(int32)),
    completions: about("How many pods must succeed.", pointer(int32)),
    activeDeadlineSeconds: pointer(int64),
    podFailurePolicy: struct("v1.PodFailurePolicy", {
      rules: always(
        list(
          struct("v1.PodFailurePolicyRule", {
            action: always(named("v1.PodFailurePolicyAction")),
            onExitCodes,
            onPodConditions: always(onPodConditions),
          }),
        ),
      ),
    }),
    successPolicy: struct("v1.SuccessPolicy", {
      rules: always(list(struct("v1.SuccessPolicyRule", { succeededIndexes: pointer(string), succeededCount: pointer(int32) }))),
    }),
    backoffLimit: about("How many failures are borne; 6 if left out.", pointer(int32)),
    backoffLimitPerIndex: pointer(int32),
    maxFailedIndexes: pointer(int32),
    selector: labelSelector,
    manualSelector: pointer(bool),
    template: always(podTemplateSpec),
    ttlSecondsAfterFinished: pointer(int32),
    completionMode: pointer(named("v1.CompletionMode")),
    suspend: pointer(bool),
    podReplacementPolicy: pointer(named("v1.PodReplacementPolicy")),
    managedBy: pointer(string),
  },
  ["template"],
);

const jobStatus = struct("v1.JobStatus", {
  conditions: list(
    struct("v1.JobCondition", {
      type: always(named("v1.JobConditionType")),
      status: always(named("v1.ConditionStatus")),
      lastProbeTime: always({ type: "time" }),
      lastTransitionTime: always({ type: "time" }),
      reason: string,
      message: string,
    }),
    { mergeKey: "type" },
  ),
  startTime: time,
  completionTime: time,
  active: int32,
  succeeded: int32,
  failed: int32,
  terminating: pointer(int32),
  completedIndexes: string,
  failedIndexes: pointer(string),
  uncountedTerminatedPods: struct("v1.UncountedTerminatedPods", { succeeded: strings, failed: strings }),
  ready: pointer(int32),
});

export const jobSchema: Struct = root(
  "v1.Job",
  { spec: always(jobSpec), status: always(jobStatus) },
  "Runs pods until enough of them have succeeded.",
);

export const jobTemplateSpec: Struct = struct("v1.JobTemplateSpec", { metadata: always(objectMeta), spec: always(jobSpec) });
