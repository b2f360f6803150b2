import { describe, expect, test } from "vitest";
import { compileRegex } from "../../../../src/cluster/shell/regex/match.ts";
import type { RegexNotation } from "../../../../src/cluster/shell/regex/parse.ts";

const find = (pattern: string, notation: RegexNotation, text: string, ignoreCase = false) => {
  const compiled = compileRegex(pattern, notation, { ignoreCase });
  if (!compiled.ok) return compiled.message;
  const match = compiled.regex.find(text, 0);
  return match === undefined ? undefined : [text.slice(match.start, match.end), ...match.groups];
};

describe("POSIX patterns: leftmost, then longest (XBD 9.1); GNU's additions (grep 3.8 manual)", () => {
  test.each([
    { pattern: "a|ab", notation: "extended", text: "xab", found: ["ab"] },
    { pattern: "(a|ab)(c|bcd)", notation: "extended", text: "abcd", found: ["abcd", "a", "bcd"] },
    { pattern: "x*", notation: "extended", text: "aaa", found: [""] },
    { pattern: "[[:digit:]]+", notation: "extended", text: "a123b", found: ["123"] },
    { pattern: "[]a]", notation: "basic", text: "]", found: ["]"] },
    { pattern: "[^]]", notation: "basic", text: "]b", found: ["b"] },
    { pattern: "a\\{2,3\\}", notation: "basic", text: "aaaa", found: ["aaa"] },
    { pattern: "a{2}", notation: "extended", text: "aaa", found: ["aa"] },
    { pattern: "a{,2}b", notation: "extended", text: "aaab", found: ["aab"] },
    { pattern: "\\(a\\)\\+", notation: "basic", text: "aa", found: ["aa", "a"] },
    { pattern: "a+b", notation: "basic", text: "a+b", found: ["a+b"] },
    { pattern: "\\bfoo\\b", notation: "extended", text: "a foo b", found: ["foo"] },
    { pattern: "\\<b", notation: "extended", text: "ab b", found: ["b"] },
    { pattern: "^a$", notation: "extended", text: "ab", found: undefined },
    { pattern: "a^b", notation: "basic", text: "a^b", found: ["a^b"] },
    { pattern: "\\d+(?:x)", notation: "perl", text: "12x", found: ["12x"] },
    { pattern: "(a", notation: "extended", text: "", found: "Unmatched ( or \\(" },
    { pattern: "[z-a]", notation: "extended", text: "", found: "Invalid range end" },
    { pattern: "[[:foo:]]", notation: "extended", text: "", found: "Invalid character class name" },
    { pattern: "\\(a\\)\\1", notation: "basic", text: "", found: "Invalid back reference" },
  ] as const)("$notation $pattern in $text", ({ pattern, notation, text, found }) => {
    expect(find(pattern, notation, text)).toEqual(found);
  });

  test("case may be ignored, in negated sets too", () => {
    expect(find("FOO", "extended", "xfoo", true)).toEqual(["foo"]);
    expect(find("[^a]", "extended", "Ab", true)).toEqual(["b"]);
  });

  test("nested repeats take time linear in the text", () => {
    expect(find("(a*)*(a|aa)+$", "extended", `${"a".repeat(3000)}b`)).toBeUndefined();
  });
});
