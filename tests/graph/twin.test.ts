import { expect, test } from "vitest";
import { stepsOf, twinsOf } from "../../src/graph/twin.ts";
import { type OpenScenario, openScenario } from "../../src/playground/library.ts";

const scenario = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: twin}
spec: {seed: 7}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: node2
  containers: [{name: web, image: nginx}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
`;

const steps = ({ playground }: OpenScenario) => {
  const connections = playground.cluster.recentConnections(100).toReversed();
  return stepsOf(connections, (id) => playground.cluster.connectionRecord(id)?.hops ?? []);
};

const course = (commands: readonly string[]) => {
  const opened = openScenario(scenario);
  for (const command of commands) opened.run(command);
  return opened;
};

test("the same course twice never parts, though its random ports differ", () => {
  const ask = (port: number) => ["wait 3s", `curl -s --local-port ${port} 192.168.0.2:30080`, "wait 1s"];
  const { rows, parting } = twinsOf(steps(course(ask(40_001))), steps(course(ask(40_002))), 60_000_000);
  expect(rows.length).toBeGreaterThan(10);
  expect(parting).toBeUndefined();
});

test("with externalTrafficPolicy Local at a node without a pod, the courses part where the packet is dropped", () => {
  const kept = course(["wait 3s", "curl -s -m 2 192.168.0.2:30080"]);
  const local = course([
    "wait 3s",
    `kubectl patch svc web -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
    "wait 2s",
    "curl -s -m 2 192.168.0.2:30080",
  ]);
  const { rows, parting } = twinsOf(steps(kept), steps(local), 60_000_000);
  const row = rows[parting ?? -1];
  expect(row?.left?.hop).toMatchObject({ at: "node/node1", action: "dnat" });
  expect(row?.right?.hop).toMatchObject({ at: "node/node1", action: "drop" });
});

test("nothing later than the shown moment is compared", () => {
  const one = course(["wait 3s", "curl -s 192.168.0.2:30080"]);
  expect(twinsOf(steps(one), steps(one), 2_000_000).rows).toEqual([]);
});
