import type { CronJob } from "../api/cron-job/types.ts";
import { isEqualData } from "../api/equal.ts";
import type { Job } from "../api/job/types.ts";
import type { LooseObject } from "../api/meta.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import type { Timer } from "../sim/clock.ts";
import { formatRfc3339, parseRfc3339 } from "../sim/date.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { nextCron, parseCron } from "./cron-schedule.ts";
import { isJobFinished } from "./job.ts";
import { controllerOf, controllerReference, indexByController } from "./ownership.ts";

const component = "cronjob-controller";
const scheduledKey = "batch.kubernetes.io/cronjob-scheduled-timestamp";

export type CronPlan =
  | { readonly type: "wait"; readonly nextMs: number | undefined }
  /** `replaced`: Jobs that make room first. */
  | { readonly type: "start"; readonly scheduledMs: number; readonly replaced: readonly Job[] }
  /** Its time came, but the Job before still runs. */
  | { readonly type: "skip"; readonly scheduledMs: number };

/** Pure. @source pkg/controller/cronjob/cronjob_controllerv2.go, syncCronJob; utils.go, mostRecentScheduleTime */
export function planCronJob(cron: CronJob, jobs: readonly Job[], nowMs: number): CronPlan {
  const schedule = parseCron(cron.spec.schedule);
  if (schedule === undefined || cron.spec.suspend === true) return { type: "wait", nextMs: undefined };
  const last = parseRfc3339(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp) ?? nowMs;
  let due = nextCron(schedule, last);
  if (due === undefined || due > nowMs) return { type: "wait", nextMs: due };
  // Of several missed times only the latest counts.
  for (let later = nextCron(schedule, due); later !== undefined && later <= nowMs; later = nextCron(schedule, later)) due = later;
  const deadline = cron.spec.startingDeadlineSeconds;
  if (deadline !== undefined && due + deadline * 1000 < nowMs) return { type: "wait", nextMs: nextCron(schedule, nowMs) };
  const running = jobs.filter((job) => !isJobFinished(job));
  if (cron.spec.concurrencyPolicy === "Forbid" && running.length > 0) return { type: "skip", scheduledMs: due };
  return { type: "start", scheduledMs: due, replaced: cron.spec.concurrencyPolicy === "Replace" ? running : [] };
}

/** Finished Jobs beyond the limits, oldest first. Pure. @source cronjob_controllerv2.go, cleanupFinishedJobs */
export function planJobHistory(cron: CronJob, jobs: readonly Job[]): readonly Job[] {
  const oldestFirst = jobs.filter(isJobFinished).toSorted((a, b) => ((a.status?.startTime ?? "") < (b.status?.startTime ?? "") ? -1 : 1));
  const over = (list: readonly Job[], limit: number): readonly Job[] => list.slice(0, Math.max(0, list.length - limit));
  return [
    ...over(oldestFirst.filter(isComplete), cron.spec.successfulJobsHistoryLimit ?? 3),
    ...over(
      oldestFirst.filter((job) => !isComplete(job)),
      cron.spec.failedJobsHistoryLimit ?? 1,
    ),
  ];
}

function isComplete(job: Job): boolean {
  return (job.status?.conditions ?? []).some(({ type, status }) => type === "Complete" && status === "True");
}

export function startCronJobController(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client(component);
  const crons = client.informer<CronJob>("CronJob");
  const jobs = client.informer<Job>("Job");
  indexByController(jobs);
  const queue = createWorkQueue(simulation, (key) => reconcile(key));
  /** Which Jobs were running when we last looked: their end is told once. */
  const running = new Map<string, ReadonlySet<string>>();
  const alarms = new Map<string, Timer>();

  crons.onEvent(({ object }) => queue.add(keyOf(object)));
  jobs.onEvent(({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === "CronJob") queue.add(`${object.metadata.namespace}/${owner.name}`);
  });

  function reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const cron = crons.get(namespace, name);
    if (cron === undefined || cron.metadata.deletionTimestamp !== undefined) return;
    const mine = jobs.byIndex("controller", cron.metadata.uid);
    tellFinished(cron, mine);
    const nowMs = simulation.dateMs();
    const plan = planCronJob(cron, mine, nowMs);
    let lastScheduleTime = cron.status?.lastScheduleTime;
    if (plan.type === "start") {
      for (const job of plan.replaced) remove(cron, job);
      if (create(cron, plan.scheduledMs)) lastScheduleTime = formatRfc3339(plan.scheduledMs);
    } else if (plan.type === "skip") {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      client.event(cron, { type: "Normal", reason: "JobAlreadyActive", message, component });
    }
    for (const job of planJobHistory(cron, jobs.byIndex("controller", cron.metadata.uid))) remove(cron, job);
    writeStatus(cron, jobs.byIndex("controller", cron.metadata.uid), lastScheduleTime);
    const schedule = parseCron(cron.spec.schedule);
    if (schedule === undefined || cron.spec.suspend === true) return;
    const nextMs = nextCron(schedule, nowMs);
    simulation.clock.cancel(alarms.get(key));
    // It always comes again, so nobody need wait for it.
    if (nextMs !== undefined)
      alarms.set(
        key,
        simulation.clock.afterPeriodic((nextMs - nowMs) * 1000, () => queue.add(key)),
      );
  }

  function tellFinished(cron: CronJob, mine: readonly Job[]): void {
    const before = running.get(cron.metadata.uid) ?? new Set();
    for (const job of mine) {
      if (!before.has(job.metadata.uid) || !isJobFinished(job)) continue;
      const word = context.clusterVersion.minor >= 31 ? "condition" : "status";
      const message = `Saw completed job: ${job.metadata.name}, ${word}: ${isComplete(job) ? "Complete" : "Failed"}`;
      client.event(cron, { type: "Normal", reason: "SawCompletedJob", message, component });
    }
    running.set(cron.metadata.uid, new Set(mine.filter((job) => !isJobFinished(job)).map(({ metadata }) => metadata.uid)));
  }

  function create(cron: CronJob, scheduledMs: number): boolean {
    const { metadata, spec } = cron.spec.jobTemplate;
    const name = `${cron.metadata.name}-${Math.floor(scheduledMs / 60_000)}`;
    const result = client.create("Job", {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace: cron.metadata.namespace,
        ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, [scheduledKey]: formatRfc3339(scheduledMs) },
        ownerReferences: [controllerReference(cron)],
      },
      spec,
    });
    if (result.ok) client.event(cron, { type: "Normal", reason: "SuccessfulCreate", message: `Created job ${name}`, component });
    else if (result.status.reason !== "AlreadyExists") {
      client.event(cron, { type: "Warning", reason: "FailedCreate", message: `Error creating job: ${result.status.message}`, component });
      return false;
    }
    return true;
  }

  function remove(cron: CronJob, { metadata }: Job): void {
    const result = client.delete("Job", metadata.namespace, metadata.name, { propagationPolicy: "Background" });
    if (result.ok) client.event(cron, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted job ${metadata.name}`, component });
  }

  function writeStatus(cron: CronJob, mine: readonly Job[], lastScheduleTime: string | undefined): void {
    const active = mine
      .filter((job) => !isJobFinished(job))
      .map(({ metadata: { namespace, name, uid, resourceVersion } }) => ({
        kind: "Job",
        namespace,
        name,
        uid,
        apiVersion: "batch/v1",
        resourceVersion,
      }));
    const successes = mine.filter(isComplete).map(({ status }) => status?.completionTime ?? "");
    const lastSuccessfulTime = [cron.status?.lastSuccessfulTime ?? "", ...successes].sort().at(-1);
    const names = (list: readonly { readonly name?: string }[] | undefined) => (list ?? []).map(({ name }) => name);
    const isSame =
      isEqualData(names(active), names(cron.status?.active)) &&
      lastScheduleTime === cron.status?.lastScheduleTime &&
      (lastSuccessfulTime || undefined) === cron.status?.lastSuccessfulTime;
    if (isSame) return;
    const status: LooseObject = {
      active: active.length > 0 ? active : null,
      ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
      ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
    };
    client.patch("CronJob", cron.metadata.namespace, cron.metadata.name, { status }, "status");
  }
}
