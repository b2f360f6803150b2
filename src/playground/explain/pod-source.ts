import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { TextPlace } from "../protocol.ts";
import { asItems, asText, specOf, statusOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { nameOf, type Path } from "./text-index.ts";

/** Where the user wrote what a pod is: its own document, or its owner's template. */
export interface PodSource {
  /** `deployment/default/web` */
  readonly id: string;
  /** The way to the pod's (or the template's) metadata and spec. */
  readonly path: Path;
}

/** The object at the top of a pod's owners, with the way to the pod template in it. */
export function sourceOf(look: Look, pod: KubernetesObject): PodSource {
  let owner: KubernetesObject = pod;
  for (let depth = 0; depth < 4; depth++) {
    const reference = owner.metadata.ownerReferences?.find((one) => one.controller === true);
    const next = reference === undefined ? undefined : look.find(reference.kind, owner.metadata.namespace, reference.name);
    if (next === undefined) break;
    owner = next;
  }
  return { id: nameOf(owner as unknown as Record<string, unknown>), path: templatePath(owner.kind) };
}

export function templatePath(kind: string): Path {
  if (kind === "Pod") return [];
  return kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
}

export function placeInPod(look: Look, pod: KubernetesObject, path: Path, part: "key" | "value" = "value"): TextPlace | undefined {
  const source = sourceOf(look, pod);
  return look.text.place(source.id, [...source.path, ...path], part);
}

export function isReady(pod: KubernetesObject): boolean {
  return conditionOf(pod, "Ready")?.status === "True";
}

export function conditionOf(
  pod: KubernetesObject,
  type: string,
): { readonly status: string; readonly reason: string; readonly message: string } | undefined {
  const found = asItems(statusOf(pod)["conditions"]).find((condition) => condition["type"] === type);
  if (found === undefined) return undefined;
  return { status: asText(found["status"]), reason: asText(found["reason"]), message: asText(found["message"]) };
}

/** Why a container waits or how it ended, as `kubectl get pods` would say it; "" when all run. */
export function troubleOf(pod: KubernetesObject): string {
  for (const container of asItems(statusOf(pod)["containerStatuses"])) {
    const state = (container["state"] ?? {}) as Readonly<Record<string, { readonly reason?: string }>>;
    const reason = state["waiting"]?.reason ?? state["terminated"]?.reason;
    if (reason !== undefined) return reason;
  }
  const phase = asText(statusOf(pod)["phase"]);
  return phase === "Running" ? "" : phase;
}

/** Named container ports, by name. */
export function portNames(pod: { readonly [key: string]: unknown }): readonly string[] {
  return asItems(specOf(pod)["containers"]).flatMap((container) =>
    asItems(container["ports"]).flatMap((port) => (asText(port["name"]) === "" ? [] : [asText(port["name"])])),
  );
}

export function portNumbers(pod: { readonly [key: string]: unknown }): readonly number[] {
  return asItems(specOf(pod)["containers"]).flatMap((container) =>
    asItems(container["ports"]).flatMap((port) => (typeof port["containerPort"] === "number" ? [port["containerPort"]] : [])),
  );
}

/** The first container with a probe of that kind: its index and the probe. */
export function probeOf(
  pod: { readonly [key: string]: unknown },
  kind = "readinessProbe",
): { readonly container: number; readonly probe: Readonly<Record<string, unknown>> } | undefined {
  const containers = asItems(specOf(pod)["containers"]);
  const container = containers.findIndex((one) => typeof one[kind] === "object" && one[kind] !== null);
  return container < 0 ? undefined : { container, probe: (containers[container] as Record<string, Record<string, unknown>>)[kind] ?? {} };
}

/** What the kubelet wrote last about this pod's probe; "" when it never failed. */
export function lastProbeFailure(look: Look, pod: KubernetesObject, kind = "Readiness"): string {
  const events = look.list("Event", pod.metadata.namespace).filter((event) => {
    const about = (event as unknown as { involvedObject?: { name?: string; uid?: string } }).involvedObject;
    return about?.name === pod.metadata.name && asText((event as unknown as Record<string, unknown>)["message"]).startsWith(kind);
  });
  const last = events
    .map((event) => event as unknown as Readonly<Record<string, unknown>>)
    .sort((a, b) => (asText(a["lastTimestamp"]) < asText(b["lastTimestamp"]) ? -1 : 1))
    .at(-1);
  return last === undefined ? "" : asText(last["message"]);
}
