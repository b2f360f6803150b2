import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filmAt } from "../../src/graph/film-at.ts";
import { Moments } from "../../src/graph/moments.ts";
import { timeMarks } from "../../src/graph/time-marks.ts";
import type { ConnectionInfo, HopRecord } from "../../src/playground/protocol.ts";

describe("moments", () => {
  test("after, before, at and until agree with a walk over all of them", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(50), (given, us) => {
        const times = given.toSorted((a, b) => a - b).map((timeUs) => ({ timeUs }));
        const moments = new Moments<{ readonly timeUs: number }>(1000);
        moments.add(times);
        expect(moments.after(us)).toBe(times.find(({ timeUs }) => timeUs > us)?.timeUs);
        expect(moments.before(us)).toBe(times.findLast(({ timeUs }) => timeUs < us)?.timeUs);
        expect(moments.at(us)).toEqual(times.filter(({ timeUs }) => timeUs === us));
        expect(moments.until(us)).toEqual(times.filter(({ timeUs }) => timeUs <= us));
      }),
    );
  });

  test("bounded: the oldest go", () => {
    const moments = new Moments<{ readonly timeUs: number }>(100);
    for (let timeUs = 0; timeUs < 1000; timeUs++) moments.add([{ timeUs }]);
    expect(moments.all.length).toBeLessThanOrEqual(100);
    expect(moments.all.at(-1)?.timeUs).toBe(999);
  });
});

describe("marks on the time line", () => {
  const none = { record: [], steps: [], failures: [] };
  const command = (timeMs: number, text: string) => [timeMs, "line", { terminal: 1, text }] as const;

  test("commands, edits, rollouts and failures, in the order of time", () => {
    const marks = timeMarks(
      {
        record: [command(5000, "kubectl get po"), command(5000, ""), [40_000, "edit", { from: 3, removed: 1, added: ["x"] }]],
        steps: [
          { timeUs: 41_000_000, by: "deployment-controller", said: { code: "step.created", args: {} }, mark: "rollout" },
          { timeUs: 42_000_000, by: "kubelet/node1", said: { code: "step.ready", args: {} } },
        ],
        failures: [{ timeUs: 20_000_000, said: { code: "fail.command", args: {} }, shown: {} }],
      },
      0,
      100_000_000,
    );
    expect(marks.map(({ kind, atUs }) => [kind, atUs / 1_000_000])).toEqual([
      ["command", 5],
      ["failure", 20],
      ["edit", 40],
      ["rollout", 41],
    ]);
  });

  test("what stands too near is one mark with a count, of its own kind only", () => {
    const record = [command(1000, "a"), command(1001, "b"), command(1002, "c"), command(90_000, "d")];
    expect(timeMarks({ ...none, record }, 0, 100_000_000).map(({ text, count }) => [text, count])).toEqual([
      ["a", 3],
      ["d", 1],
    ]);
  });

  test("what is older than can be looked at has no mark", () => {
    expect(timeMarks({ ...none, record: [command(1000, "a")] }, 2_000_000, 3_000_000)).toEqual([]);
  });
});

describe("the film of an earlier moment", () => {
  const connection = (id: string, openedUs: number, more: Partial<ConnectionInfo> = {}) =>
    ({ id, openedUs, session: 1, purpose: "traffic", ...more }) as ConnectionInfo;
  const hops: Readonly<Record<string, readonly number[]>> = { a: [10, 20, 30], b: [100, 110], probe: [105] };
  const connections = [connection("a", 10), connection("b", 100), connection("probe", 105, { session: 0, purpose: "probe" })];
  const at = (us: number) => filmAt(connections, (id) => (hops[id] ?? []).map((timeUs) => ({ timeUs }) as HopRecord), us);

  test.each([
    { us: 5, film: undefined },
    { us: 10, film: { connection: "a", hop: 0 } },
    { us: 25, film: { connection: "a", hop: 1 } },
    { us: 99, film: { connection: "a", hop: 2 } },
    { us: 106, film: { connection: "b", hop: 0 } },
    { us: 500, film: { connection: "b", hop: 1 } },
  ])("at $us", ({ us, film }) => {
    expect(at(us)).toEqual(film);
  });
});
