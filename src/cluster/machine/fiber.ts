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

/** In place of an answer: there is none. */
const nothing = Symbol("nothing");

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
  /** The answer that came while it runs; `#throws`: it is an error to throw. */
  #pending: unknown = nothing;
  #throws = false;
  /** The answer that came while its process was stopped. */
  #held: unknown = nothing;

  constructor(generator: Generator<Wait, T, unknown>, host: FiberHost, onEnd: (end: FiberEnd<T>) => void) {
    this.#generator = generator;
    this.#host = host;
    this.#onEnd = onEnd;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  start(): void {
    this.#resume(undefined, false);
  }

  /** Forgets what it waits for and throws at its yield. */
  throw(error: unknown): void {
    if (this.#isEnded) return;
    this.#forget();
    this.#resume(error, true);
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
    this.#held = nothing;
    if (held !== nothing) this.#resume(held, false);
  }

  #forget(): void {
    this.#turn++;
    this.#held = nothing;
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.();
  }

  #resume(answer: unknown, throws: boolean): void {
    if (this.#isEnded) return;
    if (this.#isRunning) {
      this.#pending = answer;
      this.#throws = throws;
      return;
    }
    if (this.#host.isHeld && !throws) {
      this.#held = answer;
      return;
    }
    this.#isRunning = true;
    let next = answer;
    this.#throws = throws;
    while (next !== nothing) {
      this.#pending = nothing;
      this.#host.countStep();
      let result: IteratorResult<Wait, T>;
      try {
        if (this.#throws) {
          this.#throws = false;
          result = this.#generator.throw(next);
        } else result = this.#generator.next(next);
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
        this.#resume(value, false);
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
