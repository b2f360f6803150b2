import type { Playground, Replay, ReplayLimit } from "../playground.ts";
import type { RecordEntry } from "../protocol.ts";

/** A course of events that can be run again: what it began with, and all that came in. */
export interface Course {
  /** A new cluster as it was at t=0. */
  raise(): Playground;
  readonly record: readonly RecordEntry[];
  readonly nowUs: number;
}

/** So many copies stand at different moments: who goes back and forth between two does not wait each time. */
const copiesMax = 3;

/** The cluster at earlier moments of a course, to be asked there. */
export class Past {
  readonly #course: () => Course;
  /** The one that was used last is the last. */
  #copies: PastCopy[] = [];

  constructor(course: () => Course) {
    this.#course = course;
  }

  /** Takes a copy to the moment at which `atUs` had passed. Who drives this may stop between any two steps. */
  *to(atUs: number): Generator<undefined, Playground, undefined> {
    const copy = this.#nearest(atUs) ?? new PastCopy(this.#course());
    this.#copies = [...this.#copies.filter((other) => other !== copy), copy].slice(-copiesMax);
    return yield* copy.to(atUs);
  }

  /** Copies only go forward, and know what had come in when they were raised. */
  #nearest(atUs: number): PastCopy | undefined {
    let best: PastCopy | undefined;
    for (const copy of this.#copies) if (copy.canReach(atUs) && copy.nowUs >= (best?.nowUs ?? 0)) best = copy;
    return best;
  }
}

/** One copy, on its way. */
class PastCopy {
  readonly #playground: Playground;
  readonly #limit: ReplayLimit = { untilUs: 0 };
  readonly #knownUs: number;
  #replay: Replay | undefined;

  constructor({ raise, record, nowUs }: Course) {
    this.#playground = raise();
    this.#playground.attendUnseen();
    this.#knownUs = nowUs;
    this.#replay = this.#playground.replay(record, this.#limit);
  }

  get nowUs(): number {
    return this.#playground.nowUs;
  }

  canReach(atUs: number): boolean {
    return this.nowUs <= atUs && atUs <= this.#knownUs;
  }

  *to(atUs: number): Generator<undefined, Playground, undefined> {
    yield;
    this.#limit.untilUs = atUs;
    while (this.#replay !== undefined) {
      const step = this.#replay.next();
      if (step.done === true) this.#replay = undefined;
      else if (step.value === "held") return this.#playground;
      yield;
    }
    const { queue } = this.#playground.cluster;
    while (queue.run(atUs, 2000) === 2000) yield;
    return this.#playground;
  }
}
