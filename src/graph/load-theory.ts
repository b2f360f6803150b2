import type { LoadSnapshot } from "../playground/protocol.ts";

/** A pod's share of a load beside what theory says. */
export interface LoadShare {
  /** `pod/default/kubia-x`, or an address. */
  readonly pod: string;
  readonly requests: number;
  readonly failed: number;
  readonly connections: number;
  /** In requests; undefined where theory says nothing: one client sticks to one pod, or no rule chose. */
  readonly band: { readonly low: number; readonly high: number; readonly expected: number } | undefined;
  readonly isInBand: boolean;
}

const level = 0.99;
/** Standard deviations of the normal distribution for the same level. */
const deviations = 2.5758;

/**
 * The choice is made once a connection, so theory is about connections: where each connection carries several requests, its band is as much
 * wider. Pure.
 */
export function sharesOfLoad(load: LoadSnapshot): readonly LoadShare[] {
  const perConnection = load.connections === 0 ? 1 : load.requests / load.connections;
  return load.pods.map(({ pod, requests, failed, connections, expected, variance }) => {
    const inConnections = bandOf(load, expected, variance);
    if (inConnections === undefined) return { pod, requests, failed, connections, band: undefined, isInBand: true };
    const scale = (count: number) => count * perConnection;
    return {
      pod,
      requests,
      failed,
      connections,
      band: { low: scale(inConnections.low), high: scale(inConnections.high), expected: scale(expected) },
      isInBand: connections >= inConnections.low && connections <= inConnections.high,
    };
  });
}

function bandOf(load: LoadSnapshot, expected: number, variance: number): { readonly low: number; readonly high: number } | undefined {
  const { connections, choice, isSteady } = load;
  if (connections === 0) return undefined;
  switch (choice) {
    case "none":
    case "affinity":
      return undefined;
    case "round-robin":
      // Whose turn it is when the load begins is anybody's; then each gets one in turn.
      return { low: Math.floor(expected + 1e-6), high: Math.ceil(expected - 1e-6) };
    case "random": {
      if (isSteady) return binomialBand(connections, Math.min(1, expected / connections), level);
      const spread = deviations * Math.sqrt(variance);
      return { low: Math.max(0, Math.floor(expected - spread)), high: Math.min(connections, Math.ceil(expected + spread)) };
    }
  }
}

/**
 * The least band around the mean that `n` draws with chance `p` fall into with that probability; what is left over is cut off on both sides
 * alike. Only the four operations, so that every engine draws the same band: weights relative to the mean's, by the ratio of neighbours.
 */
export function binomialBand(n: number, p: number, probability: number): { readonly low: number; readonly high: number } {
  if (p <= 0) return { low: 0, high: 0 };
  if (p >= 1) return { low: n, high: n };
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const tiny = 1e-18;
  const below: number[] = []; // weights of mode-1, mode-2 …
  for (let k = mode, weight = 1; k > 0; k--) {
    weight *= k / ((n - k + 1) * odds);
    if (weight < tiny) break;
    below.push(weight);
  }
  const above: number[] = []; // weights of mode+1, mode+2 …
  for (let k = mode, weight = 1; k < n; k++) {
    weight *= ((n - k) * odds) / (k + 1);
    if (weight < tiny) break;
    above.push(weight);
  }
  const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);
  const tail = ((1 - probability) / 2) * (1 + sum(below) + sum(above));
  return { low: mode - kept(below, tail), high: mode + kept(above, tail) };
}

/** How many of the weights, from the nearest on, stay when a tail of that weight is cut off. */
function kept(weights: readonly number[], tail: number): number {
  let left = weights.length;
  for (let cut = 0; left > 0; left--) {
    cut += weights[left - 1] as number;
    if (cut > tail) break;
  }
  return left;
}
