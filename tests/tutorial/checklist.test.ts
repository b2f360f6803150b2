import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** 93 is the search palette's: tests/messages/examples.test.ts. */
const elsewhere = [93];

test("each of the tutorial's 93 sentences has its test", () => {
  const folder = import.meta.dirname;
  const text = readdirSync(folder)
    .filter((name) => /^\d.*\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  const proven = [...text.matchAll(/^ {2}item\((\d+),/gm)].map((match) => Number(match[1])).sort((a, b) => a - b);
  const wanted = Array.from({ length: 93 }, (_, i) => i + 1).filter((number) => !elsewhere.includes(number));
  expect(proven).toEqual(wanted);
});
