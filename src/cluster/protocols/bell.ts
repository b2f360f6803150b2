import type { Step, Wait } from "./duplex.ts";

/** Wakes a program from outside: `ring` at any time, `wait` until it has rung since the last wait. */
export class Bell {
  #hasRung = false;
  #resume: ((value: unknown) => void) | undefined;

  ring(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    if (resume === undefined) this.#hasRung = true;
    else resume(undefined);
  }

  *wait(): Step<void> {
    if (this.#hasRung) {
      this.#hasRung = false;
      return;
    }
    const wait: Wait = (resume) => {
      this.#resume = resume;
      return () => {
        this.#resume = undefined;
      };
    };
    yield wait;
  }
}
