import type { ProbeState } from "../../cluster/index.ts";
import type { ProbeCounter, Said } from "../protocol.ts";

/** Pure: a probe's count in words, as its kubelet holds it at `nowUs`. */
export function probeCounter(state: ProbeState, nowUs: number): ProbeCounter {
  const { container, kind, inRow, threshold, last } = state;
  return {
    container,
    kind,
    said: countSaid(state),
    next: nextSaid(state, nowUs),
    // Once it counts, more of the same change nothing.
    count: Math.min(inRow, threshold),
    threshold,
    isFailing: last === "failure",
  };
}

function countSaid({ phase, last, inRow, threshold, kind, result }: ProbeState): Said {
  if (phase === "held") return { code: "probe.held", args: {} };
  if (kind === "Startup" && result === "success") return { code: "probe.started", args: {} };
  if (last === undefined) return { code: "probe.none", args: {} };
  const args = { count: inRow, threshold };
  if (inRow > threshold) return { code: `probe.${last}-more`, args };
  return { code: `probe.${last}`, args };
}

function nextSaid({ phase, nextUs, periodSeconds, initialDelaySeconds, timeoutSeconds }: ProbeState, nowUs: number): Said {
  const args = { period: periodSeconds, delay: initialDelaySeconds, timeout: timeoutSeconds };
  if (phase === "waiting" && nextUs !== undefined)
    return { code: "probe.next", args: { ...args, seconds: Math.max(0, Math.ceil((nextUs - nowUs) / 1_000_000)) } };
  return { code: phase === "running" ? "probe.asking" : "probe.set", args };
}
