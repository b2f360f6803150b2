import { ObstacleIndex } from "./obstacle-index.ts";

/** A rectangle on the screen, in pixels from the canvas' corner. */
export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a label should not cover, and how bad it is: each covered pixel costs so much. */
export interface Obstacle extends Rectangle {
  readonly weight: number;
}

/** An empty part of a card may be covered where there is no other room; what names something, never if it can be helped. */
export const weights = { card: 1, title: 14 } as const;

/** A form that a label may have, and what it costs to have that one. */
export interface Shape extends Size {
  readonly cost?: number;
}

/** Where a label stands, and in which of its shapes. */
export interface LabelPlace extends Rectangle {
  readonly shape: number;
  /** What it cost when it was found; undefined where it was not sought. */
  readonly cost?: number;
}

/** How far the label may stand from what it is about, in pixels; nearer is better. */
const distances = [14, 30, 52, 84] as const;
/** What one pixel of distance costs, in pixels of covered card: a label covers nothing if there is room within reach. */
const distanceCost = 6;
/** Farther away it is hard to see what it is about. */
const farCost = 40;
/** More than any distance on a screen: the corner of a name is a name. */
const nameCost = 200_000;
/** Where it would cover a name at all of these, it is sought all over the screen, in steps of so many pixels. */
const searchStep = 26;
/** A label that stands stays there until another place is so much better. */
const betterBy = 0.6;
/** Costs differ by no more than this where the picture was only moved by parts of pixels. */
const sameCost = 1.02;

/**
 * Where a label goes: beside its point, over no name, covering as little as may be of what else is on the canvas, and never off the screen.
 * It may have one of several shapes. `before` is where it stood in the last frame, about the same point: it stays there while it covers no
 * name, so that it does not jump when something else moves. Pure.
 */
export function placeLabel(
  point: Point,
  shapes: readonly Shape[],
  obstacles: readonly Obstacle[],
  screen: Size,
  before?: LabelPlace,
): LabelPlace {
  const costOf = (place: LabelPlace) =>
    obstacles.reduce((sum, obstacle) => sum + costOver(place, obstacle), costAlone(place, point, shapes[place.shape]));
  const kept = before === undefined ? undefined : stillThere(before, shapes, point, screen);
  if (kept !== undefined && namesNothing(kept, obstacles)) return kept;
  // It was sought already, and nothing has come over it since.
  const keptCost = kept === undefined ? undefined : costOf(kept);
  if (kept?.cost !== undefined && keptCost !== undefined && keptCost <= kept.cost * sameCost) return kept;

  const near = new ObstacleIndex(obstacles, screen, costOver);
  let best: LabelPlace | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  const offer = (x: number, y: number, { width, height }: Size, shape: number) => {
    const place = inside({ x, y, width, height }, screen);
    // On the point itself it would hide the packet.
    if (overlap(place, { x: point.x - 9, y: point.y - 9, width: 18, height: 18 }) > 0) return;
    const cost = near.sum(place, costAlone(place, point, shapes[shape]), bestCost);
    if (cost >= bestCost) return;
    bestCost = cost;
    best = { ...place, shape, cost };
  };
  shapes.forEach((size, shape) => {
    const { width, height } = size;
    for (const distance of distances) {
      for (const x of [point.x + distance, point.x - width / 2, point.x - width - distance, point.x - 18, point.x + 18 - width]) {
        for (const y of [point.y - height - distance, point.y + distance, point.y - height / 2, point.y - 12, point.y + 12 - height]) {
          offer(x, y, size, shape);
        }
      }
    }
  });
  if (best === undefined || !namesNothing(best, obstacles)) {
    shapes.forEach((size, shape) => {
      for (let y = 0; y < screen.height; y += searchStep) for (let x = 0; x < screen.width; x += searchStep) offer(x, y, size, shape);
    });
  }
  if (kept !== undefined && keptCost !== undefined && bestCost > betterBy * keptCost) return { ...kept, cost: keptCost };
  const { width, height } = shapes[0] as Size;
  return best ?? { ...inside({ x: point.x + 14, y: point.y + 14, width, height }, screen), shape: 0 };
}

/** What a place costs by itself: it is far from the point, or the label has a shape that is not the best. */
function costAlone(place: Rectangle, point: Point, shape: Shape | undefined): number {
  const away = distanceTo(place, point);
  return away * distanceCost + Math.max(0, away - 84) * farCost + (shape?.cost ?? 0);
}

function costOver(place: Rectangle, obstacle: Obstacle): number {
  const covered = overlap(place, obstacle);
  return covered === 0 ? 0 : covered * obstacle.weight + (obstacle.weight > weights.card ? nameCost : 0);
}

function namesNothing(place: Rectangle, obstacles: readonly Obstacle[]): boolean {
  return obstacles.every((one) => one.weight <= weights.card || overlap(place, one) === 0);
}

/** The place of before, if the label still has that shape and it is on the screen. */
function stillThere(before: LabelPlace, shapes: readonly Size[], point: Point, screen: Size): LabelPlace | undefined {
  const size = shapes[before.shape];
  if (size?.width !== before.width || size.height !== before.height) return undefined;
  const { x, y } = inside(before, screen);
  return x === before.x && y === before.y && distanceTo(before, point) > 0 ? before : undefined;
}

function inside(place: Rectangle, screen: Size): Rectangle {
  const margin = 6;
  const x = Math.max(margin, Math.min(place.x, screen.width - place.width - margin));
  const y = Math.max(margin, Math.min(place.y, screen.height - place.height - margin));
  return { ...place, x, y };
}

/** The point of a rectangle that is nearest to another point. */
export function nearestTo(place: Rectangle, { x, y }: Point): Point {
  return {
    x: Math.max(place.x, Math.min(x, place.x + place.width)),
    y: Math.max(place.y, Math.min(y, place.y + place.height)),
  };
}

/** From a point to a rectangle; 0 within it. */
export function distanceTo(place: Rectangle, point: Point): number {
  const { x, y } = nearestTo(place, point);
  return Math.sqrt((x - point.x) ** 2 + (y - point.y) ** 2);
}

/** Covered area in square pixels. */
export function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
