import { formatLabels, matchesLabels } from "../../cluster/api/labels.ts";
import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { Membership, Said } from "../protocol.ts";
import { asItems, asText, asTexts, specOf, statusOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { editDistance } from "./nearest.ts";
import { conditionOf, isReady, lastProbeFailure, placeInPod, portNames, probeOf, troubleOf } from "./pod-source.ts";
import { nameOf } from "./text-index.ts";

type Loose = Readonly<Record<string, unknown>>;

/** The pods of a Service's namespace that could be meant by it, each in or out and why. Those that share no label key are left out. */
export function membersOf(look: Look, service: KubernetesObject): readonly Membership[] {
  const selector = asTexts(specOf(service)["selector"]);
  const keys = Object.keys(selector);
  if (keys.length === 0) return [];
  return look
    .list("Pod", service.metadata.namespace)
    .filter((pod) => keys.some((key) => pod.metadata.labels?.[key] !== undefined))
    .filter((pod) => !["Succeeded", "Failed"].includes(asText(statusOf(pod)["phase"])))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((pod) => memberOf(look, service, pod));
}

export function memberOf(look: Look, service: KubernetesObject, pod: KubernetesObject): Membership {
  const address = asText(statusOf(pod)["podIP"]);
  const id = nameOf(pod as unknown as Loose);
  const answer = (isIn: boolean, why: Said, place: ReturnType<typeof placeInPod>): Membership => ({
    pod: id,
    isIn,
    address,
    why,
    shown: { object: id, ...(place === undefined ? {} : { place }) },
  });
  const spec = specOf(service);
  const selector = asTexts(spec["selector"]);
  if (!matchesLabels(selector, pod.metadata.labels)) {
    const [key, value] = Object.entries(selector).find(([k, v]) => pod.metadata.labels?.[k] !== v) as [string, string];
    const has = pod.metadata.labels?.[key];
    const place =
      look.text.place(nameOf(service as unknown as Loose), ["spec", "selector", key]) ?? placeInPod(look, pod, ["metadata", "labels", key]);
    return answer(false, { code: "pod.labels", args: { wants: `${key}=${value}`, has: has === undefined ? "" : `${key}=${has}` } }, place);
  }
  if (pod.metadata.deletionTimestamp !== undefined) return answer(false, { code: "pod.terminating", args: {} }, undefined);
  if (address === "") {
    const trouble = troubleOf(pod) || "Pending";
    return answer(false, { code: "pod.no-address", args: { trouble } }, placeInPod(look, pod, ["spec", "containers", 0, "image"]));
  }
  const missing = asItems(spec["ports"]).find(
    ({ targetPort }) => typeof targetPort === "string" && !portNames(pod as unknown as Loose).includes(targetPort),
  );
  if (missing !== undefined && asItems(spec["ports"]).length === 1) {
    const index = asItems(spec["ports"]).indexOf(missing);
    const place = look.text.place(nameOf(service as unknown as Loose), ["spec", "ports", index, "targetPort"]);
    return answer(
      false,
      { code: "pod.port-name", args: { port: asText(missing["targetPort"]), known: portNames(pod as unknown as Loose).join(", ") } },
      place,
    );
  }
  if (!isReady(pod) && spec["publishNotReadyAddresses"] !== true) {
    const trouble = troubleOf(pod);
    const probe = probeOf(pod as unknown as Loose);
    if (trouble !== "")
      return answer(false, { code: "pod.not-running", args: { trouble } }, placeInPod(look, pod, ["spec", "containers", 0, "image"]));
    const place = probe === undefined ? undefined : placeInPod(look, pod, ["spec", "containers", probe.container, "readinessProbe"], "key");
    const said = lastProbeFailure(look, pod) || (conditionOf(pod, "Ready")?.message ?? "");
    return answer(false, { code: "pod.not-ready", args: { said } }, place);
  }
  return answer(true, { code: "pod.in", args: {} }, undefined);
}

/** Label sets of the pods there are and of those that workloads would make, in one namespace. */
export function labelSets(look: Look, namespace: string): readonly Readonly<Record<string, string>>[] {
  const templates = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job"].flatMap((kind) =>
    look
      .list(kind, namespace)
      .map((owner) => asTexts(((specOf(owner)["template"] ?? {}) as { metadata?: { labels?: unknown } }).metadata?.labels)),
  );
  return [...look.list("Pod", namespace).map((pod) => pod.metadata.labels ?? {}), ...templates];
}

/** The label of some pod that a selector has most likely meant: `app=kubia`; undefined when nothing is near. */
export function nearLabel(
  selector: Readonly<Record<string, string>>,
  sets: readonly Readonly<Record<string, string>>[],
): { readonly key: string; readonly value: string } | undefined {
  const wanted = formatLabels(selector);
  let best: { readonly key: string; readonly value: string; readonly distance: number } | undefined;
  for (const [key, value] of Object.entries(selector)) {
    for (const set of sets) {
      for (const [otherKey, otherValue] of Object.entries(set)) {
        if (otherKey === key && otherValue === value) continue;
        if (otherKey !== key && otherValue !== value) continue;
        const distance = editDistance(`${key}=${value}`, `${otherKey}=${otherValue}`);
        if (distance <= Math.max(3, Math.floor(wanted.length / 3)) && (best === undefined || distance < best.distance))
          best = { key: otherKey, value: otherValue, distance };
      }
    }
  }
  return best;
}
