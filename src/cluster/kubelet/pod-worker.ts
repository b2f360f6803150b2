import { isEqualData } from "../api/equal.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Handler, Pod, PodStatus } from "../api/pod/types.ts";
import type { Machine } from "../machine/machine.ts";
import { type ProgramEntry, type SignalName, type Sys, signalNumber } from "../machine/syscall.ts";
import type { Timer } from "../sim/clock.ts";
import { formatRfc3339 } from "../sim/date.ts";
import { ContainerVariables, containerEnv, type EnvSources } from "./container-env.ts";
import { launchContainer } from "./container-launch.ts";
import { type ContainerInstance, ContainerSlot } from "./container-slot.ts";
import type { ContainerImage, KubeletOptions, Sandbox } from "./host.ts";
import { goDuration, type ImageStore, imageId, isImageName, pullError } from "./image-store.ts";
import { podStatus } from "./pod-status.ts";
import { handlerRun, type ProbeTarget, probeRun } from "./probe-actions.ts";
import { type ProbeOutcome, ProbeWorker } from "./probe-worker.ts";
import { podPath, volumeContent, volumePath, writeVolume } from "./volumes.ts";

const second = 1_000_000;
/** From the image to the running program. */
const startUs = 500_000;
/** How long a container's end or a failed pull is shown before the back-off is. */
const showEndUs = 1_000_000;
const configRetryUs = 10_000_000;
const lookAgainUs = 12_000_000;
/** SIGTERM is given at least this, whatever preStop took. @source pkg/kubelet/kuberuntime, minimumGracePeriodInSeconds */
const leastGraceUs = 2 * second;

/** What a pod worker needs of its kubelet. */
export interface PodWorkerContext {
  readonly options: KubeletOptions;
  readonly images: ImageStore;
  /** The node's own addresses, the primary first. */
  readonly hostIPs: readonly string[];
  sources(pod: Pod): Omit<EnvSources, "podIPs">;
  serviceVariables(pod: Pod): ReadonlyMap<string, string>;
  /** The pod as the API server has it now. */
  current(pod: Pod): Pod | undefined;
  /** The worker has nothing left to do. */
  finished(worker: PodWorker): void;
}

/**
 * Brings one pod to life and keeps it: level-triggered like the kubelet's own syncPod; whatever changes calls `sync`.
 * @source pkg/kubelet/kubelet.go, SyncPod; pkg/kubelet/kuberuntime/kuberuntime_manager.go, computePodActions
 */
export class PodWorker {
  readonly slots: ContainerSlot[];
  readonly uid: string;
  #pod: Pod;
  readonly #context: PodWorkerContext;
  #sandbox: Sandbox | undefined;
  readonly #startTime: string;
  readonly #origin: Origin;
  #isPaused = false;
  #isTerminating = false;
  #isWriteQueued = false;
  #isEnded = false;
  #killAtUs: number | undefined;
  #override: { readonly phase: "Failed"; readonly reason: string; readonly message: string } | undefined;
  #mountRetryUs = 0;
  #hasVolumes = false;
  readonly #timers = new Set<Timer>();

  constructor(context: PodWorkerContext, pod: Pod) {
    this.#context = context;
    this.#pod = pod;
    this.uid = pod.metadata.uid;
    const init = pod.spec.initContainers ?? [];
    this.slots = [
      ...init.map((spec) => new ContainerSlot(spec, true, true)),
      ...pod.spec.containers.map((spec) => new ContainerSlot(spec, false, init.length > 0)),
      ...(pod.spec.ephemeralContainers ?? []).map((spec) => new ContainerSlot(spec, false, false, true)),
    ];
    this.#origin = originOf(pod, context.options.simulation.clock.now());
    this.#startTime = pod.status?.startTime ?? this.#now();
  }

  get pod(): Pod {
    return this.#pod;
  }

  get sandbox(): Sandbox | undefined {
    return this.#sandbox;
  }

  get isTerminating(): boolean {
    return this.#isTerminating;
  }

  slot(name: string): ContainerSlot | undefined {
    return this.slots.find(({ spec }) => spec.name === name);
  }

  start(): void {
    if (this.#makeSandbox()) {
      if (this.#origin === "given") this.#adopt();
      else if (this.#origin === "rebooted") this.#resume();
      this.sync();
    }
    this.#queueWrite();
    this.#watchDeadline();
  }

  /** The kubelet stops: containers run on, nobody probes, restarts or reports them. */
  pause(): void {
    this.#isPaused = true;
    for (const { instance } of this.slots) for (const probe of instance?.probes ?? []) probe.stop();
  }

  /** The kubelet is back. */
  unpause(): void {
    this.#isPaused = false;
    const { clock } = this.#context.options.simulation;
    for (const slot of this.slots) {
      for (const probe of slot.instance?.probes ?? []) {
        const isDue = probe.kind === "Startup" ? !slot.isStarted : slot.isStarted;
        if (isDue && slot.instance?.isStopping === false) probe.start(clock.now());
      }
    }
    this.sync();
    this.#queueWrite();
  }

  #makeSandbox(): boolean {
    const { node, podNetwork } = this.#context.options;
    if (this.#pod.spec.hostNetwork === true) {
      this.#sandbox = { network: node.network, ips: node.network.addresses(), remove: () => {} };
      return true;
    }
    // Only a given pod keeps its address; a new sandbox gets a new one.
    const { podIP: _ip, podIPs: _ips, ...status } = this.#pod.status ?? {};
    this.#sandbox = podNetwork.createSandbox(this.#origin === "given" ? this.#pod : { ...this.#pod, status });
    if (this.#sandbox !== undefined) return true;
    const id = this.#hex(`sandboxID/${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`);
    const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id}": plugin type="ptp" failed (add): no IP addresses available`;
    this.#tell("Warning", "FailedCreatePodSandBox", message);
    this.#later(configRetryUs, true, () => this.sync());
    return false;
  }

  /** The API server's object changed. */
  update(pod: Pod): void {
    const old = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.terminate(pod.metadata.deletionGracePeriodSeconds ?? 30);
      return;
    }
    if (old.spec !== pod.spec) {
      this.#replaceChangedImages(old);
      this.#addEphemeral();
    }
    const hasGates = (pod.spec.readinessGates ?? []).length > 0;
    if (hasGates && !isEqualData(old.status?.conditions, pod.status?.conditions)) this.#queueWrite();
    if (old.metadata.labels !== pod.metadata.labels || old.metadata.annotations !== pod.metadata.annotations) this.renewVolumes();
  }

  /** @source kubernetes.io, "Ephemeral Containers" */
  #addEphemeral(): void {
    const added = (this.#pod.spec.ephemeralContainers ?? []).filter(({ name }) => this.slot(name) === undefined);
    if (added.length === 0) return;
    for (const spec of added) this.slots.push(new ContainerSlot(spec, false, false, true));
    this.sync();
    this.#queueWrite();
  }

  /** Refused at the door: it does not fit this node. @source pkg/kubelet/lifecycle/predicate.go */
  reject(reason: string, message: string): void {
    this.#override = { phase: "Failed", reason, message };
    this.#tell("Warning", reason, message);
    this.#isEnded = true;
    this.#queueWrite();
  }

  /** Once more, though nothing of it changed: the node was lost and is back. */
  rewrite(): void {
    this.#queueWrite();
  }

  /** The node goes down: everything ends silently. */
  drop(): void {
    this.#isEnded = true;
    for (const slot of this.slots) for (const probe of slot.instance?.probes ?? []) probe.stop();
    for (const slot of this.slots) slot.instance?.machine.powerOff();
    for (const timer of this.#timers) this.#context.options.simulation.clock.cancel(timer);
    if (this.#pod.spec.hostNetwork !== true) this.#sandbox?.remove();
    this.#sandbox = undefined;
  }

  // ---- bringing containers up ----

  sync(): void {
    if (this.#isTerminating || this.#isEnded || this.#isPaused) return;
    if (this.#sandbox === undefined && !this.#makeSandbox()) return;
    if (!this.#hasVolumes && !this.#layVolumes()) return;
    for (const slot of this.slots) if (slot.isEphemeral && !slot.hasEverStarted) this.#ensure(slot);
    const main = this.slots.filter(({ isInit, isEphemeral }) => !isInit && !isEphemeral);
    const hasMainStarted = main.some(({ hasEverStarted }) => hasEverStarted);
    for (const slot of this.slots) {
      if (!slot.isInit) continue;
      if (slot.isSidecar) {
        this.#ensure(slot);
        if (!slot.isStarted && !hasMainStarted) return;
      } else if (!hasMainStarted && !(slot.state.terminated?.exitCode === 0)) {
        this.#ensure(slot);
        return;
      }
    }
    if (main.every((slot) => slot.state.terminated !== undefined && !this.#mayRestart(slot))) {
      this.#finish();
      return;
    }
    for (const slot of main) this.#ensure(slot);
  }

  #mayRestart(slot: ContainerSlot): boolean {
    const { restartPolicy } = this.#pod.spec;
    if (slot.isEphemeral) return false;
    if (slot.isSidecar) return true;
    if (slot.isInit) return restartPolicy !== "Never" && slot.exitCode !== 0;
    return restartPolicy === "Always" || (restartPolicy === "OnFailure" && slot.exitCode !== 0) || restartPolicy === undefined;
  }

  #ensure(slot: ContainerSlot): void {
    if (slot.isBusy || slot.instance !== undefined) return;
    const { clock } = this.#context.options.simulation;
    if (slot.state.terminated !== undefined || slot.state.waiting?.reason === "CrashLoopBackOff") {
      if (!this.#mayRestart(slot)) {
        if (slot.isInit && slot.exitCode !== 0) this.#finish();
        return;
      }
      const leftUs = slot.restartAtUs - clock.now();
      if (leftUs > 0) {
        this.#backOff(slot, leftUs);
        return;
      }
    }
    this.#begin(slot);
  }

  /** Waiting for its next try is no news, so it does not keep the cluster from being settled. */
  #backOff(slot: ContainerSlot, leftUs: number): void {
    slot.isBusy = true;
    const { name, namespace, uid } = this.#pod.metadata;
    const podText = `${name}_${namespace}(${uid})`;
    const say = () => this.#tell("Warning", "BackOff", `Back-off restarting failed container ${slot.spec.name} in pod ${podText}`, slot);
    this.#repeat(Math.min(showEndUs, leftUs), leftUs, say);
    this.#later(Math.min(showEndUs, leftUs), true, () => {
      slot.wait(
        "CrashLoopBackOff",
        `back-off ${goDuration(roundToSecond(leftUs))} restarting failed container=${slot.spec.name} pod=${podText}`,
      );
      this.#queueWrite();
    });
    this.#later(leftUs, true, () => {
      slot.isBusy = false;
      if (!this.#isTerminating && !this.#isEnded && !this.#isPaused) this.#begin(slot);
    });
  }

  #begin(slot: ContainerSlot): void {
    const { images, options } = this.#context;
    slot.isBusy = true;
    const { image } = slot;
    if (!isImageName(image)) {
      this.#tell(
        "Warning",
        "InspectFailed",
        `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
        slot,
      );
      this.#failPull(
        slot,
        "InvalidImageName",
        `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
      );
      return;
    }
    const found = options.images.find(image, this.#pod, slot.spec.name);
    const policy = slot.spec.imagePullPolicy ?? "IfNotPresent";
    if (images.has(image) && policy !== "Always" && found !== undefined) {
      this.#tell("Normal", "Pulled", `Container image "${image}" already present on machine`, slot);
      this.#create(slot, found);
      return;
    }
    if (policy === "Never") {
      const text = `Container image "${image}" is not present with pull policy of Never`;
      this.#tell("Warning", "ErrImageNeverPull", text, slot);
      this.#failPull(slot, "ErrImageNeverPull", text);
      return;
    }
    this.#tell("Normal", "Pulling", `Pulling image "${image}"`, slot);
    images.pull(image, found !== undefined, (tookUs) => {
      if (this.#isTerminating || this.#isEnded) return;
      if (found === undefined) {
        const error = pullError(image);
        this.#tell("Warning", "Failed", `Failed to pull image "${image}": ${error}`, slot);
        this.#failPull(slot, "ErrImagePull", error);
        return;
      }
      const took = goDuration(tookUs);
      const size = options.clusterVersion.minor >= 30 ? ` Image size: ${found.sizeBytes} bytes.` : "";
      this.#tell("Normal", "Pulled", `Successfully pulled image "${image}" in ${took} (${took} including waiting).${size}`, slot);
      this.#create(slot, found);
    });
  }

  /** @source pkg/kubelet/images/image_manager.go, EnsureImageExists */
  #failPull(slot: ContainerSlot, reason: string, message: string): void {
    this.#tell("Warning", "Failed", `Error: ${reason}`, slot);
    slot.wait(reason, message);
    this.#queueWrite();
    const waitUs = slot.nextPullBackoffUs();
    if (reason === "ErrImagePull") {
      const text = `Back-off pulling image "${slot.image}"`;
      this.#repeat(2 * showEndUs, waitUs, () => {
        this.#tell("Normal", "BackOff", text, slot);
        this.#tell("Warning", "Failed", "Error: ImagePullBackOff", slot);
      });
      this.#later(2 * showEndUs, true, () => {
        slot.wait("ImagePullBackOff", this.#context.options.clusterVersion.minor >= 32 ? `${text}: ErrImagePull: ${message}` : text);
        this.#queueWrite();
      });
    }
    this.#later(waitUs, true, () => {
      slot.isBusy = false;
      this.sync();
    });
  }

  #create(slot: ContainerSlot, image: ContainerImage): void {
    const { options } = this.#context;
    slot.pullBackoffUs = 0;
    slot.imageId = imageId(slot.image);
    const env = this.#env(slot);
    if (!env.ok) {
      this.#tell("Warning", "Failed", `Error: ${env.message}`, slot);
      slot.wait("CreateContainerConfigError", env.message);
      this.#queueWrite();
      this.#later(configRetryUs, true, () => {
        slot.isBusy = false;
        this.sync();
      });
      return;
    }
    const { minor } = options.clusterVersion;
    const { name } = slot.spec;
    this.#tell(
      "Normal",
      "Created",
      minor >= 35 ? "Container created" : minor >= 32 ? `Created container: ${name}` : `Created container ${name}`,
      slot,
    );
    this.#later(startUs, false, () => {
      slot.isBusy = false;
      if (this.#isTerminating || this.#isEnded || this.#isPaused) return;
      const isRestart = slot.hasEverStarted;
      const started = this.#launch(slot, image, env.env);
      if (typeof started === "string") this.#failStart(slot, started);
      else {
        this.#tell("Normal", "Started", minor >= 35 ? "Container started" : `Started container ${name}`, slot);
        this.#runs(slot, started, isRestart);
      }
    });
  }

  #env(slot: ContainerSlot): ReturnType<typeof containerEnv> {
    const sources = { ...this.#context.sources(this.#pod), podIPs: this.#sandbox?.ips ?? [] };
    return containerEnv(this.#pod, slot.spec, sources, this.#context.serviceVariables(this.#pod));
  }

  /** A new life of the container, or why it could not begin. */
  #launch(slot: ContainerSlot, image: ContainerImage, env: ContainerVariables): ContainerInstance | string {
    const { options } = this.#context;
    const { namespace, name } = this.#pod.metadata;
    const launched = launchContainer(options, this.#pod, this.#sandbox, slot.spec, image, env);
    if (typeof launched === "string") return launched;
    const instance: ContainerInstance = {
      ...launched,
      id: this.#hex(`containerID/${namespace}/${name}/${slot.spec.name}`),
      startedUs: options.simulation.clock.now(),
      startedAt: this.#now(),
      probes: this.#probes(slot, launched.machine),
      isStopping: false,
    };
    launched.process.onExit((status) => this.#exited(slot, instance, status));
    return instance;
  }

  #runs(slot: ContainerSlot, instance: ContainerInstance, isRestart: boolean): void {
    slot.run(instance, isRestart);
    const hook = slot.spec.lifecycle?.postStart;
    if (hook === undefined) {
      this.#up(slot, instance);
      return;
    }
    this.#queueWrite();
    this.#runHook(hook, slot, instance, undefined, (outcome) => {
      if (slot.instance !== instance || instance.isStopping) return;
      if (outcome.type === "success") {
        this.#up(slot, instance);
        return;
      }
      this.#tell("Warning", "FailedPostStartHook", "PostStartHook failed", slot);
      this.#stop(slot, instance, "FailedPostStartHook");
    });
  }

  /** It runs and its start is complete but for the start-up probe. */
  #up(slot: ContainerSlot, instance: ContainerInstance): void {
    const startup = instance.probes.find(({ kind }) => kind === "Startup");
    if (startup !== undefined) startup.start(instance.startedUs);
    else this.#started(slot, instance);
    this.#queueWrite();
  }

  #started(slot: ContainerSlot, instance: ContainerInstance): void {
    slot.isStarted = true;
    for (const probe of instance.probes) if (probe.kind !== "Startup") probe.start(instance.startedUs);
    slot.isReady = instance.probes.every(({ kind, result }) => kind !== "Readiness" || result === "success");
    this.sync(); // the next container may wait for a sidecar
  }

  /** @source pkg/kubelet/kuberuntime: the container never ran, so its times are the epoch's */
  #failStart(slot: ContainerSlot, message: string): void {
    const { simulation } = this.#context.options;
    this.#tell("Warning", "Failed", `Error: ${message}`, slot);
    const containerID = `containerd://${this.#hex(`containerID/${this.#pod.metadata.namespace}/${this.#pod.metadata.name}/${slot.spec.name}`)}`;
    if (slot.hasEverStarted) slot.restartCount++;
    slot.containerId = containerID;
    const finishedAt = this.#now();
    slot.end(
      { exitCode: 128, reason: "StartError", message, startedAt: "1970-01-01T00:00:00Z", finishedAt, containerID },
      simulation.clock.now(),
    );
    slot.wait("RunContainerError", message);
    this.#queueWrite();
    this.#later(showEndUs, true, () => {
      const terminated = slot.lastState.terminated;
      if (terminated !== undefined && slot.state.waiting !== undefined) slot.state = { terminated };
      this.sync();
      this.#queueWrite();
    });
  }

  #exited(slot: ContainerSlot, instance: ContainerInstance, status: number): void {
    if (slot.instance !== instance) return;
    for (const probe of instance.probes) probe.stop();
    instance.log.end();
    const { clock } = this.#context.options.simulation;
    slot.end(
      {
        exitCode: status,
        reason: status === 0 ? "Completed" : "Error",
        startedAt: instance.startedAt,
        finishedAt: this.#now(),
        containerID: `containerd://${instance.id}`,
      },
      clock.now(),
    );
    if (this.#isTerminating) {
      this.#closeIfDone();
      return;
    }
    this.#queueWrite();
    this.sync();
  }

  // ---- given pods ----

  /** A pod that was running before the start: its containers run from now on, silently and at once. */
  #adopt(): void {
    const { options, images } = this.#context;
    if (!this.#layVolumes()) return;
    for (const slot of this.slots) {
      const known = [...(this.#pod.status?.containerStatuses ?? []), ...(this.#pod.status?.initContainerStatuses ?? [])].find(
        ({ name }) => name === slot.spec.name,
      );
      slot.adopt(known);
      if (slot.isInit && !slot.isSidecar) {
        slot.state = known?.state?.terminated === undefined ? { terminated: { exitCode: 0, reason: "Completed" } } : known.state;
        continue;
      }
      images.add(slot.image);
      const found = options.images.find(slot.image, this.#pod, slot.spec.name) ?? unknownImage;
      slot.imageId = known?.imageID ?? imageId(slot.image);
      const env = this.#env(slot);
      const started = this.#launch(slot, found, env.ok ? env.env : new ContainerVariables(new Map(), new Map()));
      if (typeof started === "string") continue; // it starts the usual way and fails there
      slot.run(started, false);
      if (known?.state?.running?.startedAt != null) slot.state = { running: { startedAt: known.state.running.startedAt } };
      slot.isStarted = true;
      slot.isReady = known?.ready ?? this.#pod.status?.conditions?.find(({ type }) => type === "Ready")?.status !== "False";
      for (const probe of started.probes) {
        if (probe.kind === "Readiness") probe.result = slot.isReady ? "success" : "failure";
        if (probe.kind !== "Startup") probe.start(started.startedUs);
      }
    }
  }

  /** The node was off: a new sandbox, and every container that was there starts again. @source pkg/kubelet/kuberuntime, sandbox changed */
  #resume(): void {
    this.#tell("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = this.#pod.status;
    const statuses = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
    for (const slot of this.slots) {
      const known = statuses.find(({ name }) => name === slot.spec.name);
      if (known === undefined) continue;
      slot.adopt(known);
      if (slot.isEphemeral && known.state.terminated !== undefined) slot.state = known.state; // it is never run again
      if (known.state.running === undefined) continue;
      const startedAt = known.state.running.startedAt ?? this.#startTime;
      slot.state = { terminated: { exitCode: 255, reason: "Unknown", startedAt, finishedAt: this.#now() } };
    }
  }

  /** @source pkg/kubelet/active_deadline.go */
  #watchDeadline(): void {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    this.#later(seconds * second, false, () => {
      if (this.#isTerminating || this.#isEnded) return;
      const message = "Pod was active on the node longer than the specified deadline";
      this.#tell("Normal", "DeadlineExceeded", message);
      this.#override = { phase: "Failed", reason: "DeadlineExceeded", message };
      this.#finish();
    });
  }

  // ---- probes ----

  #probes(slot: ContainerSlot, machine: Machine): readonly ProbeWorker[] {
    const { clock } = this.#context.options.simulation;
    const target = this.#target(slot, machine);
    const workers: ProbeWorker[] = [];
    for (const [kind, probe] of [
      ["Startup", slot.spec.startupProbe],
      ["Liveness", slot.spec.livenessProbe],
      ["Readiness", slot.spec.readinessProbe],
    ] as const) {
      if (probe === undefined) continue;
      const worker: ProbeWorker = new ProbeWorker(kind, probe, clock, probeRun(target, probe), (outcome, hasChanged) =>
        this.#probed(slot, worker, outcome, hasChanged),
      );
      workers.push(worker);
    }
    return workers;
  }

  #target(slot: ContainerSlot, machine: Machine): ProbeTarget {
    const { simulation, node, clusterVersion } = this.#context.options;
    return {
      clock: simulation.clock,
      network: node.network,
      machine,
      podIp: this.#sandbox?.ips[0] ?? "",
      container: slot.spec,
      clusterMinor: clusterVersion.minor,
    };
  }

  /** @source pkg/kubelet/prober/{prober,prober_manager}.go */
  #probed(slot: ContainerSlot, worker: ProbeWorker, outcome: ProbeOutcome, hasChanged: boolean): void {
    const { instance } = slot;
    if (instance === undefined || !instance.probes.includes(worker)) return;
    if (outcome.type === "failure") this.#tell("Warning", "Unhealthy", `${worker.kind} probe failed: ${outcome.output}`, slot);
    else if (outcome.type === "error")
      this.#tell("Warning", "Unhealthy", `${worker.kind} probe errored and resulted in unknown state: ${outcome.output}`, slot);
    if (!hasChanged) return;
    if (worker.kind === "Readiness") {
      slot.isReady = outcome.type === "success";
      this.#queueWrite();
    } else if (outcome.type === "success") {
      if (worker.kind !== "Startup") return;
      worker.stop();
      this.#started(slot, instance);
      this.#queueWrite();
    } else {
      const message = `Container ${slot.spec.name} failed ${worker.kind.toLowerCase()} probe, will be restarted`;
      const probe = worker.kind === "Liveness" ? slot.spec.livenessProbe : slot.spec.startupProbe;
      this.#stop(slot, instance, message, probe?.terminationGracePeriodSeconds);
    }
  }

  // ---- the end ----

  /** Deleted: Killing events, preStop, SIGTERM, what is left of the grace, SIGKILL; then the object goes. */
  terminate(graceSeconds: number): void {
    const { clock } = this.#context.options.simulation;
    const killAtUs = clock.now() + graceSeconds * second;
    const isShorter = this.#killAtUs !== undefined && killAtUs < this.#killAtUs;
    if (this.#isTerminating && !isShorter) return;
    this.#killAtUs = killAtUs;
    if (this.#isTerminating) {
      for (const { instance } of this.slots) if (instance !== undefined) this.#killLater(instance, graceSeconds * second);
      return;
    }
    this.#isTerminating = true;
    const main = this.slots.filter(({ isSidecar }) => !isSidecar);
    for (const slot of main) {
      if (slot.instance !== undefined && !slot.instance.isStopping)
        this.#stop(slot, slot.instance, `Stopping container ${slot.spec.name}`, graceSeconds);
    }
    this.#closeIfDone();
  }

  /** Sidecars go last, in reverse order. */
  #closeIfDone(): void {
    const { options, finished } = this.#context;
    if (this.slots.some(({ isSidecar, instance }) => !isSidecar && instance !== undefined)) return;
    const sidecar = this.slots.findLast(({ instance }) => instance !== undefined);
    if (sidecar?.instance !== undefined) {
      const leftUs = Math.max(leastGraceUs, (this.#killAtUs ?? 0) - options.simulation.clock.now());
      if (!sidecar.instance.isStopping)
        this.#stop(sidecar, sidecar.instance, `Stopping container ${sidecar.spec.name}`, Math.ceil(leftUs / second));
      return;
    }
    this.#isEnded = true;
    for (const timer of this.#timers) options.simulation.clock.cancel(timer);
    this.#write(true); // how it ended is told before the object goes
    if (this.#pod.spec.hostNetwork !== true) this.#sandbox?.remove();
    this.#sandbox = undefined;
    options.node.files.remove(podPath(this.#pod), { recursive: true });
    finished(this);
  }

  /** Nothing of it will run again; its sidecars are no longer needed. */
  #finish(): void {
    this.#isEnded = true;
    for (const slot of this.slots.toReversed()) {
      if (slot.instance !== undefined && !slot.instance.isStopping) this.#stop(slot, slot.instance, `Stopping container ${slot.spec.name}`);
    }
    this.#queueWrite();
  }

  #stop(slot: ContainerSlot, instance: ContainerInstance, message: string, graceSeconds?: number): void {
    instance.isStopping = true;
    for (const probe of instance.probes) if (probe.kind !== "Readiness" || !this.#isTerminating) probe.stop();
    this.#tell("Normal", "Killing", message, slot);
    const { clock } = this.#context.options.simulation;
    const graceUs = (graceSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? 30) * second;
    const beganUs = clock.now();
    const hook = slot.spec.lifecycle?.preStop;
    if (graceUs === 0) {
      instance.process.kill("SIGKILL");
      return;
    }
    if (hook === undefined) {
      this.#killLater(instance, graceUs);
      signal(instance, "SIGTERM");
      return;
    }
    this.#runHook(hook, slot, instance, graceUs, (outcome) => {
      if (slot.instance !== instance) return;
      if (outcome.type !== "success") this.#tell("Warning", "FailedPreStopHook", "PreStopHook failed", slot);
      this.#killLater(instance, Math.max(leastGraceUs, beganUs + graceUs - clock.now()));
      signal(instance, "SIGTERM");
    });
  }

  #killLater(instance: ContainerInstance, delayUs: number): void {
    this.#context.options.simulation.clock.after(delayUs, () => {
      if (instance.process.exitStatus === undefined) instance.process.kill("SIGKILL");
    });
  }

  #runHook(
    hook: Handler,
    slot: ContainerSlot,
    instance: ContainerInstance,
    limitUs: number | undefined,
    done: (outcome: ProbeOutcome) => void,
  ): void {
    const run = handlerRun(this.#target(slot, instance.machine), hook, limitUs ?? 3600 * second, "hook");
    run(done);
  }

  // ---- volumes ----

  #layVolumes(): boolean {
    const { node, simulation } = this.#context.options;
    const sources = { ...this.#context.sources(this.#pod), podIPs: this.#sandbox?.ips ?? [] };
    for (const volume of this.#pod.spec.volumes ?? []) {
      const content = volumeContent(this.#pod, volume, sources);
      if (content?.ok === false) {
        this.#tell("Warning", "FailedMount", `MountVolume.SetUp failed for volume "${volume.name}" : ${content.message}`);
        this.#mountRetryUs = Math.min(this.#mountRetryUs === 0 ? second / 2 : 2 * this.#mountRetryUs, 122 * second);
        this.#timers.add(simulation.clock.afterPeriodic(this.#mountRetryUs, () => this.sync()));
        return false;
      }
      if (content === undefined) node.files.makeDirectory(volumePath(this.#pod, volume), { parents: true });
      else writeVolume(node, this.#pod, volume, content.files);
    }
    this.#hasVolumes = true;
    return true;
  }

  /** ConfigMaps, Secrets or the pod's own labels changed: mounted files follow, variables do not. */
  renewVolumes(): void {
    if (!this.#hasVolumes || this.#isEnded) return;
    const sources = { ...this.#context.sources(this.#pod), podIPs: this.#sandbox?.ips ?? [] };
    for (const volume of this.#pod.spec.volumes ?? []) {
      const content = volumeContent(this.#pod, volume, sources);
      if (content?.ok === true) writeVolume(this.#context.options.node, this.#pod, volume, content.files);
    }
  }

  /** A changed image is the one change of a running pod that its kubelet carries out. */
  #replaceChangedImages(old: Pod): void {
    for (const slot of this.slots) {
      const before = [...old.spec.containers, ...(old.spec.initContainers ?? [])].find(({ name }) => name === slot.spec.name);
      const now = [...this.#pod.spec.containers, ...(this.#pod.spec.initContainers ?? [])].find(({ name }) => name === slot.spec.name);
      if (before === undefined || now === undefined || before.image === now.image) continue;
      slot.spec = now;
      if (slot.instance !== undefined && !slot.instance.isStopping)
        this.#stop(slot, slot.instance, `Container ${slot.spec.name} definition changed, will be restarted`);
    }
  }

  // ---- writing ----

  #queueWrite(): void {
    if (this.#isWriteQueued) return;
    this.#isWriteQueued = true;
    this.#context.options.simulation.clock.after(0, () => {
      this.#isWriteQueued = false;
      this.#write();
    });
  }

  #write(isTerminal = false): void {
    const { options, current } = this.#context;
    if (this.#isPaused || !options.isConnected()) return; // it writes when the way is free again
    const pod = current(this.#pod);
    if (pod === undefined || pod.metadata.uid !== this.uid) return;
    const views = this.slots.map((slot) => slot.view());
    const facts = {
      hostIPs: this.#context.hostIPs,
      podIPs: this.#sandbox?.ips ?? [],
      startTime: this.#startTime,
      isTerminal,
      now: this.#now(),
      clusterMinor: options.clusterVersion.minor,
    };
    const status: PodStatus = podStatus(pod, views, facts, this.#override);
    const before = pod.status as LooseObject | undefined;
    if (Object.entries(status).every(([member, value]) => isEqualData(value, before?.[member]))) return;
    const { namespace, name } = pod.metadata;
    options.client.patch("Pod", namespace, name, { status: status as unknown as LooseObject }, "status");
  }

  #tell(type: "Normal" | "Warning", reason: string, message: string, slot?: ContainerSlot): void {
    const { client, nodeName, isConnected } = this.#context.options;
    if (this.#isPaused || !isConnected()) return;
    const place = slot === undefined ? {} : { fieldPath: slot.fieldPath };
    client.event(this.#pod as KubernetesObject, { type, reason, message, component: "kubelet", host: nodeName, ...place });
  }

  #later(delayUs: number, isPeriodic: boolean, run: () => void): void {
    const { clock } = this.#context.options.simulation;
    const guarded = (): void => {
      this.#timers.delete(timer);
      run();
    };
    const timer: Timer = isPeriodic ? clock.afterPeriodic(delayUs, guarded) : clock.after(delayUs, guarded);
    this.#timers.add(timer);
  }

  /** While something waits, each look at the pod tells of it again: every twelve seconds or so. @source pkg/kubelet/pod_workers.go, backOffPeriod (10 s, jittered by half) */
  #repeat(firstUs: number, endUs: number, say: () => void): void {
    for (let atUs = firstUs; atUs === firstUs || atUs < endUs; atUs += lookAgainUs) {
      this.#later(atUs, true, () => {
        if (!this.#isTerminating && !this.#isEnded) say();
      });
    }
  }

  #now(): string {
    return formatRfc3339(this.#context.options.simulation.dateMs());
  }

  /** 64 hexadecimal digits, as digests and container ids have. */
  #hex(stream: string): string {
    const random = this.#context.options.simulation.random(stream);
    return Array.from({ length: 8 }, () => random.uint32().toString(16).padStart(8, "0")).join("");
  }
}

type Origin = "new" | "given" | "rebooted";

/** A pod that comes with an address was running before its kubelet looked: at t=0 it was given so, later its node was off meanwhile. */
function originOf({ status }: Pod, nowUs: number): Origin {
  if ((status?.podIP ?? "") === "" || status.phase === "Pending") return "new";
  return nowUs === 0 ? "given" : "rebooted";
}

function roundToSecond(us: number): number {
  return Math.ceil(us / second) * second;
}

function signal(instance: ContainerInstance, name: SignalName): void {
  if (instance.process.exitStatus === undefined) instance.process.kill(name);
}

/** What stands in for an image nobody knows, in a pod that was running when it was given: it is there and answers nothing. */
const unknownImage: ContainerImage = {
  entrypoint: ["app"],
  command: [],
  env: new Map(),
  sizeBytes: 0,
  programs: new Map<string, ProgramEntry>([
    [
      "app",
      {
        name: "app",
        *run(_sys: Sys) {
          yield () => undefined;
          return 128 + signalNumber.SIGKILL;
        },
      },
    ],
  ]),
};
