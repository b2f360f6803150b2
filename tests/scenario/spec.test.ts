import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/spec.ts";

const scenario = (spec: unknown) => ({ apiVersion: "kubehop.dev/v1", kind: "Scenario", metadata: { name: "x" }, spec });

describe("the Scenario document (contract, section 1; decisions, section 2)", () => {
  test("defaults: three nodes, a laptop, a load balancer, nginx", () => {
    const { spec, problems } = readScenario(undefined);
    expect(problems).toEqual([]);
    expect(spec.options).toMatchObject({
      seed: 1,
      domain: "cluster.local",
      podCIDRs: ["10.244.0.0/16"],
      serviceCIDRs: ["10.96.0.0/12"],
      proxyMode: "iptables",
      loadBalancer: true,
      ingressController: { class: "nginx" },
    });
    expect(spec.options.nodes.map((n) => [n.name, n.ips[0], n.podCIDRs[0]])).toEqual([
      ["node1", "192.168.0.2", "10.244.1.0/24"],
      ["node2", "192.168.0.3", "10.244.2.0/24"],
      ["node3", "192.168.0.4", "10.244.3.0/24"],
    ]);
    expect(spec.options.clients).toEqual([{ name: "laptop", ips: ["203.0.113.10"], keepAlive: false }]);
  });

  test("dual stack is written IPv4,IPv6; omitted node fields follow their position", () => {
    const { spec, problems } = readScenario(
      scenario({
        cluster: { podCIDR: "10.244.0.0/16,fd00:10:244::/56", serviceCIDR: "10.96.0.0/16,fd00:10:96::/112", nodes: [{}, { name: "b" }] },
      }),
    );
    expect(problems).toEqual([]);
    expect(spec.options.nodes[1]).toMatchObject({ name: "b", ips: ["192.168.0.3", "fd00:192:168::3"] });
    expect(spec.options.nodes[1]?.podCIDRs).toHaveLength(2);
  });

  test.each([
    { name: "a misspelt field", spec: { cluster: { proxymode: "ipvs" } }, code: "scenario.unknown-field", path: "spec.cluster.proxymode" },
    {
      name: "a proxy mode that is none",
      spec: { cluster: { proxyMode: "ebpf" } },
      code: "scenario.not-one-of",
      path: "spec.cluster.proxyMode",
    },
    {
      name: "an address that is none",
      spec: { clients: [{ name: "a", ip: "300.1.1.1" }] },
      code: "scenario.bad-ip",
      path: "spec.clients.0.ip",
    },
    { name: "no clients", spec: { clients: [] }, code: "scenario.no-clients", path: "spec.clients" },
    {
      name: "one address twice",
      spec: {
        clients: [
          { name: "a", ip: "203.0.113.9" },
          { name: "b", ip: "203.0.113.9" },
        ],
      },
      code: "scenario.ip-taken",
      path: "spec.clients.1.ip",
    },
    {
      name: "a pod range outside",
      spec: { cluster: { nodes: [{ podCIDR: "10.1.0.0/24" }] } },
      code: "scenario.cidr-outside",
      path: "spec.cluster.nodes.0.podCIDR",
    },
    { name: "a negative seed", spec: { seed: -1 }, code: "scenario.bad-seed", path: "spec.seed" },
    {
      name: "a port range backwards",
      spec: { cluster: { nodePortRange: "32000-31000" } },
      code: "scenario.bad-port-range",
      path: "spec.cluster.nodePortRange",
    },
    { name: "an unknown version", spec: { cluster: { version: "latest" } }, code: "scenario.bad-version", path: "spec.cluster.version" },
  ])("$name: said with its place", ({ spec, code, path }) => {
    const { problems } = readScenario(scenario(spec));
    expect(problems.map((p) => ({ code: p.code, path: p.path.join(".") }))).toContainEqual({ code, path });
  });
});
