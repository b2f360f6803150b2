import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GraphModel, GraphNode, Pins } from "../../src/graph/model.ts";
import { applyPins, slotAt, withPin } from "../../src/graph/pins.ts";
import { project } from "../../src/graph/project.ts";
import { layouts, nothingHidden, objectsOf, pod, summaryOf } from "./worlds.ts";

function world(pods: number, nodes = 1): GraphModel {
  const objects = Array.from({ length: pods }, (_, i) => pod(`web-abc-${i}`, { app: "web", node: 1 + (i % nodes) }));
  return project(layouts.physical, summaryOf(nodes), objectsOf(objects), { hidden: nothingHidden });
}

const podOf = (i: number) => `pod/default/web-abc-${i}`;
const frameOf = (model: GraphModel, id: string) => model.nodes.find((node) => node.id === id) as GraphNode;
/** Which pods stand at the places of node1, from 0 on; `-` where there is none. */
function seats(model: GraphModel): string {
  const grid = model.grids.get("node/node1");
  if (grid === undefined) throw new Error("no grid");
  const row = Array.from({ length: grid.lines * grid.columns }, () => "-");
  for (const { id, x, y, type } of model.nodes) if (type === "pod") row[slotAt(grid, [x, y])] = id.slice(-1);
  return row.join("");
}
/** A position within the frame, some pixels beside a place. */
function beside(model: GraphModel, slot: number, off = 0): readonly [number, number] {
  const grid = model.grids.get("node/node1");
  if (grid === undefined) throw new Error("no grid");
  return [grid.x + Math.floor(slot / grid.lines) * grid.stepX + off, grid.y + (slot % grid.lines) * grid.stepY - off];
}

describe("a card that is dragged within its frame", () => {
  // One node has four lines, and room for two columns.
  test.each([
    { name: "takes the place of another, which goes to the one that became free", pods: 4, moves: [[0, 2]], after: "2103----" },
    { name: "takes a free place; nobody else moves", pods: 3, moves: [[0, 5]], after: "-12--0--" },
    { name: "dropped where it was, stands where it was", pods: 3, moves: [[1, 1]], after: "012-----" },
    {
      name: "two that changed places are put on a third's",
      pods: 4,
      moves: [
        [0, 1],
        [1, 3],
      ],
      after: "3021----",
    },
    {
      name: "what was put last wins, and who had the place first makes room",
      pods: 3,
      moves: [
        [0, 2],
        [1, 2],
      ],
      after: "021-----",
    },
    {
      name: "put again, it is the newest",
      pods: 3,
      moves: [
        [0, 2],
        [1, 2],
        [0, 2],
      ],
      after: "210-----",
    },
  ] as const)("$name: $after", ({ pods, moves, after }) => {
    const model = world(pods);
    let pins: Pins = {};
    for (const [i, slot] of moves) pins = withPin(pins, podOf(i), beside(model, slot, 7));
    expect(seats(applyPins(model, pins))).toBe(after);
  });

  test("from outside of the frame it goes to the nearest place, and the frame stays as large as it was", () => {
    const model = world(3);
    for (const far of [
      [4000, 4000],
      [-4000, 0],
      [Number.POSITIVE_INFINITY, 50],
    ] as const) {
      const moved = applyPins(model, withPin({}, podOf(0), far));
      expect(frameOf(moved, "node/node1")).toEqual(frameOf(model, "node/node1"));
      expect(seats(moved)).toHaveLength(8);
    }
  });

  test("moved and let go again, all stand where they stood", () => {
    const model = world(4);
    expect(applyPins(applyPins(model, withPin({}, podOf(0), beside(model, 2))), {})).not.toEqual(model);
    expect(applyPins(model, {})).toBe(model);
  });

  test("rules and signs stay, whatever a link says; frames and free boxes go where they were put", () => {
    const model = world(2);
    const moved = applyPins(model, { "rules/node1": [900, 900], "client/laptop": [-50, 70], "node/node1": [333, 44] });
    expect(frameOf(moved, "rules/node1")).toEqual(frameOf(model, "rules/node1"));
    expect(frameOf(moved, "client/laptop")).toMatchObject({ x: -50, y: 70 });
    expect(frameOf(moved, "node/node1")).toMatchObject({ x: 333, y: 44 });
    expect(frameOf(moved, podOf(0))).toEqual(frameOf(model, podOf(0)));
  });

  test("whatever is put wherever, each place has one card, all within the frame, and who need not move does not", () => {
    const drop = fc.record({
      pod: fc.integer({ min: 0, max: 14 }),
      x: fc.integer({ min: -50, max: 900 }),
      y: fc.integer({ min: -50, max: 400 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(drop, { maxLength: 12 }),
        (pods, nodes, drops) => {
          const model = world(pods, nodes);
          let pins: Pins = {};
          for (const { pod: i, x, y } of drops) pins = withPin(pins, podOf(i), [x, y]);
          const moved = applyPins(model, pins);
          const standing = new Map(model.nodes.map((node) => [node.id, `${node.parent} ${node.x} ${node.y}`]));
          const places = new Set<string>();
          for (const { id, parent, x, y, width, height } of moved.nodes) {
            if (parent === undefined) continue;
            expect(places.has(`${parent} ${x} ${y}`), id).toBe(false);
            places.add(`${parent} ${x} ${y}`);
            const frame = frameOf(moved, parent);
            expect(x + width).toBeLessThanOrEqual(frame.width);
            expect(y + height).toBeLessThanOrEqual(frame.height);
          }
          const isMoved = (id: string) =>
            moved.nodes.some((node) => node.id === id && `${node.parent} ${node.x} ${node.y}` !== standing.get(id));
          // Each that moved without having been put somewhere made room for one that was.
          const put = Object.keys(pins).filter(isMoved).length;
          const others = moved.nodes.filter(({ id }) => pins[id] === undefined && isMoved(id)).length;
          expect(others).toBeLessThanOrEqual(put);
        },
      ),
      { numRuns: 150 },
    );
  });
});
