import { describe, expect, test } from "vitest";
import { accepted, emptyLine, insert, type Line, press } from "../../src/ui/terminal/line-editor.ts";

const keys = {
  left: "\x1b[D",
  up: "\x1b[A",
  down: "\x1b[B",
  home: "\x1b[H",
  backspace: "\x7f",
  deleteKey: "\x1b[3~",
  ctrlA: "\x01",
  ctrlE: "\x05",
  ctrlK: "\x0b",
  ctrlR: "\x12",
  ctrlU: "\x15",
  ctrlW: "\x17",
  ctrlY: "\x19",
} as const;

function type(line: Line, ...pieces: readonly (keyof typeof keys | { readonly text: string })[]): Line {
  return pieces.reduce<Line>((l, piece) => (typeof piece === "string" ? press(l, keys[piece]) : insert(l, piece.text)), line);
}

describe("editing as readline(3) does", () => {
  test.each([
    { name: "typing goes in at the cursor", pieces: [{ text: "ac" }, "left", { text: "b" }], text: "abc", cursor: 2 },
    { name: "Backspace takes the character before", pieces: [{ text: "abc" }, "backspace"], text: "ab", cursor: 2 },
    { name: "Delete takes the character under", pieces: [{ text: "abc" }, "home", "deleteKey"], text: "bc", cursor: 0 },
    { name: "Ctrl-U kills to the beginning", pieces: [{ text: "abc" }, "left", "ctrlU"], text: "c", cursor: 0 },
    { name: "Ctrl-K kills to the end", pieces: [{ text: "abc" }, "ctrlA", "ctrlK"], text: "", cursor: 0 },
    { name: "Ctrl-W kills the word before", pieces: [{ text: "kubectl get po" }, "ctrlW"], text: "kubectl get ", cursor: 12 },
    { name: "Ctrl-Y brings back what was killed", pieces: [{ text: "a b" }, "ctrlW", "ctrlA", "ctrlY"], text: "ba ", cursor: 1 },
  ] as const)("$name", ({ pieces, text, cursor }) => {
    expect(type(emptyLine, ...pieces)).toMatchObject({ text, cursor });
  });
});

describe("history", () => {
  const entered = ["kubectl get svc", "kubectl get po", "curl -s 10.0.0.1"].reduce((line, text) => accepted(insert(line, text)), emptyLine);

  test("up and down go through it, and come back to the draft", () => {
    const drafting = insert(entered, "at no");
    const up = type(drafting, "up", "up");
    expect(up.text).toBe("kubectl get po");
    expect(type(up, "down", "down").text).toBe("at no");
  });

  test("the same line twice, and empty lines, are kept once and never", () => {
    const again = accepted(insert(entered, "curl -s 10.0.0.1"));
    expect(accepted(again).history).toHaveLength(3);
  });

  test("Ctrl-R finds the nearest line that holds the text, and again an earlier one", () => {
    const found = type(entered, "ctrlR", { text: "kubectl" });
    expect(found.text).toBe("kubectl get po");
    expect(type(found, "ctrlR").text).toBe("kubectl get svc");
  });
});
