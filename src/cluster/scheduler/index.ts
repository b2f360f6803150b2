import { isEqualData } from "../api/equal.ts";
import type { Condition } from "../api/meta.ts";
import type { Node } from "../api/node/types.ts";
import type { Pod } from "../api/pod/types.ts";
import type { ApiClient } from "../apiclient/client.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { Simulation } from "../sim/simulation.ts";
import { failureMessage } from "./failure.ts";
import { type Candidate, type Misfit, misfit } from "./filters.ts";
import { NodeLoad } from "./node-load.ts";
import { chooseNode } from "./scores.ts";

const component = "default-scheduler";
const firstBackoffUs = 1_000_000;
const longestBackoffUs = 10_000_000;
/** A pod that fits nowhere is tried again after this even if nothing changed. @source pkg/scheduler/internal/queue, podMaxInUnschedulablePodsDuration */
const forgottenUs = 300_000_000;

/**
 * Binds pods to nodes at once; one that fits nowhere waits for a change of the cluster.
 * Preemption is left out: every pod counts the same.
 */
export function startScheduler(simulation: Simulation, client: ApiClient): void {
  const { clock } = simulation;
  const pods = client.informer<Pod>("Pod");
  const nodes = client.informer<Node>("Node");
  const loads = new Map<string, NodeLoad>();
  /** Where each placed pod counts, by uid: the informer may not have told yet of what we bound ourselves. */
  const placed = new Map<string, string>();
  const waiting = new Map<string, { attempts: number; lastUs: number; isDue: boolean }>();
  const queue = createWorkQueue(simulation, (key) => {
    const [namespace, name] = key.split("/");
    const pod = pods.get(namespace, name ?? "");
    if (pod === undefined || !isPending(pod)) waiting.delete(key);
    else schedule(key, pod);
  });

  pods.onEvent(({ type, object, old }) => {
    const isGone = type === "DELETED" || object.status?.phase === "Succeeded" || object.status?.phase === "Failed";
    if (isGone) {
      const node = placed.get(object.metadata.uid);
      if (node === undefined) return;
      placed.delete(object.metadata.uid);
      loadOf(node).remove(object);
      retryWaiting();
    } else if (object.spec.nodeName !== undefined) {
      if (placed.has(object.metadata.uid) && old?.metadata.labels === object.metadata.labels) return;
      place(object, object.spec.nodeName);
    } else if (isPending(object) && (type === "ADDED" || (old !== undefined && !isEqualData(old.spec, object.spec)))) {
      queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
    }
  });
  nodes.onEvent(({ type, object, old }) => {
    if (type === "DELETED") return;
    const isSame = old !== undefined && isEqualData(old.spec, object.spec) && old.metadata.labels === object.metadata.labels;
    if (!isSame || !isEqualData(old?.status?.allocatable, object.status?.allocatable)) retryWaiting();
  });

  function loadOf(node: string): NodeLoad {
    let load = loads.get(node);
    if (load === undefined) {
      load = new NodeLoad();
      loads.set(node, load);
    }
    return load;
  }

  function place(pod: Pod, node: string): void {
    placed.set(pod.metadata.uid, node);
    loadOf(node).add(pod);
  }

  function schedule(key: string, pod: Pod): void {
    const everyone: Candidate[] = nodes.list().map((node) => ({ node, load: loadOf(node.metadata.name) }));
    const fitting: Candidate[] = [];
    const misfits: Misfit[] = [];
    for (const candidate of everyone) {
      const reason = misfit(pod, candidate, everyone);
      if (reason === undefined) fitting.push(candidate);
      else misfits.push(reason);
    }
    const chosen = chooseNode(pod, fitting, everyone, () => simulation.random(`scheduler/${key}`));
    if (chosen === undefined) fail(key, pod, failureMessage(misfits, pod.spec.preemptionPolicy !== "Never"));
    else bind(key, pod, chosen.node.metadata.name);
  }

  function bind(key: string, pod: Pod, node: string): void {
    const { namespace, name, uid } = pod.metadata;
    place(pod, node);
    const result = client.post("Pod", namespace, name, "binding", {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, namespace, uid },
      target: { kind: "Node", name: node },
    });
    if (result.ok) {
      waiting.delete(key);
      client.event(pod, { type: "Normal", reason: "Scheduled", message: `Successfully assigned ${key} to ${node}`, component });
      return;
    }
    placed.delete(uid);
    loadOf(node).remove(pod);
    fail(key, pod, result.status.message);
  }

  function fail(key: string, pod: Pod, message: string): void {
    client.event(pod, { type: "Warning", reason: "FailedScheduling", message, component });
    const before = waiting.get(key);
    const entry = { attempts: (before?.attempts ?? 0) + 1, lastUs: clock.now(), isDue: false };
    waiting.set(key, entry);
    clock.afterPeriodic(forgottenUs, () => {
      if (waiting.get(key) === entry && !entry.isDue) queue.add(key);
    });
    const current = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
    if (current?.status === "False" && current.message === message) return;
    const condition: Condition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastTransitionTime: current?.status === "False" ? (current.lastTransitionTime ?? "") : formatRfc3339(simulation.dateMs()),
    };
    const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled"), condition];
    client.patch("Pod", pod.metadata.namespace, pod.metadata.name, { status: { conditions } }, "status");
  }

  /** After a change that may help: each waiting pod once its own back-off (1 s doubling to 10 s) is over. */
  function retryWaiting(): void {
    for (const [key, entry] of waiting) {
      if (entry.isDue) continue;
      entry.isDue = true;
      let backoffUs = firstBackoffUs;
      for (let i = 1; i < entry.attempts && backoffUs < longestBackoffUs; i++) backoffUs *= 2;
      const leftUs = entry.lastUs + Math.min(backoffUs, longestBackoffUs) - clock.now();
      if (leftUs > 0) queue.addAfter(key, leftUs);
      else queue.add(key);
    }
  }
}

function isPending(pod: Pod): boolean {
  if (pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) return false;
  if ((pod.spec.schedulingGates ?? []).length > 0) return false;
  return (pod.spec.schedulerName ?? component) === component;
}
