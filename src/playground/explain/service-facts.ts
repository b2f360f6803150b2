import { formatLabelSelector, matchesLabelSelector } from "../../cluster/api/labels.ts";
import type { KubernetesObject, LabelSelector } from "../../cluster/api/meta.ts";
import type { Said, ServiceFacts, Way } from "../protocol.ts";
import { asItems, asText, specOf, statusOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { membersOf } from "./membership.ts";
import { nameOf } from "./text-index.ts";

const said = (code: string, args: Said["args"] = {}): Said => ({ code, args });

/** Who can reach a Service, from where and by which address; and why each pod is in or out. */
export function serviceFacts(look: Look, service: KubernetesObject): ServiceFacts {
  const pods = membersOf(look, service);
  const isEmpty = !pods.some((pod) => pod.isIn) && Object.keys((specOf(service)["selector"] ?? {}) as object).length > 0;
  return {
    service: nameOf(service as unknown as Record<string, unknown>),
    ways: waysTo(look, service).map((way) => (isEmpty && way.isOpen ? { ...way, isOpen: false, why: said("way.no-endpoints") } : way)),
    pods,
    policies: policiesOn(
      look,
      pods.flatMap((pod) => (pod.isIn ? [pod.pod] : [])),
    ),
  };
}

function waysTo(look: Look, service: KubernetesObject): readonly Way[] {
  const spec = specOf(service);
  const { name, namespace } = service.metadata;
  const type = asText(spec["type"]) || "ClusterIP";
  const ports = asItems(spec["ports"]);
  const portList = ports.map((port) => asText(port["port"])).join(",");
  const dnsName = `${name}.${namespace}.svc.${look.domain}`;
  if (type === "ExternalName") return [{ from: said("way.pods"), address: `${dnsName} → ${asText(spec["externalName"])}`, isOpen: true }];
  const clusterIP = asText(spec["clusterIP"]);
  const ways: Way[] = [];
  if (clusterIP === "None") ways.push({ from: said("way.headless"), address: dnsName, isOpen: true });
  else {
    ways.push({ from: said("way.pods"), address: `${name}.${namespace}:${portList}`, isOpen: true });
    ways.push({ from: said("way.cluster"), address: `${clusterIP}:${portList}`, isOpen: clusterIP !== "" });
  }
  const isOutside = type === "NodePort" || type === "LoadBalancer";
  const nodePorts = ports.map((port) => asText(port["nodePort"])).filter((port) => port !== "");
  ways.push(
    isOutside && nodePorts.length > 0
      ? {
          from: said("way.node-port"),
          address: `NODE:${nodePorts.join(",")}`,
          isOpen: true,
          ...(spec["externalTrafficPolicy"] === "Local" ? { why: said("way.local", { nodes: localNodes(look, service) }) } : {}),
        }
      : { from: said("way.node-port"), address: "", isOpen: false, why: said("way.type", { type }) },
  );
  if (type === "LoadBalancer") {
    const addresses = asItems((statusOf(service)["loadBalancer"] as Record<string, unknown> | undefined)?.["ingress"]).map(
      (one) => asText(one["ip"]) || asText(one["hostname"]),
    );
    const ranges = (spec["loadBalancerSourceRanges"] ?? []) as readonly string[];
    ways.push({
      from: ranges.length > 0 ? said("way.internet-ranges", { ranges: ranges.join(", ") }) : said("way.internet"),
      address: addresses.map((address) => `${address}:${portList}`).join(", "),
      isOpen: addresses.length > 0,
      ...(addresses.length > 0 ? {} : { why: said("way.pending") }),
    });
  }
  for (const ingress of look.list("Ingress", namespace)) {
    for (const rule of asItems(specOf(ingress)["rules"])) {
      for (const path of asItems((rule["http"] as Record<string, unknown> | undefined)?.["paths"])) {
        const backend = ((path["backend"] ?? {}) as { service?: { name?: string } }).service?.name;
        if (backend !== name) continue;
        ways.push({
          from: said("way.ingress", { ingress: ingress.metadata.name }),
          address: `http://${asText(rule["host"]) || "*"}${asText(path["path"]) || "/"}`,
          isOpen: true,
        });
      }
    }
  }
  return ways;
}

/** Nodes that hold a ready endpoint: with externalTrafficPolicy: Local the others drop. */
function localNodes(look: Look, service: KubernetesObject): string {
  const nodes = slicesOf(look, service).flatMap((slice) =>
    asItems((slice as unknown as Record<string, unknown>)["endpoints"])
      .filter((endpoint) => (endpoint["conditions"] as { ready?: boolean } | undefined)?.ready !== false)
      .map((endpoint) => asText(endpoint["nodeName"])),
  );
  return [...new Set(nodes)].sort().join(", ");
}

export function slicesOf(look: Look, service: KubernetesObject): readonly KubernetesObject[] {
  return look
    .list("EndpointSlice", service.metadata.namespace)
    .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name);
}

/** Network policies that isolate some of these pods for traffic to them, and whom they let in. */
export function policiesOn(look: Look, pods: readonly string[]): ServiceFacts["policies"] {
  const found = new Map<string, Said>();
  for (const id of pods) {
    const [, namespace, name] = id.split("/") as [string, string, string];
    const pod = look.find("Pod", namespace, name);
    for (const policy of look.list("NetworkPolicy", namespace)) {
      const spec = specOf(policy);
      const types = (spec["policyTypes"] ?? ["Ingress"]) as readonly string[];
      if (!types.includes("Ingress") || !matchesLabelSelector(spec["podSelector"] as LabelSelector, pod?.metadata.labels)) continue;
      const key = nameOf(policy as unknown as Record<string, unknown>);
      found.set(key, said("policy.allows", { from: asItems(spec["ingress"]).map(peersText).join("; ") || "–" }));
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([policy, text]) => ({ policy, said: text }));
}

function peersText(rule: Readonly<Record<string, unknown>>): string {
  const peers = asItems(rule["from"]).map((peer) => {
    const parts: string[] = [];
    if (peer["namespaceSelector"] !== undefined) parts.push(`ns(${formatLabelSelector(peer["namespaceSelector"] as LabelSelector)})`);
    if (peer["podSelector"] !== undefined) parts.push(`pod(${formatLabelSelector(peer["podSelector"] as LabelSelector)})`);
    if (peer["ipBlock"] !== undefined) parts.push(asText((peer["ipBlock"] as Record<string, unknown>)["cidr"]));
    return parts.join(" ");
  });
  const ports = asItems(rule["ports"]).map((port) => asText(port["port"]) || "*");
  return `${peers.join(", ") || "*"}${ports.length > 0 ? `:${ports.join(",")}` : ""}`;
}
