import { describe, expect, test } from "vitest";
import { binomialBand, sharesOfLoad } from "../../src/graph/load-theory.ts";
import type { LoadSnapshot } from "../../src/playground/protocol.ts";

describe("the band of a binomial (R: qbinom(c(.005, .995), n, p))", () => {
  test.each([
    { n: 10, p: 0.5, low: 1, high: 9 },
    { n: 100, p: 0.5, low: 37, high: 63 },
    { n: 20, p: 0.1, low: 0, high: 6 },
  ])("$n draws at $p: $low to $high", ({ n, p, low, high }) => {
    expect(binomialBand(n, p, 0.99)).toEqual({ low, high });
  });

  test("many draws: the normal approximation, within a few", () => {
    const { low, high } = binomialBand(1_000_000, 1 / 3, 0.99);
    const spread = 2.5758 * Math.sqrt((1_000_000 / 3) * (2 / 3));
    expect(Math.abs(low - (1_000_000 / 3 - spread))).toBeLessThan(5);
    expect(Math.abs(high - (1_000_000 / 3 + spread))).toBeLessThan(5);
  });

  test.each([
    { n: 0, p: 0.3 },
    { n: 5, p: 0 },
    { n: 5, p: 1 },
  ])("$n draws at $p: no doubt", ({ n, p }) => {
    expect(binomialBand(n, p, 0.99)).toEqual({ low: n * p, high: n * p });
  });
});

const load = (fields: Partial<LoadSnapshot>): LoadSnapshot => ({
  id: 1,
  place: "node/node1",
  command: "hey",
  url: "http://10.96.0.1",
  keepsAlive: false,
  rate: 0,
  startedUs: 0,
  endedUs: undefined,
  nowUs: 0,
  requests: 100,
  connections: 100,
  choice: "random",
  isSteady: true,
  codes: [],
  failures: [],
  latencyUs: { p50: 0, p95: 0, p99: 0, max: 0 },
  perSecond: 0,
  marks: [],
  nextMark: 0,
  lost: [],
  nextLost: 0,
  pods: [{ pod: "pod/default/a", requests: 50, failed: 0, connections: 50, expected: 50, variance: 25 }],
  ...fields,
});

describe("shares beside theory", () => {
  test("random: the binomial's band, in requests", () => {
    expect(sharesOfLoad(load({}))[0]).toMatchObject({ band: { low: 37, high: 63, expected: 50 }, isInBand: true });
  });
  test("kept connections: ten choices made, so the band of a hundred requests is ten times as wide", () => {
    const [share] = sharesOfLoad(
      load({ connections: 10, pods: [{ pod: "pod/default/a", requests: 100, failed: 0, connections: 10, expected: 5, variance: 2.5 }] }),
    );
    expect(share).toMatchObject({ band: { low: 10, high: 90, expected: 50 }, isInBand: false });
  });
  test("in turn: its share, rounded one way or the other", () => {
    const pods = [{ pod: "pod/default/a", requests: 33, failed: 0, connections: 33, expected: 100 / 3, variance: 20 }];
    expect(sharesOfLoad(load({ choice: "round-robin", pods }))[0]).toMatchObject({ band: { low: 33, high: 34 }, isInBand: true });
  });
  test("pods came and went: the sum of each connection's own chances", () => {
    const [share] = sharesOfLoad(load({ isSteady: false }));
    expect(share?.band).toMatchObject({ low: 37, high: 63 });
  });
  test("one client sticks to one pod: theory says nothing of shares", () => {
    expect(sharesOfLoad(load({ choice: "affinity" }))[0]?.band).toBeUndefined();
  });
});
