import type { AdmissionContext } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { compareQuantities } from "../quantity.ts";
import type { Pod, PodSpec, PodStatus } from "./types.ts";

/** A new pod begins as Pending, whatever its manifest says of status. @source pkg/registry/core/pod/strategy.go */
export function preparePod(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): LooseObject {
  const given = context.keepsStatus ? ((object.status ?? {}) as PodStatus) : {};
  if (old !== undefined) return { ...object, status: { ...(old as Pod).status, ...given } };
  const status: PodStatus = { phase: "Pending", ...given, qosClass: qosClass(object.spec as PodSpec) };
  return { ...object, status };
}

/** @source pkg/apis/core/helper/qos/qos.go */
export function qosClass({ containers, initContainers = [] }: PodSpec): "Guaranteed" | "Burstable" | "BestEffort" {
  let isGuaranteed = true;
  let hasAny = false;
  for (const { resources } of [...containers, ...initContainers]) {
    for (const name of ["cpu", "memory"]) {
      const request = resources?.requests?.[name];
      const limit = resources?.limits?.[name];
      if ((request !== undefined && isPositive(request)) || (limit !== undefined && isPositive(limit))) hasAny = true;
      if (limit === undefined || compareQuantities(request ?? limit, limit) !== 0) isGuaranteed = false;
    }
  }
  if (!hasAny) return "BestEffort";
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function isPositive(quantity: string): boolean {
  return compareQuantities(quantity, "0") > 0;
}
