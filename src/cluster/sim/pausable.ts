import type { Clock, Timer } from "./clock.ts";
import type { Simulation } from "./simulation.ts";

/**
 * The simulation as one component sees it that can be stopped: what falls due meanwhile waits, in order, until it is started again.
 * Nothing is lost, so it catches up as a restarted controller does from its informers.
 */
export class PausableSimulation implements Simulation {
  readonly clock: Clock;
  readonly startMs: number;
  readonly #simulation: Simulation;
  #isRunning = true;
  #parked: (() => void)[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.startMs = simulation.startMs;
    const { clock } = simulation;
    const later = (run: (argument: unknown) => void) => (argument: unknown) => {
      if (this.#isRunning) run(argument);
      else this.#parked.push(() => run(argument));
    };
    this.clock = {
      now: () => clock.now(),
      cancel: (timer) => clock.cancel(timer),
      after: <T>(delayUs: number, run: (argument: T) => void, argument?: T): Timer =>
        clock.after(delayUs, later(run as (argument: unknown) => void), argument),
      afterPeriodic: (delayUs, run) => clock.afterPeriodic(delayUs, () => later(run)(undefined)),
    };
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  random(name: string) {
    return this.#simulation.random(name);
  }

  dateMs(): number {
    return this.#simulation.dateMs();
  }

  stop(): void {
    this.#isRunning = false;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const parked = this.#parked;
    this.#parked = [];
    for (const run of parked) this.#simulation.clock.after(0, run);
  }
}
