import { expect, test } from "vitest";
import { openPlayground, raisePlayground } from "../../src/playground/playground.ts";
import type { Update } from "../../src/playground/protocol.ts";
import { type StageResult, stagedUpdates, stageScenario } from "../../src/playground/stage.ts";

const text = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: stage}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: luksa/kubia}]}}}}
`;

function staged(result: StageResult) {
  if (!result.ok) throw new Error("not staged");
  return result.stage;
}

/** What the page holds after these updates: each object's version by its name. */
function mirror(updates: readonly Update[], objects = new Map<string, string>()): Map<string, string> {
  for (const update of updates) {
    if (update.type !== "objects") continue;
    for (const { type, object } of update.events) {
      const { namespace, name, resourceVersion } = object.metadata;
      const key = `${object.kind}/${namespace ?? ""}/${name}`;
      if (type === "DELETED") objects.delete(key);
      else objects.set(key, resourceVersion);
    }
  }
  return objects;
}

test("shows the text's own objects before anything acts on them", () => {
  const { updates } = stagedUpdates(staged(stageScenario(text)));
  expect(updates.map((update) => update.type)).toEqual(["opened", "problems", "objects"]);
  const shown = mirror(updates);
  expect([...shown.keys()]).toEqual(expect.arrayContaining(["Service/default/web", "Deployment/default/web", "Node//node1"]));
  expect([...shown.keys()].filter((key) => key.startsWith("Pod/default/"))).toEqual([]);
});

test("what follows brings the page to the same objects as opening at once", () => {
  const stage = staged(stageScenario(text));
  const { updates, shown } = stagedUpdates(stage);
  const objects = mirror(updates);
  const playground = raisePlayground(stage);
  playground.watch(shown);
  const after = playground.takeUpdates();
  mirror(after, objects);

  const atOnce = openPlayground(text);
  if (!atOnce.ok) throw new Error("not opened");
  atOnce.playground.watch();
  expect(Object.fromEntries(objects)).toEqual(Object.fromEntries(mirror(atOnce.playground.takeUpdates())));
  expect([...objects.keys()].filter((key) => key.startsWith("Pod/default/web-"))).toHaveLength(2);
  // What was shown and did not change is not sent again.
  const again = after.flatMap((update) => (update.type === "objects" ? update.events : []));
  expect(again.some(({ object }) => object.kind === "Service" && object.metadata.name === "web")).toBe(false);
});

test("a text with a mistake is told of, and nothing is staged", () => {
  const result = stageScenario(text.replace("port: 80", "port: 800000"));
  expect(result.ok).toBe(false);
});
