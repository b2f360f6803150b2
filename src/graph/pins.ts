import type { GraphModel, GraphNode, Grid, Pins } from "./model.ts";

type Place = readonly [x: number, y: number];

/** A box was put somewhere. What was put last wins where two want the same place. */
export function withPin(pins: Pins, id: string, [x, y]: Place): Pins {
  const others = Object.entries(pins).filter(([pinned]) => pinned !== id);
  return Object.fromEntries([...others, [id, [Math.round(x), Math.round(y)]]]);
}

/** The place of a grid that is nearest to a position within its frame. */
export function slotAt({ x, y, stepX, stepY, lines, columns }: Grid, [atX, atY]: Place): number {
  const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, Math.round(value)));
  return within((atX - x) / stepX, columns) * lines + within((atY - y) / stepY, lines);
}

/** Free boxes stand where the user put them; a card in a frame takes the place that is nearest to it, and who stood there makes room. */
export function applyPins(model: GraphModel, pins: Pins): GraphModel {
  if (Object.keys(pins).length === 0) return model;
  const seats = new Map<string, Place>();
  for (const [frame, grid] of model.grids) {
    const cards = model.nodes.filter(({ id, parent }) => parent === frame && isMovable(id));
    for (const [id, slot] of seatsOf(grid, cards, pins)) {
      seats.set(id, [grid.x + Math.floor(slot / grid.lines) * grid.stepX, grid.y + (slot % grid.lines) * grid.stepY]);
    }
  }
  const nodes = model.nodes.map((node) => {
    const place = seats.get(node.id) ?? (node.parent === undefined ? pins[node.id] : undefined);
    return place === undefined ? node : { ...node, x: place[0], y: place[1] };
  });
  return { ...model, nodes };
}

/** The rules of a node, and the sign that something is hidden, stand where they are. */
export function isMovable(id: string): boolean {
  return !/^(rules|hidden)\//.test(id);
}

/** Nobody moves but for a pinned card, and then to the place that became free by it. */
function seatsOf(grid: Grid, cards: readonly GraphNode[], pins: Pins): ReadonlyMap<string, number> {
  const before = new Map(cards.map(({ id, x, y }) => [id, slotAt(grid, [x, y])]));
  const pinned = new Map<number, string>();
  for (const [id, pin] of Object.entries(pins)) if (before.has(id)) pinned.set(slotAt(grid, pin), id);
  const seats = new Map<string, number>();
  for (const [slot, id] of pinned) seats.set(id, slot);
  for (const [id, own] of before) {
    if (seats.has(id)) continue;
    let slot = own;
    for (let by = pinned.get(slot); by !== undefined; by = pinned.get(slot)) slot = before.get(by) as number;
    seats.set(id, slot);
  }
  return seats;
}
