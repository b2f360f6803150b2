import { boxFinder } from "../../graph/find-box.ts";
import type { GraphModel, GraphNode } from "../../graph/model.ts";
import type { Rectangle } from "../../graph/place-label.ts";
import { internetBox } from "../../graph/tracks.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Curve = readonly [Point, Point, Point, Point];

/** Boxes in absolute canvas coordinates, for the packet layer; made once a picture. */
export class Geometry {
  #boxes = new Map<string, GraphNode & { absoluteX: number; absoluteY: number }>();
  readonly model: GraphModel;
  /** Which box shows a place or object; undefined when none does. */
  readonly boxOf: (name: string) => string | undefined;
  /** Cards, and the ends of frames' upper rims. */
  readonly cards: readonly Rectangle[];

  constructor(model: GraphModel) {
    const cards: Rectangle[] = [];
    this.model = model;
    this.boxOf = boxFinder(model);
    for (const node of model.nodes) {
      const parent = node.parent === undefined ? undefined : this.#boxes.get(node.parent);
      const absoluteX = node.x + (parent?.absoluteX ?? 0);
      const absoluteY = node.y + (parent?.absoluteY ?? 0);
      const { width, height } = node;
      this.#boxes.set(node.id, { ...node, absoluteX, absoluteY });
      if (node.type === "node") {
        cards.push({ x: absoluteX, y: absoluteY + 4, width: 90, height: 24 });
        cards.push({ x: absoluteX + width - 110, y: absoluteY + 4, width: 110, height: 24 });
      } else {
        cards.push({ x: absoluteX, y: absoluteY, width, height });
      }
    }
    this.cards = cards;
  }

  centre(box: string): Point | undefined {
    if (box === internetBox) {
      // No card: a point beside the first machine outside.
      const first = [...this.#boxes.values()].find((node) => node.type === "client");
      return first === undefined ? { x: 190, y: 20 } : { x: first.absoluteX + first.width + 24, y: first.absoluteY - 44 };
    }
    const found = this.#boxes.get(box);
    if (found === undefined) return undefined;
    return { x: found.absoluteX + found.width / 2, y: found.absoluteY + found.height / 2 };
  }

  size(box: string): { readonly width: number; readonly height: number } {
    return this.#boxes.get(box) ?? { width: 16, height: 16 };
  }

  /** Whether some card lies on the straight way between two that stand over each other. */
  #isBetween(a: Point, b: Point, halfA: number, halfB: number): boolean {
    const [upper, lower] = a.y < b.y ? [a.y + halfA, b.y - halfB] : [b.y + halfB, a.y - halfA];
    const x = (a.x + b.x) / 2;
    return this.cards.some((card) => card.x < x && x < card.x + card.width && card.y > upper && card.y + card.height < lower);
  }

  /** The left upper corner of a box. */
  corner(box: string): Point | undefined {
    const centre = this.centre(box);
    const size = this.size(box);
    return centre === undefined ? undefined : { x: centre.x - size.width / 2, y: centre.y - size.height / 2 };
  }

  /** The way between two boxes as a cubic curve from rim to rim; replies keep a lane of their own. */
  curve(from: string, to: string, lane: number): Curve | undefined {
    const a = this.centre(from);
    const b = this.centre(to);
    if (a === undefined || b === undefined) return undefined;
    const sizeA = this.size(from);
    const sizeB = this.size(to);
    // Sideways when there is a gap between the two side by side; else from top to bottom.
    const isSideways = Math.abs(b.x - a.x) > (sizeA.width + sizeB.width) / 2;
    if (!isSideways && this.#isBetween(a, b, sizeA.height / 2, sizeB.height / 2)) return around(a, sizeA, b, sizeB, lane * 8);
    const start = rim(a, sizeA, b, isSideways);
    const end = rim(b, sizeB, a, isSideways);
    const shift = lane * 8;
    const s = isSideways ? { x: start.x, y: start.y + shift } : { x: start.x + shift, y: start.y };
    const e = isSideways ? { x: end.x, y: end.y + shift } : { x: end.x + shift, y: end.y };
    const bend = isSideways ? { x: (e.x - s.x) / 2, y: 0 } : { x: 0, y: (e.y - s.y) / 2 };
    return [s, { x: s.x + bend.x, y: s.y + bend.y }, { x: e.x - bend.x, y: e.y - bend.y }, e];
  }
}

/** Out of the left sides and around what lies between. */
function around(a: Point, sizeA: Size, b: Point, sizeB: Size, shift: number): Curve {
  const s = { x: a.x - sizeA.width / 2, y: a.y + Math.sign(b.y - a.y) * 6 };
  const e = { x: b.x - sizeB.width / 2, y: b.y - Math.sign(b.y - a.y) * 6 };
  // Three quarters of that are how far it comes out; answers run outside of their requests.
  const out = 26 + shift * 1.4;
  return [s, { x: s.x - out, y: s.y }, { x: e.x - out, y: e.y }, e];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function rim(centre: Point, size: { readonly width: number; readonly height: number }, towards: Point, isSideways: boolean): Point {
  if (isSideways) return { x: centre.x + (Math.sign(towards.x - centre.x) * size.width) / 2, y: centre.y };
  return { x: centre.x, y: centre.y + (Math.sign(towards.y - centre.y) * size.height) / 2 };
}

export function along(curve: Curve, t: number): Point {
  const u = 1 - t;
  const [a, b, c, d] = curve;
  return {
    x: u * u * u * a.x + 3 * u * u * t * b.x + 3 * u * t * t * c.x + t * t * t * d.x,
    y: u * u * u * a.y + 3 * u * u * t * b.y + 3 * u * t * t * c.y + t * t * t * d.y,
  };
}
