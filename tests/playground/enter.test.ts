import fc from "fast-check";
import { expect, test } from "vitest";
import { openPlayground, type Playground } from "../../src/playground/playground.ts";
import type { RecordEntry } from "../../src/playground/protocol.ts";

/** A cluster that keeps step with another one is let run in other slices, and given what came in there when its time comes: it is the same cluster. */
const scenario = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: twin}
spec: {seed: 5}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers: [{name: web, image: nginx}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
`;

const endUs = 14_000_000;

const opened = (): Playground => {
  const result = openPlayground(scenario);
  if (!result.ok) throw new Error("the scenario does not open");
  result.playground.openTerminal(1, 100, 24);
  return result.playground;
};

const runTo = ({ cluster }: Playground, us: number) => {
  while (cluster.queue.run(us, 5000) === 5000);
};

/** All that happened: objects with their versions, and each hop with its time. */
const stateOf = ({ cluster, record }: Playground): string =>
  JSON.stringify([
    record,
    cluster.recentConnections(200).map((connection) => cluster.connectionRecord(connection.id)?.hops),
    ["Pod", "Service", "EndpointSlice", "Event"].map((kind) => cluster.list(kind)),
  ]);

const typed: readonly (readonly [us: number, does: (playground: Playground) => void])[] = [
  [3_000_000, (p) => p.line(1, "curl -s 192.168.0.3:30080")],
  [4_500_123, (p) => p.edit(scenario.replace("nodePort: 30080", "nodePort: 30090"), true)],
  [8_000_000, (p) => p.line(1, "curl -s 192.168.0.3:30090; sleep 20")],
  [9_250_001, (p) => p.interrupt(1)],
  [10_000_000, (p) => p.line(1, "kubectl delete pod web --now")],
];

test("given entry by entry, in whatever slices time passes", () => {
  const first = opened();
  for (const [us, does] of typed) {
    runTo(first, us);
    does(first);
  }
  runTo(first, endUs);
  const expected = stateOf(first);
  expect(first.record).toHaveLength(typed.length);
  expect(expected).toContain("192.168.0.3:30090");

  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: endUs }), { maxLength: 30 }), (stops) => {
      const second = opened();
      const entries: RecordEntry[] = [...first.record];
      for (const toUs of [...stops, ...entries.map(([timeMs]) => Math.round(timeMs * 1000)), endUs].sort((a, b) => a - b)) {
        runTo(second, toUs);
        for (let next = entries[0]; next !== undefined && next[0] * 1000 <= second.nowUs; next = entries[0]) {
          second.enter(next);
          entries.shift();
        }
      }
      expect(stateOf(second)).toBe(expected);
    }),
    { numRuns: 5 },
  );
});
