import { ageColumn, column, nameColumn } from "../column.ts";
import type { Column } from "../kind.ts";
import { formatLabels } from "../labels.ts";
import type { Service, ServicePort } from "./types.ts";

/** @source pkg/printers/internalversion/printers.go, printService */
export const serviceColumns: readonly Column[] = [
  nameColumn,
  column<Service>("Type", ({ spec }) => spec.type),
  column<Service>("Cluster-IP", ({ spec }) => spec.clusterIPs?.[0] ?? spec.clusterIP ?? "<none>"),
  column<Service>("External-IP", (service) => externalIP(service)),
  column<Service>("Port(s)", ({ spec }) => portsText(spec.ports ?? [])),
  ageColumn,
  column<Service>("Selector", ({ spec }) => formatLabels(spec.selector), { wide: true }),
];

function externalIP({ spec, status }: Service): string {
  const externalIPs = spec.externalIPs ?? [];
  switch (spec.type) {
    case "LoadBalancer": {
      const balancer = loadBalancerText(status?.loadBalancer?.ingress ?? []);
      if (externalIPs.length > 0) return [...(balancer === "" ? [] : balancer.split(",")), ...externalIPs].join(",");
      return balancer === "" ? "<pending>" : balancer;
    }
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return externalIPs.length > 0 ? externalIPs.join(",") : "<none>";
  }
}

/**
 * Addresses in order, each once. Ingress shows them the same way.
 * The printer can cut the text to sixteen characters, but the server always asks it for the wide form (pkg/printers/storage/storage.go).
 */
export function loadBalancerText(ingress: readonly { readonly ip?: string; readonly hostname?: string }[]): string {
  const addresses = new Set<string>();
  for (const { ip, hostname } of ingress) {
    if (ip !== undefined && ip !== "") addresses.add(ip);
    else if (hostname !== undefined && hostname !== "") addresses.add(hostname);
  }
  return [...addresses].sort().join(",");
}

function portsText(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return "<none>";
  return ports
    .map(({ port, protocol, nodePort = 0 }) => (nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(",");
}
