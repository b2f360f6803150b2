import { describe, expect, test } from "vitest";
import { FIN, SYN } from "../../../src/cluster/network/packet.ts";
import { flagsText, tcpHeaderBytes } from "../../../src/cluster/network/wire.ts";
import { connect, serve, text, world } from "./world.ts";

describe("opening a connection (tcp(7), RFC 9293)", () => {
  test("SYN again after 1, 3, 7, 15, 31, 63 s, given up after 127 s", () => {
    const w = world();
    const socket = connect(w, w.laptop, "198.51.100.99:80");
    w.pass(126.9);
    expect(socket.state).toBe("SYN-SENT");
    w.pass(0.2);
    expect(socket.error).toBe("ETIMEDOUT");
    const sent = socket.connection.hops.filter((hop) => hop.action === "send").map((hop) => hop.timeUs / 1_000_000);
    expect(sent).toEqual([0, 1, 3, 7, 15, 31, 63]);
  });

  test("a closed port answers with RST: refused", () => {
    const w = world();
    const socket = connect(w, w.laptop, "192.168.0.2:81");
    w.pass(0.1);
    expect(socket.error).toBe("ECONNREFUSED");
    expect(socket.connection.hops.map((hop) => `${hop.at} ${hop.action} ${flagsText(hop.packet)}`)).toEqual([
      "client/laptop send SYN",
      "node/node1 reject SYN",
      "node/node1 send RST,ACK",
      "client/laptop receive RST,ACK",
    ]);
  });

  test("a machine that is switched off is silent", () => {
    const w = world();
    w.nodes[0]!.powerOff();
    const socket = connect(w, w.laptop, "192.168.0.2:81");
    w.pass(0.5);
    expect(socket.state).toBe("SYN-SENT");
    expect(socket.connection.hops.at(-1)).toMatchObject({ at: "node/node1", action: "drop", reason: { code: "machine-off" } });
  });

  test("no route: the error comes at once", () => {
    const w = world();
    w.laptop.removeRoute("0.0.0.0/0");
    const socket = connect(w, w.laptop, "198.51.100.99:80");
    w.pass(0.001);
    expect(socket.error).toBe("ENETUNREACH");
  });
});

describe("data and the end", () => {
  test("a request, its answer riding the ACK, and four segments to close", () => {
    const w = world();
    const pod = w.pod("server", 0);
    serve(pod.netns, 8080, "answer");
    const client = w.pod("client", 0);
    const socket = connect(w, client.netns, "10.244.1.2:8080");
    w.pass(0.01);
    socket.write(text("question"));
    w.pass(0.01);
    expect(socket.read()).toMatchObject({ value: "answer" });
    w.pass(0.1);
    socket.close();
    w.pass(0.1);
    expect(socket.state).toBe("TIME-WAIT");
    const sent = socket.connection.hops
      .filter((hop) => hop.action === "send")
      .map(
        (hop) =>
          `${hop.at.slice(hop.at.lastIndexOf("/") + 1)} ${flagsText(hop.packet)} ${hop.packet.bytes - tcpHeaderBytes(hop.packet.source, hop.packet.flags)}`,
      );
    expect(sent).toEqual([
      "client SYN 0",
      "server SYN,ACK 0",
      "client ACK 0",
      "client PSH,ACK 8",
      "server PSH,ACK 6",
      "client ACK 0", // 40 ms later: nothing to ride on
      "client FIN,ACK 0",
      "server ACK 0",
      "server FIN,ACK 0",
      "client ACK 0",
    ]);
    expect(pod.netns.rows().filter((row) => row.state !== "LISTEN")).toEqual([]);
  });

  test("sequence numbers count bytes, SYN and FIN one each", () => {
    const w = world();
    const pod = w.pod("server", 0);
    serve(pod.netns, 8080, "answer");
    const socket = connect(w, w.pod("client", 0).netns, "10.244.1.2:8080");
    w.pass(0.01);
    socket.write(text("question"));
    socket.close();
    w.pass(0.2);
    const mine = socket.connection.hops.filter((hop) => hop.action === "send" && hop.at === "pod/default/client").map((hop) => hop.packet);
    const start = mine[0]!.sequence;
    const relative = mine.map((packet) => (packet.sequence - start) >>> 0);
    expect(mine[0]!.flags).toBe(SYN);
    expect(relative.slice(0, 4)).toEqual([0, 1, 1, 9]);
    expect(mine[3]!.flags & FIN).toBe(FIN);
    expect(relative.at(-1)).toBe(10);
  });

  test("a long write takes segments of 64 KiB and arrives as one value", () => {
    const w = world();
    const server = w.pod("server", 0);
    let got: unknown;
    const listener = server.netns.listenTcp(8080);
    if (typeof listener === "string") throw new Error(listener);
    listener.onConnection = (peer) => {
      peer.onChange = () => {
        got ??= peer.read();
      };
    };
    const socket = connect(w, w.pod("client", 0).netns, "10.244.1.2:8080");
    w.pass(0.01);
    const payload = { kind: "text", bytes: 200_000 };
    socket.write(payload);
    w.pass(0.01);
    expect(got).toBe(payload);
    const data = socket.connection.hops.filter((hop) => hop.action === "send" && hop.packet.payload !== undefined);
    expect(data.map((hop) => hop.packet.bytes - 52)).toEqual([65_536, 65_536, 65_536, 3392]);
  });

  test("loss is made good by repetition, in order", () => {
    const w = world({ seed: 7 });
    const server = w.pod("server", 1);
    const got: string[] = [];
    const listener = server.netns.listenTcp(8080);
    if (typeof listener === "string") throw new Error(listener);
    listener.onConnection = (peer) => {
      const look = () => {
        for (let payload = peer.read(); payload !== undefined; payload = peer.read()) got.push((payload as ReturnType<typeof text>).value);
      };
      peer.onChange = look;
      look();
    };
    w.nodes[0]!.interface("eth0")!.netem = { lossPercent: 30, delayUs: 0 };
    const socket = connect(w, w.pod("client", 0).netns, "10.244.2.2:8080");
    w.pass(100);
    expect(socket.state).toBe("ESTAB");
    const words = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const word of words) socket.write(text(word));
    w.pass(200);
    expect(got).toEqual(words);
    expect(socket.connection.hops.some((hop) => hop.action === "drop" && hop.reason.code === "netem-loss")).toBe(true);
  });

  test("abort resets the other side", () => {
    const w = world();
    const server = w.pod("server", 0);
    serve(server.netns, 8080, "x");
    const socket = connect(w, w.pod("client", 0).netns, "10.244.1.2:8080");
    w.pass(0.01);
    socket.abort();
    w.pass(0.01);
    expect(server.netns.rows().filter((row) => row.state !== "LISTEN")).toEqual([]);
    expect(socket.write(text("late"))).toBe("EPIPE");
  });

  test("ports: taken twice is an error, bound to another address is not; 127.0.0.1 is not reached from outside", () => {
    const w = world();
    const node = w.nodes[0]!;
    expect(typeof node.listenTcp(80, { ip: w.book.ip("127.0.0.1"), owner: { name: "app", pid: 7 } })).toBe("object");
    expect(node.listenTcp(80)).toBe("EADDRINUSE");
    expect(typeof node.listenTcp(80, { ip: w.book.ip("192.168.0.2") })).toBe("object");
    expect(node.listenTcp(81, { ip: w.book.ip("192.168.0.3") })).toBe("EADDRNOTAVAIL");
    expect(node.rows()).toContainEqual({
      protocol: "tcp",
      state: "LISTEN",
      local: "127.0.0.1:80",
      remote: "*:*",
      owner: { name: "app", pid: 7 },
    });
  });

  test("SCTP's handshake reaches its own listeners only", () => {
    const w = world();
    const pod = w.pod("server", 0);
    pod.netns.listenTcp(5000, { protocol: "sctp" });
    const from = w.pod("client", 0).netns;
    const to = w.book.socket(w.book.ip("10.244.1.2"), 5000);
    const sctp = from.connectTcp(to, {}, "sctp");
    const tcp = from.connectTcp(to, {});
    w.pass(0.1);
    expect([sctp.state, tcp.error]).toEqual(["ESTAB", "ECONNREFUSED"]);
  });
});
