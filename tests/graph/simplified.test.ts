import { describe, expect, test } from "vitest";
import { simplificationAt, simplifications } from "../../src/graph/simplified.ts";
import { en } from "../../src/messages/en.ts";
import { zh } from "../../src/messages/zh.ts";
import { cluster } from "../harness/cluster.ts";
import { hop } from "./hop-fixtures.ts";

const nodeIps = new Set(["192.168.0.2", "192.168.0.3"]);

describe("where a real cluster is not so simple", () => {
  test.each([
    { name: "the cloud's load balancer", at: "lb/default/kubia", next: "node/node1", to: "192.0.2.1:80", expected: "load-balancer" },
    { name: "from outside to a node", at: "client/laptop", next: "node/node1", to: "192.168.0.2:30123", expected: "internet" },
    { name: "from a node to a host outside", at: "node/node1", next: "external/example.com", to: "198.51.100.7:80", expected: "internet" },
    { name: "from node to node, to a pod", at: "node/node1", next: "node/node2", to: "10.244.2.3:8080", expected: "between-nodes" },
    { name: "from node to node, to the node itself", at: "node/node1", next: "node/node2", to: "192.168.0.3:30123", expected: undefined },
    { name: "a rewrite on the node", at: "node/node1", next: "node/node1", to: "10.244.2.3:8080", expected: undefined },
    { name: "from a node to its pod", at: "node/node2", next: "pod/default/kubia-x", to: "10.244.2.3:8080", expected: undefined },
    { name: "at the pod", at: "pod/default/kubia-x", next: undefined, to: "10.244.2.3:8080", expected: undefined },
  ])("$name", ({ at, next, to, expected }) => {
    const here = hop({ action: "forward", at, destination: to });
    expect(simplificationAt(here, next === undefined ? undefined : hop({ action: "forward", at: next, destination: to }), nodeIps)).toBe(
      expected,
    );
  });

  test("the next packet is another matter", () => {
    const here = hop({ action: "forward", at: "node/node1", destination: "10.244.2.3:8080" });
    expect(simplificationAt(here, hop({ action: "send", at: "node/node2", packet: 2 }), nodeIps)).toBeUndefined();
  });

  test.each(simplifications)("%s is said in both languages", (name) => {
    for (const { reasons, problems } of [en, zh]) expect({ ...reasons, ...problems }).toHaveProperty([`real.${name}`]);
  });

  test("hops as they happen: the load balancer's and the way between nodes are met", () => {
    const opened = cluster("scenarios/load-balancer.yaml");
    opened.advance(10_000);
    const ips = new Set(opened.playground.scenario.spec.options.nodes.flatMap((node) => node.ips));
    const { stdout } = opened.run("kubectl get service -o jsonpath='{.items[*].status.loadBalancer.ingress[0].ip}'");
    for (let i = 0; i < 6; i++) opened.run(`curl -s http://${stdout}/`);
    const met = opened.playground.cluster
      .recentConnections(20)
      .flatMap(({ id }) => opened.playground.cluster.connectionRecord(id)?.hops ?? [])
      .map((one, i, hops) => simplificationAt(one, hops[i + 1], ips));
    expect(met).toContain("load-balancer");
    expect(met).toContain("internet");
    expect(met).toContain("between-nodes");
  });
});
