import { PausableSimulation } from "../sim/pausable.ts";
import type { ControllerContext } from "./context.ts";
import { startCronJobController } from "./cron-job.ts";
import { startDaemonSetController } from "./daemon-set.ts";
import { startDeploymentController } from "./deployment.ts";
import { startDisruptionController } from "./disruption.ts";
import { startEndpointSliceController } from "./endpoint-slice.ts";
import { startEndpointSliceMirroring } from "./endpoint-slice-mirroring.ts";
import { startEndpointsController } from "./endpoints.ts";
import { startGarbageCollector } from "./garbage-collector.ts";
import { startHorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { startJobController } from "./job.ts";
import { startNamespaceController } from "./namespace.ts";
import { startNodeLifecycle } from "./node-lifecycle.ts";
import { startPodGarbageCollector } from "./pod-garbage-collector.ts";
import { replicaSetVariant, replicationControllerVariant, startReplicaController } from "./replica-set.ts";
import { startStatefulSetController } from "./stateful-set.ts";

export type { ControllerContext } from "./context.ts";

/** The controllers in starting order: who makes pods comes before who counts them, so that the first sync at t=0 settles in few rounds. */
const controllers = {
  namespace: (context) => startNamespaceController(context),
  deployment: startDeploymentController,
  replicaset: (context) => startReplicaController(context, replicaSetVariant),
  replicationcontroller: (context) => startReplicaController(context, replicationControllerVariant),
  statefulset: startStatefulSetController,
  daemonset: startDaemonSetController,
  job: startJobController,
  cronjob: startCronJobController,
  horizontalpodautoscaler: startHorizontalPodAutoscaler,
  endpoints: startEndpointsController,
  endpointslice: startEndpointSliceController,
  endpointslicemirroring: startEndpointSliceMirroring,
  disruption: startDisruptionController,
  nodelifecycle: startNodeLifecycle,
  podgc: startPodGarbageCollector,
  garbagecollector: (context) => startGarbageCollector(context),
} satisfies Readonly<Record<string, (context: ControllerContext) => void>>;

/** The controllers that run in kube-controller-manager; each can be stopped and started again. */
export interface RunningControllers {
  readonly names: readonly string[];
  /** Whether there is one of that name; stopped, it does nothing and misses nothing. */
  stop(name: string): boolean;
  start(name: string): boolean;
}

/** What runs in kube-controller-manager. */
export function startControllers(context: ControllerContext): RunningControllers {
  const switches = new Map<string, PausableSimulation>();
  for (const [name, start] of Object.entries(controllers)) {
    const simulation = new PausableSimulation(context.simulation);
    switches.set(name, simulation);
    start({ ...context, simulation });
  }
  // `endpointslice-controller` is the same as `endpointslice`.
  const find = (name: string) => switches.get(name.toLowerCase().replace(/-?controller$/, "")) ?? switches.get(name.toLowerCase());
  return {
    names: [...switches.keys()],
    stop(name) {
      find(name)?.stop();
      return find(name) !== undefined;
    },
    start(name) {
      find(name)?.start();
      return find(name) !== undefined;
    },
  };
}
