import type { KubernetesObject } from "../meta.ts";

export interface Secret extends KubernetesObject {
  readonly immutable?: boolean;
  /** base64. */
  readonly data?: Readonly<Record<string, string>>;
  readonly type: string;
}
