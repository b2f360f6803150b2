import { firstSentence } from "../../graph/first-sentence.ts";
import { internetBox, podWithin, type Stop } from "../../graph/tracks.ts";
import { waitingOf } from "../../graph/waiting.ts";
import { say } from "../../messages/catalogue.ts";
import { useLanguage } from "../app/language.ts";
import { archive, usePage } from "../store/store.ts";
import { along, type Geometry, type Point } from "./geometry.ts";
import { heading } from "./heading.ts";
import type { LabelRow } from "./label.ts";
import { drawNumber, drawPacket, type Paint, strokeCurve } from "./packet-shapes.ts";
import type { PacketFrame, PlaybackState, Remains } from "./playback.ts";

const laneOf = (stop: Stop): number => (stop.isReply ? 1 : 0);

/** Where the followed packet is, and which way it goes. */
export function positionOf(
  geometry: Geometry,
  { from, to, travelled, stop }: Pick<PacketFrame, "from" | "to" | "travelled" | "stop">,
  { stops, at }: PlaybackState,
): { readonly point: Point; readonly angle: number } | undefined {
  if (from !== undefined) {
    const curve = geometry.curve(from, to, laneOf(stop));
    const eased = travelled < 0.5 ? 2 * travelled * travelled : 1 - (2 - 2 * travelled) * (1 - travelled);
    if (curve !== undefined) return { point: along(curve, eased), angle: heading(curve, eased) };
    const centre = geometry.centre(to);
    return centre === undefined ? undefined : { point: centre, angle: 0 };
  }
  // It stands at a box: where it came in; at its first box, where it will go out.
  for (let i = at; i > 0; i--) {
    const [before, here] = [stops[i - 1], stops[i]];
    if (before === undefined || here === undefined || before.hop.packet !== stop.hop.packet) break;
    if (before.box === here.box || here.box === internetBox) continue;
    const curve = geometry.curve(before.box, here.box, laneOf(here));
    return curve === undefined ? undefined : { point: curve[3], angle: heading(curve, 1) };
  }
  if (to !== internetBox) {
    const next = stops.find((other, i) => i > at && other.hop.packet === stop.hop.packet && other.box !== to);
    const curve = next === undefined ? undefined : geometry.curve(to, next.box, laneOf(stop));
    if (curve !== undefined) return { point: curve[0], angle: heading(curve, 0) };
  }
  const point = to === internetBox ? geometry.centre(to) : edgeOf(geometry, to);
  return point === undefined ? undefined : { point, angle: 0 };
}

/** The followed packet. One that is lost comes as what it was, shrinks, and leaves a diamond. */
export function drawFollowed(
  paint: Paint,
  point: Point,
  angle: number,
  { stop, travelled, happened }: PacketFrame,
  before: Stop | undefined,
): void {
  const { isReply } = stop;
  if (stop.meaning !== "drop" || (travelled === 1 && happened === 1)) {
    drawPacket(paint, point, stop.meaning, { scale: 1, angle, isReply });
    return;
  }
  const was = before?.hop.packet === stop.hop.packet ? before.meaning : isReply ? "reply" : "request";
  if (happened < 0.6) drawPacket(paint, point, was, { scale: 1 - happened, angle, isReply });
  else drawPacket(paint, point, "drop", { scale: happened });
}

/** The middle of a box' right side. */
function edgeOf(geometry: Geometry, box: string): Point | undefined {
  const centre = geometry.centre(box);
  return centre === undefined ? undefined : { x: centre.x + geometry.size(box).width / 2, y: centre.y };
}

/** Where what died at a box lies: at its lower right corner. */
export function deathPoint(geometry: Geometry, box: string): Point | undefined {
  if (box === internetBox) return geometry.centre(box);
  const corner = geometry.corner(box);
  const size = geometry.size(box);
  return corner === undefined ? undefined : { x: corner.x + size.width - 14, y: corner.y + size.height };
}

/** Where packets died: those of the film so far, and those that earlier films left. Oldest first. */
export function deathsOf({ connection, stops, at, remains }: PlaybackState): readonly Remains[] {
  const found = new Map<string, Remains>();
  for (const left of remains) found.set(left.box, left);
  stops.forEach(({ hop: { action, reason }, box }, hop) => {
    if (hop > at || connection === undefined || (action !== "drop" && action !== "reject")) return;
    found.delete(box);
    found.set(box, { connection, hop, box, reason });
  });
  return [...found.values()];
}

/** The way so far, with a number at each stop: a still picture tells the story. Only the packet that is shown. Gives where numbers stand. */
export function drawTrail(paint: Paint, geometry: Geometry, { stops, at }: PlaybackState): readonly Point[] {
  const { context, colour } = paint;
  const current = stops[at];
  if (current === undefined) return [];
  const first = stops.findIndex((stop) => stop.hop.packet === current.hop.packet);
  const numbered = new Map<string, number>();
  let before: Stop | undefined;
  for (let i = first; i <= at; i++) {
    const stop = stops[i] as Stop;
    if (stop.hop.packet !== current.hop.packet) continue;
    context.strokeStyle = colour(`--pk-${stop.meaning === "drop" ? "request" : stop.meaning}`);
    context.globalAlpha = 0.55;
    context.lineWidth = 2.5;
    context.setLineDash(stop.isReply ? [2, 5] : []);
    if (before !== undefined && before.box !== stop.box && i < at) {
      const curve = geometry.curve(before.box, stop.box, laneOf(stop));
      if (curve !== undefined) strokeCurve(paint, curve);
    }
    before = stop;
    if (stop.box !== internetBox && !numbered.has(stop.box)) numbered.set(stop.box, numbered.size + 1);
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
export function labelRows(stop: Stop, happened: number): readonly LabelRow[] {
  const { ui } = useLanguage.getState();
  const { hop } = stop;
  const pod = podWithin(stop);
  const isEnd = hop.action === "drop" || hop.action === "reject";
  return [
    ...(pod === undefined ? [] : [{ text: pod }]),
    { name: ui.labelFrom, before: hop.fromSource, after: hop.source, happened },
    { name: ui.labelTo, before: hop.fromDestination, after: hop.destination, happened },
    ...(isEnd && happened === 1 ? reasonRows(hop.reason) : []),
  ];
}

/** In short: the whole of it stands in the inspector. */
export function reasonRows(reason: Remains["reason"]): readonly LabelRow[] {
  const { sentences } = useLanguage.getState();
  return sentences === undefined ? [] : [{ text: firstSentence(say(sentences.reasons, reason.code, reason.args)) }];
}

export interface Ring {
  readonly box: string;
  readonly share: number;
  readonly text: string;
}

/** A client that waits in vain: how far its pause has run, and what comes after it. */
export function ringOf(state: PlaybackState): Ring | undefined {
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
