import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { NodeState } from "./model.ts";

/** The page's copy of the cluster, by kind. Keys are `namespace/name`, or the name alone for cluster-scoped kinds. */
export type ObjectsByKind = ReadonlyMap<string, ReadonlyMap<string, KubernetesObject>>;

type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function asList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(asFields) : [];
}

export function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}` : "";
}

export function keyOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Objects of a kind in the order of namespace and name, whatever the order in which they came. */
export function sorted(objects: ObjectsByKind, kind: string): readonly KubernetesObject[] {
  const all = [...(objects.get(kind)?.values() ?? [])];
  return all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
}

export function specOf(object: KubernetesObject): Fields {
  return asFields((object as unknown as Fields)["spec"]);
}

export function statusOf(object: KubernetesObject): Fields {
  return asFields((object as unknown as Fields)["status"]);
}

export function nodeState(node: KubernetesObject | undefined): NodeState {
  if (node === undefined) return "ready";
  const ready = asList(statusOf(node)["conditions"]).find((c) => c["type"] === "Ready");
  if (ready !== undefined && ready["status"] !== "True") return "notReady";
  return specOf(node)["unschedulable"] === true ? "cordoned" : "ready";
}

/** Whether the labels carry all that the selector asks; an absent or empty one selects nothing. */
export function selects(selector: Fields, labels: Readonly<Record<string, string>> | undefined): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}

/** `80:30123/TCP,443/TCP`, as the PORT(S) column has it. */
export function portsText(service: KubernetesObject): string {
  return asList(specOf(service)["ports"])
    .map((p) => `${asText(p["port"])}${p["nodePort"] === undefined ? "" : `:${asText(p["nodePort"])}`}/${asText(p["protocol"]) || "TCP"}`)
    .join(",");
}

export function loadBalancerIp(service: KubernetesObject): string | undefined {
  const ingress = asList(asFields(statusOf(service)["loadBalancer"])["ingress"])[0];
  return ingress === undefined ? undefined : asText(ingress["ip"]) || asText(ingress["hostname"]) || undefined;
}

/** As DNS has it: names of other namespaces carry theirs. */
export function labelOf({ name, namespace = "default" }: { readonly name: string; readonly namespace?: string }): string {
  return namespace === "default" ? name : `${name}.${namespace}`;
}
