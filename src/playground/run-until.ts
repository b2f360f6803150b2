import type { Cluster } from "../cluster/index.ts";

/** How far a command may go before it is ended: simulated time and steps of programs. */
export interface RunLimits {
  readonly timeUs: number;
  readonly steps: number;
}

/** One hour of simulated time, 50 million steps. */
export const defaultLimits: RunLimits = { timeUs: 3_600_000_000, steps: 50_000_000 };

/**
 * Lets the cluster run, event by event, until `isDone`: time then stands exactly where it came true. "limit" when a limit came first,
 * "idle" when nothing is queued that could ever make it true.
 */
export function runUntil(cluster: Cluster, isDone: () => boolean, limits: RunLimits): "done" | "limit" | "idle" {
  const { queue, steps } = cluster;
  const lastUs = queue.now() + limits.timeUs;
  const lastSteps = steps.steps + limits.steps;
  while (!isDone()) {
    const nextUs = queue.nextAtUs();
    if (nextUs === undefined) return "idle";
    if (nextUs > lastUs || steps.steps > lastSteps) return "limit";
    queue.run(nextUs, 1);
  }
  return "done";
}

/** Runs what is due at this instant, so that a command finds it done. */
export function finishInstant(cluster: Cluster): void {
  while (!cluster.queue.isInstantDone()) cluster.queue.run(cluster.queue.now(), 5000);
}
