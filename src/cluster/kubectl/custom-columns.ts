import { KubectlError } from "./failure.ts";
import { findJsonPath, goText, type JsonPath, parseJsonPath, relaxedJsonPath } from "./jsonpath.ts";
import { tableTabs, tabulate } from "./tabwriter.ts";

/** `-o custom-columns=NAME:.metadata.name,…`. @source kubectl pkg/cmd/get/customcolumn.go */
export interface CustomColumn {
  readonly header: string;
  readonly path: JsonPath;
}

/** @throws KubectlError */
export function parseCustomColumns(spec: string): readonly CustomColumn[] {
  if (spec === "") throw new KubectlError("custom-columns format specified but no custom columns given");
  return spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) throw new KubectlError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), path: parseJsonPath(relaxedJsonPath(part.slice(colon + 1))) };
  });
}

/** The file has two lines: headers, then paths, each parted by blanks. */
export function parseCustomColumnsFile(text: string): readonly CustomColumn[] {
  const [headers = "", paths = ""] = text.split("\n");
  const names = headers.trim().split(/\s+/);
  const expressions = paths.trim().split(/\s+/);
  if (names.length !== expressions.length)
    throw new KubectlError(`number of headers (${names.length}) and field specifications (${expressions.length}) don't match`);
  return names.map((header, i) => ({ header, path: parseJsonPath(relaxedJsonPath(expressions[i] as string)) }));
}

export function printCustomColumns(columns: readonly CustomColumn[], objects: readonly unknown[], hasHeaders: boolean): string {
  const lines = objects.map((object) => columns.map(({ path }) => cell(findJsonPath(path, object))).join("\t"));
  if (hasHeaders) lines.unshift(columns.map(({ header }) => header).join("\t"));
  return lines.length === 0 ? "" : tabulate(`${lines.join("\n")}\n`, tableTabs);
}

function cell(values: readonly unknown[]): string {
  return values.length === 0 ? "<none>" : values.map(goValue).join(",");
}

/** As Go's %v: maps `map[a:b]` with sorted keys, lists `[a b]`. */
export function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goValue).join(" ")}]`;
  if (typeof value === "object" && value !== null) {
    const map = value as Readonly<Record<string, unknown>>;
    return `map[${Object.keys(map)
      .sort()
      .map((key) => `${key}:${goValue(map[key])}`)
      .join(" ")}]`;
  }
  return goText(value);
}
