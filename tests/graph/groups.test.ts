import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import { itemsOf, workloadOf } from "../../src/graph/groups.ts";
import { pod } from "./worlds.ts";

function owned(name: string, owner: { readonly kind: string; readonly name: string } | undefined, labels = {}): KubernetesObject {
  const made = pod(name);
  const { ownerReferences: _, ...metadata } = made.metadata;
  return {
    ...made,
    metadata: {
      ...metadata,
      labels,
      ...(owner === undefined ? {} : { ownerReferences: [{ apiVersion: "apps/v1", uid: "u", controller: true, ...owner }] }),
    },
  } as KubernetesObject;
}

describe("the workload of a pod", () => {
  test.each([
    {
      name: "a Deployment's, by the hash of its template",
      owner: { kind: "ReplicaSet", name: "web-5d4f" },
      labels: { "pod-template-hash": "5d4f" },
      key: "workload/default/Deployment/web",
    },
    {
      name: "a ReplicaSet of its own",
      owner: { kind: "ReplicaSet", name: "web-5d4f" },
      labels: {},
      key: "workload/default/ReplicaSet/web-5d4f",
    },
    { name: "a StatefulSet's", owner: { kind: "StatefulSet", name: "db" }, labels: {}, key: "workload/default/StatefulSet/db" },
    { name: "nobody's, by its app", owner: undefined, labels: { app: "client" }, key: "workload/default/Pod/client" },
    { name: "nobody's at all", owner: undefined, labels: {}, key: "workload/default/Pod/" },
  ])("$name", ({ owner, labels, key }) => {
    expect(workloadOf(owned("x", owner, labels)).key).toBe(key);
  });

  test("old and new pods of a rolling update are one group", () => {
    const pods = [
      owned("web-1-a", { kind: "ReplicaSet", name: "web-1" }, { "pod-template-hash": "1" }),
      owned("web-2-b", { kind: "ReplicaSet", name: "web-2" }, { "pod-template-hash": "2" }),
    ];
    expect(itemsOf("node/node1", pods, {}, true, () => undefined)).toMatchObject([{ name: "web", pods }]);
  });

  test("a folded Service goes before its pods' workloads", () => {
    const items = itemsOf(
      "node/node1",
      [pod("a"), pod("b")],
      { "workload/default/Deployment/web": false },
      true,
      () => "service/default/front",
    );
    expect(items).toMatchObject([{ id: "group/node/node1/service/default/front", name: "front" }]);
  });
});
