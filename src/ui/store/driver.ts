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
  let handle = requestAnimationFrame(function tick(nowMs) {
    step(nowMs);
    handle = requestAnimationFrame(tick);
  });
  return () => {
    stopUpdates();
    cancelAnimationFrame(handle);
  };
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
