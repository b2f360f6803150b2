import type { Describer } from "./context.ts";
import { describeHorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { describeIngress } from "./ingress.ts";
import { describeNetworkPolicy } from "./network-policy.ts";
import { describeNode } from "./node.ts";
import { describePod } from "./pod.ts";
import { describeRole, describeRoleBinding } from "./rbac.ts";
import { describeService } from "./service.ts";
import {
  describeAnything,
  describeConfigMap,
  describeEndpointSlice,
  describeEndpoints,
  describeIngressClass,
  describeNamespace,
  describeSecret,
  describeServiceAccount,
} from "./small.ts";
import {
  describeCronJob,
  describeDaemonSet,
  describeDeployment,
  describeJob,
  describePersistentVolumeClaim,
  describePodDisruptionBudget,
  describeReplicaSet,
  describeReplicationController,
  describeStatefulSet,
} from "./workloads.ts";

/** Who describes a kind; `hasEvents` where they come last. */
const describers: Readonly<Record<string, { readonly describe: Describer; readonly hasEvents: boolean }>> = {
  Service: { describe: describeService, hasEvents: true },
  Pod: { describe: describePod, hasEvents: true },
  Node: { describe: describeNode, hasEvents: true },
  Deployment: { describe: describeDeployment, hasEvents: true },
  ReplicaSet: { describe: describeReplicaSet, hasEvents: true },
  ReplicationController: { describe: describeReplicationController, hasEvents: true },
  DaemonSet: { describe: describeDaemonSet, hasEvents: true },
  StatefulSet: { describe: describeStatefulSet, hasEvents: true },
  Job: { describe: describeJob, hasEvents: true },
  CronJob: { describe: describeCronJob, hasEvents: true },
  PodDisruptionBudget: { describe: describePodDisruptionBudget, hasEvents: true },
  HorizontalPodAutoscaler: { describe: describeHorizontalPodAutoscaler, hasEvents: true },
  PersistentVolumeClaim: { describe: describePersistentVolumeClaim, hasEvents: true },
  Role: { describe: describeRole, hasEvents: false },
  ClusterRole: { describe: describeRole, hasEvents: false },
  RoleBinding: { describe: describeRoleBinding, hasEvents: false },
  ClusterRoleBinding: { describe: describeRoleBinding, hasEvents: false },
  Ingress: { describe: describeIngress, hasEvents: true },
  IngressClass: { describe: describeIngressClass, hasEvents: true },
  NetworkPolicy: { describe: describeNetworkPolicy, hasEvents: false },
  Endpoints: { describe: describeEndpoints, hasEvents: true },
  EndpointSlice: { describe: describeEndpointSlice, hasEvents: true },
  Secret: { describe: describeSecret, hasEvents: false },
  ConfigMap: { describe: describeConfigMap, hasEvents: true },
  Namespace: { describe: describeNamespace, hasEvents: false },
  ServiceAccount: { describe: describeServiceAccount, hasEvents: true },
};

export function describerOf(kind: string): { readonly describe: Describer; readonly hasEvents: boolean } {
  return describers[kind] ?? { describe: describeAnything, hasEvents: true };
}
