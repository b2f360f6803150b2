import { describe, expect, test } from "vitest";
import type { CronJob } from "../../../src/cluster/api/cron-job/types.ts";
import type { LooseObject } from "../../../src/cluster/api/meta.ts";
import { nextCron, parseCron } from "../../../src/cluster/controllers/cron-schedule.ts";
import { formatRfc3339, parseRfc3339 } from "../../../src/cluster/sim/date.ts";
import { world } from "../kubelet/world.ts";

// robfig/cron v3, spec_test.go (TestNext), in UTC
test.each([
  ["0/15 * * * *", "2012-07-09T14:45:00Z", "2012-07-09T15:00:00Z"],
  ["0/15 * * * *", "2012-07-09T14:59:59Z", "2012-07-09T15:00:00Z"],
  ["20-35/15 * * * *", "2012-07-09T15:45:00Z", "2012-07-09T16:20:00Z"],
  ["5 9 * * *", "2012-07-09T23:46:00Z", "2012-07-10T09:05:00Z"],
  ["0 0 9 Apr-Oct *", "2012-07-09T23:35:00Z", "2012-08-09T00:00:00Z"],
  ["0 0 9 Feb Mon", "2012-07-09T23:35:00Z", "2013-02-04T00:00:00Z"],
  ["30 3 29 Feb *", "2012-07-09T23:35:00Z", "2016-02-29T03:30:00Z"],
  ["@weekly", "2012-07-09T23:35:00Z", "2012-07-15T00:00:00Z"],
  ["0 0 30 Feb *", "2012-07-09T23:35:00Z", undefined],
])("%s after %s: %s", (schedule, after, expected) => {
  const parsed = parseCron(schedule);
  if (parsed === undefined) throw new Error("no schedule");
  const next = nextCron(parsed, parseRfc3339(after) ?? 0);
  expect(next === undefined ? undefined : formatRfc3339(next)).toBe(expected);
});

test.each(["* * * *", "60 * * * *", "* 24 * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"])("%s is no schedule", (text) => {
  expect(parseCron(text)).toBeUndefined();
});

describe("CronJob (pkg/controller/cronjob)", () => {
  const cron = (spec: LooseObject, command: readonly string[]): LooseObject => ({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick" },
    spec: {
      schedule: "* * * * *",
      jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "busybox", command }] } } } },
      ...spec,
    },
  });
  const jobNames = (w: ReturnType<typeof world>) => w.client.list("Job", "default").map(({ metadata }) => metadata.name);

  test("a Job each minute, named after it; three are kept", () => {
    const w = world({ nodes: 1 });
    w.create(cron({}, ["true"]));
    w.pass(59);
    expect(jobNames(w)).toEqual([]);
    w.pass(2);
    const minute = Math.floor(1_767_603_600_000 / 60_000) + 1;
    expect(jobNames(w)).toEqual([`tick-${minute}`]);
    w.pass(10);
    expect(w.events("tick")).toEqual([
      `SuccessfulCreate Created job tick-${minute}`,
      `SawCompletedJob Saw completed job: tick-${minute}, condition: Complete`,
    ]);
    expect(w.client.get<CronJob>("CronJob", "default", "tick")?.status).toMatchObject({ lastScheduleTime: "2026-01-05T09:01:00Z" });
    w.pass(300);
    expect(jobNames(w)).toEqual([3, 4, 5].map((i) => `tick-${minute + i}`).slice(0, 3));
    expect(w.simulation.queue.isSettled()).toBe(true);
  });

  test("Forbid does not start a second one while the first runs", () => {
    const w = world({ nodes: 1 });
    w.create(cron({ concurrencyPolicy: "Forbid" }, ["sleep", "150"]));
    w.pass(185);
    expect(jobNames(w).length).toBe(1);
    expect(w.events("tick").some((text) => text.startsWith("JobAlreadyActive"))).toBe(true);
  });
});
