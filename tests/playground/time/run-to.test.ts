import { describe, expect, test } from "vitest";
import { openPlayground, type Playground } from "../../../src/playground/playground.ts";
import type { RanTo, RunGoal, Update } from "../../../src/playground/protocol.ts";

const kubia = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: kubia}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: kubia}}
  template:
    metadata: {labels: {app: kubia}}
    spec: {containers: [{name: kubia, image: luksa/kubia, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec: {clusterIP: 10.96.0.50, selector: {app: kubia}, ports: [{port: 80, targetPort: 8080}]}
`;

const minute = 60_000_000;

function opened(text: string): Playground {
  const result = openPlayground(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  result.playground.watch();
  result.playground.openTerminal(1, 100, 24);
  return result.playground;
}

function run(playground: Playground, goal: RunGoal, maxUs = 10 * minute): RanTo {
  const going = playground.runTo(goal, maxUs);
  for (;;) {
    const end = going.advance(1000);
    if (end !== undefined) return end;
  }
}

const codes = ({ came }: RanTo) => came.map(({ said }) => `${said.args["by"] ?? ""} ${said.code} ${said.args["name"] ?? ""}`);

describe("the next thing that the control plane does", () => {
  test("one step at a time, each by who did it, exactly when it happened", () => {
    const playground = opened(kubia(1));
    run(playground, "ready");
    run(playground, "time", 30_000_000);
    playground.line(1, "kubectl scale deployment kubia --replicas=2");
    const seen: string[] = [];
    const times: number[] = [];
    for (let i = 0; i < 40 && !seen.some((one) => one.includes("step.ready")); i++) {
      const end = run(playground, "event");
      expect(end.outcome).toBe("reached");
      times.push(end.nowUs);
      seen.push(...end.came.map(({ said }) => `${String(said.args["by"]).split("/")[0]} ${said.code} ${said.args["kind"] ?? ""}`));
    }
    // The order of the real control plane: kubernetes.io "Deployments", "The kube-scheduler", "Virtual IPs and Service Proxies".
    const order = [
      "deployment-controller step.changed ReplicaSet",
      "replicaset-controller step.created Pod",
      "default-scheduler step.bound Pod",
      // Not ready at first: an endpoint all the same, which kube-proxy leaves out.
      "endpoint-slice-controller step.endpoints EndpointSlice",
      "kube-proxy step.rules ",
      "kubelet step.ready Pod",
    ];
    expect(seen.filter((one) => order.includes(one)).filter((one, i, all) => all.indexOf(one) === i)).toEqual(order);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    // What was said happened at that very moment, not a slice later.
    const steps = playground.takeUpdates().flatMap((update: Update) => (update.type === "steps" ? update.steps : []));
    expect(new Set(steps.filter(({ timeUs }) => timeUs >= (times[0] as number)).map(({ timeUs }) => timeUs))).toEqual(new Set(times));
  });

  test("leases, heartbeats and probes that change nothing are no steps", () => {
    const playground = opened(kubia(1));
    run(playground, "ready");
    run(playground, "time", 2 * minute);
    expect(run(playground, "event", 5 * minute)).toMatchObject({ outcome: "bound", came: [] });
  });
});

describe("until ready", () => {
  test("pods ready, rollout complete, endpoints programmed on every node", () => {
    const playground = opened(kubia(3));
    expect(run(playground, "ready").outcome).toBe("reached");
    const { cluster } = playground;
    for (const node of cluster.nodes.keys()) expect(cluster.rulesText(node).match(/-A KUBE-SVC-\S+ .*kubia.*-j KUBE-SEP/g)).toHaveLength(3);
    // It was not so an event before: a run that finds all ready does not move the clock.
    const atUs = playground.nowUs;
    expect(run(playground, "ready")).toMatchObject({ outcome: "reached", nowUs: atUs });
  });

  test.each([
    {
      name: "an image that nobody has",
      text: kubia(1).replace("luksa/kubia", "luksa/nosuch:1"),
      missing: "wait.workload",
    },
    { name: "a kube-proxy that is stopped", text: kubia(1), line: "at node2 -- systemctl stop kube-proxy", missing: "wait.proxy" },
    {
      name: "a pod that fits on no node",
      text: "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeSelector: {a: b}, containers: [{name: c, image: nginx}]}\n",
      missing: "wait.pod",
    },
  ])("$name: says what is missing at the bound", ({ text, line, missing }) => {
    const playground = opened(text);
    if (line !== undefined) {
      playground.line(1, line);
      run(playground, "time", 1_000_000);
    }
    const end = run(playground, "ready", 2 * minute);
    expect(end.outcome).toBe("bound");
    expect(end.came.map(({ said }) => said.code)).toContain(missing);
  });
});

describe("until failure", () => {
  test.each([
    { name: "a refused connection", line: "at node1 -- curl -s 10.96.0.50:81 -m 3", code: /^fail\.(refused|dropped|command)$/ },
    { name: "a command that ends with an error", line: "kubectl get po nosuch", code: /^fail\.command$/ },
    {
      name: "a container that crashes",
      line: 'break "pod/$(kubectl get po -o name | head -1 | cut -d/ -f2)" crash',
      code: /^fail\.exited$/,
    },
  ])("$name", ({ line, code }) => {
    const playground = opened(kubia(2));
    run(playground, "ready");
    playground.line(1, line);
    const end = run(playground, "failure");
    expect(end.outcome).toBe("reached");
    expect(end.came[0]?.said.code).toMatch(code);
    expect(end.nowUs).toBe(playground.nowUs);
  });

  test("nothing fails: the bound, to the microsecond", () => {
    const playground = opened(kubia(2));
    run(playground, "ready");
    const fromUs = playground.nowUs;
    expect(run(playground, "failure", 5 * minute)).toMatchObject({ outcome: "bound", nowUs: fromUs + 5 * minute, came: [] });
  });
});

test("some seconds more: exactly so many", () => {
  const playground = opened(kubia(1));
  expect(run(playground, "time", 10_000_000)).toMatchObject({ outcome: "reached", nowUs: 10_000_000 });
});

test("where a run stops never changes what happens", () => {
  const stepped = opened(kubia(2));
  while (stepped.nowUs < 20_000_000) run(stepped, "event", 20_000_000 - stepped.nowUs);
  const whole = opened(kubia(2));
  run(whole, "time", 20_000_000);
  const state = (playground: Playground) => JSON.stringify(["Pod", "EndpointSlice", "Event"].map((kind) => playground.cluster.list(kind)));
  expect(codes(run(stepped, "event", 0))).toEqual([]);
  expect(state(stepped)).toBe(state(whole));
});
