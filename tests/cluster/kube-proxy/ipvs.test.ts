import { describe, expect, test } from "vitest";
import type { EndpointSliceObject } from "../../../src/cluster/kube-proxy/objects.ts";
import { printIptablesSave } from "../../../src/cluster/network/netfilter/print-iptables.ts";
import { printIpvs } from "../../../src/cluster/network/netfilter/print-ipvs.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { addressesOf, type Row } from "../../kernel/rows.ts";
import { type FlowWorld, flowWorld } from "./cluster-flows.ts";
import { proxiedNodes } from "./nodes.ts";

const addresses = addressesOf(0);
const two = [{ ip: "10.244.1.11" }, { ip: "10.244.2.11" }];
const row = (spec: Row["spec"], endpoints: Row["endpoints"] = two): Row => ({
  name: "row",
  spec: { type: "NodePort", externalIPs: [], ...spec },
  endpoints,
});

const netnsOf = (world: FlowWorld): Netns => world.nodes.get("node1")?.netns as Netns;

/** `ipvsadm -Ln` of node1, without its title and the virtual server of the load balancer. */
function listed(world: FlowWorld): string[] {
  const netns = netnsOf(world);
  const table = world.nodes.get("node1")?.proxy.kernel.ipvs;
  if (table === undefined) throw new Error("no table");
  const rows = netns.netfilter.conntrack.rows(world.simulation.clock.now());
  const services = table.services().filter((service) => service.address.ip.text !== addresses.vip);
  return printIpvs(table, rows, services)
    .trimEnd()
    .split("\n")
    .slice(3)
    .map((line) => line.trimEnd());
}

describe("virtual servers (kubernetes pkg/proxy/ipvs/proxier.go)", () => {
  test("one a ClusterIP and one a node address; addresses on kube-ipvs0 alone", () => {
    const world = flowWorld(row({}), "ipvs", addresses);
    expect(listed(world)).toEqual([
      `TCP  ${addresses.clusterIp}:80 rr`,
      "  -> 10.244.1.11:8080             Masq    1      0          0",
      "  -> 10.244.2.11:8080             Masq    1      0          0",
      `TCP  192.168.0.2:${addresses.nodePort} rr`,
      "  -> 10.244.1.11:8080             Masq    1      0          0",
      "  -> 10.244.2.11:8080             Masq    1      0          0",
    ]);
    const dummy = netnsOf(world).interface("kube-ipvs0");
    expect(dummy?.addresses.map(({ ip, prefixLength }) => `${ip.text}/${prefixLength}`)).toEqual([
      `${addresses.clusterIp}/32`,
      `${addresses.vip}/32`,
    ]);
    expect(dummy?.up).toBe(false);
  });

  test("a pure ClusterIP Service with internal policy Local has no destinations where none is local, and refuses", () => {
    const manifest = JSON.stringify({
      kind: "Scenario",
      spec: { cluster: { proxyMode: "ipvs", nodes: [{ name: "node1", ip: "192.168.0.2", podCIDR: "10.244.1.0/24" }] } },
    });
    const service = `kind: Service\nmetadata: {name: a}\nspec: {clusterIP: 10.96.0.9, internalTrafficPolicy: Local, ports: [{port: 80}]}`;
    const slice =
      "kind: EndpointSlice\naddressType: IPv4\nmetadata: {name: a-1, labels: {kubernetes.io/service-name: a}}\nports: [{port: 80}]\nendpoints: [{addresses: [10.244.2.1], nodeName: node2}]";
    const world = proxiedNodes([manifest, service, slice].join("\n---\n"));
    expect(world.trace("node1", "10.244.1.99", "10.96.0.9:80").verdict).toBe("reject");
  });

  test("before 1.27 nothing keeps other ports of a ClusterIP from the host (kubernetes issue 72236)", () => {
    const chains = (minor: number): boolean => {
      const manifest = JSON.stringify({
        kind: "Scenario",
        spec: { cluster: { proxyMode: "ipvs", nodes: [{ name: "node1", ip: "192.168.0.2", podCIDR: "10.244.1.0/24" }] } },
      });
      const world = proxiedNodes(manifest, "ipvs", minor);
      return printIptablesSave((world.nodes.get("node1") as { netns: Netns }).netns.netfilter.tables, { family: 4, dateMs: 0 }).includes(
        "KUBE-IPVS-FILTER",
      );
    };
    expect(chains(26)).toBe(false);
    expect(chains(27)).toBe(true);
  });
});

describe("graceful termination (kubernetes pkg/proxy/ipvs/graceful_termination.go)", () => {
  test("a removed endpoint has weight 0 while a connection lives, and goes when it has ended", () => {
    const world = flowWorld(row({}, [{ ip: "10.244.2.11" }]), "ipvs", addresses);
    const node = netnsOf(world);
    const client = world.network.netns("pod/default/p10-244-1-99") as Netns;
    // The pods' own server ends each connection; one that only listens keeps it.
    const pod = world.network.netns("pod/default/p10-244-2-11") as Netns;
    pod.listenTcp(9090);
    const slice = world.objects.slices[0] as EndpointSliceObject;
    const put = (port: number, ips: readonly string[]): void =>
      world.api.put({
        ...slice,
        ports: [{ name: "p", port, protocol: "TCP" }],
        endpoints: ips.map((ip) => ({ addresses: [ip], nodeName: "node2" })),
      } as EndpointSliceObject);
    world.advance(1000);
    put(9090, ["10.244.2.11"]);
    world.advance(1000);
    const socket = client.connectTcp(node.book.socket(node.book.ip(addresses.clusterIp), 80), {});
    world.advance(500);
    expect(socket.state).toBe("ESTAB");
    put(9090, ["10.244.2.12"]);
    world.advance(1000);
    expect(listed(world).slice(0, 3)).toEqual([
      `TCP  ${addresses.clusterIp}:80 rr`,
      "  -> 10.244.2.11:9090             Masq    0      1          0",
      "  -> 10.244.2.12:9090             Masq    1      0          0",
    ]);
    expect(world.trace("node1", "10.244.1.99", `${addresses.clusterIp}:80`).endpoints).toEqual(["10.244.2.12:9090"]);
    socket.abort();
    world.advance(180_000);
    expect(listed(world).slice(0, 2)).toEqual([
      `TCP  ${addresses.clusterIp}:80 rr`,
      "  -> 10.244.2.12:9090             Masq    1      0          0",
    ]);
  });
});
