import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue, type Timer } from "../../../src/cluster/sim/clock.ts";

test("events run by time, then in the order queued, whatever was cancelled in between (a sorted list is the judge)", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant("after" as const), delay: fc.nat(20) }),
      fc.record({ do: fc.constant("cancel" as const), which: fc.nat(50) }),
      fc.record({ do: fc.constant("run" as const), delay: fc.nat(8) }),
    ),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new EventQueue();
      const timers: Timer[] = [];
      const ran: number[] = [];
      let model: { readonly id: number; readonly atUs: number }[] = [];
      const expected: number[] = [];
      for (const step of list) {
        if (step.do === "after") {
          const id = timers.length;
          model.push({ id, atUs: queue.now() + step.delay });
          timers.push(queue.after(step.delay, (n: number) => ran.push(n), id));
        } else if (step.do === "cancel") {
          const timer = timers[step.which];
          queue.cancel(timer);
          queue.cancel(timer);
          model = model.filter((entry) => entry.id !== step.which);
        } else {
          const untilUs = queue.now() + step.delay;
          const due = model.filter((entry) => entry.atUs <= untilUs).sort((a, b) => a.atUs - b.atUs || a.id - b.id);
          expected.push(...due.map((entry) => entry.id));
          model = model.filter((entry) => entry.atUs > untilUs);
          queue.run(untilUs, Number.POSITIVE_INFINITY);
        }
        expect(queue.nextAtUs()).toBe(model.length === 0 ? undefined : Math.min(...model.map((entry) => entry.atUs)));
        expect(queue.isSettled()).toBe(model.length === 0);
      }
      expect(ran).toEqual(expected);
    }),
  );
});
