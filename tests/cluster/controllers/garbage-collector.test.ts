import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { planDependent, startGarbageCollector } from "../../../src/cluster/controllers/garbage-collector.ts";
import { startNamespaceController } from "../../../src/cluster/controllers/namespace.ts";
import { appsInDefault, inDefault, pod, startServer } from "../apiserver/server.ts";

function startAll() {
  const server = startServer();
  const context = { simulation: server.simulation, clusterVersion: { minor: 32, text: "v1.32.0" }, client: server.factory.client };
  startGarbageCollector(context);
  startNamespaceController(context);
  return server;
}

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "m", image: "nginx" }] } };

/** A Deployment, its ReplicaSet and two pods, as their controllers would have made them. */
function startWorkload() {
  const server = startAll();
  const spec = { selector: { matchLabels: { app: "web" } }, template };
  const owner = (object: KubernetesObject) => {
    const { apiVersion, kind, metadata } = object;
    return [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }];
  };
  const deployment = server.send("POST", `${appsInDefault}/deployments`, { metadata: { name: "web" }, spec }).body as KubernetesObject;
  const set = { metadata: { name: "web-1", ownerReferences: owner(deployment) }, spec };
  const replicaSet = server.send("POST", `${appsInDefault}/replicasets`, set).body as KubernetesObject;
  for (const name of ["web-1-a", "web-1-b"]) {
    expect(server.send("POST", `${inDefault}/pods`, pod(name, { metadata: { ownerReferences: owner(replicaSet) } })).code).toBe(201);
  }
  server.pass(1);
  const left = () => ["Deployment", "ReplicaSet", "Pod"].flatMap((kind) => server.store.list(kind).map(({ metadata }) => metadata.name));
  expect(left()).toEqual(["web", "web-1", "web-1-a", "web-1-b"]);
  return { ...server, left };
}

describe("cascading deletion (kubernetes.io, Garbage Collection)", () => {
  test.each([
    { policy: "Background", left: [] },
    { policy: "Foreground", left: [] },
    { policy: "Orphan", left: ["web-1", "web-1-a", "web-1-b"] },
  ])("$policy leaves $left", ({ policy, left }) => {
    const server = startWorkload();
    server.send("DELETE", `${appsInDefault}/deployments/web`, { propagationPolicy: policy });
    server.pass(1);
    expect(server.left()).toEqual(left);
    if (policy === "Orphan") expect(server.store.get("ReplicaSet", "default", "web-1")?.metadata.ownerReferences).toBeUndefined();
  });

  test("in the foreground the owner waits for a dependent that takes its time", () => {
    const server = startWorkload();
    server.send("POST", `${inDefault}/pods/web-1-a/binding`, { target: { kind: "Node", name: "node1" } });
    server.send("DELETE", `${appsInDefault}/deployments/web`, { propagationPolicy: "Foreground" });
    server.pass(1);
    expect(server.left()).toEqual(["web", "web-1", "web-1-a"]);
    expect(server.store.get("Deployment", "default", "web")?.metadata.finalizers).toEqual(["foregroundDeletion"]);
    server.send("DELETE", `${inDefault}/pods/web-1-a`, { gracePeriodSeconds: 0 });
    server.pass(1);
    expect(server.left()).toEqual([]);
  });

  test("an object whose owner never was is collected", () => {
    const server = startAll();
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "gone", uid: "0" }];
    server.send("POST", `${inDefault}/pods`, pod("lost", { metadata: { ownerReferences } }));
    server.pass(1);
    expect(server.store.get("Pod", "default", "lost")).toBeUndefined();
  });
});

describe("what becomes of a dependent (garbagecollector.go, attemptToDeleteItem)", () => {
  const reference = { apiVersion: "v1", kind: "X", name: "x", uid: "1" };
  const object = (count: number, finalizers?: string[]) =>
    ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", ownerReferences: Array(count).fill(reference), finalizers },
    }) as unknown as KubernetesObject;
  test.each([
    { name: "no owners", object: object(0), states: [], hasDependents: false, plan: { type: "keep" } },
    { name: "an owner is there", object: object(1), states: ["present"], hasDependents: false, plan: { type: "keep" } },
    {
      name: "the owner is gone",
      object: object(1),
      states: ["absent"],
      hasDependents: false,
      plan: { type: "delete", propagationPolicy: "Background" },
    },
    {
      name: "one of two is gone",
      object: object(2),
      states: ["absent", "present"],
      hasDependents: false,
      plan: { type: "unlink", ownerReferences: [reference] },
    },
    {
      name: "the owner waits, we have dependents",
      object: object(1),
      states: ["waiting"],
      hasDependents: true,
      plan: { type: "delete", propagationPolicy: "Foreground" },
    },
    {
      name: "the owner waits",
      object: object(1),
      states: ["waiting"],
      hasDependents: false,
      plan: { type: "delete", propagationPolicy: "Background" },
    },
    {
      name: "it wants its own to stay",
      object: object(1, ["orphan"]),
      states: ["absent"],
      hasDependents: true,
      plan: { type: "delete", propagationPolicy: "Orphan" },
    },
  ] as const)("$name", ({ object: dependent, states, hasDependents, plan }) => {
    expect(planDependent(dependent, states, hasDependents)).toEqual(plan);
  });
});

describe("namespaces (kubernetes.io, Namespaces; namespace controller)", () => {
  test("go with what is in them, and take nothing new meanwhile", () => {
    const server = startAll();
    server.send("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
    server.send("POST", "/api/v1/namespaces/shop/pods", pod("slow"));
    server.send("POST", "/api/v1/namespaces/shop/pods/slow/binding", { target: { kind: "Node", name: "node1" } });
    expect(server.send("DELETE", "/api/v1/namespaces/shop").body).toMatchObject({ status: { phase: "Terminating" } });
    server.pass(1);
    expect(server.store.get("Pod", "shop", "slow")?.metadata.deletionTimestamp).toBe("2026-01-05T09:00:30Z");
    expect(server.send("POST", "/api/v1/namespaces/shop/pods", pod("new"))).toMatchObject({
      code: 403,
      body: { message: 'pods "new" is forbidden: unable to create new content in namespace shop because it is being terminated' },
    });
    server.send("DELETE", "/api/v1/namespaces/shop/pods/slow", { gracePeriodSeconds: 0 });
    server.pass(1);
    expect(server.store.get("Namespace", undefined, "shop")).toBeUndefined();
  });
});
