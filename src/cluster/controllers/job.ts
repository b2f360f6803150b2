import { isEqualData } from "../api/equal.ts";
import type { Job } from "../api/job/types.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { Condition, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { formatRfc3339, parseRfc3339 } from "../sim/date.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { claim, controllerOf, indexByController } from "./ownership.ts";
import { createPod, deletePod, podFromTemplate } from "./pod-control.ts";
import { isPodActive, isPodReady, restartsOf } from "./pod-state.ts";

const component = "job-controller";
const firstBackoffMs = 10_000;
const longestBackoffMs = 600_000;

export type JobPlan =
  | { readonly type: "run"; readonly create: number; readonly remove: readonly Pod[]; readonly waitMs: number }
  | { readonly type: "complete" }
  | { readonly type: "fail"; readonly reason: string; readonly message: string; readonly waitMs?: undefined }
  | { readonly type: "none" };

/** Pure. @source pkg/controller/job/job_controller.go, syncJob and manageJob; backoff_utils.go */
export function planJob(job: Job, pods: readonly Pod[], nowMs: number): JobPlan {
  if (isJobFinished(job)) return { type: "none" };
  const active = pods.filter(isPodActive);
  const succeeded = pods.filter(({ status }) => status?.phase === "Succeeded").length;
  const failed = pods.filter(({ status }) => status?.phase === "Failed");
  const limit = job.spec.backoffLimit ?? 6;
  const restarts = job.spec.template.spec.restartPolicy === "OnFailure" ? active.reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
  if (failed.length > limit || (restarts > 0 && restarts >= limit && limit > 0)) {
    return { type: "fail", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  }
  const startedMs = parseRfc3339(job.status?.startTime ?? "");
  const deadline = job.spec.activeDeadlineSeconds;
  if (deadline !== undefined && startedMs !== undefined && startedMs + deadline * 1000 <= nowMs) {
    return { type: "fail", reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" };
  }
  const { completions } = job.spec;
  const isDone = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (isDone) return { type: "complete" };
  if (job.spec.suspend === true) return { type: "run", create: 0, remove: active, waitMs: 0 };
  const parallelism = job.spec.parallelism ?? 1;
  const wanted = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : Math.min(parallelism, completions - succeeded);
  if (active.length > wanted) return { type: "run", create: 0, remove: active.slice(wanted), waitMs: 0 };
  const missing = wanted - active.length;
  const waitMs = missing > 0 ? backoffLeftMs(failed, nowMs) : 0;
  return { type: "run", create: waitMs > 0 ? 0 : missing, remove: [], waitMs };
}

/** After the n-th failure in a row: 10 s, 20 s, 40 s … 10 min, counted from its end. */
function backoffLeftMs(failed: readonly Pod[], nowMs: number): number {
  if (failed.length === 0) return 0;
  const lastMs = Math.max(...failed.map(endMs));
  let delayMs = firstBackoffMs;
  for (let i = 1; i < failed.length && delayMs < longestBackoffMs; i++) delayMs *= 2;
  return Math.max(0, lastMs + Math.min(delayMs, longestBackoffMs) - nowMs);
}

function endMs(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => parseRfc3339(state?.terminated?.finishedAt ?? "") ?? 0);
  return Math.max(0, ...ends);
}

export function isJobFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
}

export function startJobController(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client(component);
  const jobs = client.informer<Job>("Job");
  const pods = client.informer<Pod>("Pod");
  indexByController(pods);
  const queue = createWorkQueue(simulation, (key) => reconcile(key));

  jobs.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === "Job") queue.add(`${object.metadata.namespace}/${owner.name}`);
  });

  function reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const job = jobs.get(namespace, name);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    const nowMs = simulation.dateMs();
    const mine = claim(client, pods, job, (pod) => matchesLabelSelector(job.spec.selector, pod.metadata.labels));
    const plan = planJob(job, mine, nowMs);
    switch (plan.type) {
      case "none":
        return afterFinish(job, nowMs);
      case "complete":
        client.event(job, { type: "Normal", reason: "Completed", message: "Job completed", component });
        break;
      case "fail":
        for (const pod of mine.filter(isPodActive)) deletePod(client, job, pod, component);
        client.event(job, { type: "Warning", reason: plan.reason, message: plan.message, component });
        break;
      case "run":
        for (const pod of plan.remove) deletePod(client, job, pod, component);
        for (let i = 0; i < plan.create; i++) if (!createPod(client, job, podFromTemplate(job, job.spec.template), component).ok) break;
        break;
    }
    writeStatus(job, pods.byIndex("controller", job.metadata.uid), plan, nowMs);
    const deadline = job.spec.activeDeadlineSeconds;
    if (plan.type === "run" && plan.waitMs > 0) return plan.waitMs * 1000;
    return plan.type === "run" && deadline !== undefined && job.status?.startTime === undefined ? deadline * 1_000_000 : undefined;
  }

  /** `ttlSecondsAfterFinished`: the finished Job goes by itself. @source pkg/controller/ttlafterfinished */
  function afterFinish(job: Job, nowMs: number): number | undefined {
    const ttl = job.spec.ttlSecondsAfterFinished;
    if (ttl === undefined) return undefined;
    const end = (job.status?.conditions ?? []).find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
    const leftMs = (parseRfc3339(end?.lastTransitionTime ?? "") ?? nowMs) + ttl * 1000 - nowMs;
    if (leftMs > 0) return leftMs * 1000;
    client.delete("Job", job.metadata.namespace, job.metadata.name, { propagationPolicy: "Foreground" });
    return undefined;
  }

  function writeStatus(job: Job, mine: readonly Pod[], plan: JobPlan, nowMs: number): void {
    const now = formatRfc3339(nowMs);
    const active = plan.type === "complete" || plan.type === "fail" ? [] : mine.filter(isPodActive);
    const succeeded = mine.filter(({ status }) => status?.phase === "Succeeded").length;
    const failed = mine.filter(({ status }) => status?.phase === "Failed").length;
    const status: LooseObject = {
      startTime: job.status?.startTime ?? now,
      active: active.length || null,
      ready: active.filter(isPodReady).length,
      succeeded: succeeded || null,
      failed: failed || null,
      terminating: mine.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length,
      uncountedTerminatedPods: {},
      ...(plan.type === "complete"
        ? { completionTime: now, conditions: finalConditions("Complete", context.clusterVersion.minor, now) }
        : {}),
      ...(plan.type === "fail"
        ? { conditions: finalConditions("Failed", context.clusterVersion.minor, now, plan.reason, plan.message) }
        : {}),
    };
    const known = job.status as LooseObject | undefined;
    if (Object.entries(status).every(([member, value]) => isEqualData(value ?? undefined, known?.[member]))) return;
    client.patch("Job", job.metadata.namespace, job.metadata.name, { status }, "status");
  }
}

/** From 1.31 on the final condition has one before it that says why. @source job_controller.go, delayTerminalCondition */
function finalConditions(type: "Complete" | "Failed", minor: number, now: string, reason?: string, message?: string): readonly Condition[] {
  const isComplete = type === "Complete";
  const why = isComplete ? { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" } : { reason, message };
  const condition = (name: string): Condition => {
    const text = minor >= 31 || !isComplete ? { reason: why.reason ?? "", message: why.message ?? "" } : {};
    return { type: name, status: "True", lastProbeTime: now, lastTransitionTime: now, ...text };
  };
  if (minor < 31) return [condition(type)];
  return [condition(isComplete ? "SuccessCriteriaMet" : "FailureTarget"), condition(type)];
}
