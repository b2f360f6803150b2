import { ageColumn, column, nameColumn } from "../column.ts";
import type { Column } from "../kind.ts";
import { formatLabels } from "../labels.ts";
import type { Service, ServicePort } from "./types.ts";

/** @source pkg/printers/internalversion/printers.go, printService */
export const serviceColumns: readonly Column[] = [
  nameColumn,
  column<Service>("Type", ({ spec }) => spec.type),
  column<Service>("Cluster-IP", ({ spec }) => spec.clusterIPs?.[0] ?? spec.clusterIP ?? "<none>"),
  column<Service>("External-IP", (service, { isWide }) => externalIP(service, isWide)),
  column<Service>("Port(s)", ({ spec }) => portsText(spec.ports ?? [])),
  ageColumn,
  column<Service>("Selector", ({ spec }) => formatLabels(spec.selector), { wide: true }),
];

function externalIP({ spec, status }: Service, isWide: boolean): string {
  const externalIPs = spec.externalIPs ?? [];
  switch (spec.type) {
    case "LoadBalancer": {
      const balancer = loadBalancerText(status?.loadBalancer?.ingress ?? [], isWide);
      if (externalIPs.length > 0) return [...(balancer === "" ? [] : balancer.split(",")), ...externalIPs].join(",");
      return balancer === "" ? "<pending>" : balancer;
    }
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return externalIPs.length > 0 ? externalIPs.join(",") : "<none>";
  }
}

/** Addresses in order, each once; cut to sixteen characters unless there is room. Ingress shows them the same way. */
export function loadBalancerText(ingress: readonly { readonly ip?: string; readonly hostname?: string }[], isWide: boolean): string {
  const addresses = new Set<string>();
  for (const { ip, hostname } of ingress) {
    if (ip !== undefined && ip !== "") addresses.add(ip);
    else if (hostname !== undefined && hostname !== "") addresses.add(hostname);
  }
  const text = [...addresses].sort().join(",");
  return !isWide && text.length > 16 ? `${text.slice(0, 13)}...` : text;
}

function portsText(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return "<none>";
  return ports
    .map(({ port, protocol, nodePort = 0 }) => (nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(",");
}
