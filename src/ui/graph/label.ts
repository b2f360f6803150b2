import { type AddressPart, changedParts } from "../../graph/address-change.ts";
import type { Rectangle, Shape, Size } from "../../graph/place-label.ts";
import type { Paint } from "./packet-shapes.ts";

/**
 * An address before and after a step, or a sentence. `happened` runs from 0 to 1 while the old address is struck through; then the new one
 * stands beside it, its changed parts underlined.
 */
export type LabelRow =
  | { readonly name: string; readonly before: string; readonly after: string; readonly happened: number }
  | { readonly text: string };

const lineHeight = 16;
const padding = 8;
const gap = 8;
/** An address stands beside the one before it; beneath it where that covers less. */
const stackedCost = 600;
/** A sentence is set wide, or narrower where that covers less. */
const sentenceWidths = [280, 210, 168, 400] as const;
const mono = (colour: Paint["colour"]) => `600 11.5px ${colour("--mono")}`;
const sans = (colour: Paint["colour"]) => `500 12px ${colour("--sans")}`;

/** How a label may be set, the best first. */
export interface LabelShape extends Shape {
  readonly rows: readonly LabelRow[];
  readonly sentenceWidth: number;
  readonly isStacked: boolean;
}

export function labelShapes(paint: Paint, rows: readonly LabelRow[], cost = 0): readonly LabelShape[] {
  const isSentence = rows.some((row) => "text" in row);
  const widths = isSentence ? sentenceWidths : sentenceWidths.slice(0, 1);
  const stacking = rows.some(isChanged) ? [false, true] : [false];
  return stacking.flatMap((isStacked) =>
    widths.map((sentenceWidth) => {
      const shape = { rows, sentenceWidth, isStacked, cost: cost + (isStacked ? stackedCost : 0) };
      return { ...shape, ...labelSize(paint, shape) };
    }),
  );
}

type AddressRow = Exclude<LabelRow, { readonly text: string }>;

function isChanged(row: LabelRow): row is AddressRow {
  return !("text" in row) && row.before !== row.after;
}

function labelSize(paint: Paint, { rows, sentenceWidth, isStacked }: Omit<LabelShape, keyof Shape>): Size {
  const nameWidth = nameColumn(paint, rows);
  let width = 0;
  let lines = 0;
  for (const row of rows) {
    if ("text" in row) {
      const wrapped = wrap(paint, row.text, sentenceWidth);
      lines += wrapped.length;
      for (const line of wrapped) width = Math.max(width, measure(paint, line, sans));
    } else {
      // As large as it will be: a label must not jump while it is read.
      const before = isChanged(row) ? measure(paint, row.before, mono) : 0;
      const after = measure(paint, row.after, mono);
      lines += isStacked && before > 0 ? 2 : 1;
      width = Math.max(width, nameWidth + (before === 0 ? after : isStacked ? Math.max(before, after) : before + gap + after));
    }
  }
  return { width: Math.ceil(width) + 2 * padding, height: lines * lineHeight + 2 * 4 };
}

export function drawLabel(paint: Paint, place: Rectangle, { rows, sentenceWidth, isStacked }: LabelShape): void {
  const { context, colour } = paint;
  context.beginPath();
  context.roundRect(place.x, place.y, place.width, place.height, 6);
  context.fillStyle = colour("--raised");
  context.fill();
  context.strokeStyle = colour("--line-strong");
  context.lineWidth = 1;
  context.stroke();
  context.textAlign = "left";
  context.textBaseline = "middle";
  const nameWidth = nameColumn(paint, rows);
  let middle = place.y + 4 + lineHeight / 2;
  for (const row of rows) {
    const left = place.x + padding;
    if ("text" in row) {
      context.font = sans(colour);
      context.fillStyle = colour("--text");
      for (const line of wrap(paint, row.text, sentenceWidth)) {
        context.fillText(line, left, middle);
        middle += lineHeight;
      }
      continue;
    }
    context.font = sans(colour);
    context.fillStyle = colour("--muted");
    context.fillText(row.name, left, middle);
    drawAddress(paint, left + nameWidth, middle, row, isStacked);
    middle += isStacked && isChanged(row) ? 2 * lineHeight : lineHeight;
  }
}

function drawAddress(paint: Paint, x: number, y: number, row: AddressRow, isStacked: boolean): void {
  const { context, colour } = paint;
  const { before, after, happened } = row;
  context.font = mono(colour);
  if (before === after) {
    drawParts(paint, x, y, [{ text: after, isChanged: false }]);
    return;
  }
  const width = context.measureText(before).width;
  context.fillStyle = colour(happened === 0 ? "--text" : "--faint");
  context.fillText(before, x, y);
  context.fillRect(x, y, width * happened, 1.5);
  if (happened < 1) return;
  const parts = changedParts(before, after);
  if (isStacked) drawParts(paint, x, y + lineHeight, parts);
  else drawParts(paint, x + width + gap, y, parts);
}

function drawParts({ context, colour }: Paint, left: number, y: number, parts: readonly AddressPart[]): void {
  let x = left;
  for (const { text, isChanged } of parts) {
    const { width } = context.measureText(text);
    context.fillStyle = colour(isChanged ? "--accent" : "--text");
    context.fillText(text, x, y);
    if (isChanged) context.fillRect(x, y + 6, width, 1.5);
    x += width;
  }
}

function nameColumn(paint: Paint, rows: readonly LabelRow[]): number {
  const names = rows.flatMap((row) => ("text" in row ? [] : [measure(paint, row.name, sans)]));
  return names.length === 0 ? 0 : Math.max(...names) + gap;
}

function measure({ context, colour }: Paint, text: string, font: typeof mono): number {
  context.font = font(colour);
  return context.measureText(text).width;
}

/** Breaks at spaces, and between Chinese characters. */
function wrap(paint: Paint, text: string, sentenceWidth: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(/[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? []) {
    if (line !== "" && measure(paint, line + piece.trimEnd(), sans) > sentenceWidth) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return line === "" ? lines : [...lines, line.trimEnd()];
}
