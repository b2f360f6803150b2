import { expect, test } from "vitest";
import { lineDiff } from "../../src/ui/editor/line-diff.ts";

const marks = { same: " ", removed: "-", added: "+" } as const;
const diff = (before: string, after: string) => lineDiff(before.split(" "), after.split(" ")).map((row) => `${marks[row.kind]}${row.text}`);

// As diff(1) lays two files beside each other.
test.each([
  { name: "nothing changed", before: "a b c", after: "a b c", rows: [" a", " b", " c"] },
  { name: "one line replaced", before: "a b c", after: "a x c", rows: [" a", "-b", "+x", " c"] },
  { name: "one line added at the end", before: "a b", after: "a b c", rows: [" a", " b", "+c"] },
  { name: "one line gone from the front", before: "a b", after: "b", rows: ["-a", " b"] },
])("$name", ({ before, after, rows }) => {
  expect(diff(before, after)).toEqual(rows);
});
