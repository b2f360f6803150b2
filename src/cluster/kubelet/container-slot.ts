import { type Container, type ContainerState, isSidecar } from "../api/pod/types.ts";
import type { Machine } from "../machine/machine.ts";
import type { Process } from "../machine/syscall.ts";
import type { Console } from "./console.ts";
import type { ContainerLog } from "./container-log.ts";
import { fullImageName } from "./image-store.ts";
import type { ContainerView } from "./pod-status.ts";
import type { ProbeWorker } from "./probe-worker.ts";

/** One life of a container: from its start to its exit. */
export interface ContainerInstance {
  readonly machine: Machine;
  readonly process: Process;
  readonly id: string;
  readonly startedUs: number;
  readonly startedAt: string;
  readonly log: ContainerLog;
  readonly console: Console;
  readonly probes: readonly ProbeWorker[];
  /** Set once it is being stopped. */
  isStopping: boolean;
}

const firstBackoffUs = 10_000_000;
const longestBackoffUs = 300_000_000;
/** Who ran this long starts the series anew. @source pkg/kubelet, 2 × MaxContainerBackOff */
const forgivenUs = 600_000_000;

/** A container of a pod with its history over restarts. */
export class ContainerSlot {
  spec: Container;
  readonly isInit: boolean;
  /** Added to a running pod by `kubectl debug`: runs once, beside the others. */
  readonly isEphemeral: boolean;
  /** `spec.containers{web}`: how events name it. */
  readonly fieldPath: string;
  /** As a step on the way to running: nothing else may begin meanwhile. */
  isBusy = false;
  state: ContainerState;
  lastState: ContainerState = {};
  instance: ContainerInstance | undefined;
  /** The logs of the last two lives. */
  log: ContainerLog | undefined;
  previousLog: ContainerLog | undefined;
  containerId: string | undefined;
  imageId = "";
  restartCount = 0;
  isStarted = false;
  isReady = false;
  /** When it may start again, and how long it will have to wait the time after. */
  restartAtUs = 0;
  #backoffUs: number | undefined;
  #lastRestartUs = 0;
  pullBackoffUs = 0;

  constructor(spec: Container, isInit: boolean, hasInit: boolean, isEphemeral = false) {
    this.spec = spec;
    this.isInit = isInit;
    this.isEphemeral = isEphemeral;
    this.fieldPath = `spec.${isInit ? "initContainers" : isEphemeral ? "ephemeralContainers" : "containers"}{${spec.name}}`;
    this.state = { waiting: { reason: hasInit ? "PodInitializing" : "ContainerCreating" } };
  }

  get isSidecar(): boolean {
    return this.isInit && isSidecar(this.spec);
  }

  get image(): string {
    return this.spec.image ?? "";
  }

  /** The exit code of the last life; undefined before the first end and while it runs. */
  get exitCode(): number | undefined {
    return (this.state.terminated ?? this.lastState.terminated)?.exitCode;
  }

  get hasEverStarted(): boolean {
    return this.state.running !== undefined || this.state.terminated !== undefined || this.lastState.terminated !== undefined;
  }

  wait(reason: string, message?: string): void {
    if (this.state.terminated !== undefined) this.lastState = { terminated: this.state.terminated };
    this.state = { waiting: message === undefined ? { reason } : { reason, message } };
  }

  run(instance: ContainerInstance, isRestart: boolean): void {
    if (this.state.terminated !== undefined) this.lastState = { terminated: this.state.terminated };
    this.state = { running: { startedAt: instance.startedAt } };
    this.instance = instance;
    this.containerId = `containerd://${instance.id}`;
    this.previousLog = this.log;
    this.log = instance.log;
    if (isRestart) this.restartCount++;
    this.#lastRestartUs = instance.startedUs;
  }

  end(terminated: NonNullable<ContainerState["terminated"]>, nowUs: number): void {
    this.state = { terminated };
    this.instance = undefined;
    this.isReady = false;
    this.isStarted = false;
    // The first restart comes at once, the next after 10, 20, 40 … 300 s, counted from the exit.
    const isForgiven = this.#backoffUs === undefined || nowUs - this.#lastRestartUs > forgivenUs;
    this.restartAtUs = isForgiven ? nowUs : nowUs + (this.#backoffUs ?? 0);
    this.#backoffUs = isForgiven ? firstBackoffUs : Math.min(2 * (this.#backoffUs ?? firstBackoffUs), longestBackoffUs);
  }

  /** Takes over what a given pod's status says of it. */
  adopt(status: { readonly restartCount?: number; readonly lastState?: ContainerState; readonly ready?: boolean } | undefined): void {
    this.restartCount = status?.restartCount ?? 0;
    this.lastState = status?.lastState ?? {};
  }

  nextPullBackoffUs(): number {
    this.pullBackoffUs = this.pullBackoffUs === 0 ? firstBackoffUs : Math.min(2 * this.pullBackoffUs, longestBackoffUs);
    return this.pullBackoffUs;
  }

  view(): ContainerView {
    return {
      spec: this.spec,
      isInit: this.isInit,
      isEphemeral: this.isEphemeral,
      state: this.state,
      lastState: this.lastState,
      isReady: this.isInit && !this.isSidecar ? this.state.terminated?.exitCode === 0 : this.isReady,
      isStarted: this.isStarted,
      restartCount: this.restartCount,
      image: this.imageId === "" ? this.image : fullImageName(this.image),
      imageId: this.imageId,
      containerId: this.containerId,
    };
  }
}
