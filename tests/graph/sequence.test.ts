import { expect, test } from "vitest";
import { sequenceOf } from "../../src/graph/sequence.ts";
import { connection, hop } from "./hop-fixtures.ts";

const pod = "pod/default/kubia-x";

test("machines are columns in the order in which packets met them; packets are arrows by way of them", () => {
  const hops = [
    hop({ action: "send", at: "client/laptop" }),
    hop({ action: "dnat", at: "node/node1" }),
    hop({ action: "snat", at: "node/node1" }),
    hop({ action: "receive", at: pod }),
    hop({ action: "send", at: pod, packet: 2, flags: "SYN,ACK" }),
    hop({ action: "unsnat", at: "node/node1", packet: 2, flags: "SYN,ACK" }),
    hop({ action: "receive", at: "client/laptop", packet: 2, flags: "SYN,ACK" }),
    hop({ action: "send", at: "client/laptop", packet: 3, summary: "GET / HTTP/1.1" }),
    hop({ action: "drop", at: "node/node1", packet: 3, summary: "GET / HTTP/1.1" }),
  ];
  expect(sequenceOf(connection(), hops)).toEqual({
    columns: ["client/laptop", "node/node1", pod],
    rows: [
      { packet: 1, hop: 0, path: [0, 1, 2], label: "SYN", isReply: false, end: "receive" },
      { packet: 2, hop: 4, path: [2, 1, 0], label: "SYN,ACK", isReply: true, end: "receive" },
      { packet: 3, hop: 7, path: [0, 1], label: "GET / HTTP/1.1", isReply: false, end: "drop" },
    ],
  });
});
