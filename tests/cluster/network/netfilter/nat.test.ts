import { describe, expect, test } from "vitest";
import { rule } from "../rules.ts";
import { connect, line, serve, text, world } from "../world.ts";

describe("ICMP errors inside a translated connection (nf_nat_core.c, nf_nat_icmp_reply_translation)", () => {
  test("a closed UDP port behind a Service: the error comes back as from the Service, about the packet as it was sent", () => {
    const w = world();
    const client = w.pod("client", 0).netns;
    w.pod("server", 1);
    w.services([{ name: "s", clusterIp: "10.96.0.41", port: 80, endpoints: ["10.244.2.2:8080"], protocol: "udp" }]);
    const to = w.book.socket(w.book.ip("10.96.0.41"), 80);
    const socket = client.bindUdp(0, { connectedTo: to });
    if (typeof socket === "string") throw new Error(socket);
    socket.sendTo(to, text("x"));
    w.pass(0.1);
    expect(socket.takeError()).toBe("ECONNREFUSED");
    const last = w.log.connections().at(-1)!.hops.at(-1)!;
    expect(line(last)).toBe("pod/default/client receive port-unreachable 10.96.0.41 > 10.244.1.2");
    expect(last.packet.icmp?.about?.destination.text).toBe("10.96.0.41:80");
  });

  test("the same through a masquerade: both rewrites are undone", () => {
    const w = world();
    w.pod("server", 1);
    w.services([{ name: "s", clusterIp: "10.96.0.41", port: 80, nodePort: 30123, endpoints: ["10.244.2.2:8080"], protocol: "udp" }]);
    const to = w.book.socket(w.book.ip("192.168.0.2"), 30_123);
    const socket = w.laptop.bindUdp(0, { connectedTo: to });
    if (typeof socket === "string") throw new Error(socket);
    socket.sendTo(to, text("x"));
    w.pass(0.1);
    expect(socket.takeError()).toBe("ECONNREFUSED");
    const hops = w.log
      .connections()
      .at(-1)!
      .hops.filter((hop) => hop.packet.icmp !== undefined);
    expect(hops.map(line)).toEqual([
      "pod/default/server send port-unreachable 10.244.2.2 > 192.168.0.2",
      "node/node2 forward port-unreachable 10.244.2.2 > 192.168.0.2",
      "node/node1 unsnat port-unreachable 10.244.2.2 > 203.0.113.10",
      "node/node1 undnat port-unreachable 192.168.0.2 > 203.0.113.10",
      "node/node1 forward port-unreachable 192.168.0.2 > 203.0.113.10",
      "client/laptop receive port-unreachable 192.168.0.2 > 203.0.113.10",
    ]);
  });

  test("a rule that refuses after the DNAT: the sender hears from the address it asked", () => {
    const w = world();
    const client = w.pod("client", 0).netns;
    w.pod("server", 1);
    w.services([{ name: "s", clusterIp: "10.96.0.41", port: 80, endpoints: ["10.244.2.2:8080"] }]);
    w.nodes[0]!.netfilter.tables.insertRule(
      "filter",
      "FORWARD",
      rule({ protocol: "tcp" }, { type: "reject", with: "icmp-port-unreachable" }),
    );
    const socket = connect(w, client, "10.96.0.41:80");
    w.pass(0.1);
    expect(socket.error).toBe("ECONNREFUSED");
    expect(line(socket.connection.hops.at(-1)!)).toBe("pod/default/client receive port-unreachable 10.96.0.41 > 10.244.1.2");
  });

  test("tcp-reset in place of an ICMP error", () => {
    const w = world();
    w.nodes[0]!.netfilter.tables.insertRule("filter", "INPUT", rule({ protocol: "tcp" }, { type: "reject", with: "tcp-reset" }));
    const socket = connect(w, w.laptop, "192.168.0.2:22");
    w.pass(0.1);
    expect(socket.error).toBe("ECONNREFUSED");
    expect(socket.connection.hops.map((hop) => hop.action)).toEqual(["send", "reject", "send", "receive"]);
  });
});

describe("hooks beside the tables", () => {
  test("a function at input may send a packet on to another destination, as IPVS does; its answers come back translated", () => {
    const w = world();
    const node = w.nodes[0]!;
    const pod = w.pod("server", 1);
    serve(pod.netns, 8080, "server");
    node.addAddress(node.addInterface("kube-ipvs0", "dummy"), "10.96.0.41", 32);
    const to = w.book.socket(w.book.ip("10.244.2.2"), 8080);
    node.netfilter.hooks.register("input", 99, (buffer) => {
      if (buffer.packet.destination.text !== "10.96.0.41:80") return 0;
      node.netfilter.nat.setDestination(buffer, to);
      return 4;
    });
    const client = w.pod("client", 0).netns;
    const socket = connect(w, client, "10.96.0.41:80");
    w.pass(0.1);
    expect(socket.state).toBe("ESTAB");
    socket.write(text("x"));
    w.pass(0.1);
    expect(socket.read()).toMatchObject({ value: "server" });
  });

  test("what was registered can be taken away", () => {
    const w = world();
    const node = w.nodes[0]!;
    serve(node, 80, "x");
    const remove = node.netfilter.hooks.register("prerouting", -100, () => 2);
    const first = connect(w, w.laptop, "192.168.0.2:80");
    w.pass(0.5);
    expect(first.state).toBe("SYN-SENT");
    remove();
    const second = connect(w, w.laptop, "192.168.0.2:80");
    w.pass(0.5);
    expect(second.state).toBe("ESTAB");
  });
});

describe("two families", () => {
  test("ip6tables' rules are asked of IPv6 alone", () => {
    const w = world({ dual: true });
    const client = w.pod("client", 0).netns;
    const server = w.pod("server", 1);
    serve(server.netns, 8080, "server");
    const vip = w.book.socket(w.book.ip("fd00:96::41"), 80);
    const tables = w.nodes[0]!.netfilter.tables6;
    tables.appendRule(
      "nat",
      "PREROUTING",
      rule({ protocol: "tcp" }, { type: "dnat", to: w.book.socket(w.book.ip("fd00:10:244:2::2"), 8080) }),
    );
    const socket = client.connectTcp(vip, {});
    const four = connect(w, client, "10.244.2.2:8080");
    w.pass(0.1);
    expect([socket.state, four.state]).toEqual(["ESTAB", "ESTAB"]);
    expect(socket.remote).toBe(vip);
    expect(four.connection.hops.some((hop) => hop.action === "dnat")).toBe(false);
  });
});

describe("session affinity by -m recent (kube-proxy facts, section 7)", () => {
  test("a client stays, and each new connection restarts the time", () => {
    const w = world();
    const client = w.pod("client", 0).netns;
    const endpoints = ["a", "b", "c", "d", "e"].map((name) => {
      const pod = w.pod(name, 1);
      serve(pod.netns, 8080, name);
      return `${pod.ips[0]}:8080`;
    });
    w.services([{ name: "s", clusterIp: "10.96.0.41", port: 80, endpoints, affinitySeconds: 10 }]);
    const where = () => {
      const socket = connect(w, client, "10.96.0.41:80");
      w.pass(0.1);
      return socket.connection.hops.find((hop) => hop.action === "dnat")?.destination.text;
    };
    const first = where();
    for (let i = 0; i < 5; i++) {
      w.pass(8);
      expect(where()).toBe(first);
    }
    const later = new Set<string | undefined>();
    for (let i = 0; i < 20; i++) {
      w.pass(11);
      later.add(where());
    }
    expect(later.size).toBeGreaterThan(1);
  });
});
