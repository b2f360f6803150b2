import { describe, expect, test } from "vitest";
import { connect, serve, text, world } from "../world.ts";

/** `tcp 6 ESTABLISHED 10.244.1.2:* > 10.96.0.41:80 | 10.244.2.2:8080 > 10.244.1.2:* [ASSURED]` */
function table(w: ReturnType<typeof world>, node = 0): string[] {
  const masked = (socket: { readonly text: string; readonly port: number }) =>
    socket.port >= 1024 && socket.port !== 8080 ? socket.text.replace(/:\d+$/, ":*") : socket.text;
  return w.nodes[node]!.netfilter.conntrack.rows(w.simulation.clock.now()).map((row) =>
    [
      row.protocol,
      row.protocolNumber,
      row.timeoutS,
      row.state,
      `${masked(row.original.source)} > ${masked(row.original.destination)}`,
      `${masked(row.reply.source)} > ${masked(row.reply.destination)}`,
      row.isReplied ? undefined : "[UNREPLIED]",
      row.isAssured ? "[ASSURED]" : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(" "),
  );
}

function kubia(options: { readonly protocol?: "udp" } = {}) {
  const w = world();
  const client = w.pod("client", 0);
  const server = w.pod("server", 1);
  serve(server.netns, 8080, "server");
  w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, endpoints: ["10.244.2.2:8080"], ...options }]);
  return { w, client, server };
}

describe("TCP states and timeouts (nf_conntrack-sysctl.rst; kube-proxy keeps established ones 24 h)", () => {
  test("from the handshake to the end", () => {
    const { w, client } = kubia();
    const socket = connect(w, client.netns, "10.96.0.41:80");
    const tuples = "10.244.1.2:* > 10.96.0.41:80 10.244.2.2:8080 > 10.244.1.2:*";
    w.pass(0.0001);
    expect(table(w)).toEqual([`tcp 6 119 SYN_SENT ${tuples} [UNREPLIED]`]);
    w.pass(0.01);
    expect(table(w)).toEqual([`tcp 6 86399 ESTABLISHED ${tuples} [ASSURED]`]);
    socket.close();
    w.pass(1);
    expect(table(w)).toEqual([`tcp 6 119 TIME_WAIT ${tuples} [ASSURED]`]);
    w.pass(120);
    expect(table(w)).toEqual([]);
  });

  test("a refused connection leaves nothing", () => {
    const w = world();
    const client = w.pod("client", 0);
    w.pod("server", 1);
    const socket = connect(w, client.netns, "10.244.2.2:81");
    w.pass(0.1);
    expect(socket.error).toBe("ECONNREFUSED");
    expect(table(w)).toEqual([]);
  });

  test("a first packet that a rule drops leaves nothing, so the next try is balanced anew", () => {
    const w = world();
    const client = w.pod("client", 0);
    w.services([{ name: "empty", clusterIp: "10.96.0.41", port: 80, endpoints: [] }]);
    connect(w, client.netns, "10.96.0.41:80");
    w.pass(0.1);
    expect(table(w)).toEqual([]);
  });

  test("an established connection keeps its endpoint when the rules change", () => {
    const { w, client } = kubia();
    const socket = connect(w, client.netns, "10.96.0.41:80");
    w.pass(0.01);
    w.services([]);
    socket.write(text("still there?"));
    w.pass(0.1);
    expect(socket.read()).toMatchObject({ value: "server" });
  });
});

describe("UDP (30 s unreplied, 120 s as a stream)", () => {
  test("answers make it a stream only after two seconds", () => {
    const { w, client, server } = kubia({ protocol: "udp" });
    const bound = server.netns.bindUdp(8080);
    if (typeof bound === "string") throw new Error(bound);
    bound.onChange = () => {
      const got = bound.read();
      if (got !== undefined) bound.sendTo(got.from, text("answer"), { inReplyTo: got.connection, from: got.to.ip });
    };
    const socket = client.netns.bindUdp(0);
    if (typeof socket === "string") throw new Error(socket);
    const to = w.book.socket(w.book.ip("10.96.0.41"), 80);
    const tuples = "10.244.1.2:* > 10.96.0.41:80 10.244.2.2:8080 > 10.244.1.2:*";
    socket.sendTo(to, text("x"));
    w.pass(0.0001);
    expect(table(w)).toEqual([`udp 17 29 ${tuples} [UNREPLIED]`]);
    w.pass(1);
    expect(table(w)[0]).toMatch(/^udp 17 29 .*\.2:\*$/);
    w.pass(2);
    socket.sendTo(to, text("x"));
    w.pass(0.1);
    expect(table(w)).toEqual([`udp 17 119 ${tuples} [ASSURED]`]);
    w.pass(120);
    expect(table(w)).toEqual([]);
  });

  test("a client that keeps its port stays with an endpoint that is gone until its entry is deleted (kube-proxy, conntrack cleanup)", () => {
    const { w, client } = kubia({ protocol: "udp" });
    const socket = client.netns.bindUdp(0);
    if (typeof socket === "string") throw new Error(socket);
    const to = w.book.socket(w.book.ip("10.96.0.41"), 80);
    socket.sendTo(to, text("x"));
    w.pass(1);
    const other = w.pod("other", 1);
    w.services([{ name: "kubia", clusterIp: "10.96.0.41", port: 80, endpoints: [`${other.ips[0]}:8080`], protocol: "udp" }]);
    socket.sendTo(to, text("x"));
    w.pass(1);
    expect(table(w)[0]).toContain("10.244.2.2:8080 >");
    const conntrack = w.nodes[0]!.netfilter.conntrack;
    const gone = conntrack.delete(w.simulation.clock.now(), {
      protocol: "udp",
      originalDestination: w.book.ip("10.96.0.41"),
      replySource: w.book.ip("10.244.2.2"),
    });
    expect(gone).toHaveLength(1);
    socket.sendTo(to, text("x"));
    w.pass(1);
    expect(table(w)[0]).toContain("10.244.2.3:8080 >");
  });
});

describe("ports", () => {
  test("two clients with one source port behind one masquerade: the second gets another", () => {
    const w = world();
    const external = w.network.createExternal("host", ["198.51.100.7/24"]);
    serve(external, 80, "host");
    const to = w.book.socket(w.book.ip("198.51.100.7"), 80);
    const sockets = ["a", "b"].map((name) => w.pod(name, 0).netns.connectTcp(to, { sourcePort: 40_000 }));
    w.pass(0.1);
    expect(sockets.map((socket) => socket.state)).toEqual(["ESTAB", "ESTAB"]);
    const ports = w.nodes[0]!.netfilter.conntrack.rows(w.simulation.clock.now()).map((row) => row.reply.destination.port);
    expect(new Set(ports).size).toBe(2);
    expect(ports).toContain(40_000);
  });

  test("entries are bounded: ten times the connections, no more entries", () => {
    const { w, client } = kubia();
    const conntrack = w.nodes[0]!.netfilter.conntrack;
    const open = (count: number) => {
      for (let i = 0; i < count; i++) {
        const socket = connect(w, client.netns, "10.96.0.41:80");
        w.pass(0.01);
        socket.abort();
        w.pass(0.2);
      }
    };
    open(3000);
    const before = conntrack.entryCount;
    open(3000);
    expect(conntrack.entryCount).toBeLessThanOrEqual(Math.max(before, 1024));
  });
});

describe("a full table", () => {
  test("an entry that is not assured gives way; else the packet is dropped (nf_conntrack_core.c, early_drop)", () => {
    const { w, client } = kubia();
    w.nodes[0]!.netfilter.conntrack.entriesMax = 1;
    const first = connect(w, client.netns, "10.96.0.41:80");
    w.pass(0.1);
    expect(first.state).toBe("ESTAB");
    const second = connect(w, client.netns, "10.96.0.41:80");
    w.pass(0.1);
    expect(second.connection.hops.at(-1)).toMatchObject({ at: "node/node1", action: "drop", reason: { code: "conntrack-full" } });
  });
});
