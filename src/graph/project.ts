import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { ScenarioSummary } from "../playground/protocol.ts";
import { layoutLogical } from "./layout-logical.ts";
import { layoutPhysical } from "./layout-physical.ts";
import type { GraphModel, GraphOptions } from "./model.ts";
import { asFields, asText, keyOf, loadBalancerIp, type ObjectsByKind, selects, sorted, specOf } from "./objects.ts";

/** A Service with what the canvas needs to know of it. */
export interface ServiceView {
  readonly object: KubernetesObject;
  /** `service/default/kubia` */
  readonly id: string;
  readonly pods: readonly KubernetesObject[];
  readonly type: string;
  readonly clusterIP: string;
  readonly isHeadless: boolean;
  readonly loadBalancerIp: string | undefined;
}

/** The world as both views see it: filtered, related, in a stable order. */
export interface World {
  readonly summary: ScenarioSummary;
  readonly options: GraphOptions;
  readonly services: readonly ServiceView[];
  readonly pods: readonly KubernetesObject[];
  readonly ingresses: readonly KubernetesObject[];
  readonly nodes: ObjectsByKind extends ReadonlyMap<string, infer T> ? T | undefined : never;
}

/** Objects to boxes and lines. Pure: the same objects give the same picture, and one more object moves only what it must. */
export function project(summary: ScenarioSummary, objects: ObjectsByKind, options: GraphOptions): GraphModel {
  const isShown = (object: KubernetesObject) => !options.hiddenNamespaces.includes(object.metadata.namespace ?? "");
  const pods = sorted(objects, "Pod").filter(isShown);
  const services = sorted(objects, "Service")
    .filter(isShown)
    .filter((service) => keyOf(service) !== "default/kubernetes")
    .map((service) => serviceView(service, pods));
  const ingresses = sorted(objects, "Ingress").filter(isShown);
  const world: World = { summary, options, services, pods, ingresses, nodes: objects.get("Node") };
  const model = options.view === "physical" ? layoutPhysical(world) : layoutLogical(world);
  return applyPins(model, options.pins);
}

function serviceView(object: KubernetesObject, pods: readonly KubernetesObject[]): ServiceView {
  const spec = specOf(object);
  const clusterIP = asText(spec["clusterIP"]);
  const selector = asFields(spec["selector"]);
  return {
    object,
    id: `service/${keyOf(object)}`,
    pods: pods.filter((pod) => pod.metadata.namespace === object.metadata.namespace && selects(selector, pod.metadata.labels)),
    type: asText(spec["type"]) || "ClusterIP",
    clusterIP,
    isHeadless: clusterIP === "None",
    loadBalancerIp: loadBalancerIp(object),
  };
}

function applyPins(model: GraphModel, pins: GraphOptions["pins"]): GraphModel {
  if (Object.keys(pins).length === 0) return model;
  const nodes = model.nodes.map((node) => {
    const pin = pins[node.id];
    return pin === undefined ? node : { ...node, x: pin[0], y: pin[1] };
  });
  return { ...model, nodes };
}
