import { isEqualData } from "../cluster/api/equal.ts";
import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { Cluster } from "../cluster/index.ts";
import { asFields, asTexts, specOf, valueAt } from "./explain/fields.ts";
import { nameOf, type Path, type TextIndex } from "./explain/text-index.ts";
import type { Difference } from "./protocol.ts";

/** A terminal's line that changed an object, and when. */
export interface Change {
  readonly atMs: number;
  /** The command that was running: `kubectl scale rc kubia --replicas=5`. */
  readonly by: string;
}

/** Kinds that a user makes; all others are made by the cluster for itself. */
const userKinds: readonly string[] = [
  "Namespace",
  "Pod",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
  "Endpoints",
  "Ingress",
  "NetworkPolicy",
  "ConfigMap",
  "Secret",
];
const clusterNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease", "ingress-nginx"];

/**
 * Where the text and the cluster say different things. A field counts as changed when it lives otherwise than right after this text was applied, so
 * that what the server writes differently (defaults, quantities) is no difference. What controllers made is theirs and never listed.
 */
export function differences(
  cluster: Pick<Cluster, "list" | "find" | "ownersOf">,
  text: TextIndex,
  appliedLive: ReadonlyMap<string, KubernetesObject>,
  changes: ReadonlyMap<string, readonly Change[]>,
): readonly Difference[] {
  const found: Difference[] = [];
  for (const written of text.objects) {
    const { id } = written;
    const kind = String(written.object["kind"]);
    const then = appliedLive.get(id);
    if (then === undefined) continue; // never applied: its problems say why
    const live = cluster.find(kind, then.metadata.namespace, then.metadata.name);
    const lines = changes.get(id) ?? [];
    if (live === undefined) {
      found.push({ object: id, kind: "missing", ...placed(text, id, ["kind"]), ...lines.at(-1) });
      continue;
    }
    for (const path of leavesOf(written.object, [])) {
      if (path[0] === "status" || path[0] === "apiVersion") continue;
      const now = valueAt(live, path);
      if (isEqualData(now, valueAt(then, path))) continue;
      const value = valueAt(written.object, path);
      const who = whoSet(cluster, live, path, lines);
      found.push({ object: id, kind: "changed", path, text: short(value), live: short(now), ...placed(text, id, path), ...who });
    }
  }
  return [...found, ...extras(cluster, text, changes)];
}

/** The field's manager, with the line that it was at work for. Of a field that is gone nobody is the manager: there the last line has to do. */
function whoSet(
  cluster: Pick<Cluster, "ownersOf">,
  live: KubernetesObject,
  path: Path,
  lines: readonly Change[],
): Pick<Difference, "manager" | "by" | "atMs"> {
  const [owner] = cluster.ownersOf(live, path);
  if (owner === undefined) return lines.at(-1) ?? {};
  const line = lines.findLast(({ atMs }) => Math.abs(atMs - owner.atMs) < 1);
  return { manager: owner.manager, atMs: owner.atMs, ...(line === undefined ? {} : { by: line.by }) };
}

function placed(text: TextIndex, id: string, path: Path): Pick<Difference, "place"> {
  const place = text.place(id, path);
  return place === undefined ? {} : { place };
}

function extras(
  cluster: Pick<Cluster, "list" | "find">,
  text: TextIndex,
  changes: ReadonlyMap<string, readonly Change[]>,
): readonly Difference[] {
  return userKinds.flatMap((kind) =>
    cluster
      .list(kind)
      .filter((object) => isUsers(cluster, object) && text.find(nameOf(object as unknown as Record<string, unknown>)) === undefined)
      .map((object): Difference => {
        const id = nameOf(object as unknown as Record<string, unknown>);
        return { object: id, kind: "extra", ...changes.get(id)?.[0] };
      }),
  );
}

function isUsers(cluster: Pick<Cluster, "find">, object: KubernetesObject): boolean {
  const { name, namespace, ownerReferences, labels, deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined || (ownerReferences?.length ?? 0) > 0) return false;
  if (object.kind === "Namespace") return !clusterNamespaces.includes(name);
  if (namespace !== "default" && clusterNamespaces.includes(namespace ?? "")) return false;
  if (object.kind === "ConfigMap") return name !== "kube-root-ca.crt";
  if (object.kind === "Secret")
    return !String((object as unknown as Record<string, unknown>)["type"]).startsWith("kubernetes.io/service-account");
  if (object.kind === "Service") return !(namespace === "default" && name === "kubernetes");
  if (object.kind === "Endpoints") {
    const service = cluster.find("Service", namespace, name);
    const isWritten = service === undefined || Object.keys(asTexts(specOf(service)["selector"])).length === 0;
    return isWritten && !(namespace === "default" && name === "kubernetes") && labels?.["endpoints.kubernetes.io/managed-by"] === undefined;
  }
  return true;
}

/** Whether more than the status and what the server keeps in metadata has changed. */
export function isChangedByHand(before: KubernetesObject, after: KubernetesObject): boolean {
  const [was, is] = [asFields(before), asFields(after)];
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)]))
    if (key !== "status" && key !== "metadata" && was[key] !== is[key] && !isEqualData(was[key], is[key])) return true;
  const { labels, annotations } = before.metadata;
  return !isEqualData(labels, after.metadata.labels) || !isEqualData(annotations, after.metadata.annotations);
}

/** The ways to every value that is no map and no list. */
function leavesOf(value: unknown, path: Path): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, i) => leavesOf(item, [...path, i]));
  const fields = Object.entries(asFields(value));
  if (typeof value === "object" && value !== null && fields.length > 0)
    return fields.flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
  return [path];
}

function short(value: unknown): string {
  if (value === undefined) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const serverMeta: readonly string[] = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "selfLink",
  "deletionTimestamp",
];
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
/** What the server fills in by itself, with the value that means nothing was asked for. @source kubernetes.io API reference, defaults */
const defaultsByKey: Readonly<Record<string, readonly unknown[]>> = {
  sessionAffinity: ["None"],
  internalTrafficPolicy: ["Cluster"],
  externalTrafficPolicy: ["Cluster"],
  ipFamilyPolicy: ["SingleStack"],
  allocateLoadBalancerNodePorts: [true],
  terminationMessagePath: ["/dev/termination-log"],
  terminationMessagePolicy: ["File"],
  dnsPolicy: ["ClusterFirst"],
  restartPolicy: ["Always"],
  schedulerName: ["default-scheduler"],
  terminationGracePeriodSeconds: [30],
  enableServiceLinks: [true],
  preemptionPolicy: ["PreemptLowerPriority"],
  priority: [0],
  revisionHistoryLimit: [10],
  progressDeadlineSeconds: [600],
};
const droppedKeys: readonly string[] = [
  "clusterIPs",
  "ipFamilies",
  "status",
  "nodeName",
  "serviceAccount",
  "serviceAccountName",
  "tolerations",
];

/** A live object as a person would have written it: what they applied, else without all that the server added. */
export function asWritten(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const applied = object.metadata.annotations?.[lastApplied];
  const value = applied === undefined ? object : (JSON.parse(applied) as Record<string, unknown>);
  const cleaned = clean(value) as Record<string, unknown>;
  const metadata = Object.fromEntries(Object.entries(asFields(cleaned["metadata"])).filter(([key]) => !serverMeta.includes(key)));
  if (metadata["namespace"] === "default") delete metadata["namespace"];
  const annotations = Object.fromEntries(
    Object.entries(asFields(metadata["annotations"])).filter(
      ([key]) => key !== lastApplied && !key.startsWith("deployment.kubernetes.io/"),
    ),
  );
  if (Object.keys(annotations).length === 0) delete metadata["annotations"];
  else metadata["annotations"] = annotations;
  const { apiVersion, kind, status: _, metadata: __, ...rest } = cleaned;
  return { apiVersion, kind, metadata, ...rest };
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => {
    if (droppedKeys.includes(key)) return false;
    if (defaultsByKey[key]?.includes(inner) === true) return false;
    return !(
      typeof inner === "object" &&
      inner !== null &&
      Object.keys(inner).length === 0 &&
      (key === "securityContext" || key === "resources")
    );
  });
  return Object.fromEntries(entries.map(([key, inner]) => [key, clean(inner)]));
}
