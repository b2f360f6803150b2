import { expect, test } from "vitest";
import { lineDiff, nearDifferences } from "../../src/ui/editor/line-diff.ts";

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

test.each([
  {
    name: "three lines around a change, the rest counted",
    before: "a b c d e f g h",
    after: "a b c d e f g x",
    rows: ["4", " e", " f", " g", "-h", "+x"],
  },
  {
    name: "a line or two are shown rather than counted",
    before: "a b c d e f",
    after: "a b c d e x",
    rows: [" a", " b", " c", " d", " e", "-f", "+x"],
  },
  {
    name: "between two changes too",
    before: "a b c d e f g h i j k l",
    after: "x b c d e f g h i j k y",
    rows: ["-a", "+x", " b", " c", " d", "4", " i", " j", " k", "-l", "+y"],
  },
  { name: "nothing changed: nothing near", before: "a b c d", after: "a b c d", rows: ["4"] },
])("near: $name", ({ before, after, rows }) => {
  const shown = nearDifferences(lineDiff(before.split(" "), after.split(" ")));
  expect(shown.map((row) => (row.kind === "gap" ? `${row.count}` : `${marks[row.kind]}${row.text}`))).toEqual(rows);
});
