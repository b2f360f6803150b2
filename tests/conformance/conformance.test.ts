import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ConformanceCase, differences } from "./run-case.ts";

const folder = import.meta.dirname;

/** Each file holds cases of one ground; each case names the source of its expectations. */
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()) {
  const cases = JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly ConformanceCase[];
  describe(file.replace(/\.json$/, ""), () => {
    test.each(cases.map((one) => ({ name: one.id, one })))("$name", ({ one }) => {
      expect(differences(one)).toEqual([]);
    });
  });
}
