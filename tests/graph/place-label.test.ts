import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distanceTo, type LabelPlace, type Obstacle, overlap, placeLabel, weights } from "../../src/graph/place-label.ts";

const screen = { width: 800, height: 500 };
const size = { width: 180, height: 40 };
const card = (x: number, y: number, width: number, height: number): Obstacle => ({ x, y, width, height, weight: weights.card });
const title = (x: number, y: number, width: number, height: number): Obstacle => ({ x, y, width, height, weight: weights.title });

describe("a label beside its packet", () => {
  test.each([
    { name: "in the open", point: { x: 400, y: 250 }, obstacles: [] },
    { name: "at a card", point: { x: 400, y: 250 }, obstacles: [card(400, 220, 200, 60)] },
    { name: "between two cards", point: { x: 400, y: 250 }, obstacles: [card(200, 220, 190, 60), card(410, 220, 190, 60)] },
    { name: "in the corner of the screen", point: { x: 795, y: 5 }, obstacles: [] },
    { name: "at the lower rim", point: { x: 4, y: 498 }, obstacles: [] },
  ])("covers no card, not its packet, and stays on the screen: $name", ({ point, obstacles }) => {
    const place = placeLabel(point, [size], obstacles, screen);
    for (const obstacle of obstacles) expect(overlap(place, obstacle)).toBe(0);
    expect(overlap(place, { x: point.x - 8, y: point.y - 8, width: 16, height: 16 })).toBe(0);
    expect(place.x).toBeGreaterThanOrEqual(0);
    expect(place.y).toBeGreaterThanOrEqual(0);
    expect(place.x + place.width).toBeLessThanOrEqual(screen.width);
    expect(place.y + place.height).toBeLessThanOrEqual(screen.height);
  });

  test("nearer is better when both are free", () => {
    const place = placeLabel({ x: 400, y: 250 }, [size], [], screen);
    expect(distanceTo(place, { x: 400, y: 250 })).toBeLessThanOrEqual(14);
  });

  test("rather over the empty part of a card than over a name", () => {
    // A wall of cards; only the lower halves of them are free of names.
    const rows = Array.from({ length: 10 }, (_, i) => i * 50);
    const wall = rows.flatMap((y) => [card(0, y, 800, 50), title(0, y, 800, 8)]);
    const place = placeLabel({ x: 400, y: 229 }, [{ width: 180, height: 40 }], wall, screen);
    for (const one of wall) if (one.weight === weights.title) expect(overlap(place, one)).toBe(0);
  });

  test("in the shape that fits: narrow where there is no room for the wide one", () => {
    const point = { x: 400, y: 250 };
    const names = [title(0, 0, 380, 500), title(520, 0, 280, 500)];
    const place = placeLabel(
      point,
      [
        { width: 280, height: 40 },
        { width: 110, height: 120 },
      ],
      names,
      screen,
    );
    expect(place.shape).toBe(1);
    for (const name of names) expect(overlap(place, name)).toBe(0);
  });

  test("far away where names stand all around it", () => {
    const names = [title(150, 0, 650, 500), title(0, 0, 150, 420)];
    const place = placeLabel({ x: 600, y: 100 }, [{ width: 130, height: 40 }], names, screen);
    for (const name of names) expect(overlap(place, name)).toBe(0);
  });
});

describe("a label that stands", () => {
  const point = { x: 400, y: 250 };

  test("stays when something comes that it does not name-cover, and leaves a name that comes", () => {
    const before = placeLabel(point, [size], [], screen);
    const beside = card(before.x, before.y, 20, 20);
    expect(placeLabel(point, [size], [beside], screen, before)).toEqual(before);
    const named = title(before.x, before.y, 20, 20);
    expect(placeLabel(point, [size], [named], screen, before)).not.toEqual(before);
  });

  test("stays where names are everywhere, unless another place is much better", () => {
    const all = [title(0, 0, 800, 500)];
    const before: LabelPlace = { x: 300, y: 180, ...size, shape: 0 };
    const place = placeLabel(point, [size], all, screen, before);
    expect(place).toMatchObject(before);
    // Nor is it sought again in each frame.
    expect(placeLabel(point, [size], all, screen, place)).toBe(place);
    expect(placeLabel(point, [size], [...all, title(300, 180, 60, 40)], screen, place)).not.toMatchObject(before);
  });

  test("is placed anew when it says more, or left the screen", () => {
    const before = placeLabel(point, [size], [], screen);
    expect(placeLabel(point, [{ width: 180, height: 90 }], [], screen, before).height).toBe(90);
    expect(placeLabel(point, [size], [], screen, { ...before, x: -90 }).x).toBeGreaterThanOrEqual(0);
  });
});

test("wherever names stand: over none of them if a place for it is left on the screen, and in the next frame where it was", () => {
  const names = fc.array(
    fc.record({
      x: fc.integer({ min: 0, max: 760 }),
      y: fc.integer({ min: 0, max: 480 }),
      width: fc.integer({ min: 20, max: 160 }),
      height: fc.integer({ min: 12, max: 60 }),
    }),
    { maxLength: 12 },
  );
  const points = fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 500 }) });
  fc.assert(
    fc.property(points, names, (point, all) => {
      const obstacles = all.map(({ x, y, width, height }) => title(x, y, width, height));
      const place = placeLabel(point, [size], obstacles, screen);
      const isFree = (x: number, y: number) => obstacles.every((one) => overlap({ x, y, ...size }, one) === 0);
      const hides = (x: number, y: number) => overlap({ x, y, ...size }, { x: point.x - 9, y: point.y - 9, width: 18, height: 18 }) > 0;
      let isRoom = false;
      for (let y = 26; y <= 442; y += 26) for (let x = 26; x <= 598; x += 26) isRoom ||= isFree(x, y) && !hides(x, y);
      if (isRoom) expect(obstacles.every((one) => overlap(place, one) === 0)).toBe(true);
      expect(placeLabel(point, [size], obstacles, screen, place)).toEqual(place);
    }),
  );
});
