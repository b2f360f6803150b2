import { describe, expect, test } from "vitest";
import { connect, serve, text, world } from "./world.ts";

describe("faults", () => {
  test("power: everything in memory is gone without a word, the pods' too; addresses stay", () => {
    const w = world();
    const pod = w.pod("server", 0);
    serve(pod.netns, 8080, "server");
    const socket = connect(w, w.nodes[1]!, "10.244.1.2:8080");
    w.pass(0.1);
    w.nodes[0]!.powerOff();
    expect(pod.netns.isOn).toBe(false);
    socket.write(text("x"));
    w.pass(1);
    expect(socket.connection.hops.at(-1)).toMatchObject({ at: "node/node1", action: "drop", reason: { code: "machine-off" } });
    expect(socket.error).toBeUndefined();
    w.pass(1000);
    expect(socket.error).toBe("ETIMEDOUT");
    w.nodes[0]!.powerOn();
    expect(w.nodes[0]!.netfilter.conntrack.entryCount).toBe(0);
    expect(w.nodes[0]!.netfilter.tables.chains("nat").map((chain) => chain.rules.length)).toEqual([0, 0, 0, 0]);
    expect(w.nodes[0]!.primary(4)?.text).toBe("192.168.0.2");
  });

  test("a link that is down: what comes is dropped there, what would leave finds no route", () => {
    const w = world();
    w.nodes[0]!.setInterfaceUp("eth0", false);
    const to = connect(w, w.laptop, "192.168.0.2:80");
    const from = connect(w, w.nodes[0]!, "203.0.113.10:80");
    w.pass(0.5);
    expect(to.connection.hops.at(-1)).toMatchObject({ at: "node/node1", reason: { code: "interface-down", args: { interface: "eth0" } } });
    expect(from.error).toBe("ENETUNREACH");
  });

  test("netem: a delay adds up, a loss of 100 % is told", () => {
    const w = world();
    serve(w.nodes[0]!, 80, "x");
    const eth0 = w.nodes[0]!.interface("eth0")!;
    eth0.netem = { lossPercent: 0, delayUs: 100_000 };
    const slow = connect(w, w.laptop, "192.168.0.2:80");
    w.pass(1);
    const received = slow.connection.hops.find((hop) => hop.action === "receive" && hop.at === "client/laptop");
    expect(received?.timeUs).toBe(6000 + 100_000 + 6000);
    eth0.netem = { lossPercent: 100, delayUs: 0 };
    const lost = connect(w, w.nodes[0]!, "203.0.113.10:80");
    w.pass(0.5);
    expect(lost.connection.hops.at(-1)).toMatchObject({
      at: "node/node1",
      action: "drop",
      reason: { code: "netem-loss", args: { interface: "eth0", percent: 100 } },
    });
  });

  test("latencies: client to node 6 ms, node to node 0.2 ms, node to pod 0.02 ms", () => {
    const w = world();
    const pod = w.pod("server", 1);
    serve(pod.netns, 8080, "x");
    w.services([{ name: "s", clusterIp: "10.96.0.41", port: 80, nodePort: 30123, endpoints: ["10.244.2.2:8080"] }]);
    const socket = connect(w, w.laptop, "192.168.0.2:30123");
    w.pass(0.1);
    const times = socket.connection.hops.filter((hop) => hop.packet.number === 1 && ["send", "forward", "receive"].includes(hop.action));
    expect(times.map((hop) => hop.timeUs)).toEqual([0, 6000, 6200, 6220]);
  });

  test("a pod that is removed: its address leads to nobody, its number is not given again at once", () => {
    const w = world();
    const pod = w.pod("server", 0);
    w.cnis[0]!.removePod(pod);
    const socket = connect(w, w.nodes[1]!, "10.244.1.2:8080");
    w.pass(0.5);
    expect(socket.connection.hops.at(-1)).toMatchObject({ at: "internet", action: "drop", reason: { code: "range-not-routed" } });
    expect(w.pod("next", 0).ips).toEqual(["10.244.1.3"]);
    expect(w.network.netns("pod/default/server")).toBeUndefined();
  });

  test("a load balancer that is removed gives its addresses up", () => {
    const w = world();
    const balancer = w.network.createLoadBalancer("default/s", ["100.64.0.1"]);
    balancer.setVips([w.book.ip("192.0.2.1")]);
    w.network.remove(balancer.netns);
    const socket = connect(w, w.laptop, "192.0.2.1:80");
    w.pass(0.5);
    expect(socket.connection.hops.at(-1)).toMatchObject({ at: "internet", reason: { code: "no-such-address" } });
  });
});
