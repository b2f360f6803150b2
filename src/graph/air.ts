import type { Crossing, Death } from "./crossings.ts";
import { edgeKey } from "./flow-ledger.ts";

/** A counted packet on its way over the picture: the boxes it passed, played at the picture's own pace. */
export interface Flight {
  /** undefined: a packet that left no hops. */
  readonly connection: string | undefined;
  readonly packet: number;
  readonly startMs: number;
  /** Grows while more of its way becomes known. */
  readonly legs: Crossing[];
  isDying: boolean;
}

/** Where a flight is now. */
export interface Dot {
  readonly flight: Flight;
  readonly leg: Crossing;
  /** How much of the leg lies behind it, 0 to 1. */
  readonly share: number;
  /** It has its addresses beside it, and is drawn even where a band stands for the others. */
  readonly isTracked: boolean;
}

export interface AirPicture {
  readonly dots: readonly Dot[];
  /** Lines whose packets are too many to be told apart: they are counted there. By `edgeKey`. */
  readonly bands: ReadonlySet<string>;
  /** Packets that have yet to reach the box at which they died, by box. */
  readonly dying: ReadonlyMap<string, number>;
  /** Something will look different soon. */
  readonly isMoving: boolean;
}

/** How long a packet takes from box to box: the same for a short line and a long one. */
export const legMs = 380;
/** More on one line can't be told apart. */
export const onEdgeMax = 8;
/** More in all can't be followed. */
const inAirMax = 60;
/** People follow four things that move. */
export const trackedMax = 4;
/** A line that was crowded stays a band this long, so that it does not flicker between the two. */
const bandMs = 1500;
/** Packets that are told of together set out within this time. */
const alikeMs = 100;
/** Beyond so many a packet is counted and no more. */
const flightsMax = 4000;

/**
 * The packets in the air. Few are dots; on a crowded line a band with numbers takes their place. With less motion nothing flies, and every
 * line in use has its numbers.
 */
export class Air {
  #flights: Flight[] = [];
  #newest = new Map<string, Flight>();
  #bands = new Map<string, number>();
  #tracked = new Set<Flight>();
  /** Every line that was a band since the last `clear`. */
  readonly #counted = new Set<string>();

  take(crossings: readonly Crossing[], deaths: readonly Death[], nowMs: number): void {
    for (const crossing of crossings) {
      const id = `${crossing.connection} ${crossing.packet}`;
      let flight = this.#newest.get(id);
      if (flight === undefined) {
        if (this.#flights.length >= flightsMax) {
          this.#crowd(edgeKey(crossing), nowMs);
          continue;
        }
        flight = {
          connection: crossing.connection,
          packet: crossing.packet,
          startMs: this.#startOf(crossing, nowMs),
          legs: [],
          isDying: false,
        };
        this.#flights.push(flight);
        this.#newest.set(id, flight);
        if (!crossing.isReply && crossing.connection !== undefined) this.#newest.set(crossing.connection, flight);
      }
      flight.legs.push(crossing);
    }
    for (const death of deaths) {
      const flight = this.#newest.get(`${death.connection} ${death.packet}`);
      if (flight !== undefined) flight.isDying = true;
    }
  }

  /** So many packets that left no hops: where each went is known, but no more of it. An answer leaves when its request may have come. */
  takeAlike(crossings: readonly Crossing[], deaths: readonly Death[], count: number, nowMs: number): void {
    const first = crossings[0];
    if (first === undefined) return;
    const waitMs = first.isReply ? crossings.length * legMs : 0;
    for (let i = 0; i < count && this.#flights.length < flightsMax; i++) {
      this.#flights.push({
        connection: undefined,
        packet: 0,
        // Those of one moment follow each other closely.
        startMs: nowMs + waitMs + (i * alikeMs) / count,
        legs: [...crossings],
        isDying: deaths.length > 0,
      });
    }
    if (this.#flights.length >= flightsMax) for (const crossing of crossings) this.#crowd(edgeKey(crossing), nowMs);
  }

  /** An answer leaves when what it answers has come; a request leaves at once. */
  #startOf({ connection, isReply }: Crossing, nowMs: number): number {
    const request = isReply && connection !== undefined ? this.#newest.get(connection) : undefined;
    return request === undefined ? nowMs : Math.max(nowMs, request.startMs + request.legs.length * legMs);
  }

  at(nowMs: number, isStill: boolean, trackedMost: number): AirPicture {
    this.#land(nowMs);
    const inAir: Dot[] = [];
    const onEdge = new Map<string, number>();
    const dying = new Map<string, number>();
    for (const flight of this.#flights) {
      if (flight.isDying && !isStill) count(dying, (flight.legs.at(-1) as Crossing).to);
      const along = (nowMs - flight.startMs) / legMs;
      if (along < 0 && !isStill) continue;
      const leg = flight.legs[Math.max(0, Math.floor(along))];
      if (leg === undefined) continue;
      inAir.push({ flight, leg, share: along % 1, isTracked: false });
      if (isStill) for (const one of flight.legs) count(onEdge, edgeKey(one));
      else count(onEdge, edgeKey(leg));
    }
    this.#chooseBands(onEdge, inAir.length, nowMs, isStill);
    const bands = new Set(this.#bands.keys());
    const isMoving = this.#flights.length > 0 || bands.size > 0;
    if (isStill) return { dots: [], bands, dying, isMoving };
    this.#track(inAir, trackedMost);
    const dots: Dot[] = [];
    for (const dot of inAir) {
      const isTracked = this.#tracked.has(dot.flight);
      if (isTracked || !bands.has(edgeKey(dot.leg))) dots.push(isTracked ? { ...dot, isTracked } : dot);
    }
    return { dots, bands, dying, isMoving };
  }

  /** Lines that were too full for dots at some time since `clear`: what passed over them stays told by its sum. */
  get counted(): ReadonlySet<string> {
    return this.#counted;
  }

  /** These lines are told by their sums, as in the picture before. */
  recall(edges: readonly string[]): void {
    for (const edge of edges) this.#counted.add(edge);
  }

  get size(): number {
    return this.#flights.length;
  }

  clear(): void {
    this.#flights = [];
    this.#newest.clear();
    this.#bands.clear();
    this.#tracked.clear();
    this.#counted.clear();
  }

  #land(nowMs: number): void {
    const isUp = (flight: Flight) => nowMs <= flight.startMs + flight.legs.length * legMs;
    if (this.#flights.every(isUp)) return;
    for (const flight of this.#flights) {
      if (isUp(flight)) continue;
      this.#tracked.delete(flight);
      if (flight.connection === undefined) continue;
      this.#newest.delete(`${flight.connection} ${flight.packet}`);
      if (this.#newest.get(flight.connection) === flight) this.#newest.delete(flight.connection);
    }
    this.#flights = this.#flights.filter(isUp);
  }

  #chooseBands(onEdge: ReadonlyMap<string, number>, inAir: number, nowMs: number, isStill: boolean): void {
    for (const [edge, untilMs] of this.#bands) if (nowMs > untilMs) this.#bands.delete(edge);
    let left = inAir;
    for (const [edge, number] of [...onEdge].sort((a, b) => b[1] - a[1])) {
      const isCrowded = isStill || number > onEdgeMax || left > inAirMax;
      if (isCrowded) this.#crowd(edge, nowMs);
      if (this.#bands.has(edge)) left -= number;
    }
  }

  #crowd(edge: string, nowMs: number): void {
    this.#bands.set(edge, nowMs + bandMs);
    this.#counted.add(edge);
  }

  /** Whoever has a label keeps it until it lands; packets on the way to their end go first. */
  #track(inAir: readonly Dot[], most: number): void {
    if (this.#tracked.size > most) this.#tracked = new Set([...this.#tracked].slice(0, most));
    for (const isDying of [true, false]) {
      for (const { flight } of inAir) {
        if (this.#tracked.size >= most) return;
        if (flight.isDying === isDying && isWorthLabel(flight)) this.#tracked.add(flight);
      }
    }
  }
}

/** Its addresses are known, and it is no probe: those come by the dozen, each like the last. */
function isWorthLabel({ connection, legs }: Flight): boolean {
  return connection !== undefined && legs[0]?.meaning !== "probe";
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
