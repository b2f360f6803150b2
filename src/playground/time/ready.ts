import { matchesLabels } from "../../cluster/api/labels.ts";
import type { KubernetesObject } from "../../cluster/api/meta.ts";
import { asFields, asItems, asText, asTexts, type Fields, specOf, statusOf } from "../explain/fields.ts";
import { conditionOf, isReady, troubleOf } from "../explain/pod-source.ts";
import { nameOf } from "../explain/text-index.ts";
import type { Said } from "../protocol.ts";

/** What "until ready" asks of a cluster. */
export interface ReadyWorld {
  /** Objects that the user's text declares, as written. */
  readonly declared: readonly Fields[];
  find(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  list(kind: string, namespace?: string): readonly KubernetesObject[];
  /** Nodes whose kube-proxy does not run, or has a change before it that it has not programmed. */
  readonly proxiesBehind: readonly string[];
  /** Whether somebody gives Services of type LoadBalancer an address. */
  readonly hasCloud: boolean;
}

/** Pure: what is still missing, an object each; empty when everything that the text declares is ready and programmed on all nodes. */
export function notReady(world: ReadyWorld): readonly Said[] {
  const found = world.declared.flatMap((written) => missingOf(world, written));
  if (found.length > 0) return found;
  return world.proxiesBehind.map((node) => ({ code: "wait.proxy", args: { kind: "Node", name: node, object: `rules/${node}` } }));
}

/** Pure: whether nothing is missing; it looks no further than the first that is. */
export function isAllReady(world: ReadyWorld): boolean {
  return world.proxiesBehind.length === 0 && world.declared.every((written) => missingOf(world, written).length === 0);
}

function missingOf(world: ReadyWorld, written: Fields): readonly Said[] {
  const kind = String(written["kind"]);
  const metadata = asFields(written["metadata"]);
  const name = asText(metadata["name"]);
  const namespace = asText(metadata["namespace"]) || "default";
  const live = world.find(kind, namespace, name) ?? world.find(kind, undefined, name);
  const missing = (code: string, args: Said["args"] = {}): readonly Said[] => [
    { code, args: { kind, name, object: nameOf(written), ...args } },
  ];
  if (live === undefined) return isWatched(kind) ? missing("wait.missing") : [];
  switch (kind) {
    case "Pod":
      return isPodWell(live) ? [] : missing("wait.pod", { trouble: troubleOf(live) || asText(statusOf(live)["phase"]) });
    case "Deployment":
    case "ReplicaSet":
    case "ReplicationController":
    case "StatefulSet":
    case "DaemonSet": {
      const { ready, wanted, isRolledOut } = rollout(live);
      return ready === wanted && isRolledOut ? [] : missing("wait.workload", { ready, wanted });
    }
    case "Job":
      return conditionOf(live, "Complete")?.status === "True" ? [] : missing("wait.job");
    case "Service":
      return serviceSaid(world, live).flatMap(({ code, args }) => missing(code, args));
    default:
      return [];
  }
}

function isWatched(kind: string): boolean {
  return ["Pod", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job", "Service"].includes(kind);
}

function isPodWell(pod: KubernetesObject): boolean {
  return asText(statusOf(pod)["phase"]) === "Succeeded" || isReady(pod);
}

/** As `kubectl rollout status` counts. @source kubectl pkg/polymorphichelpers/rollout_status.go */
function rollout(live: KubernetesObject): { readonly ready: number; readonly wanted: number; readonly isRolledOut: boolean } {
  const status = statusOf(live);
  const count = (field: string) => Number(status[field] ?? 0);
  const isSeen = Number(status["observedGeneration"] ?? 0) >= (live.metadata.generation ?? 0);
  if (live.kind === "DaemonSet") {
    const wanted = count("desiredNumberScheduled");
    return { ready: count("numberReady"), wanted, isRolledOut: isSeen && count("updatedNumberScheduled") === wanted };
  }
  const wanted = Number(specOf(live)["replicas"] ?? 1);
  const hasTemplates = live.kind === "Deployment" || live.kind === "StatefulSet";
  // Old pods that still go are part of the rollout.
  const isUpdated = !hasTemplates || (wanted === count("updatedReplicas") && count("replicas") === wanted);
  return { ready: count("readyReplicas"), wanted, isRolledOut: isSeen && isUpdated && count("replicas") === wanted };
}

/** A Service is ready when each ready pod that it selects is among its endpoints, and its load balancer has an address. */
function serviceSaid(world: ReadyWorld, service: KubernetesObject): readonly Said[] {
  const spec = specOf(service);
  const { namespace, name } = service.metadata;
  if (spec["type"] === "LoadBalancer" && world.hasCloud && asItems(asFields(statusOf(service)["loadBalancer"])["ingress"]).length === 0)
    return [{ code: "wait.address", args: {} }];
  const selector = asTexts(spec["selector"]);
  if (Object.keys(selector).length === 0) return [];
  const listed = new Set(
    world
      .list("EndpointSlice", namespace)
      .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === name)
      .flatMap((slice) => asItems(asFields(slice)["endpoints"]))
      .filter((endpoint) => asFields(endpoint["conditions"])["ready"] !== false)
      .map((endpoint) => asText(asFields(endpoint["targetRef"])["name"])),
  );
  const left = world
    .list("Pod", namespace)
    .filter((pod) => matchesLabels(selector, pod.metadata.labels))
    .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
    .filter((pod) => asText(statusOf(pod)["podIP"]) !== "" && !listed.has(pod.metadata.name));
  return left.length === 0 ? [] : [{ code: "wait.endpoints", args: { pod: left[0]?.metadata.name ?? "" } }];
}
