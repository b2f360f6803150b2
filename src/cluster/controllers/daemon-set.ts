import type { ControllerRevision } from "../api/controller-revision/types.ts";
import type { DaemonSet } from "../api/daemon-set/types.ts";
import { isEqualData } from "../api/equal.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { LooseObject } from "../api/meta.ts";
import type { Node, Taint } from "../api/node/types.ts";
import { matchesNodeAffinity, tolerates } from "../api/node-fit.ts";
import type { Pod, PodSpec, Toleration } from "../api/pod/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { groupBy } from "./group-by.ts";
import { claim, controllerOf, indexByController } from "./ownership.ts";
import { createPod, deletePod, podFromTemplate } from "./pod-control.ts";
import { isPodAvailable, isPodFinished, isPodReady, nextAvailableInUs } from "./pod-state.ts";
import { ensureRevision, truncateHistory } from "./revision-history.ts";

const component = "daemonset-controller";
const revisionLabel = "controller-revision-hash";
const generationLabel = "pod-template-generation";

/** Every daemon pod bears these. @source pkg/controller/daemon/util/daemonset_util.go, AddOrUpdateDaemonPodTolerations */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const added: Toleration[] = [
    { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
    { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
    { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
    { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
    { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
    { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
  ];
  if (spec.hostNetwork === true) added.push({ key: "node.kubernetes.io/network-unavailable", operator: "Exists", effect: "NoSchedule" });
  return [...(spec.tolerations ?? []), ...added];
}

/** Whether the node should have a pod, and whether one that is there may stay. Pure. @source daemon_controller.go, NodeShouldRunDaemonPod */
export function fitsNode(owner: DaemonSet, node: Node): { readonly shouldRun: boolean; readonly shouldContinue: boolean } {
  const spec = { ...owner.spec.template.spec, tolerations: daemonTolerations(owner.spec.template.spec) };
  if (!matchesNodeAffinity(spec, node)) return { shouldRun: false, shouldContinue: false };
  const taints = node.spec?.taints ?? [];
  const isRefused = (effects: readonly Taint["effect"][]) =>
    taints.some((taint) => effects.includes(taint.effect) && !tolerates(spec.tolerations, taint));
  return { shouldRun: !isRefused(["NoSchedule", "NoExecute"]), shouldContinue: !isRefused(["NoExecute"]) };
}

export interface DaemonPlan {
  readonly createOn: readonly string[];
  readonly remove: readonly Pod[];
  readonly failed: readonly Pod[];
}

/** Pure. @source daemon_controller.go, podsShouldBeOnNode; update.go, rollingUpdate (without surge) */
export function planDaemonSet(owner: DaemonSet, nodes: readonly Node[], pods: readonly Pod[], hash: string, nowMs: number): DaemonPlan {
  const createOn: string[] = [];
  const remove: Pod[] = [];
  const failed: Pod[] = [];
  const byNode = groupBy(pods, targetNode);
  let unavailable = 0;
  const outdated: Pod[] = [];
  for (const node of nodes) {
    const { shouldRun, shouldContinue } = fitsNode(owner, node);
    const here = byNode.get(node.metadata.name) ?? [];
    byNode.delete(node.metadata.name);
    const staying = here.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (!shouldContinue) remove.push(...staying);
    else if (shouldRun && here.length === 0) createOn.push(node.metadata.name);
    else {
      failed.push(...staying.filter(({ status }) => status?.phase === "Failed"));
      const alive = staying.filter(({ status }) => status?.phase !== "Failed");
      // The oldest stays where there are several.
      const [kept, ...rest] = alive.toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
      remove.push(...rest);
      if (kept === undefined || !isPodAvailable(kept, owner.spec.minReadySeconds ?? 0, nowMs)) unavailable++;
      else if (kept.metadata.labels?.[revisionLabel] !== hash) outdated.push(kept);
      if (kept !== undefined && kept.metadata.labels?.[revisionLabel] !== hash && !isPodReady(kept)) remove.push(kept);
    }
  }
  for (const [name, left] of byNode)
    if (name !== "") remove.push(...left.filter(({ metadata }) => metadata.deletionTimestamp === undefined));
  if (owner.spec.updateStrategy?.type !== "OnDelete") {
    const limit = maxUnavailable(owner, nodes.length);
    remove.push(...outdated.slice(0, Math.max(0, limit - unavailable)));
  }
  return { createOn, remove, failed };
}

function maxUnavailable(owner: DaemonSet, nodes: number): number {
  const value = owner.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  return typeof value === "number" ? value : Math.max(1, Math.ceil((Number.parseInt(value, 10) * nodes) / 100));
}

/** The node a daemon pod is on or meant for: its affinity names it before the scheduler has bound it. */
function targetNode(pod: Pod): string {
  if (pod.spec.nodeName !== undefined) return pod.spec.nodeName;
  for (const { matchFields = [] } of pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ??
    []) {
    const field = matchFields.find(({ key }) => key === "metadata.name");
    if (field?.values?.[0] !== undefined) return field.values[0];
  }
  return "";
}

export function startDaemonSetController(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client(component);
  const owners = client.informer<DaemonSet>("DaemonSet");
  const nodes = client.informer<Node>("Node");
  const pods = client.informer<Pod>("Pod");
  const revisions = client.informer<ControllerRevision>("ControllerRevision");
  indexByController(pods);
  indexByController(revisions);
  const queue = createWorkQueue(simulation, (key) => reconcile(key));

  owners.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === "DaemonSet") queue.add(`${object.metadata.namespace}/${owner.name}`);
    if (owner !== undefined) return;
    for (const set of owners.list(object.metadata.namespace)) {
      if (matchesLabelSelector(set.spec.selector, object.metadata.labels)) queue.add(keyOf(set));
    }
  });
  nodes.onEvent(({ type, object, old }) => {
    const isSame = old !== undefined && old.metadata.labels === object.metadata.labels && isEqualData(old.spec, object.spec);
    if (type === "MODIFIED" && isSame) return;
    for (const set of owners.list()) queue.add(keyOf(set));
  });

  function reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const owner = owners.get(namespace, name);
    if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return undefined;
    claim(client, pods, owner, (pod) => matchesLabelSelector(owner.spec.selector, pod.metadata.labels));
    const { hash } = ensureRevision(client, revisions, owner);
    const nowMs = simulation.dateMs();
    const plan = planDaemonSet(owner, nodes.list(), pods.byIndex("controller", owner.metadata.uid), hash, nowMs);
    for (const pod of plan.failed) {
      const message = `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${pod.spec.nodeName}, will try to kill it`;
      client.event(owner, { type: "Warning", reason: "FailedDaemonPod", message, component });
      deletePod(client, owner, pod, component);
    }
    for (const pod of plan.remove) deletePod(client, owner, pod, component);
    for (const node of plan.createOn) createPod(client, owner, daemonPod(owner, node, hash), component);
    const mine = pods.byIndex("controller", owner.metadata.uid);
    writeStatus(owner, mine, hash);
    const live = new Set([hash, ...mine.map(({ metadata }) => metadata.labels?.[revisionLabel])]);
    truncateHistory(client, revisions, owner, ({ metadata }) => live.has(metadata.labels?.["controller.kubernetes.io/hash"]));
    return nextAvailableInUs(mine, owner.spec.minReadySeconds ?? 0, nowMs);
  }

  function writeStatus(owner: DaemonSet, mine: readonly Pod[], hash: string): void {
    const nowMs = simulation.dateMs();
    const byNode = groupBy(
      mine.filter((pod) => !isPodFinished(pod)),
      targetNode,
    );
    let desired = 0;
    let current = 0;
    let misscheduled = 0;
    let ready = 0;
    let updated = 0;
    let available = 0;
    for (const node of nodes.list()) {
      const pod = byNode.get(node.metadata.name)?.[0];
      if (!fitsNode(owner, node).shouldRun) {
        if (pod !== undefined) misscheduled++;
        continue;
      }
      desired++;
      if (pod === undefined) continue;
      current++;
      if (isPodReady(pod)) ready++;
      if (isPodAvailable(pod, owner.spec.minReadySeconds ?? 0, nowMs)) available++;
      if (pod.metadata.labels?.[revisionLabel] === hash) updated++;
    }
    const status = {
      observedGeneration: owner.metadata.generation,
      currentNumberScheduled: current,
      desiredNumberScheduled: desired,
      numberMisscheduled: misscheduled,
      numberReady: ready,
      updatedNumberScheduled: updated || null,
      numberAvailable: available || null,
      numberUnavailable: desired - available || null,
    };
    const known = owner.status as LooseObject | undefined;
    if (Object.entries(status).every(([member, value]) => isEqualData(value ?? undefined, known?.[member]))) return;
    client.patch("DaemonSet", owner.metadata.namespace, owner.metadata.name, { status }, "status");
  }
}

function daemonPod(owner: DaemonSet, node: string, hash: string): LooseObject {
  const { template } = owner.spec;
  const field = { key: "metadata.name", operator: "In", values: [node] };
  const given = template.spec.affinity;
  const terms = given?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const nodeSelectorTerms = (terms ?? [{}]).map((term) => ({ ...term, matchFields: [field] }));
  const pod = podFromTemplate(owner, template) as { readonly metadata: { readonly labels?: object } };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata.labels, [revisionLabel]: hash, [generationLabel]: `${owner.metadata.generation ?? 1}` },
    },
    spec: {
      ...template.spec,
      affinity: {
        ...given,
        nodeAffinity: { ...given?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
      },
      tolerations: daemonTolerations(template.spec),
    },
  };
}
