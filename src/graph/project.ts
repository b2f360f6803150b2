import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { ScenarioSummary } from "../playground/protocol.ts";
import { isObjectShown, isSaidHidden } from "./filter.ts";
import type { GraphModel, GraphOptions } from "./model.ts";
import { asFields, asText, keyOf, loadBalancerIp, type ObjectsByKind, selects, sorted, specOf } from "./objects.ts";
import { Notebook } from "./rows.ts";

/** A Service with what the canvas needs to know of it. */
export interface ServiceView {
  readonly object: KubernetesObject;
  /** `service/default/kubia` */
  readonly id: string;
  /** All that it selects, drawn or not. */
  readonly pods: readonly KubernetesObject[];
  readonly type: string;
  readonly clusterIP: string;
  readonly isHeadless: boolean;
  readonly loadBalancerIp: string | undefined;
}

/** The world as both views see it: filtered, related, in a stable order. */
export interface World {
  readonly summary: ScenarioSummary;
  readonly clients: ScenarioSummary["clients"];
  readonly external: ScenarioSummary["external"];
  readonly services: readonly ServiceView[];
  readonly pods: readonly KubernetesObject[];
  readonly hiddenPods: readonly KubernetesObject[];
  /** Whether a hidden pod is hidden because the user said so. */
  readonly isSaid: (pod: KubernetesObject) => boolean;
  readonly ingresses: readonly KubernetesObject[];
  readonly nodes: ReadonlyMap<string, KubernetesObject> | undefined;
}

/** Where things stand in one of the views. */
export type Layout = (world: World, notes: Notebook) => GraphModel;

/** Objects to boxes and lines. Pure: the same objects give the same picture, and one more object moves only what it must. */
export function project(layout: Layout, summary: ScenarioSummary, objects: ObjectsByKind, options: GraphOptions): GraphModel {
  const { hidden, collapsed = {}, memory } = options;
  const all = sorted(objects, "Pod");
  const isShown = (pod: KubernetesObject) => isObjectShown(hidden, "Pod", pod);
  const services = servicesOf(objects, all).filter(({ object }) => isObjectShown(hidden, "Service", object));
  const world: World = {
    summary,
    clients: summary.clients.filter(({ name }) => !isSaidHidden(hidden, "client", name)),
    external: summary.external.filter(({ name }) => !isSaidHidden(hidden, "external", name)),
    services,
    pods: all.filter(isShown),
    hiddenPods: all.filter((pod) => !isShown(pod)),
    isSaid: ({ metadata: { name, namespace = "default" } }) =>
      !hidden.quiet.includes(namespace) && isSaidHidden(hidden, "Pod", name, namespace),
    ingresses: sorted(objects, "Ingress").filter((ingress) => isObjectShown(hidden, "Ingress", ingress)),
    nodes: objects.get("Node"),
  };
  const folded = new Map<KubernetesObject, string>();
  for (const service of services) {
    if (collapsed[service.id] !== true) continue;
    for (const pod of service.pods) if (!folded.has(pod)) folded.set(pod, service.id);
  }
  const notes = new Notebook(memory, collapsed, (pod) => folded.get(pod));
  return layout(world, notes);
}

/** Every Service with its pods, in the order of namespace and name; the API server's own is not among them. */
export function servicesOf(objects: ObjectsByKind, pods: readonly KubernetesObject[]): readonly ServiceView[] {
  const byLabel = new Map<string, KubernetesObject[]>();
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.metadata.labels ?? {})) {
      const label = `${pod.metadata.namespace ?? "default"} ${key}=${value}`;
      const known = byLabel.get(label);
      if (known === undefined) byLabel.set(label, [pod]);
      else known.push(pod);
    }
  }
  return sorted(objects, "Service")
    .filter((service) => keyOf(service) !== "default/kubernetes")
    .map((object): ServiceView => {
      const spec = specOf(object);
      const clusterIP = asText(spec["clusterIP"]);
      const selector = asFields(spec["selector"]);
      // Whoever is selected carries the first label that is asked for.
      const [first] = Object.entries(selector);
      const candidates =
        first === undefined ? [] : (byLabel.get(`${object.metadata.namespace ?? "default"} ${first[0]}=${first[1]}`) ?? []);
      return {
        object,
        id: `service/${keyOf(object)}`,
        pods: candidates.filter((pod) => selects(selector, pod.metadata.labels)),
        type: asText(spec["type"]) || "ClusterIP",
        clusterIP,
        isHeadless: clusterIP === "None",
        loadBalancerIp: loadBalancerIp(object),
      };
    });
}
