/** Where a transformer looks. Kinds absent: in every object. */
export interface FieldSpec {
  readonly kinds?: readonly string[];
  readonly path: string;
  readonly creates: boolean;
}

const workloads = ["ReplicaSet", "Deployment", "DaemonSet", "StatefulSet"];

/** @source kustomize api/konfig/builtinpluginconsts/commonlabels.go */
export const labelSpecs: readonly FieldSpec[] = [{ path: "metadata/labels", creates: true }];
export const templateLabelSpecs: readonly FieldSpec[] = [
  { kinds: ["ReplicationController", ...workloads, "Job"], path: "spec/template/metadata/labels", creates: true },
  { kinds: ["StatefulSet"], path: "spec/volumeClaimTemplates[]/metadata/labels", creates: true },
  { kinds: ["CronJob"], path: "spec/jobTemplate/metadata/labels", creates: true },
  { kinds: ["CronJob"], path: "spec/jobTemplate/spec/template/metadata/labels", creates: true },
];
export const selectorSpecs: readonly FieldSpec[] = [
  { kinds: ["Service", "ReplicationController"], path: "spec/selector", creates: true },
  { kinds: workloads, path: "spec/selector/matchLabels", creates: true },
  ...["podAffinity", "podAntiAffinity"].flatMap((affinity) =>
    ["preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm", "requiredDuringSchedulingIgnoredDuringExecution"].map(
      (when): FieldSpec => ({
        kinds: ["Deployment", "StatefulSet"],
        path: `spec/template/spec/affinity/${affinity}/${when}/labelSelector/matchLabels`,
        creates: false,
      }),
    ),
  ),
  {
    kinds: ["Deployment", "StatefulSet"],
    path: "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
    creates: false,
  },
  { kinds: ["Job"], path: "spec/selector/matchLabels", creates: false },
  { kinds: ["CronJob"], path: "spec/jobTemplate/spec/selector/matchLabels", creates: false },
  { kinds: ["PodDisruptionBudget"], path: "spec/selector/matchLabels", creates: false },
  { kinds: ["NetworkPolicy"], path: "spec/podSelector/matchLabels", creates: false },
  { kinds: ["NetworkPolicy"], path: "spec/ingress/from/podSelector/matchLabels", creates: false },
  { kinds: ["NetworkPolicy"], path: "spec/egress/to/podSelector/matchLabels", creates: false },
];

/** @source kustomize api/konfig/builtinpluginconsts/commonannotations.go */
export const annotationSpecs: readonly FieldSpec[] = [
  { path: "metadata/annotations", creates: true },
  { kinds: ["ReplicationController", ...workloads, "Job"], path: "spec/template/metadata/annotations", creates: true },
  { kinds: ["CronJob"], path: "spec/jobTemplate/metadata/annotations", creates: true },
  { kinds: ["CronJob"], path: "spec/jobTemplate/spec/template/metadata/annotations", creates: true },
];

/** Which fields call an object of a kind by its name. */
export interface Referrers {
  readonly kind: string;
  readonly fields: readonly { readonly kinds: readonly string[]; readonly path: string }[];
}

/** A field of a pod's spec, wherever a kind keeps its pods. */
function inPods(...paths: readonly string[]): Referrers["fields"] {
  return paths.flatMap((path) => [
    { kinds: ["Pod"], path: `spec/${path}` },
    { kinds: [...workloads, "ReplicationController", "Job"], path: `spec/template/spec/${path}` },
    { kinds: ["CronJob"], path: `spec/jobTemplate/spec/template/spec/${path}` },
  ]);
}

/** @source kustomize api/konfig/builtinpluginconsts/namereference.go */
export const nameReferences: readonly Referrers[] = [
  ...["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map(
    (kind): Referrers => ({ kind, fields: [{ kinds: ["HorizontalPodAutoscaler"], path: "spec/scaleTargetRef/name" }] }),
  ),
  {
    kind: "ConfigMap",
    fields: [
      ...inPods(
        "volumes/configMap/name",
        "volumes/projected/sources/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
      ),
      { kinds: ["Role", "ClusterRole"], path: "rules/resourceNames" },
    ],
  },
  {
    kind: "Secret",
    fields: [
      ...inPods(
        "volumes/secret/secretName",
        "volumes/projected/sources/secret/name",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
      ),
      { kinds: ["Ingress"], path: "spec/tls/secretName" },
      { kinds: ["ServiceAccount"], path: "imagePullSecrets/name" },
      { kinds: ["Role", "ClusterRole"], path: "rules/resourceNames" },
    ],
  },
  {
    kind: "Service",
    fields: [
      { kinds: ["StatefulSet"], path: "spec/serviceName" },
      { kinds: ["Ingress"], path: "spec/rules/http/paths/backend/serviceName" },
      { kinds: ["Ingress"], path: "spec/backend/serviceName" },
      { kinds: ["Ingress"], path: "spec/rules/http/paths/backend/service/name" },
      { kinds: ["Ingress"], path: "spec/defaultBackend/service/name" },
    ],
  },
  { kind: "Role", fields: [{ kinds: ["RoleBinding"], path: "roleRef/name" }] },
  { kind: "ClusterRole", fields: [{ kinds: ["RoleBinding", "ClusterRoleBinding"], path: "roleRef/name" }] },
  { kind: "ServiceAccount", fields: inPods("serviceAccountName") },
  { kind: "PersistentVolumeClaim", fields: inPods("volumes/persistentVolumeClaim/claimName") },
  { kind: "PriorityClass", fields: inPods("priorityClassName") },
  { kind: "IngressClass", fields: [{ kinds: ["Ingress"], path: "spec/ingressClassName" }] },
];
