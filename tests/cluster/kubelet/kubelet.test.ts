import { describe, expect, test } from "vitest";
import { kubia, world } from "./world.ts";

describe("a pod's way to Running (decisions: bound at once, pulled in 1 s, up 0.5 s later; pkg/kubelet/kuberuntime)", () => {
  test("with events, address and conditions", () => {
    const w = world();
    w.create(kubia("p"));
    w.pass(0);
    expect(w.pod("p").spec.nodeName).toMatch(/^node[123]$/);
    expect(w.pod("p").status).toMatchObject({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }] });
    w.pass(1.6);
    const pod = w.pod("p");
    expect(pod.status).toMatchObject({
      phase: "Running",
      qosClass: "BestEffort",
      containerStatuses: [{ name: "kubia", ready: true, started: true, restartCount: 0, state: { running: {} }, image: "docker.io/luksa/kubia:latest" }],
    });
    expect(pod.status.podIP).toMatch(/^10\.244\.[123]\.2$/);
    expect(pod.status.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      "PodReadyToStartContainers=True",
      "Initialized=True",
      "Ready=True",
      "ContainersReady=True",
      "PodScheduled=True",
    ]);
    expect(w.events("p")).toEqual([
      `Scheduled Successfully assigned default/p to ${pod.spec.nodeName}`,
      'Pulling Pulling image "luksa/kubia"',
      expect.stringMatching(/^Pulled Successfully pulled image "luksa\/kubia" in 1s \(1s including waiting\)\. Image size: \d+ bytes\.$/),
      "Created Created container: kubia",
      "Started Started container kubia",
    ]);
  });
});
