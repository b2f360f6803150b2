import { describe, expect, test } from "vitest";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { BoundedHopLog, connectionId } from "../../../src/cluster/network/hop-log.ts";
import { createNetwork } from "../../../src/cluster/network/network.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";
import { connect, serve, world } from "./world.ts";

describe("the record", () => {
  test("numbers count per opener, so that noise elsewhere shifts none", () => {
    const w = world();
    connect(w, w.nodes[0]!, "192.168.0.3:1");
    const first = connect(w, w.laptop, "192.168.0.2:1");
    connect(w, w.nodes[0]!, "192.168.0.3:1");
    const second = connect(w, w.laptop, "192.168.0.2:1");
    expect([first, second].map((socket) => connectionId(socket.connection))).toEqual(["client/laptop#1", "client/laptop#2"]);
    expect(w.log.find("client/laptop#2")).toBe(second.connection);
  });

  test("record: false keeps nothing, and the connection is counted all the same", () => {
    const w = world();
    serve(w.nodes[0]!, 80, "x");
    const to = w.book.socket(w.book.ip("192.168.0.2"), 80);
    const socket = w.laptop.connectTcp(to, { record: false });
    w.pass(1);
    expect(socket.state).toBe("ESTAB");
    expect(socket.connection.hops).toEqual([]);
    expect(w.log.hopCount).toBe(0);
    expect(connectionId(w.laptop.connectTcp(to, {}).connection)).toBe("client/laptop#2");
  });

  test("what was opened in consequence is found from its parent; a session's connections from the session", () => {
    const w = world();
    const to = w.book.socket(w.book.ip("192.168.0.2"), 80);
    const parent = w.laptop.connectTcp(to, { session: 5 }).connection;
    const child = w.nodes[1]!.connectTcp(to, { parent }).connection;
    expect(w.log.childrenOf(parent)).toEqual([child]);
    expect(w.log.ofSession(5)).toEqual([parent]);
  });

  test("it is bounded: the oldest connections go first, listeners hear of every hop", () => {
    const simulation = createSimulation(1, 0);
    const log = new BoundedHopLog(100);
    const book = new AddressBook();
    const network = createNetwork(simulation, log, book);
    network.createNode("node1", ["192.168.0.2"]);
    const client = network.createClient("laptop", ["203.0.113.10"]);
    let heard = 0;
    const stop = log.onHop(() => heard++);
    for (let i = 0; i < 50; i++) {
      client.connectTcp(book.socket(book.ip("192.168.0.2"), 80), {});
      simulation.queue.run(simulation.clock.now() + 100_000, Number.POSITIVE_INFINITY);
    }
    stop();
    expect(heard).toBe(200);
    expect(log.hopCount).toBeLessThanOrEqual(100);
    expect(log.find("client/laptop#1")).toBeUndefined();
    expect(log.find("client/laptop#50")?.hops).toHaveLength(4);
    expect(log.connections().length).toBeLessThanOrEqual(25);
  });
});
