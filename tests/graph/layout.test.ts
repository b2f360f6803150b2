import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import type { Collapsed } from "../../src/graph/groups.ts";
import type { GraphModel, GraphNode, Hidden, LayoutMemory, ViewName } from "../../src/graph/model.ts";
import { project } from "../../src/graph/project.ts";
import { crowdOf } from "../../src/graph/rows.ts";
import { layouts, nothingHidden, objectsOf, placeOf, pod, service, summaryOf } from "./worlds.ts";

const views: readonly ViewName[] = ["physical", "logical"];

interface Drawing {
  readonly view?: ViewName;
  readonly nodes?: number;
  readonly memory?: LayoutMemory;
  readonly collapsed?: Collapsed;
  readonly hidden?: Hidden;
}

function draw(
  objects: readonly KubernetesObject[],
  { view = "physical", nodes = 3, hidden = nothingHidden, ...rest }: Drawing = {},
): GraphModel {
  return project(layouts[view], summaryOf(nodes), objectsOf(objects), { hidden, ...rest });
}

const typed = <T extends GraphNode["type"]>(model: GraphModel, type: T) =>
  model.nodes.filter((node): node is Extract<GraphNode, { type: T }> => node.type === type);
const many = (count: number, app: string, nodes: number, namespace = "default") =>
  Array.from({ length: count }, (_, i) => pod(`${app}-abc-${i}`, { app, node: 1 + (i % nodes), namespace }));

/** Boxes that share a frame do not lie on each other, and lie within it. */
function expectTidy({ nodes }: GraphModel): void {
  const frames = new Map(nodes.map((node) => [node.id, node]));
  for (const [i, a] of nodes.entries()) {
    const frame = a.parent === undefined ? undefined : frames.get(a.parent);
    if (frame !== undefined) {
      expect(a.x + a.width, a.id).toBeLessThanOrEqual(frame.width);
      expect(a.y + a.height, a.id).toBeLessThanOrEqual(frame.height);
    }
    for (const b of nodes.slice(i + 1)) {
      if (a.parent !== b.parent) continue;
      const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(isApart, `${a.id} and ${b.id}`).toBe(true);
    }
  }
}

describe("a picture that grows and shrinks", () => {
  const step = fc.record({
    kind: fc.constantFrom("pod", "pod", "pod", "service"),
    name: fc.integer({ min: 0, max: 8 }),
    app: fc.constantFrom("a", "b", "c"),
    node: fc.integer({ min: 1, max: 3 }),
  });

  test("moves no box that stays, as long as its row keeps the size of its cards", () => {
    fc.assert(
      fc.property(fc.constantFrom(...views), fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 30 }), (view, nodes, steps) => {
        const world = new Map<string, KubernetesObject>();
        let before = draw([], { view, nodes });
        for (const { kind, name, app, node } of steps) {
          const key = `${kind} ${app} ${name}`;
          // Who is there goes; who is not comes.
          if (!world.delete(key)) {
            const made =
              kind === "pod" ? pod(`${app}-abc-${name}`, { app, node: 1 + ((node - 1) % nodes) }) : service(`${app}${name % 2}`, app);
            world.set(key, made);
          }
          const after = draw([...world.values()], { view, nodes, memory: before.memory });
          expectTidy(after);
          const rowsAlike = [...after.memory.crowds].every(([row, crowd]) => (before.memory.crowds.get(row) ?? crowd) === crowd);
          if (rowsAlike && nodes <= 5) {
            const places = new Map(after.nodes.map((box) => [box.id, placeOf(box)]));
            const stays = before.nodes.filter((box) => places.has(box.id) && !isMoved(box, before, after));
            for (const box of stays) expect(places.get(box.id), box.id).toBe(placeOf(box));
          }
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  /** Logically a pod may come to stand beside another Service. */
  function isMoved(box: GraphNode, before: GraphModel, after: GraphModel): boolean {
    const homeOf = (model: GraphModel) => model.edges.find((edge) => edge.target === box.id)?.source;
    return box.type === "pod" && homeOf(before) !== homeOf(after);
  }

  test("a gap is worth tidying; what has only grown is not", () => {
    const [a, b, c] = many(3, "web", 1) as [KubernetesObject, KubernetesObject, KubernetesObject];
    const before = draw([a, b]);
    expect(draw([a, b, c], { memory: before.memory }).memory.isUntidy).toBe(false);
    const gap = draw([b], { memory: before.memory });
    expect(gap.memory.isUntidy).toBe(true);
    // Tidying begins anew.
    expect(placeOf(typed(draw([b]), "pod")[0] as GraphNode)).toBe(placeOf(typed(before, "pod")[0] as GraphNode));
  });

  test("frames do not move when pods come, whatever their number", () => {
    const few = draw(many(3, "web", 3));
    const lots = draw(many(90, "web", 3), { memory: few.memory });
    const placesOf = (model: GraphModel) => typed(model, "node").map((frame) => `${frame.id} ${placeOf(frame)} ${frame.height}`);
    expect(placesOf(lots)).toEqual(placesOf(few));
  });

  test("a Service that comes goes behind the others, whatever its name", () => {
    const before = draw([service("kubia"), service("web")], { view: "logical" });
    const after = draw([service("aaa"), service("kubia"), service("web")], { view: "logical", memory: before.memory });
    const yOf = (name: string) => typed(after, "service").find((box) => box.name === name)?.y ?? 0;
    expect(yOf("kubia")).toBeLessThan(yOf("web"));
    expect(yOf("web")).toBeLessThan(yOf("aaa"));
  });

  test.each([
    { name: "few are full", count: 6, before: undefined, crowd: "full" },
    { name: "more shrink", count: 7, before: undefined, crowd: "compact" },
    { name: "one less does not grow them again", count: 6, before: "compact", crowd: "compact" },
    { name: "half of them do", count: 3, before: "compact", crowd: "full" },
    { name: "many are grouped", count: 16, before: "full", crowd: "grouped" },
    { name: "and stay so when a few leave", count: 12, before: "grouped", crowd: "grouped" },
    { name: "until half of them left", count: 7, before: "grouped", crowd: "compact" },
  ] as const)("$name: $count", ({ count, before, crowd }) => {
    expect(crowdOf(count, { fullMax: 6, compactMax: 15 }, before)).toBe(crowd);
  });
});

describe("500 pods", () => {
  const apps = ["catalogue", "frontend", "invoices", "kubia", "payments", "sessions", "zeta"];
  const world = apps.flatMap((app, i) => [...many(i === 0 ? 80 : 70, app, 10), service(app)]);

  test.each([3, 5, 10])("on %i nodes are groups with counts", (nodes) => {
    const all = world.map((object) =>
      object.kind === "Pod"
        ? pod(object.metadata.name, {
            app: object.metadata.labels?.["app"] ?? "",
            node: 1 + (Number(object.metadata.name.split("-")[2]) % nodes),
          })
        : object,
    );
    const model = draw(all, { nodes });
    expect(typed(model, "pod")).toEqual([]);
    const groups = typed(model, "podGroup");
    expect(groups).toHaveLength(nodes * apps.length);
    expect(groups.reduce((sum, group) => sum + group.total, 0)).toBe(500);
    expectTidy(model);
    // Each pod's packets go to its group.
    expect(model.aliases.get(groups[0]?.pods[0] ?? "")).toBe(groups[0]?.id);
    // About as wide as a screen: fitting it into one leaves no half of it empty.
    expect(model.width / model.height).toBeGreaterThan(1);
    expect(model.width / model.height).toBeLessThan(3.2);
  });
});

describe("what is folded", () => {
  const world = [...many(4, "web", 2), ...many(2, "api", 2), service("web")];

  test("a node is one card with counts, and stands for its rules and its pods", () => {
    const model = draw([...world, pod("bad", { node: 1, isReady: false, restarts: 3, waiting: "CrashLoopBackOff" })], {
      collapsed: { "node/node1": true },
    });
    const frame = typed(model, "node").find(({ name }) => name === "node1");
    expect(frame).toMatchObject({ isCollapsed: true, ready: 3, total: 4, restarts: 3 });
    expect(model.nodes.filter((box) => box.parent === "node/node1")).toEqual([]);
    expect(model.aliases.get("rules/node1")).toBe("node/node1");
    expect(model.aliases.get("pod/default/web-abc-0")).toBe("node/node1");
    expect(model.edges.filter(({ source }) => source === "client/laptop").map(({ target }) => target)).toContain("node/node1");
    // The nodes beneath it come nearer.
    expect(typed(model, "node")[1]?.y).toBeLessThan(typed(draw(world), "node")[1]?.y ?? 0);
  });

  test.each([
    { name: "a workload's pods, on each node", key: "workload/default/Deployment/web", view: "physical", groups: 2 },
    { name: "a Service's pods", key: "service/default/web", view: "logical", groups: 1 },
    { name: "a Service's pods, on each node", key: "service/default/web", view: "physical", groups: 2 },
  ] as const)("$name are one card: $view", ({ key, view, groups }) => {
    const model = draw(world, { view, collapsed: { [key]: true } });
    const made = typed(model, "podGroup");
    expect(made).toHaveLength(groups);
    expect(made.map((group) => [group.key, group.name])).toEqual(made.map(() => [key, "web"]));
    expect(made.reduce((sum, group) => sum + group.ready, 0)).toBe(4);
    expect(typed(model, "pod").map((box) => box.name)).toEqual(["api-abc-0", "api-abc-1"]);
    expectTidy(model);
  });

  test("what is grouped by itself can be unfolded", () => {
    const lots = [...many(60, "web", 2), ...many(40, "api", 2)];
    expect(typed(draw(lots), "pod")).toEqual([]);
    const model = draw(lots, { collapsed: { "workload/default/Deployment/api": false } });
    expect(typed(model, "pod").length).toBe(40);
    expect(typed(model, "podGroup").map(({ name }) => name)).toEqual(["web", "web"]);
    expectTidy(model);
  });

  test("the same name in two namespaces is two groups", () => {
    const model = draw([...many(40, "web", 1, "shop"), ...many(40, "web", 1, "billing")]);
    expect(typed(model, "podGroup").map(({ namespace, total }) => [namespace, total])).toEqual([
      ["billing", 40],
      ["shop", 40],
    ]);
  });
});

describe("what is hidden", () => {
  test("is said on its node, and gets its packets there", () => {
    const hidden = { ...nothingHidden, objects: ["pod/default/web-abc-0"] };
    const model = draw(many(3, "web", 1), { hidden });
    expect(typed(model, "hidden")).toMatchObject([{ id: "hidden/node1", parent: "node/node1", count: 1 }]);
    expect(model.aliases.get("pod/default/web-abc-0")).toBe("hidden/node1");
    expectTidy(model);
  });

  test("of a whole kind only those are said that would be there", () => {
    const hidden = { ...nothingHidden, quiet: ["kube-system"], kinds: ["Pod"] };
    const model = draw([pod("web-abc-0"), pod("coredns", { namespace: "kube-system" })], { hidden });
    expect(typed(model, "hidden")).toMatchObject([{ count: 1 }]);
    expect(model.aliases.has("pod/kube-system/coredns")).toBe(false);
  });

  test("logically its Service stands for it", () => {
    const hidden = { ...nothingHidden, kinds: ["Pod"] };
    const model = draw([...many(3, "web", 1), service("web")], { view: "logical", hidden });
    expect(typed(model, "pod")).toEqual([]);
    expect(model.aliases.get("pod/default/web-abc-2")).toBe("service/default/web");
    // It still selects them.
    expect(typed(model, "service")[0]).toMatchObject({ ready: 3, total: 3 });
  });
});

test("load balancers have a column of their own between outside and cluster, and move no client", () => {
  const before = draw([service("web")]);
  const balancer = service("web", "web", { type: "LoadBalancer" });
  const addressed = { ...balancer, status: { loadBalancer: { ingress: [{ ip: "203.0.113.100" }] } } } as unknown as KubernetesObject;
  const after = draw([addressed], { memory: before.memory });
  const [client, balancerBox, frame] = (["client", "loadBalancer", "node"] as const).map((type) => typed(after, type)[0] as GraphNode);
  expect(placeOf(client as GraphNode)).toBe(placeOf(typed(before, "client")[0] as GraphNode));
  expect((client as GraphNode).x + (client as GraphNode).width).toBeLessThan((balancerBox as GraphNode).x);
  expect((balancerBox as GraphNode).x + (balancerBox as GraphNode).width).toBeLessThan((frame as GraphNode).x);
  expect(after.lanes.map(({ code }) => code)).toEqual(["outside", "entry", "cluster"]);
  expect(after.edges.filter(({ target }) => target === balancerBox?.id).map(({ source }) => source)).toEqual(["client/laptop"]);
});

test("pods that no node has stand in a lane of their own", () => {
  const model = draw([pod("web-abc-0"), pod("greedy", { node: 0, isReady: false })]);
  expect(model.lanes.find(({ code }) => code === "unscheduled")?.count).toBe(1);
  expect(typed(model, "pod").find(({ name }) => name === "greedy")).toMatchObject({ status: "Pending", state: "starting" });
  expect(typed(model, "pod").find(({ name }) => name === "greedy")?.parent).toBeUndefined();
});
