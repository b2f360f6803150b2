import { column } from "../column.ts";
import type { Column } from "../kind.ts";
import type { KubernetesObject } from "../meta.ts";
import type { PodTemplateSpec } from "../pod/types.ts";

/** The wide columns that controllers share. @source printers.go, layoutContainerCells */

interface WithTemplate extends KubernetesObject {
  readonly spec: { readonly template?: PodTemplateSpec };
}

export const containersColumn: Column = column<WithTemplate>(
  "Containers",
  ({ spec }) => (spec.template?.spec.containers ?? []).map(({ name }) => name).join(","),
  { wide: true },
);

export const imagesColumn: Column = column<WithTemplate>(
  "Images",
  ({ spec }) => (spec.template?.spec.containers ?? []).map(({ image }) => image ?? "").join(","),
  { wide: true },
);
