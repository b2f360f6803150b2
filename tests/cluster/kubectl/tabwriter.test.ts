import { describe, expect, test } from "vitest";
import { describeTabs, tableTabs, tabulate } from "../../../src/cluster/kubectl/tabwriter.ts";

describe("columns as Go's text/tabwriter lays them out", () => {
  test.each([
    ["three blanks after the widest", "NAME\tAGE\na\t1s\nlonger-name\t2s\n", "NAME          AGE\na             1s\nlonger-name   2s\n"],
    ["a cell is at least six wide", "a\tb\tc\n", "a     b     c\n"],
    ["an empty last cell leaves the blanks before it", "abc\t\n", "abc   \n"],
    ["a line without a tab ends the column", "a:\tx\nlonger:\ty\ntitle\nb:\tz\n", "a:        x\nlonger:   y\ntitle\nb:    z\n"],
  ])("%s", (_, text, expected) => {
    expect(tabulate(text, tableTabs)).toBe(expected);
  });

  test("describe: two blanks, no least width", () => {
    expect(tabulate("a:\tx\nIP:\t\n", describeTabs)).toBe("a:   x\nIP:  \n");
  });

  test("widths of rows written before are remembered", () => {
    const widths: number[] = [];
    tabulate("long-long-name\tx\n", tableTabs, widths);
    expect(tabulate("a\tx\n", tableTabs, widths)).toBe("a                x\n");
  });
});
