import { formatLabels } from "../api/labels.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Table } from "../apiserver/request.ts";
import { kindPrefix, type Resource } from "./resources.ts";

export interface TableOptions {
  readonly isWide: boolean;
  readonly withNamespace: boolean;
  /** `service/a` instead of `a`. */
  readonly withKind: boolean;
  readonly hasHeaders: boolean;
  readonly showLabels: boolean;
  /** `-L` */
  readonly labelColumns: readonly string[];
}

/** The server's table as lines of cells parted by tabs. @source cli-runtime printers/tableprinter.go */
export function tableLines(
  table: Table,
  resource: Resource,
  options: TableOptions,
): { readonly header: string; readonly rows: readonly string[] } {
  const shown = table.columnDefinitions.map(({ priority }) => priority === 0 || options.isWide);
  const header = [
    ...(options.withNamespace ? ["NAMESPACE"] : []),
    ...table.columnDefinitions.filter((_, i) => shown[i]).map(({ name }) => name.toUpperCase()),
    ...options.labelColumns.map((label) => (label.split("/").at(-1) as string).toUpperCase()),
    ...(options.showLabels ? ["LABELS"] : []),
  ].join("\t");
  const nameAt = table.columnDefinitions.findIndex(({ format }) => format === "name");
  const rows = table.rows.map(({ cells, object }) => {
    const { namespace, labels } = metadataOf(object);
    const texts = cells
      .map((value, i) => (options.withKind && i === Math.max(0, nameAt) ? `${kindPrefix(resource)}/${cellText(value)}` : cellText(value)))
      .filter((_, i) => shown[i]);
    return [
      ...(options.withNamespace ? [namespace ?? ""] : []),
      ...texts,
      ...options.labelColumns.map((label) => labels?.[label] ?? ""),
      ...(options.showLabels ? [formatLabels(labels)] : []),
    ].join("\t");
  });
  return { header, rows };
}

function metadataOf(object: KubernetesObject | undefined): Partial<KubernetesObject["metadata"]> {
  return object?.metadata ?? {};
}

/** Only the first line of a text is shown. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const end = text.search(/[\f\n\r]/);
  return (end < 0 ? text : `${text.slice(0, end)}...`).replaceAll("\t", "\\t");
}
