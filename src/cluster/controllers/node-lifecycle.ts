import type { Lease } from "../api/lease/types.ts";
import type { Condition } from "../api/meta.ts";
import type { Node, Taint } from "../api/node/types.ts";
import type { Pod } from "../api/pod/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { formatRfc3339, parseRfc3339 } from "../sim/date.ts";
import { type ControllerContext, splitKey } from "./context.ts";

const component = "node-controller";
const leaseNamespace = "kube-node-lease";
const monitorPeriodUs = 5_000_000;
const evictionPeriodMs = 10_000;
const notReadyKey = "node.kubernetes.io/not-ready";
const unreachableKey = "node.kubernetes.io/unreachable";
const unschedulableKey = "node.kubernetes.io/unschedulable";
const watchedConditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] as const;

/** How long a kubelet may be silent. @source pkg/controller/nodelifecycle, node-monitor-grace-period: 40 s up to 1.31, 50 s since */
export function nodeGraceMs(minor: number): number {
  return minor >= 32 ? 50_000 : 40_000;
}

export type NodeHealth = "ready" | "not-ready" | "unreachable";

export function nodeHealth(node: Node): NodeHealth {
  const status = node.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  return status === "True" ? "ready" : status === "False" ? "not-ready" : "unreachable";
}

/** The taints that a node's health and cordon ask for; others stay as they are. Pure. `evict`: whether NoExecute is due. @source node_lifecycle_controller.go, doNoScheduleTaintingPass and doNoExecuteTaintingPass */
export function planTaints(node: Node, evict: boolean, nowMs: number): readonly Taint[] {
  const health = nodeHealth(node);
  const taints: Taint[] = (node.spec?.taints ?? []).filter(({ key, effect }) => {
    if (key === unschedulableKey) return node.spec?.unschedulable === true;
    if (key !== notReadyKey && key !== unreachableKey) return true;
    const isAsked = key === (health === "not-ready" ? notReadyKey : unreachableKey) && health !== "ready";
    return isAsked && (effect === "NoSchedule" || evict);
  });
  const has = (key: string, effect: string) => taints.some((taint) => taint.key === key && taint.effect === effect);
  const timeAdded = formatRfc3339(nowMs);
  if (node.spec?.unschedulable === true && !has(unschedulableKey, "NoSchedule")) {
    taints.push({ key: unschedulableKey, effect: "NoSchedule", timeAdded });
  }
  if (health === "ready") return taints;
  const key = health === "not-ready" ? notReadyKey : unreachableKey;
  if (!has(key, "NoSchedule")) taints.push({ key, effect: "NoSchedule", timeAdded });
  if (evict && !has(key, "NoExecute")) taints.push({ key, effect: "NoExecute", timeAdded });
  return taints;
}

/**
 * How long the pod may stay on a node with these taints, in seconds from the taint on: 0 leaves at once, undefined stays for ever. Pure.
 * @source pkg/controller/tainteviction/taint_eviction.go, getMinTolerationTime
 */
export function tolerationSeconds(pod: Pod, taints: readonly Taint[]): number | undefined {
  let least: number | undefined;
  for (const taint of taints.filter(({ effect }) => effect === "NoExecute")) {
    const matching = (pod.spec.tolerations ?? []).filter(
      ({ key, operator, value, effect }) =>
        (effect === undefined || effect === "NoExecute") &&
        (key === undefined || key === "" || key === taint.key) &&
        (operator === "Exists" || (value ?? "") === (taint.value ?? "")),
    );
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds: seconds } of matching) {
      if (seconds === undefined) continue;
      if (least === undefined || seconds < least) least = Math.max(0, seconds);
    }
  }
  return least;
}

export function startNodeLifecycle(context: ControllerContext): void {
  const { simulation } = context;
  const { clock } = simulation;
  const client = context.client(component);
  const nodes = client.informer<Node>("Node");
  const leases = client.informer<Lease>("Lease");
  const pods = client.informer<Pod>("Pod");
  pods.index("node", (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  /** When we last saw the kubelet renew: by our own clock, as the real one does. */
  const seen = new Map<string, { renewed: string; atMs: number }>();
  const known = new Set<string>();
  let lastEvictionMs = Number.NEGATIVE_INFINITY;
  const queue = createWorkQueue(simulation, (key) => evictPod(key));

  nodes.onEvent(({ type, object, old }) => {
    const name = object.metadata.name;
    if (type === "DELETED") {
      known.delete(name);
      seen.delete(name);
      client.event(object, {
        type: "Normal",
        reason: "RemovingNode",
        message: `Node ${name} event: Removing Node ${name} from Controller`,
        component,
      });
      return;
    }
    if (!known.has(name)) {
      known.add(name);
      // A node that stood there from the start registered long ago.
      if (clock.now() > 0) {
        client.event(object, {
          type: "Normal",
          reason: "RegisteredNode",
          message: `Node ${name} event: Registered Node ${name} in Controller`,
          component,
        });
      }
    }
    if (old === undefined || old.spec?.taints !== object.spec?.taints || old.spec?.unschedulable !== object.spec?.unschedulable) {
      taint(object);
      for (const pod of pods.byIndex("node", name)) queue.add(`${pod.metadata.namespace}/${pod.metadata.name}`);
    } else if (nodeHealth(old) !== nodeHealth(object)) {
      taint(object);
      if (nodeHealth(object) !== "ready") markPodsNotReady(object);
    }
  });
  pods.onEvent(({ type, object }) => {
    if (type !== "DELETED" && object.spec.nodeName !== undefined) queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
  });
  clock.afterPeriodic(monitorPeriodUs, monitor);

  function monitor(): void {
    clock.afterPeriodic(monitorPeriodUs, monitor);
    const nowMs = simulation.dateMs();
    for (const node of nodes.list()) {
      const name = node.metadata.name;
      const renewed = leases.get(leaseNamespace, name)?.spec?.renewTime ?? "";
      const before = seen.get(name);
      if (before === undefined || before.renewed !== renewed) {
        seen.set(name, { renewed, atMs: nowMs });
        if (nodeHealth(node) !== "unreachable") continue;
      }
      const sinceMs = nowMs - (seen.get(name)?.atMs ?? nowMs);
      if (sinceMs > nodeGraceMs(context.clusterVersion.minor) && nodeHealth(node) !== "unreachable") loseNode(node);
      if (nodeHealth(node) !== "ready") {
        taint(node);
      }
    }
  }

  function loseNode(node: Node): void {
    const now = formatRfc3339(simulation.dateMs());
    const current = node.status?.conditions ?? [];
    const conditions: Condition[] = current.map((condition) => {
      if (!(watchedConditions as readonly string[]).includes(condition.type) || condition.status === "Unknown") return condition;
      return {
        ...condition,
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
        lastTransitionTime: now,
      };
    });
    for (const type of watchedConditions) {
      if (current.some((condition) => condition.type === type)) continue;
      const message = "Kubelet never posted node status.";
      conditions.push({
        type,
        status: "Unknown",
        reason: "NodeStatusNeverUpdated",
        message,
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      });
    }
    const result = client.patch<Node>("Node", undefined, node.metadata.name, { status: { conditions } }, "status");
    if (result.ok) {
      const name = node.metadata.name;
      client.event(node, { type: "Normal", reason: "NodeNotReady", message: `Node ${name} status is now: NodeNotReady`, component });
    }
  }

  /** Its pods leave their Services; they themselves may run on. @source pkg/controller/util/node, MarkPodsNotReady */
  function markPodsNotReady(node: Node): void {
    for (const pod of pods.byIndex("node", node.metadata.name)) {
      const conditions = pod.status?.conditions ?? [];
      if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) continue;
      const now = formatRfc3339(simulation.dateMs());
      const changed = conditions.map((condition) =>
        condition.type === "Ready" ? { ...condition, status: "False", lastTransitionTime: now } : condition,
      );
      client.patch("Pod", pod.metadata.namespace, pod.metadata.name, { status: { conditions: changed } }, "status");
      client.event(pod, { type: "Warning", reason: "NodeNotReady", message: "Node is not ready", component });
    }
  }

  /** NoExecute comes node by node, one in ten seconds; not at all when every node is gone, nor where most of a small cluster is. */
  function taint(node: Node): void {
    const nowMs = simulation.dateMs();
    const hasNoExecute = (node.spec?.taints ?? []).some(
      ({ key, effect }) => (key === notReadyKey || key === unreachableKey) && effect === "NoExecute",
    );
    const mayEvict = hasNoExecute || (nodeHealth(node) !== "ready" && nowMs - lastEvictionMs >= evictionPeriodMs && isEvictionAllowed());
    const taints = planTaints(node, mayEvict, nowMs);
    const before = node.spec?.taints ?? [];
    if (taints.length === before.length && taints.every((one, i) => one.key === before[i]?.key && one.effect === before[i]?.effect)) return;
    if (mayEvict && !hasNoExecute) lastEvictionMs = nowMs;
    client.patch("Node", undefined, node.metadata.name, { spec: { taints: taints.length > 0 ? taints : null } });
  }

  /** @source node_lifecycle_controller.go, ComputeZoneState, handleDisruption: above 55 % (and at least 3) clusters of up to 50 nodes stop evicting */
  function isEvictionAllowed(): boolean {
    const all = nodes.list();
    const lost = all.filter((node) => nodeHealth(node) !== "ready").length;
    if (lost === all.length) return false;
    return !(lost > 2 && lost / all.length >= 0.55);
  }

  function evictPod(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || pod.spec.nodeName === undefined) return undefined;
    const node = nodes.get(undefined, pod.spec.nodeName);
    const taints = (node?.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");
    if (taints.length === 0) return undefined;
    const seconds = tolerationSeconds(pod, taints);
    if (seconds === undefined) return undefined;
    const sinceMs = Math.min(...taints.map(({ timeAdded }) => parseRfc3339(timeAdded ?? "") ?? simulation.dateMs()));
    const leftMs = sinceMs + seconds * 1000 - simulation.dateMs();
    if (leftMs > 0) return leftMs * 1000;
    const taintComponent = "taint-eviction-controller";
    client.event(pod, {
      type: "Normal",
      reason: "TaintManagerEviction",
      message: `Marking for deletion Pod ${key}`,
      component: taintComponent,
    });
    const condition: Condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
      lastTransitionTime: formatRfc3339(simulation.dateMs()),
    };
    const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== "DisruptionTarget"), condition];
    client.patch("Pod", namespace, name, { status: { conditions } }, "status");
    client.delete("Pod", namespace, name);
    return undefined;
  }
}
