/** One thing to be timed. `run` does it `count` times; what must be made anew for each round is made in `prepare`, outside of the clock. */
export interface Timed {
  readonly count: number;
  prepare?(): void;
  /** Gives the milliseconds itself where not all that happens is to be counted. */
  run(count: number): number | undefined;
}

const rounds = 9;

/**
 * Floor and product in turn, round by round, in one process, so that a busy neighbour slows both; the lower quartile of nine rounds.
 * Gives microseconds for each time.
 */
export function measure<Name extends string>(cases: Readonly<Record<Name, Timed>>): Readonly<Record<Name, number>> {
  const names = Object.keys(cases) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, [] as number[]])) as unknown as Record<Name, number[]>;
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const one = cases[name];
      one.prepare?.();
      const start = performance.now();
      const own = one.run(one.count);
      const ms = own ?? performance.now() - start;
      if (round >= 0) found[name].push((ms * 1000) / one.count);
    }
  }
  return Object.fromEntries(names.map((name) => [name, lowerQuartile(found[name])])) as Record<Name, number>;
}

export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 4)] as number;
}

/** Bytes that what `make` gives takes in the heap. */
export function heapOf<T>(make: () => T): { readonly bytes: number; readonly made: T } {
  const before = heapNow();
  const made = make();
  return { bytes: heapNow() - before, made };
}

export function heapNow(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("run with --expose-gc");
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

/** What a goal came to. `value` and `floor` in `unit`; `ratio` of the two where the goal is a ratio. */
export interface Row {
  readonly goal: string;
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  readonly floor?: number;
  readonly ratio: number;
  /** At most. undefined: told, not judged. */
  readonly gate?: number;
}

export function ratioRow(goal: string, what: string, unit: string, value: number, floor: number, gate?: number): Row {
  return { goal, what, unit, value, floor, ratio: value / floor, ...(gate === undefined ? {} : { gate }) };
}
