import { configMapKind } from "./config-map/kind.ts";
import { controllerRevisionKind } from "./controller-revision/kind.ts";
import { cronJobKind } from "./cron-job/kind.ts";
import { customResourceDefinitionKind } from "./custom-resource-definition/kind.ts";
import { daemonSetKind } from "./daemon-set/kind.ts";
import { deploymentKind } from "./deployment/kind.ts";
import { endpointSliceKind } from "./endpoint-slice/kind.ts";
import { endpointsKind } from "./endpoints/kind.ts";
import { eventKind } from "./event/kind.ts";
import { gatewayClassKind, gatewayKind, httpRouteKind, referenceGrantKind } from "./gateway/kinds.ts";
import { horizontalPodAutoscalerKind } from "./horizontal-pod-autoscaler/kind.ts";
import { ingressKind } from "./ingress/kind.ts";
import { ingressClassKind } from "./ingress-class/kind.ts";
import { jobKind } from "./job/kind.ts";
import type { ClusterVersion, KindDefinition } from "./kind.ts";
import { leaseKind } from "./lease/kind.ts";
import { namespaceKind } from "./namespace/kind.ts";
import { networkPolicyKind } from "./network-policy/kind.ts";
import { nodeKind } from "./node/kind.ts";
import { persistentVolumeClaimKind } from "./persistent-volume-claim/kind.ts";
import { podKind } from "./pod/kind.ts";
import { podDisruptionBudgetKind } from "./pod-disruption-budget/kind.ts";
import { podTemplateKind } from "./pod-template/kind.ts";
import { priorityClassKind } from "./priority-class/kind.ts";
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from "./rbac/kinds.ts";
import { replicaSetKind } from "./replica-set/kind.ts";
import { replicationControllerKind } from "./replication-controller/kind.ts";
import { secretKind } from "./secret/kind.ts";
import { serviceKind } from "./service/kind.ts";
import { serviceAccountKind } from "./service-account/kind.ts";
import { statefulSetKind } from "./stateful-set/kind.ts";
import { isServed } from "./versions.ts";

/** Every kind there is, in the order of discovery: core first, then by group. What a cluster version serves of it, `versions.ts` says. */
export const kinds = [
  configMapKind,
  endpointsKind,
  eventKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  podKind,
  podTemplateKind,
  replicationControllerKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  controllerRevisionKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
  horizontalPodAutoscalerKind,
  cronJobKind,
  jobKind,
  leaseKind,
  endpointSliceKind,
  ingressClassKind,
  ingressKind,
  networkPolicyKind,
  podDisruptionBudgetKind,
  clusterRoleBindingKind,
  clusterRoleKind,
  roleBindingKind,
  roleKind,
  priorityClassKind,
  customResourceDefinitionKind,
  gatewayClassKind,
  gatewayKind,
  httpRouteKind,
  referenceGrantKind,
] as const satisfies readonly KindDefinition[];

const byName: ReadonlyMap<string, KindDefinition> = new Map(kinds.map((definition: KindDefinition) => [definition.kind, definition]));

export function kindByName(kind: string): KindDefinition | undefined {
  return byName.get(kind);
}

/** `apps/v1`, `v1`. */
export function groupVersion(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The kind that is called so under that apiVersion; undefined if this cluster does not serve it. */
export function kindByApiVersion(apiVersion: string, kind: string, clusterVersion: ClusterVersion): KindDefinition | undefined {
  const definition = byName.get(kind);
  return definition !== undefined && servedVersions(definition, clusterVersion).includes(apiVersion) ? definition : undefined;
}

/** The apiVersions under which the cluster serves the kind, preferred first. */
export function servedVersions(definition: KindDefinition, clusterVersion: ClusterVersion): readonly string[] {
  const { group, storageVersion, kind, versions } = definition;
  return [{ group, version: storageVersion }, ...versions]
    .filter((one) => isServed(one.group, one.version, kind, clusterVersion))
    .map((one) => groupVersion(one.group, one.version));
}

/** A resource as a user calls it on the command line: `svc`, `Service`, `services`, `deploy.apps`, `ingresses.v1.networking.k8s.io`. */
export function kindByResource(text: string, clusterVersion: ClusterVersion): KindDefinition | undefined {
  const lower = text.toLowerCase();
  const dot = lower.indexOf(".");
  const name = dot < 0 ? lower : lower.slice(0, dot);
  const qualifier = dot < 0 ? undefined : lower.slice(dot + 1);
  for (const definition of kinds as readonly KindDefinition[]) {
    const { plural, singular, shortNames } = definition;
    if (plural !== name && singular !== name && !shortNames.includes(name)) continue;
    const served = servedVersions(definition, clusterVersion);
    if (served.length === 0) continue;
    if (qualifier === undefined || served.some((apiVersion) => isQualifiedBy(apiVersion, qualifier))) return definition;
  }
  return undefined;
}

/** `apps`, or `v1.apps`. */
function isQualifiedBy(apiVersion: string, qualifier: string): boolean {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  return qualifier === group || qualifier === `${version}.${group}`;
}

/** Kinds that `kubectl get all` shows, in its order. */
export function kindsOfCategory(category: string, clusterVersion: ClusterVersion): readonly KindDefinition[] {
  return (kinds as readonly KindDefinition[]).filter(
    (definition) => definition.categories?.includes(category) === true && servedVersions(definition, clusterVersion).length > 0,
  );
}
