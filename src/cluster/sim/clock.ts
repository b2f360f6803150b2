import { assert } from "./assert.ts";

/** What is queued to happen. Hold it only to cancel it. */
export interface Timer {
  /** Simulated microseconds since loading. */
  readonly atUs: number;
  readonly sequence: number;
  readonly periodic: boolean;
  /** undefined once it ran or was cancelled. */
  run: ((argument: unknown) => void) | undefined;
  argument: unknown;
  /** Where it stands in the heap, so that cancelling takes it out at once; -1 when it is in no queue, below that in a lane. The queue's own affair. */
  place: number;
}

/** The delays of most events: later in this instant, a system call's microsecond, a way inside a node. */
const laneDelaysUs: readonly number[] = [0, 1, 20];
/** `place` of a timer in the first lane; one less in each further one. */
const firstLanePlace = -2;

/**
 * Events that were all queued with the same delay, so that they are due in the order in which they came: to add one and to take the next costs nothing,
 * however many others are queued. A cancelled one stays until its turn.
 */
class Lane {
  #timers: Timer[] = [];
  #head = 0;

  push(timer: Timer): void {
    this.#timers.push(timer);
  }

  /** The next that was not cancelled. */
  first(): Timer | undefined {
    const timers = this.#timers;
    while (this.#head < timers.length) {
      const timer = timers[this.#head] as Timer;
      if (timer.run !== undefined) return timer;
      this.shift();
    }
    return undefined;
  }

  shift(): void {
    const timers = this.#timers;
    this.#head++;
    if (this.#head === timers.length) {
      timers.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 > timers.length) {
      timers.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** All that are still to run, in order. */
  *[Symbol.iterator](): Generator<Timer> {
    for (let at = this.#head; at < this.#timers.length; at++) {
      const timer = this.#timers[at] as Timer;
      if (timer.run !== undefined) yield timer;
    }
  }
}

/**
 * The one clock and the one event queue of a cluster. Time is a whole number of microseconds since loading and passes only here.
 * Events are ordered by time, then by the order in which they were queued.
 */
export interface Clock {
  /** Simulated microseconds since loading. */
  now(): number;
  /**
   * Queues `run(argument)` after `delayUs` microseconds (0: later in this instant).
   * The argument is passed on so that hot paths need no closure.
   */
  after<T>(delayUs: number, run: (argument: T) => void, argument: T): Timer;
  after(delayUs: number, run: () => void): Timer;
  /** The same, for work that always comes again (probes, leases, resyncs): `wait settled` does not wait for it. */
  afterPeriodic(delayUs: number, run: () => void): Timer;
  cancel(timer: Timer | undefined): void;
}

/** The queue with its driver's side: only the cluster's owner advances time. */
export class EventQueue implements Clock {
  #nowUs = 0;
  #sequence = 0;
  /** Whatever goes by no lane, the earliest on top. */
  #heap: Timer[] = [];
  readonly #lanes: readonly Lane[] = laneDelaysUs.map(() => new Lane());
  #aperiodic = 0;
  #ran = 0;

  now(): number {
    return this.#nowUs;
  }

  after<T>(delayUs: number, run: (argument: T) => void, argument?: T): Timer {
    return this.#queue(delayUs, run as (argument: unknown) => void, argument, false);
  }

  afterPeriodic(delayUs: number, run: () => void): Timer {
    return this.#queue(delayUs, run, undefined, true);
  }

  cancel(timer: Timer | undefined): void {
    if (timer?.run === undefined) return;
    timer.run = undefined;
    timer.argument = undefined;
    if (!timer.periodic) this.#aperiodic--;
    if (timer.place < 0) return; // its lane passes it over
    // At once: most retransmission timers are cancelled long before their time, and a short heap is a fast one.
    this.#takeOut(timer.place);
    timer.place = -1;
  }

  /** How many events have run since loading: what it takes to come here again. */
  get ran(): number {
    return this.#ran;
  }

  /** Whether anything but periodic work is queued. */
  isSettled(): boolean {
    return this.#aperiodic === 0;
  }

  /** When the next event is due, in microseconds; undefined when nothing is queued. */
  nextAtUs(): number | undefined {
    return this.#next()?.atUs;
  }

  /** When the next event that is not periodic is due; undefined when there is none. Looks at the whole queue. */
  nextAperiodicAtUs(): number | undefined {
    let earliest: number | undefined;
    for (const timers of [this.#heap, ...this.#lanes]) {
      for (const timer of timers) {
        if (timer.periodic) continue;
        if (earliest === undefined || timer.atUs < earliest) earliest = timer.atUs;
      }
    }
    return earliest;
  }

  /**
   * Runs events due at or before `untilUs`, at most `maxEvents` of them, and moves the clock.
   * Returns how many ran; when all due ones ran, the clock stands at `untilUs`.
   */
  run(untilUs: number, maxEvents: number): number {
    let count = 0;
    while (count < maxEvents) {
      const next = this.#next();
      if (next === undefined || next.atUs > untilUs) {
        if (untilUs > this.#nowUs) this.#nowUs = untilUs;
        return count;
      }
      if (next.place >= 0) this.#takeOut(0);
      else (this.#lanes[firstLanePlace - next.place] as Lane).shift();
      next.place = -1;
      const run = next.run as (argument: unknown) => void;
      next.run = undefined;
      if (!next.periodic) this.#aperiodic--;
      this.#nowUs = next.atUs;
      this.#ran++;
      run(next.argument);
      count++;
    }
    return count;
  }

  /** Whether every event due at or before now has run. */
  isInstantDone(): boolean {
    const next = this.nextAtUs();
    return next === undefined || next > this.#nowUs;
  }

  #queue(delayUs: number, run: (argument: unknown) => void, argument: unknown, periodic: boolean): Timer {
    // The message is made only when it is needed: this is asked for every packet.
    if (delayUs < 0 || !Number.isInteger(delayUs)) assert(false, `a delay must be a whole number of microseconds: ${delayUs}`);
    const timer: Timer = { atUs: this.#nowUs + delayUs, sequence: this.#sequence++, periodic, run, argument, place: -1 };
    if (!periodic) this.#aperiodic++;
    const lane = laneDelaysUs.indexOf(delayUs);
    if (lane >= 0) {
      timer.place = firstLanePlace - lane;
      (this.#lanes[lane] as Lane).push(timer);
      return timer;
    }
    this.#heap.push(timer);
    this.#rise(timer, this.#heap.length - 1);
    return timer;
  }

  /** The earliest of all. */
  #next(): Timer | undefined {
    let next = this.#heap[0];
    for (let i = 0; i < this.#lanes.length; i++) {
      const first = (this.#lanes[i] as Lane).first();
      if (first !== undefined && (next === undefined || isBefore(first, next))) next = first;
    }
    return next;
  }

  /** Takes away what stands at `at`: the last one fills its place. */
  #takeOut(at: number): void {
    const heap = this.#heap;
    const last = heap.pop() as Timer;
    if (at === heap.length) return;
    const parent = heap[(at - 1) >> 1];
    if (at > 0 && isBefore(last, parent as Timer)) this.#rise(last, at);
    else this.#sink(last, at);
  }

  /** Puts the timer at `at` or nearer to the front. */
  #rise(timer: Timer, from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Timer;
      if (!isBefore(timer, parent)) break;
      heap[at] = parent;
      parent.place = at;
      at = parentAt;
    }
    heap[at] = timer;
    timer.place = at;
  }

  /** Puts the timer at `at` or further back. */
  #sink(timer: Timer, from: number): void {
    const heap = this.#heap;
    const size = heap.length;
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= size) break;
      let child = heap[childAt] as Timer;
      const rightAt = childAt + 1;
      if (rightAt < size) {
        const right = heap[rightAt] as Timer;
        if (isBefore(right, child)) {
          child = right;
          childAt = rightAt;
        }
      }
      if (!isBefore(child, timer)) break;
      heap[at] = child;
      child.place = at;
      at = childAt;
    }
    heap[at] = timer;
    timer.place = at;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
}
