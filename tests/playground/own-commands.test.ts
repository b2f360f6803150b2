import { expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { openPlayground } from "../../src/playground/playground.ts";
import { readScenarioLink } from "../../src/playground/read-link.ts";
import { readRecord } from "../../src/playground/record.ts";

const scenario = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: own}
spec:
  commands: ["kubectl create namespace first", "wait 2s"]
`;

// contract.md: "terminal commands run, in order, right after loading (a share link carries them)".
test("a scenario's own commands run once, also where its link is opened", () => {
  const before = openScenario(scenario);
  expect(before.time).toBeGreaterThanOrEqual(2000);
  before.run("kubectl create namespace second");
  const read = readScenarioLink(before.link());
  if (!("text" in read)) throw new Error(read.problem);

  const opened = openPlayground(read.text);
  if (!opened.ok) throw new Error("the link's text does not open");
  const { playground } = opened;
  playground.watch();
  for (const _ of playground.replay(readRecord(read.record)));
  playground.cluster.queue.run(10_000_000, 1_000_000);
  const printed = playground
    .takeUpdates()
    .flatMap((update) => (update.type === "output" ? [update.text] : update.type === "typed" ? [`$ ${update.text}\n`] : []))
    .join("");
  expect(printed.replaceAll("\r", "")).toBe(
    "$ kubectl create namespace first\nnamespace/first created\n$ wait 2s\n$ kubectl create namespace second\nnamespace/second created\n",
  );
  expect(playground.link()).toBe(before.link());
});
