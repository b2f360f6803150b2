import { describe, expect, test } from "vitest";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import { kubia, world } from "../kubelet/world.ts";

const taint = (key: string, value?: string): LooseObject => ({ key, effect: "NoSchedule", ...(value === undefined ? {} : { value }) });

describe("FailedScheduling (pkg/scheduler/framework/types.go FitError; plugins' reasons)", () => {
  const preemption = (count: number, text: string) => `preemption: 0/3 nodes are available: ${count} ${text}.`;
  test.each([
    {
      name: "taint",
      prepare: { spec: { taints: [taint("dedicated", "db")] } },
      pod: {},
      message: `0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: db}. ${preemption(3, "Preemption is not helpful for scheduling")}`,
    },
    {
      name: "cordon",
      prepare: { spec: { unschedulable: true } },
      pod: {},
      message: `0/3 nodes are available: 3 node(s) were unschedulable. ${preemption(3, "Preemption is not helpful for scheduling")}`,
    },
    {
      name: "selector",
      prepare: {},
      pod: { nodeSelector: { disk: "ssd" } },
      message: `0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. ${preemption(3, "Preemption is not helpful for scheduling")}`,
    },
    {
      name: "resources",
      prepare: {},
      pod: {},
      container: { resources: { requests: { cpu: "100" } } },
      message: `0/3 nodes are available: 3 Insufficient cpu. ${preemption(3, "No preemption victims found for incoming pod")}`,
    },
  ])("$name", ({ prepare, pod, container, message }) => {
    const w = world();
    if (Object.keys(prepare).length > 0) for (const node of w.boxes) w.client.patch("Node", undefined, node, prepare);
    w.pass(0);
    w.create(kubia("p", pod as LooseObject, container as LooseObject | undefined));
    w.pass(0.1);
    expect(w.events("p")).toEqual([`FailedScheduling ${message}`]);
    expect(w.pod("p").status.conditions).toMatchObject([{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }]);
    expect(w.pod("p").status.phase).toBe("Pending");
  });

  test("reasons are counted and sorted as text", () => {
    const w = world();
    w.client.patch("Node", undefined, "node1", { spec: { unschedulable: true } });
    w.client.patch("Node", undefined, "node2", { spec: { taints: [taint("a")] } });
    w.pass(0);
    w.create(kubia("p", { nodeSelector: { disk: "ssd" } }));
    w.pass(0.1);
    expect(w.events("p")).toEqual([
      "FailedScheduling 0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint {a: }, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ]);
  });

  test("a change of the cluster lets a waiting pod in", () => {
    const w = world();
    w.create(kubia("p", { nodeSelector: { disk: "ssd" } }));
    w.pass(5);
    w.client.patch("Node", undefined, "node3", { metadata: { labels: { disk: "ssd" } } });
    w.pass(3);
    expect(w.pod("p").spec.nodeName).toBe("node3");
    expect(w.pod("p").status.phase).toBe("Running");
  });

  test("110 pods a node unless its capacity says otherwise", () => {
    const w = world({ nodes: 1, capacity: { pods: 2 } });
    for (const name of ["a", "b", "c"]) w.create(kubia(name));
    w.pass(0.1);
    expect(w.events("c")).toEqual([
      "FailedScheduling 0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ]);
    w.client.delete("Pod", "default", "a", { gracePeriodSeconds: 0 });
    w.pass(5);
    expect(w.pod("c").spec.nodeName).toBe("node1");
  });

  test("no nodes at all", () => {
    const w = world({ nodes: 0 });
    w.create(kubia("p"));
    w.pass(0);
    expect(w.events("p")).toEqual(["FailedScheduling no nodes available to schedule pods"]);
  });
});

describe("choice (default plugins' weights, as the order in which they decide)", () => {
  test("host ports: one pod a node, then none", () => {
    const w = world();
    for (let i = 0; i < 4; i++) w.create(kubia(`p${i}`, {}, { ports: [{ containerPort: 8080, hostPort: 9000 }] }));
    w.pass(0.1);
    expect(
      w
        .pods()
        .map(({ spec }) => spec.nodeName ?? "")
        .sort(),
    ).toEqual(["", "node1", "node2", "node3"]);
    expect(w.events("p3")[0]).toContain("3 node(s) didn't have free ports for the requested pod ports");
  });

  test("required anti-affinity keeps kin apart; affinity brings them together", () => {
    const w = world();
    const term = { labelSelector: { matchLabels: { app: "kubia" } }, topologyKey: "kubernetes.io/hostname" };
    const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    for (let i = 0; i < 3; i++) w.create(kubia(`p${i}`, apart));
    w.pass(0.1);
    expect(new Set(w.pods().map(({ spec }) => spec.nodeName)).size).toBe(3);
    w.create(kubia("q", { ...apart, metadata: { name: "q", labels: { app: "kubia" } } }));
    w.pass(0.1);
    expect(w.events("q")[0]).toContain("3 node(s) didn't match pod anti-affinity rules");
    const near = { ...term, labelSelector: { matchLabels: { app: "group" } } };
    const together = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near] } } };
    for (let i = 0; i < 3; i++) w.create(kubia(`g${i}`, { ...together, metadata: { name: `g${i}`, labels: { app: "group" } } }));
    w.pass(0.1);
    expect(
      new Set(
        w
          .pods()
          .filter(({ metadata }) => metadata.name.startsWith("g"))
          .map(({ spec }) => spec.nodeName),
      ).size,
    ).toBe(1);
  });

  test("a pod with spec.nodeName passes the scheduler by; its kubelet refuses what does not fit (lifecycle/predicate.go)", () => {
    const w = world({ nodes: 1 });
    w.create(kubia("a", { nodeName: "node1" }, { ports: [{ containerPort: 8080, hostPort: 9000 }] }));
    w.pass(3);
    expect(w.events("a").some((text) => text.startsWith("Scheduled"))).toBe(false);
    expect(w.pod("a").status.phase).toBe("Running");
    w.create(kubia("b", { nodeName: "node1" }, { ports: [{ containerPort: 8080, hostPort: 9000 }] }));
    w.pass(1);
    expect(w.pod("b").status).toMatchObject({ phase: "Failed", reason: "NodePorts" });
    expect(w.pod("b").status.message).toContain("Pod was rejected: Predicate NodePorts failed");
  });
});
