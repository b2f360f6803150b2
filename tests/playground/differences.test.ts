import { expect, test } from "vitest";
import { openPlayground, type Playground } from "../../src/playground/playground.ts";
import type { Difference } from "../../src/playground/protocol.ts";

const text = `apiVersion: v1
kind: ReplicationController
metadata: {name: kubia}
spec:
  replicas: 3 # three of them
  template:
    metadata: {labels: {app: kubia}}
    spec:
      containers:
      - {name: kubia, image: luksa/kubia, resources: {requests: {cpu: 0.1}}}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec: {selector: {app: kubia}, ports: [{port: 80, targetPort: 8080}]}
`;

function opened(): Playground {
  const result = openPlayground(text);
  if (!result.ok) throw new Error("the text must open");
  const { playground } = result;
  playground.watch();
  playground.openTerminal(1, 80, 24);
  pass(playground, 5000);
  return playground;
}

function pass(playground: Playground, ms: number): void {
  const untilUs = playground.nowUs + ms * 1000;
  while (playground.cluster.queue.run(untilUs, 10_000) === 10_000);
}

const told = (playground: Playground) => playground.query({ kind: "differences" }) as readonly Difference[];

test("what the server fills in or writes otherwise is no difference", () => {
  expect(told(opened())).toEqual([]);
});

test("kubectl scale: live 5, text 3, by whom and when; then taken over, or applied again", () => {
  const playground = opened();
  playground.line(1, "kubectl scale rc kubia --replicas=5");
  pass(playground, 3000);
  const [difference, ...others] = told(playground);
  expect(others).toEqual([]);
  expect(difference).toMatchObject({
    object: "replicationcontroller/default/kubia",
    kind: "changed",
    path: ["spec", "replicas"],
    text: "3",
    live: "5",
    manager: "kubectl",
    by: "kubectl scale rc kubia --replicas=5",
    place: { line: 5 },
  });
  expect(difference?.atMs).toBeGreaterThanOrEqual(5000);

  const adopted = playground.query({ kind: "adopted", object: "replicationcontroller/default/kubia", path: ["spec", "replicas"] });
  expect(adopted).toBe(text.replace("replicas: 3 #", "replicas: 5 #"));

  playground.reapply("replicationcontroller/default/kubia");
  expect(told(playground)).toEqual([]);
  expect(playground.cluster.find("ReplicationController", "default", "kubia")).toMatchObject({ spec: { replicas: 3 } });
});

test("each field has the line that set it, not the object's last line", () => {
  const playground = opened();
  playground.line(1, "kubectl label rc kubia app=other --overwrite");
  pass(playground, 2000);
  playground.line(1, `kubectl patch svc kubia -p '{"spec":{"selector":{"app":"other"}}}'`);
  pass(playground, 2000);
  playground.line(1, `kubectl patch svc kubia --field-manager=me -p '{"spec":{"ports":[{"port":80,"targetPort":81}]}}'`);
  pass(playground, 2000);
  expect(told(playground).map(({ path, manager, by }) => [path?.join("."), manager, by?.slice(0, 40)])).toEqual([
    ["spec.selector.app", "kubectl-patch", `kubectl patch svc kubia -p '{"spec":{"se`],
    ["spec.ports.0.targetPort", "me", "kubectl patch svc kubia --field-manager="],
  ]);
});

test("an edit elsewhere leaves what kubectl changed (decisions: text, cluster and who owns what)", () => {
  const playground = opened();
  playground.line(1, "kubectl scale rc kubia --replicas=5");
  pass(playground, 3000);
  playground.edit(text.replace("port: 80,", "port: 81,"), true);
  expect(playground.cluster.find("ReplicationController", "default", "kubia")).toMatchObject({ spec: { replicas: 5 } });
  expect(told(playground).map((one) => one.live)).toEqual(["5"]);
});

test("deleted by kubectl: not in the cluster, until it is applied again", () => {
  const playground = opened();
  playground.line(1, "kubectl delete svc kubia");
  pass(playground, 3000);
  expect(told(playground)).toMatchObject([{ object: "service/default/kubia", kind: "missing", by: "kubectl delete svc kubia" }]);
  playground.reapply("service/default/kubia");
  expect(told(playground)).toEqual([]);
});

test("made by kubectl only: offered for the text, as a person would write it, and never pruned", () => {
  const playground = opened();
  playground.line(1, "kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080");
  pass(playground, 3000);
  expect(told(playground)).toMatchObject([{ object: "service/default/kubia2", kind: "extra" }]);
  const adopted = playground.query({ kind: "adopted", object: "service/default/kubia2" }) as string;
  expect(adopted.startsWith(`${text}---\n`)).toBe(true);
  const added = adopted.slice(text.length);
  for (const noise of ["uid", "resourceVersion", "creationTimestamp", "status", "sessionAffinity", "ipFamilies"])
    expect(added).not.toContain(noise);
  expect(added).toContain("name: kubia2");
  playground.edit(adopted, true);
  expect(playground.isApplied).toBe(true);
  expect(told(playground)).toEqual([]);
  expect(playground.cluster.find("Service", "default", "kubia2")).toBeDefined();
});
