import { useEffect, useMemo, useRef } from "react";
import { useStoreApi } from "reactflow";
import { bandsOf } from "../../graph/flow-bands.ts";
import type { Deaths } from "../../graph/flow-ledger.ts";
import type { GraphModel } from "../../graph/model.ts";
import { type Rectangle, weights } from "../../graph/place-label.ts";
import { useLanguage } from "../app/language.ts";
import { isMotionReduced, useMotion } from "../app/motion.ts";
import { currentSpeed } from "../store/driver.ts";
import { archive, usePage } from "../store/store.ts";
import { useLook } from "../time/look.ts";
import { deathPoint, deathsOf, drawFollowed, drawTrail, labelRows, positionOf, type Ring, reasonRows, ringOf } from "./draw-film.ts";
import { drawBands, drawCounts } from "./draw-flows.ts";
import { FlowList, tellFlows, wordsOf } from "./FlowList.tsx";
import { airNowMs, countedEdges, flyOn, ledger, onFlights } from "./flights.ts";
import { along, Geometry, type Point } from "./geometry.ts";
import { heading } from "./heading.ts";
import type { LabelRow } from "./label.ts";
import { Labels, obstaclesOf } from "./labels.ts";
import { drawCount, drawPacket, drawRing, type Paint } from "./packet-shapes.ts";
import { elapsedMs, frame, isFilmMoving, rest, showsFilm, usePlayback } from "./playback.ts";
import { type Spot, setSpots } from "./spots.ts";

interface View {
  readonly width: number;
  readonly height: number;
  readonly transform: readonly [x: number, y: number, zoom: number];
}

/**
 * The packets: one canvas over the graph. Nothing of it is React state. The canvas draws a frame when the film, the picture, the viewport or
 * what is in the air has changed, goes on while something moves, and asks for no frame otherwise.
 */
export default function PacketLayer({ model }: { model: GraphModel }) {
  const geometry = useMemo(() => new Geometry(model), [model]);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  useEffect(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext("2d");
    if (canvas === null || context === null || context === undefined) return;
    let handle = 0;
    let isWaiting = false;
    isClear = false;
    const draw = (nowMs: number) => {
      handle = 0;
      const drawn = drawPicture(canvas, context, geometry, store.getState(), nowMs);
      isWaiting = drawn.ring !== undefined;
      if (drawn.isMoving) wake();
      else rest();
    };
    const wake = () => {
      if (handle === 0) handle = requestAnimationFrame(draw);
    };
    wake();
    const stops = [
      store.subscribe((now, before) => {
        if (now.transform !== before.transform || now.width !== before.width || now.height !== before.height) wake();
      }),
      usePlayback.subscribe(wake),
      showsFilm(),
      useLanguage.subscribe(wake),
      useMotion.subscribe(wake),
      onFlights(wake),
      // A command that begins or ends to wait, and its pause running out.
      usePage.subscribe((now, before) => {
        if (now.terminals !== before.terminals || (isWaiting && now.nowUs !== before.nowUs)) wake();
      }),
      watchTheme(wake),
    ];
    return () => {
      for (const stop of stops) stop();
      cancelAnimationFrame(handle);
    };
  }, [geometry, store]);
  return (
    <>
      <canvas ref={canvasRef} className="packet-layer" />
      <FlowList />
    </>
  );
}

function watchTheme(wake: () => void): () => void {
  const observer = new MutationObserver(wake);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-present"] });
  return () => observer.disconnect();
}

const labels = new Labels();

/** Nothing is drawn: a picture that is dragged before the first packet costs nothing here. */
let isClear = false;

/** Draws everything as it stands now, and says whether it will stand otherwise in the next frame. */
function drawPicture(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  { width, height, transform }: View,
  nowMs: number,
): { readonly isMoving: boolean; readonly ring: Ring | undefined } {
  const isStill = isMotionReduced();
  const elapsed = elapsedMs(nowMs);
  const packet = frame(elapsed, isStill);
  const state = usePlayback.getState();
  const { atUs } = useLook.getState();
  const air = flyOn(state.isPaused || atUs !== undefined ? 0 : elapsed, state.isPlaying);
  // What flies now does not fly at an earlier moment.
  const dots = atUs === undefined ? air.dots : [];
  const deaths = ledger.deaths(atUs);
  const ring = ringOf(state);
  const { nowUs } = usePage.getState();
  const bands = bandsOf(ledger, air.bands, countedEdges(), nowUs, 1_000_000 * Math.max(1, currentSpeed(nowMs)), atUs);

  const isEmpty = packet === undefined && ring === undefined && dots.length + bands.length + deaths.size + state.remains.length === 0;
  if (isEmpty && isClear) return { isMoving: air.isMoving && !state.isPaused, ring };
  isClear = isEmpty;
  const ratio = Math.min(2, window.devicePixelRatio);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const [x, y, zoom] = transform;
  const paint: Paint = { context, colour: colours(document.documentElement.dataset["theme"] ?? "") };
  const toScreen = (point: Point): Point => ({ x: point.x * zoom + x, y: point.y * zoom + y });
  const onScreen = <R extends Rectangle>(r: R): R => ({ ...r, ...toScreen(r), width: r.width * zoom, height: r.height * zoom });
  const spots: Spot[] = [];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);

  drawBands(paint, geometry, bands, isStill ? 0 : airNowMs());
  const tracked: { readonly key: string; readonly end: Point; readonly rows: readonly LabelRow[] }[] = [];
  for (const { flight, leg, share, isTracked } of dots) {
    const curve = geometry.curve(leg.from, leg.to, leg.isReply ? 1 : 0);
    if (curve === undefined) continue;
    const point = along(curve, share);
    drawPacket(paint, point, leg.meaning, { scale: 0.7, angle: heading(curve, share), isReply: leg.isReply });
    if (flight.connection !== undefined) spots.push({ ...toScreen(point), connection: flight.connection, hop: undefined });
    if (!isTracked) continue;
    const key = `${flight.connection} ${flight.packet} ${flight.startMs} ${leg.to}`;
    tracked.push({ key, end: toScreen(curve[3]), rows: addressRows(leg) });
  }
  const numbers = drawTrail(paint, geometry, state);
  const lost = drawDeaths(
    paint,
    geometry,
    deaths,
    atUs === undefined ? air.dying : noneDying,
    packet?.stop.meaning === "drop" ? packet.stop.box : undefined,
  );
  for (const { point, connection, hop } of lost) if (connection !== undefined) spots.push({ ...toScreen(point), connection, hop });
  const position = packet === undefined ? undefined : positionOf(geometry, packet, state);
  if (packet !== undefined && position !== undefined && state.connection !== undefined) {
    drawFollowed(paint, position.point, position.angle, packet, state.stops[state.at - 1]);
    spots.push({ ...toScreen(position.point), connection: state.connection, hop: state.at });
  }

  // Labels keep their size on the screen, whatever the zoom.
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  // The graph's own buttons, and the cards.
  const weight = weights.title;
  const cards = [{ x: width - 168, y: 0, width: 168, height: 38, weight }, ...obstaclesOf(geometry, zoom).map(onScreen)];
  const chips = drawCounts(paint, geometry, bands, toScreen, cards, wordsOf);
  const marks = [...numbers, ...lost.map(({ point }) => point)].map((n) => {
    const at = toScreen(n);
    return { x: at.x - 10, y: at.y - 10, width: 20, height: 20, weight };
  });
  labels.begin([...cards, ...chips, ...marks], { width, height });
  if (packet !== undefined) {
    const end = positionOf(geometry, { ...packet, travelled: 1 }, state)?.point;
    const rows = labelRows(packet.stop, packet.happened);
    const short = rows.slice(labelRows(packet.stop, 0).length);
    if (end !== undefined) labels.draw(paint, `${state.connection} ${state.at}`, toScreen(end), rows, short);
  }
  for (const { point, reason, connection } of lost) {
    if (reason !== undefined) labels.draw(paint, `lost ${connection}`, toScreen(point), reasonRows(reason));
  }
  for (const { key, end, rows } of tracked) labels.draw(paint, key, end, rows);
  const ringAt = ring === undefined ? undefined : geometry.corner(ring.box);
  if (ring !== undefined && ringAt !== undefined) {
    const centre = toScreen({ x: ringAt.x + geometry.size(ring.box).width, y: ringAt.y });
    drawRing(paint, centre, ring.share, ring.text);
  }
  setSpots(spots);
  tellFlows(bands, nowMs);
  return { isMoving: isFilmMoving() || (air.isMoving && !state.isPaused), ring };
}

interface Lost {
  readonly point: Point;
  /** undefined: of packets that left no hops. */
  readonly connection: string | undefined;
  readonly hop: number | undefined;
  /** Told beside the mark for the one that died last. */
  readonly reason: Parameters<typeof reasonRows>[0] | undefined;
}

/** At an earlier moment all that had died by then lies there. */
const noneDying: ReadonlyMap<string, number> = new Map();

/** What died stays where it died: of films with its reason, of all others with their number. */
function drawDeaths(
  paint: Paint,
  geometry: Geometry,
  deaths: ReadonlyMap<string, Deaths>,
  dying: ReadonlyMap<string, number>,
  shownAt: string | undefined,
): readonly Lost[] {
  const { context } = paint;
  const state = usePlayback.getState();
  const marks = new Map<string, Omit<Lost, "point"> & { readonly count: number }>();
  for (const [box, { count, connection }] of deaths) {
    const landed = count - (dying.get(box) ?? 0);
    if (landed > 0) marks.set(box, { count: landed, connection, hop: undefined, reason: undefined });
  }
  const filmed = deathsOf(state);
  filmed.forEach(({ box, connection, hop, reason }, i) => {
    // The packet that is looked at is drawn itself.
    if (box === shownAt) marks.delete(box);
    else marks.set(box, { count: (marks.get(box)?.count ?? 0) + 1, connection, hop, reason: i === filmed.length - 1 ? reason : undefined });
  });
  const lost: Lost[] = [];
  for (const [box, mark] of marks) {
    const point = deathPoint(geometry, geometry.boxOf(box) ?? box);
    if (point === undefined) continue;
    context.globalAlpha = mark.connection === state.connection || mark.hop === undefined ? 1 : 0.6;
    drawPacket(paint, point, "drop", { scale: 1 });
    context.globalAlpha = 1;
    if (mark.count > 1) drawCount(paint, { x: point.x + 14, y: point.y }, mark.count);
    lost.push({ point, connection: mark.connection, hop: mark.hop ?? archive.failedHop(mark.connection ?? ""), reason: mark.reason });
  }
  return lost;
}

/** In one row: a packet that nobody follows is glanced at. */
function addressRows(leg: { readonly source: string; readonly destination: string }): readonly LabelRow[] {
  return [{ text: `${leg.source} → ${leg.destination}` }];
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
