import type { ControllerContext } from "./context.ts";
import { startDaemonSetController } from "./daemon-set.ts";
import { startDeploymentController } from "./deployment.ts";
import { startDisruptionController } from "./disruption.ts";
import { startEndpointSliceController } from "./endpoint-slice.ts";
import { startEndpointSliceMirroring } from "./endpoint-slice-mirroring.ts";
import { startEndpointsController } from "./endpoints.ts";
import { startGarbageCollector } from "./garbage-collector.ts";
import { startJobController } from "./job.ts";
import { startNamespaceController } from "./namespace.ts";
import { startNodeLifecycle } from "./node-lifecycle.ts";
import { startPodGarbageCollector } from "./pod-garbage-collector.ts";
import { replicaSetVariant, replicationControllerVariant, startReplicaController } from "./replica-set.ts";
import { startStatefulSetController } from "./stateful-set.ts";

export type { ControllerContext } from "./context.ts";

/** The controllers in starting order: who makes pods comes before who counts them, so that the first sync at t=0 settles in few rounds. */
const controllers = [
  (context) => startNamespaceController(context),
  startDeploymentController,
  (context) => startReplicaController(context, replicaSetVariant),
  (context) => startReplicaController(context, replicationControllerVariant),
  startStatefulSetController,
  startDaemonSetController,
  startJobController,
  startEndpointsController,
  startEndpointSliceController,
  startEndpointSliceMirroring,
  startDisruptionController,
  startNodeLifecycle,
  startPodGarbageCollector,
  (context) => startGarbageCollector(context),
] satisfies readonly ((context: ControllerContext) => void)[];

/** What runs in kube-controller-manager. */
export function startControllers(context: ControllerContext): void {
  for (const start of controllers) start(context);
}
