import { age } from "./age.ts";
import type { Column, ColumnContext } from "./kind.ts";
import type { KubernetesObject } from "./meta.ts";

/** Columns as tables are made of them. @source pkg/printers/internalversion/printers.go */

export function column<T extends KubernetesObject>(
  name: string,
  cell: (object: T, context: ColumnContext) => string | number,
  options: { readonly wide?: boolean; readonly type?: Column["type"] } = {},
): Column {
  return {
    name,
    priority: options.wide === true ? 1 : 0,
    type: options.type ?? "string",
    cell: cell as Column["cell"],
  };
}

export const nameColumn: Column = column("Name", (object) => object.metadata.name);
export const ageColumn: Column = column("Age", (object, { nowMs }) => age(object.metadata.creationTimestamp, nowMs));
