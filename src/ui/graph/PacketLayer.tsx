import { useEffect, useRef } from "react";
import { useStoreApi } from "reactflow";
import { overlap, placeLabel, type Rectangle } from "../../graph/place-label.ts";
import { internetBox, type Meaning, type Stop } from "../../graph/tracks.ts";
import { waitingOf } from "../../graph/waiting.ts";
import { say } from "../../messages/catalogue.ts";
import { useLanguage } from "../app/language.ts";
import { isMotionReduced } from "../app/motion.ts";
import { archive, usePage } from "../store/store.ts";
import { along, type Geometry, type Point } from "./geometry.ts";
import { drawLabel, type LabelRow, labelSize, sentenceWidths } from "./label.ts";
import { drawNumber, drawPacket, drawRing, type Paint, strokeCurve } from "./packet-shapes.ts";
import { flightsNow, frame, legMs, type PlaybackState, usePlayback } from "./playback.ts";
import { type Spot, setSpots } from "./spots.ts";

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
      const flights = flightsNow(nowMs);
      const wait = ringOf(state);
      const { language, sentences } = useLanguage.getState();
      const theme = document.documentElement.dataset["theme"] ?? "";
      // Nothing has moved since the last picture: leave it.
      const key = [
        ...[width, height, ...transform, theme, language, sentences === undefined, state.connection, state.at, state.stops.length],
        ...[packet?.travelled, state.remains.length, wait?.text, flights.length === 0 ? "" : nowMs],
      ].join(" ");
      if (key === drawn) return;
      drawn = key;
      const ratio = Math.min(2, window.devicePixelRatio);
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      const [x, y, zoom] = transform;
      const paint: Paint = { context, colour: colours(theme) };
      const toScreen = (point: Point): Point => ({ x: point.x * zoom + x, y: point.y * zoom + y });
      const spots: Spot[] = [];
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
      for (const flight of flights) {
        const at = Math.min(flight.legs.length - 0.001, (nowMs - flight.startMs) / legMs);
        const leg = flight.legs[Math.floor(at)];
        const curve = leg === undefined ? undefined : geometry.curve(leg.from, leg.to, laneOf(leg.meaning));
        if (leg === undefined || curve === undefined) continue;
        const point = along(curve, at % 1);
        drawPacket(paint, point, leg.meaning, 0.7);
        spots.push({ ...toScreen(point), connection: flight.connection, hop: undefined });
      }
      const numbers = drawTrail(paint, geometry, state);
      const marks: Point[] = [];
      for (const { connection, hop, box } of deaths(state)) {
        // The packet that is looked at is drawn itself.
        if (packet?.stop.box === box && packet.stop.meaning === "drop") continue;
        const corner = deathPoint(geometry, box);
        if (corner === undefined) continue;
        context.globalAlpha = connection === state.connection ? 1 : 0.6;
        drawPacket(paint, corner, "drop", 1);
        marks.push(corner);
        context.globalAlpha = 1;
        spots.push({ ...toScreen(corner), connection, hop });
      }
      const point = packet === undefined ? undefined : position(geometry, packet, state);
      if (packet !== undefined && point !== undefined && state.connection !== undefined) {
        drawPacket(paint, point, packet.stop.meaning, 1);
        spots.push({ ...toScreen(point), connection: state.connection, hop: state.at });
      }
      // Labels keep their size on the screen, whatever the zoom.
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const onScreen = (r: Rectangle): Rectangle => ({ ...toScreen(r), width: r.width * zoom, height: r.height * zoom });
      const obstacles = [
        // The graph's own buttons.
        { x: width - 108, y: 0, width: 108, height: 38 },
        ...geometry.obstacles.map(onScreen),
        ...[...numbers, ...marks].map((n) => onScreen({ x: n.x - 10, y: n.y - 10, width: 20, height: 20 })),
      ];
      if (packet !== undefined) {
        const end = position(geometry, { ...packet, travelled: 1 }, state);
        if (end !== undefined) {
          const rows = labelRows(packet.stop);
          const offers = sentenceWidths.map((sentenceWidth) => {
            const place = placeLabel(toScreen(end), labelSize(paint, rows, sentenceWidth), obstacles, { width, height });
            return { sentenceWidth, place, covered: obstacles.reduce((sum, obstacle) => sum + overlap(place, obstacle), 0) };
          });
          const [wide, narrow] = offers as [(typeof offers)[number], (typeof offers)[number]];
          const { place, sentenceWidth } = narrow.covered < wide.covered ? narrow : wide;
          drawLabel(paint, place, rows, packet.stop.meaning, sentenceWidth);
        }
      }
      const ringAt = wait === undefined ? undefined : geometry.corner(wait.box);
      if (wait !== undefined && ringAt !== undefined) {
        const centre = toScreen({ x: ringAt.x + geometry.size(wait.box).width, y: ringAt.y });
        drawRing(paint, centre, wait.share, wait.text);
      }
      setSpots(spots);
    };
    handle = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(handle);
  }, [geometry, store]);
  return <canvas ref={canvasRef} className="packet-layer" />;
}

let colourCache: { readonly theme: string; readonly colour: (name: string) => string } | undefined;

function colours(theme: string): (name: string) => string {
  if (colourCache?.theme === theme) return colourCache.colour;
  const style = getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  const colour = (name: string) => {
    let value = known.get(name);
    if (value === undefined) {
      value = style.getPropertyValue(name).trim();
      known.set(name, value);
    }
    return value;
  };
  colourCache = { theme, colour };
  return colour;
}

function laneOf(meaning: Meaning): number {
  return meaning === "reply" ? 1 : 0;
}

function position(
  geometry: Geometry,
  { from, to, travelled, stop }: { from: string | undefined; to: string; travelled: number; stop: Stop },
  { stops, at }: PlaybackState,
): Point | undefined {
  if (from !== undefined) {
    const curve = geometry.curve(from, to, laneOf(stop.meaning));
    const eased = travelled < 0.5 ? 2 * travelled * travelled : 1 - (2 - 2 * travelled) * (1 - travelled);
    return curve === undefined ? geometry.centre(to) : along(curve, eased);
  }
  // It stands at a box: where it came in; at its first box, where it will go out.
  for (let i = at; i > 0; i--) {
    const [before, here] = [stops[i - 1], stops[i]];
    if (before === undefined || here === undefined || before.hop.packet !== stop.hop.packet) break;
    if (before.box !== here.box && here.box !== internetBox) return geometry.curve(before.box, here.box, laneOf(here.meaning))?.[3];
  }
  if (to === internetBox) return geometry.centre(to);
  const next = stops.find((other, i) => i > at && other.hop.packet === stop.hop.packet && other.box !== to);
  return (next === undefined ? undefined : geometry.curve(to, next.box, laneOf(stop.meaning))?.[0]) ?? edgeOf(geometry, to);
}

/** The middle of a box' right side. */
function edgeOf(geometry: Geometry, box: string): Point | undefined {
  const centre = geometry.centre(box);
  return centre === undefined ? undefined : { x: centre.x + geometry.size(box).width / 2, y: centre.y };
}

function deathPoint(geometry: Geometry, box: string): Point | undefined {
  if (box === internetBox) return geometry.centre(box);
  const corner = geometry.corner(box);
  const size = geometry.size(box);
  return corner === undefined ? undefined : { x: corner.x + size.width - 14, y: corner.y + size.height };
}

/** Where packets died: those of the film so far, and those that earlier films left. */
function deaths({ connection, stops, at, remains }: PlaybackState): readonly { connection: string; hop: number; box: string }[] {
  const found = new Map<string, { connection: string; hop: number; box: string }>();
  for (const left of remains) found.set(left.box, left);
  stops.forEach((stop, hop) => {
    if (hop <= at && connection !== undefined && stop.hop.action === "drop") found.set(stop.box, { connection, hop, box: stop.box });
  });
  return [...found.values()];
}

/** The way so far, with a number at each stop: a still picture tells the story. Only the packet that is shown. Gives where numbers stand. */
function drawTrail(paint: Paint, geometry: Geometry, { stops, at }: PlaybackState): readonly Point[] {
  const { context, colour } = paint;
  const current = stops[at];
  if (current === undefined) return [];
  const first = stops.findIndex((stop) => stop.hop.packet === current.hop.packet);
  const numbered = new Map<string, number>();
  const isNumbered = (box: string) => box !== internetBox;
  let before: Stop | undefined;
  for (let i = first; i <= at; i++) {
    const stop = stops[i] as Stop;
    if (stop.hop.packet !== current.hop.packet) continue;
    context.strokeStyle = colour(`--pk-${stop.meaning === "drop" ? "request" : stop.meaning}`);
    context.globalAlpha = 0.55;
    context.lineWidth = 2.5;
    context.setLineDash(stop.meaning === "reply" ? [2, 5] : []);
    if (before !== undefined && before.box !== stop.box && i < at) {
      const curve = geometry.curve(before.box, stop.box, laneOf(stop.meaning));
      if (curve !== undefined) strokeCurve(paint, curve);
    }
    before = stop;
    if (isNumbered(stop.box) && !numbered.has(stop.box)) numbered.set(stop.box, numbered.size + 1);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  const places: Point[] = [];
  for (const [box, number] of numbered) {
    const corner = geometry.corner(box);
    if (corner === undefined) continue;
    drawNumber(paint, corner, number);
    places.push(corner);
  }
  return places;
}

/** The addresses of the packet; at a rewrite the old one beside the new one; at its end the reason. */
function labelRows({ hop }: Stop): readonly LabelRow[] {
  const { ui, sentences } = useLanguage.getState();
  const isEnd = hop.action === "drop" || hop.action === "reject";
  return [
    { name: ui.labelFrom, before: hop.fromSource, after: hop.source },
    { name: ui.labelTo, before: hop.fromDestination, after: hop.destination },
    ...(isEnd && sentences !== undefined ? [{ text: say(sentences.reasons, hop.reason.code, hop.reason.args) }] : []),
  ];
}

/** A client that waits in vain: how far its pause has run, and what comes after it. */
function ringOf(state: PlaybackState): { readonly box: string; readonly share: number; readonly text: string } | undefined {
  const { connection, stops, isPlaying } = state;
  if (connection === undefined || isPlaying || stops.length === 0) return undefined;
  const page = usePage.getState();
  const info = page.connections.findLast((c) => c.id === connection);
  if (info === undefined || page.terminals.get(info.session)?.busySinceMs === undefined) return undefined;
  const waiting = waitingOf(info, archive.hops(connection), page.nowUs);
  const box = stops[0]?.box;
  if (waiting === undefined || box === undefined) return undefined;
  const { ui } = useLanguage.getState();
  const seconds = Math.ceil((waiting.nextUs - page.nowUs) / 1_000_000);
  const text = (waiting.attempt === undefined ? ui.waitingGivesUp : ui.waitingTries)
    .replace("{seconds}", `${seconds}`)
    .replace("{attempt}", `${waiting.attempt ?? ""}`);
  return { box, share: (page.nowUs - waiting.sinceUs) / (waiting.nextUs - waiting.sinceUs), text };
}
