import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runConversation } from "../harness/conversation.ts";

const folder = import.meta.dirname;

/** Running a conversation gives the conversation. `vitest -u` writes what is said now: read the difference before you keep it. */
test.each(
  readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort(),
)("%s", async (name) => {
  const file = join(folder, name);
  await expect(runConversation(readFileSync(file, "utf8"))).toMatchFileSnapshot(file);
});

test("every shipped scenario has its conversation", () => {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const scenarios = readdirSync(join(folder, "../../scenarios")).filter((name) => name.endsWith(".yaml"));
  const silent = scenarios.filter((name) => !texts.some((text) => text.includes(`## scenario: scenarios/${name}\n`)));
  expect(silent).toEqual([]);
});
