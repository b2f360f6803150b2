import { describe, expect, test } from "vitest";
import { giveSlots, slotCount } from "../../src/graph/slots.ts";

describe("places in a row of boxes", () => {
  test.each([
    { name: "the first picture goes by order", ids: ["a", "b"], before: {}, after: { a: 0, b: 1 } },
    { name: "a newcomer moves nobody, whatever its name", ids: ["a", "b", "c"], before: { b: 0, c: 1 }, after: { b: 0, c: 1, a: 2 } },
    { name: "who goes leaves a gap", ids: ["b"], before: { a: 0, b: 1 }, after: { b: 1 } },
    { name: "and the next one fills it", ids: ["b", "c"], before: { a: 0, b: 1 }, after: { b: 1, c: 0 } },
  ])("$name", ({ ids, before, after }) => {
    expect(Object.fromEntries(giveSlots(ids, new Map(Object.entries(before))))).toEqual(after);
  });

  test("gaps count as places", () => {
    expect(slotCount(new Map([["b", 3]]))).toBe(4);
  });
});
