import { useEffect, useRef } from "react";
import { useStoreApi } from "reactflow";
import type { Meaning, Stop } from "../../graph/tracks.ts";
import { isMotionReduced } from "../app/motion.ts";
import { along, type Geometry, type Point } from "./geometry.ts";
import { frame, usePlayback } from "./playback.ts";

/**
 * The packets: one canvas over the graph. Nothing of it is React state; the canvas draws when the film, the picture or the viewport moves
 * and rests otherwise.
 */
export function PacketLayer({ geometry }: { geometry: Geometry }) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  useEffect(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext("2d");
    if (canvas === null || context === null || context === undefined) return;
    let drawn = "";
    let handle = 0;
    const draw = (nowMs: number) => {
      handle = requestAnimationFrame(draw);
      const { width, height, transform } = store.getState();
      const packet = frame(nowMs, isMotionReduced());
      const state = usePlayback.getState();
      const theme = document.documentElement.dataset["theme"] ?? "";
      // Nothing has moved since the last picture: leave it.
      const key = `${width} ${height} ${transform.join(" ")} ${theme} ${state.connection} ${state.at} ${state.stops.length} ${packet?.travelled}`;
      if (key === drawn) return;
      drawn = key;
      const ratio = Math.min(2, window.devicePixelRatio);
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      const [x, y, zoom] = transform;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
      const style = getComputedStyle(document.documentElement);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      drawTrail(context, geometry, state.stops, state.at, colour);
      if (packet === undefined) return;
      const at = position(geometry, packet);
      if (at === undefined) return;
      drawPacket(context, at, packet.stop.meaning, colour);
      drawLabel(context, at, packet.stop, colour);
    };
    handle = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(handle);
  }, [geometry, store]);
  return <canvas ref={canvasRef} className="packet-layer" role="presentation" />;
}

function laneOf(meaning: Meaning, stop: Stop): number {
  return meaning === "reply" || (meaning === "dns" && stop.hop.packet % 2 === 0) ? 1 : 0;
}

function position(geometry: Geometry, packet: NonNullable<ReturnType<typeof frame>>): Point | undefined {
  const { from, to, travelled, stop } = packet;
  if (from === undefined) return corner(geometry, to);
  const curve = geometry.curve(from, to, laneOf(stop.meaning, stop));
  if (curve === undefined) return geometry.centre(to);
  const eased = travelled < 0.5 ? 2 * travelled * travelled : 1 - (2 - 2 * travelled) * (1 - travelled);
  return along(curve, eased);
}

/** Where a packet stands that is at a box: on its right rim, so that it covers no text. */
function corner(geometry: Geometry, box: string): Point | undefined {
  const centre = geometry.centre(box);
  if (centre === undefined) return undefined;
  const size = geometry.size(box);
  return { x: centre.x + size.width / 2 - 2, y: centre.y - size.height / 2 + 8 };
}

type Colour = (name: string) => string;

/** The way so far, with a number at each stop: a still picture tells the story. Only the packet that is shown and the one before it. */
function drawTrail(context: CanvasRenderingContext2D, geometry: Geometry, stops: readonly Stop[], at: number, colour: Colour): void {
  const current = stops[at];
  if (current === undefined) return;
  const first = stops.findIndex((stop) => stop.hop.packet === current.hop.packet);
  let number = 0;
  const numbered = new Map<string, number>();
  for (let i = first; i <= at; i++) {
    const stop = stops[i] as Stop;
    if (stop.hop.packet !== current.hop.packet) continue;
    const previous = stops[i - 1];
    context.strokeStyle = colour(`--pk-${stop.meaning}`);
    context.globalAlpha = 0.55;
    context.lineWidth = 2.5;
    context.setLineDash(stop.meaning === "reply" ? [2, 5] : []);
    if (i > first && previous !== undefined && previous.box !== stop.box && i < at) {
      const curve = geometry.curve(previous.box, stop.box, laneOf(stop.meaning, stop));
      if (curve !== undefined) strokeCurve(context, curve);
    }
    if (!numbered.has(stop.box)) numbered.set(stop.box, ++number);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  for (const [box, n] of numbered) {
    const centre = geometry.centre(box);
    if (centre === undefined) continue;
    const size = geometry.size(box);
    drawNumber(context, { x: centre.x - size.width / 2, y: centre.y - size.height / 2 }, n, colour);
  }
}

function strokeCurve(context: CanvasRenderingContext2D, [a, b, c, d]: readonly [Point, Point, Point, Point]): void {
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
  context.stroke();
}

function drawNumber(context: CanvasRenderingContext2D, { x, y }: Point, number: number, colour: Colour): void {
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

/** Shape, glyph and colour: a request is a disc with an arrow, a reply a ring, DNS a square with ?, a probe a small dotted ring, an end a diamond with ×. */
function drawPacket(context: CanvasRenderingContext2D, { x, y }: Point, meaning: Meaning, colour: Colour): void {
  const fill = colour(`--pk-${meaning}`);
  const ground = colour("--surface");
  context.lineWidth = 2;
  context.beginPath();
  switch (meaning) {
    case "request":
      context.arc(x, y, 8, 0, Math.PI * 2);
      break;
    case "reply":
      context.arc(x, y, 7, 0, Math.PI * 2);
      break;
    case "dns":
      context.rect(x - 7, y - 7, 14, 14);
      break;
    case "probe":
      context.setLineDash([2, 2]);
      context.arc(x, y, 5, 0, Math.PI * 2);
      break;
    case "drop":
      context.moveTo(x, y - 10);
      context.lineTo(x + 10, y);
      context.lineTo(x, y + 10);
      context.lineTo(x - 10, y);
      context.closePath();
      break;
  }
  context.fillStyle = meaning === "reply" || meaning === "probe" ? ground : fill;
  context.strokeStyle = meaning === "reply" || meaning === "probe" ? fill : ground;
  context.lineWidth = meaning === "reply" ? 4 : 2;
  context.fill();
  context.stroke();
  context.setLineDash([]);
  const glyph = { request: "›", reply: "", dns: "?", probe: "", drop: "×" }[meaning];
  if (glyph === "") return;
  context.fillStyle = ground;
  context.font = `700 13px ${colour("--sans")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(glyph, x, y + 0.5);
}

/** The addresses of the packet; at a rewrite the old one is struck through beside the new one. */
function drawLabel(context: CanvasRenderingContext2D, { x, y }: Point, stop: Stop, colour: Colour): void {
  const { hop } = stop;
  const rows = [
    { name: "from", before: hop.fromSource, after: hop.source },
    { name: "to", before: hop.fromDestination, after: hop.destination },
  ];
  context.font = `600 11px ${colour("--mono")}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  const nameWidth = context.measureText("from ").width;
  const gap = 8;
  const widths = rows.map((row) => {
    const after = context.measureText(row.after).width;
    return nameWidth + after + (row.before === row.after ? 0 : context.measureText(row.before).width + gap);
  });
  const width = Math.max(...widths) + 16;
  const height = 38;
  const left = x + 16;
  const top = y - height - 8;
  context.beginPath();
  context.roundRect(left, top, width, height, 6);
  context.fillStyle = colour("--raised");
  context.fill();
  context.strokeStyle = colour("--line-strong");
  context.lineWidth = 1;
  context.stroke();
  rows.forEach((row, i) => {
    const middle = top + 12 + i * 15;
    let at = left + 8;
    context.fillStyle = colour("--muted");
    context.fillText(row.name, at, middle);
    at += nameWidth;
    if (row.before !== row.after) {
      const old = context.measureText(row.before).width;
      context.fillStyle = colour("--faint");
      context.fillText(row.before, at, middle);
      context.fillRect(at, middle, old, 1);
      at += old + gap;
      context.fillStyle = colour(`--pk-${stop.meaning}`);
    } else {
      context.fillStyle = colour("--text");
    }
    context.fillText(row.after, at, middle);
  });
}
