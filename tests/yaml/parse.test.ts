import { describe, expect, test } from "vitest";
import { locate, parseDocuments } from "../../src/yaml/parse.ts";

const values = (text: string) => parseDocuments(text).map(({ content }) => (content.ok ? content.value : content.message));

describe("YAML 1.1 as kubectl reads it (yaml.v2 resolve.go)", () => {
  test.each([
    ["y, on and No are booleans", "[y, on, No, off]", [true, true, false, false]],
    ["octal, hexadecimal, underscores", "[0777, 0x1F, 1_000, 0o17, 08]", [511, 31, 1000, 15, 8]],
    ["no sexagesimal numbers", "[12:30, 190:20:30]", ["12:30", "190:20:30"]],
    ["timestamps stay text", "[2026-01-05, 2026-01-05T09:00:00Z]", ["2026-01-05", "2026-01-05T09:00:00Z"]],
    ["null and empty", "[~, null, '', \"\"]", [null, null, "", ""]],
    ["quoted numbers are text", "['80', \"80\", !!str 80]", ["80", "80", "80"]],
    ["floats", "[1.5, .5, 1e3, 1.]", [1.5, 0.5, 1000, 1]],
    ["block scalars", "a: |\n  x\n   y\nb: >-\n  c\n  d\n\n  e\n", { a: "x\n y\n", b: "c d\ne" }],
    ["merge keys", "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } }],
    ["the last of equal keys wins", "a: 1\na: 2\n", { a: 2 }],
    ["keys become text", "1: a\ntrue: b\n", { "1": "a", true: "b" }],
    ["lists may stand at their key's column", "a:\n- b\n- c: d\n  e: f\n", { a: ["b", { c: "d", e: "f" }] }],
    ["__proto__ is a key like any other", "{__proto__: 1, a: 2}".replace("{", "x: {"), { x: JSON.parse('{"__proto__": 1, "a": 2}') }],
  ])("%s", (_, text, value) => {
    expect(values(text)).toEqual([value]);
  });
});

describe("Go's own words for mistakes (yaml.v2 scannerc.go, parserc.go; lines as decode.go counts them)", () => {
  const yaml = "error converting YAML to JSON: yaml: ";
  test.each([
    ["a:\n  b: c\n   d: e\n", "line 3: mapping values are not allowed in this context"],
    ["a: b: c\n", "mapping values are not allowed in this context"],
    ["a:\n\tb: c\n", "line 2: found character that cannot start any token"],
    ["a: @b\n", "found character that cannot start any token"],
    ["x:\n  - b\n c: d\n", "line 2: did not find expected key"],
    ["x: y\nkey\n", "line 3: could not find expected ':'"],
    ["a: [1, 2\nb: c\n", "line 1: did not find expected ',' or ']'"],
    ["x:\n  a: {b: c\nd: e\n", "line 2: did not find expected ',' or '}'"],
    ['x: y\na: "b\n', "line 3: found unexpected end of stream"],
    ["a:\n- b\n- c\n d: e\n", "line 4: mapping values are not allowed in this context"],
    ["x: *y\n", "unknown anchor 'y' referenced"],
    ["a: &x [*x]\n", "anchor 'x' value contains itself"],
    ["- a\n- b\nc: d\n", "line 2: did not find expected '-' indicator"],
  ])("%j", (text, message) => {
    expect(values(text)).toEqual([yaml + message]);
  });

  test("an alias bomb is refused, and fast", () => {
    let text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"])
      text += `${to}: &${to} [${Array(9).fill(`*${from}`).join(", ")}]\n`;
    expect(values(text)).toEqual([`${yaml}document contains excessive aliasing`]);
  });
});

describe("a stream is cut at --- lines (apimachinery util/yaml/decoder.go)", () => {
  test("lines count from each document's own start", () => {
    expect(values("a: 1\n---\nb: 1\n c: 2\n")).toEqual([
      { a: 1 },
      "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context",
    ]);
  });
  test("only blanks and comments may follow a separator", () => {
    expect(values("a: 1\n--- # next\nb: 2\n--- c: 3\n")).toEqual([{ a: 1 }, { b: 2 }, "invalid Yaml document separator: c: 3"]);
  });
  test("places are those of the whole stream", () => {
    const [, second] = parseDocuments("---\na: 1\n---\nspec:\n  ports:\n  - port: 80\n  - {port: 443}\n");
    if (second === undefined) throw new Error("two documents");
    expect(locate(second, ["spec", "ports", 1, "port"])).toEqual({ line: 7, column: 12, endLine: 7, endColumn: 15 });
    expect(locate(second, ["spec", "ports", 0, "name"])).toMatchObject({ line: 6, column: 5 });
    expect(locate(second, ["spec", "ports"], "key")).toMatchObject({ line: 5, column: 3, endColumn: 8 });
  });
});

describe("a stream that begins with { is JSON (Go encoding/json scanner.go)", () => {
  test.each([
    ['{"a": 1}\n{"b": [true, null]}', [{ a: 1 }, { b: [true, null] }]],
    ['{"a": 1,}', ["json: offset 9: invalid character '}' looking for beginning of object key string"]],
    ['{"a" 1}', ["json: offset 6: invalid character '1' after object key"]],
    ['{"a": [1 2]}', ["json: offset 10: invalid character '2' after array element"]],
    ['{"a": "b\n"}', ["json: offset 9: invalid character '\\n' in string literal"]],
    ['{"a": tru}', ["json: offset 10: invalid character '}' in literal true (expecting 'e')"]],
    ['{"a": 1', ["unexpected EOF"]],
    ["{a: b}", ["json: offset 2: invalid character 'a' looking for beginning of object key string"]],
  ])("%j", (text, expected) => {
    expect(values(text)).toEqual(expected);
  });
});

test("ten thousand lines read in a fraction of a second, one edited document at once", () => {
  let text = "";
  for (let i = 0; i < 500; i++)
    text += `---\napiVersion: v1\nkind: Service\nmetadata: {name: s${i}}\nspec:\n${"  # comment\n  type: NodePort\n".repeat(8)}`;
  parseDocuments(text);
  const startMs = performance.now();
  const edited = parseDocuments(text.replace("s250", "s250x"));
  expect(edited).toHaveLength(500);
  expect(performance.now() - startMs).toBeLessThan(250); // one of 500 documents is new
});
