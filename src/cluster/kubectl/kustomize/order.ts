import { groupVersion, nameOf, namespaceOf, type Resource } from "./resource.ts";

const first = [
  "Namespace",
  "ResourceQuota",
  "StorageClass",
  "CustomResourceDefinition",
  "ServiceAccount",
  "PodSecurityPolicy",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "ConfigMap",
  "Secret",
  "Endpoints",
  "Service",
  "LimitRange",
  "PriorityClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "PodDisruptionBudget",
];
const last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** What others need comes before them; then by group, version, kind, namespace and name. @source kustomize api/internal/builtins/SortOrderTransformer.go, legacy */
export function inLegacyOrder(resources: readonly Resource[]): readonly Resource[] {
  const rank = (kind: string): number =>
    first.includes(kind) ? first.indexOf(kind) - first.length : last.includes(kind) ? last.indexOf(kind) + 1 : 0;
  const key = (resource: Resource): string => {
    const [group, version] = groupVersion(resource.object);
    const kind = String(resource.object.kind);
    return [[group || "~G", version || "~V", kind].join("_"), namespaceOf(resource) || "~X", nameOf(resource)].join("|");
  };
  return resources.toSorted((a, b) => {
    const byRank = rank(String(a.object.kind)) - rank(String(b.object.kind));
    if (byRank !== 0) return byRank;
    return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
  });
}
