import { describe, expect, test } from "vitest";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import type { Node } from "../../../src/cluster/api/node/types.ts";
import type { Service } from "../../../src/cluster/api/service/types.ts";
import { AddressPool } from "../../../src/cluster/cloud/address-pool.ts";
import { targetNodes } from "../../../src/cluster/cloud/index.ts";
import { world } from "../kubelet/world.ts";

const balanced = (name: string, spec: LooseObject = {}): LooseObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { type: "LoadBalancer", selector: { app: "kubia" }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

describe("LoadBalancer Services (cloud-provider controllers/service; decisions 4: 3 s, the pool's lowest free address)", () => {
  const service = (w: ReturnType<typeof world>, name: string) => w.client.get<Service>("Service", "default", name);

  test("address, finalizer and events; the address is free again after deletion", () => {
    const w = world({ cloud: true });
    w.create(balanced("kubia"));
    w.pass(2.9);
    expect(service(w, "kubia")?.status?.loadBalancer?.ingress ?? []).toEqual([]);
    expect(service(w, "kubia")?.metadata.finalizers).toEqual(["service.kubernetes.io/load-balancer-cleanup"]);
    expect(w.events("kubia")).toEqual(["EnsuringLoadBalancer Ensuring load balancer"]);
    w.pass(0.2);
    expect(service(w, "kubia")?.status?.loadBalancer?.ingress).toEqual([{ ip: "192.0.2.1", ipMode: "VIP" }]);
    expect(w.events("kubia")[1]).toBe("EnsuredLoadBalancer Ensured load balancer");
    w.create(balanced("other"));
    w.pass(4);
    expect(service(w, "other")?.status?.loadBalancer?.ingress?.[0]?.ip).toBe("192.0.2.2");
    w.client.delete("Service", "default", "kubia");
    w.pass(1);
    expect(service(w, "kubia")).toBeUndefined();
    expect(w.events("kubia").slice(2)).toEqual([
      "DeletingLoadBalancer Deleting load balancer",
      "DeletedLoadBalancer Deleted load balancer",
    ]);
    w.create(balanced("third"));
    w.pass(4);
    expect(service(w, "third")?.status?.loadBalancer?.ingress?.[0]?.ip).toBe("192.0.2.1");
  });

  test("another type gives the address back; the Service stays", () => {
    const w = world({ cloud: true });
    w.create(balanced("kubia"));
    w.pass(4);
    w.client.patch("Service", "default", "kubia", { spec: { type: "NodePort" } });
    w.pass(1);
    expect(service(w, "kubia")?.metadata.finalizers ?? []).toEqual([]);
    expect(service(w, "kubia")?.status?.loadBalancer?.ingress ?? []).toEqual([]);
  });

  test("a given address is kept from t=0; a class is somebody else's; no cloud, no event", () => {
    const w = world({ cloud: true });
    w.give({
      ...balanced("given"),
      metadata: { name: "given", namespace: "default" },
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
    });
    w.create(balanced("classy", { loadBalancerClass: "example.com/lb" }));
    w.create(balanced("next"));
    w.pass(4);
    expect(w.events("given")).toEqual([]);
    expect(w.events("classy")).toEqual([]);
    expect(service(w, "next")?.status?.loadBalancer?.ingress?.[0]?.ip).toBe("192.0.2.2");
    const bare = world();
    bare.create(balanced("kubia"));
    bare.pass(60);
    expect(service(bare, "kubia")?.status?.loadBalancer?.ingress ?? []).toEqual([]);
    expect(bare.events("kubia")).toEqual([]);
  });
});

test("the pool gives its lowest free address, never its own first or the broadcast one", () => {
  const pool = new AddressPool("192.0.2.0/30");
  expect([pool.lowest(), pool.lowest(), pool.lowest()]).toEqual(["192.0.2.1", "192.0.2.2", undefined]);
  pool.release("192.0.2.1");
  expect(pool.lowest()).toBe("192.0.2.1");
});

test("targets are all nodes but the excluded, ready or not (controller.go, stableNodeSetPredicates)", () => {
  const node = (name: string, labels: Record<string, string>, taints: readonly object[]): Node =>
    ({
      metadata: { name, labels },
      spec: { taints },
      status: { addresses: [{ type: "InternalIP", address: `ip-${name}` }] },
    }) as unknown as Node;
  const nodes = [
    node("a", {}, []),
    node("b", { "node.kubernetes.io/exclude-from-external-load-balancers": "" }, []),
    node("c", {}, [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }]),
    node("d", {}, [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }]),
  ];
  expect(targetNodes(nodes).map((target) => target.node)).toEqual(["a", "d"]);
});
