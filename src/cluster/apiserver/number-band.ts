import type { Random } from "../sim/random.ts";

/**
 * Numbers of a range that are given out, each once. Random ones come from the upper (dynamic) band, and from the lower one, which is meant for
 * numbers that users choose, only when the upper is full.
 *
 * @source Kubernetes KEP-3070 (cluster IPs) and KEP-3668 (node ports)
 */
export class NumberBand {
  readonly #first: number;
  readonly #dynamicFirst: number;
  readonly #last: number;
  readonly #taken = new Set<number>();

  constructor(first: number, dynamicFirst: number, last: number) {
    this.#first = first;
    this.#dynamicFirst = dynamicFirst;
    this.#last = last;
  }

  has(number: number): boolean {
    return number >= this.#first && number <= this.#last;
  }

  isTaken(number: number): boolean {
    return this.#taken.has(number);
  }

  take(number: number): void {
    this.#taken.add(number);
  }

  free(number: number): void {
    this.#taken.delete(number);
  }

  /** A free number; undefined when the range is full. `isAvoided` numbers are given only when there is no other. */
  draw(random: Random, isAvoided: (number: number) => boolean): number | undefined {
    return (
      this.#drawBetween(this.#dynamicFirst, this.#last, random, isAvoided) ??
      this.#drawBetween(this.#first, this.#dynamicFirst - 1, random, isAvoided) ??
      this.#drawBetween(this.#first, this.#last, random, () => false)
    );
  }

  /** From a random place on, round the band. */
  #drawBetween(from: number, to: number, random: Random, isAvoided: (number: number) => boolean): number | undefined {
    const size = to - from + 1;
    if (size <= 0) return undefined;
    const start = random.below(size);
    for (let i = 0; i < size; i++) {
      const number = from + ((start + i) % size);
      if (!this.#taken.has(number) && !isAvoided(number)) return number;
    }
    return undefined;
  }
}

/** Where the dynamic band begins: `size / step`, held between two bounds. */
export function bandOffset(
  size: number,
  { step, least, most }: { readonly step: number; readonly least: number; readonly most: number },
): number {
  if (size <= least) return 0;
  return Math.min(Math.max(Math.floor(size / step), least), most);
}
