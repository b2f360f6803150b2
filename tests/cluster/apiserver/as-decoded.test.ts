import fc from "fast-check";
import { expect, test } from "vitest";
import { decode } from "../../../src/cluster/api/decode.ts";
import { podSchema } from "../../../src/cluster/api/pod/schema.ts";
import type { Struct } from "../../../src/cluster/api/schema.ts";
import { isAsDecoded } from "../../../src/cluster/apiserver/as-decoded.ts";

const schema = podSchema.fields.status as Struct;
const wrong = fc.constantFrom<unknown>("", 0, false, null, undefined, {}, [], 1.5, "2026-01-05");
/** Mostly as it should be. */
const mostly = (right: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary: right, weight: 12 }, { arbitrary: wrong, weight: 1 });
const text = mostly(fc.constantFrom("a", "True"));
const time = mostly(fc.constantFrom("2026-01-05T09:00:00Z", null));
const condition = fc.record(
  {
    type: text,
    status: text,
    lastProbeTime: time,
    lastTransitionTime: time,
    reason: text,
    observedGeneration: mostly(fc.integer()),
    nonsense: text,
  },
  { requiredKeys: ["type", "status", "lastProbeTime", "lastTransitionTime"] },
);
const state = fc.record({ running: fc.record({ startedAt: time }) }, { requiredKeys: [] });
const container = fc.record(
  {
    name: text,
    ready: mostly(fc.boolean()),
    restartCount: mostly(fc.nat()),
    image: text,
    imageID: text,
    started: mostly(fc.boolean()),
    state: mostly(state),
    lastState: mostly(state),
  },
  { requiredKeys: ["name", "ready", "restartCount", "image", "imageID", "state", "lastState"] },
);
const status = fc.record(
  {
    phase: text,
    podIP: text,
    podIPs: fc.array(fc.record({ ip: text }), { maxLength: 2 }),
    conditions: fc.array(condition, { maxLength: 2 }),
    containerStatuses: fc.array(container, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

test("what the short look lets pass, decoding gives back as it is", () => {
  let passed = 0;
  fc.assert(
    fc.property(status, (value) => {
      if (!isAsDecoded(schema, value)) return;
      passed++;
      const decoded = decode(schema, value);
      expect(decoded.error).toBeUndefined();
      expect(decoded.unknown).toEqual([]);
      expect(decoded.object).toEqual(value);
    }),
    { numRuns: 2_000 },
  );
  expect(passed).toBeGreaterThan(20);
});

test("a usual report passes", () => {
  const condition = { type: "Ready", status: "True", lastProbeTime: null, lastTransitionTime: "2026-01-05T09:00:00Z" };
  expect(isAsDecoded(schema, { phase: "Running", podIP: "10.244.1.2", podIPs: [{ ip: "10.244.1.2" }], conditions: [condition] })).toBe(
    true,
  );
});
