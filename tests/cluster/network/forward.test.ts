import { describe, expect, test } from "vitest";
import { SYN } from "../../../src/cluster/network/packet.ts";
import { connect, lines, serve, text, world } from "./world.ts";

const isHandshake = (packet: { readonly flags: number }) => (packet.flags & SYN) !== 0;

describe("a packet's way (netfilter packet flow; sightings of a real kernel with point-to-point pods)", () => {
  test("pod to ClusterIP on another node: DNAT once, undone for the answer, no SNAT", () => {
    const w = world();
    const client = w.pod("client", 0);
    const server = w.pod("server", 1);
    serve(server.netns, 8080, "server");
    w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, endpoints: ["10.244.2.2:8080"] }]);
    const socket = connect(w, client.netns, "10.96.0.41:80");
    w.pass(0.01);
    expect(socket.state).toBe("ESTAB");
    expect(lines(socket.connection, isHandshake)).toEqual([
      "pod/default/client send SYN 10.244.1.2:* > 10.96.0.41:80",
      "node/node1 dnat SYN 10.244.1.2:* > 10.244.2.2:8080",
      "node/node1 forward SYN 10.244.1.2:* > 10.244.2.2:8080",
      "node/node2 forward SYN 10.244.1.2:* > 10.244.2.2:8080",
      "pod/default/server receive SYN 10.244.1.2:* > 10.244.2.2:8080",
      "pod/default/server send SYN,ACK 10.244.2.2:8080 > 10.244.1.2:*",
      "node/node2 forward SYN,ACK 10.244.2.2:8080 > 10.244.1.2:*",
      "node/node1 undnat SYN,ACK 10.96.0.41:80 > 10.244.1.2:*",
      "node/node1 forward SYN,ACK 10.96.0.41:80 > 10.244.1.2:*",
      "pod/default/client receive SYN,ACK 10.96.0.41:80 > 10.244.1.2:*",
    ]);
    const dnat = socket.connection.hops[1];
    expect(dnat?.object).toBe("service/default/kubia");
    expect(dnat?.rules.length).toBeGreaterThanOrEqual(3);
  });

  test("NodePort from outside through the other node: SNAT to that node, undone in the kernel's order", () => {
    const w = world();
    const server = w.pod("server", 1);
    serve(server.netns, 8080, "server");
    w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, nodePort: 30123, endpoints: ["10.244.2.2:8080"] }]);
    const socket = connect(w, w.laptop, "192.168.0.2:30123");
    w.pass(0.05);
    expect(socket.state).toBe("ESTAB");
    expect(lines(socket.connection, isHandshake)).toEqual([
      "client/laptop send SYN 203.0.113.10:* > 192.168.0.2:30123",
      "node/node1 dnat SYN 203.0.113.10:* > 10.244.2.2:8080",
      "node/node1 snat SYN 192.168.0.2:* > 10.244.2.2:8080",
      "node/node1 forward SYN 192.168.0.2:* > 10.244.2.2:8080",
      "node/node2 forward SYN 192.168.0.2:* > 10.244.2.2:8080",
      "pod/default/server receive SYN 192.168.0.2:* > 10.244.2.2:8080",
      "pod/default/server send SYN,ACK 10.244.2.2:8080 > 192.168.0.2:*",
      "node/node2 forward SYN,ACK 10.244.2.2:8080 > 192.168.0.2:*",
      "node/node1 unsnat SYN,ACK 10.244.2.2:8080 > 203.0.113.10:*",
      "node/node1 undnat SYN,ACK 192.168.0.2:30123 > 203.0.113.10:*",
      "node/node1 forward SYN,ACK 192.168.0.2:30123 > 203.0.113.10:*",
      "client/laptop receive SYN,ACK 192.168.0.2:30123 > 203.0.113.10:*",
    ]);
  });

  test("NodePort at the endpoint's own node: the pod sees the address of its node's pod side (facts, kernel)", () => {
    const w = world();
    const server = w.pod("server", 0);
    serve(server.netns, 8080, "server");
    w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, nodePort: 30123, endpoints: ["10.244.1.2:8080"] }]);
    const socket = connect(w, w.laptop, "192.168.0.2:30123");
    w.pass(0.05);
    expect(socket.state).toBe("ESTAB");
    expect(lines(socket.connection)).toContain("pod/default/server receive SYN 10.244.1.1:* > 10.244.1.2:8080");
  });

  test("hairpin: a pod that reaches itself by its Service sees the node as the client", () => {
    const w = world();
    const pod = w.pod("self", 0);
    serve(pod.netns, 8080, "self");
    w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, endpoints: ["10.244.1.2:8080"] }]);
    const socket = connect(w, pod.netns, "10.96.0.41:80");
    w.pass(0.05);
    expect(socket.state).toBe("ESTAB");
    expect(lines(socket.connection)).toContain("pod/default/self receive SYN 10.244.1.1:* > 10.244.1.2:8080");
  });

  test("a Service without endpoints: refused at once, the ICMP error carries the original tuple back", () => {
    const w = world();
    const client = w.pod("client", 0);
    w.services([{ name: "empty", clusterIp: "10.96.0.41", port: 80, endpoints: [] }]);
    const socket = connect(w, client.netns, "10.96.0.41:80");
    w.pass(0.01);
    expect(socket.error).toBe("ECONNREFUSED");
    expect(lines(socket.connection)).toEqual([
      "pod/default/client send SYN 10.244.1.2:* > 10.96.0.41:80",
      "node/node1 reject SYN 10.244.1.2:* > 10.96.0.41:80",
      "node/node1 send port-unreachable 10.244.1.1 > 10.244.1.2",
      "pod/default/client receive port-unreachable 10.244.1.1 > 10.244.1.2",
    ]);
  });

  test("a node's own 127.0.0.1 NodePort: masqueraded towards the pod, and answered", () => {
    const w = world();
    const server = w.pod("server", 1);
    serve(server.netns, 8080, "server");
    w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, nodePort: 30123, endpoints: ["10.244.2.2:8080"] }]);
    const node = w.nodes[0]!;
    const socket = connect(w, node, "127.0.0.1:30123");
    w.pass(0.05);
    expect(socket.state).toBe("ESTAB");
    socket.write(text("hi"));
    w.pass(0.05);
    expect(socket.read()).toMatchObject({ value: "server" });
    expect(lines(socket.connection)).toContain("pod/default/server receive SYN 192.168.0.2:* > 10.244.2.2:8080");
  });

  test("an outside client that asks for a pod or service address: dropped at the internet", () => {
    const w = world();
    const socket = connect(w, w.laptop, "10.96.0.41:80");
    w.pass(200);
    expect(socket.error).toBe("ETIMEDOUT");
    expect(socket.connection.hops.map((hop) => hop.action).filter((action) => action === "drop")).toHaveLength(7);
    expect(socket.connection.hops[1]).toMatchObject({ at: "internet", action: "drop", reason: { code: "range-not-routed" } });
  });

  test("a pod's way to the internet takes the node's address", () => {
    const w = world();
    const pod = w.pod("client", 0);
    const external = w.network.createExternal("api.example.com", ["198.51.100.7/24"]);
    serve(external, 80, "api");
    const socket = connect(w, pod.netns, "198.51.100.7:80");
    w.pass(0.1);
    expect(socket.state).toBe("ESTAB");
    expect(lines(socket.connection)).toContain("external/api.example.com receive SYN 192.168.0.2:* > 198.51.100.7:80");
  });

  test("pods of two families, each by its own tables", () => {
    const w = world({ dual: true });
    const client = w.pod("client", 0);
    const server = w.pod("server", 1);
    serve(server.netns, 8080, "server");
    expect(server.ips).toEqual(["10.244.2.2", "fd00:10:244:2::2"]);
    const socket = connect(w, client.netns, "[fd00:10:244:2::2]:8080");
    w.pass(0.01);
    expect(socket.state).toBe("ESTAB");
    expect(socket.local.ip.text).toBe("fd00:10:244:1::2");
  });

  test("who says to be this machine itself, from outside, is a martian (net/ipv4/fib_frontend.c)", () => {
    const w = world();
    w.network.createNode("node9", ["192.168.0.50/24", "192.168.0.51/24"]);
    const thief = w.nodes[0];
    const card = thief?.interface("eth0");
    if (thief === undefined || card === undefined) throw new Error("a node has eth0");
    thief.addAddress(card, "192.168.0.50", 32);
    const socket = thief.connectTcp(w.book.socket(w.book.ip("192.168.0.51"), 80), { sourceIp: w.book.ip("192.168.0.50") });
    w.pass(0.1);
    expect(socket.state).toBe("SYN-SENT");
    expect(socket.connection.hops[1]).toMatchObject({ at: "node/node9", action: "drop", reason: { code: "martian-source" } });
  });
});
