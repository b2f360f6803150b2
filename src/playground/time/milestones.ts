/** How much work a moment is away from loading, counted in events of the cluster's queue. */
export interface Milestone {
  readonly atUs: number;
  readonly work: number;
}

const apartAtFirst = 200;
const mostDefault = 512;

/** Which moments of a course lie evenly apart, by the work that it takes to come there. Bounded: a long course has them further apart. */
export class Milestones {
  readonly #most: number;
  #apart = apartAtFirst;
  #all: Milestone[] = [];

  constructor(most = mostDefault) {
    this.#most = most;
  }

  get all(): readonly Milestone[] {
    return this.#all;
  }

  note(atUs: number, work: number): void {
    if (work - (this.#all.at(-1)?.work ?? 0) < this.#apart) return;
    this.#all.push({ atUs, work });
    if (this.#all.length <= this.#most) return;
    this.#all = this.#all.filter((_, i) => i % 2 === 1);
    this.#apart *= 2;
  }

  /** The last one that takes no more work than this. */
  before(work: number): Milestone | undefined {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle] as Milestone).work <= work) low = middle + 1;
      else high = middle;
    }
    return this.#all[low - 1];
  }
}
