import type { EndpointSliceObject } from "./objects.ts";
import { isWatched, type ServiceProtocol } from "./service-port.ts";

/** One IP and port behind a Service port. @source kubernetes pkg/proxy/endpoint.go */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  /** `10.244.1.7:8080`; endpoints are ordered by this text, and that order decides probabilities. */
  readonly text: string;
  readonly isLocal: boolean;
  readonly isReady: boolean;
  readonly isServing: boolean;
  readonly isTerminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** Endpoints by `endpointKey`, each list in order. */
export type EndpointsByPort = ReadonlyMap<string, readonly Endpoint[]>;

export function endpointKey(portName: string, protocol: ServiceProtocol): string {
  return `${protocol}/${portName}`;
}

export const serviceNameLabel = "kubernetes.io/service-name";

/** `namespace/name` of the Service that the slice belongs to; undefined when kube-proxy does not look at it. */
export function sliceOwner(slice: EndpointSliceObject): string | undefined {
  const labels = slice.metadata.labels;
  const service = labels?.[serviceNameLabel];
  if (service === undefined || service === "" || !isWatched(labels)) return undefined;
  return `${slice.metadata.namespace ?? "default"}/${service}`;
}

/**
 * All endpoints of one Service in one family, from its slices.
 * @source kubernetes pkg/proxy/endpointslicecache.go, endpointInfoByServicePort, addEndpoints
 */
export function endpointsOf(slices: readonly EndpointSliceObject[], family: 4 | 6, nodeName: string): EndpointsByPort {
  const byPort = new Map<string, Map<string, Endpoint>>();
  for (const slice of slices) {
    if (slice.addressType !== (family === 4 ? "IPv4" : "IPv6")) continue;
    for (const port of slice.ports ?? []) {
      if (port.port === undefined || port.port === null || port.port === 0) continue;
      const key = endpointKey(port.name ?? "", (port.protocol ?? "TCP").toLowerCase() as ServiceProtocol);
      let found = byPort.get(key);
      if (found === undefined) {
        found = new Map();
        byPort.set(key, found);
      }
      for (const endpoint of slice.endpoints ?? []) {
        const ip = endpoint.addresses[0];
        if (ip === undefined || ip.includes(":") !== (family === 6)) continue;
        const isLocal = endpoint.nodeName !== undefined && endpoint.nodeName === nodeName;
        const read = endpointOf(endpoint, ip, port.port, isLocal);
        if (found.has(read.text) && !isLocal) continue; // seen twice: the local one wins
        found.set(read.text, read);
      }
    }
  }
  const result = new Map<string, readonly Endpoint[]>();
  for (const [key, found] of byPort) result.set(key, [...found.values()].sort(byText));
  return result;
}

type SliceEndpoint = NonNullable<EndpointSliceObject["endpoints"]>[number];

const noHints: readonly string[] = [];

/** What was read of a slice's endpoint: for each port and side one value, two in all as a rule. */
interface Known {
  readonly read: Endpoint;
  readonly next: Known | undefined;
}
const known = new WeakMap<SliceEndpoint, Known>();

/** The one value for an endpoint at a port: all nodes but its own share it. */
function endpointOf(endpoint: SliceEndpoint, ip: string, port: number, isLocal: boolean): Endpoint {
  const newest = known.get(endpoint);
  for (let one = newest; one !== undefined; one = one.next) if (one.read.port === port && one.read.isLocal === isLocal) return one.read;
  const read: Endpoint = {
    ip,
    port,
    text: ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`,
    isLocal,
    isReady: endpoint.conditions?.ready ?? true,
    isServing: endpoint.conditions?.serving ?? true,
    isTerminating: endpoint.conditions?.terminating ?? false,
    zoneHints: endpoint.hints?.forZones?.map((zone) => zone.name) ?? noHints,
    nodeHints: endpoint.hints?.forNodes?.map((node) => node.name) ?? noHints,
  };
  known.set(endpoint, { read, next: newest });
  return read;
}

export function byText(a: { readonly text: string }, b: { readonly text: string }): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}
