import { describe, expect, test } from "vitest";
import { countsOf, podFacts } from "../../src/graph/pod-facts.ts";
import { pod } from "./worlds.ts";

describe("how a pod is, at a glance", () => {
  test.each([
    { name: "ready", options: {}, status: "Running", state: "ready", ready: "1/1" },
    { name: "running, but its probe fails", options: { isReady: false }, status: "Running", state: "notReady", ready: "0/1" },
    { name: "without a node", options: { node: 0, isReady: false }, status: "Pending", state: "starting", ready: "0/1" },
    {
      name: "its container is made",
      options: { isReady: false, waiting: "ContainerCreating" },
      status: "ContainerCreating",
      state: "starting",
      ready: "0/1",
    },
    {
      name: "it crashes again and again",
      options: { isReady: false, restarts: 4, waiting: "CrashLoopBackOff" },
      status: "CrashLoopBackOff",
      state: "failing",
      ready: "0/1",
    },
    {
      name: "there is no such image",
      options: { isReady: false, waiting: "ImagePullBackOff" },
      status: "ImagePullBackOff",
      state: "failing",
      ready: "0/1",
    },
    {
      name: "on its way out it is not ready, whatever its probe says",
      options: { isTerminating: true },
      status: "Terminating",
      state: "terminating",
      ready: "1/1",
    },
  ] as const)("$name", ({ options, status, state, ready }) => {
    expect(podFacts(pod("x", options))).toMatchObject({ status, state, ready, isReady: state === "ready" });
  });

  test("counts of many", () => {
    expect(countsOf([pod("a"), pod("b", { isReady: false, restarts: 2 }), pod("c", { restarts: 1 })])).toEqual({
      ready: 2,
      total: 3,
      restarts: 3,
    });
  });
});
