import type { Condition, KubernetesObject, LabelSelector } from "../meta.ts";
import type { PodTemplateSpec } from "../pod/types.ts";

export interface ReplicaSet extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
  };
  readonly status: ReplicaStatus;
}

/** Also of ReplicationControllers. */
export interface ReplicaStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}
