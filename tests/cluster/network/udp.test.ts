import { describe, expect, test } from "vitest";
import { lines, text, world } from "./world.ts";

describe("UDP (RFC 768, udp(7))", () => {
  test("an answer belongs to the exchange it answers", () => {
    const w = world();
    const server = w.pod("server", 1);
    const bound = server.netns.bindUdp(5353);
    if (typeof bound === "string") throw new Error(bound);
    bound.onChange = () => {
      const got = bound.read();
      if (got !== undefined) bound.sendTo(got.from, text("answer"), { inReplyTo: got.connection, from: got.to.ip });
    };
    w.services([{ name: "dns", clusterIp: "10.96.0.10", port: 53, endpoints: ["10.244.2.2:5353"], protocol: "udp" }]);
    const client = w.pod("client", 0).netns;
    const socket = client.bindUdp(0);
    if (typeof socket === "string") throw new Error(socket);
    const to = w.book.socket(w.book.ip("10.96.0.10"), 53);
    socket.sendTo(to, text("question"), { intent: { purpose: "dns", session: 3 } });
    w.pass(0.1);
    const got = socket.read();
    expect(got).toMatchObject({ payload: { value: "answer" }, from: { text: "10.96.0.10:53" } });
    expect(got?.connection.purpose).toBe("dns");
    expect(w.log.ofSession(3)).toEqual([got?.connection]);
    expect(lines(got!.connection)).toEqual([
      "pod/default/client send udp 10.244.1.2:* > 10.96.0.10:53",
      "node/node1 dnat udp 10.244.1.2:* > 10.244.2.2:5353",
      "node/node1 forward udp 10.244.1.2:* > 10.244.2.2:5353",
      "node/node2 forward udp 10.244.1.2:* > 10.244.2.2:5353",
      "pod/default/server receive udp 10.244.1.2:* > 10.244.2.2:5353",
      "pod/default/server send udp 10.244.2.2:5353 > 10.244.1.2:*",
      "node/node2 forward udp 10.244.2.2:5353 > 10.244.1.2:*",
      "node/node1 undnat udp 10.96.0.10:53 > 10.244.1.2:*",
      "node/node1 forward udp 10.96.0.10:53 > 10.244.1.2:*",
      "pod/default/client receive udp 10.96.0.10:53 > 10.244.1.2:*",
    ]);
  });

  test.each([
    { name: "a connected socket is told of a closed port", connected: true, error: "ECONNREFUSED" },
    { name: "an unconnected one is not", connected: false, error: undefined },
  ])("$name", ({ connected, error }) => {
    const w = world();
    const to = w.book.socket(w.book.ip("192.168.0.2"), 9);
    const socket = w.laptop.bindUdp(0, connected ? { connectedTo: to } : {});
    if (typeof socket === "string") throw new Error(socket);
    socket.sendTo(to, text("x"));
    w.pass(0.1);
    expect(socket.takeError()).toBe(error);
    expect(socket.takeError()).toBeUndefined();
  });
});

describe("ping (RFC 792)", () => {
  function ping(to: string, options: { readonly ttl?: number } = {}) {
    const w = world();
    w.pod("target", 1);
    const client = w.pod("client", 0).netns;
    const answers: string[] = [];
    client.ping(w.book.ip(to), { identifier: 7, sequence: 1, dataBytes: 56, ...options }, {}, (answer) => {
      answers.push(`${answer.from.text} ${answer.message.type} ttl=${answer.packet.ttl} bytes=${answer.packet.bytes}`);
    });
    w.pass(0.1);
    return answers;
  }

  test("a pod on another node: two nodes passed, so ttl 62", () =>
    expect(ping("10.244.2.2")).toEqual(["10.244.2.2 echo-reply ttl=62 bytes=84"]));
  test("a Service address is nobody's: silence", () => expect(ping("10.96.0.41")).toEqual([]));
  test("ttl 1 ends at the first node, which says so", () =>
    expect(ping("10.244.2.2", { ttl: 1 })).toEqual(["10.244.1.1 time-exceeded ttl=64 bytes=112"]));
  test("a pod's ping outside is masqueraded and comes back", () => {
    const w = world();
    w.network.createExternal("host", ["198.51.100.7/24"]);
    const answers: string[] = [];
    w.pod("client", 0).netns.ping(w.book.ip("198.51.100.7"), { identifier: 7, sequence: 1, dataBytes: 56 }, {}, (a) =>
      answers.push(a.from.text),
    );
    w.pass(0.1);
    expect(answers).toEqual(["198.51.100.7"]);
  });
});
