import type { ConnectionInfo, HopRecord, RecordEntry } from "../playground/protocol.ts";

/** A connection of one course of events, with its way so far. */
export interface Way {
  readonly connection: ConnectionInfo;
  readonly hops: readonly HopRecord[];
}

/** The ways of a course's requests by their numbers: the n-th here is held against the n-th of the other course. */
export type Course = ReadonlyMap<number, Way>;

export interface TwinRow {
  readonly number: number;
  /** Which hop of its connection, from 0. */
  readonly index: number;
  readonly left: HopRecord | undefined;
  readonly right: HopRecord | undefined;
  readonly differs: boolean;
  /** The first hop in which the two ways of this request part. */
  readonly parts: boolean;
}

export interface Twins {
  readonly rows: readonly TwinRow[];
  /** The first row in which the two courses do not go the same way; undefined where they never part. */
  readonly parting: TwinRow | undefined;
}

/**
 * Counts what a user asks for in one course of events, in the order in which it was opened. What was asked for in this course alone has no
 * number: there is nothing to hold it against.
 */
export class Asked {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  /** By terminal, the times of its lines, and whether they were typed here alone. */
  readonly #lines = new Map<number, { readonly atUs: number; readonly isAlone: boolean }[]>();

  /** A line came in; connections of its terminal are its doing until the next one comes. */
  line([timeMs, kind, body]: RecordEntry, isAlone: boolean): void {
    if (kind !== "line") return;
    const lines = this.#lines.get(body.terminal) ?? [];
    this.#lines.set(body.terminal, lines);
    lines.push({ atUs: Math.round(timeMs * 1000), isAlone });
  }

  add(connection: ConnectionInfo): void {
    const { id, purpose, session, parent, openedUs } = connection;
    if (purpose !== "traffic" || this.#numbers.has(id) || this.#ids.length >= askedMax) return;
    if (session === 0 ? parent === undefined || !this.#numbers.has(parent) : this.#isAlone(session, openedUs)) return;
    this.#numbers.set(id, this.#ids.length);
    this.#ids.push(id);
  }

  get size(): number {
    return this.#ids.length;
  }

  numberOf(id: string): number | undefined {
    return this.#numbers.get(id);
  }

  idOf(number: number): string | undefined {
    return this.#ids[number];
  }

  #isAlone(session: number, openedUs: number): boolean {
    return this.#lines.get(session)?.findLast(({ atUs }) => atUs <= openedUs)?.isAlone ?? false;
  }
}

/** A load's thousands tell nothing that its first requests do not. */
const askedMax = 2000;

/** Two courses side by side, request by request, hop by hop, up to the moment that is shown. */
export function twinsOf(left: Course, right: Course, untilUs: number): Twins {
  const numbers = [...new Set([...left.keys(), ...right.keys()])].sort((a, b) => a - b);
  const rows = numbers.flatMap((number) => rowsOf(number, hopsOf(left, number, untilUs), hopsOf(right, number, untilUs), untilUs));
  return { rows, parting: rows.find((row) => row.parts) };
}

function hopsOf(course: Course, number: number, untilUs: number): readonly HopRecord[] {
  return (course.get(number)?.hops ?? []).filter((hop) => hop.timeUs <= untilUs);
}

function rowsOf(number: number, left: readonly HopRecord[], right: readonly HopRecord[], untilUs: number): readonly TwinRow[] {
  let haveParted = false;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const [a, b] = [left[index], right[index]];
    const differs = differ(a, b, untilUs);
    const parts = differs && !haveParted;
    haveParted ||= differs;
    return { number, index, left: a, right: b, differs, parts };
  });
}

/** A hop that one course has and the other has not may still come there: only when it is long overdue do the two differ. */
const patienceUs = 1_000_000;

function differ(a: HopRecord | undefined, b: HopRecord | undefined, untilUs: number): boolean {
  if (a !== undefined && b !== undefined) return wayOf(a) !== wayOf(b);
  const only = a ?? b;
  return only !== undefined && untilUs - only.timeUs >= patienceUs;
}

/** The moment from which on nothing changes between two courses as they are: their last hop, and the time in which another may answer it. */
export function settledUs(...courses: readonly Course[]): number {
  const ends = courses.flatMap((course) => [...course.values()].map(({ hops }) => hops.at(-1)?.timeUs ?? 0));
  return Math.max(0, ...ends) + patienceUs;
}

/** What makes two hops the same: not when, and not by which random port, but where, what and by which decision. */
function wayOf({ at, action, protocol, source, destination, flags = "", summary = "", reason, object = "" }: HopRecord): string {
  return [at, action, protocol, withoutEphemeralPort(source), withoutEphemeralPort(destination), flags, summary, reason.code, object].join(
    " ",
  );
}

/** Linux hands out 32768 to 60999; node ports end below. */
function withoutEphemeralPort(address: string): string {
  const colon = address.lastIndexOf(":");
  return Number(address.slice(colon + 1)) >= 32_768 ? address.slice(0, colon) : address;
}

/** So many of the latest requests are laid beside each other. */
export const shownWays = 40;

/** A course with one of its ways as it is now; the oldest go when there are too many. */
export function withWay(course: Course, number: number, way: Way): Course {
  const next = new Map(course).set(number, way);
  const newest = Math.max(...next.keys());
  for (const known of next.keys()) if (known <= newest - shownWays) next.delete(known);
  return next;
}

/** The record of a cluster that keeps step: its own until `untilUs`, and from then on what was typed beside it for both. */
export function togetherWith(
  own: readonly RecordEntry[],
  untilUs: number,
  beside: readonly RecordEntry[],
  isAlone: (entry: RecordEntry) => boolean,
): readonly RecordEntry[] {
  const known = new Set(own.map((entry) => JSON.stringify(entry)));
  const shared = beside.filter(
    (entry) => isTyped(entry) && Math.round(entry[0] * 1000) >= untilUs && !isAlone(entry) && !known.has(JSON.stringify(entry)),
  );
  return [...own, ...shared].sort((a, b) => a[0] - b[0]);
}

/** Kinds of entries that a user's doing at the terminal leaves; edits belong to one course alone. */
export function isTyped([, kind]: RecordEntry): boolean {
  return kind === "line" || kind === "interrupt" || kind === "end" || kind === "file";
}
