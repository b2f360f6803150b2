import { isHoldingClock, usePlayback } from "../graph/playback.ts";
import { isLoadTerminal } from "../load/load.ts";
import { useLook } from "../time/look.ts";
import { useRun } from "../time/run-state.ts";
import { onUpdate, send } from "./link-to-worker.ts";
import { openedTimeUs } from "./session.ts";
import { archive, usePage } from "./store.ts";

/**
 * Real time becomes simulated time here and nowhere else: once a frame the worker is allowed to run on. One message is on its way at a time,
 * so that a slow machine lags instead of drowning.
 */
const quietStepUs = 200_000;
const openingUs = 5_000_000;
/** A command that waits this long with no packet under way is run faster. */
const patienceMs = 2000;
const impatientSpeed = 30;

let isAnswered = true;
let lastMs: number | undefined;
let targetUs = 0;

export function startDriver(): () => void {
  const stopUpdates = onUpdate((update) => {
    if (update.type === "opened") {
      targetUs = openedTimeUs() || openingUs;
      isAnswered = false;
      // The first seconds, in which pods start, run at full speed: the page opens on a cluster that works.
      send({ type: "advance", toUs: targetUs });
    }
    if (update.type === "time" && !update.running) isAnswered = true;
  });
  let handle = 0;
  let timer: number | undefined;
  const tick = (nowMs: number) => {
    step(nowMs);
    if (!isAtRest(nowMs)) handle = requestAnimationFrame(tick);
    // Paused, it stands until somebody does something.
    else if (!usePlayback.getState().isPaused) timer = window.setTimeout(wake, restStepMs);
  };
  const wake = () => {
    window.clearTimeout(timer);
    cancelAnimationFrame(handle);
    handle = requestAnimationFrame(tick);
  };
  const stir = () => {
    if (performance.now() - stirredMs > 100) wake();
    stirredMs = performance.now();
  };
  for (const event of inputs) window.addEventListener(event, stir, { capture: true, passive: true });
  const stopPlayback = usePlayback.subscribe(stir);
  wake();
  return () => {
    stopUpdates();
    stopPlayback();
    for (const event of inputs) window.removeEventListener(event, stir, { capture: true });
    window.clearTimeout(timer);
    cancelAnimationFrame(handle);
  };
}

const inputs = ["keydown", "pointerdown", "input"] as const;
/** While nobody does anything and nothing is under way, the clock goes on in steps of this length. */
const restStepMs = 100;
/** So long after a key or a packet something may follow from it. */
const restAfterMs = 1500;
let stirredMs = 0;

/** A cluster at rest must not keep the machine busy: its probes and leases need no frame each. */
function isAtRest(nowMs: number): boolean {
  const { terminals, summary } = usePage.getState();
  if (summary === undefined || performance.now() - stirredMs < restAfterMs) return false;
  for (const terminal of terminals.values()) if (terminal.busySinceMs !== undefined) return false;
  if (useRun.getState().goal !== undefined) return false;
  return isHoldingClock() || (currentSpeed(nowMs) <= 1 && performance.now() - archive.lastHopMs > restAfterMs);
}

/** The worker that should have answered is gone. */
export function forgetDriver(): void {
  isAnswered = true;
}

/** Whether time may pass at all: who keeps to this clock may have to come along first. */
let mayRun: () => boolean = () => true;

export function setBrake(may: () => boolean): void {
  mayRun = may;
}

function step(nowMs: number): void {
  const elapsedMs = lastMs === undefined ? 0 : Math.min(250, nowMs - lastMs);
  lastMs = nowMs;
  const page = usePage.getState();
  if (page.summary === undefined || !isAnswered || !mayRun()) return;
  // A run has its own time; and while an earlier moment is looked at, the cluster waits for its user to come back.
  if (useRun.getState().goal !== undefined || useLook.getState().atUs !== undefined) {
    targetUs = page.nowUs;
    return;
  }
  if (isHoldingClock()) {
    // Terminal output never waits for the picture: while a command runs, its packets' own time passes.
    if (isBusy(page.terminals)) {
      isAnswered = false;
      send({ type: "advanceQuiet", maxUs: quietStepUs });
    }
    targetUs = page.nowUs;
    return;
  }
  targetUs = Math.max(targetUs, page.nowUs) + elapsedMs * 1000 * currentSpeed(nowMs);
  isAnswered = false;
  send({ type: "advance", toUs: Math.round(targetUs) });
}

/** A load runs beside what the user does: nobody waits for its end. */
function isBusy(terminals: Iterable<readonly [number, { readonly busySinceMs: number | undefined }]>): boolean {
  for (const [id, terminal] of terminals) if (terminal.busySinceMs !== undefined && !isLoadTerminal(id)) return true;
  return false;
}

/** The chosen speed, or 30 while a command has been waiting for two seconds with no packet under way. */
export function currentSpeed(nowMs: number): number {
  const { speed } = usePlayback.getState();
  for (const [id, terminal] of usePage.getState().terminals) {
    if (terminal.busySinceMs === undefined || isLoadTerminal(id)) continue;
    if (nowMs - terminal.busySinceMs > patienceMs && nowMs - archive.lastHopMs > patienceMs) return Math.max(speed, impatientSpeed);
  }
  return speed;
}
