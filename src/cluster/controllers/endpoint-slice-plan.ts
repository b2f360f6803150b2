import type { Endpoint, EndpointSlice, EndpointSlicePort } from "../api/endpoint-slice/types.ts";
import { isEqualData } from "../api/equal.ts";
import type { Node } from "../api/node/types.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import { groupBy } from "./group-by.ts";
import { endpointHostname, endpointState, findPort, isEndpointPod, podAddresses } from "./service-endpoint.ts";
import { canonicalText } from "./template-hash.ts";

export type AddressType = "IPv4" | "IPv6";

/** A slice to be: its name is undefined until it is created. */
export interface SliceDraft {
  readonly name: string | undefined;
  readonly addressType: AddressType;
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly Endpoint[];
}

export interface SlicePlan {
  readonly create: readonly SliceDraft[];
  readonly update: readonly SliceDraft[];
  readonly remove: readonly EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
}

/** Endpoints with the same ports, which share slices. */
export interface PortGroup {
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly Endpoint[];
}

const zoneLabel = "topology.kubernetes.io/zone";

/** The endpoints that a Service's pods make in one address family, by set of ports. Pure. @source staging endpointslice utils.go, podToEndpoint, getEndpointPorts */
export function portGroups(
  service: Service,
  pods: readonly Pod[],
  family: AddressType,
  nodeOf: (name: string) => Node | undefined,
): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly EndpointSlicePort[]; endpoints: Endpoint[] }>();
  const needsLookup = (service.spec.ports ?? []).some(({ targetPort }) => typeof targetPort === "string");
  let sharedPorts: readonly EndpointSlicePort[] | undefined;
  let sharedGroup: { ports: readonly EndpointSlicePort[]; endpoints: Endpoint[] } | undefined;
  for (const pod of pods) {
    if (!isEndpointPod(pod, true)) continue;
    const addresses = podAddresses(pod).filter((ip) => ip.includes(":") === (family === "IPv6"));
    if (addresses.length === 0) continue;
    // Numbers are the same for every pod: only named ports are looked for in each.
    const ports: readonly EndpointSlicePort[] = needsLookup || sharedPorts === undefined ? slicePorts(service, pod) : sharedPorts;
    if (!needsLookup) sharedPorts = ports;
    let group: typeof sharedGroup = needsLookup ? undefined : sharedGroup;
    if (group === undefined) {
      const key = canonicalText(ports);
      group = groups.get(key);
      if (group === undefined) {
        group = { ports, endpoints: [] };
        groups.set(key, group);
      }
      sharedGroup = group;
    }
    group.endpoints.push(podEndpoint(service, pod, addresses, nodeOf));
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function slicePorts(service: Service, pod: Pod): readonly EndpointSlicePort[] {
  const ports: EndpointSlicePort[] = [];
  for (const servicePort of service.spec.ports ?? []) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    ports.push({
      name: servicePort.name ?? "",
      port,
      protocol: servicePort.protocol ?? "TCP",
      ...(servicePort.appProtocol === undefined ? {} : { appProtocol: servicePort.appProtocol }),
    });
  }
  return ports;
}

function podEndpoint(service: Service, pod: Pod, addresses: readonly string[], nodeOf: (name: string) => Node | undefined): Endpoint {
  const { namespace, name, uid } = pod.metadata;
  const nodeName = pod.spec.nodeName;
  const zone = nodeName === undefined ? undefined : nodeOf(nodeName)?.metadata.labels?.[zoneLabel];
  const hostname = endpointHostname(pod, service);
  return {
    addresses,
    conditions: endpointState(pod, service),
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: "Pod", ...(namespace === undefined ? {} : { namespace }), name, uid },
    ...(zone === undefined ? {} : { zone }),
  };
}

/** Which endpoint it is, whatever its conditions: hashing an address and its target. @source staging endpointslice util/endpointset.go */
function identity(endpoint: Endpoint): string {
  return `${endpoint.addresses.join(",")} ${endpoint.hostname ?? ""} ${endpoint.targetRef?.namespace}/${endpoint.targetRef?.name} ${endpoint.targetRef?.uid ?? ""}`;
}

/**
 * The least change that makes the slices of one family hold exactly these endpoints. What is in place stays; what is over goes; the rest fills the
 * slices that change anyway, then the fullest one that can take all that is left, then new slices. Nothing is rebalanced.
 *
 * @source staging endpointslice reconciler.go, reconcileByAddressType and reconcileByPortMapping
 */
export function planSlices(
  groups: readonly PortGroup[],
  existing: readonly EndpointSlice[],
  family: AddressType,
  areLabelsCurrent: (slice: EndpointSlice) => boolean,
  perSlice = 100,
): SlicePlan {
  const create: SliceDraft[] = [];
  const update: SliceDraft[] = [];
  const remove: EndpointSlice[] = [];
  const unchanged: EndpointSlice[] = [];
  const byPorts = groupBy(existing, (slice) => canonicalText(slice.ports ?? []));
  for (const { ports, endpoints } of groups) {
    const key = canonicalText(ports);
    fillGroup(ports, endpoints, byPorts.get(key) ?? []);
    byPorts.delete(key);
  }
  for (const slices of byPorts.values()) remove.push(...slices);

  if (remove.length === existing.length && create.length === 0) {
    // No slice would be left: one without ports and endpoints says that the Service has none.
    const [only] = remove;
    const isPlaceholder = remove.length === 1 && (only?.endpoints ?? []).length === 0 && (only?.ports ?? []).length === 0;
    if (isPlaceholder && only !== undefined) {
      remove.length = 0;
      if (areLabelsCurrent(only)) unchanged.push(only);
      else update.push(draftOf(only, family));
    } else create.push({ name: undefined, addressType: family, ports: [], endpoints: [] });
  }
  // A slice that would go is made into one that would come: fewer writes, and its name stays.
  while (remove.length > 0 && create.length > 0) {
    const slice = remove.shift();
    const draft = create.pop();
    if (slice !== undefined && draft !== undefined) update.push({ ...draft, name: slice.metadata.name });
  }
  return { create, update, remove, unchanged };

  function fillGroup(ports: readonly EndpointSlicePort[], endpoints: readonly Endpoint[], slices: readonly EndpointSlice[]): void {
    const left = new Map<string, Endpoint>(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
    const changed: { name: string; endpoints: Endpoint[] }[] = [];
    const same: EndpointSlice[] = [];
    for (const slice of slices) {
      const kept: Endpoint[] = [];
      let isChanged = false;
      for (const endpoint of slice.endpoints ?? []) {
        const key = identity(endpoint);
        const desired = left.get(key);
        if (desired === undefined) continue;
        kept.push(desired);
        left.delete(key);
        if (!isSameEndpoint(desired, endpoint)) isChanged = true;
      }
      const isShorter = kept.length !== (slice.endpoints ?? []).length;
      if (isChanged || isShorter) {
        if (kept.length === 0) remove.push(slice);
        else changed.push({ name: slice.metadata.name, endpoints: kept });
      } else if (!areLabelsCurrent(slice)) changed.push({ name: slice.metadata.name, endpoints: kept });
      else same.push(slice);
    }
    const rest = [...left.values()];
    for (const slice of changed.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) {
      while (rest.length > 0 && slice.endpoints.length < perSlice) slice.endpoints.push(rest.shift() as Endpoint);
    }
    while (rest.length > 0) {
      const target = rest.length < perSlice ? fullestThatFits(same, rest.length, perSlice) : undefined;
      if (target === undefined) {
        create.push({ name: undefined, addressType: family, ports, endpoints: rest.splice(0, perSlice) });
      } else {
        same.splice(same.indexOf(target), 1);
        changed.push({ name: target.metadata.name, endpoints: [...(target.endpoints ?? []), ...rest.splice(0)] });
      }
    }
    for (const slice of changed) update.push({ name: slice.name, addressType: family, ports, endpoints: slice.endpoints });
    unchanged.push(...same);
  }
}

/** @source staging endpointslice utils.go, getSliceToFill */
function fullestThatFits(slices: readonly EndpointSlice[], count: number, perSlice: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  for (const slice of slices) {
    const size = (slice.endpoints ?? []).length;
    if (size + count > perSlice) continue;
    if (best === undefined || size > (best.endpoints ?? []).length) best = slice;
  }
  return best;
}

function draftOf(slice: EndpointSlice, family: AddressType): SliceDraft {
  return { name: slice.metadata.name, addressType: family, ports: slice.ports ?? [], endpoints: slice.endpoints ?? [] };
}

/** Equal but for the hints, which are decided afterwards. */
function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  const [left, right] = [a.conditions, b.conditions];
  if (left?.ready !== right?.ready || left?.serving !== right?.serving || left?.terminating !== right?.terminating) return false;
  return a.nodeName === b.nodeName && a.zone === b.zone && isEqualData(a.deprecatedTopology, b.deprecatedTopology);
}
