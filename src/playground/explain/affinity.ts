import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { Cluster } from "../../cluster/index.ts";
import type { Affinity } from "../protocol.ts";
import { ipOf } from "./ending-parts.ts";
import { asFields, asItems, asText, specOf, statusOf } from "./fields.ts";
import { nameOf } from "./text-index.ts";

/** kubernetes.io, "Virtual IPs and Service Proxies", session affinity: three hours when nothing is said. */
const usualSeconds = 10_800;

/** Whom the nodes' kernels remember for a Service, and for how long yet; undefined without `sessionAffinity: ClientIP`. */
export function affinityOf(cluster: Cluster, service: KubernetesObject): Affinity | undefined {
  const spec = specOf(service);
  if (spec["sessionAffinity"] !== "ClientIP") return undefined;
  const given = asFields(asFields(spec["sessionAffinityConfig"])["clientIP"])["timeoutSeconds"];
  const id = nameOf(service as unknown as Record<string, unknown>);
  const names = namesByAddress(cluster);
  const nowUs = cluster.queue.now();
  return {
    timeoutSeconds: typeof given === "number" ? given : usualSeconds,
    clients: [...cluster.nodes.keys()].flatMap((node) =>
      cluster.rememberedClients(node, id).map(({ client, endpoint, virtual, expiresUs }) => ({
        node,
        client,
        name: names.get(client) ?? "",
        pod: names.get(ipOf(endpoint)) ?? endpoint,
        ...(virtual === undefined ? {} : { virtual }),
        leftSeconds: Math.ceil((expiresUs - nowUs) / 1_000_000),
      })),
    ),
  };
}

/** Whose an address is: a pod's with its own network, a node's, a client's or a host's outside. */
function namesByAddress(cluster: Cluster): ReadonlyMap<string, string> {
  const { clients, nodes, external } = cluster.options;
  const names = new Map<string, string>();
  for (const pod of cluster.list("Pod")) {
    if (specOf(pod)["hostNetwork"] === true) continue;
    const id = nameOf(pod as unknown as Record<string, unknown>);
    for (const { ip } of asItems(statusOf(pod)["podIPs"])) names.set(asText(ip), id);
  }
  for (const { name, ips } of nodes) for (const ip of ips) names.set(ip, `node/${name}`);
  for (const { name, ips } of clients) for (const ip of ips) names.set(ip, `client/${name}`);
  for (const { name, ip } of external) names.set(ip, `external/${name}`);
  return names;
}
