import type { KubernetesObject, LooseObject } from "../meta.ts";

export interface ControllerRevision extends KubernetesObject {
  readonly data?: LooseObject;
  readonly revision: number;
}
