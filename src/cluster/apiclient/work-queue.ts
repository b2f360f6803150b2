import type { Timer } from "../sim/clock.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { WorkQueue } from "./client.ts";

/** What became of a key: done, "retry" with back-off, or the microseconds after which to come back. */
// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that returns nothing is the usual one
export type Outcome = "retry" | number | undefined | void;

const firstDelayUs = 5_000;
const longestDelayUs = 1_000_000_000;

/**
 * A queue of keys, each worked on in an event of its own.
 * @source client-go util/workqueue: DefaultTypedControllerRateLimiter (5 ms doubling to 1000 s for each item)
 */
export function createWorkQueue(simulation: Simulation, reconcile: (key: string) => Outcome): WorkQueue {
  const { clock } = simulation;
  const queued = new Set<string>();
  const delayed = new Map<string, Timer>();
  const failures = new Map<string, number>();

  function work(key: string): void {
    queued.delete(key);
    const outcome = reconcile(key);
    if (outcome === "retry") {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, retryDelayUs(count));
      return;
    }
    failures.delete(key);
    if (typeof outcome === "number") addAfter(key, outcome);
  }

  function add(key: string): void {
    if (queued.has(key)) return;
    queued.add(key);
    clock.after(0, work, key);
  }

  function addAfter(key: string, delayUs: number): void {
    if (delayUs <= 0) {
      add(key);
      return;
    }
    const waiting = delayed.get(key);
    const atUs = clock.now() + delayUs;
    // The earlier of two times counts, as in client-go's delaying queue.
    if (waiting?.run !== undefined && waiting.atUs <= atUs) return;
    clock.cancel(waiting);
    delayed.set(
      key,
      clock.after(delayUs, () => {
        delayed.delete(key);
        add(key);
      }),
    );
  }

  return { add, addAfter };
}

/** The wait before try number `count` + 2. */
export function retryDelayUs(count: number): number {
  let delay = firstDelayUs;
  for (let i = 0; i < count && delay < longestDelayUs; i++) delay *= 2;
  return Math.min(delay, longestDelayUs);
}
