import type { IntOrString } from "../int-or-string.ts";
import type { Condition, KubernetesObject, LabelSelector } from "../meta.ts";

export interface PodDisruptionBudget extends KubernetesObject {
  readonly spec: { readonly minAvailable?: IntOrString; readonly maxUnavailable?: IntOrString; readonly selector?: LabelSelector };
  readonly status: {
    readonly observedGeneration?: number;
    readonly disruptionsAllowed: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly expectedPods: number;
    readonly conditions?: readonly Condition[];
  };
}
