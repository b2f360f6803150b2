import type { ControllerRevision } from "../api/controller-revision/types.ts";
import { isEqualData } from "../api/equal.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { StatefulSet } from "../api/stateful-set/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { claim, controllerOf, indexByController } from "./ownership.ts";
import { podFromTemplate } from "./pod-control.ts";
import { isPodAvailable, isPodFinished, isPodReady, nextAvailableInUs } from "./pod-state.ts";
import { ensureRevision, revisionTemplate, truncateHistory } from "./revision-history.ts";

const component = "statefulset-controller";
const revisionLabel = "controller-revision-hash";
const podNameLabel = "statefulset.kubernetes.io/pod-name";
const podIndexLabel = "apps.kubernetes.io/pod-index";

export type StatefulStep =
  | { readonly type: "create"; readonly ordinal: number }
  /** A finished pod, or one of an old revision: it comes again under the same name. */
  | { readonly type: "replace"; readonly pod: Pod }
  | { readonly type: "remove"; readonly pod: Pod };

export function ordinalOf(owner: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${owner.metadata.name}-`;
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : "";
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}

/**
 * What may be done now. OrderedReady goes one by one: up only while all lower ones are healthy, down from the top. Pure.
 * @source pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet
 */
export function planStatefulSet(owner: StatefulSet, pods: readonly Pod[], updateRevision: string, nowMs: number): readonly StatefulStep[] {
  const start = owner.spec.ordinals?.start ?? 0;
  const end = start + (owner.spec.replicas ?? 1);
  const isParallel = owner.spec.podManagementPolicy === "Parallel";
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  const byOrdinal = new Map<number, Pod>();
  for (const pod of pods) {
    const ordinal = ordinalOf(owner, pod);
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
  }
  const steps: StatefulStep[] = [];
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) steps.push({ type: "create", ordinal });
    else if (isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined) steps.push({ type: "replace", pod });
    else if (isHealthy(pod) && isPodAvailable(pod, minReadySeconds, nowMs)) continue;
    else if (isParallel) continue;
    else return steps; // wait for this one
    if (!isParallel) return steps;
  }
  const condemned = [...byOrdinal.entries()].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a);
  for (const [, pod] of condemned) {
    if (pod.metadata.deletionTimestamp === undefined) steps.push({ type: "remove", pod });
    else if (!isParallel) return steps; // wait until it is gone
    if (!isParallel) return steps;
  }
  if (owner.spec.updateStrategy?.type === "OnDelete") return steps;
  const partition = owner.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let ordinal = end - 1; ordinal >= Math.max(start, partition); ordinal--) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) return steps;
    if (pod.metadata.labels?.[revisionLabel] !== updateRevision && pod.metadata.deletionTimestamp === undefined) {
      return [...steps, { type: "replace", pod }];
    }
    if (!isHealthy(pod) || !isPodAvailable(pod, minReadySeconds, nowMs)) return steps;
  }
  return steps;
}

function isHealthy(pod: Pod): boolean {
  return pod.status?.phase === "Running" && isPodReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function startStatefulSetController(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client(component);
  const owners = client.informer<StatefulSet>("StatefulSet");
  const pods = client.informer<Pod>("Pod");
  const revisions = client.informer<ControllerRevision>("ControllerRevision");
  indexByController(pods);
  indexByController(revisions);
  const queue = createWorkQueue(simulation, (key) => reconcile(key));

  owners.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === "StatefulSet") queue.add(`${object.metadata.namespace}/${owner.name}`);
    if (owner !== undefined) return;
    for (const set of owners.list(object.metadata.namespace)) if (isMember(set, object)) queue.add(keyOf(set));
  });

  function isMember(owner: StatefulSet, pod: Pod): boolean {
    return ordinalOf(owner, pod) !== undefined && matchesLabelSelector(owner.spec.selector, pod.metadata.labels);
  }

  function reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const owner = owners.get(namespace, name);
    if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return undefined;
    const mine = claim(client, pods, owner, (pod) => isMember(owner, pod));
    const revision = ensureRevision(client, revisions, owner).name;
    for (const step of planStatefulSet(owner, mine, revision, simulation.dateMs())) carryOut(owner, step, revision);
    const now = pods.byIndex("controller", owner.metadata.uid).filter((pod) => isMember(owner, pod));
    writeStatus(owner, now, revision);
    truncateHistory(
      client,
      revisions,
      owner,
      ({ metadata }) => metadata.name === revision || now.some((pod) => pod.metadata.labels?.[revisionLabel] === metadata.name),
    );
    return nextAvailableInUs(now, owner.spec.minReadySeconds ?? 0, simulation.dateMs());
  }

  function carryOut(owner: StatefulSet, step: StatefulStep, revision: string): void {
    if (step.type === "create") {
      makePod(owner, step.ordinal, revision);
      return;
    }
    const { namespace, name, uid } = step.pod.metadata;
    const result = client.delete("Pod", namespace, name, { preconditions: { uid } });
    tell(owner, "delete", name, result.ok, result.ok ? "" : result.status.message);
  }

  function makePod(owner: StatefulSet, ordinal: number, updateRevision: string): void {
    const { name } = owner.metadata;
    const podName = `${name}-${ordinal}`;
    const isBelowPartition = ordinal < (owner.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
    const revision = isBelowPartition ? (owner.status?.currentRevision ?? updateRevision) : updateRevision;
    makeClaims(owner, podName);
    const template = revisionTemplate(revisions.get(owner.metadata.namespace, revision)) ?? owner.spec.template;
    const pod = podFromTemplate(owner, template, podName) as {
      readonly metadata: { readonly labels?: object };
      readonly spec: LooseObject;
    };
    const claims = (owner.spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
      name: metadata?.name,
      persistentVolumeClaim: { claimName: `${metadata?.name}-${podName}` },
    }));
    const claimed = new Set(claims.map((volume) => volume.name));
    const volumes = [...((pod.spec.volumes ?? []) as { name: string }[]).filter((volume) => !claimed.has(volume.name)), ...claims];
    const result = client.create("Pod", {
      ...pod,
      metadata: {
        ...pod.metadata,
        labels: {
          ...pod.metadata.labels,
          [podNameLabel]: podName,
          ...(context.clusterVersion.minor >= 28 ? { [podIndexLabel]: `${ordinal}` } : {}),
          [revisionLabel]: revision,
        },
      },
      spec: { ...pod.spec, hostname: podName, subdomain: owner.spec.serviceName, ...(volumes.length > 0 ? { volumes } : {}) },
    });
    if (!result.ok && result.status.reason === "AlreadyExists") return;
    tell(owner, "create", podName, result.ok, result.ok ? "" : result.status.message);
  }

  function makeClaims(owner: StatefulSet, podName: string): void {
    const { namespace, name } = owner.metadata;
    for (const template of owner.spec.volumeClaimTemplates ?? []) {
      const claimName = `${template.metadata?.name}-${podName}`;
      if (client.get("PersistentVolumeClaim", namespace, claimName) !== undefined) continue;
      const labels = { ...template.metadata?.labels, ...owner.spec.selector?.matchLabels };
      const result = client.create("PersistentVolumeClaim", {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { ...template.metadata, name: claimName, namespace, labels },
        spec: (template as { readonly spec?: LooseObject }).spec,
      });
      if (!result.ok) continue;
      const message = `create Claim ${claimName} Pod ${podName} in StatefulSet ${name} success`;
      client.event(owner, { type: "Normal", reason: "SuccessfulCreate", message, component });
    }
  }

  function tell(owner: StatefulSet, verb: "create" | "delete", podName: string, ok: boolean, error: string): void {
    const set = owner.metadata.name;
    const reason = `${ok ? "Successful" : "Failed"}${verb === "create" ? "Create" : "Delete"}`;
    const message = ok
      ? `${verb} Pod ${podName} in StatefulSet ${set} successful`
      : `${verb} Pod ${podName} in StatefulSet ${set} failed error: ${error}`;
    client.event(owner, { type: ok ? "Normal" : "Warning", reason, message, component });
  }

  /** @source stateful_set_control.go, updateStatefulSet and completeRollingUpdate */
  function writeStatus(owner: StatefulSet, mine: readonly Pod[], updateRevision: string): void {
    const nowMs = simulation.dateMs();
    const isOf = (revision: string) => (pod: Pod) =>
      pod.metadata.labels?.[revisionLabel] === revision && pod.metadata.deletionTimestamp === undefined;
    const ready = mine.filter((pod) => pod.status?.phase === "Running" && isPodReady(pod));
    const updated = mine.filter(isOf(updateRevision)).length;
    const before = owner.status?.currentRevision ?? updateRevision;
    const isRolledOut = updated === mine.length && ready.length === mine.length;
    const currentRevision = isRolledOut ? updateRevision : before;
    const status = {
      observedGeneration: owner.metadata.generation,
      replicas: mine.length,
      readyReplicas: ready.length || null,
      currentReplicas: mine.filter(isOf(currentRevision)).length || null,
      updatedReplicas: updated || null,
      availableReplicas: ready.filter((pod) => isPodAvailable(pod, owner.spec.minReadySeconds ?? 0, nowMs)).length,
      currentRevision,
      updateRevision,
      collisionCount: owner.status?.collisionCount ?? 0,
    };
    const known = owner.status as LooseObject | undefined;
    if (Object.entries(status).every(([member, value]) => isEqualData(value ?? undefined, known?.[member]))) return;
    client.patch("StatefulSet", owner.metadata.namespace, owner.metadata.name, { status }, "status");
  }
}
