import { describe, expect, test } from "vitest";
import type { Deployment } from "../../../src/cluster/api/deployment/types.ts";
import type { EndpointSlice } from "../../../src/cluster/api/endpoint-slice/types.ts";
import type { Endpoints } from "../../../src/cluster/api/endpoints/types.ts";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import type { ReplicaSet } from "../../../src/cluster/api/replica-set/types.ts";
import { kubia, type World, world } from "../kubelet/world.ts";

const template = (container: LooseObject = {}, more: LooseObject = {}): LooseObject => {
  const { spec } = kubia("x", more, { terminationMessagePath: "/dev/termination-log", ...container });
  return { metadata: { labels: { app: "kubia" } }, spec };
};
const deployment = (replicas: number, container: LooseObject = {}, spec: LooseObject = {}): LooseObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { replicas, selector: { matchLabels: { app: "kubia" } }, template: template(container), ...spec },
});
const rc = (name: string, replicas: number, container: LooseObject = {}): LooseObject => ({
  apiVersion: "v1",
  kind: "ReplicationController",
  metadata: { name },
  spec: { replicas, selector: { app: "kubia" }, template: template(container) },
});
const service = (spec: LooseObject = {}): LooseObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kubia" },
  spec: { selector: { app: "kubia" }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});
const endpoints = (w: World): Endpoints | undefined => w.client.get<Endpoints>("Endpoints", "default", "kubia");
const slices = (w: World): readonly EndpointSlice[] =>
  w.client
    .list<EndpointSlice>("EndpointSlice", "default")
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "kubia");

describe("ReplicationController (pkg/controller/replicaset)", () => {
  test("makes, scales, replaces", () => {
    const w = world();
    w.create(rc("kubia", 3));
    w.pass(3);
    expect(w.pods().length).toBe(3);
    for (const { metadata } of w.pods()) expect(metadata.name).toMatch(/^kubia-[b-df-hj-np-tv-xz2-9]{5}$/);
    expect(new Set(w.pods().map(({ spec }) => spec.nodeName)).size).toBe(3); // spread
    expect(w.client.get("ReplicationController", "default", "kubia")).toMatchObject({
      status: { replicas: 3, readyReplicas: 3, availableReplicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 },
    });
    expect(w.events("kubia").filter((text) => text.startsWith("SuccessfulCreate Created pod: kubia-")).length).toBe(3);
    w.client.delete("Pod", "default", w.pods()[0]?.metadata.name ?? "");
    w.pass(2);
    expect(w.pods().length).toBe(4); // a Terminating pod is replaced at once
    w.client.patch("ReplicationController", "default", "kubia", { spec: { replicas: 1 } });
    w.pass(40);
    expect(w.pods().length).toBe(1);
    expect(w.events("kubia").filter((text) => text.startsWith("SuccessfulDelete Deleted pod: kubia-")).length).toBe(2);
  });

  test("adopts pods that match, releases those that stop matching", () => {
    const w = world();
    w.create(kubia("lone"));
    w.create(rc("kubia", 2));
    w.pass(3);
    expect(w.pods().length).toBe(2);
    expect(w.pod("lone").metadata.ownerReferences).toMatchObject([{ kind: "ReplicationController", name: "kubia", controller: true }]);
    w.client.patch("Pod", "default", "lone", { metadata: { labels: { app: "other" } } });
    w.pass(3);
    expect(w.pods().length).toBe(3);
    expect(w.pod("lone").metadata.ownerReferences ?? []).toEqual([]);
  });
});

describe("Deployment (pkg/controller/deployment)", () => {
  const sets = (w: World) => w.client.list<ReplicaSet>("ReplicaSet", "default");

  test("a rollout keeps surge and unavailable, counts revisions and ends complete", () => {
    const w = world();
    w.create(deployment(3));
    w.pass(5);
    const first = sets(w)[0];
    expect(first?.metadata.name).toMatch(/^web-[bcdf4-9]{8,10}$/);
    expect(first?.metadata.labels?.["pod-template-hash"]).toBe(first?.metadata.name.slice(4));
    expect(w.client.get("Deployment", "default", "web")).toMatchObject({
      metadata: { annotations: { "deployment.kubernetes.io/revision": "1" } },
      status: { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 },
    });
    expect(w.events("web")).toEqual([`ScalingReplicaSet Scaled up replica set ${first?.metadata.name} from 0 to 3`]);
    w.client.patch("Deployment", "default", "web", { spec: { template: template({ env: [{ name: "V", value: "2" }] }) } });
    w.pass(0);
    expect(
      sets(w)
        .map(({ spec }) => spec.replicas)
        .sort(),
    ).toEqual([1, 3]); // 25 %: surge 1, unavailable 0
    w.pass(60);
    const done = w.client.get<Deployment>("Deployment", "default", "web");
    expect(done?.status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 });
    expect(done?.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("2");
    const second = sets(w).find(({ spec }) => spec.replicas === 3);
    expect(done?.status?.conditions).toMatchObject([
      { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." },
      {
        type: "Progressing",
        status: "True",
        reason: "NewReplicaSetAvailable",
        message: `ReplicaSet "${second?.metadata.name}" has successfully progressed.`,
      },
    ]);
    expect(w.events("web").slice(1)).toEqual([
      `ScalingReplicaSet Scaled up replica set ${second?.metadata.name} from 0 to 1`,
      `ScalingReplicaSet Scaled down replica set ${first?.metadata.name} from 3 to 2`,
      `ScalingReplicaSet Scaled up replica set ${second?.metadata.name} from 1 to 2`,
      `ScalingReplicaSet Scaled down replica set ${first?.metadata.name} from 2 to 1`,
      `ScalingReplicaSet Scaled up replica set ${second?.metadata.name} from 2 to 3`,
      `ScalingReplicaSet Scaled down replica set ${first?.metadata.name} from 1 to 0`,
    ]);
    // The old template again: its ReplicaSet comes back with the next number.
    w.client.patch("Deployment", "default", "web", { spec: { template: template({ env: null }) } });
    w.pass(60);
    expect(sets(w).length).toBe(2);
    expect(sets(w).find(({ metadata }) => metadata.name === first?.metadata.name)?.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/revision": "3",
      "deployment.kubernetes.io/revision-history": "1",
    });
  });

  test("a broken image stops it; after the deadline it says so", () => {
    const w = world();
    w.create(deployment(4, {}, { progressDeadlineSeconds: 30 }));
    w.pass(5);
    w.client.patch("Deployment", "default", "web", { spec: { template: template({ image: "nosuch" }) } });
    w.pass(20);
    expect(
      sets(w)
        .map(({ spec }) => spec.replicas)
        .sort(),
    ).toEqual([2, 3]);
    expect(w.client.get<Deployment>("Deployment", "default", "web")?.status?.readyReplicas).toBe(3);
    w.pass(20);
    expect(
      w.client.get<Deployment>("Deployment", "default", "web")?.status?.conditions?.find(({ type }) => type === "Progressing"),
    ).toMatchObject({
      status: "False",
      reason: "ProgressDeadlineExceeded",
    });
  });

  test("Recreate: no new pod before the last old one is gone", () => {
    const w = world();
    w.create(deployment(2, {}, { strategy: { type: "Recreate" } }));
    w.pass(5);
    w.client.patch("Deployment", "default", "web", { spec: { template: template({ env: [{ name: "V", value: "2" }] }) } });
    w.pass(20);
    expect(w.pods().every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    expect(w.pods().length).toBe(2);
    w.pass(20);
    expect(w.pods().filter(({ status }) => status.phase === "Running").length).toBe(2);
    expect(w.pods().length).toBe(2);
  });

  test("scaling in the middle of a rollout is shared in proportion", () => {
    const w = world({ capacity: { pods: 200 } });
    w.create(deployment(10));
    w.pass(5);
    w.client.patch("Deployment", "default", "web", { spec: { template: template({ image: "nosuch" }) } });
    w.pass(1);
    expect(
      sets(w)
        .map(({ spec }) => spec.replicas)
        .sort(),
    ).toEqual([5, 8]); // surge 3, unavailable 2
    w.client.patch("Deployment", "default", "web", { spec: { replicas: 20 } });
    w.pass(0);
    // 20 + 5 surge = 25 over max-replicas 13: 8 → 15, 5 → 10 (round(8 · 25 / 13) = 15).
    expect(
      sets(w)
        .map(({ spec }) => spec.replicas ?? 0)
        .sort((a, b) => a - b),
    ).toEqual([10, 15]);
  });
});

describe("Endpoints and EndpointSlices (endpoints_controller_test.go, endpointslice reconciler_test.go)", () => {
  test("a Service without pods: Endpoints without subsets and one placeholder slice", () => {
    const w = world();
    w.create(service());
    w.pass(0);
    expect(endpoints(w)?.subsets ?? []).toEqual([]);
    expect(slices(w)).toMatchObject([
      {
        addressType: "IPv4",
        endpoints: [],
        ports: [],
        metadata: { labels: { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" } },
      },
    ]);
    const name = slices(w)[0]?.metadata.name;
    w.create(kubia("p"));
    w.pass(3);
    const ip = w.pod("p").status.podIP;
    expect(endpoints(w)?.subsets).toMatchObject([
      {
        addresses: [{ ip, nodeName: w.pod("p").spec.nodeName, targetRef: { kind: "Pod", name: "p" } }],
        ports: [{ port: 8080, protocol: "TCP" }],
      },
    ]);
    expect(slices(w)).toMatchObject([
      {
        metadata: { name },
        ports: [{ name: "", port: 8080, protocol: "TCP" }],
        endpoints: [
          { addresses: [ip], conditions: { ready: true, serving: true, terminating: false }, zone: expect.stringMatching(/^[abc]$/) },
        ],
      },
    ]);
    w.client.delete("Pod", "default", "p");
    w.pass(0);
    expect(endpoints(w)?.subsets ?? []).toEqual([]);
    expect(slices(w)[0]?.endpoints).toMatchObject([{ conditions: { ready: false, serving: true, terminating: true } }]);
  });

  test("a named target port that the pod has not got: no Endpoints, a slice without ports", () => {
    const w = world();
    w.create(service({ ports: [{ name: "web", port: 80, targetPort: "nope" }] }));
    w.create(kubia("p"));
    w.pass(3);
    expect(endpoints(w)?.subsets ?? []).toEqual([]);
    expect(slices(w)).toMatchObject([{ ports: [], endpoints: [{ targetRef: { name: "p" } }] }]);
  });

  test("at most 100 endpoints a slice", () => {
    const w = world();
    w.create(service());
    w.create(rc("big", 120));
    w.pass(5);
    expect(
      slices(w)
        .map(({ endpoints: list }) => list?.length)
        .sort(),
    ).toEqual([100, 20]);
    expect(endpoints(w)?.subsets?.[0]?.addresses?.length).toBe(120);
  });

  test("hand-made Endpoints are mirrored for a Service without selector", () => {
    const w = world();
    w.create({ apiVersion: "v1", kind: "Service", metadata: { name: "kubia" }, spec: { ports: [{ port: 80 }] } });
    w.create({
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "kubia", labels: { a: "b" } },
      subsets: [{ addresses: [{ ip: "11.11.11.11" }], notReadyAddresses: [{ ip: "22.22.22.22" }], ports: [{ port: 80 }] }],
    });
    w.pass(0);
    expect(slices(w)).toMatchObject([
      {
        metadata: {
          labels: { a: "b", "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io" },
          ownerReferences: [{ kind: "Endpoints" }],
        },
        endpoints: [
          { addresses: ["11.11.11.11"], conditions: { ready: true } },
          { addresses: ["22.22.22.22"], conditions: { ready: false } },
        ],
      },
    ]);
  });

  test("trafficDistribution gives each ready endpoint its own zone (trafficdist)", () => {
    const w = world();
    w.create(service({ trafficDistribution: "PreferClose" }));
    w.create(rc("kubia", 3));
    w.pass(3);
    for (const one of slices(w)[0]?.endpoints ?? []) expect(one.hints?.forZones).toEqual([{ name: one.zone }]);
    expect(slices(w)[0]?.endpoints?.length).toBe(3);
  });
});

describe("a lost node (pkg/controller/nodelifecycle, tainteviction)", () => {
  test("50 s to NotReady, pods out of the Service, replaced after 300 s more; all well when it is back", () => {
    const w = world();
    w.create(service());
    w.create(rc("kubia", 3));
    w.pass(10);
    w.cut.add("node1");
    w.pass(45);
    expect(endpoints(w)?.subsets?.[0]?.addresses?.length).toBe(3);
    w.pass(20);
    const node = () => w.client.get<import("../../../src/cluster/api/node/types.ts").Node>("Node", undefined, "node1");
    expect(node()?.status?.conditions?.find(({ type }) => type === "Ready")).toMatchObject({
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    });
    expect(node()?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      "node.kubernetes.io/unreachable:NoSchedule",
      "node.kubernetes.io/unreachable:NoExecute",
    ]);
    expect(endpoints(w)?.subsets?.[0]?.addresses?.length).toBe(2);
    expect(w.pods().length).toBe(3);
    w.pass(310);
    expect(w.pods().length).toBe(4);
    expect(w.pods().filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length).toBe(1);
    w.cut.delete("node1");
    w.pass(60);
    expect(node()?.spec?.taints ?? []).toEqual([]);
    expect(w.pods().length).toBe(3);
    expect(endpoints(w)?.subsets?.[0]?.addresses?.length).toBe(3);
  });
});
