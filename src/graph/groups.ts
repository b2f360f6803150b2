import type { KubernetesObject } from "../cluster/api/meta.ts";
import { keyOf } from "./objects.ts";

/**
 * What the user has folded to one card (true) or unfolded (false), by its name: `node/node1`, `workload/default/Deployment/kubia`,
 * `service/default/kubia`. What is not named here is folded when it is too many to be read.
 */
export type Collapsed = Readonly<Record<string, boolean>>;

/** What takes one place in a row of boxes: a pod, or several as one. */
export interface Item {
  /** `pod/default/kubia-x`, or `group/` with the row and what folds it. */
  readonly id: string;
  readonly pods: readonly KubernetesObject[];
  /** Of a group. */
  readonly key?: string;
  readonly name: string;
  readonly namespace: string;
}

/** The workload that a pod belongs to: `workload/default/Deployment/kubia`. Pods that nobody made are told apart by their `app`. */
export function workloadOf(pod: KubernetesObject): { readonly key: string; readonly name: string } {
  const { namespace = "default", labels, ownerReferences } = pod.metadata;
  const owner = ownerReferences?.find((one) => one.controller === true);
  const named = (kind: string, name: string) => ({ key: `workload/${namespace}/${kind}/${name}`, name });
  if (owner === undefined) return named("Pod", labels?.["app"] ?? "");
  const hash = labels?.["pod-template-hash"];
  // Old and new ReplicaSets of a rolling update are one Deployment's.
  if (owner.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return named("Deployment", owner.name.slice(0, -hash.length - 1));
  }
  return named(owner.kind, owner.name);
}

/**
 * The boxes of one row (of a node, of a Service), in the order of namespace and name: what is folded is one of them. `folding` says which of
 * the Services that the user has folded selects a pod.
 */
export function itemsOf(
  row: string,
  pods: readonly KubernetesObject[],
  collapsed: Collapsed,
  isCrowded: boolean,
  folding: (pod: KubernetesObject) => string | undefined,
): readonly Item[] {
  const items: Item[] = [];
  const groups = new Map<string, KubernetesObject[]>();
  for (const pod of pods) {
    const namespace = pod.metadata.namespace ?? "default";
    const service = folding(pod);
    const workload = workloadOf(pod);
    const key = service ?? ((collapsed[workload.key] ?? isCrowded) ? workload.key : undefined);
    if (key === undefined) {
      items.push({ id: `pod/${keyOf(pod)}`, pods: [pod], name: pod.metadata.name, namespace });
      continue;
    }
    const known = groups.get(key);
    if (known !== undefined) {
      known.push(pod);
      continue;
    }
    const members = [pod];
    groups.set(key, members);
    const name = service === undefined ? workload.name : (service.split("/")[2] ?? "");
    items.push({ id: `group/${row}/${key}`, pods: members, key, name, namespace });
  }
  return items;
}
