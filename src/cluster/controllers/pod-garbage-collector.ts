import type { Node } from "../api/node/types.ts";
import type { Pod } from "../api/pod/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";

/** How long a vanished node is waited for. @source pkg/controller/podgc/gc_controller.go, quarantineTime */
const quarantineUs = 40_000_000;

/** Takes away the pods of nodes that no longer exist, and deleted pods that were never bound. @source pkg/controller/podgc/gc_controller.go */
export function startPodGarbageCollector(context: ControllerContext): void {
  const client = context.client("pod-garbage-collector");
  const nodes = client.informer<Node>("Node");
  const pods = client.informer<Pod>("Pod");
  pods.index("node", (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  const queue = createWorkQueue(context.simulation, (key) => reconcile(key));

  pods.onEvent(({ type, object }) => {
    if (type === "DELETED") return;
    if (object.spec.nodeName === undefined && object.metadata.deletionTimestamp !== undefined) queue.add(keyOf(object));
    if (object.spec.nodeName !== undefined && nodes.get(undefined, object.spec.nodeName) === undefined)
      queue.addAfter(keyOf(object), quarantineUs);
  });
  nodes.onEvent(({ type, object }) => {
    if (type !== "DELETED") return;
    for (const pod of pods.byIndex("node", object.metadata.name)) queue.addAfter(keyOf(pod), quarantineUs);
  });

  function reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    if (pod === undefined) return;
    const isUnbound = pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp !== undefined;
    const isLost = pod.spec.nodeName !== undefined && nodes.get(undefined, pod.spec.nodeName) === undefined;
    if (isUnbound || isLost) client.delete("Pod", namespace, name, { gracePeriodSeconds: 0 });
  }
}
