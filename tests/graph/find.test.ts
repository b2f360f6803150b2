import { describe, expect, test } from "vitest";
import { findInGraph } from "../../src/graph/find.ts";
import { project } from "../../src/graph/project.ts";
import { layouts, nothingHidden, objectsOf, pod, service, summaryOf } from "./worlds.ts";

const world = objectsOf([
  pod("web-abc-0"),
  pod("web-abc-1", { node: 2, isReady: false, restarts: 2, waiting: "CrashLoopBackOff" }),
  pod("api-abc-0", { app: "api", namespace: "shop" }),
  service("web"),
]);
const find = (wanted: string, hidden = nothingHidden, collapsed = {}) =>
  findInGraph(project(layouts.physical, summaryOf(2), world, { hidden, collapsed }), world, wanted);
const ids = (wanted: string) => find(wanted).found.map(({ id }) => id);

describe("search in the picture", () => {
  test.each([
    { by: "name", wanted: "web-abc", found: ["pod/default/web-abc-0", "pod/default/web-abc-1"] },
    { by: "status, in any case", wanted: "crash", found: ["pod/default/web-abc-1"] },
    { by: "label", wanted: "app=api", found: ["pod/shop/api-abc-0"] },
    { by: "namespace and kind", wanted: "shop pod", found: ["pod/shop/api-abc-0"] },
    { by: "a machine's address", wanted: "203.0.113", found: ["client/laptop"] },
    { by: "nothing", wanted: " ", found: [] },
  ])("by $by", ({ wanted, found }) => {
    expect(ids(wanted)).toEqual(found);
  });

  test("a pod in a group is found at its group", () => {
    const { found } = find("app=web", nothingHidden, { "workload/default/Deployment/web": true });
    expect(found.map(({ box }) => box)).toEqual([
      "group/node/node1/workload/default/Deployment/web",
      "group/node/node2/workload/default/Deployment/web",
    ]);
  });

  test("what is filtered away is counted; a Service that is on no wire is found in the rules", () => {
    expect(find("web", { ...nothingHidden, objects: ["pod/default/web-abc-0"] })).toMatchObject({
      hidden: 1,
      found: [{ id: "service/default/web", box: "rules/node1" }, { id: "pod/default/web-abc-1" }],
    });
  });
});
