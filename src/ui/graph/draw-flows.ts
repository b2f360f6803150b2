import type { Band, BandCount } from "../../graph/flow-bands.ts";
import { type Obstacle, overlap, type Rectangle, weights } from "../../graph/place-label.ts";
import { along, type Curve, type Geometry, type Point } from "./geometry.ts";
import { drawPacket, type Paint, strokeCurve } from "./packet-shapes.ts";

/** In pixels of the picture. Two lanes lie eight apart: a band must not cover the other's. */
const widthMin = 1.5;
const widthMax = 7;
const beadGap = 14;
/** How long a bead takes from one place to the next, in milliseconds. */
const beadMs = 420;

const chipHeight = 18;
const glyphWidth = 14;
/** Where along its line a band's numbers may stand, and how far above or below it where cards are close. Best first. */
const places = [0.45, 0.6, 0.32, 0.72, 0.2, 0.84] as const;
const asides = [0, -15, 15, -30, 30, 45] as const;
/** What a pixel aside costs, in covered square pixels: a number stands on its line if it can. */
const asideCost = 2;

/** Lines that stand for many packets: the more, the wider; beads run along them the way the packets go. */
export function drawBands(paint: Paint, geometry: Geometry, bands: readonly Band[], airMs: number): void {
  const { context, colour } = paint;
  for (const band of bands) {
    const curve = curveOf(geometry, band);
    if (curve === undefined) continue;
    const width = widthMin + (widthMax - widthMin) * band.width;
    context.strokeStyle = colour(`--pk-${band.meaning}`);
    context.globalAlpha = band.isLive ? 0.32 : 0.2;
    context.lineWidth = width;
    strokeCurve(paint, curve);
    if (!band.isLive) continue;
    context.globalAlpha = 0.9;
    context.lineWidth = Math.max(2, Math.min(4, width - 2));
    context.lineCap = "round";
    context.setLineDash([0.1, beadGap]);
    context.lineDashOffset = -((airMs / beadMs) * beadGap) % beadGap;
    strokeCurve(paint, curve);
    context.setLineDash([]);
    context.lineDashOffset = 0;
  }
  context.globalAlpha = 1;
}

/** Their numbers, always as large on the screen, where they cover each other and the cards least. Gives where they stand. */
export function drawCounts(
  paint: Paint,
  geometry: Geometry,
  bands: readonly Band[],
  toScreen: (point: Point) => Point,
  cards: readonly Obstacle[],
  words: (count: BandCount) => string,
): readonly Obstacle[] {
  const taken: Obstacle[] = [];
  for (const band of bands) {
    if (band.counts.length === 0) continue;
    const curve = curveOf(geometry, band);
    if (curve === undefined) continue;
    const texts = band.counts.map((count) => ({ meaning: count.meaning, text: words(count) }));
    paint.context.font = `600 11.5px ${paint.colour("--sans")}`;
    const widths = texts.map(({ text }) => glyphWidth + paint.context.measureText(text).width + 8);
    const width = widths.reduce((sum, one) => sum + one, 0) + 6;
    const offers = places.flatMap((t) =>
      asides.map((aside) => {
        const at = toScreen(along(curve, t));
        const place = { x: at.x - width / 2, y: at.y - chipHeight / 2 + aside, width, height: chipHeight };
        const covered = (sum: number, one: Obstacle) => sum + overlap(place, one) * one.weight;
        return { place, cost: [...cards, ...taken].reduce(covered, asideCost * Math.abs(aside)) };
      }),
    );
    const { place } = offers.reduce((best, offer) => (offer.cost < best.cost ? offer : best));
    drawChip(paint, place, texts, widths, band.isLive);
    // Over another number it could not be read at all.
    taken.push({ ...place, weight: weights.title });
  }
  return taken;
}

function drawChip(
  paint: Paint,
  place: Rectangle,
  texts: readonly { readonly meaning: Band["meaning"]; readonly text: string }[],
  widths: readonly number[],
  isLive: boolean,
): void {
  const { context, colour } = paint;
  context.beginPath();
  context.roundRect(place.x, place.y, place.width, place.height, chipHeight / 2);
  context.fillStyle = colour("--raised");
  context.fill();
  context.strokeStyle = colour("--line-strong");
  context.lineWidth = 1;
  context.stroke();
  let x = place.x + 4;
  const y = place.y + chipHeight / 2;
  texts.forEach(({ meaning, text }, i) => {
    drawPacket(paint, { x: x + glyphWidth / 2, y }, meaning, { scale: 0.6 });
    context.font = `600 11.5px ${colour("--sans")}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillStyle = colour(isLive ? "--text" : "--muted");
    context.fillText(text, x + glyphWidth + 2, y + 0.5);
    x += widths[i] as number;
  });
}

function curveOf(geometry: Geometry, { edge }: Band): Curve | undefined {
  return edge.from === edge.to ? undefined : geometry.curve(edge.from, edge.to, edge.isReply ? 1 : 0);
}
