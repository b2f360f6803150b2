import { countText } from "../../graph/flow-ledger.ts";
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

/** How many died there, beside their diamond. */
export function drawCount({ context, colour }: Paint, { x, y }: Point, count: number): void {
  context.font = `700 12px ${colour("--sans")}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = colour("--surface");
  const text = `×${countText(count)}`;
  context.strokeText(text, x, y + 0.5);
  context.fillStyle = colour("--pk-drop");
  context.fillText(text, x, y + 0.5);
}

/** How a packet is drawn beside its meaning. */
export interface PacketLook {
  readonly scale: number;
  /** Where a request's arrow points, in radians clockwise from the right. */
  readonly angle?: number;
  /** On its way back: a hollow shape. */
  readonly isReply?: boolean;
}

/**
 * Shape, glyph and colour: a request is a disc with an arrow, a reply a ring, DNS a square with a question mark (hollow on its way back), a
 * probe a small dotted ring, an end a diamond with a cross.
 */
export function drawPacket({ context, colour }: Paint, { x, y }: Point, meaning: Meaning, look: PacketLook): void {
  const { scale, angle = 0, isReply = false } = look;
  const own = colour(`--pk-${meaning}`);
  const surface = colour("--surface");
  const isHollow = meaning === "reply" || meaning === "probe" || (meaning === "dns" && isReply);
  const [fill, rim] = isHollow ? [surface, own] : [own, surface];
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.beginPath();
  switch (meaning) {
    case "request":
      context.arc(0, 0, 8, 0, Math.PI * 2);
      break;
    case "reply":
      context.arc(0, 0, 7, 0, Math.PI * 2);
      break;
    case "dns":
      context.rect(-7, -7, 14, 14);
      break;
    case "probe":
      context.setLineDash([2, 2]);
      context.arc(0, 0, 5, 0, Math.PI * 2);
      break;
    case "drop":
      polygon(context, [0, -10], [10, 0], [0, 10], [-10, 0]);
      break;
  }
  context.fillStyle = fill;
  context.strokeStyle = rim;
  context.lineWidth = meaning === "reply" ? 4 : 2;
  context.fill();
  context.stroke();
  context.setLineDash([]);
  context.strokeStyle = surface;
  context.lineWidth = 1.8;
  context.lineCap = "round";
  context.beginPath();
  if (meaning === "request") {
    context.rotate(angle);
    context.moveTo(-1.5, -3.2);
    context.lineTo(2.2, 0);
    context.lineTo(-1.5, 3.2);
  } else if (meaning === "drop") {
    context.moveTo(-3, -3);
    context.lineTo(3, 3);
    context.moveTo(3, -3);
    context.lineTo(-3, 3);
  }
  context.stroke();
  if (meaning === "dns") {
    context.fillStyle = isReply ? own : surface;
    context.font = `700 12px ${colour("--sans")}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("?", 0, 0.5);
  }
  context.restore();
}

function polygon(context: CanvasRenderingContext2D, ...corners: readonly (readonly [number, number])[]): void {
  corners.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.closePath();
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
