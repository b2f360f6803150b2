import type { EndpointSlice } from "../api/endpoint-slice/types.ts";
import type { Service, ServicePort } from "../api/service/types.ts";
import type { ApiClient, Informer } from "../apiclient/client.ts";
import type { BackendRef } from "./configuration.ts";

/** Where a backend's requests may go. `name` is what nginx calls it: `default-kubia-80`. */
export type Upstream =
  | { readonly type: "endpoints"; readonly name: string; readonly endpoints: readonly Endpoint[] }
  | { readonly type: "external"; readonly name: string; readonly host: string; readonly port: number }
  /** No such Service or Service port: 503. */
  | { readonly type: "missing"; readonly name: string };

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

export interface Backends {
  upstream(backend: BackendRef, usesClusterIp: boolean): Upstream;
}

/** The ready pod addresses, straight from the slices: no kube-proxy, no cluster IP. @source ingress-nginx internal/ingress/controller/endpointslices.go */
export function watchBackends(client: ApiClient): Backends {
  const services: Informer<Service> = client.informer("Service");
  const slices: Informer<EndpointSlice> = client.informer("EndpointSlice");
  slices.index("ingress-nginx/service", (slice) => [
    `${slice.metadata.namespace}/${slice.metadata.labels?.["kubernetes.io/service-name"] ?? ""}`,
  ]);
  return {
    upstream(backend, usesClusterIp) {
      const name = `${backend.namespace}-${backend.service}-${backend.port.name ?? backend.port.number ?? ""}`;
      const service = services.get(backend.namespace, backend.service);
      if (service === undefined) return { type: "missing", name };
      if (service.spec.type === "ExternalName") {
        const port = backend.port.number ?? service.spec.ports?.find((candidate) => candidate.name === backend.port.name)?.port;
        return port === undefined ? { type: "missing", name } : { type: "external", name, host: service.spec.externalName ?? "", port };
      }
      const port = findPort(service, backend);
      if (port === undefined) return { type: "missing", name };
      const clusterIp = service.spec.clusterIP;
      if (usesClusterIp && clusterIp !== undefined && clusterIp !== "" && clusterIp !== "None")
        return { type: "endpoints", name, endpoints: [{ ip: clusterIp, port: port.port }] };
      return {
        type: "endpoints",
        name,
        endpoints: readyEndpoints(slices.byIndex("ingress-nginx/service", `${backend.namespace}/${backend.service}`), port),
      };
    },
  };
}

/** A backend names a Service port, by number or name; a headless Service without ports takes the number as it is. */
function findPort(service: Service, backend: BackendRef): ServicePort | undefined {
  const { name, number } = backend.port;
  const ports = service.spec.ports ?? [];
  return ports.find((port) => (name !== undefined && name !== "" ? port.name === name : port.port === number));
}

function readyEndpoints(slices: readonly EndpointSlice[], port: ServicePort): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType === "FQDN") continue;
    for (const slicePort of slice.ports ?? []) {
      if ((slicePort.name ?? "") !== (port.name ?? "") || (slicePort.protocol ?? "TCP") !== "TCP" || slicePort.port === undefined) continue;
      for (const endpoint of slice.endpoints ?? []) {
        if (endpoint.conditions?.ready === false) continue;
        for (const ip of endpoint.addresses) found.set(`${ip}:${slicePort.port}`, { ip, port: slicePort.port });
      }
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}
