import { expect, test } from "vitest";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { addressesOf, type Row, rows } from "../../kernel/rows.ts";
import { flowWorld } from "./cluster-flows.ts";

const addresses = addressesOf(0);
const connectionCount = 10_000;

/** Who answered how often, over many connections from the laptop, each to the next of `targets`. */
function answers(
  row: Row,
  mode: "iptables" | "nftables" | "ipvs",
  targets: readonly { readonly ip: string; readonly port: number }[],
): Map<string, number> {
  const world = flowWorld(row, mode, addresses);
  const { book } = world.network;
  const laptop = world.network.netns("client/laptop") as Netns;
  const counts = new Map<string, number>();
  for (let i = 0; i < connectionCount; i += 500) {
    const sockets = Array.from({ length: 500 }, (_, j) => {
      const { ip, port } = targets[(i + j) % targets.length] as (typeof targets)[number];
      return laptop.connectTcp(book.socket(book.ip(ip), port), { record: false });
    });
    world.advance(200);
    for (const socket of sockets) {
      const { text } = socket.read() as unknown as { text: string };
      const name = text.split(" ")[0] as string;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      socket.abort();
    }
    world.advance(1);
  }
  return counts;
}

/** Sum of (counted - expected)^2 / expected. */
function chiSquare(counts: ReadonlyMap<string, number>, shares: Readonly<Record<string, number>>): number {
  return Object.entries(shares).reduce((sum, [name, share]) => {
    const expected = share * connectionCount;
    return sum + ((counts.get(name) ?? 0) - expected) ** 2 / expected;
  }, 0);
}

const onNode1 = { ip: "192.168.0.2", port: addresses.nodePort };
const onNode2 = { ip: "192.168.0.3", port: addresses.nodePort };

// Limits are the upper 1e-4 quantiles of chi-square with 4 and with 2 degrees of freedom.
test.each(["iptables", "nftables"] as const)("%s: 10,000 connections give each of five endpoints its share", (mode) => {
  const counts = answers(rows[0] as Row, mode, [onNode1, onNode2]);
  const shares = Object.fromEntries(["1.11", "1.12", "2.11", "2.12", "3.11"].map((host) => [`10.244.${host}`, 0.2]));
  expect([...counts.keys()].sort()).toEqual(Object.keys(shares));
  expect(chiSquare(counts, shares)).toBeLessThan(23.513);
});

test("ipvs: turns are strict, so shares are even to the last connection", () => {
  const counts = answers(rows[0] as Row, "ipvs", [onNode1, onNode2]);
  expect([...counts.values()]).toEqual([2000, 2000, 2000, 2000, 2000]);
});

test.each(["iptables", "nftables"] as const)("%s: policy Local makes shares uneven: the node's half is for its own pods", (mode) => {
  const row: Row = {
    name: "uneven",
    spec: { type: "LoadBalancer", externalTrafficPolicy: "Local" },
    endpoints: [{ ip: "10.244.1.11" }, { ip: "10.244.2.11" }, { ip: "10.244.2.12" }],
  };
  const counts = answers(row, mode, [onNode1, onNode2]);
  expect(counts.get("10.244.1.11")).toBe(5000);
  expect(chiSquare(counts, { "10.244.1.11": 0.5, "10.244.2.11": 0.25, "10.244.2.12": 0.25 })).toBeLessThan(18.421);
});
