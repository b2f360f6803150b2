import { type Clock, EventQueue } from "./clock.ts";
import { createRandom, type Random } from "./random.ts";

/** Time and chance of one cluster, handed to whoever needs them. */
export interface Simulation {
  readonly clock: Clock;
  /** What the dates of the simulated world count from: `spec.start`, in milliseconds of the Unix epoch, at t=0. */
  readonly startMs: number;
  /** The stream of that name. Asking twice gives the same stream, where its draws had come to. */
  random(name: string): Random;
  /** The simulated date now, in whole milliseconds of the Unix epoch. */
  dateMs(): number;
}

/** The driver's side: the owner of the cluster advances `queue`. */
export interface DrivenSimulation extends Simulation {
  readonly queue: EventQueue;
}

export function createSimulation(seed: number, startMs: number): DrivenSimulation {
  const queue = new EventQueue();
  const streams = new Map<string, Random>();
  return {
    queue,
    clock: queue,
    startMs,
    random(name) {
      let stream = streams.get(name);
      if (stream === undefined) {
        stream = createRandom(seed, name);
        streams.set(name, stream);
      }
      return stream;
    },
    dateMs: () => startMs + Math.floor(queue.now() / 1000),
  };
}
