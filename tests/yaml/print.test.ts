import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../src/yaml/parse.ts";
import { compareKeys, printYaml } from "../../src/yaml/print.ts";

describe("as kubectl -o yaml prints (sigs.k8s.io/yaml; yaml.v2 encode.go, emitterc.go)", () => {
  test.each([
    [
      "keys sorted, lists at their key's column",
      { b: [{ z: 1, a: [] }, ["x", ["y"]]], a: {} },
      'a: {}\nb:\n- a: []\n  z: 1\n- - x\n  - - "y"\n',
    ],
    [
      "quotes only where reading would go wrong",
      ["80", "true", "y", "", "~", "1.5", "abc"],
      '- "80"\n- "true"\n- "y"\n- ""\n- "~"\n- "1.5"\n- abc\n',
    ],
    ["timestamps and sixty-based numbers are quoted", ["2026-01-05T09:00:00Z", "12:30"], '- "2026-01-05T09:00:00Z"\n- "12:30"\n'],
    [
      "indicators get single quotes",
      ["a: b", "'q", "-", "*", "@x", "x #y", "[a]"],
      "- 'a: b'\n- '''q'\n- '-'\n- '*'\n- '@x'\n- 'x #y'\n- '[a]'\n",
    ],
    ["line breaks make a block", { a: "x\ny\n", b: "x\ny", c: "x\n\n" }, "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\n"],
    ["tabs and blanks before a break need double quotes", ["a\tb", "a \nb"], '- "a\\tb"\n- "a \\nb"\n'],
    ["null", { a: null }, "a: null\n"],
    [
      "long texts are folded after 80 characters",
      { message: "0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod did not tolerate." },
      "message: '0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready:\n  }, that the pod did not tolerate.'\n",
    ],
  ])("%s", (_, value, text) => {
    expect(printYaml(value)).toBe(text);
  });

  test("numbers in keys compare as numbers, and come before letters (yaml.v2 sorter.go)", () => {
    expect(["b10", "b9", "a", "b1x", "B", "_"].sort(compareKeys)).toEqual(["_", "B", "a", "b1x", "b9", "b10"]);
  });

  test("what is printed reads back", () => {
    const leaf = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string({ minLength: 1 }), tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const content = parseDocument(printYaml(value));
        expect(content.ok && content.value).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });
});
