import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleTitles, exampleWords } from "../../src/messages/examples.ts";

const shipped = readdirSync(join(import.meta.dirname, "../../scenarios"))
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => name.replace(/\.yaml$/, ""))
  .sort();

test("every shipped scenario has its title, and no title is without a scenario", () => {
  expect(Object.keys(exampleTitles).sort()).toEqual(shipped);
});

// The tutorial's own title is 完全限定域名: whoever looks for it finds the scenario on names.
test.each([
  ["完全限定域名", "dns"],
  ["全限定域名", "dns"],
  ["FQDN", "dns"],
  ["fqdn", "dns"],
  ["选择器", "kubia"],
  ["就绪态探针", "readiness"],
  ["轮询", "ipvs"],
  ["cookie", "session-affinity"],
  ["无头", "headless"],
])("%s finds %s", (typed, name) => {
  expect(shipped.filter((one) => exampleWords(one).toLowerCase().includes(typed.toLowerCase()))).toContain(name);
});
