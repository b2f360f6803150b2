import type { Timed } from "./moments.ts";
import { firstAfter } from "./moments.ts";

/** As much of a hop as it takes to know whose step it is. */
type Step = Timed & { readonly packet: number };

/** Those of a connection's hops that had happened when this moment had passed. */
export function hopsUntil<T extends Timed>(hops: readonly T[], us: number): readonly T[] {
  return hops.slice(0, firstAfter(hops, us));
}

/** Which hop comes next after this moment, or which one is the next packet's first; undefined when none does. Pure. */
export function hopAfter(hops: readonly Step[], us: number, step: "hop" | "packet"): number | undefined {
  const next = firstAfter(hops, us);
  if (next >= hops.length) return undefined;
  if (step === "hop") return next;
  const packet = hops[next - 1]?.packet;
  const other = hops.findIndex((hop, i) => i >= next && hop.packet !== packet);
  return other < 0 ? hops.length - 1 : other;
}
