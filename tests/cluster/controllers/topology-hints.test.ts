import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../../src/cluster/api/endpoint-slice/types.ts";
import type { Node } from "../../../src/cluster/api/node/types.ts";
import type { Service } from "../../../src/cluster/api/service/types.ts";
import { hintMode, ownTopologyHints, planAutoHints } from "../../../src/cluster/controllers/topology-hints.ts";

const node = (zone: string | undefined, cpu: string | undefined, ready = "True", labels: Record<string, string> = {}): Node =>
  ({
    metadata: { name: `n-${zone}`, labels: { ...(zone === undefined ? {} : { "topology.kubernetes.io/zone": zone }), ...labels } },
    status: { allocatable: cpu === undefined ? {} : { cpu }, conditions: [{ type: "Ready", status: ready }] },
  }) as unknown as Node;
const inZones = (...zones: readonly string[]): Endpoint[] =>
  zones.map((zone, i) => ({ addresses: [`10.0.0.${i}`], conditions: { ready: true }, zone }));
const tally = (result: ReturnType<typeof planAutoHints>): Record<string, number> => {
  const counts: Record<string, number> = {};
  if (result.ok) for (const zone of result.hints.values()) counts[zone] = (counts[zone] ?? 0) + 1;
  return counts;
};

describe("topology-mode Auto (staging endpointslice topologycache)", () => {
  const equal = [node("a", "4"), node("b", "4")];
  test.each([
    [
      "3 endpoints over 2 equal zones get none",
      inZones("a", "b", "b"),
      equal,
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)",
    ],
    ["too few endpoints", inZones("a"), equal, "Insufficient number of endpoints (1 endpoints, 2 zones)"],
    [
      "a node without zone",
      inZones("a", "b"),
      [node("a", "4"), node(undefined, "4")],
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    ],
    [
      "one zone only",
      inZones("a", "a"),
      [node("a", "4")],
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    ],
    [
      "an endpoint without zone",
      [...inZones("a", "b", "a"), { addresses: ["10.0.0.9"], conditions: { ready: true } }],
      equal,
      "One or more endpoints do not have a zone specified",
    ],
  ])("%s", (_name, endpoints, nodes, message) => {
    expect(planAutoHints(endpoints, nodes)).toEqual({ ok: false, message });
  });

  test.each([
    ["4 over 2 equal zones", inZones("a", "a", "b", "b"), equal, { a: 2, b: 2 }],
    ["a crowded zone gives", inZones("a", "a", "a", "b"), equal, { a: 2, b: 2 }],
    ["3 zones with 1 each", inZones("a", "b", "c"), [node("a", "2"), node("b", "2"), node("c", "2")], { a: 1, b: 1, c: 1 }],
    ["by CPU", inZones("a", "a", "a", "b", "b", "b"), [node("a", "8"), node("b", "4")], { a: 4, b: 2 }],
    [
      "control-plane and unready nodes do not count",
      inZones("a", "a", "b", "b"),
      [...equal, node("c", "64", "True", { "node-role.kubernetes.io/control-plane": "" }), node("a", "64", "False")],
      { a: 2, b: 2 },
    ],
  ])("%s", (_name, endpoints, nodes, zones) => {
    expect(tally(planAutoHints(endpoints, nodes))).toEqual(zones);
  });
});

describe("trafficDistribution (trafficdist.go)", () => {
  const service = (annotations: Record<string, string>, trafficDistribution?: string): Service =>
    ({ metadata: { annotations }, spec: { trafficDistribution } }) as unknown as Service;
  test.each([
    [{}, undefined, 32, undefined],
    [{}, "PreferClose", 32, "zone-with-empty"],
    [{}, "PreferClose", 33, "zone"],
    [{}, "PreferSameNode", 35, "node"],
    [{ "service.kubernetes.io/topology-mode": "Auto" }, "PreferClose", 32, "auto"],
    [{ "service.kubernetes.io/topology-aware-hints": "auto" }, undefined, 26, "auto"],
    [{ "service.kubernetes.io/topology-mode": "Disabled" }, "PreferClose", 33, "zone"],
  ])("%j and %s in 1.%d: %s", (annotations, distribution, minor, mode) => {
    expect(hintMode(service(annotations as Record<string, string>, distribution), minor)).toBe(mode);
  });

  test("its own zone and node, for ready ones only", () => {
    const one: Endpoint = { addresses: ["10.0.0.1"], conditions: { ready: true }, zone: "a", nodeName: "n1" };
    expect(ownTopologyHints(one, "zone")).toEqual({ forZones: [{ name: "a" }] });
    expect(ownTopologyHints(one, "node")).toEqual({ forZones: [{ name: "a" }], forNodes: [{ name: "n1" }] });
    expect(ownTopologyHints({ ...one, conditions: { ready: false } }, "zone")).toBeUndefined();
    const { zone: _zone, ...nowhere } = one;
    expect(ownTopologyHints(nowhere, "zone")).toBeUndefined();
    expect(ownTopologyHints(nowhere, "zone-with-empty")).toEqual({ forZones: [{ name: "" }] });
  });
});
