import {
  distanceTo,
  type LabelPlace,
  nearestTo,
  type Obstacle,
  placeLabel,
  type Rectangle,
  type Size,
  weights,
} from "../../graph/place-label.ts";
import { titlesOf } from "../../graph/title-places.ts";
import { zoomLook } from "../../graph/zoom.ts";
import { typeZoom } from "../app/type-size.ts";
import type { Geometry, Point } from "./geometry.ts";
import { drawLabel, type LabelRow, type LabelShape, labelShapes } from "./label.ts";
import type { Paint } from "./packet-shapes.ts";

let known: { readonly geometry: Geometry; readonly least: number; readonly obstacles: readonly Obstacle[] } | undefined;

/** What a label should not cover, in canvas pixels: cards, and above all what names them. */
export function obstaclesOf(geometry: Geometry, zoom: number): readonly Obstacle[] {
  const look = zoomLook(typeZoom(zoom));
  if (known?.geometry !== geometry || known.least !== look.least) {
    const weighing = (weight: number) => (place: Rectangle) => ({ ...place, weight });
    const obstacles = [...geometry.cards.map(weighing(weights.card)), ...titlesOf(geometry.model, look).map(weighing(weights.title))];
    known = { geometry, least: look.least, obstacles };
  }
  return known.obstacles;
}

/** A label farther away than this is tied to what it is about. */
const tiedFrom = 22;

/** It says less only to cover no name. */
const shortCost = 100_000;

/** The labels of one frame. Each stands where it stood in the frame before, as long as it may: what is read does not jump. */
export class Labels {
  #before = new Map<string, { readonly at: Point; readonly place: LabelPlace }>();
  #now = new Map<string, { readonly at: Point; readonly place: LabelPlace }>();
  #obstacles: Obstacle[] = [];
  #screen: Size = { width: 0, height: 0 };

  begin(obstacles: readonly Obstacle[], screen: Size): void {
    this.#before = this.#now;
    this.#now = new Map();
    this.#obstacles = [...obstacles];
    this.#screen = screen;
  }

  /** `key`: the same for the same label in each frame. `short`: what it says where there is no room for all of it. */
  draw(paint: Paint, key: string, at: Point, rows: readonly LabelRow[], short: readonly LabelRow[] = []): void {
    const before = this.#before.get(key);
    const shapes = [...labelShapes(paint, rows), ...(short.length === 0 ? [] : labelShapes(paint, short, shortCost))];
    // The picture was dragged or zoomed: the label goes with what it is about.
    const stood = before && { ...before.place, x: before.place.x + at.x - before.at.x, y: before.place.y + at.y - before.at.y };
    const place = placeLabel(at, shapes, this.#obstacles, this.#screen, stood);
    this.#now.set(key, { at, place });
    this.#obstacles.push({ ...place, weight: weights.title });
    if (distanceTo(place, at) > tiedFrom) tie(paint, at, nearestTo(place, at));
    drawLabel(paint, place, shapes[place.shape] as LabelShape);
  }
}

function tie({ context, colour }: Paint, from: Point, to: Point): void {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.strokeStyle = colour("--faint");
  context.lineWidth = 1;
  context.stroke();
}
