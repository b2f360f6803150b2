import { describe, expect, test } from "vitest";
import { overlap, placeLabel } from "../../src/graph/place-label.ts";

const screen = { width: 800, height: 500 };
const size = { width: 180, height: 40 };

describe("a label beside its packet", () => {
  test.each([
    { name: "in the open", point: { x: 400, y: 250 }, obstacles: [] },
    { name: "at a card", point: { x: 400, y: 250 }, obstacles: [{ x: 400, y: 220, width: 200, height: 60 }] },
    {
      name: "between two cards",
      point: { x: 400, y: 250 },
      obstacles: [
        { x: 200, y: 220, width: 190, height: 60 },
        { x: 410, y: 220, width: 190, height: 60 },
      ],
    },
    { name: "in the corner of the screen", point: { x: 795, y: 5 }, obstacles: [] },
    { name: "at the lower rim", point: { x: 4, y: 498 }, obstacles: [] },
  ])("covers no card, not its packet, and stays on the screen: $name", ({ point, obstacles }) => {
    const place = placeLabel(point, size, obstacles, screen);
    for (const obstacle of obstacles) expect(overlap(place, obstacle)).toBe(0);
    expect(overlap(place, { x: point.x - 8, y: point.y - 8, width: 16, height: 16 })).toBe(0);
    expect(place.x).toBeGreaterThanOrEqual(0);
    expect(place.y).toBeGreaterThanOrEqual(0);
    expect(place.x + place.width).toBeLessThanOrEqual(screen.width);
    expect(place.y + place.height).toBeLessThanOrEqual(screen.height);
  });

  test("nearer is better when both are free", () => {
    const place = placeLabel({ x: 400, y: 250 }, size, [], screen);
    expect(Math.min(Math.abs(place.x - 400), Math.abs(place.x + place.width - 400))).toBeLessThanOrEqual(14);
  });
});
