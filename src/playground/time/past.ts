import type { Playground, Replay, ReplayLimit } from "../playground.ts";
import type { RecordEntry } from "../protocol.ts";

/** A course of events that can be run again: what it began with, and all that came in. */
export interface Course {
  /** A new cluster as it was at t=0. */
  raise(): Playground;
  readonly record: readonly RecordEntry[];
  readonly nowUs: number;
}

/**
 * A second cluster that stands at an earlier moment of a course, to be asked there. It only goes forward: for a moment before its own it is
 * raised anew. Who drives it may stop between any two steps.
 */
export class PastCopy {
  readonly #course: () => Course;
  #playground: Playground | undefined;
  #replay: Replay | undefined;
  #limit: ReplayLimit = { untilUs: 0 };
  /** What comes into the course after this is not in its record. */
  #knownUs = 0;

  constructor(course: () => Course) {
    this.#course = course;
  }

  /** Takes the copy to the moment at which `atUs` had passed. */
  *to(atUs: number): Generator<undefined, Playground, undefined> {
    let playground = this.#playground;
    if (playground === undefined || playground.nowUs > atUs || atUs > this.#knownUs) {
      const { record, nowUs, raise } = this.#course();
      playground = raise();
      playground.attendUnseen();
      this.#playground = playground;
      this.#knownUs = nowUs;
      this.#limit = { untilUs: atUs };
      this.#replay = playground.replay(record, this.#limit);
      yield;
    }
    this.#limit.untilUs = atUs;
    while (this.#replay !== undefined) {
      const step = this.#replay.next();
      if (step.done === true) this.#replay = undefined;
      else if (step.value === "held") return playground;
      yield;
    }
    while (playground.cluster.queue.run(atUs, 2000) === 2000) yield;
    return playground;
  }
}
