import { describe, expect, test } from "vitest";
import { podWithin, stopsOf } from "../../src/graph/tracks.ts";
import { connection, hop } from "./hop-fixtures.ts";

const pod = "pod/default/kubia-x";
const service = "service/default/kubia";
const hops = [
  hop({ action: "send", at: "client/laptop" }),
  hop({ action: "dnat", at: "node/node1", object: service }),
  hop({ action: "forward", at: "node/node2" }),
  hop({ action: "receive", at: pod }),
  hop({ action: "send", at: pod, packet: 2 }),
  hop({ action: "receive", at: "client/laptop", packet: 2 }),
];
const drawn =
  (...names: readonly string[]) =>
  (name: string) =>
    names.includes(name) ? name : undefined;

describe("hops as stops, one to one in both views", () => {
  test.each([
    {
      view: "physical" as const,
      boxes: ["client/laptop", "rules/node1", "rules/node2", pod, pod, "client/laptop"],
      boxOf: drawn("client/laptop", "rules/node1", "rules/node2", pod),
    },
    {
      view: "logical" as const,
      boxes: ["client/laptop", service, service, pod, pod, "client/laptop"],
      boxOf: drawn("client/laptop", service, pod),
    },
  ])("$view", ({ view, boxes, boxOf }) => {
    expect(stopsOf(connection(), hops, view, boxOf).map((stop) => stop.box)).toEqual(boxes);
  });

  test("a node that opens a connection is no box of the logical view: its hops show where the packet goes", () => {
    const fromNode = [hop({ action: "send", at: "node/node1" }), ...hops.slice(1, 4)];
    const stops = stopsOf(connection({ opener: "node/node1" }), fromNode, "logical", drawn(service, pod));
    expect(stops.map((stop) => stop.box)).toEqual([service, service, service, pod]);
  });

  test("requests, replies and ends are told apart", () => {
    const stops = stopsOf(connection(), [...hops, hop({ action: "drop", at: "internet", packet: 3 })], "physical", drawn(pod));
    expect(stops.map((stop) => stop.meaning)).toEqual(["request", "request", "request", "request", "reply", "reply", "drop"]);
  });
});

test("where a group stands for a pod, its name is told", () => {
  const boxOf = (name: string) => (name === pod ? "group/node/node2/workload/default/ReplicationController/kubia" : name);
  const stops = stopsOf(connection(), hops, "physical", boxOf);
  expect(stops.map(podWithin)).toEqual([undefined, undefined, undefined, "kubia-x", "kubia-x", undefined]);
});
