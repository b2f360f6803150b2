import fc from "fast-check";
import { expect, test } from "vitest";
import { zoomLook, zoomMin } from "../../src/graph/zoom.ts";

test.each([
  { zoom: 2, detail: "near" },
  { zoom: 0.73, detail: "near" },
  { zoom: 0.6, detail: "mid" },
  { zoom: 0.5, detail: "far" },
  { zoom: 0.36, detail: "far" },
  { zoom: 0.29, detail: "dots" },
])("at zoom $zoom cards are $detail", ({ zoom, detail }) => {
  expect(zoomLook(zoom).detail).toBe(detail);
});

test("no text is smaller than 11 px on the screen, and none grows out of bounds", () => {
  fc.assert(
    fc.property(fc.double({ min: zoomMin, max: 2, noNaN: true }), (zoom) => {
      const onScreen = zoomLook(zoom).least * zoom;
      expect(onScreen).toBeGreaterThan(10.95);
      expect(onScreen).toBeLessThan(11 * Math.max(1.35, zoom * 1.05));
    }),
  );
});
