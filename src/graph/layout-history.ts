import type { LayoutMemory } from "./model.ts";

/** So many places are remembered; those of boxes that came first are forgotten first. */
const slotsMax = 20_000;

/**
 * Places of one picture over time. What is shown of an earlier moment stands where it stood, and leaves no trace: back in the present every
 * box is where it was.
 */
export class LayoutHistory {
  #now: LayoutMemory | undefined;
  readonly #everSeen = new Map<string, number>();

  /** What the next picture of the present goes by. */
  get present(): LayoutMemory | undefined {
    return this.#now;
  }

  /** A picture of the present was made. */
  keep(memory: LayoutMemory): void {
    this.#now = memory;
    for (const [id, slot] of memory.slots) {
      this.#everSeen.delete(id); // it counts where it stood last
      this.#everSeen.set(id, slot);
    }
    for (const id of this.#everSeen.keys()) {
      if (this.#everSeen.size <= slotsMax) break;
      this.#everSeen.delete(id);
    }
  }

  /** What a picture of an earlier moment goes by: also those that are gone since have their places. */
  get past(): LayoutMemory | undefined {
    return this.#now === undefined ? undefined : { ...this.#now, slots: this.#everSeen };
  }
}
