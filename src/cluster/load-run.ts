import { LatencyHistogram } from "./latency-histogram.ts";

/** One request in so much time is one mark: requests of a tenth of a second count as one on a time line. */
const markStepUs = 100_000;
/** Marks kept; older ones go first. At 100 a second that is ten minutes of ten pods. */
const marksMax = 60_000;
const failuresMax = 2000;

/** How likely each endpoint is for a new connection, as the rules stood. */
export type Chances = readonly { readonly pod: string; readonly p: number }[];

export interface LoadRunFacts {
  readonly id: number;
  readonly place: string;
  readonly command: string;
  readonly url: string;
  readonly keepsAlive: boolean;
  /** Requests per second that are wanted; 0: as many as go. */
  readonly rate: number;
  readonly startedUs: number;
}

/** What the rules make of a new connection's choice. */
export type Choice = "random" | "round-robin" | "affinity" | "none";

/** Requests of a tenth of a second that came out alike. */
export interface LoadMark {
  readonly timeUs: number;
  /** Place or address; "" where nobody was reached. */
  readonly pod: string;
  readonly count: number;
}

/** A request that got no good answer. */
export interface LoadFailure {
  readonly timeUs: number;
  readonly pod: string;
  /** `connection refused`, `EOF`, `500` … */
  readonly reason: string;
}

/** A load as the page sees it: plain data, made when asked. */
export interface LoadSnapshot extends LoadRunFacts {
  readonly endedUs: number | undefined;
  readonly nowUs: number;
  readonly requests: number;
  readonly connections: number;
  readonly choice: Choice;
  readonly pods: readonly {
    readonly pod: string;
    /** That it answered. */
    readonly requests: number;
    /** That were on the way to it and got no answer. */
    readonly failed: number;
    readonly connections: number;
    /** Sum over all connections of this pod's chance to get it, and of the variance of that: exact theory even while pods come and go. */
    readonly expected: number;
    readonly variance: number;
  }[];
  /** Connections whose chances were the same all along: then the band is a binomial's. */
  readonly isSteady: boolean;
  readonly codes: readonly (readonly [status: number, count: number])[];
  readonly failures: readonly (readonly [reason: string, count: number])[];
  readonly latencyUs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  /** Requests that ended in the last whole second. */
  readonly perSecond: number;
  /** Marks from number `marksFrom` on, and the number of the next: ask with it for what is new. */
  readonly marks: readonly LoadMark[];
  readonly nextMark: number;
  readonly lost: readonly LoadFailure[];
  readonly nextLost: number;
}

interface PodCount {
  requests: number;
  failed: number;
  connections: number;
  expected: number;
  variance: number;
}

/** Counts of one run of a load generator. Its room is bounded, however long it runs. */
export class LoadRun {
  readonly facts: LoadRunFacts;
  readonly #pods = new Map<string, PodCount>();
  readonly #codes = new Map<number, number>();
  readonly #failures = new Map<string, number>();
  readonly #latencies = new LatencyHistogram();
  #requests = 0;
  #connections = 0;
  #endedUs: number | undefined;
  #chances: Chances | undefined;
  #isSteady = true;
  /** Of the tenth of a second that is under way. */
  #open = new Map<string, number>();
  #openUs = 0;
  #marks: LoadMark[] = [];
  #firstMark = 0;
  #lost: LoadFailure[] = [];
  #firstLost = 0;
  /** Requests of each of the last ten tenths. */
  #recent: { readonly slot: number; count: number }[] = [];

  constructor(facts: LoadRunFacts) {
    this.facts = facts;
  }

  get isRunning(): boolean {
    return this.#endedUs === undefined;
  }

  /** A new connection, which went to `pod` when each had these chances. */
  connected(pod: string, chances: Chances): void {
    this.#connections++;
    this.#of(pod).connections++;
    if (this.#chances !== undefined && !isSame(this.#chances, chances)) this.#isSteady = false;
    this.#chances = chances;
    for (const { pod: candidate, p } of chances) {
      const count = this.#of(candidate);
      count.expected += p;
      count.variance += p * (1 - p);
    }
  }

  answered(nowUs: number, pod: string, status: number, latencyUs: number): void {
    this.#latencies.add(latencyUs);
    this.#of(pod).requests++;
    this.#codes.set(status, (this.#codes.get(status) ?? 0) + 1);
    this.#count(nowUs);
    if (status >= 500) this.#lose({ timeUs: nowUs, pod, reason: `${status}` });
    else this.#mark(nowUs, pod);
  }

  failed(nowUs: number, pod: string | undefined, reason: string): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
    this.#count(nowUs);
    this.#of(pod ?? "").failed++;
    this.#lose({ timeUs: nowUs, pod: pod ?? "", reason });
  }

  end(nowUs: number): void {
    this.#endedUs ??= nowUs;
    this.#close();
  }

  snapshot(nowUs: number, choice: Choice, marksFrom: number, lostFrom: number): LoadSnapshot {
    if (nowUs - this.#openUs >= markStepUs) this.#close();
    const second = Math.floor(nowUs / markStepUs);
    const byName = <V>([a]: readonly [string, V], [b]: readonly [string, V]) => (a < b ? -1 : 1);
    return {
      ...this.facts,
      endedUs: this.#endedUs,
      nowUs,
      requests: this.#requests,
      connections: this.#connections,
      choice,
      pods: [...this.#pods]
        .filter(([pod]) => pod !== "")
        .sort(byName)
        .map(([pod, count]) => ({ pod, ...count })),
      isSteady: this.#isSteady,
      codes: [...this.#codes].sort(([a], [b]) => a - b),
      failures: [...this.#failures].sort(byName),
      latencyUs: {
        p50: this.#latencies.percentileUs(50),
        p95: this.#latencies.percentileUs(95),
        p99: this.#latencies.percentileUs(99),
        max: this.#latencies.maxUs,
      },
      perSecond: this.#recent.filter(({ slot }) => slot < second && slot >= second - 10).reduce((sum, { count }) => sum + count, 0),
      marks: this.#marks.slice(Math.max(0, marksFrom - this.#firstMark)),
      nextMark: this.#firstMark + this.#marks.length,
      lost: this.#lost.slice(Math.max(0, lostFrom - this.#firstLost)),
      nextLost: this.#firstLost + this.#lost.length,
    };
  }

  #of(pod: string): PodCount {
    let count = this.#pods.get(pod);
    if (count === undefined) {
      count = { requests: 0, failed: 0, connections: 0, expected: 0, variance: 0 };
      this.#pods.set(pod, count);
    }
    return count;
  }

  #count(nowUs: number): void {
    this.#requests++;
    const slot = Math.floor(nowUs / markStepUs);
    const last = this.#recent.at(-1);
    if (last?.slot === slot) last.count++;
    else this.#recent = [...this.#recent.slice(-11), { slot, count: 1 }];
  }

  #mark(nowUs: number, pod: string): void {
    if (nowUs - this.#openUs >= markStepUs) this.#close();
    if (this.#open.size === 0) this.#openUs = nowUs - (nowUs % markStepUs);
    this.#open.set(pod, (this.#open.get(pod) ?? 0) + 1);
  }

  #close(): void {
    for (const pod of [...this.#open.keys()].sort()) this.#marks.push({ timeUs: this.#openUs, pod, count: this.#open.get(pod) as number });
    this.#open.clear();
    if (this.#marks.length <= marksMax) return;
    this.#firstMark += marksMax >> 2;
    this.#marks = this.#marks.slice(marksMax >> 2);
  }

  #lose(failure: LoadFailure): void {
    this.#lost.push(failure);
    if (this.#lost.length <= failuresMax) return;
    this.#firstLost += failuresMax >> 2;
    this.#lost = this.#lost.slice(failuresMax >> 2);
  }
}

function isSame(a: Chances, b: Chances): boolean {
  return a === b || (a.length === b.length && a.every(({ pod, p }, i) => b[i]?.pod === pod && b[i]?.p === p));
}
