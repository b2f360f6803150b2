import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import { loadCommand, loadTargets } from "../../src/graph/load-targets.ts";
import type { ScenarioSummary } from "../../src/playground/protocol.ts";

const service = (name: string, fields: object, namespace = "default") =>
  ({ apiVersion: "v1", kind: "Service", metadata: { name, namespace }, ...fields }) as unknown as KubernetesObject;
const objectsOf = (...services: KubernetesObject[]) =>
  new Map([["Service", new Map(services.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]))]]);
const summary = { nodes: [{ name: "node1", ips: ["192.168.0.2"], podCIDRs: [] }] } as unknown as ScenarioSummary;

describe("addresses that a load may take", () => {
  test("a LoadBalancer has three, the one for everybody first", () => {
    const web = service("web", {
      spec: { clusterIP: "10.96.1.1", ports: [{ port: 80, nodePort: 30123, protocol: "TCP" }] },
      status: { loadBalancer: { ingress: [{ ip: "198.51.100.1" }] } },
    });
    expect(loadTargets(objectsOf(web), summary)).toEqual([
      { label: "web · LoadBalancer", url: "http://198.51.100.1/", isInside: false },
      { label: "web · NodePort", url: "http://192.168.0.2:30123/", isInside: false },
      { label: "web · ClusterIP", url: "http://10.96.1.1/", isInside: true },
    ]);
  });
  test("headless, UDP and the cluster's own Services are none", () => {
    const objects = objectsOf(
      service("kubernetes", { spec: { clusterIP: "10.96.0.1", ports: [{ port: 443 }] } }),
      service("kube-dns", { spec: { clusterIP: "10.96.0.10", ports: [{ port: 53, protocol: "TCP" }] } }, "kube-system"),
      service("headless", { spec: { clusterIP: "None", ports: [{ port: 80 }] } }),
      service("udp", { spec: { clusterIP: "10.96.1.2", ports: [{ port: 53, protocol: "UDP" }] } }),
    );
    expect(loadTargets(objects, summary)).toEqual([]);
  });
});

describe("the command", () => {
  const wish = { place: "node/node1", url: "http://10.96.1.1/", rate: 50, keepsAlive: false, seconds: 30 };
  test.each([
    { wish, line: "at node1 -- hey -z 30s -c 5 -q 10 -t 2 -disable-keepalive http://10.96.1.1/" },
    {
      wish: { ...wish, place: "client/laptop", keepsAlive: true, seconds: undefined, rate: 1 },
      line: "hey -z 24h -c 1 -q 1 -t 2 http://10.96.1.1/",
    },
    { wish: { ...wish, rate: 1500, seconds: 300 }, line: "at node1 -- hey -z 5m -c 100 -q 15 -t 2 -disable-keepalive http://10.96.1.1/" },
    { wish: { ...wish, url: "http://a/?x=1&y=2" }, line: "at node1 -- hey -z 30s -c 5 -q 10 -t 2 -disable-keepalive 'http://a/?x=1&y=2'" },
  ])("$line", ({ wish: given, line }) => {
    expect(loadCommand(given, "client/laptop")).toBe(line);
  });
});
