import { describe, expect, test } from "vitest";
import { createWorkQueue, type Outcome, retryDelayUs } from "../../../src/cluster/apiclient/work-queue.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";

function start(outcome: (key: string, nowUs: number) => Outcome) {
  const simulation = createSimulation(1, 0);
  const worked: string[] = [];
  const queue = createWorkQueue(simulation, (key) => {
    worked.push(`${key}@${simulation.clock.now()}`);
    return outcome(key, simulation.clock.now());
  });
  return { queue, worked, run: (untilUs: number) => simulation.queue.run(untilUs, 1000) };
}

describe("a queue of keys (client-go util/workqueue)", () => {
  test("works on a key once, however often it was added", () => {
    const { queue, worked, run } = start(() => undefined);
    queue.add("a");
    queue.add("b");
    queue.add("a");
    run(0);
    expect(worked).toEqual(["a@0", "b@0"]);
  });

  test("comes back to a failed key after 5 ms, doubling", () => {
    let failures = 3;
    const { queue, worked, run } = start(() => (failures-- > 0 ? "retry" : undefined));
    queue.add("a");
    run(1_000_000);
    expect(worked).toEqual(["a@0", "a@5000", "a@15000", "a@35000"]);
  });

  test("begins anew after a success", () => {
    const outcomes: Outcome[] = ["retry", undefined, "retry", undefined];
    const { queue, worked, run } = start(() => outcomes.shift());
    queue.add("a");
    run(100_000);
    queue.add("a");
    run(200_000);
    expect(worked).toEqual(["a@0", "a@5000", "a@100000", "a@105000"]);
  });

  test("comes back when asked to", () => {
    const { queue, worked, run } = start((_, nowUs) => (nowUs === 0 ? 7 : undefined));
    queue.add("a");
    run(100);
    expect(worked).toEqual(["a@0", "a@7"]);
  });

  test("the earlier of two times counts", () => {
    const { queue, worked, run } = start(() => undefined);
    queue.addAfter("a", 50);
    queue.addAfter("a", 20);
    queue.addAfter("a", 90);
    run(100);
    expect(worked).toEqual(["a@20"]);
  });

  test.each([
    [0, 5_000],
    [1, 10_000],
    [17, 655_360_000],
    [18, 1_000_000_000],
    [400, 1_000_000_000],
  ])("after %i failures it waits %i us", (count, delayUs) => expect(retryDelayUs(count)).toBe(delayUs));
});
