import type { ClusterOptions } from "../options.ts";
import { formatRfc3339 } from "../sim/date.ts";

const dayMs = 86_400_000;

/** Nodes and the cluster's own programs are a day old at t=0. */
export function systemSince(options: ClusterOptions): string {
  return formatRfc3339(options.startMs - dayMs);
}
