import type { Meaning } from "../../graph/tracks.ts";
import type { Curve, Point } from "./geometry.ts";

export interface Paint {
  readonly context: CanvasRenderingContext2D;
  /** A token of tokens.css by its name. */
  readonly colour: (name: string) => string;
}

export function strokeCurve({ context }: Paint, [a, b, c, d]: Curve): void {
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
  context.stroke();
}

/** The number of a stop, at the corner of its box. */
export function drawNumber({ context, colour }: Paint, { x, y }: Point, number: number): void {
  context.beginPath();
  context.arc(x, y, 9, 0, Math.PI * 2);
  context.fillStyle = colour("--accent");
  context.fill();
  context.fillStyle = colour("--on-accent");
  context.font = `600 11px ${colour("--sans")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(`${number}`, x, y + 0.5);
}

/**
 * Shape, glyph and colour: a request is a disc with an arrow, a reply a ring, DNS a square with a question mark, a probe a small dotted ring,
 * an end a diamond with a cross.
 */
export function drawPacket({ context, colour }: Paint, { x, y }: Point, meaning: Meaning, scale: number): void {
  const fill = colour(`--pk-${meaning}`);
  const ground = colour("--surface");
  const isHollow = meaning === "reply" || meaning === "probe";
  context.beginPath();
  switch (meaning) {
    case "request":
      context.arc(x, y, 8 * scale, 0, Math.PI * 2);
      break;
    case "reply":
      context.arc(x, y, 7 * scale, 0, Math.PI * 2);
      break;
    case "dns":
      context.rect(x - 7 * scale, y - 7 * scale, 14 * scale, 14 * scale);
      break;
    case "probe":
      context.setLineDash([2, 2]);
      context.arc(x, y, 5 * scale, 0, Math.PI * 2);
      break;
    case "drop":
      context.moveTo(x, y - 10 * scale);
      context.lineTo(x + 10 * scale, y);
      context.lineTo(x, y + 10 * scale);
      context.lineTo(x - 10 * scale, y);
      context.closePath();
      break;
  }
  context.fillStyle = isHollow ? ground : fill;
  context.strokeStyle = isHollow ? fill : ground;
  context.lineWidth = (meaning === "reply" ? 4 : 2) * scale;
  context.fill();
  context.stroke();
  context.setLineDash([]);
  context.strokeStyle = ground;
  context.lineWidth = 1.8 * scale;
  context.lineCap = "round";
  context.beginPath();
  if (meaning === "request") {
    context.moveTo(x - 1.5 * scale, y - 3.2 * scale);
    context.lineTo(x + 2.2 * scale, y);
    context.lineTo(x - 1.5 * scale, y + 3.2 * scale);
  } else if (meaning === "drop") {
    context.moveTo(x - 3 * scale, y - 3 * scale);
    context.lineTo(x + 3 * scale, y + 3 * scale);
    context.moveTo(x + 3 * scale, y - 3 * scale);
    context.lineTo(x - 3 * scale, y + 3 * scale);
  }
  context.stroke();
  if (meaning !== "dns") return;
  context.fillStyle = ground;
  context.font = `700 ${Math.round(12 * scale)}px ${colour("--sans")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("?", x, y + 0.5);
}

/** A pause that runs out: a ring that fills, and beside it what comes then. */
export function drawRing({ context, colour }: Paint, { x, y }: Point, share: number, text: string): void {
  const radius = 11;
  context.beginPath();
  context.arc(x, y, radius + 3, 0, Math.PI * 2);
  context.fillStyle = colour("--surface");
  context.fill();
  context.lineWidth = 3;
  context.strokeStyle = colour("--line-strong");
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.stroke();
  context.strokeStyle = colour("--pk-drop");
  context.beginPath();
  context.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * Math.max(0, Math.min(1, share)));
  context.stroke();
  context.font = `600 11.5px ${colour("--sans")}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const width = context.measureText(text).width;
  context.beginPath();
  context.roundRect(x + radius + 7, y - 11, width + 14, 22, 6);
  context.fillStyle = colour("--raised");
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colour("--line-strong");
  context.stroke();
  context.fillStyle = colour("--text");
  context.fillText(text, x + radius + 14, y + 0.5);
}
