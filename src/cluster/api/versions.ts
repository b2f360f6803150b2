import type { ClusterVersion } from "./kind.ts";

/**
 * What of the API came and went with which minor version, as one table of data.
 * @source kubernetes.io "Deprecated API Migration Guide" and "Feature Gates"; CHANGELOG of each version; kubectl at each x.y.0 tag
 */

interface Span {
  /** First minor version that has it; absent: always had. */
  readonly from?: number;
  /** First minor version that has it no more. */
  readonly until?: number;
}

function isWithin(span: Span | undefined, minor: number): boolean {
  return span !== undefined && minor >= (span.from ?? 0) && minor < (span.until ?? Number.POSITIVE_INFINITY);
}

/** Group version and kind; a `*` holds for all kinds of the group version that have no row of their own. */
const servedApis: Readonly<Record<string, Span>> = {
  "v1/*": {},
  "apps/v1/*": { from: 9 },
  "batch/v1/Job": {},
  "batch/v1/CronJob": { from: 21 },
  "batch/v1beta1/CronJob": { from: 8, until: 25 },
  "autoscaling/v1/*": {},
  "autoscaling/v2/*": { from: 23 },
  "coordination.k8s.io/v1/Lease": { from: 14 },
  "discovery.k8s.io/v1/EndpointSlice": { from: 21 },
  "discovery.k8s.io/v1beta1/EndpointSlice": { from: 17, until: 25 },
  "extensions/v1beta1/Ingress": { until: 22 },
  "networking.k8s.io/v1beta1/Ingress": { from: 14, until: 22 },
  "networking.k8s.io/v1/Ingress": { from: 19 },
  "networking.k8s.io/v1beta1/IngressClass": { from: 18, until: 22 },
  "networking.k8s.io/v1/IngressClass": { from: 19 },
  "networking.k8s.io/v1/NetworkPolicy": {},
  "policy/v1/PodDisruptionBudget": { from: 21 },
  "policy/v1beta1/PodDisruptionBudget": { until: 25 },
  "rbac.authorization.k8s.io/v1/*": {},
  "storage.k8s.io/v1/*": {},
  "scheduling.k8s.io/v1/*": { from: 14 },
  "apiextensions.k8s.io/v1/*": { from: 16 },
  "gateway.networking.k8s.io/v1/*": { from: 23 },
  "gateway.networking.k8s.io/v1beta1/*": { from: 23 },
};

/** Whether a cluster of that version serves the kind under that group version. */
export function isServed(group: string, version: string, kind: string, { minor }: ClusterVersion): boolean {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return isWithin(servedApis[`${apiVersion}/${kind}`] ?? servedApis[`${apiVersion}/*`], minor);
}

interface Deprecation extends Span {
  readonly text: string;
}

/** `Warning:` headers for the use of an API that goes. Server warnings exist since 1.19. */
const deprecations: Readonly<Record<string, Deprecation>> = {
  "extensions/v1beta1/Ingress": {
    from: 19,
    text: "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress",
  },
  "networking.k8s.io/v1beta1/Ingress": {
    from: 19,
    text: "networking.k8s.io/v1beta1 Ingress is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress",
  },
  "networking.k8s.io/v1beta1/IngressClass": {
    from: 19,
    text: "networking.k8s.io/v1beta1 IngressClass is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 IngressClass",
  },
  "discovery.k8s.io/v1beta1/EndpointSlice": {
    from: 21,
    text: "discovery.k8s.io/v1beta1 EndpointSlice is deprecated in v1.21+, unavailable in v1.25+; use discovery.k8s.io/v1 EndpointSlice",
  },
  "batch/v1beta1/CronJob": {
    from: 21,
    text: "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob",
  },
  "policy/v1beta1/PodDisruptionBudget": {
    from: 21,
    text: "policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget",
  },
  "v1/Endpoints": { from: 33, text: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice" },
  "v1/ComponentStatus": { from: 19, text: "v1 ComponentStatus is deprecated in v1.19+" },
};

/** The warning that every use of this API brings on such a cluster. */
export function deprecationWarning(group: string, version: string, kind: string, { minor }: ClusterVersion): string | undefined {
  const deprecation = deprecations[`${group === "" ? version : `${group}/${version}`}/${kind}`];
  return isWithin(deprecation, minor) ? deprecation?.text : undefined;
}

/** What a user sees of a version, by name. */
const features = {
  /** Namespaces carry their name as a label. */
  namespaceNameLabel: { from: 21 },
  /** The server sends `Warning:` headers. */
  serverWarnings: { from: 19 },
  /** spec.ipFamilies, ipFamilyPolicy, clusterIPs. */
  dualStackFields: { from: 20 },
  /** metadata.managedFields, of every object. */
  managedFields: { from: 18 },
  /** ... with the subresource that was written. */
  managedSubresources: { from: 22 },
  internalTrafficPolicy: { from: 22 },
  trafficDistribution: { from: 31 },
  preferSameZone: { from: 34 },
  preferCloseDeprecated: { from: 35 },
  headlessWarnings: { from: 34 },
  externalIPsWarning: { from: 36 },
  /** A Service's name may begin with a digit. */
  relaxedServiceNames: { from: 36 },
  strictIPs: { from: 36 },
  /** `get ingress` has the column CLASS. */
  ingressClassColumn: { from: 18 },
  /** status.loadBalancer.ingress[].ipMode. */
  ipMode: { from: 30 },
  jobStatusColumn: { from: 31 },
  volumeAttributesClassColumn: { from: 29 },
  /** KERNEL-VERSION tells the architecture, too. */
  kernelColumnTellsArchitecture: { from: 36 },
} as const satisfies Readonly<Record<string, Span>>;

export type Feature = keyof typeof features;

export function hasFeature(feature: Feature, { minor }: ClusterVersion): boolean {
  return isWithin(features[feature], minor);
}

/** Values that spec.trafficDistribution may have. */
export function trafficDistributions(version: ClusterVersion): readonly string[] {
  return hasFeature("preferSameZone", version) ? ["PreferClose", "PreferSameZone", "PreferSameNode"] : ["PreferClose"];
}

/** `v1.32.0`, `1.20`, … Undefined for what is no version of Kubernetes 1. */
export function parseClusterVersion(text: string): ClusterVersion | undefined {
  const parts = /^v?1\.(\d{1,3})(?:\.(\d+))?(?:[-+].*)?$/.exec(text);
  if (parts === null) return undefined;
  return { minor: Number(parts[1]), text: parts[2] === undefined ? `v1.${parts[1]}.0` : text.startsWith("v") ? text : `v${text}` };
}

/** What `spec.cluster.version` may name, in words. */
export const servedMinors = "v1.13, v1.20 to v1.36";
