import { isEqualData } from "../equal.ts";
import { goScalar } from "../go-value.ts";

/**
 * What differs between two values, in the manner of go-cmp: lines that went with `-`, lines that came with `+`, the way there without a sign.
 * Unlike go-cmp it names fields as the manifest does, and leaves out what is equal.
 */
export function diffText(before: unknown, after: unknown, type: string): string {
  return `  ${type}{\n${diffLines(before, after, 1).join("\n")}\n  }\n`;
}

function diffLines(before: unknown, after: unknown, depth: number): readonly string[] {
  const lines: string[] = [];
  const left = (before ?? {}) as Readonly<Record<string, unknown>>;
  const right = (after ?? {}) as Readonly<Record<string, unknown>>;
  const indent = "\t".repeat(depth);
  for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()) {
    const was = left[key];
    const is = right[key];
    if (isEqualData(was, is)) continue;
    if (isContainer(was) && isContainer(is)) {
      lines.push(`  ${indent}${key}: {`, ...diffLines(was, is, depth + 1), `  ${indent}},`);
      continue;
    }
    if (was !== undefined) lines.push(`- ${indent}${key}: ${shown(was)},`);
    if (is !== undefined) lines.push(`+ ${indent}${key}: ${shown(is)},`);
  }
  return lines;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(shown).join(", ")}}`;
  if (isContainer(value)) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}: ${shown(one)}`)
      .join(", ")}}`;
  }
  return goScalar(value as string | number | boolean | undefined);
}
