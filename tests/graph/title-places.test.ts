import { describe, expect, test } from "vitest";
import { project } from "../../src/graph/project.ts";
import { titlesOf } from "../../src/graph/title-places.ts";
import { zoomLook } from "../../src/graph/zoom.ts";
import { layouts, nothingHidden, objectsOf, pod, service, summaryOf } from "./worlds.ts";

const world = objectsOf([pod("web-abc-0", { app: "web" }), pod("web-abc-1", { app: "web", node: 2 }), service("web")]);

describe.each(["physical", "logical"] as const)("names on the picture: %s", (view) => {
  const model = project(layouts[view], summaryOf(2), world, { hidden: nothingHidden });

  test.each([1, 0.8, 0.6, 0.4, 0.2])("at zoom %d each card and column has one, on it", (zoom) => {
    const titles = titlesOf(model, zoomLook(zoom));
    expect(titles.length).toBeGreaterThanOrEqual(model.nodes.length + model.lanes.length);
    for (const { x, y, width, height } of model.nodes.filter((node) => node.parent === undefined)) {
      const own = titles.filter(
        (title) => title.x >= x && title.x + title.width <= x + width && title.y < y + height && title.y + title.height > y,
      );
      expect(own.length).toBeGreaterThan(0);
    }
  });

  test("type grows against the zoom, and so do they", () => {
    const near = titlesOf(model, zoomLook(1));
    const far = titlesOf(model, zoomLook(0.4));
    const area = (titles: typeof near) => titles.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area(far)).toBeGreaterThan(area(near));
  });
});
