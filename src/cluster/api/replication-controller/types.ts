import type { KubernetesObject } from "../meta.ts";
import type { PodTemplateSpec } from "../pod/types.ts";
import type { ReplicaStatus } from "../replica-set/types.ts";

export interface ReplicationController extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: PodTemplateSpec;
  };
  readonly status: ReplicaStatus;
}
