import { expect, test } from "vitest";
import { openPlayground, type Playground } from "../../../src/playground/playground.ts";
import type { FixReport, Update } from "../../../src/playground/protocol.ts";
import { app, caller, scenario, service } from "./worlds.ts";

function opened(text: string): Playground {
  const result = openPlayground(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  result.playground.watch();
  result.playground.openTerminal(1, 100, 24);
  pass(result.playground, 6000);
  result.playground.takeUpdates();
  return result.playground;
}

function pass(playground: Playground, ms: number): void {
  const untilUs = playground.nowUs + ms * 1000;
  while (playground.cluster.queue.run(untilUs, 10_000) === 10_000);
}

type Told = Extract<Update, { type: "endings" }>;

function typed(playground: Playground, line: string): readonly Told[] {
  playground.line(1, line);
  pass(playground, 10_000);
  return playground.takeUpdates().filter((update): update is Told => update.type === "endings");
}

function fixes(playground: Playground): FixReport | undefined {
  const search = playground.findFixes(1);
  if (search === undefined) return undefined;
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}

const get = "kubectl exec client -- curl -sS -m 3 http://web";
const broken = scenario(app(), service("selector: {app: wbe}"), caller);

test("a line that fails is explained when its prompt is back, in the tool's own words and ours", () => {
  const playground = opened(broken);
  const [told, ...others] = typed(playground, get);
  expect(others).toEqual([]);
  expect(told).toMatchObject({ terminal: 1, line: get });
  const [ending] = (told as Told).endings;
  expect(ending?.cause.code).toBe("ending.selector");
  // curl 7.88.1, tool_operate.c; kubectl's own line behind it is no cause
  expect(ending?.text).toMatch(/^curl: \(7\) Failed to connect to web port 80 after \d+ ms: Couldn't connect to server$/);
});

test("the next line takes it back; one that is well has nothing to tell", () => {
  const playground = opened(broken);
  typed(playground, get);
  expect(typed(playground, "kubectl get pods")).toMatchObject([{ endings: [] }]);
  expect(typed(playground, "kubectl get pods")).toEqual([]);
  expect(fixes(playground)).toBeUndefined();
});

test("the search goes on from what was done since: an edit, and what kubectl made", () => {
  const playground = opened(scenario(app(), caller));
  typed(playground, "kubectl expose deployment web --port 80 --target-port 81");
  typed(playground, get);
  const report = fixes(playground);
  expect(report?.isDone).toBe(true);
  expect(report?.fixes[0]).toMatchObject({ touches: "target-port" });
  typed(playground, report?.fixes[0]?.command as string);
  pass(playground, 3000);
  expect(typed(playground, get)).toEqual([]);
});

test("the search leaves the cluster itself alone", () => {
  const playground = opened(broken);
  typed(playground, get);
  const { nowUs, record } = playground;
  const before = JSON.stringify(playground.cluster.list("Service"));
  expect(fixes(playground)?.fixes[0]?.text).toContain("selector: {app: web}");
  expect(playground.nowUs).toBe(nowUs);
  expect(playground.record).toEqual(record);
  expect(JSON.stringify(playground.cluster.list("Service"))).toBe(before);
});
