import type { HopRecord } from "../playground/protocol.ts";

export interface Share {
  /** `pod/default/kubia-x` */
  readonly place: string;
  readonly count: number;
  /** The band in which 95 of 100 runs fall when each endpoint is equally likely, as counts. */
  readonly low: number;
  readonly high: number;
}

/** Who answered: the place where the first packet of each connection ended, if it was received there. */
export function answeredBy(hops: readonly HopRecord[]): string | undefined {
  return hops.find((hop) => hop.packet === 1 && hop.action === "receive")?.at;
}

/**
 * Shares of `places` among `candidates`. The band is the binomial's normal approximation, 1.96 standard deviations; square roots are exact
 * in every engine, so the same run shows the same band everywhere.
 */
export function sharesOf(places: readonly string[], candidates: readonly string[]): readonly Share[] {
  const total = places.length;
  const all = [...new Set([...candidates, ...places])].sort((a, b) => (a < b ? -1 : 1));
  const p = candidates.length === 0 ? 0 : 1 / candidates.length;
  const spread = 1.96 * Math.sqrt(total * p * (1 - p));
  return all.map((place) => ({
    place,
    count: places.filter((other) => other === place).length,
    low: candidates.includes(place) ? Math.max(0, Math.floor(total * p - spread)) : 0,
    high: candidates.includes(place) ? Math.min(total, Math.ceil(total * p + spread)) : 0,
  }));
}
