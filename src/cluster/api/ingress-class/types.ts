import type { KubernetesObject } from "../meta.ts";

export interface IngressClass extends KubernetesObject {
  readonly spec: {
    readonly controller?: string;
    readonly parameters?: {
      readonly apiGroup?: string;
      readonly kind: string;
      readonly name: string;
      readonly scope?: string;
      readonly namespace?: string;
    };
  };
}

export const defaultClassAnnotation = "ingressclass.kubernetes.io/is-default-class";
