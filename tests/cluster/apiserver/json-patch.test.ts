import { describe, expect, test } from "vitest";
import { applyJsonPatch } from "../../../src/cluster/apiserver/json-patch.ts";
import { applyMergePatch } from "../../../src/cluster/apiserver/merge-patch.ts";

describe("JSON patch (RFC 6902, appendix A)", () => {
  test.each([
    {
      name: "A.1 adding an object member",
      document: { foo: "bar" },
      patch: [{ op: "add", path: "/baz", value: "qux" }],
      result: { baz: "qux", foo: "bar" },
    },
    {
      name: "A.2 adding an array element",
      document: { foo: ["bar", "baz"] },
      patch: [{ op: "add", path: "/foo/1", value: "qux" }],
      result: { foo: ["bar", "qux", "baz"] },
    },
    {
      name: "A.3 removing an object member",
      document: { baz: "qux", foo: "bar" },
      patch: [{ op: "remove", path: "/baz" }],
      result: { foo: "bar" },
    },
    {
      name: "A.4 removing an array element",
      document: { foo: ["bar", "qux", "baz"] },
      patch: [{ op: "remove", path: "/foo/1" }],
      result: { foo: ["bar", "baz"] },
    },
    {
      name: "A.5 replacing a value",
      document: { baz: "qux", foo: "bar" },
      patch: [{ op: "replace", path: "/baz", value: "boo" }],
      result: { baz: "boo", foo: "bar" },
    },
    {
      name: "A.6 moving a value",
      document: { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
      patch: [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
      result: { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
    },
    {
      name: "A.7 moving an array element",
      document: { foo: ["all", "grass", "cows", "eat"] },
      patch: [{ op: "move", from: "/foo/1", path: "/foo/3" }],
      result: { foo: ["all", "cows", "eat", "grass"] },
    },
    {
      name: "A.8 testing a value: success",
      document: { baz: "qux", foo: ["a", 2, "c"] },
      patch: [{ op: "test", path: "/foo/1", value: 2 }],
      result: { baz: "qux", foo: ["a", 2, "c"] },
    },
    {
      name: "A.10 adding a nested member object",
      document: { foo: "bar" },
      patch: [{ op: "add", path: "/child", value: { grandchild: {} } }],
      result: { foo: "bar", child: { grandchild: {} } },
    },
    {
      name: "A.14 escape ordering",
      document: { "/": 9, "~1": 10 },
      patch: [{ op: "test", path: "/~01", value: 10 }],
      result: { "/": 9, "~1": 10 },
    },
    {
      name: "A.16 adding an array value",
      document: { foo: ["bar"] },
      patch: [{ op: "add", path: "/foo/-", value: ["abc", "def"] }],
      result: { foo: ["bar", ["abc", "def"]] },
    },
  ])("$name", ({ document, patch, result }) => {
    expect(applyJsonPatch(document, patch)).toEqual({ ok: true, value: result });
  });

  test.each([
    { name: "A.9 testing a value: error", document: { baz: "qux" }, patch: [{ op: "test", path: "/baz", value: "bar" }] },
    { name: "A.12 adding to a nonexistent target", document: { foo: "bar" }, patch: [{ op: "add", path: "/baz/bat", value: "qux" }] },
    { name: "removing what is not there", document: { foo: "bar" }, patch: [{ op: "remove", path: "/baz" }] },
    { name: "an index past the end", document: { foo: [] }, patch: [{ op: "add", path: "/foo/1", value: 1 }] },
  ])("$name", ({ document, patch }) => {
    expect(applyJsonPatch(document, patch)).toMatchObject({ ok: false });
  });
});

describe("merge patch (RFC 7396, appendix A)", () => {
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (target, patch, result) => {
    expect(applyMergePatch(target, patch)).toEqual(result);
  });
});
