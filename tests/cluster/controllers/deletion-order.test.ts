import { expect, test } from "vitest";
import type { Pod } from "../../../src/cluster/api/pod/types.ts";
import { inDeletionOrder } from "../../../src/cluster/controllers/deletion-order.ts";
import { canonicalText, templateHash } from "../../../src/cluster/controllers/template-hash.ts";
import { parseRfc3339 } from "../../../src/cluster/sim/date.ts";

const nowMs = parseRfc3339("2026-01-05T10:00:00Z") ?? 0;
interface Traits {
  readonly node?: string;
  readonly phase?: string;
  readonly readySince?: string;
  readonly cost?: string;
  readonly restarts?: number;
  readonly created?: string;
}
const pod = (
  name: string,
  { node = "n1", phase = "Running", readySince = "2026-01-05T09:00:00Z", cost, restarts = 0, created = "2026-01-05T09:00:00Z" }: Traits,
): Pod =>
  ({
    metadata: {
      name,
      uid: name,
      creationTimestamp: created,
      annotations: cost === undefined ? {} : { "controller.kubernetes.io/pod-deletion-cost": cost },
    },
    spec: { containers: [], ...(node === "" ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions: [{ type: "Ready", status: readySince === "" ? "False" : "True", lastTransitionTime: readySince }],
      containerStatuses: [{ restartCount: restarts }],
    },
  }) as unknown as Pod;

// pkg/controller/controller_utils.go, ActivePodsWithRanks: the first of each pair is deleted first.
test.each([
  ["unassigned before assigned", { node: "" }, {}],
  ["pending before unknown", { phase: "Pending" }, { phase: "Unknown" }],
  ["unknown before running", { phase: "Unknown" }, {}],
  ["unready before ready", { readySince: "" }, {}],
  ["lower cost first", { cost: "-1" }, {}],
  ["the more crowded node first", { node: "crowded" }, { node: "n1" }],
  ["shorter ready first", { readySince: "2026-01-05T09:59:00Z" }, {}],
  ["more restarts first", { restarts: 3 }, { restarts: 1 }],
  ["younger first", { created: "2026-01-05T09:59:00Z" }, {}],
])("%s", (_name, first, second) => {
  const pods = [pod("a", second), pod("b", first)];
  const crowd = (node: string): number => (node === "crowded" ? 5 : 1);
  expect(inDeletionOrder(pods, crowd, nowMs).map(({ metadata }) => metadata.name)).toEqual(["b", "a"]);
  expect(inDeletionOrder(pods.toReversed(), crowd, nowMs).map(({ metadata }) => metadata.name)).toEqual(["b", "a"]);
});

test("the template hash has only the ten characters that digits become (util/rand, SafeEncodeString)", () => {
  for (let i = 0; i < 50; i++) expect(templateHash({ i })).toMatch(/^[bcdf4-9]{1,10}$/);
  expect(templateHash({ a: 1, b: [{ c: 2 }] })).toBe(templateHash({ b: [{ c: 2 }], a: 1 }));
  expect(templateHash({ a: 1 })).not.toBe(templateHash({ a: 1 }, 1));
  expect(canonicalText({ b: undefined, a: null, c: 1 })).toBe('{"c":1}');
});
