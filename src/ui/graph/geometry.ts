import type { GraphModel, GraphNode } from "../../graph/model.ts";
import { internetBox } from "../../graph/tracks.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Boxes in absolute canvas coordinates, for the packet layer; made once a picture. */
export class Geometry {
  #boxes = new Map<string, GraphNode & { absoluteX: number; absoluteY: number }>();
  #aliases = new Map<string, string>();

  constructor(model: GraphModel) {
    for (const node of model.nodes) {
      const parent = node.parent === undefined ? undefined : this.#boxes.get(node.parent);
      this.#boxes.set(node.id, { ...node, absoluteX: node.x + (parent?.absoluteX ?? 0), absoluteY: node.y + (parent?.absoluteY ?? 0) });
      if (node.type === "podGroup") for (const pod of node.pods) this.#aliases.set(pod, node.id);
    }
  }

  /** Which box shows a place or object; undefined when none does. */
  boxOf = (name: string): string | undefined => {
    if (this.#boxes.has(name)) return name;
    return this.#aliases.get(name);
  };

  centre(box: string): Point | undefined {
    if (box === internetBox) return { x: 200, y: 10 };
    const found = this.#boxes.get(box);
    if (found === undefined) return undefined;
    return { x: found.absoluteX + found.width / 2, y: found.absoluteY + found.height / 2 };
  }

  size(box: string): { readonly width: number; readonly height: number } {
    return this.#boxes.get(box) ?? { width: 24, height: 24 };
  }

  /** The way between two boxes as a cubic curve from rim to rim; replies keep a lane of their own. */
  curve(from: string, to: string, lane: number): readonly [Point, Point, Point, Point] | undefined {
    const a = this.centre(from);
    const b = this.centre(to);
    if (a === undefined || b === undefined) return undefined;
    const start = rim(a, this.size(from), b);
    const end = rim(b, this.size(to), a);
    const isSideways = Math.abs(b.x - a.x) > Math.abs(b.y - a.y);
    const shift = lane * 8;
    const s = isSideways ? { x: start.x, y: start.y + shift } : { x: start.x + shift, y: start.y };
    const e = isSideways ? { x: end.x, y: end.y + shift } : { x: end.x + shift, y: end.y };
    const bend = isSideways ? { x: (e.x - s.x) / 2, y: 0 } : { x: 0, y: (e.y - s.y) / 2 };
    return [s, { x: s.x + bend.x, y: s.y + bend.y }, { x: e.x - bend.x, y: e.y - bend.y }, e];
  }
}

function rim(centre: Point, size: { readonly width: number; readonly height: number }, towards: Point): Point {
  const dx = towards.x - centre.x;
  const dy = towards.y - centre.y;
  if (Math.abs(dx) > Math.abs(dy)) return { x: centre.x + (Math.sign(dx) * size.width) / 2, y: centre.y };
  return { x: centre.x, y: centre.y + (Math.sign(dy) * size.height) / 2 };
}

export function along(curve: readonly [Point, Point, Point, Point], t: number): Point {
  const u = 1 - t;
  const [a, b, c, d] = curve;
  return {
    x: u * u * u * a.x + 3 * u * u * t * b.x + 3 * u * t * t * c.x + t * t * t * d.x,
    y: u * u * u * a.y + 3 * u * u * t * b.y + 3 * u * t * t * c.y + t * t * t * d.y,
  };
}
