import type { Condition, KubernetesObject } from "../meta.ts";

export interface Namespace extends KubernetesObject {
  readonly spec: { readonly finalizers?: readonly string[] };
  readonly status: { readonly phase?: "Active" | "Terminating"; readonly conditions?: readonly Condition[] };
}
