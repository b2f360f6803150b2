import type { Crossing, Death } from "./crossings.ts";
import type { Meaning } from "./tracks.ts";

/** What has passed over one line of the picture, one way, by what it means; `drop` counts those that died at its end. */
export type Tally = Readonly<Record<Meaning, number>>;

export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly isReply: boolean;
}

/** Counts are kept in slots of simulated time; a rate looks back over some of them. */
const slotUs = 100_000;
/** The longest look back, in slots: what is older is in the totals alone. */
const slotsMax = 1200;

export interface Deaths {
  readonly count: number;
  readonly connection: string | undefined;
  readonly packet: number;
}

class Edge implements FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly isReply: boolean;
  readonly total = emptyTally();
  readonly slots = new Map<number, Record<Meaning, number>>();
  /** Before this slot it is not known any more when what came. */
  fromSlot = Number.NEGATIVE_INFINITY;

  constructor({ from, to, isReply }: FlowEdge) {
    this.from = from;
    this.to = to;
    this.isReply = isReply;
  }

  add(meaning: Meaning, timeUs: number, count: number): void {
    const at = Math.floor(timeUs / slotUs);
    let slot = this.slots.get(at);
    if (slot === undefined) {
      slot = emptyTally();
      this.slots.set(at, slot);
      if (this.slots.size > slotsMax) {
        const oldest = this.slots.keys().next().value as number;
        this.slots.delete(oldest);
        this.fromSlot = oldest + 1;
      }
    }
    slot[meaning] += count;
    this.total[meaning] += count;
  }

  /** What another line had passed counts here from now on. */
  absorb(other: Edge): void {
    addTo(this.total, other.total);
    this.fromSlot = Math.max(this.fromSlot, other.fromSlot);
    for (const [at, slot] of [...other.slots].sort(([a], [b]) => a - b)) {
      const kept = this.slots.get(at) ?? emptyTally();
      addTo(kept, slot);
      this.slots.set(at, kept);
    }
  }

  /** The last slot in which something came. */
  get lastSlot(): number {
    return Math.max(Number.NEGATIVE_INFINITY, ...this.slots.keys());
  }

  /** What had passed by then, to a tenth of a second; nothing where that is not known any more. */
  until(us: number): Tally {
    const last = Math.floor(us / slotUs);
    if (last < this.fromSlot) return none;
    const sum = { ...this.total };
    for (const [at, slot] of this.slots) if (at > last) for (const meaning of meanings) sum[meaning] -= slot[meaning];
    return sum;
  }
}

/**
 * How much goes where. Every counted packet is in the totals of each line that it passed, drawn or not, so numbers always add up with what
 * was sent: what enters a box leaves it, ends there, or died there.
 */
export class FlowLedger {
  readonly #edges = new Map<string, Edge>();
  readonly #deaths = new Map<string, { readonly counted: Edge; readonly connection: string | undefined; readonly packet: number }>();

  /** What a film shows is counted like all else, but its end is the film's to tell, in its own time. */
  take(crossings: readonly Crossing[], deaths: readonly Death[], { isFilmed = false, count = 1 } = {}): void {
    for (const crossing of crossings) this.#edge(crossing).add(crossing.meaning, crossing.timeUs, count);
    for (const death of deaths) {
      const { connection, packet, box, from, isReply, timeUs } = death;
      if (from !== undefined) this.#edge({ from, to: box, isReply }).add("drop", timeUs, count);
      if (isFilmed) continue;
      const before = this.#deaths.get(box);
      const counted = before?.counted ?? new Edge({ from: box, to: box, isReply });
      counted.add("drop", timeUs, count);
      this.#deaths.set(box, { counted, connection: connection ?? before?.connection, packet });
    }
  }

  get edges(): readonly FlowEdge[] {
    return [...this.#edges.values()];
  }

  total(edge: FlowEdge, untilUs?: number): Tally {
    const known = this.#edges.get(edgeKey(edge));
    if (known === undefined) return none;
    return untilUs === undefined ? known.total : known.until(untilUs);
  }

  /** A second's worth, over the `spanUs` before `nowUs`. */
  rate(edge: FlowEdge, nowUs: number, spanUs: number): Tally {
    const slots = this.#edges.get(edgeKey(edge))?.slots;
    if (slots === undefined) return none;
    const to = Math.floor(nowUs / slotUs);
    const count = Math.min(slotsMax, Math.max(1, Math.round(spanUs / slotUs)));
    const sum = emptyTally();
    for (let at = to - count; at < to; at++) addTo(sum, slots.get(at));
    // The slot that is filling counts for as much as has passed of it.
    addTo(sum, slots.get(to));
    const seconds = (count * slotUs + (nowUs - to * slotUs)) / 1_000_000;
    for (const meaning of meanings) sum[meaning] /= seconds;
    return sum;
  }

  /** Where packets died, and how many, by then; the last of them may be looked at. */
  deaths(untilUs?: number): ReadonlyMap<string, Deaths> {
    const found = new Map<string, Deaths>();
    for (const [box, { counted, connection, packet }] of this.#deaths) {
      const count = (untilUs === undefined ? counted.total : counted.until(untilUs)).drop;
      if (count > 0) found.set(box, { count, connection: untilUs === undefined ? connection : undefined, packet });
    }
    return found;
  }

  clear(): void {
    this.#edges.clear();
    this.#deaths.clear();
  }

  /** Another picture shows the same packets in other boxes: pods that one box now stands for have their counts together. */
  rename(boxOf: (box: string) => string | undefined): void {
    const before = [...this.#edges.values()];
    const deaths = [...this.#deaths];
    const isSame = (box: string): boolean => (boxOf(box) ?? box) === box;
    if (before.every(({ from, to }) => isSame(from) && isSame(to)) && deaths.every(([box]) => isSame(box))) return;
    this.#edges.clear();
    for (const edge of before) {
      const renamed = renamedEdge(edge, boxOf);
      if (renamed.from === renamed.to) continue; // within one box nothing crosses
      this.#edge(renamed).absorb(edge);
    }
    this.#deaths.clear();
    for (const [box, death] of deaths) {
      const name = boxOf(box) ?? box;
      const known = this.#deaths.get(name);
      const later = known !== undefined && known.counted.lastSlot > death.counted.lastSlot ? known : death;
      const counted = new Edge({ from: name, to: name, isReply: death.counted.isReply });
      if (known !== undefined) counted.absorb(known.counted);
      counted.absorb(death.counted);
      this.#deaths.set(name, { counted, connection: later.connection, packet: later.packet });
    }
  }

  #edge(wanted: FlowEdge): Edge {
    const key = edgeKey(wanted);
    let edge = this.#edges.get(key);
    if (edge === undefined) {
      edge = new Edge(wanted);
      this.#edges.set(key, edge);
    }
    return edge;
  }
}

/** The same line between the boxes that now stand for its ends. */
export function renamedEdge({ from, to, isReply }: FlowEdge, boxOf: (box: string) => string | undefined): FlowEdge {
  return { from: boxOf(from) ?? from, to: boxOf(to) ?? to, isReply };
}

export function edgeKey({ from, to, isReply }: FlowEdge): string {
  return `${from} ${isReply ? "<" : ">"} ${to}`;
}

const meanings: readonly Meaning[] = ["request", "reply", "dns", "probe", "drop"];

function emptyTally(): Record<Meaning, number> {
  return { request: 0, reply: 0, dns: 0, probe: 0, drop: 0 };
}

const none: Tally = emptyTally();

function addTo(sum: Record<Meaning, number>, more: Tally | undefined): void {
  if (more === undefined) return;
  for (const meaning of meanings) sum[meaning] += more[meaning];
}

/** What was sent over the line, whatever it means; those that died at its end are among them. */
export function sentOver(tally: Tally): number {
  return tally.request + tally.reply + tally.dns + tally.probe;
}

/** The top of the scale: 1, 2 or 5 with noughts behind it, so that bands grow and shrink against each other and not with every packet. */
export function scaleTop(greatest: number): number {
  let top = 1;
  for (let i = 0; top < greatest; i++) top *= [2, 2.5, 2][i % 3] as number;
  return top;
}

/** `0.4`, `7.5`, `120`, `12,345`: as exact as is worth reading. */
export function countText(count: number): string {
  if (count > 0 && count < 9.95 && !Number.isInteger(count)) return `${Math.max(0.1, Math.round(count * 10) / 10)}`;
  return `${Math.round(count)}`.replace(/\B(?=(\d{3})+$)/g, ",");
}
