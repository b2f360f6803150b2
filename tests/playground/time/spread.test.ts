import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Milestones } from "../../../src/playground/time/milestones.ts";
import { leastWanted, spread } from "../../../src/playground/time/spread.ts";

describe("where one more copy of the past is made", () => {
  test.each([
    { name: "a short course needs none", works: [], total: 1400, plan: undefined },
    { name: "near the middle first", works: [], total: 8000, plan: { work: 3200, instead: undefined } },
    { name: "then where it is longest", works: [4000], total: 9000, plan: { work: 5666, instead: undefined } },
    { name: "enough of them", works: [1000, 2000, 3000, 4000], total: 5000, plan: undefined },
    { name: "no more than so many: two that stand close", works: [900, 1000, 1100, 2000], total: 9000, plan: { work: 5500, instead: 1 } },
    { name: "the one that was asked last stays", works: [900, 1000, 1100, 2000], total: 9000, fixed: 1, plan: { work: 5500, instead: 0 } },
    { name: "moving one would only move the gap", works: [2000, 4000, 6000, 8000], total: 10_000, plan: undefined },
  ])("$name", ({ works, total, fixed, plan }) => {
    expect(spread(works, total, 4, 1000, true, fixed)).toEqual(plan);
  });

  test("without room nothing new is made", () => {
    expect(spread([], 9000, 4, 1000, false)).toBeUndefined();
  });

  test("whatever was asked before, it comes to an end, and no way is then much longer than an even one", () => {
    const most = 8;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: most }), (given) => {
        let works = [...new Set(given)].sort((a, b) => a - b);
        for (let step = 0; ; step++) {
          expect(step).toBeLessThan(200);
          const plan = spread(works, 100_000, most, 500, true);
          if (plan === undefined) break;
          works = [...works.filter((_, i) => i !== plan.instead), plan.work].sort((a, b) => a - b);
        }
        const ways = [...works, 100_000].map((work, i) => work - (works[i - 1] ?? 0));
        expect(works.length).toBeLessThanOrEqual(most);
        expect(Math.max(...ways)).toBeLessThanOrEqual((2.5 * 100_000) / (most + 1));
      }),
    );
  });

  test("the first of those that are wanted least", () => {
    expect(leastWanted([], 100)).toBeUndefined();
    expect(leastWanted([10, 20, 95], 100)).toBe(0);
    expect(leastWanted([10, 20, 95], 100, 0)).toBe(2);
  });
});

describe("milestones", () => {
  test("lie evenly apart, however long the course", () => {
    const milestones = new Milestones(16);
    for (let work = 0; work <= 100_000; work += 50) milestones.note(work * 10, work);
    const works = milestones.all.map((one) => one.work);
    const steps = works.map((work, i) => work - (works[i - 1] ?? 0));
    expect(works.length).toBeGreaterThan(7);
    expect(works.length).toBeLessThanOrEqual(16);
    expect(Math.max(...steps)).toBeLessThanOrEqual(2 * Math.min(...steps));
  });

  test("the last one before so much work", () => {
    const milestones = new Milestones();
    for (const work of [500, 1000, 1500]) milestones.note(work * 10, work);
    expect(milestones.before(499)).toBeUndefined();
    expect(milestones.before(1000)).toEqual({ atUs: 10_000, work: 1000 });
    expect(milestones.before(9999)).toEqual({ atUs: 15_000, work: 1500 });
  });
});
