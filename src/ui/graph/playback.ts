import { create } from "zustand";
import { type Stop, stopsOf } from "../../graph/tracks.ts";
import type { ConnectionInfo, HopRecord, HopSketch, WayCount } from "../../playground/protocol.ts";
import { isLoadTerminal } from "../load/load.ts";
import { onUpdate } from "../store/link-to-worker.ts";
import { onHops, usePage } from "../store/store.ts";
import { shownHops } from "../time/look.ts";

/**
 * What plays on the canvas: one followed connection, hop by hop, apart from simulated time. Positions of packets never enter React's state;
 * the canvas asks `frame()` at its own pace, and the state changes only from hop to hop.
 */
export interface PlaybackState {
  /** The connection that is followed, while it plays or after it has played. */
  readonly connection: string | undefined;
  readonly stops: readonly Stop[];
  /** The hop that is shown: index into `stops`. */
  readonly at: number;
  readonly isPlaying: boolean;
  /** The user paused everything: neither packets nor the cluster move. */
  readonly isPaused: boolean;
  readonly speed: number;
  /** Where packets of connections that were followed before have died: they stay until the next cluster. */
  readonly remains: readonly Remains[];
}

export interface Remains {
  readonly connection: string;
  readonly hop: number;
  readonly box: string;
  readonly reason: HopRecord["reason"];
}

const remainsMax = 4;

export const speeds = [0.25, 1, 4, 16, 60] as const;

export const usePlayback = create<PlaybackState>(() => ({
  connection: undefined,
  stops: [],
  at: 0,
  isPlaying: false,
  isPaused: false,
  speed: 1,
  remains: [],
}));

/** At the teaching pace: travel and dwell of one hop. Packets after the handshake's first answer go quicker; pure acknowledgements quicker still. */
const travelMs = 450;
const dwellMs = 350;
/** What happens to a packet where it stands takes this long: an old address struck through and replaced, a lost packet gone. */
const happenMs = 300;
const laterFactor = 0.45;
const acknowledgementFactor = 0.2;

let phaseMs = 0;
let filmStartMs = 0;
let lastFrameMs: number | undefined;

/** Who shows the packets that nobody follows. It comes with the canvas, behind the first picture: before that there are none of the user's. */
export interface OtherPackets {
  takeHops(
    infos: ReadonlyMap<string, ConnectionInfo>,
    fresh: ReadonlyMap<string, readonly HopSketch[]>,
    followed: string | undefined,
  ): void;
  takeWays(counts: readonly WayCount[], atUs: number): void;
  setBoxes(find: (placeOrObject: string) => string | undefined): void;
  forget(): void;
}

let others: OtherPackets | undefined;

export function setOtherPackets(shower: OtherPackets): void {
  others = shower;
  others.setBoxes(findBox);
}

/** The user's own traffic and what it caused; of the cluster's own only when asked for. */
export function isShown(info: ConnectionInfo): boolean {
  if (info.purpose === "traffic") return info.session !== 0 || info.parent !== undefined;
  return usePage.getState().showsNoise;
}

/** Boxes of the drawn model; set by the canvas whenever the picture changes. */
let findBox: (placeOrObject: string) => string | undefined = () => undefined;

export function setBoxes(find: (placeOrObject: string) => string | undefined): void {
  findBox = find;
  others?.setBoxes(find);
  refresh();
}

/** Reads the followed connection's hops anew: more have come, another moment is looked at, or the picture has changed. */
export function refresh(): void {
  const { connection } = usePlayback.getState();
  if (connection === undefined) return;
  const info = usePage.getState().connections.find((c) => c.id === connection);
  if (info === undefined) return;
  const stops = stopsOf(info, shownHops(connection), usePage.getState().view, findBox);
  usePlayback.setState((s) => ({ stops, at: Math.min(s.at, Math.max(0, stops.length - 1)) }));
}

/** Follows a connection from its first hop. */
export function follow(connection: string): void {
  const info = usePage.getState().connections.find((c) => c.id === connection);
  if (info === undefined) return;
  phaseMs = 0;
  filmStartMs = performance.now();
  stepTravel = false;
  const stops = stopsOf(info, shownHops(connection), usePage.getState().view, findBox);
  usePlayback.setState((s) => ({
    connection,
    stops,
    at: 0,
    isPlaying: !s.isPaused,
    remains:
      s.connection === connection
        ? s.remains
        : [...s.remains.filter((r) => r.connection !== connection), ...deathsOf(s)].slice(-remainsMax),
  }));
  usePage.setState({ selection: { kind: "connection", connection, hop: undefined } });
}

function deathsOf({ connection, stops }: PlaybackState): readonly Remains[] {
  const hop = stops.findLastIndex(({ hop: { action } }) => action === "drop" || action === "reject");
  const stop = stops[hop];
  return connection === undefined || stop === undefined ? [] : [{ connection, hop, box: stop.box, reason: stop.hop.reason }];
}

/** Shows a hop and stands still there. */
export function showHop(connection: string, index: number): void {
  if (usePlayback.getState().connection !== connection) follow(connection);
  usePage.setState({ selection: { kind: "connection", connection, hop: index } });
  stepTravel = false;
  phaseMs = travelMs;
  usePlayback.setState((s) => ({ at: Math.max(0, Math.min(index, s.stops.length - 1)), isPlaying: false }));
}

/** Behind the last hop that had happened at an earlier moment lies what happened next; set by who knows of earlier moments. */
let goFurther: (step: "hop" | "packet") => boolean = () => false;

export function setFurther(go: typeof goFurther): void {
  goFurther = go;
}

export function stepHop(direction: 1 | -1): void {
  const { stops, at } = usePlayback.getState();
  if (direction === 1 && at >= stops.length - 1 && goFurther("hop")) return;
  const next = Math.max(0, Math.min(stops.length - 1, at + direction));
  phaseMs = direction === 1 ? 0 : travelMs;
  usePlayback.setState({ at: next, isPlaying: false });
  stepTravel = direction === 1;
}

/** A single step travels its one edge, then stands. */
let stepTravel = false;

export function stepPacket(direction: 1 | -1): void {
  const { stops, at } = usePlayback.getState();
  const packet = stops[at]?.hop.packet;
  if (direction === 1 && stops.at(-1)?.hop.packet === packet && goFurther("packet")) return;
  if (packet === undefined) return;
  let next = at;
  if (direction === 1) {
    while (next < stops.length - 1 && stops[next]?.hop.packet === packet) next++;
  } else {
    while (next > 0 && !(stops[next]?.isStart === true && next < at)) next--;
  }
  phaseMs = travelMs;
  usePlayback.setState({ at: next, isPlaying: false });
}

export function setPaused(isPaused: boolean): void {
  usePlayback.setState((s) => ({ isPaused, isPlaying: !isPaused && s.isPlaying }));
}

/** Space: pause what plays; else go on from where it stands; else pause the cluster. */
export function togglePlay(): void {
  const { isPlaying, isPaused, stops, at } = usePlayback.getState();
  if (isPlaying) usePlayback.setState({ isPlaying: false, isPaused: true });
  else if (isPaused) usePlayback.setState({ isPaused: false, isPlaying: at < stops.length - 1 });
  else usePlayback.setState({ isPaused: true });
}

export function replay(): void {
  const { connection } = usePlayback.getState();
  const last =
    connection ??
    usePage
      .getState()
      .connections.filter((c) => c.purpose === "traffic" && c.session !== 0)
      .at(-1)?.id;
  if (last === undefined) return;
  usePlayback.setState({ isPaused: false });
  follow(last);
}

/** Ends the film: the whole trail stands, the cluster goes on. */
export function skip(): void {
  usePlayback.setState((s) => ({ isPlaying: false, at: Math.max(0, s.stops.length - 1) }));
}

export function setSpeed(speed: number): void {
  usePlayback.setState({ speed });
}

let pictures = 0;

/** A picture shows the film until what this gives is called. On a phone none may: then the film stands where it is, and time must pass. */
export function showsFilm(): () => void {
  pictures++;
  return () => void pictures--;
}

/** True while the cluster's clock must stand still because a film plays. */
export function isHoldingClock(): boolean {
  const { isPlaying, isPaused } = usePlayback.getState();
  return (isPlaying && pictures > 0) || isPaused;
}

function paceFactor(stop: Stop | undefined, stops: readonly Stop[]): number {
  if (stop === undefined) return 1;
  const { packet, flags, bytes, protocol } = stop.hop;
  if (protocol === "tcp" && packet > 2) return flags === "ACK" && bytes <= 60 ? acknowledgementFactor : laterFactor;
  return packet > 2 && stops.length > 30 ? laterFactor : 1;
}

/** Where the followed packet is at this frame. */
export interface PacketFrame {
  readonly from: string | undefined;
  readonly to: string;
  /** From 0 to 1 between two boxes. */
  readonly travelled: number;
  /** From 0 to 1 after it has come: an old address is struck through, a lost packet shrinks. */
  readonly happened: number;
  readonly stop: Stop;
}

/** Real milliseconds since the last frame; a first one after a rest takes none. */
export function elapsedMs(nowMs: number): number {
  const elapsed = lastFrameMs === undefined ? 0 : Math.min(100, nowMs - lastFrameMs);
  lastFrameMs = nowMs;
  return elapsed * Math.min(4, Math.max(0.25, usePlayback.getState().speed));
}

/** Nothing moves: the next frame, whenever it comes, is a first one. */
export function rest(): void {
  lastFrameMs = undefined;
}

/** Whether the next frame will differ by itself. */
export function isFilmMoving(): boolean {
  return usePlayback.getState().isPlaying || stepTravel;
}

/** Takes the film on by so many milliseconds at its own pace: only slower or quicker with the speed, never with the cluster's latencies. */
export function frame(elapsed: number, isStill: boolean): PacketFrame | undefined {
  const state = usePlayback.getState();
  const stop = state.stops[state.at];
  if (stop === undefined) return undefined;
  const previous = state.stops[state.at - 1];
  const isMove = !stop.isStart && previous !== undefined && previous.box !== stop.box && previous.hop.packet === stop.hop.packet;
  const travel = isMove && !isStill ? travelMs : 0;
  const isMoving = isFilmMoving();
  if (isMoving) {
    phaseMs += elapsed / paceFactor(stop, state.stops);
    if (stepTravel && phaseMs >= travel + happenMs) stepTravel = false;
    if (state.isPlaying && phaseMs >= travel + dwellMs) {
      if (state.at < state.stops.length - 1) {
        phaseMs = 0;
        usePlayback.setState({ at: state.at + 1 });
        return frame(0, isStill);
      }
      usePlayback.setState({ isPlaying: false });
    }
  }
  const share = (ms: number, of: number) => Math.max(0, Math.min(1, ms / of));
  return {
    from: isMove ? previous.box : undefined,
    to: stop.box,
    travelled: travel === 0 ? 1 : share(phaseMs, travel),
    // What was paused on its way has not happened yet; what is looked at where it stands has.
    happened: isStill || (!isMoving && phaseMs >= travel) ? 1 : share(phaseMs - travel, happenMs),
    stop,
  };
}

/** Connections whose turn to be filmed has come or has passed; only the latest get more hops. */
const met = new Set<string>();
const metMax = 5000;

function meet(id: string): void {
  met.add(id);
  if (met.size > metMax) met.delete(met.keys().next().value as string);
}

/** What is known of these connections; a long-lived one is looked for far back. */
function infosOf(wanted: ReadonlySet<string>): ReadonlyMap<string, ConnectionInfo> {
  const { connections } = usePage.getState();
  const found = new Map<string, ConnectionInfo>();
  for (let i = connections.length - 1; i >= 0 && found.size < wanted.size; i--) {
    const info = connections[i] as ConnectionInfo;
    if (wanted.has(info.id)) found.set(info.id, info);
  }
  return found;
}

const noFilm = { connection: undefined, stops: [], at: 0, isPlaying: false };

export function followNothing(): void {
  usePlayback.setState(noFilm);
}

/**
 * New hops: those of the followed connection lengthen the film; a new connection of a terminal is followed when nothing plays. `leads` false:
 * another page says what is followed, and how far it is shown.
 */
export function startPlayback(leads = true): () => void {
  const stopUpdates = onUpdate((update) => {
    if (update.type === "ways" && !usePage.getState().isReplaying) others?.takeWays(update.ways, update.atUs);
    if (update.type !== "opened") return;
    others?.forget();
    met.clear();
    phaseMs = 0;
    usePlayback.setState({ ...noFilm, isPaused: false, remains: [] });
  });
  const stopHops = onHops((touched, hops) => {
    if (usePage.getState().isReplaying) return;
    const { connection, isPlaying, isPaused, at, stops } = usePlayback.getState();
    if (connection !== undefined && touched.includes(connection)) refresh();
    const infos = infosOf(new Set(touched));
    const fresh = touched.flatMap((id) => infos.get(id) ?? []).filter((c) => c.id !== connection && isShown(c) && !met.has(c.id));
    const isFree = leads && !isPlaying && !isPaused;
    // A load is watched as a whole.
    const mayFollow = (c: ConnectionInfo) => c.purpose === "traffic" && c.session !== 0 && !isLoadTerminal(c.session);
    // What the user asks for now goes before a film that they asked for earlier.
    const isAskedNow = (c: ConnectionInfo) => (usePage.getState().terminals.get(c.session)?.lineMs ?? 0) > filmStartMs;
    const next = fresh.find((c) => leads && mayFollow(c) && (isFree || connection === undefined || isAskedNow(c)));
    if (next !== undefined) {
      follow(next.id);
    } else if (isFree && connection !== undefined && touched.includes(connection) && at >= stops.length - 1) {
      usePlayback.setState({ isPlaying: true });
    }
    for (const info of fresh) meet(info.id);
    others?.takeHops(infos, hops, next?.id ?? connection);
  });
  return () => {
    stopUpdates();
    stopHops();
  };
}
