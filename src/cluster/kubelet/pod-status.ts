import type { Condition } from "../api/meta.ts";
import { type Container, type ContainerState, type ContainerStatus, isSidecar, type Pod, type PodStatus } from "../api/pod/types.ts";

/** One container as the kubelet sees it now. */
export interface ContainerView {
  readonly spec: Container;
  readonly isInit: boolean;
  readonly isEphemeral: boolean;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly isReady: boolean;
  readonly isStarted: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageId: string;
  readonly containerId: string | undefined;
}

export interface PodFacts {
  readonly hostIPs: readonly string[];
  /** Empty until the sandbox is there. */
  readonly podIPs: readonly string[];
  readonly startTime: string;
  readonly isTerminal: boolean;
  readonly now: string;
  /** The condition PodReadyToStartContainers is written since 1.29. */
  readonly clusterMinor: number;
}

type Phase = NonNullable<PodStatus["phase"]>;

/** `isTerminal`: nothing of it will run again, whatever the restart policy says. @source pkg/kubelet/kubelet_pods.go, getPhase */
export function podPhase(pod: Pod, views: readonly ContainerView[], isTerminal = false): Phase {
  const { restartPolicy } = pod.spec;
  for (const view of views.filter(({ isInit }) => isInit)) {
    if (isSidecar(view.spec)) {
      if (!view.isStarted && view.state.terminated === undefined) return pendingUnlessMainRan(views);
      continue;
    }
    const end = view.state.terminated ?? (view.state.waiting === undefined ? undefined : view.lastState.terminated);
    if (view.state.running !== undefined || end === undefined) return pendingUnlessMainRan(views);
    if (end.exitCode !== 0)
      return restartPolicy === "Never" && view.state.terminated !== undefined ? "Failed" : pendingUnlessMainRan(views);
  }
  let running = 0;
  let waiting = 0;
  let stopped = 0;
  let succeeded = 0;
  for (const { isInit, isEphemeral, state, lastState } of views) {
    if (isInit || isEphemeral) continue;
    if (state.running !== undefined) running++;
    else if (state.terminated !== undefined) {
      stopped++;
      if (state.terminated.exitCode === 0) succeeded++;
    } else if (lastState.terminated !== undefined) stopped++;
    else waiting++;
  }
  if (waiting > 0) return "Pending";
  if (running > 0) return "Running";
  if (stopped === 0) return "Pending";
  if (isTerminal) return stopped === succeeded ? "Succeeded" : "Failed";
  if (restartPolicy === "Always") return "Running";
  if (stopped === succeeded) return "Succeeded";
  return restartPolicy === "Never" ? "Failed" : "Running";
}

function pendingUnlessMainRan(views: readonly ContainerView[]): Phase {
  return views.some(({ isInit, state }) => !isInit && state.running !== undefined) ? "Running" : "Pending";
}

/** The status that these containers make; conditions of others are kept. Pure. @source pkg/kubelet/kubelet_pods.go, generateAPIPodStatus; status/{generate,status_manager}.go */
export function podStatus(
  pod: Pod,
  views: readonly ContainerView[],
  facts: PodFacts,
  override?: { readonly phase: Phase; readonly reason: string; readonly message: string },
): PodStatus {
  const reached = override?.phase ?? podPhase(pod, views, facts.isTerminal);
  // A pod has not ended while a container of it still runs: a sidecar on its way out, or what a deadline stops.
  const isEnding = (reached === "Succeeded" || reached === "Failed") && views.some(({ state }) => state.running !== undefined);
  const phase = isEnding ? "Running" : reached;
  const init = views.filter(({ isInit }) => isInit);
  const main = views.filter(({ isInit, isEphemeral }) => !isInit && !isEphemeral);
  const ephemeral = views.filter(({ isEphemeral }) => isEphemeral);
  return {
    phase,
    conditions: podConditions(pod, phase, init, main, facts),
    ...(override === undefined || isEnding ? {} : { reason: override.reason, message: override.message }),
    ...(facts.hostIPs[0] === undefined ? {} : { hostIP: facts.hostIPs[0], hostIPs: facts.hostIPs.map((ip) => ({ ip })) }),
    ...(facts.podIPs[0] === undefined ? {} : { podIP: facts.podIPs[0], podIPs: facts.podIPs.map((ip) => ({ ip })) }),
    startTime: facts.startTime,
    ...(init.length > 0 ? { initContainerStatuses: init.map(containerStatus) } : {}),
    containerStatuses: main.map(containerStatus),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral.map(ephemeralStatus) } : {}),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
}

function containerStatus(view: ContainerView): ContainerStatus {
  return {
    name: view.spec.name,
    state: view.state,
    lastState: view.lastState,
    ready: view.isReady,
    restartCount: view.restartCount,
    image: view.image,
    imageID: view.imageId,
    ...(view.containerId === undefined ? {} : { containerID: view.containerId }),
    started: view.isStarted,
  };
}

/** It has neither probes nor a start of its own, so it is never ready and never said to have started. */
function ephemeralStatus(view: ContainerView): ContainerStatus {
  const { started: _, ...status } = containerStatus({ ...view, isReady: false });
  return status;
}

const ownTypes = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"] as const;

function podConditions(
  pod: Pod,
  phase: Phase,
  init: readonly ContainerView[],
  main: readonly ContainerView[],
  facts: PodFacts,
): readonly Condition[] {
  const before = pod.status?.conditions ?? [];
  const made = (type: string, isTrue: boolean, reason?: string, message?: string): Condition => {
    const known = before.find((condition) => condition.type === type);
    const status = isTrue ? "True" : "False";
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: known?.status === status ? (known.lastTransitionTime ?? facts.now) : facts.now,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
  };
  const ended = phase === "Succeeded" ? "PodCompleted" : phase === "Failed" ? "PodFailed" : undefined;
  const containers = containersReady(init, main, ended);
  const ready = containers.isTrue ? gatesReady(pod, before) : containers;
  const initialized = podInitialized(init, main, phase);
  const conditions = [
    ...(facts.clusterMinor >= 29 ? [made("PodReadyToStartContainers", facts.podIPs.length > 0 && ended === undefined)] : []),
    made("Initialized", initialized.isTrue, initialized.reason, initialized.message),
    made("Ready", ready.isTrue, ready.reason, ready.message),
    made("ContainersReady", containers.isTrue, containers.reason, containers.message),
    made("PodScheduled", true),
  ];
  const others = before.filter(({ type }) => !(ownTypes as readonly string[]).includes(type));
  return [...others, ...conditions];
}

interface Verdict {
  readonly isTrue: boolean;
  readonly reason?: string;
  readonly message?: string;
}

function containersReady(init: readonly ContainerView[], main: readonly ContainerView[], ended: string | undefined): Verdict {
  if (ended !== undefined) return { isTrue: false, reason: ended };
  const counted = [...init.filter(({ spec }) => isSidecar(spec)), ...main];
  const unready = counted.filter(({ isReady }) => !isReady).map(({ spec }) => spec.name);
  if (unready.length === 0) return { isTrue: true };
  return { isTrue: false, reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
}

/** @source pkg/kubelet/status/generate.go, GeneratePodReadyCondition */
function gatesReady(pod: Pod, conditions: readonly Condition[]): Verdict {
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const condition = conditions.find(({ type }) => type === conditionType);
    if (condition === undefined) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== "True")
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  return messages.length === 0 ? { isTrue: true } : { isTrue: false, reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}

function podInitialized(init: readonly ContainerView[], main: readonly ContainerView[], phase: Phase): Verdict {
  if (phase === "Succeeded") return { isTrue: true, reason: "PodCompleted" };
  const hasMainStarted = main.some(
    ({ state, lastState }) => state.running !== undefined || state.terminated !== undefined || lastState.terminated !== undefined,
  );
  if (hasMainStarted) return { isTrue: true };
  const incomplete = init
    .filter((view) => (isSidecar(view.spec) ? !view.isStarted : view.state.terminated?.exitCode !== 0))
    .map(({ spec }) => spec.name);
  if (incomplete.length === 0) return { isTrue: true };
  return { isTrue: false, reason: "ContainersNotInitialized", message: `containers with incomplete status: [${incomplete.join(" ")}]` };
}

/** @source pkg/apis/core/v1/helper/qos/qos.go, ComputePodQOS */
export function qosClass(pod: Pod): NonNullable<PodStatus["qosClass"]> {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const amounts = (list: Readonly<Record<string, string>> | undefined) => [list?.cpu, list?.memory];
  const isEmpty = all.every(({ resources }) =>
    [...amounts(resources?.requests), ...amounts(resources?.limits)].every((amount) => amount === undefined),
  );
  if (isEmpty) return "BestEffort";
  const isGuaranteed = all.every(({ resources }) => {
    const limits = amounts(resources?.limits);
    const requests = amounts(resources?.requests);
    return limits.every((limit, i) => limit !== undefined && (requests[i] === undefined || requests[i] === limit));
  });
  return isGuaranteed ? "Guaranteed" : "Burstable";
}
