import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { ServerContext, Target } from "./context.ts";
import { isRecord, valueAt } from "./json.ts";
import { Refusal } from "./refusal.ts";
import type { Status } from "./request.ts";
import { conflict, invalid, success } from "./status.ts";
import { existing } from "./update.ts";

const podBinding = { group: "", plural: "pods/binding", kind: "Binding" };

/** The scheduler's word: this pod runs on that node. @source pkg/registry/core/pod/storage/storage.go, setPodNodeAndMetadata */
export function bind(context: ServerContext, target: Target): Status {
  const pod = existing(context, target);
  const { name, deletionTimestamp } = pod.metadata;
  const nodeName = valueAt(target.request.body, ["target", "name"]);
  if (typeof nodeName !== "string" || nodeName === "") {
    throw new Refusal(invalid(podBinding, name, [{ field: "target.name", type: "required", detail: "" }]));
  }
  if (deletionTimestamp !== undefined)
    throw new Refusal(conflict(podBinding, name, `pod ${name} is being deleted, cannot be assigned to a host`));
  const loose = pod as unknown as LooseObject;
  const spec = isRecord(loose.spec) ? loose.spec : {};
  if (typeof spec.nodeName === "string" && spec.nodeName !== "") {
    throw new Refusal(conflict(podBinding, name, `pod ${name} is already assigned to node "${spec.nodeName}"`));
  }
  const status = isRecord(loose.status) ? loose.status : {};
  const bound = {
    ...pod,
    spec: { ...spec, nodeName },
    status: { ...status, conditions: withScheduled(status.conditions, formatRfc3339(context.simulation.dateMs())) },
  };
  context.store.put(bound as KubernetesObject);
  return success();
}

function withScheduled(conditions: unknown, now: string): readonly unknown[] {
  const present = Array.isArray(conditions) ? conditions : [];
  const others = present.filter((condition) => !isRecord(condition) || condition.type !== "PodScheduled");
  return [...others, { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: now }];
}
