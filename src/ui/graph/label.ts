import type { Rectangle } from "../../graph/place-label.ts";
import type { Meaning } from "../../graph/tracks.ts";
import type { Paint } from "./packet-shapes.ts";

/** An address before and after a step, or a sentence. */
export type LabelRow = { readonly name: string; readonly before: string; readonly after: string } | { readonly text: string };

const lineHeight = 16;
const padding = 8;
const gap = 8;
/** A sentence is set wide, or narrow where that covers less. */
export const sentenceWidths = [280, 168] as const;
const mono = (colour: Paint["colour"]) => `600 11.5px ${colour("--mono")}`;
const sans = (colour: Paint["colour"]) => `500 12px ${colour("--sans")}`;

export function labelSize(
  paint: Paint,
  rows: readonly LabelRow[],
  sentenceWidth: number,
): { readonly width: number; readonly height: number } {
  const nameWidth = nameColumn(paint, rows);
  let width = 0;
  let lines = 0;
  for (const row of rows) {
    if ("text" in row) {
      const wrapped = wrap(paint, row.text, sentenceWidth);
      lines += wrapped.length;
      for (const line of wrapped) width = Math.max(width, measure(paint, line, sans));
    } else {
      lines++;
      const before = row.before === row.after ? 0 : measure(paint, row.before, mono) + gap;
      width = Math.max(width, nameWidth + before + measure(paint, row.after, mono));
    }
  }
  return { width: Math.ceil(width) + 2 * padding, height: lines * lineHeight + 2 * 4 };
}

export function drawLabel(paint: Paint, place: Rectangle, rows: readonly LabelRow[], meaning: Meaning, sentenceWidth: number): void {
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
    let at = place.x + padding;
    if ("text" in row) {
      context.font = sans(colour);
      context.fillStyle = colour("--text");
      for (const line of wrap(paint, row.text, sentenceWidth)) {
        context.fillText(line, at, middle);
        middle += lineHeight;
      }
      continue;
    }
    context.font = sans(colour);
    context.fillStyle = colour("--muted");
    context.fillText(row.name, at, middle);
    at += nameWidth;
    context.font = mono(colour);
    if (row.before !== row.after) {
      const width = context.measureText(row.before).width;
      context.fillStyle = colour("--faint");
      context.fillText(row.before, at, middle);
      context.fillRect(at, middle, width, 1);
      at += width + gap;
      context.fillStyle = meaning === "drop" ? colour("--text") : colour("--accent");
    } else {
      context.fillStyle = colour("--text");
    }
    context.fillText(row.after, at, middle);
    middle += lineHeight;
  }
}

function nameColumn(paint: Paint, rows: readonly LabelRow[]): number {
  return Math.max(0, ...rows.map((row) => ("text" in row ? 0 : measure(paint, row.name, sans)))) + gap;
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
