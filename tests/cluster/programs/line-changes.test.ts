import fc from "fast-check";
import { expect, test } from "vitest";
import { type LineChange, lineChanges } from "../../../src/cluster/programs/line-changes.ts";

function applied(before: readonly string[], after: readonly string[], changes: readonly LineChange[]): readonly string[] {
  const result: string[] = [];
  let at = 0;
  for (const { oldFrom, oldTo, newFrom, newTo } of changes) {
    result.push(...before.slice(at, oldFrom), ...after.slice(newFrom, newTo));
    at = oldTo;
  }
  return [...result, ...before.slice(at)];
}

/** By the table of all beginnings: how many lines can stay. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [j, y] of b.entries()) next.push(x === y ? (row[j] as number) + 1 : Math.max(next[j] as number, row[j + 1] as number));
    row = next;
  }
  return row.at(-1) as number;
}

test("the changes make the one text of the other, and no smaller set would", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const changes = lineChanges(before, after);
      expect(applied(before, after, changes)).toEqual(after);
      const removed = changes.reduce((sum, { oldFrom, oldTo }) => sum + oldTo - oldFrom, 0);
      expect(removed).toBe(before.length - longestCommon(before, after));
    }),
  );
});
