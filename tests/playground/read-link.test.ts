import { expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { readScenarioLink } from "../../src/playground/read-link.ts";
import { writeLink } from "../../src/scenario/index.ts";

const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: luksa/kubia}]}\n";
const viewOf = (view: Readonly<Record<string, unknown>>) => {
  const read = readScenarioLink(writeLink({ engine: "1", text, record: [], view }));
  return "view" in read ? read.view : read;
};

test("what is left out of the picture and what is folded in it comes back from a link", () => {
  const view = {
    filters: { namespaces: { shop: false, "kube-system": true }, kinds: ["Pod"], objects: ["service/default/kubia"] },
    collapsed: { "node/node1": true, "workload/default/Deployment/web": false },
    shows: ["noise"],
  } as const;
  const read = readScenarioLink(openScenario(text).playground.link(view));
  expect("view" in read ? read.view : read).toEqual(view);
});

test("the moment that is looked at, and that time stands", () => {
  const view = { timeMs: 71_250, atMs: 13_000.125, paused: true, connection: "node/node1#1", hop: 3, selection: "pod/default/a" };
  const read = readScenarioLink(openScenario(text).playground.link(view));
  expect("view" in read ? read.view : read).toEqual(view);
  expect(viewOf({ atMs: -1, timeMs: "1", paused: "yes" })).toEqual({});
});

test.each([
  { name: "no object at all", filters: 7, read: {} },
  {
    name: "lists of other things",
    filters: { namespaces: ["shop"], kinds: [1, "Pod", null], objects: "x" },
    read: { filters: { namespaces: {}, kinds: ["Pod"], objects: [] } },
  },
  {
    name: "switches that are none",
    filters: { namespaces: { shop: "no", a: false } },
    read: { filters: { namespaces: { a: false }, kinds: [], objects: [] } },
  },
])("a stranger's filters: $name", ({ filters, read }) => {
  expect(viewOf({ filters, collapsed: [], shows: ["system", 3] })).toEqual({ ...read, shows: ["system"] });
});
