import type { AdmissionContext } from "../kind.ts";
import type { LooseObject } from "../meta.ts";
import { hasFeature } from "../versions.ts";
import type { Service } from "./types.ts";

/** @source pkg/api/service/warnings.go */
export function serviceWarnings(object: LooseObject, { clusterVersion }: AdmissionContext): readonly string[] {
  const { metadata, spec } = object as unknown as Service;
  const warnings: string[] = [];
  const has = (feature: Parameters<typeof hasFeature>[0]): boolean => hasFeature(feature, clusterVersion);
  const externalIPs = spec.externalIPs ?? [];
  const isHeadless = spec.type === "ClusterIP" && spec.clusterIP === "None";
  if (metadata.annotations?.["service.kubernetes.io/topology-aware-hints"] !== undefined) {
    warnings.push(
      "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
    );
  }
  if (isHeadless && has("headlessWarnings")) {
    if ((spec.loadBalancerIP ?? "") !== "") warnings.push("spec.loadBalancerIP is ignored for headless services");
    if (externalIPs.length > 0) warnings.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  if (externalIPs.length > 0 && !isHeadless && spec.type !== "ExternalName" && has("externalIPsWarning")) {
    warnings.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (spec.type === "ExternalName" && externalIPs.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== "ExternalName" && (spec.externalName ?? "") !== "") {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === "PreferClose" && has("preferCloseDeprecated")) {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
