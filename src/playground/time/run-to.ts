import type { Cluster } from "../../cluster/index.ts";
import type { ControlStep, Failure, RanTo, RunGoal, Said } from "../protocol.ts";

/** What a run needs of the playground that it drives. */
export interface RunWorld {
  readonly cluster: Cluster;
  /** How many objects and rules have changed since loading. */
  changes(): number;
  readonly steps: { readonly count: number; since(count: number): readonly ControlStep[] };
  readonly failures: { readonly count: number; since(count: number): readonly Failure[] };
  /** Whether everything that the text declares is ready, and else what is not. */
  isReady(): boolean;
  notReady(): readonly Said[];
}

/** A list that only grows at its end; of what is long past nothing is kept but the count. */
export class Growing<T> {
  #count = 0;
  #kept: T[] = [];
  readonly #keptMax: number;

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  get count(): number {
    return this.#count;
  }

  add(one: T): void {
    this.#count++;
    this.#kept.push(one);
    if (this.#kept.length > 2 * this.#keptMax) this.#kept = this.#kept.slice(-this.#keptMax);
  }

  /** What came after the first `count`, as far as it is kept. */
  since(count: number): readonly T[] {
    return count >= this.#count ? [] : this.#kept.slice(Math.max(0, this.#kept.length - (this.#count - count)));
  }
}

/** Lets time pass, event by event, until a goal is met: the clock then stands exactly where it was. */
export class RunTo {
  readonly #world: RunWorld;
  readonly #goal: RunGoal;
  readonly #lastUs: number;
  readonly #steps: number;
  readonly #failures: number;
  #changes = -1;

  constructor(world: RunWorld, goal: RunGoal, maxUs: number) {
    this.#world = world;
    this.#goal = goal;
    this.#lastUs = world.cluster.queue.now() + maxUs;
    this.#steps = world.steps.count;
    this.#failures = world.failures.count;
  }

  /** Runs at most so many events; undefined while it has not come to an end. */
  advance(maxEvents: number): RanTo | undefined {
    const { queue } = this.#world.cluster;
    for (let i = 0; i < maxEvents; i++) {
      const came = this.#came();
      if (came !== undefined) return this.#end("reached", came);
      const nextUs = queue.nextAtUs();
      if (nextUs === undefined || nextUs > this.#lastUs) {
        queue.run(this.#lastUs, 1);
        return this.#end(this.#goal === "time" ? "reached" : "bound", this.#missing());
      }
      queue.run(nextUs, 1);
    }
    return undefined;
  }

  stop(): RanTo {
    return this.#end("stopped", []);
  }

  #came(): RanTo["came"] | undefined {
    const { steps, failures } = this.#world;
    switch (this.#goal) {
      case "event":
        return steps.count === this.#steps
          ? undefined
          : steps.since(this.#steps).map(({ said, object }) => ({ said, shown: object === undefined ? {} : { object } }));
      case "failure":
        return failures.count === this.#failures ? undefined : failures.since(this.#failures).map(({ said, shown }) => ({ said, shown }));
      case "ready":
        // Nothing becomes ready without a change.
        if (this.#world.changes() === this.#changes) return undefined;
        this.#changes = this.#world.changes();
        return this.#world.isReady() ? [] : undefined;
      case "time":
        return undefined;
    }
  }

  #missing(): RanTo["came"] {
    if (this.#goal !== "ready") return [];
    return this.#world.notReady().map((said) => ({ said, shown: { object: String(said.args["object"]) } }));
  }

  #end(outcome: RanTo["outcome"], came: RanTo["came"]): RanTo {
    return { type: "ranTo", goal: this.#goal, outcome, nowUs: this.#world.cluster.queue.now(), came };
  }
}
