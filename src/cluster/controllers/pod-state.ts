import type { Pod } from "../api/pod/types.ts";
import { parseRfc3339 } from "../sim/date.ts";

/** Counted by its owner: a Terminating pod is replaced at once. @source pkg/controller/controller_utils.go, IsPodActive */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
}

/** Since when it has been ready, in milliseconds of the epoch; undefined while it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  const condition = pod.status?.conditions?.find(({ type, status }) => type === "Ready" && status === "True");
  return condition === undefined ? undefined : (parseRfc3339(condition.lastTransitionTime ?? "") ?? 0);
}

/** Ready for `minReadySeconds`. @source pkg/api/v1/pod/util.go, IsPodAvailable */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const since = readySinceMs(pod);
  return since !== undefined && (minReadySeconds === 0 || since + minReadySeconds * 1000 <= nowMs);
}

/** In how many microseconds the next of these pods may become available; undefined when none is waiting. */
export function nextAvailableInUs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  let soonest: number | undefined;
  for (const pod of pods) {
    const since = readySinceMs(pod);
    if (since === undefined || isPodAvailable(pod, minReadySeconds, nowMs)) continue;
    const waitMs = since + minReadySeconds * 1000 - nowMs;
    if (soonest === undefined || waitMs < soonest) soonest = waitMs;
  }
  return soonest === undefined ? undefined : soonest * 1000;
}

export function restartsOf(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, { restartCount }) => Math.max(most, restartCount ?? 0), 0);
}
