import { Signal, type Wait } from "./syscall.ts";

/** How a fiber ended. */
export type FiberEnd<T> = { readonly type: "value"; readonly value: T } | { readonly type: "signal"; readonly signal: Signal };

/** What a fiber asks of the process it runs in. */
export interface FiberHost {
  /** One more step was made: the measure of budgets. */
  countStep(): void;
  /** While true, answers are kept until `wake` (SIGSTOP). */
  readonly isHeld: boolean;
}

type Resumption = { readonly type: "next"; readonly value: unknown } | { readonly type: "throw"; readonly error: unknown };

/**
 * Drives one generator: calls each Wait it yields, and resumes it with the answer. Answers that come while the Wait is still being called
 * are taken up by the loop, so that a chain of them needs no stack.
 */
export class Fiber<T> {
  readonly #generator: Generator<Wait, T, unknown>;
  readonly #host: FiberHost;
  readonly #onEnd: (end: FiberEnd<T>) => void;
  /** Number of the Wait that is open; an answer to an older one is dropped. */
  #turn = 0;
  #cancel: (() => void) | undefined;
  #isRunning = false;
  #isEnded = false;
  #pending: Resumption | undefined;
  #held: Resumption | undefined;

  constructor(generator: Generator<Wait, T, unknown>, host: FiberHost, onEnd: (end: FiberEnd<T>) => void) {
    this.#generator = generator;
    this.#host = host;
    this.#onEnd = onEnd;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  start(): void {
    this.#resume({ type: "next", value: undefined });
  }

  /** Forgets what it waits for and throws at its yield. */
  throw(error: unknown): void {
    if (this.#isEnded) return;
    this.#forget();
    this.#resume({ type: "throw", error });
  }

  /** Ends it where it stands without resuming it: SIGKILL, or the loser of a race. Its `finally` blocks do not run. */
  drop(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#forget();
  }

  /** Takes up an answer that came while the process was stopped. */
  wake(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#resume(held);
  }

  #forget(): void {
    this.#turn++;
    this.#held = undefined;
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.();
  }

  #resume(resumption: Resumption): void {
    if (this.#isEnded) return;
    if (this.#isRunning) {
      this.#pending = resumption;
      return;
    }
    if (this.#host.isHeld && resumption.type === "next") {
      this.#held = resumption;
      return;
    }
    this.#isRunning = true;
    let next: Resumption | undefined = resumption;
    while (next !== undefined) {
      this.#pending = undefined;
      this.#host.countStep();
      let result: IteratorResult<Wait, T>;
      try {
        result = next.type === "next" ? this.#generator.next(next.value) : this.#generator.throw(next.error);
      } catch (error) {
        this.#isRunning = false;
        if (!(error instanceof Signal)) throw error; // a promise of our own is broken
        this.#finish({ type: "signal", signal: error });
        return;
      }
      if (this.#isEnded) return; // dropped by what it did itself (exec, SIGKILL of its own group)
      if (result.done === true) {
        this.#isRunning = false;
        this.#finish({ type: "value", value: result.value });
        return;
      }
      const turn = ++this.#turn;
      this.#cancel = result.value((value) => {
        if (turn !== this.#turn) return;
        this.#turn++;
        this.#cancel = undefined;
        this.#resume({ type: "next", value });
      });
      if (turn !== this.#turn) this.#cancel = undefined; // answered at once
      next = this.#pending;
    }
    this.#isRunning = false;
  }

  #finish(end: FiberEnd<T>): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#forget();
    this.#onEnd(end);
  }
}
