import { describe, expect, test } from "vitest";
import { SYN } from "../../../src/cluster/network/packet.ts";
import { connect, lines, serve, text, type World, world } from "./world.ts";

const vip = "192.0.2.1";

function balanced(
  options: Parameters<typeof world>[0] = {},
): World & { readonly balancer: ReturnType<World["network"]["createLoadBalancer"]> } {
  const w = world(options);
  const balancer = w.network.createLoadBalancer("default/kubia", ["192.0.2.254/24"]);
  balancer.setVips([w.book.ip(vip)]);
  balancer.setTargets([w.book.ip("192.168.0.2"), w.book.ip("192.168.0.3")]);
  return Object.assign(w, { balancer });
}

describe("a load balancer routes and rewrites nothing", () => {
  test("the node sees the virtual address; answers pass it on the way back", () => {
    const w = balanced();
    // As with externalTrafficPolicy Local: the nodes answer for the address themselves.
    for (const node of w.nodes) {
      node.addAddress(node.addInterface("kube-ipvs0", "dummy"), vip, 32);
      serve(node, 80, node.place);
    }
    const socket = connect(w, w.laptop, `${vip}:80`);
    w.pass(0.1);
    expect(socket.state).toBe("ESTAB");
    const node = socket.connection.hops[2]!.at;
    expect(lines(socket.connection, (packet) => (packet.flags & SYN) !== 0)).toEqual([
      "client/laptop send SYN 203.0.113.10:* > 192.0.2.1:80",
      "lb/default/kubia forward SYN 203.0.113.10:* > 192.0.2.1:80",
      `${node} receive SYN 203.0.113.10:* > 192.0.2.1:80`,
      `${node} send SYN,ACK 192.0.2.1:80 > 203.0.113.10:*`,
      "lb/default/kubia forward SYN,ACK 192.0.2.1:80 > 203.0.113.10:*",
      "client/laptop receive SYN,ACK 192.0.2.1:80 > 203.0.113.10:*",
    ]);
  });

  test("each connection draws a node and keeps it; over many both are met", () => {
    const w = balanced();
    for (const node of w.nodes) {
      node.addAddress(node.addInterface("kube-ipvs0", "dummy"), vip, 32);
      serve(node, 80, node.place);
    }
    const met = new Map<string, number>();
    for (let i = 0; i < 60; i++) {
      const socket = connect(w, w.laptop, `${vip}:80`);
      w.pass(0.1);
      for (let n = 0; n < 3; n++) {
        socket.write(text("x"));
        w.pass(0.1);
      }
      const nodes = new Set(socket.connection.hops.map((hop) => hop.at).filter((at) => at.startsWith("node/")));
      expect(nodes.size).toBe(1);
      for (const node of nodes) met.set(node, (met.get(node) ?? 0) + 1);
    }
    expect([...met.keys()].sort()).toEqual(["node/node1", "node/node2"]);
  });

  test.each([
    { name: "no healthy target", targets: false, reason: "no-healthy-target", at: "lb/default/kubia" },
    { name: "a port that no node knows comes back and ends there", targets: true, reason: "load-balancer-loop", at: "lb/default/kubia" },
  ])("$name", ({ targets, reason, at }) => {
    const w = balanced();
    if (!targets) w.balancer.setTargets([]);
    const socket = connect(w, w.laptop, `${vip}:81`);
    w.pass(0.5);
    expect(socket.connection.hops.at(-1)).toMatchObject({ at, action: "drop", reason: { code: reason } });
  });

  test("a closed node firewall: straight to the node is dropped there, through the balancer is not", () => {
    const w = balanced({ network: { nodeFirewall: "closed" } });
    const pod = w.pod("server", 0);
    serve(pod.netns, 8080, "server");
    w.services([{ name: "kubia", clusterIp: vip, port: 80, nodePort: 30123, endpoints: ["10.244.1.2:8080"] }]);
    const direct = connect(w, w.laptop, "192.168.0.2:30123");
    const through = connect(w, w.laptop, `${vip}:80`);
    w.pass(0.5);
    expect(direct.connection.hops.at(-1)).toMatchObject({ at: "node/node1", action: "drop", reason: { code: "node-firewall" } });
    expect(through.state).toBe("ESTAB");
    const out = connect(w, w.nodes[0]!, "203.0.113.10:1");
    w.pass(0.5);
    expect(out.error).toBe("ECONNREFUSED"); // its own connections are answered
  });

  test("it can ask nodes for their health from an address of its own", () => {
    const w = balanced({ network: { nodeFirewall: "closed" } });
    serve(w.nodes[1]!, 10256, "ok");
    const socket = connect(w, w.balancer.netns, "192.168.0.3:10256");
    w.pass(0.1);
    expect(socket.state).toBe("ESTAB");
  });
});
