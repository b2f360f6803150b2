import type { Probe } from "../api/pod/types.ts";
import type { Clock, Timer } from "../sim/clock.ts";

export type ProbeKind = "Readiness" | "Liveness" | "Startup";
/** `error`: the probe itself did not work; it counts as nothing. */
export type ProbeOutcome = { readonly type: "success" | "failure" | "error"; readonly output: string };
/** Begins one probe; calls back once, unless the returned function ends it first. */
export type ProbeRun = (done: (outcome: ProbeOutcome) => void) => () => void;

/** Where a probe stands: what it met last, how often in a row, and how many of that kind count. */
export interface ProbeState {
  readonly container: string;
  readonly kind: ProbeKind;
  /** What it takes the container for: `unknown` before a startup probe has counted. */
  readonly result: "success" | "failure" | "unknown";
  /** undefined: it has met nothing yet. */
  readonly last: "success" | "failure" | undefined;
  readonly inRow: number;
  readonly threshold: number;
  /** `held`: a startup probe has to succeed first; `stopped`: it has done its work, or its container or kubelet stops. */
  readonly phase: "held" | "waiting" | "running" | "stopped";
  /** When it is tried next; only while it waits. */
  readonly nextUs?: number;
  readonly periodSeconds: number;
  readonly initialDelaySeconds: number;
  readonly timeoutSeconds: number;
}

const second = 1_000_000;
/** So long the kubelet takes to see that a container runs; its program is up by then. */
const noticeUs = 100_000;

/**
 * Probes one container again and again. A result counts after `threshold` equal ones in a row; any other starts the count again.
 * @source pkg/kubelet/prober/worker.go, doProbe
 */
export class ProbeWorker {
  readonly kind: ProbeKind;
  result: "success" | "failure" | "unknown";
  readonly #clock: Clock;
  readonly #probe: Probe;
  readonly #run: ProbeRun;
  readonly #onOutcome: (outcome: ProbeOutcome, hasChanged: boolean) => void;
  #timer: Timer | undefined;
  #cancel: (() => void) | undefined;
  #last: "success" | "failure" | undefined;
  #inRow = 0;
  #isStopped = true;
  #hasBegun = false;
  #startedUs = 0;

  constructor(
    kind: ProbeKind,
    probe: Probe,
    clock: Clock,
    run: ProbeRun,
    onOutcome: (outcome: ProbeOutcome, hasChanged: boolean) => void,
    initial?: "success" | "failure",
  ) {
    this.kind = kind;
    this.#probe = probe;
    this.#clock = clock;
    this.#run = run;
    this.#onOutcome = onOutcome;
    this.result = initial ?? (kind === "Readiness" ? "failure" : kind === "Liveness" ? "success" : "unknown");
  }

  /** `containerStartedUs`: initialDelaySeconds counts from there. */
  start(containerStartedUs: number): void {
    this.#isStopped = false;
    this.#hasBegun = true;
    const firstUs = containerStartedUs + Math.max(noticeUs, (this.#probe.initialDelaySeconds ?? 0) * second);
    this.#queue(Math.max(0, firstUs - this.#clock.now()));
  }

  stop(): void {
    this.#isStopped = true;
    this.#clock.cancel(this.#timer);
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #queue(delayUs: number): void {
    this.#timer = this.#clock.afterPeriodic(delayUs, this.#tick);
  }

  readonly #tick = (): void => {
    this.#startedUs = this.#clock.now();
    this.#cancel = this.#run(this.#done);
  };

  readonly #done = (outcome: ProbeOutcome): void => {
    this.#cancel = undefined;
    if (this.#isStopped) return;
    const nextUs = this.#startedUs + (this.#probe.periodSeconds ?? 10) * second;
    this.#queue(Math.max(0, nextUs - this.#clock.now()));
    this.#onOutcome(outcome, this.#count(outcome.type));
  };

  /** Whether the result changed. */
  #count(type: ProbeOutcome["type"]): boolean {
    if (type === "error") return false;
    this.#inRow = type === this.#last ? this.#inRow + 1 : 1;
    this.#last = type;
    if (this.#inRow < this.#threshold(type) || this.result === type) return false;
    this.result = type;
    return true;
  }

  #threshold(type: "success" | "failure"): number {
    return type === "success" ? (this.#probe.successThreshold ?? 1) : (this.#probe.failureThreshold ?? 3);
  }

  state(container: string): ProbeState {
    const phase = this.#isStopped ? (this.#hasBegun ? "stopped" : "held") : this.#cancel === undefined ? "waiting" : "running";
    // What it will take for the result to turn, before anything was met.
    const turning = this.#last ?? (this.result === "success" ? "failure" : "success");
    return {
      container,
      kind: this.kind,
      result: this.result,
      last: this.#last,
      inRow: this.#inRow,
      threshold: this.#threshold(turning),
      phase,
      ...(phase === "waiting" && this.#timer !== undefined ? { nextUs: this.#timer.atUs } : {}),
      periodSeconds: this.#probe.periodSeconds ?? 10,
      initialDelaySeconds: this.#probe.initialDelaySeconds ?? 0,
      timeoutSeconds: this.#probe.timeoutSeconds ?? 1,
    };
  }
}
