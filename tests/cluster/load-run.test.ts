import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../src/cluster/latency-histogram.ts";
import { LoadRun } from "../../src/cluster/load-run.ts";

describe("latencies in a fixed room", () => {
  test("a percentile is the nearest rank's value, at most a thirty-second part too large", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 130_000_000 }), { minLength: 1 }),
        fc.constantFrom(50, 95, 99, 100),
        (values, percent) => {
          const histogram = new LatencyHistogram();
          for (const us of values) histogram.add(us);
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil((values.length * percent) / 100) - 1] as number;
          const found = histogram.percentileUs(percent);
          expect(found).toBeGreaterThanOrEqual(exact);
          expect(found).toBeLessThanOrEqual(exact + exact / 32 + 1);
        },
      ),
    );
  });
  test("of none it is 0", () => {
    expect(new LatencyHistogram().percentileUs(50)).toBe(0);
  });
});

describe("one run of a load", () => {
  const facts = { id: 1, place: "node/node1", command: "hey", url: "http://a", keepsAlive: false, rate: 100, startedUs: 0 };
  const even = ["a", "b"].map((pod) => ({ pod, p: 0.5 }));

  test("expected shares follow the pods there were when each connection was made", () => {
    const run = new LoadRun(facts);
    for (let i = 0; i < 10; i++) run.connected("a", even);
    for (let i = 0; i < 10; i++) run.connected("a", [{ pod: "a", p: 1 }]);
    const { pods, isSteady } = run.snapshot(0, "random", 0, 0);
    expect(pods.map(({ pod, expected, variance }) => [pod, expected, variance])).toEqual([
      ["a", 15, 2.5],
      ["b", 5, 2.5],
    ]);
    expect(isSteady).toBe(false);
  });

  test("marks are tenths of a second, asked for from a number on", () => {
    const run = new LoadRun(facts);
    for (let ms = 0; ms < 300; ms += 10) run.answered(ms * 1000, "a", 200, 500);
    run.end(300_000);
    const { marks, nextMark } = run.snapshot(300_000, "random", 0, 0);
    expect(marks).toEqual([0, 100_000, 200_000].map((timeUs) => ({ timeUs, pod: "a", count: 10 })));
    expect(run.snapshot(300_000, "random", nextMark - 1, 0).marks).toHaveLength(1);
  });

  test("an answer of 500 and above is lost, and counted among the answers", () => {
    const run = new LoadRun(facts);
    run.answered(1000, "a", 503, 500);
    const { lost, codes } = run.snapshot(1000, "random", 0, 0);
    expect(lost).toEqual([{ timeUs: 1000, pod: "a", reason: "503" }]);
    expect(codes).toEqual([[503, 1]]);
  });

  test("however long it runs, what is kept is bounded", () => {
    const run = new LoadRun(facts);
    const seconds = 40_000;
    for (let i = 0; i < seconds * 10; i++) {
      run.answered(i * 100_000, "a", 200, 500);
      if (i % 10 === 0) run.failed(i * 100_000, "a", "EOF");
    }
    const { marks, lost, nextMark, nextLost, requests } = run.snapshot(seconds * 1_000_000, "random", 0, 0);
    expect(requests).toBe(seconds * 11);
    expect(nextMark).toBe(seconds * 10);
    expect(nextLost).toBe(seconds);
    expect(marks.length).toBeLessThanOrEqual(60_000);
    expect(lost.length).toBeLessThanOrEqual(2000);
  });
});
