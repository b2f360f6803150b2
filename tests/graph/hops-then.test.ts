import { describe, expect, test } from "vitest";
import { hopAfter, hopsUntil } from "../../src/graph/hops-then.ts";

/** Two packets: the second begins while the first is still at its last hop's instant. */
const hops = [
  { timeUs: 10, packet: 1 },
  { timeUs: 10, packet: 1 },
  { timeUs: 16, packet: 1 },
  { timeUs: 16, packet: 2 },
  { timeUs: 22, packet: 2 },
];

describe("a connection at an earlier moment", () => {
  test.each([
    { name: "before it was opened", us: 9, count: 0, hop: 0, packet: 0 },
    { name: "of one instant, all", us: 10, count: 2, hop: 2, packet: 3 },
    { name: "between two", us: 15, count: 2, hop: 2, packet: 3 },
    { name: "in its last packet: the end of it", us: 16, count: 4, hop: 4, packet: 4 },
    { name: "when all has happened", us: 22, count: 5, hop: undefined, packet: undefined },
  ])("$name", ({ us, count, hop, packet }) => {
    expect(hopsUntil(hops, us)).toHaveLength(count);
    expect(hopAfter(hops, us, "hop")).toBe(hop);
    expect(hopAfter(hops, us, "packet")).toBe(packet);
  });
});
