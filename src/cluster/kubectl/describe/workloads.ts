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
  writePodTemplate(w, spec.template as LooseObject);
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
  writePodTemplate(w, spec.template as LooseObject);
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
  writePodTemplate(w, spec.template as LooseObject);
  writeConditions(w, status);
};

export const describeDaemonSet: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\nSelector:\t${selectorText(spec.selector as LabelSelector)}\n`);
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
  writePodTemplate(w, spec.template as LooseObject);
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
  writePodTemplate(w, spec.template as LooseObject);
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

export const describeJob: Describer = function* (w, { object }) {
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
  const ready = status.ready === undefined ? "" : ` (${count(status.ready)} Ready)`;
  w.write(
    0,
    `Pods Statuses:\t${count(status.active)} Active${ready} / ${count(status.succeeded)} Succeeded / ${count(status.failed)} Failed\n`,
  );
  yield* [];
  writePodTemplate(w, spec.template as LooseObject);
};
