import { describe, expect, test } from "vitest";
import type { DaemonSet } from "../../../src/cluster/api/daemon-set/types.ts";
import type { Job } from "../../../src/cluster/api/job/types.ts";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import type { StatefulSet } from "../../../src/cluster/api/stateful-set/types.ts";
import { kubia, world } from "../kubelet/world.ts";

const template = (container: LooseObject = {}, more: LooseObject = {}): LooseObject => ({
  metadata: { labels: { app: "kubia" } },
  spec: kubia("x", more, container).spec,
});

describe("StatefulSet (pkg/controller/statefulset)", () => {
  const set = (spec: LooseObject = {}): LooseObject => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web" },
    spec: {
      serviceName: "web",
      replicas: 3,
      selector: { matchLabels: { app: "kubia" } },
      template: template({ imagePullPolicy: "IfNotPresent" }),
      ...spec,
    },
  });
  const names = (w: ReturnType<typeof world>) => w.pods().map(({ metadata }) => metadata.name);

  test("one by one up, each when the one before is ready; from the top down", () => {
    const w = world({ nodes: 1 });
    w.create(set());
    w.pass(0);
    expect(names(w)).toEqual(["web-0"]);
    w.pass(1.7);
    expect(names(w)).toEqual(["web-0", "web-1"]);
    w.pass(2);
    expect(names(w)).toEqual(["web-0", "web-1", "web-2"]);
    expect(w.pod("web-1").metadata.labels).toMatchObject({
      "statefulset.kubernetes.io/pod-name": "web-1",
      "apps.kubernetes.io/pod-index": "1",
    });
    expect(w.pod("web-1").spec).toMatchObject({ hostname: "web-1", subdomain: "web" });
    expect(w.events("web")[0]).toBe("SuccessfulCreate create Pod web-0 in StatefulSet web successful");
    w.client.patch("StatefulSet", "default", "web", { spec: { replicas: 1 } });
    w.pass(1);
    expect(
      w
        .pods()
        .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
        .map(({ metadata }) => metadata.name),
    ).toEqual(["web-2"]);
    w.pass(70);
    expect(names(w)).toEqual(["web-0"]);
    expect(w.client.get<StatefulSet>("StatefulSet", "default", "web")?.status).toMatchObject({
      replicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
    });
  });

  test("an update goes from the highest ordinal down to the partition", () => {
    const w = world({ nodes: 1 });
    w.create(set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } }));
    w.pass(10);
    w.client.patch("StatefulSet", "default", "web", {
      spec: { template: template({ imagePullPolicy: "IfNotPresent", env: [{ name: "V", value: "2" }] }) },
    });
    w.pass(200);
    const { updateRevision, currentRevision } = w.client.get<StatefulSet>("StatefulSet", "default", "web")?.status ?? {};
    expect(updateRevision).not.toBe(currentRevision);
    expect(w.pods().map(({ metadata }) => metadata.labels?.["controller-revision-hash"])).toEqual([
      currentRevision,
      updateRevision,
      updateRevision,
    ]);
  });
});

describe("DaemonSet (pkg/controller/daemon)", () => {
  const set: LooseObject = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent" },
    spec: { selector: { matchLabels: { app: "kubia" } }, template: template() },
  };

  test("one pod on every node, cordoned ones too", () => {
    const w = world();
    w.client.patch("Node", undefined, "node2", { spec: { unschedulable: true } });
    w.create(set);
    w.pass(3);
    expect(
      w
        .pods()
        .map(({ spec }) => spec.nodeName)
        .sort(),
    ).toEqual(["node1", "node2", "node3"]);
    expect(w.client.get<DaemonSet>("DaemonSet", "default", "agent")?.status).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      numberMisscheduled: 0,
    });
  });

  test("a new template replaces them one by one", () => {
    const w = world();
    w.create(set);
    w.pass(3);
    w.client.patch("DaemonSet", "default", "agent", { spec: { template: template({ env: [{ name: "V", value: "2" }] }) } });
    w.pass(1);
    expect(w.pods().filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length).toBe(1);
    w.pass(150);
    expect(w.pods().every(({ spec }) => spec.containers[0]?.env?.[0]?.value === "2")).toBe(true);
  });
});

describe("Job (pkg/controller/job)", () => {
  const job = (spec: LooseObject, command: readonly string[]): LooseObject => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "work" },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "busybox", command }] } }, ...spec },
  });

  test("runs to its completions", () => {
    const w = world();
    w.create(job({ completions: 3, parallelism: 2 }, ["sleep", "5"]));
    w.pass(3);
    expect(w.pods().length).toBe(2);
    w.pass(20);
    expect(w.client.get<Job>("Job", "default", "work")?.status).toMatchObject({
      succeeded: 3,
      conditions: [{ type: "SuccessCriteriaMet" }, { type: "Complete", status: "True" }],
    });
    expect(w.events("work")).toContain("Completed Job completed");
  });

  test("fails after backoffLimit retries, 10 s and 20 s apart", () => {
    const w = world();
    w.create(job({ backoffLimit: 2 }, ["exit", "1"]));
    w.pass(8);
    expect(w.pods().length).toBe(1);
    w.pass(60);
    expect(w.pods().length).toBe(3);
    expect(w.client.get<Job>("Job", "default", "work")?.status).toMatchObject({
      failed: 3,
      conditions: [
        { type: "FailureTarget" },
        { type: "Failed", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" },
      ],
    });
  });
});
