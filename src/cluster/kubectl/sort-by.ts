import { compareQuantities, parseQuantity } from "../api/quantity.ts";
import { KubectlError } from "./failure.ts";
import { findJsonPath, parseJsonPath, relaxedJsonPath } from "./jsonpath.ts";

/**
 * `--sort-by`: a stable sort by one field; objects without it come first.
 *
 * @source kubectl pkg/cmd/get/sorter.go
 */
export function sortObjects<T>(
  items: readonly T[],
  path: string,
  objectOf: (item: T) => unknown,
  { isNatural }: { readonly isNatural: boolean },
): readonly T[] {
  const parsed = parseJsonPath(relaxedJsonPath(path));
  const keyed = items.map((item) => ({ item, key: findJsonPath(parsed, objectOf(item))[0] }));
  if (keyed.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new KubectlError(`couldn't find any field with path "${relaxedJsonPath(path)}" in the list of objects`);
  return keyed.toSorted((a, b) => compare(a.key, b.key, isNatural)).map(({ item }) => item);
}

/** Whether any of a table's rows has the field. */
export function hasField(rows: readonly { readonly object: unknown }[], path: string): boolean {
  const parsed = parseJsonPath(relaxedJsonPath(path));
  return rows.some(({ object }) => findJsonPath(parsed, object)[0] !== undefined);
}

function compare(a: unknown, b: unknown, isNatural: boolean): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") {
    if (/^[-+\d.]/.test(a) && /^[-+\d.]/.test(b) && parseQuantity(a) !== undefined && parseQuantity(b) !== undefined)
      return compareQuantities(a, b);
    if (isNatural) return naturalCompare(a, b);
  }
  const x = String(a);
  const y = String(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Runs of digits compare as numbers: pod-2 before pod-10. @source fvbommel/sortorder NaturalLess */
function naturalCompare(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = /^\d+/.exec(a.slice(i))?.[0];
    const y = /^\d+/.exec(b.slice(j))?.[0];
    if (x !== undefined && y !== undefined) {
      const p = x.replace(/^0+/, "");
      const q = y.replace(/^0+/, "");
      if (p.length !== q.length) return p.length - q.length;
      if (p !== q) return p < q ? -1 : 1;
      if (x.length !== y.length) return x.length - y.length;
      i += x.length;
      j += y.length;
    } else {
      if (a[i] !== b[j]) return (a[i] as string) < (b[j] as string) ? -1 : 1;
      i++;
      j++;
    }
  }
  return a.length - i - (b.length - j);
}
