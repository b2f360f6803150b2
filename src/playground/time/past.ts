import type { Playground, Replay, ReplayLimit } from "../playground.ts";
import type { RecordEntry } from "../protocol.ts";
import type { Milestones } from "./milestones.ts";
import { leastWanted, spread } from "./spread.ts";

/** A course of events that can be run again: what it began with, all that came in, and how far it has come. */
export interface Course {
  /** A new cluster as it was at t=0. */
  raise(): Playground;
  readonly record: readonly RecordEntry[];
  /** Events of the queue since loading. */
  readonly work: number;
  readonly milestones: Milestones;
  /** About how much memory its cluster takes, in bytes. */
  readonly bytes: number;
}

/** How many copies stand at different moments, at most. */
const copiesMax = 24;
/** So much work (some 40 ms on a usual machine) is done when it is asked for. */
const workAtOnceDefault = 1500;

/**
 * The cluster at earlier moments of a course, to be asked there. Copies can't be copied, and only go forward; so they are spread over the course,
 * and a question for any moment has a short way from the nearest one before it.
 */
export class Past {
  readonly #course: () => Course;
  readonly #workAtOnce: number;
  #copies: PastCopy[] = [];
  /** The one that was asked last. */
  #visited: PastCopy | undefined;
  #preparing: Preparing | undefined;

  constructor(course: () => Course, workAtOnce = workAtOnceDefault) {
    this.#course = course;
    this.#workAtOnce = workAtOnce;
  }

  get copies(): number {
    return this.#copies.length;
  }

  /** Takes a copy to the moment at which `atUs` had passed. Who drives this may stop between any two steps. */
  *to(atUs: number): Generator<undefined, Playground, undefined> {
    const copy = this.#nearest(atUs) ?? this.#another();
    if (this.#preparing?.copy === copy) this.#preparing = undefined;
    this.#visited = copy;
    return yield* copy.to(atUs);
  }

  /**
   * A short step towards copies that are well spread, with all of them in about so many bytes; false when they are. Any number of steps may be made
   * at any time: they change how soon an answer comes, never which.
   */
  prepare(bytesMax: number): boolean {
    if (this.#preparing === undefined) {
      const begun = this.#begin(bytesMax);
      if (begun === undefined) return false;
      this.#preparing = begun;
      return true;
    }
    if (this.#preparing.steps.next().done === true) this.#preparing = undefined;
    return true;
  }

  /** Lets copies go until the others take about so many bytes. */
  thin(bytesMax: number): void {
    this.#visited = undefined;
    this.#forgetStale();
    while (this.#copies.length > 0 && this.#bytes() > bytesMax) this.#forget(leastWanted(this.#works(), this.#course().work));
  }

  #begin(bytesMax: number): Preparing | undefined {
    this.#forgetStale();
    const { work, milestones, bytes } = this.#course();
    const works = this.#works();
    const visited = this.#visited === undefined ? undefined : this.#copies.indexOf(this.#visited);
    const plan = spread(works, work, copiesMax, this.#workAtOnce, this.#bytes() + bytes < bytesMax, visited);
    const goal = plan === undefined ? undefined : milestones.before(plan.work);
    if (plan === undefined || goal === undefined) return undefined;
    let copy: PastCopy | undefined;
    if (plan.instead !== undefined) {
      copy = this.#copies[plan.instead];
      // Who stands behind the goal can't go back.
      if (copy === undefined || copy.nowUs > goal.atUs) {
        this.#forget(plan.instead);
        copy = undefined;
      }
    }
    copy ??= this.#another();
    return { copy, steps: copy.to(goal.atUs) };
  }

  #another(): PastCopy {
    if (this.#copies.length >= copiesMax) this.#forget(leastWanted(this.#works(), this.#course().work));
    const copy = new PastCopy(this.#course);
    this.#copies.push(copy);
    return copy;
  }

  #nearest(atUs: number): PastCopy | undefined {
    this.#forgetStale();
    let best: PastCopy | undefined;
    for (const copy of this.#copies) if (copy.nowUs <= atUs && copy.nowUs >= (best?.nowUs ?? 0)) best = copy;
    return best;
  }

  /** How far each has come; in the order of their moments, as the copies then are. */
  #works(): readonly number[] {
    this.#copies.sort((a, b) => a.nowUs - b.nowUs);
    return this.#copies.map((copy) => copy.work);
  }

  #bytes(): number {
    return this.#copies.reduce((sum, copy) => sum + copy.bytes, 0);
  }

  #forgetStale(): void {
    const { record } = this.#course();
    if (this.#copies.every((copy) => copy.canFollow(record))) return;
    this.#copies = this.#copies.filter((copy) => copy.canFollow(record));
    if (this.#preparing !== undefined && !this.#copies.includes(this.#preparing.copy)) this.#preparing = undefined;
  }

  #forget(index: number | undefined): void {
    if (index === undefined) return;
    const [copy] = this.#copies.splice(index, 1);
    if (this.#preparing?.copy === copy) this.#preparing = undefined;
    if (this.#visited === copy) this.#visited = undefined;
  }
}

interface Preparing {
  readonly copy: PastCopy;
  readonly steps: Generator<undefined, Playground, undefined>;
}

/** One copy, on its way. */
class PastCopy {
  readonly #course: () => Course;
  readonly #limit: ReplayLimit = { untilUs: 0 };
  #playground: Playground | undefined;
  /** How many entries of the record it was given. */
  #given = 0;
  #replay: Replay | undefined;

  constructor(course: () => Course) {
    this.#course = course;
  }

  get nowUs(): number {
    return this.#playground?.nowUs ?? 0;
  }

  get work(): number {
    return this.#playground?.cluster.queue.ran ?? 0;
  }

  get bytes(): number {
    return this.#playground?.cluster.bytes ?? this.#course().bytes;
  }

  /** What came in since it was raised comes after where it stands, but not a terminal that should have been open from the beginning. */
  canFollow(record: readonly RecordEntry[]): boolean {
    const playground = this.#playground;
    if (playground === undefined || this.#given === record.length) return true;
    // The scenario's own commands make way for the first entry: it had to be known.
    if (this.#given === 0 && this.#replay !== undefined) return false;
    return record.slice(this.#given).every(([, kind, body]) => kind !== "line" || playground.hasTerminal(body.terminal));
  }

  *to(atUs: number): Generator<undefined, Playground, undefined> {
    const playground = this.#playground ?? this.#raise();
    yield;
    this.#limit.untilUs = atUs;
    for (;;) {
      this.#replay ??= this.#further(playground);
      if (this.#replay === undefined) break;
      const step = this.#replay.next();
      if (step.done === true) this.#replay = undefined;
      else if (step.value === "held") return playground;
      yield;
    }
    const { queue } = playground.cluster;
    while (queue.run(atUs, 200) === 200) yield;
    return playground;
  }

  #raise(): Playground {
    const { raise, record } = this.#course();
    const playground = raise();
    playground.attendUnseen();
    this.#playground = playground;
    this.#given = record.length;
    this.#replay = playground.replay(record, this.#limit);
    return playground;
  }

  #further(playground: Playground): Replay | undefined {
    const { record } = this.#course();
    if (this.#given === record.length) return undefined;
    const more = record.slice(this.#given);
    this.#given = record.length;
    return playground.follow(more, this.#limit);
  }
}
