import { expect, test } from "vitest";
import { createKubeProxy, traceService } from "../../../src/cluster/kube-proxy/index.ts";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { BoundedHopLog } from "../../../src/cluster/network/hop-log.ts";
import { createNetwork } from "../../../src/cluster/network/network.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";
import { FakeClient } from "./fake-client.ts";

const metadata = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-05T09:00:00Z",
  labels,
});

const service: ServiceObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata("kubia"),
  spec: {
    type: "NodePort",
    clusterIP: "10.96.0.41",
    clusterIPs: ["10.96.0.41", "fd00:10:96::41"],
    ports: [{ port: 80, nodePort: 30_123 }],
  },
};

const slice = (addressType: string, address: string): EndpointSliceObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: metadata(`kubia-${addressType.toLowerCase()}`, { "kubernetes.io/service-name": "kubia" }),
  addressType,
  ports: [{ port: 8080 }],
  endpoints: [{ addresses: [address], nodeName: "node1" }],
});

// One proxier a family, each with the slices, ranges and addresses of its own: kubernetes pkg/proxy/metaproxier, cmd/kube-proxy/app/server_linux.go.
test.each(["iptables", "nftables", "ipvs"] as const)("%s: each family has its own rules", (mode) => {
  const simulation = createSimulation(1, 0);
  const book = new AddressBook();
  const network = createNetwork(simulation, new BoundedHopLog(), book);
  const api = new FakeClient(simulation.clock);
  for (const object of [service, slice("IPv4", "10.244.1.7"), slice("IPv6", "fd00:10:244:1::7")]) api.put(object);
  const nodeIps = ["192.168.0.2", "fd00:a::2"];
  const netns = network.createNode("node1", ["192.168.0.2/24", "fd00:a::2/64"]);
  const proxy = createKubeProxy({
    simulation,
    client: api.client,
    nodeName: "node1",
    nodeIps,
    netns,
    mode,
    clusterVersion: { minor: 32, text: "v1.32.0" },
    clusterCidrs: ["10.244.0.0/16", "fd00:10:244::/48"],
    serviceCidrs: ["10.96.0.0/12", "fd00:10:96::/112"],
  });
  proxy.start();
  simulation.queue.run(0, 1000);
  const trace = (source: string, ip: string, port: number) =>
    traceService({ netns, kernel: proxy.kernel, source: book.ip(source), destination: book.socket(book.ip(ip), port), protocol: "tcp" });
  expect(trace("10.244.1.99", "10.96.0.41", 80)).toMatchObject({ verdict: "dnat", endpoints: ["10.244.1.7:8080"], masquerade: false });
  expect(trace("fd00:10:244:1::99", "fd00:10:96::41", 80)).toMatchObject({
    verdict: "dnat",
    endpoints: ["[fd00:10:244:1::7]:8080"],
    masquerade: false,
  });
  expect(trace("2001:db8::10", "fd00:a::2", 30_123)).toMatchObject({
    verdict: "dnat",
    endpoints: ["[fd00:10:244:1::7]:8080"],
    masquerade: true,
  });
  api.remove("EndpointSlice", "default", "kubia-ipv6");
  simulation.queue.run(2_000_000, 1000);
  expect(trace("fd00:10:244:1::99", "fd00:10:96::41", 80).verdict).toBe("reject");
  expect(trace("10.244.1.99", "10.96.0.41", 80).verdict).toBe("dnat");
});
