import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Endpoint, EndpointSlice } from "../../../src/cluster/api/endpoint-slice/types.ts";
import { type PortGroup, planSlices, type SlicePlan } from "../../../src/cluster/controllers/endpoint-slice-plan.ts";

const ports = [{ name: "", port: 8080, protocol: "TCP" as const }];
const endpoint = (n: number, ready = true): Endpoint => ({
  addresses: [`10.244.${n >> 8}.${n & 255}`],
  conditions: { ready, serving: ready, terminating: false },
  targetRef: { kind: "Pod", namespace: "default", name: `p${n}`, uid: `u${n}` },
});
const range = (from: number, to: number): Endpoint[] => Array.from({ length: to - from }, (_, i) => endpoint(from + i));
let count = 0;
const slice = (endpoints: readonly Endpoint[], its: EndpointSlice["ports"] = ports): EndpointSlice =>
  ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `s${count++}`, namespace: "default", uid: "", resourceVersion: "1", creationTimestamp: "" },
    addressType: "IPv4",
    endpoints,
    ports: its,
  }) as EndpointSlice;
const group = (endpoints: readonly Endpoint[]): PortGroup[] => (endpoints.length === 0 ? [] : [{ ports, endpoints }]);
const plan = (endpoints: readonly Endpoint[], existing: readonly EndpointSlice[]) =>
  planSlices(group(endpoints), existing, "IPv4", () => true);
const sizes = (drafts: readonly { readonly endpoints: readonly Endpoint[] }[]) =>
  drafts.map(({ endpoints }) => endpoints.length).sort((a, b) => b - a);

describe("filling slices (staging endpointslice reconciler_test.go)", () => {
  test("250 pods: slices of 100, 100 and 50 (TestReconcileManyPods)", () => {
    expect(sizes(plan(range(0, 250), []).create)).toEqual([100, 100, 50]);
  });

  test("31 new endpoints: the fullest slice that can take them all (TestReconcileEndpointSlicesSomePreexisting)", () => {
    const full = slice(range(0, 61));
    const some = slice(range(100, 110));
    const result = plan([...range(0, 61), ...range(100, 110), ...range(200, 231)], [full, some]);
    expect(result.create).toEqual([]);
    expect(result.update.map(({ name, endpoints }) => [name, endpoints.length])).toEqual([[full.metadata.name, 92]]);
    expect(result.unchanged).toEqual([some]);
  });

  test("none has room for all of them: a new slice, nothing is rebalanced (…SomePreexistingWorseAllocation)", () => {
    const a = slice(range(0, 70));
    const b = slice(range(100, 180));
    const result = plan([...range(0, 70), ...range(100, 180), ...range(200, 250)], [a, b]);
    expect(sizes(result.create)).toEqual([50]);
    expect(result.update).toEqual([]);
  });

  test("slices that change anyway are filled first (TestReconcileEndpointSlicesUpdatePacking)", () => {
    const a = slice(range(0, 100));
    const b = slice(range(200, 220));
    const result = plan([...range(0, 80), ...range(200, 220), ...range(300, 310)], [a, b]);
    expect(result.update.map(({ name, endpoints }) => [name, endpoints.length])).toEqual([[a.metadata.name, 90]]);
    expect(result.unchanged).toEqual([b]);
  });

  test("the last pod goes: its slice becomes the placeholder (TestPlaceHolderSliceCompare)", () => {
    const only = slice(range(0, 1));
    expect(plan([], [only])).toEqual({
      create: [],
      update: [{ name: only.metadata.name, addressType: "IPv4", ports: [], endpoints: [] }],
      remove: [],
      unchanged: [],
    });
    const placeholder = slice([], []);
    expect(plan([], [placeholder])).toEqual({ create: [], update: [], remove: [], unchanged: [placeholder] });
    expect(plan(range(0, 1), [placeholder]).update.map(({ name }) => name)).toEqual([placeholder.metadata.name]);
  });

  test("changed ports: the old slice is rewritten, not deleted (TestReconcileEndpointSlicesReplaceDeprecated, finalize)", () => {
    const old = slice(range(0, 3), [{ name: "", port: 9090, protocol: "TCP" }]);
    const result = plan(range(0, 3), [old]);
    expect(result.remove).toEqual([]);
    expect(result.update.map(({ name }) => name)).toEqual([old.metadata.name]);
  });

  test("one pod turns unready: one slice is written", () => {
    const slices = [slice(range(0, 100)), slice(range(100, 200))];
    const result = plan([...range(0, 150), endpoint(150, false), ...range(151, 200)], slices);
    expect(result.update.map(({ name }) => name)).toEqual([slices[1]?.metadata.name]);
  });
});

function carriedOut(result: SlicePlan, existing: readonly EndpointSlice[]): EndpointSlice[] {
  const rewritten = existing
    .filter((one) => !result.remove.includes(one))
    .map((one) => {
      const draft = result.update.find(({ name }) => name === one.metadata.name);
      return draft === undefined ? one : ({ ...one, endpoints: draft.endpoints, ports: draft.ports } as EndpointSlice);
    });
  return [...rewritten, ...result.create.map((draft) => slice(draft.endpoints, draft.ports))];
}

test("whatever comes and goes: all endpoints once, never more than 100 in a slice, nothing to do the second time", () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.nat(300), { maxLength: 260 }), { minLength: 1, maxLength: 4 }), (rounds) => {
      let slices: EndpointSlice[] = [];
      for (const round of rounds) {
        const wanted = round.map((n) => endpoint(n, n % 3 !== 0));
        slices = carriedOut(plan(wanted, slices), slices);
        const held = slices.flatMap(({ endpoints }) => (endpoints ?? []).map(({ addresses }) => addresses[0]));
        expect(held.toSorted()).toEqual(wanted.map(({ addresses }) => addresses[0]).toSorted());
        expect(slices.every(({ endpoints }) => (endpoints ?? []).length <= 100)).toBe(true);
        expect(slices.length).toBeGreaterThan(0);
        const again = plan(wanted, slices);
        expect([again.create, again.update, again.remove]).toEqual([[], [], []]);
      }
    }),
    { numRuns: 60 },
  );
});
