import { describe, expect, test } from "vitest";
import { blankPaper, paperAt, printed, prompted } from "../../src/ui/terminal/paper.ts";

describe("a terminal's paper at an earlier moment", () => {
  let paper = prompted(blankPaper, "$ ", 10);
  paper = printed(paper, "$ sleep 1; echo done\n", 2000);
  paper = prompted(paper, undefined, 2000);
  paper = printed(paper, "done\n", 3000);
  paper = prompted(paper, "$ ", 3000);
  paper = printed(paper, "$ printf x\n", 5000);
  paper = printed(paper, "x", 5000);

  test.each([
    { atUs: 0, text: "", prompt: undefined, isAtLineStart: true },
    { atUs: 10, text: "", prompt: "$ ", isAtLineStart: true },
    { atUs: 2500, text: "$ sleep 1; echo done\n", prompt: undefined, isAtLineStart: true },
    { atUs: 3000, text: "$ sleep 1; echo done\ndone\n", prompt: "$ ", isAtLineStart: true },
    { atUs: 9000, text: "$ sleep 1; echo done\ndone\n$ printf x\nx", prompt: "$ ", isAtLineStart: false },
  ])("at $atUs", ({ atUs, ...then }) => {
    expect(paperAt(paper, atUs)).toEqual(then);
  });

  test("what has gone off the top is gone, and what is left stands where it stood", () => {
    let long = blankPaper;
    for (let i = 0; i < 60; i++) long = printed(long, `${`${i}`.repeat(5000)}\n`, i);
    const then = paperAt(long, 58);
    expect(long.text.startsWith(then.text)).toBe(true);
    expect(then.text.endsWith("58\n")).toBe(true);
  });

  test("a clock that seems to go back (what the page prints itself) never hides what came later", () => {
    const mixed = printed(printed(blankPaper, "later\n", 500), "typed\n", 400);
    expect(paperAt(mixed, 500).text).toBe("later\ntyped\n");
  });
});
