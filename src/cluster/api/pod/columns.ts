import { age, parseTimestampMs } from "../age.ts";
import { ageColumn, column, nameColumn } from "../column.ts";
import type { Column } from "../kind.ts";
import { type ContainerState, type ContainerStatus, isPodFinished, isSidecar, type Pod, podCondition } from "./types.ts";

/** @source pkg/printers/internalversion/printers.go, printPod (1.32) */
export const podColumns: readonly Column[] = [
  nameColumn,
  column<Pod>("Ready", (pod) => {
    const { ready, total } = podSummary(pod);
    return `${ready}/${total}`;
  }),
  column<Pod>("Status", (pod) => podSummary(pod).status),
  column<Pod>("Restarts", (pod, { nowMs }) => {
    const { restarts, lastRestart } = podSummary(pod);
    return restarts !== 0 && lastRestart !== undefined ? `${restarts} (${age(lastRestart, nowMs)} ago)` : String(restarts);
  }),
  ageColumn,
  column<Pod>("IP", ({ status }) => status.podIPs?.[0]?.ip ?? status.podIP ?? "<none>", { wide: true }),
  column<Pod>("Node", ({ spec }) => spec.nodeName ?? "<none>", { wide: true }),
  column<Pod>("Nominated Node", ({ status }) => status.nominatedNodeName ?? "<none>", { wide: true }),
  column<Pod>("Readiness Gates", (pod) => readinessGates(pod), { wide: true }),
];

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const open = gates.filter((gate) => podCondition(pod, gate.conditionType)?.status === "True");
  return `${open.length}/${gates.length}`;
}

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** `Running`, `CrashLoopBackOff`, `Init:0/2`, `Terminating` … */
  readonly status: string;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

/** A pod in one word and some numbers, as `get pods` shows it. */
export function podSummary(pod: Pod): PodSummary {
  const { spec, status, metadata } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const total = spec.containers.length + sidecars.size;
  let reason: string = status.reason !== undefined && status.reason !== "" ? status.reason : (status.phase ?? "");
  if (podCondition(pod, "PodScheduled")?.reason === "SchedulingGated") reason = "SchedulingGated";

  const init = summarizeInit(pod, sidecars);
  if (init.reason !== undefined) reason = init.reason;
  let { ready, restarts, lastRestart } = init;

  if (init.reason === undefined || podCondition(pod, "Initialized")?.status === "True") {
    restarts = init.sidecarRestarts;
    lastRestart = init.lastSidecarRestart;
    let hasRunning = false;
    // From the last to the first, so that the first container with something to tell has the word.
    for (const container of (status.containerStatuses ?? []).toReversed()) {
      restarts += container.restartCount;
      lastRestart = later(lastRestart, container);
      const { waiting, terminated, running } = container.state;
      if (waiting?.reason !== undefined && waiting.reason !== "") reason = waiting.reason;
      else if (terminated !== undefined) reason = terminatedReason(terminated);
      else if (container.ready && running !== undefined) {
        hasRunning = true;
        ready++;
      }
    }
    if (reason === "Completed" && hasRunning) reason = podCondition(pod, "Ready")?.status === "True" ? "Running" : "NotReady";
  }

  if (metadata.deletionTimestamp !== undefined) {
    if (status.reason === "NodeLost") reason = "Unknown";
    else if (!isPodFinished(pod)) reason = "Terminating";
  }
  return { ready, total, status: reason, restarts, lastRestart };
}

interface InitSummary {
  /** Set while the pod is not through with its init containers. */
  readonly reason: string | undefined;
  readonly ready: number;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
  readonly sidecarRestarts: number;
  readonly lastSidecarRestart: string | undefined;
}

function summarizeInit({ spec, status }: Pod, sidecars: ReadonlySet<string>): InitSummary {
  let ready = 0;
  let restarts = 0;
  let sidecarRestarts = 0;
  let lastRestart: string | undefined;
  let lastSidecarRestart: string | undefined;
  let reason: string | undefined;
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    restarts += container.restartCount;
    lastRestart = later(lastRestart, container);
    const isRestartable = sidecars.has(container.name);
    if (isRestartable) {
      sidecarRestarts += container.restartCount;
      lastSidecarRestart = later(lastSidecarRestart, container);
    }
    const { terminated, waiting } = container.state;
    if (terminated?.exitCode === 0) continue;
    if (isRestartable && container.started === true) {
      if (container.ready) ready++;
      continue;
    }
    const waitingReason = waiting?.reason ?? "";
    if (terminated !== undefined) reason = `Init:${terminatedReason(terminated)}`;
    else if (waitingReason !== "" && waitingReason !== "PodInitializing") reason = `Init:${waitingReason}`;
    else reason = `Init:${index}/${(spec.initContainers ?? []).length}`;
    break;
  }
  return { reason, ready, restarts, lastRestart, sidecarRestarts, lastSidecarRestart };
}

function terminatedReason({ reason = "", signal = 0, exitCode }: NonNullable<ContainerState["terminated"]>): string {
  if (reason !== "") return reason;
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function later(before: string | undefined, { lastState }: ContainerStatus): string | undefined {
  const finished = lastState?.terminated?.finishedAt;
  if (finished === undefined || finished === null || finished === "") return before;
  return before === undefined || parseTimestampMs(finished) > parseTimestampMs(before) ? finished : before;
}
