import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deploymentKind } from "../../../src/cluster/api/deployment/kind.ts";
import { podSchema } from "../../../src/cluster/api/pod/schema.ts";
import type { Schema } from "../../../src/cluster/api/schema.ts";
import { serviceKind } from "../../../src/cluster/api/service/kind.ts";
import { applyStrategicPatch } from "../../../src/cluster/apiserver/strategic-merge.ts";
import { createThreeWayMergePatch, createTwoWayMergePatch } from "../../../src/cluster/apiserver/three-way.ts";

const text: Schema = { type: "string" };
/** The shape that apimachinery's own tests use: a list with merge key `name`, one of plain values, one that is replaced. */
const shape: Schema = {
  type: "struct",
  go: "mergeItem",
  package: "v1",
  fields: {
    name: text,
    value: text,
    mergingList: {
      type: "list",
      mergeKey: "name",
      items: { type: "struct", go: "mergeItem", package: "v1", fields: { name: text, value: text, other: text } },
    },
    mergingIntList: { type: "list", mergeSet: true, items: { type: "int64" } },
    nonMergingList: { type: "list", items: { type: "struct", go: "mergeItem", package: "v1", fields: { name: text } } },
    simpleMap: { type: "map", values: text },
  },
};

describe("applying (apimachinery util/strategicpatch/patch_test.go; strategic-merge-patch.md)", () => {
  test.each([
    { name: "adds a field", original: { name: "a" }, patch: { value: "b" }, result: { name: "a", value: "b" } },
    { name: "null deletes", original: { name: "a", value: "b" }, patch: { value: null }, result: { name: "a" } },
    {
      name: "maps merge",
      original: { simpleMap: { a: "1", b: "2" } },
      patch: { simpleMap: { b: "3" } },
      result: { simpleMap: { a: "1", b: "3" } },
    },
    {
      name: "$patch: replace in a map",
      original: { simpleMap: { a: "1" } },
      patch: { simpleMap: { $patch: "replace", b: "2" } },
      result: { simpleMap: { b: "2" } },
    },
    {
      name: "items merge by their key",
      original: { mergingList: [{ name: "1" }, { name: "2", value: "2" }] },
      patch: { mergingList: [{ name: "1", value: "1" }, { name: "3" }] },
      result: { mergingList: [{ name: "1", value: "1" }, { name: "3" }, { name: "2", value: "2" }] },
    },
    {
      name: "$patch: delete of an item",
      original: { mergingList: [{ name: "1" }, { name: "2" }] },
      patch: { mergingList: [{ name: "1", $patch: "delete" }] },
      result: { mergingList: [{ name: "2" }] },
    },
    {
      name: "$patch: replace of a list",
      original: { mergingList: [{ name: "1" }, { name: "2" }] },
      patch: { mergingList: [{ name: "3" }, { $patch: "replace" }] },
      result: { mergingList: [{ name: "3" }] },
    },
    {
      name: "plain values are a set",
      original: { mergingIntList: [1, 2] },
      patch: { mergingIntList: [2, 3] },
      result: { mergingIntList: [1, 2, 3] },
    },
    {
      name: "$deleteFromPrimitiveList",
      original: { mergingIntList: [1, 2, 3] },
      patch: { "$deleteFromPrimitiveList/mergingIntList": [1, 3] },
      result: { mergingIntList: [2] },
    },
    {
      name: "$setElementOrder, with what only the server has in its place",
      original: { mergingList: [{ name: "1" }, { name: "server" }, { name: "2" }] },
      patch: { "$setElementOrder/mergingList": [{ name: "2" }, { name: "1" }], mergingList: [{ name: "1", value: "x" }] },
      result: { mergingList: [{ name: "server" }, { name: "2" }, { name: "1", value: "x" }] },
    },
    {
      name: "a list without key is replaced",
      original: { nonMergingList: [{ name: "1" }] },
      patch: { nonMergingList: [{ name: "2" }] },
      result: { nonMergingList: [{ name: "2" }] },
    },
  ])("$name", ({ original, patch, result }) => {
    const applied = applyStrategicPatch(original, patch, shape);
    expect(applied).toEqual(result);
  });

  test("an item without its merge key", () => {
    expect(() => applyStrategicPatch({ mergingList: [{ name: "1" }] }, { mergingList: [{ value: "x" }] }, shape)).toThrow(
      "map: map[value:x] does not contain declared merge key: name",
    );
  });

  test("$retainKeys drops what the new kind of strategy has no use for (kubernetes.io, Update API Objects in Place)", () => {
    const live = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } };
    const patch = { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } };
    expect(applyStrategicPatch(live, patch, deploymentKind.schema)).toEqual({ spec: { strategy: { type: "Recreate" } } });
  });
});

describe("kubectl apply's patch (strategicpatch/patch_test.go, CreateThreeWayMergePatch; kubernetes.io, Declarative Management)", () => {
  test.each([
    {
      name: "nothing to do",
      original: { simpleMap: { a: "1" } },
      modified: { simpleMap: { a: "1" } },
      current: { simpleMap: { a: "1", server: "x" } },
      patch: {},
    },
    {
      name: "what was taken out of the manifest is deleted, what others added stays",
      original: { simpleMap: { a: "1", b: "2" } },
      modified: { simpleMap: { a: "1" } },
      current: { simpleMap: { a: "1", b: "2", server: "x" } },
      patch: { simpleMap: { b: null } },
    },
    {
      name: "a change made elsewhere is set back",
      original: { value: "1" },
      modified: { value: "1" },
      current: { value: "2" },
      patch: { value: "1" },
    },
    {
      name: "items are changed and deleted by key, and their order is told",
      original: { mergingList: [{ name: "1", value: "1" }, { name: "2" }] },
      modified: { mergingList: [{ name: "1", value: "x" }] },
      current: { mergingList: [{ name: "1", value: "1", other: "server" }, { name: "2" }] },
      patch: {
        "$setElementOrder/mergingList": [{ name: "1" }],
        mergingList: [
          { value: "x", name: "1" },
          { name: "2", $patch: "delete" },
        ],
      },
    },
    {
      name: "plain values are deleted by list",
      original: { mergingIntList: [1, 2] },
      modified: { mergingIntList: [2] },
      current: { mergingIntList: [1, 2, 3] },
      patch: { "$setElementOrder/mergingIntList": [2], "$deleteFromPrimitiveList/mergingIntList": [1] },
    },
    {
      name: "without a last-applied manifest nothing is deleted",
      original: undefined,
      modified: { value: "1" },
      current: { value: "2", simpleMap: { a: "1" } },
      patch: { value: "1" },
    },
  ])("$name", ({ original, modified, current, patch }) => {
    expect(createThreeWayMergePatch(original, modified, current, shape)).toEqual(patch);
  });

  test("a changed type of strategy says which keys stay", () => {
    const live = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } };
    const manifest = { spec: { strategy: { type: "Recreate" } } };
    expect(createThreeWayMergePatch({ spec: {} }, manifest, live, deploymentKind.schema)).toEqual({
      spec: { strategy: { type: "Recreate", $retainKeys: ["type"] } },
    });
  });

  test("two service ports of one number confuse it, as kubernetes issue 105610 has it: the key is the number alone", () => {
    const ports = [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53, protocol: "TCP" },
    ];
    const manifest = { spec: { ports } };
    const live = { spec: { ports: ports.map((port) => ({ ...port, targetPort: 53 })) } };
    const changed = { spec: { ports: [ports[0], { ...ports[1], targetPort: 5353 }] } };
    const patch = createThreeWayMergePatch(manifest, changed, live, serviceKind.schema);
    const result = applyStrategicPatch(live, patch, serviceKind.schema) as { spec: { ports: { targetPort: number }[] } };
    expect(result.spec.ports.map(({ targetPort }) => targetPort)).toEqual([5353, 53]);
  });
});

describe("laws", () => {
  const word = fc.constantFrom("a", "b", "c", "d");
  const item = fc.record({ name: word, value: word, other: word }, { requiredKeys: ["name"] });
  const document = fc.record(
    {
      name: word,
      value: word,
      simpleMap: fc.dictionary(word, word),
      mergingList: fc.uniqueArray(item, { selector: ({ name }) => name, minLength: 1 }),
      mergingIntList: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
      nonMergingList: fc.array(fc.record({ name: word })),
    },
    { requiredKeys: [] },
  );

  test("applying a manifest twice changes nothing the second time", () => {
    fc.assert(
      fc.property(document, document, document, (original, modified, current) => {
        const once = applyStrategicPatch(current, createThreeWayMergePatch(original, modified, current, shape), shape);
        // Where others added to a list, the patch tells its order again; it changes nothing.
        expect(applyStrategicPatch(once, createThreeWayMergePatch(modified, modified, once, shape), shape)).toEqual(once);
      }),
    );
  });

  test("applied to what was applied before, it gives the manifest", () => {
    fc.assert(
      fc.property(document, document, (original, modified) => {
        const result = applyStrategicPatch(original, createThreeWayMergePatch(original, modified, original, shape), shape);
        expect(createTwoWayMergePatch(result, modified, shape)).toEqual({});
      }),
    );
  });

  test("nothing that is given is changed", () => {
    fc.assert(
      fc.property(document, document, (current, modified) => {
        const before = JSON.stringify([current, modified]);
        applyStrategicPatch(current, createThreeWayMergePatch(current, modified, current, shape), shape);
        expect(JSON.stringify([current, modified])).toBe(before);
      }),
    );
  });

  test("a pod's containers merge by name, its tolerations are replaced (core/v1 types.go)", () => {
    const live = {
      spec: {
        containers: [
          { name: "main", image: "a" },
          { name: "side", image: "b" },
        ],
        tolerations: [{ key: "x" }],
      },
    };
    const patch = { spec: { containers: [{ name: "side", image: "c" }], tolerations: [{ key: "y" }] } };
    expect(applyStrategicPatch(live, patch, podSchema)).toEqual({
      spec: {
        containers: [
          { name: "main", image: "a" },
          { name: "side", image: "c" },
        ],
        tolerations: [{ key: "y" }],
      },
    });
  });
});
