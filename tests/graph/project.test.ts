import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import type { LayoutMemory, ViewName } from "../../src/graph/model.ts";
import { project } from "../../src/graph/project.ts";
import { openScenario } from "../../src/playground/library.ts";
import { layouts, objectsOf, placeOf, summaryOf, systemHidden } from "./worlds.ts";

const pods = (replicas: number, labels = "app: kubia") => `
apiVersion: v1
kind: ReplicationController
metadata: {name: kubia}
spec:
  replicas: ${replicas}
  selector: {app: kubia}
  template:
    metadata: {labels: {app: kubia}}
    spec: {containers: [{name: kubia, image: luksa/kubia}]}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  selector: {${labels}}
  ports: [{port: 80, targetPort: 8080}]
`;

const summary = summaryOf(3);

type Scenario = ReturnType<typeof openScenario>;

const drawn = (scenario: Scenario) =>
  objectsOf(["Pod", "Service", "Node", "Ingress"].flatMap((kind) => scenario.objects(kind) as readonly KubernetesObject[]));

describe.each(["physical", "logical"] as const)("the %s view", (view: ViewName) => {
  const draw = (scenario: Scenario, memory?: LayoutMemory) =>
    project(layouts[view], summary, drawn(scenario), { hidden: systemHidden, ...(memory === undefined ? {} : { memory }) });

  test("scaling from 3 to 5 keeps every box in its place", () => {
    const scenario = openScenario(pods(3));
    scenario.advance(5000);
    const before = draw(scenario);
    scenario.run("kubectl scale rc kubia --replicas=5");
    scenario.advance(5000);
    const after = draw(scenario, before.memory);
    const places = new Map(after.nodes.map((node) => [node.id, placeOf(node)]));
    expect(after.nodes.filter((node) => node.type === "pod")).toHaveLength(5);
    for (const node of before.nodes) expect(places.get(node.id), node.id).toBe(placeOf(node));
  });

  test("the same objects give the same picture, and no two boxes lie on each other", () => {
    const scenario = openScenario(pods(14));
    scenario.advance(5000);
    const model = draw(scenario);
    expect(JSON.stringify(draw(scenario).nodes)).toBe(JSON.stringify(model.nodes));
    const boxes = model.nodes.filter((node) => node.type !== "node");
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        if (a.parent !== b.parent) continue;
        const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(isApart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });

  test("everything that is inside a frame fits into it", () => {
    const scenario = openScenario(pods(40));
    scenario.advance(5000);
    const model = draw(scenario);
    const frames = new Map(model.nodes.map((node) => [node.id, node]));
    for (const node of model.nodes) {
      const frame = node.parent === undefined ? undefined : frames.get(node.parent);
      if (frame === undefined) continue;
      expect(node.x + node.width).toBeLessThanOrEqual(frame.width);
      expect(node.y + node.height).toBeLessThanOrEqual(frame.height);
    }
  });
});

test("a ClusterIP is drawn on no machine: only in the rules of every node", () => {
  const scenario = openScenario(pods(3));
  const model = project(layouts.physical, summary, drawn(scenario), { hidden: systemHidden });
  expect(model.nodes.filter((node) => node.type === "service")).toEqual([]);
  const rules = model.nodes.flatMap((node) => (node.type === "rules" ? [node.services.map((service) => service.id)] : []));
  expect(rules).toEqual([["service/default/kubia"], ["service/default/kubia"], ["service/default/kubia"]]);
});
