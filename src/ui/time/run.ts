import type { RunGoal } from "../../playground/protocol.ts";
import { setPaused, showHop, usePlayback } from "../graph/playback.ts";
import { onUpdate, send } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import "./branches.ts";
import { history, lookAt, lookNow, useLook } from "./look.ts";
import { useRun } from "./run-state.ts";

/** How much simulated time a run may take before it says that nothing came. */
export const boundUs: Readonly<Record<RunGoal, number>> = {
  event: 600_000_000,
  ready: 600_000_000,
  failure: 600_000_000,
  time: 10_000_000,
};

/** Where the run began: what is said of it counts from there. */
export const began = { us: 0 };

/**
 * Runs the cluster on until the goal; again while it runs: stops it. While an earlier moment is looked at, what is known to have come after it
 * is shown first.
 */
export function runTo(goal: RunGoal): void {
  if (useRun.getState().goal !== undefined) {
    send({ type: "stopRun" });
    return;
  }
  const { atUs } = useLook.getState();
  if (atUs !== undefined && goal !== "ready") {
    const nextUs = goal === "time" ? atUs + boundUs.time : momentsOf(goal).after(atUs);
    if (nextUs !== undefined && nextUs < usePage.getState().nowUs) {
      lookAt(nextUs);
      return;
    }
  }
  lookNow();
  forgetFirst();
  usePlayback.setState({ isPlaying: false });
  began.us = usePage.getState().nowUs;
  useRun.setState({ goal, ended: undefined });
  send({ type: "runTo", goal, maxUs: boundUs[goal] });
}

function momentsOf(goal: RunGoal) {
  return goal === "failure" ? history.failures : history.steps;
}

/** The event before the moment that is shown. */
export function previousEvent(): void {
  const us = history.steps.before(useLook.getState().atUs ?? usePage.getState().nowUs);
  const isFirst = us === undefined || us < history.objects.fromUs;
  useRun.setState({ ended: undefined, isFirst });
  if (!isFirst) lookAt(us);
}

export function forgetFirst(): void {
  useRun.setState({ isFirst: false });
}

export function clearEnd(): void {
  useRun.setState({ ended: undefined });
}

/** An event and a failure are there to be looked at: time stands until the user lets it go on. */
function startRuns(): void {
  onUpdate((update) => {
    if (update.type === "opened") useRun.setState({ goal: undefined, ended: undefined });
    if (update.type !== "ranTo") return;
    useRun.setState({ goal: undefined, ended: update });
    if (update.outcome !== "reached" || (update.goal !== "event" && update.goal !== "failure")) return;
    setPaused(true);
    const failed = update.came.find(({ shown }) => shown.connection !== undefined)?.shown;
    const object = update.came.find(({ shown }) => shown.object !== undefined)?.shown.object;
    if (failed?.connection !== undefined && failed.hop !== undefined) showHop(failed.connection, failed.hop);
    else if (update.goal === "failure" && object !== undefined) usePage.setState({ selection: { kind: "object", id: object } });
  });
}

startRuns();
