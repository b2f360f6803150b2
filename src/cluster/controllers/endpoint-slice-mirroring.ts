import type { Endpoint, EndpointSlice } from "../api/endpoint-slice/types.ts";
import type { EndpointSubset, Endpoints } from "../api/endpoints/types.ts";
import { isEqualData } from "../api/equal.ts";
import type { LooseObject } from "../api/meta.ts";
import type { Service } from "../api/service/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { managedByLabel, serviceNameLabel } from "./endpoint-slice.ts";
import { type AddressType, type PortGroup, planSlices, type SliceDraft } from "./endpoint-slice-plan.ts";
import { controllerReference } from "./ownership.ts";
import { importedLabel } from "./service-endpoint.ts";
import { canonicalText } from "./template-hash.ts";
import { triggerTimeKey } from "./trigger-time.ts";

const component = "endpoint-slice-mirroring-controller";
const controllerName = "endpointslicemirroring-controller.k8s.io";
const skipLabel = "endpointslice.kubernetes.io/skip-mirror";
const leaderKey = "control-plane.alpha.kubernetes.io/leader";
const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";
const headlessLabel = "service.kubernetes.io/headless";
const maxPerSubset = 1000;

/** Hand-made Endpoints are mirrored where a Service without selector of the same name stands. @source pkg/controller/endpointslicemirroring, shouldMirror */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  if (service === undefined || service.spec.selector !== undefined) return false;
  if (endpoints.metadata.labels?.[skipLabel] === "true") return false;
  return endpoints.metadata.annotations?.[leaderKey] === undefined;
}

/** The endpoints of one family by set of ports, and how many had to be left out. Pure. @source pkg/controller/endpointslicemirroring/reconciler.go */
export function mirrorGroups(
  subsets: readonly EndpointSubset[],
  family: AddressType,
): { readonly groups: readonly PortGroup[]; readonly dropped: number } {
  const groups = new Map<string, { ports: PortGroup["ports"]; endpoints: Endpoint[] }>();
  let dropped = 0;
  for (const { ports = [], addresses = [], notReadyAddresses = [] } of subsets) {
    const slicePorts = ports.map((port) => ({ ...port, name: port.name ?? "", protocol: port.protocol ?? "TCP" }));
    const key = canonicalText(slicePorts);
    const group = groups.get(key) ?? { ports: slicePorts, endpoints: [] };
    let count = 0;
    for (const [list, ready] of [
      [addresses, true],
      [notReadyAddresses, false],
    ] as const) {
      for (const { ip, hostname, nodeName, targetRef } of list) {
        if (ip.includes(":") !== (family === "IPv6")) continue;
        if (count === maxPerSubset) {
          dropped++;
          continue;
        }
        count++;
        group.endpoints.push({
          addresses: [ip],
          conditions: { ready },
          ...(hostname ? { hostname } : {}),
          ...(nodeName === undefined ? {} : { nodeName }),
          ...(targetRef === undefined ? {} : { targetRef }),
        });
      }
    }
    if (group.endpoints.length > 0) groups.set(key, group);
  }
  return { groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group), dropped };
}

export function startEndpointSliceMirroring(context: ControllerContext): void {
  const client = context.client(component);
  const services = client.informer<Service>("Service");
  const endpoints = client.informer<Endpoints>("Endpoints");
  const slices = client.informer<EndpointSlice>("EndpointSlice");
  slices.index("controllers/service", (slice) => [`${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel]}`]);
  const queue = createWorkQueue(context.simulation, (key) => reconcile(key));

  services.onEvent(({ object }) => queue.add(keyOf(object)));
  endpoints.onEvent(({ object }) => queue.add(keyOf(object)));
  slices.onEvent(({ type, object }) => {
    if (type === "DELETED" && isOurs(object))
      queue.addAfter(`${object.metadata.namespace}/${object.metadata.labels?.[serviceNameLabel]}`, 1_000_000);
  });

  function reconcile(key: string): "retry" | undefined {
    const { namespace, name } = splitKey(key);
    const service = services.get(namespace, name);
    const source = endpoints.get(namespace, name);
    const mine = slices.byIndex("controllers/service", key).filter(isOurs);
    if (source === undefined || !isMirrored(source, service) || source.metadata.labels?.[importedLabel] !== undefined) {
      for (const { metadata } of mine) client.delete("EndpointSlice", metadata.namespace, metadata.name);
      return undefined;
    }
    const labels = mirrorLabels(source);
    let isWell = true;
    let dropped = 0;
    for (const family of ["IPv4", "IPv6"] as const) {
      const existing = mine.filter(({ addressType }) => addressType === family);
      const wanted = mirrorGroups(source.subsets ?? [], family);
      dropped += wanted.dropped;
      if (wanted.groups.length === 0) {
        for (const { metadata } of existing) client.delete("EndpointSlice", metadata.namespace, metadata.name);
        continue;
      }
      const plan = planSlices(wanted.groups, existing, family, (slice) => isEqualData(slice.metadata.labels ?? {}, labels), maxPerSubset);
      for (const one of plan.create) {
        const result = client.create("EndpointSlice", mirrorSlice(source, one, labels));
        isWell = result.ok && isWell;
      }
      for (const one of plan.update) {
        const current = existing.find(({ metadata }) => metadata.name === one.name);
        const resourceVersion = current?.metadata.resourceVersion;
        const slice = mirrorSlice(source, one, labels, { ...current?.metadata, resourceVersion });
        isWell = client.update("EndpointSlice", slice as unknown as EndpointSlice).ok && isWell;
      }
      for (const { metadata } of plan.remove) client.delete("EndpointSlice", metadata.namespace, metadata.name);
    }
    if (dropped > 0) {
      client.event(source, {
        type: "Warning",
        reason: "TooManyAddressesToMirror",
        message: `A max of ${maxPerSubset} addresses can be mirrored to EndpointSlices per Endpoints subset. ${dropped} addresses were skipped`,
        component,
      });
    }
    return isWell ? undefined : "retry";
  }
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === controllerName;
}

function mirrorLabels(source: Endpoints): Readonly<Record<string, string>> {
  const { [headlessLabel]: _headless, ...labels } = source.metadata.labels ?? {};
  return { ...labels, [serviceNameLabel]: source.metadata.name, [managedByLabel]: controllerName };
}

function mirrorSlice(source: Endpoints, one: SliceDraft, labels: Readonly<Record<string, string>>, metadata?: LooseObject): LooseObject {
  const { [lastAppliedKey]: _applied, [triggerTimeKey]: _trigger, ...annotations } = source.metadata.annotations ?? {};
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...(metadata ?? {
        generateName: `${source.metadata.name}-`,
        namespace: source.metadata.namespace,
        ownerReferences: [controllerReference(source)],
      }),
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    addressType: one.addressType,
    endpoints: one.endpoints,
    ports: one.ports,
  };
}
