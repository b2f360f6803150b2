import { Air, type AirPicture, onEdgeMax, trackedMax } from "../../graph/air.ts";
import { CrossingReader, crossingsOfWay } from "../../graph/crossings.ts";
import { edgeKey, FlowLedger, renamedEdge, sentOver } from "../../graph/flow-ledger.ts";
import type { ConnectionInfo, HopSketch, PacketWay, WayCount } from "../../playground/protocol.ts";
import { isMotionReduced } from "../app/motion.ts";
import { archive, usePage } from "../store/store.ts";
import { isShown, setOtherPackets } from "./playback.ts";

/** The packets that nobody follows: each flies once, and all are counted. They rest while the user pauses, as everything does. */
let reader = new CrossingReader();
const air = new Air();
export const ledger = new FlowLedger();

let airMs = 0;
let view = usePage.getState().view;
let findBox: (placeOrObject: string) => string | undefined = () => undefined;
const ways = new Map<number, PacketWay>();
/** Of this episode. */
const wayTotals = new Map<number, number>();
/** Sums are of what one command, or one load, has sent: since when, in the user's time and in the cluster's. */
let episodeMs = 0;
let episodeUs = 0;

type Waker = () => void;
const wakers = new Set<Waker>();

/** Called when something begins to move. */
export function onFlights(waker: Waker): () => void {
  wakers.add(waker);
  return () => wakers.delete(waker);
}

/** Another cluster: nothing of this one is known any more. */
function forgetFlights(): void {
  clearFlights();
  ways.clear();
  episodeMs = 0;
}

function clearFlights(): void {
  wayTotals.clear();
  reader = new CrossingReader();
  air.clear();
  ledger.clear();
  episodeUs = usePage.getState().nowUs;
}

/** New hops of connections that are shown; that of a film flies there, and is only counted here. */
function takeHops(
  infos: ReadonlyMap<string, ConnectionInfo>,
  fresh: ReadonlyMap<string, readonly HopSketch[]>,
  followed: string | undefined,
): void {
  const shown = [...fresh].flatMap(([id, hops]) => {
    const info = infos.get(id);
    return info !== undefined && isShown(info) ? [{ info, hops }] : [];
  });
  if (shown.length === 0) return;
  beginEpisode(shown.map(({ info }) => info));
  for (const { info, hops } of shown) {
    const { crossings, deaths } = reader.take(info, hops, view, findBox);
    const isFilmed = info.id === followed;
    ledger.take(crossings, deaths, { isFilmed });
    if (!isFilmed) air.take(crossings, deaths, airMs);
  }
  for (const waker of wakers) waker();
}

/** Packets that left no hops, by the ways they took. */
function takeWays(counts: readonly WayCount[], atUs: number): void {
  archive.lastHopMs = performance.now();
  if (air.size === 0) beginEpisodeOfLoad();
  for (const { id, count, way } of counts) {
    if (way !== undefined) ways.set(id, way);
    const known = ways.get(id);
    if (known === undefined) continue;
    wayTotals.set(id, (wayTotals.get(id) ?? 0) + count);
    const { crossings, deaths } = crossingsOfWay(known, atUs, view, findBox);
    ledger.take(crossings, deaths, { count });
    air.takeAlike(crossings, deaths, count, airMs);
  }
  for (const waker of wakers) waker();
}

/** The newest line of any terminal is what the load came from. */
function beginEpisodeOfLoad(): void {
  const { terminals, nowUs } = usePage.getState();
  const lineMs = Math.max(0, ...[...terminals.values()].map((terminal) => terminal.lineMs ?? 0));
  if (lineMs <= episodeMs) return;
  episodeMs = lineMs;
  clearFlights();
  episodeUs = nowUs;
}

/** A line that the user has typed since begins new sums, once the packets before it have landed. */
function beginEpisode(infos: readonly ConnectionInfo[]): void {
  const { terminals, nowUs } = usePage.getState();
  const lineMs = Math.max(0, ...infos.map(({ session }) => terminals.get(session)?.lineMs ?? 0));
  if (lineMs <= episodeMs || air.size > 0) return;
  episodeMs = lineMs;
  clearFlights();
  episodeUs = Math.min(nowUs, ...infos.map(({ openedUs }) => openedUs));
}

/** Another picture: in the same view the counts move along with their boxes, in the other one they are counted again. */
function setFlightBoxes(find: (placeOrObject: string) => string | undefined): void {
  findBox = find;
  const page = usePage.getState();
  if (page.view === view) {
    const told = ledger.edges.filter((edge) => air.counted.has(edgeKey(edge)));
    ledger.rename(find);
    // A line that was told by its sum still is, by its new ends.
    air.recall(told.map((edge) => edgeKey(renamedEdge(edge, find))));
    return;
  }
  view = page.view;
  const since = episodeUs;
  const totals = [...wayTotals];
  clearFlights();
  episodeUs = since;
  for (const [id, count] of totals) {
    wayTotals.set(id, count);
    const { crossings, deaths } = crossingsOfWay(ways.get(id) as PacketWay, page.nowUs, view, findBox);
    ledger.take(crossings, deaths, { count });
  }
  for (const info of page.connections) {
    if (info.openedUs < since || !isShown(info)) continue;
    const { crossings, deaths } = reader.take(info, archive.sketches(info.id), view, findBox);
    ledger.take(crossings, deaths);
  }
  air.recall(ledger.edges.filter((edge) => sentOver(ledger.total(edge)) > onEdgeMax).map(edgeKey));
}

/** Moves the packets on by so many real milliseconds, and tells how they stand. */
export function flyOn(elapsedMs: number, isFilmPlaying: boolean): AirPicture {
  airMs += elapsedMs;
  // Who watches a film has no eye for others' addresses.
  return air.at(airMs, isMotionReduced(), isFilmPlaying ? 0 : trackedMax);
}

/** How far beads have run along bands. */
export function airNowMs(): number {
  return airMs;
}

/** Lines that are told by their sums though nothing passes now. */
export function countedEdges(): ReadonlySet<string> {
  return air.counted;
}

setOtherPackets({ takeHops, takeWays, setBoxes: setFlightBoxes, forget: forgetFlights });
