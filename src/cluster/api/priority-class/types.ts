import type { KubernetesObject } from "../meta.ts";

export interface PriorityClass extends KubernetesObject {
  readonly value?: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: string;
}
