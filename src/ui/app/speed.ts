import { setSpeed, speeds, usePlayback } from "../graph/playback.ts";

/** One step quicker or slower. */
export function changeSpeed(direction: 1 | -1): void {
  const at = speeds.indexOf(usePlayback.getState().speed as (typeof speeds)[number]);
  const next = speeds[Math.max(0, Math.min(speeds.length - 1, at + direction))];
  if (next !== undefined) setSpeed(next);
}
