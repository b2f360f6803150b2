import type { HopRecord } from "../playground/protocol.ts";
import { hostAndPort } from "./address-change.ts";

/** What a real cluster does otherwise at a hop of this kind. Each is told in docs/fidelity.md too. */
export const simplifications = ["load-balancer", "internet", "between-nodes"] as const;
export type Simplification = (typeof simplifications)[number];

/**
 * Where Kubehop is simpler than a real cluster at this hop; undefined where it is not.
 * `next`: the hop after it, of whatever packet; `nodeIps`: the nodes' own addresses, for which no pod network is needed.
 */
export function simplificationAt(hop: HopRecord, next: HopRecord | undefined, nodeIps: ReadonlySet<string>): Simplification | undefined {
  if (hop.at.startsWith("lb/")) return "load-balancer";
  if (next === undefined || next.packet !== hop.packet) return undefined;
  if (isOutside(hop.at) !== isOutside(next.at)) return "internet";
  if (!hop.at.startsWith("node/") || !next.at.startsWith("node/") || next.at === hop.at) return undefined;
  return nodeIps.has(hostAndPort(hop.destination).host) ? undefined : "between-nodes";
}

function isOutside(place: string): boolean {
  return place.startsWith("client/") || place.startsWith("external/");
}
