import { describe, expect, test } from "vitest";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { type HttpResponse, httpRequest } from "../../../src/cluster/protocols/http.ts";
import { addressesOf, type Flow, flowsTo, type Row } from "../../kernel/rows.ts";
import { flowWorld } from "./cluster-flows.ts";
import type { ProxiedNodes } from "./nodes.ts";

const addresses = addressesOf(0);
const clusterIp = `${addresses.clusterIp}:80`;
const row = (given: Partial<Row> = {}): Row => ({
  name: "row",
  spec: { type: "LoadBalancer" },
  endpoints: [{ ip: "10.244.1.11" }],
  ...given,
});

/** The slice with these endpoints instead. */
function putEndpoints(world: ProxiedNodes, endpoints: EndpointSliceObject["endpoints"]): void {
  world.api.put({ ...(world.objects.slices[0] as EndpointSliceObject), endpoints: endpoints ?? [] } as EndpointSliceObject);
}

const on = (ip: string, conditions?: { ready: boolean; serving: boolean; terminating: boolean }) => ({
  addresses: [ip],
  nodeName: ip.startsWith("10.244.1.") ? "node1" : "node2",
  ...(conditions === undefined ? {} : { conditions }),
});

describe("when rules follow (kube-proxy's minSyncPeriod of 1 s)", () => {
  test("given objects hold at once; a change at once when the last sync is a second ago, else when that second is over", () => {
    const world = flowWorld(row(), "iptables", addresses);
    const endpoints = (): readonly string[] => world.trace("node1", "10.244.1.99", clusterIp).endpoints;
    expect(endpoints()).toEqual(["10.244.1.11:8080"]);
    world.advance(2000);
    putEndpoints(world, [on("10.244.1.12")]);
    world.advance(0);
    expect(endpoints()).toEqual(["10.244.1.12:8080"]);
    world.advance(300);
    putEndpoints(world, [on("10.244.2.11")]);
    world.advance(699);
    expect(endpoints()).toEqual(["10.244.1.12:8080"]);
    world.advance(1);
    expect(endpoints()).toEqual(["10.244.2.11:8080"]);
  });

  test.each(["iptables", "nftables", "ipvs"] as const)(
    "%s: stopped, its rules go on working and changes no longer arrive; started, it catches up",
    (mode) => {
      const world = flowWorld(row(), mode, addresses);
      const flow = flowsTo(addresses).find(({ from, to }) => from === "pod" && to === "ClusterIP") as Flow;
      const proxy = world.nodes.get("node1")?.proxy;
      proxy?.stop();
      world.advance(2000);
      putEndpoints(world, [on("10.244.1.12")]);
      world.api.put({
        ...(world.objects.services[0] as ServiceObject),
        metadata: { ...(world.objects.services[0] as ServiceObject).metadata, name: "svc2" },
        spec: { clusterIP: "10.96.7.7", ports: [{ name: "p", port: 80 }] },
      } as ServiceObject);
      world.advance(2000);
      expect(world.connect(flow, "tcp")).toBe("10.244.1.11 10.244.1.99");
      expect(world.trace("node1", "10.244.1.99", "10.96.7.7:80").verdict).not.toBe("reject");
      proxy?.start();
      world.advance(0);
      expect(world.connect(flow, "tcp")).toBe("10.244.1.12 10.244.1.99");
      expect(world.trace("node1", "10.244.1.99", "10.96.7.7:80").verdict).toBe("reject");
    },
  );

  test("a Service that went while it was stopped is gone after the start", () => {
    for (const mode of ["iptables", "nftables", "ipvs"] as const) {
      const world = flowWorld(row(), mode, addresses);
      const proxy = world.nodes.get("node1")?.proxy;
      proxy?.stop();
      world.api.remove("Service", "default", "svc1");
      world.advance(1000);
      proxy?.start();
      world.advance(0);
      const verdict = mode === "nftables" ? "drop" : "none";
      expect(world.trace("node1", "10.244.1.99", clusterIp).verdict, mode).toBe(verdict);
    }
  });

  test.each(["iptables", "nftables", "ipvs"] as const)(
    "%s: a machine that was switched off has nothing of it, and gets it back",
    (mode) => {
      const world = flowWorld(row(), mode, addresses);
      const flow = flowsTo(addresses).find(({ from, to }) => from === "pod" && to === "ClusterIP") as Flow;
      const { netns, proxy } = world.nodes.get("node1") as NonNullable<ReturnType<ProxiedNodes["nodes"]["get"]>>;
      netns.powerOff();
      proxy.reset();
      netns.powerOn();
      expect(world.trace("node1", "10.244.1.99", clusterIp).verdict).toBe("none");
      proxy.start();
      world.advance(0);
      expect(world.connect(flow, "tcp")).toBe("10.244.1.11 10.244.1.99");
      expect(netns.interface("kube-ipvs0")?.addresses.map(({ ip }) => ip.text)).toEqual(
        mode === "ipvs" ? [addresses.clusterIp, addresses.externalIp, addresses.vip] : undefined,
      );
    },
  );

  test("a node's label decides about hints anew", () => {
    const hinted = row({
      endpoints: [
        { ip: "10.244.1.11", zones: ["a"] },
        { ip: "10.244.2.11", zones: ["b"] },
      ],
    });
    const world = flowWorld(hinted, "iptables", addresses);
    expect(world.trace("node1", "10.244.1.99", clusterIp).endpoints).toEqual(["10.244.1.11:8080"]);
    world.api.put({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node1", uid: "n", resourceVersion: "2", creationTimestamp: "", labels: { "topology.kubernetes.io/zone": "b" } },
    });
    world.advance(1000);
    expect(world.trace("node1", "10.244.1.99", clusterIp).endpoints).toEqual(["10.244.2.11:8080"]);
  });
});

describe("UDP conntrack (kubernetes pkg/proxy/conntrack/cleanup.go)", () => {
  const udp = row({ protocol: "UDP" });
  const entries = (world: ProxiedNodes): readonly string[] =>
    (world.nodes.get("node1") as { netns: Netns }).netns.netfilter.conntrack
      .rows(world.simulation.clock.now(), { protocol: "udp" })
      .map((entry) => `${entry.original.destination.text} ${entry.reply.source.text}`);
  const flow = flowsTo(addresses).find(({ from, to }) => from === "pod" && to === "ClusterIP") as Flow;

  test("an endpoint that is removed loses its entries; one that is unready but serves keeps them", () => {
    const world = flowWorld(udp, "iptables", addresses);
    world.connect(flow, "udp");
    const entry = `${clusterIp} 10.244.1.11:8080`;
    expect(entries(world)).toEqual([entry]);
    world.advance(1000);
    putEndpoints(world, [on("10.244.1.11", { ready: false, serving: true, terminating: true }), on("10.244.1.12")]);
    world.advance(1000);
    expect(entries(world)).toEqual([entry]);
    putEndpoints(world, [on("10.244.1.12")]);
    world.advance(1000);
    expect(entries(world)).toEqual([]);
  });

  test("without any endpoint entries stay until the first one appears", () => {
    const world = flowWorld(udp, "iptables", addresses);
    world.connect(flow, "udp");
    world.advance(1000);
    putEndpoints(world, []);
    world.advance(1000);
    expect(entries(world)).toHaveLength(1);
    putEndpoints(world, [on("10.244.1.12")]);
    world.advance(1000);
    expect(entries(world)).toEqual([]);
  });
});

describe("health checks", () => {
  const ask = (world: ProxiedNodes, node: string, port: number, target = "/"): HttpResponse | string => {
    const netns = world.nodes.get(node)?.netns as Netns;
    const ip = node === "node1" ? "192.168.0.2" : "192.168.0.4";
    const socket = netns.connectTcp(netns.book.socket(netns.book.ip(ip), port), {});
    socket.write(httpRequest({ method: "GET", target, headers: [["Host", ip]] }));
    world.advance(500);
    const answer = (socket.read() as HttpResponse | undefined) ?? socket.error ?? "nothing";
    socket.abort();
    return answer;
  };

  test("of a Service with externalTrafficPolicy Local (kubernetes pkg/proxy/healthcheck/service_health.go)", () => {
    const spec = { type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 32_001 };
    const world = flowWorld(row({ spec }), "iptables", addresses);
    expect(ask(world, "node1", 32_001, "/anything")).toMatchObject({
      status: 200,
      body: '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "svc1"\n\t},\n\t"localEndpoints": 1,\n\t"serviceProxyHealthy": true\n}',
    });
    const away = ask(world, "node3", 32_001) as HttpResponse;
    expect(away.status).toBe(503);
    expect(away.headers).toContainEqual(["X-Load-Balancing-Endpoint-Weight", "0"]);
    world.advance(1000);
    // Serving while it terminates, but not ready: it still gets traffic, and does not count.
    putEndpoints(world, [on("10.244.1.11", { ready: false, serving: true, terminating: true })]);
    world.advance(1000);
    expect(ask(world, "node1", 32_001)).toMatchObject({ status: 503 });
    world.api.remove("Service", "default", "svc1");
    world.advance(1000);
    expect(ask(world, "node1", 32_001)).toBe("ECONNREFUSED");
  });

  test("of kube-proxy itself on 10256 (kubernetes pkg/proxy/healthcheck/proxy_health.go)", () => {
    const world = flowWorld(row(), "iptables", addresses);
    const answer = ask(world, "node1", 10_256, "/healthz") as HttpResponse;
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toMatch(
      /^\{"lastUpdated": "2026-01-05 09:00:00 \+0000 UTC","currentTime": "2026-01-05 09:00:00\S* \+0000 UTC", "nodeEligible": true\}$/,
    );
    world.api.put({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node1", uid: "n", resourceVersion: "2", creationTimestamp: "", deletionTimestamp: "2026-01-05T09:00:01Z" },
    });
    expect(ask(world, "node1", 10_256, "/healthz")).toMatchObject({ status: 503 });
    expect(ask(world, "node1", 10_256, "/livez")).toMatchObject({ status: 200 });
    world.nodes.get("node1")?.proxy.stop();
    expect(ask(world, "node1", 10_256, "/healthz")).toBe("ECONNREFUSED");
  });
});

describe("session affinity (ClientIP)", () => {
  const spec = { type: "LoadBalancer", sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } };
  const five = ["10.244.1.11", "10.244.1.12", "10.244.2.11", "10.244.2.12", "10.244.3.11"].map((ip) => ({ ip }));
  const flow = flowsTo(addresses).find(({ from, to }) => from === "pod" && to === "ClusterIP") as Flow;

  test.each(["iptables", "nftables", "ipvs"] as const)(
    "%s: a client stays until no new connection came for the timeout; each restarts it",
    (mode) => {
      const world = flowWorld(row({ spec, endpoints: five }), mode, addresses);
      const first = world.connect(flow, "tcp");
      for (let i = 0; i < 20; i++) {
        world.advance(30_000);
        expect(world.connect(flow, "tcp")).toBe(first);
      }
      expect(world.trace("node1", "10.244.1.99", clusterIp).endpoints).toEqual([`${first.split(" ")[0]}:8080`]);
      const later = new Set<string>();
      for (let i = 0; i < 20; i++) {
        world.advance(61_000);
        later.add(world.connect(flow, "tcp"));
      }
      expect(later.size).toBeGreaterThan(1);
    },
  );

  test.each(["iptables", "nftables", "ipvs"] as const)(
    "%s: balanced anew when the endpoint leaves, and not back when it comes again",
    (mode) => {
      const world = flowWorld(row({ spec, endpoints: five.slice(0, 2) }), mode, addresses);
      const first = world.connect(flow, "tcp").split(" ")[0] as string;
      const other = first === "10.244.1.11" ? "10.244.1.12" : "10.244.1.11";
      world.advance(1000);
      putEndpoints(world, [on(other)]);
      world.advance(1000);
      expect(world.connect(flow, "tcp")).toMatch(other);
      putEndpoints(world, [on(first), on(other)]);
      world.advance(1000);
      expect(world.connect(flow, "tcp")).toMatch(other);
    },
  );
});
