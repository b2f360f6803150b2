import { describe, expect, test } from "vitest";
import type { SocketRow } from "../../../src/cluster/network/sockets.ts";
import { parseSocketFilter } from "../../../src/cluster/programs/ss-filter.ts";

const row = (state: SocketRow["state"], local: string, remote: string): SocketRow => ({
  protocol: "tcp",
  state,
  local,
  remote,
  owner: undefined,
});
const rows = [
  row("LISTEN", "*:8080", "*:*"),
  row("ESTAB", "[::ffff:10.244.1.3]:8080", "[::ffff:10.244.2.4]:40000"),
  row("ESTAB", "10.244.1.3:50000", "10.96.0.10:53"),
  row("TIME-WAIT", "10.244.1.3:50002", "198.51.100.7:443"),
];

describe("which sockets a filter leaves (ss(8), STATE-FILTER and EXPRESSION)", () => {
  test.each([
    { filter: "", left: [0, 1, 2, 3] },
    { filter: "state established", left: [1, 2] },
    { filter: "state connected", left: [1, 2, 3] },
    { filter: "exclude listening", left: [1, 2, 3] },
    { filter: "state time-wait state listening", left: [0, 3] },
    { filter: "dport = :53", left: [2] },
    { filter: "( dport = :53 or dport = :443 )", left: [2, 3] },
    { filter: "sport = :8080", left: [0, 1] },
    { filter: "sport == 8080", left: [0, 1] },
    { filter: "not sport :8080", left: [2, 3] },
    { filter: "dport gt :1000", left: [1] },
    { filter: "dst 10.96.0.10", left: [2] },
    { filter: "dst 10.0.0.0/8", left: [1, 2] },
    { filter: "dst :https", left: [3] },
    { filter: "src 10.244.1.3:50002", left: [3] },
    { filter: "dst != 10.96.0.10 state established", left: undefined },
    { filter: "state established dst != 10.96.0.10", left: [1] },
    { filter: "src 10.244.1.3 and dport = :443", left: [3] },
    { filter: "state nonsense", left: undefined },
    { filter: "state constructor", left: undefined },
    { filter: "dport = :constructor", left: undefined },
    { filter: "dport = :53 )", left: undefined },
  ])("$filter", ({ filter, left }) => {
    const parsed = parseSocketFilter(filter.split(" "));
    const found = rows.flatMap((one, i) => (parsed?.holds(one) === true && parsed.states?.has(one.state) !== false ? [i] : []));
    expect(parsed === undefined ? undefined : found).toEqual(left);
  });
});
