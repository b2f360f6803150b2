import type { Endpoint } from "../api/endpoint-slice/types.ts";
import type { Node } from "../api/node/types.ts";
import { quantityValue } from "../api/quantity.ts";
import type { Service } from "../api/service/types.ts";

/** How a Service wants its endpoints hinted at; undefined: no hints. */
export type HintMode = "auto" | "zone" | "zone-with-empty" | "node";

const zoneLabel = "topology.kubernetes.io/zone";
const overload = 1.2;
const controlPlaneLabels = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/** The annotation wins over the field. @source staging endpointslice reconciler.go; trafficdist/trafficdist.go */
export function hintMode(service: Service, minor: number): HintMode | undefined {
  const annotations = service.metadata.annotations ?? {};
  const topology = annotations["service.kubernetes.io/topology-mode"] ?? annotations["service.kubernetes.io/topology-aware-hints"];
  if (topology === "Auto" || topology === "auto") return "auto";
  switch (service.spec.trafficDistribution) {
    case "PreferClose":
    case "PreferSameZone":
      return minor >= 33 ? "zone" : "zone-with-empty";
    case "PreferSameNode":
      return "node";
    default:
      return undefined;
  }
}

/** Every ready endpoint is hinted to its own zone (and node), without arithmetic. Pure. */
export function ownTopologyHints(endpoint: Endpoint, mode: Exclude<HintMode, "auto">): Endpoint["hints"] {
  if (endpoint.conditions?.ready === false) return undefined;
  const forZones = endpoint.zone === undefined ? (mode === "zone-with-empty" ? [{ name: "" }] : undefined) : [{ name: endpoint.zone }];
  const forNodes = mode === "node" && endpoint.nodeName !== undefined ? [{ name: endpoint.nodeName }] : undefined;
  if (forZones === undefined && forNodes === undefined) return undefined;
  return { ...(forZones === undefined ? {} : { forZones }), ...(forNodes === undefined ? {} : { forNodes }) };
}

export interface ZoneShare {
  readonly zone: string;
  /** Of the allocatable CPU of all zones, from 0 to 1. */
  readonly ratio: number;
}

/** CPU per zone of the ready nodes; undefined when a node does not say. Pure. @source topologycache/topologycache.go, SetNodes */
export function zoneShares(nodes: readonly Node[]): readonly ZoneShare[] | undefined {
  const cpuOf = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    if (controlPlaneLabels.some((label) => node.metadata.labels?.[label] !== undefined)) continue;
    const isReady = node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    if (!isReady) continue;
    const zone = node.metadata.labels?.[zoneLabel];
    const cpu = node.status?.allocatable?.cpu === undefined ? 0 : quantityValue(`${node.status.allocatable.cpu}`, "milli");
    if (zone === undefined || zone === "" || cpu === 0) return undefined;
    cpuOf.set(zone, (cpuOf.get(zone) ?? 0) + cpu);
    total += cpu;
  }
  if (total === 0 || cpuOf.size < 2) return undefined;
  return [...cpuOf].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, cpu]) => ({ zone, ratio: cpu / total }));
}

export type HintPlan =
  | { readonly ok: true; readonly hints: ReadonlyMap<Endpoint, string> }
  | { readonly ok: false; readonly message: string };

/**
 * Which zone each ready endpoint is for, so that zones get endpoints by their CPU; or why that can't be. Pure.
 * @source staging endpointslice topologycache/{topologycache,utils}.go, AddHints
 */
export function planAutoHints(endpoints: readonly Endpoint[], nodes: readonly Node[]): HintPlan {
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  const shares = zoneShares(nodes);
  if (shares === undefined)
    return { ok: false, message: "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes" };
  if (ready.length < shares.length) {
    return { ok: false, message: `Insufficient number of endpoints (${ready.length} endpoints, ${shares.length} zones)` };
  }
  const allocations = shares.map(({ zone, ratio }) => {
    const desired = ratio * ready.length;
    return { zone, desired, minimum: Math.ceil(desired / overload) };
  });
  if (allocations.reduce((sum, { minimum }) => sum + minimum, 0) > ready.length) {
    return {
      ok: false,
      message: `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (${ready.length} endpoints, ${shares.length} zones)`,
    };
  }
  const hints = new Map<Endpoint, string>();
  const ownZone = new Map<string, Endpoint[]>(allocations.map(({ zone }) => [zone, []]));
  for (const endpoint of ready) {
    if (endpoint.zone === undefined || endpoint.zone === "")
      return { ok: false, message: "One or more endpoints do not have a zone specified" };
    hints.set(endpoint, endpoint.zone);
    const list = ownZone.get(endpoint.zone);
    if (list === undefined) ownZone.set(endpoint.zone, [endpoint]);
    else list.push(endpoint);
  }
  const desiredOf = new Map(allocations.map(({ zone, desired }) => [zone, desired]));
  const gaps = [...ownZone.keys()].sort().map((zone) => ({ zone, gap: (desiredOf.get(zone) ?? 0) - (ownZone.get(zone)?.length ?? 0) }));
  for (;;) {
    const giver = gaps.reduce((lowest, one) => (one.gap < lowest.gap ? one : lowest));
    const taker = gaps.reduce((highest, one) => (one.gap > highest.gap ? one : highest));
    if (taker.gap < 0.5 || giver.gap > -0.5) break;
    const moved = ownZone.get(giver.zone)?.pop();
    if (moved === undefined) break;
    hints.set(moved, taker.zone);
    giver.gap += 1;
    taker.gap -= 1;
  }
  return { ok: true, hints };
}
