/** Something that happened at a moment. */
export interface Timed {
  readonly timeUs: number;
}

/** Moments in the order in which they came, bounded: the oldest go first. */
export class Moments<T extends Timed> {
  readonly #most: number;
  #all: T[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get all(): readonly T[] {
    return this.#all;
  }

  add(more: readonly T[]): void {
    for (const one of more) this.#all.push(one);
    // A quarter at once, so that a full list is not copied for each that comes.
    if (this.#all.length > this.#most) this.#all = this.#all.slice(-Math.floor(this.#most * 0.75));
  }

  clear(): void {
    this.#all = [];
  }

  /** All until this moment, itself included. */
  until(us: number): readonly T[] {
    return this.#all.slice(0, firstAfter(this.#all, us));
  }

  /** The time of the first one later than `us`. */
  after(us: number): number | undefined {
    return this.#all[firstAfter(this.#all, us)]?.timeUs;
  }

  /** The time of the last one earlier than `us`. */
  before(us: number): number | undefined {
    return this.#all[firstAfter(this.#all, us - 1) - 1]?.timeUs;
  }

  /** All that happened at just this moment. */
  at(us: number): readonly T[] {
    return this.#all.slice(firstAfter(this.#all, us - 1), firstAfter(this.#all, us));
  }
}

/** Position of the first one later than `us`, among such as came one after the other. */
export function firstAfter(moments: readonly Timed[], us: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] as Timed).timeUs <= us) low = middle + 1;
    else high = middle;
  }
  return low;
}
