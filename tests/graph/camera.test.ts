import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { followView, type Sight } from "../../src/graph/camera.ts";

const pane = { width: 390, height: 580 };
const picture = { width: 1000, height: 900 };
const card = { x: 400, y: 400, width: 150, height: 80 };
const sight = (rest: Partial<Sight> = {}): Sight => ({ pane, picture, here: card, from: undefined, least: 0, ...rest });

describe("the camera", () => {
  test("stays while the packet's box is seen and large enough", () => {
    expect(followView({ x: -300, y: -300, zoom: 1 }, sight())).toBeUndefined();
    expect(followView({ x: -300, y: -300, zoom: 1 }, sight({ least: 0.7 }))).toBeUndefined();
  });

  test("comes nearer when the picture is too small to read", () => {
    expect(followView({ x: 0, y: 0, zoom: 0.4 }, sight({ least: 0.7 }))).toMatchObject({ zoom: 0.7 });
  });

  test("shows the box it came from too when there is room for both, else the box alone, in the middle", () => {
    const near = { x: 200, y: 400, width: 150, height: 80 };
    const far = { x: 0, y: 400, width: 150, height: 80 };
    const away = { x: -1000, y: 0, zoom: 0.8 };
    expect(followView(away, sight({ from: near }))?.x).toBe(390 / 2 - 375 * 0.8);
    expect(followView(away, sight({ from: far }))?.x).toBe(390 / 2 - 475 * 0.8);
  });

  test("does not look past the picture's edge while there is more of it to see, and puts a small one in the middle", () => {
    const first = { x: 0, y: 0, width: 150, height: 80 };
    expect(followView({ x: -1000, y: -1000, zoom: 1 }, sight({ here: first }))).toEqual({ x: 14, y: 44, zoom: 1 });
    expect(followView({ x: -1000, y: -1000, zoom: 1 }, sight({ here: first, picture: { width: 150, height: 80 } }))).toEqual({
      x: 120,
      y: 265,
      zoom: 1,
    });
  });

  test("wherever it was, the box is then seen, and the camera rests", () => {
    const part = fc.integer({ min: 0, max: 700 });
    const box = fc.record({ x: part, y: part, width: fc.integer({ min: 20, max: 300 }), height: fc.integer({ min: 20, max: 200 }) });
    const place = fc.integer({ min: -3000, max: 3000 });
    const view = fc.record({ x: place, y: place, zoom: fc.double({ min: 0.15, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(view, box, fc.option(box, { nil: undefined }), fc.constantFrom(0, 0.7), (before, here, from, least) => {
        const next = followView(before, sight({ here, from, least }));
        if (next === undefined) return;
        expect(next.zoom).toBeGreaterThanOrEqual(least);
        expect(followView(next, sight({ here, from, least }))).toBeUndefined();
      }),
    );
  });
});
