import { humanDuration } from "../../api/age.ts";
import { formatLabels } from "../../api/labels.ts";
import type { KubernetesObject, LabelSelector, LooseObject } from "../../api/meta.ts";
import type { Pod } from "../../api/pod/types.ts";
import type { Run } from "../../machine/syscall.ts";
import { parseRfc3339 } from "../../sim/date.ts";
import { podsOf, selectorOf } from "../pods.ts";
import { resourcePath, type Session } from "../session.ts";
import type { Describer } from "./context.ts";
import { writePodTemplate } from "./pod-template.ts";
import { controllerOf, longDate, type Pairs, partsOf, selectorText, type Writer, writeAnnotations, writeLabels } from "./writer.ts";

/** Deployments, ReplicaSets and their kin. @source kubectl pkg/describe/describe.go */
function* podsStatus(session: Session, object: KubernetesObject): Run<string> {
  const pods = yield* podsOf(session, object.metadata.namespace, selectorOf(object) ?? "");
  const owned = pods.filter(
    (pod: Pod) => pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid === object.metadata.uid,
  );
  const count = (phase: string): number => owned.filter((pod) => pod.status?.phase === phase).length;
  return `${count("Running")} Running / ${count("Pending")} Waiting / ${count("Succeeded")} Succeeded / ${count("Failed")} Failed`;
}

function writeConditions(w: Writer, status: LooseObject): void {
  const conditions = (status.conditions ?? []) as readonly { type: string; status: string; reason?: string }[];
  if (conditions.length === 0) return;
  w.write(0, "Conditions:\n  Type\tStatus\tReason\n");
  w.write(1, "----\t------\t------\n");
  for (const condition of conditions) w.write(1, `${condition.type} \t${condition.status}\t${condition.reason ?? ""}\n`);
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

export const describeDeployment: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nCreationTimestamp:\t${longDate(metadata.creationTimestamp)}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Selector:\t${selectorText(spec.selector as LabelSelector)}\n`);
  w.write(
    0,
    `Replicas:\t${count(spec.replicas)} desired | ${count(status.updatedReplicas)} updated | ${count(status.replicas)} total | ${count(status.availableReplicas)} available | ${count(status.unavailableReplicas)} unavailable\n`,
  );
  const strategy = (spec.strategy ?? {}) as {
    type?: string;
    rollingUpdate?: { maxUnavailable?: number | string; maxSurge?: number | string };
  };
  w.write(0, `StrategyType:\t${strategy.type ?? "RollingUpdate"}\n`);
  w.write(0, `MinReadySeconds:\t${count(spec.minReadySeconds)}\n`);
  if (strategy.rollingUpdate !== undefined) {
    w.write(
      0,
      `RollingUpdateStrategy:\t${strategy.rollingUpdate.maxUnavailable ?? 0} max unavailable, ${strategy.rollingUpdate.maxSurge ?? 0} max surge\n`,
    );
  }
  writePodTemplate(w, spec.template as LooseObject, session.behaviour);
  writeConditions(w, status);
  const resources = yield* session.resources();
  const list = yield* session.request<{ items: readonly KubernetesObject[] }>({
    method: "GET",
    path: resourcePath(resources.get("replicasets.apps"), metadata.namespace),
    query: { labelSelector: selectorOf(object) ?? "" },
  });
  const owned = list.items.filter((one) => one.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true);
  const revision = (one: KubernetesObject): number => Number(one.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? "0");
  const newest = owned.toSorted((a, b) => revision(b) - revision(a))[0];
  const text = (sets: readonly KubernetesObject[]): string =>
    sets.length === 0
      ? "<none>"
      : sets
          .map(
            (one) => `${one.metadata.name} (${count(partsOf(one).status.replicas)}/${count(partsOf(one).spec.replicas)} replicas created)`,
          )
          .join(", ");
  w.write(0, `OldReplicaSets:\t${text(owned.filter((one) => one !== newest))}\n`);
  w.write(0, `NewReplicaSet:\t${text(newest === undefined ? [] : [newest])}\n`);
};

export const describeReplicaSet: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nSelector:\t${selectorText(spec.selector as LabelSelector)}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  const controller = controllerOf(object);
  if (controller !== undefined) w.write(0, `Controlled By:\t${controller}\n`);
  w.write(0, `Replicas:\t${count(status.replicas)} current / ${count(spec.replicas)} desired\n`);
  w.write(0, `Pods Status:\t${yield* podsStatus(session, object)}\n`);
  writePodTemplate(w, spec.template as LooseObject, session.behaviour);
  writeConditions(w, status);
};

export const describeReplicationController: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nSelector:\t${formatLabels(spec.selector as Pairs)}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Replicas:\t${count(status.replicas)} current / ${count(spec.replicas)} desired\n`);
  w.write(0, `Pods Status:\t${yield* podsStatus(session, object)}\n`);
  writePodTemplate(w, spec.template as LooseObject, session.behaviour);
  writeConditions(w, status);
};

export const describeDaemonSet: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(0, `Name:\t${metadata.name}\n`);
  if (session.behaviour.describeDaemonSetNamespace) w.write(0, `Namespace:\t${metadata.namespace}\n`);
  w.write(0, `Selector:\t${selectorText(spec.selector as LabelSelector)}\n`);
  writeLabels(
    w,
    "Node-Selector",
    ((spec.template as LooseObject | undefined)?.spec as LooseObject | undefined)?.nodeSelector as Pairs | undefined,
  );
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Desired Number of Nodes Scheduled: ${count(status.desiredNumberScheduled)}\n`);
  w.write(0, `Current Number of Nodes Scheduled: ${count(status.currentNumberScheduled)}\n`);
  w.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${count(status.updatedNumberScheduled)}\n`);
  w.write(0, `Number of Nodes Scheduled with Available Pods: ${count(status.numberAvailable)}\n`);
  w.write(0, `Number of Nodes Misscheduled: ${count(status.numberMisscheduled)}\n`);
  w.write(0, `Pods Status:\t${yield* podsStatus(session, object)}\n`);
  writePodTemplate(w, spec.template as LooseObject, session.behaviour);
};

export const describeStatefulSet: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nCreationTimestamp:\t${longDate(metadata.creationTimestamp)}\n`);
  w.write(0, `Selector:\t${selectorText(spec.selector as LabelSelector)}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Replicas:\t${count(spec.replicas)} desired | ${count(status.replicas)} total\n`);
  const strategy = (spec.updateStrategy ?? {}) as { type?: string; rollingUpdate?: { partition?: number } };
  w.write(0, `Update Strategy:\t${strategy.type ?? "RollingUpdate"}\n`);
  if (strategy.rollingUpdate?.partition !== undefined) w.write(1, `Partition:\t${strategy.rollingUpdate.partition}\n`);
  w.write(0, `Pods Status:\t${yield* podsStatus(session, object)}\n`);
  writePodTemplate(w, spec.template as LooseObject, session.behaviour);
  const claims = (spec.volumeClaimTemplates ?? []) as readonly KubernetesObject[];
  w.write(0, claims.length === 0 ? "Volume Claims:\t<none>\n" : "Volume Claims:\n");
  for (const claim of claims) {
    const {
      accessModes = [],
      resources,
      storageClassName = "",
    } = partsOf(claim).spec as { accessModes?: readonly string[]; resources?: { requests?: Pairs }; storageClassName?: string };
    w.write(1, `Name:\t${claim.metadata.name}\n`);
    w.write(1, `StorageClass:\t${storageClassName}\n`);
    writeLabels(w, "Labels", claim.metadata.labels, "  ");
    writeLabels(w, "Annotations", claim.metadata.annotations, "  ");
    w.write(1, `Capacity:\t${resources?.requests?.storage ?? "<default>"}\n`);
    w.write(1, `Access Modes:\t[${accessModes.join(" ")}]\n`);
  }
};

export const describeJob: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(
    0,
    `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nSelector:\t${selectorText(spec.selector as LabelSelector, "")}\n`,
  );
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  const controller = controllerOf(object);
  if (controller !== undefined) w.write(0, `Controlled By:\t${controller}\n`);
  if (spec.parallelism !== undefined) w.write(0, `Parallelism:\t${count(spec.parallelism)}\n`);
  w.write(0, `Completions:\t${spec.completions === undefined ? "<unset>" : count(spec.completions)}\n`);
  if (spec.completionMode !== undefined) w.write(0, `Completion Mode:\t${String(spec.completionMode)}\n`);
  if (spec.suspend !== undefined) w.write(0, `Suspend:\t${String(spec.suspend)}\n`);
  if (spec.backoffLimit !== undefined) w.write(0, `Backoff Limit:\t${count(spec.backoffLimit)}\n`);
  const { startTime, completionTime } = status as { startTime?: string; completionTime?: string };
  if (startTime !== undefined) w.write(0, `Start Time:\t${longDate(startTime)}\n`);
  if (completionTime !== undefined) w.write(0, `Completed At:\t${longDate(completionTime)}\n`);
  if (startTime !== undefined && completionTime !== undefined)
    w.write(0, `Duration:\t${humanDuration((parseRfc3339(completionTime) ?? 0) - (parseRfc3339(startTime) ?? 0))}\n`);
  if (spec.activeDeadlineSeconds !== undefined) w.write(0, `Active Deadline Seconds:\t${count(spec.activeDeadlineSeconds)}s\n`);
  const ready = status.ready === undefined ? "" : ` (${count(status.ready)} Ready)`;
  w.write(
    0,
    `Pods Statuses:\t${count(status.active)} Active${ready} / ${count(status.succeeded)} Succeeded / ${count(status.failed)} Failed\n`,
  );
  yield* [];
  writePodTemplate(w, spec.template as LooseObject, session.behaviour);
};

export const describeCronJob: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  yield* [];
  const orUnset = (value: unknown, unit = ""): string => (value === undefined || value === null ? "<unset>" : `${count(value)}${unit}`);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Schedule:\t${String(spec.schedule)}\n`);
  if (spec.timeZone !== undefined) w.write(0, `Time Zone:\t${String(spec.timeZone)}\n`);
  w.write(0, `Concurrency Policy:\t${String(spec.concurrencyPolicy)}\n`);
  w.write(0, `Suspend:\t${spec.suspend === undefined ? "<unset>" : spec.suspend === true ? "True" : "False"}\n`);
  w.write(0, `Successful Job History Limit:\t${orUnset(spec.successfulJobsHistoryLimit)}\n`);
  w.write(0, `Failed Job History Limit:\t${orUnset(spec.failedJobsHistoryLimit)}\n`);
  w.write(0, `Starting Deadline Seconds:\t${orUnset(spec.startingDeadlineSeconds, "s")}\n`);
  const job = partsOf((spec.jobTemplate ?? {}) as KubernetesObject).spec;
  w.write(0, `Selector:\t${job.selector === undefined ? "<unset>" : selectorText(job.selector as LabelSelector, "")}\n`);
  w.write(0, `Parallelism:\t${orUnset(job.parallelism)}\nCompletions:\t${orUnset(job.completions)}\n`);
  if (job.activeDeadlineSeconds !== undefined) w.write(0, `Active Deadline Seconds:\t${count(job.activeDeadlineSeconds)}s\n`);
  writePodTemplate(w, job.template as LooseObject, session.behaviour);
  const { lastScheduleTime, active = [] } = status as { lastScheduleTime?: string; active?: readonly { readonly name: string }[] };
  w.write(0, `Last Schedule Time:\t${lastScheduleTime === undefined ? "<unset>" : longDate(lastScheduleTime)}\n`);
  w.write(0, `Active Jobs:\t${active.length === 0 ? "<none>" : active.map(({ name }) => name).join(", ")}\n`);
};

export const describePodDisruptionBudget: Describer = function* (w, { object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  if (spec.minAvailable !== undefined) w.write(0, `Min available:\t${String(spec.minAvailable)}\n`);
  else if (spec.maxUnavailable !== undefined) w.write(0, `Max unavailable:\t${String(spec.maxUnavailable)}\n`);
  w.write(0, `Selector:\t${spec.selector === undefined ? "<unset>" : selectorText(spec.selector as LabelSelector)}\n`);
  w.write(0, "Status:\n");
  w.write(2, `Allowed disruptions:\t${count(status.disruptionsAllowed)}\n`);
  w.write(2, `Current:\t${count(status.currentHealthy)}\n`);
  w.write(2, `Desired:\t${count(status.desiredHealthy)}\n`);
  w.write(2, `Total:\t${count(status.expectedPods)}\n`);
};

const accessModeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

export const describePersistentVolumeClaim: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  const pods = yield* session.request<{ readonly items: readonly KubernetesObject[] }>({
    method: "GET",
    path: `/api/v1/namespaces/${metadata.namespace}/pods`,
  });
  const uses = (pod: KubernetesObject): boolean =>
    ((partsOf(pod).spec.volumes ?? []) as readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[]).some(
      ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name,
    );
  const users = pods.items.filter(uses).map((pod) => pod.metadata.name);
  const {
    volumeName = "",
    storageClassName = "",
    volumeMode,
  } = spec as { volumeName?: string; storageClassName?: string; volumeMode?: string };
  const { capacity, accessModes = [] } = status as { capacity?: Pairs; accessModes?: readonly string[] };
  const isBound = volumeName !== "";
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nStorageClass:\t${storageClassName}\n`);
  w.write(0, `Status:\t${String(status.phase ?? "")}\nVolume:\t${volumeName}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Finalizers:\t[${((metadata as unknown as { finalizers?: readonly string[] }).finalizers ?? []).join(" ")}]\n`);
  w.write(0, `Capacity:\t${isBound ? (capacity?.storage ?? "") : ""}\n`);
  w.write(0, `Access Modes:\t${isBound ? accessModes.map((mode) => accessModeNames[mode] ?? mode).join(",") : ""}\n`);
  if (volumeMode !== undefined) w.write(0, `VolumeMode:\t${volumeMode}\n`);
  w.write(0, users.length === 0 ? "Used By:\t<none>\n" : "");
  users.forEach((name, i) => {
    w.write(0, `${i === 0 ? "Used By:" : ""}\t${name}\n`);
  });
};
