import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from "../api/endpoints/types.ts";
import { isEqualData } from "../api/equal.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { endpointHostname, endpointState, findPort, importedLabel, isEndpointPod, isHeadless, podAddresses } from "./service-endpoint.ts";
import { isEndpointChange, ServiceIndex } from "./service-index.ts";
import { canonicalText } from "./template-hash.ts";
import { TriggerTimes, triggerTimeKey } from "./trigger-time.ts";

const component = "endpoint-controller";
const managedByKey = "endpoints.kubernetes.io/managed-by";
const headlessLabel = "service.kubernetes.io/headless";
const overCapacityKey = "endpoints.kubernetes.io/over-capacity";
const maxAddresses = 1000;

/** The subsets that a Service's pods make: pods with the same ports stand together. Pure. @source pkg/controller/endpoint/endpoints_controller.go, syncService; pkg/api/v1/endpoints, RepackSubsets */
export function planSubsets(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const groups = new Map<string, { ports: EndpointPort[]; addresses: EndpointAddress[]; notReadyAddresses: EndpointAddress[] }>();
  for (const pod of pods) {
    if (!isEndpointPod(pod, service.spec.publishNotReadyAddresses === true)) continue;
    const ip = podAddresses(pod).find((address) => address.includes(":") === isIpv6(service));
    if (ip === undefined) continue;
    const ports = endpointPorts(service, pod);
    if (ports === undefined) continue;
    const hostname = endpointHostname(pod, service);
    const { namespace, name, uid } = pod.metadata;
    const address: EndpointAddress = {
      ip,
      ...(hostname === undefined ? {} : { hostname }),
      ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
      targetRef: { kind: "Pod", ...(namespace === undefined ? {} : { namespace }), name, uid },
    };
    const key = canonicalText(ports);
    let group = groups.get(key);
    if (group === undefined) {
      group = { ports, addresses: [], notReadyAddresses: [] };
      groups.set(key, group);
    }
    const isReady = service.spec.publishNotReadyAddresses === true || endpointState(pod, service).ready;
    (isReady ? group.addresses : group.notReadyAddresses).push(address);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, addresses, notReadyAddresses }]) => ({
      ...(addresses.length > 0 ? { addresses: addresses.sort(byIp) } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses: notReadyAddresses.sort(byIp) } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    }));
}

/** The ports this pod offers; undefined when the Service has ports but the pod has none of them. */
function endpointPorts(service: Service, pod: Pod): EndpointPort[] | undefined {
  const wanted = service.spec.ports ?? [];
  if (wanted.length === 0) return isHeadless(service) ? [] : undefined;
  const ports: EndpointPort[] = [];
  for (const servicePort of wanted) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    ports.push({
      ...(servicePort.name ? { name: servicePort.name } : {}),
      port,
      protocol: servicePort.protocol ?? "TCP",
      ...(servicePort.appProtocol === undefined ? {} : { appProtocol: servicePort.appProtocol }),
    });
  }
  return ports.length === 0
    ? undefined
    : ports.sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : (a.name ?? "") > (b.name ?? "") ? 1 : a.port - b.port));
}

function isIpv6(service: Service): boolean {
  const ip = service.spec.clusterIP;
  if (service.spec.ipFamilies?.[0] !== undefined) return service.spec.ipFamilies[0] === "IPv6";
  return ip?.includes(":") ?? false;
}

/** As text, like the real one: 10.244.1.10 comes before 10.244.1.2. */
function byIp(a: EndpointAddress, b: EndpointAddress): number {
  return a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0;
}

/** At most 1000 addresses, ready ones first. @source endpoints_controller.go, truncateEndpoints */
export function truncateSubsets(subsets: readonly EndpointSubset[]): {
  readonly subsets: readonly EndpointSubset[];
  readonly isTruncated: boolean;
} {
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const unready = subsets.reduce((sum, { notReadyAddresses = [] }) => sum + notReadyAddresses.length, 0);
  if (ready + unready <= maxAddresses) return { subsets, isTruncated: false };
  const readyCuts = shares(
    subsets.map(({ addresses = [] }) => addresses.length),
    Math.min(ready, maxAddresses),
  );
  const unreadyCuts = shares(
    subsets.map(({ notReadyAddresses = [] }) => notReadyAddresses.length),
    Math.max(0, maxAddresses - ready),
  );
  const cut = subsets.map((subset, i) => {
    const addresses = (subset.addresses ?? []).slice(0, readyCuts[i]);
    const notReadyAddresses = (subset.notReadyAddresses ?? []).slice(0, unreadyCuts[i]);
    return {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
      ...(subset.ports === undefined ? {} : { ports: subset.ports }),
    };
  });
  return {
    subsets: cut.filter(({ addresses, notReadyAddresses }) => addresses !== undefined || notReadyAddresses !== undefined),
    isTruncated: true,
  };
}

/** Each subset keeps its proportion; what rounding leaves over goes to the first ones. */
function shares(sizes: readonly number[], limit: number): readonly number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= limit) return sizes;
  const parts = sizes.map((size) => Math.floor((size * limit) / total));
  let left = limit - parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part, i) => {
    const more = Math.min(left, (sizes[i] ?? 0) - part);
    left -= more;
    return part + more;
  });
}

export function startEndpointsController(context: ControllerContext): void {
  const client = context.client(component);
  const services = client.informer<Service>("Service");
  const pods = client.informer<Pod>("Pod");
  const endpoints = client.informer<Endpoints>("Endpoints");
  const index = new ServiceIndex(pods, services);
  const triggers = new TriggerTimes();
  const queue = createWorkQueue(context.simulation, (key) => reconcile(key));

  services.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ type, object, old }) => {
    if (type === "MODIFIED" && old !== undefined && !isEndpointChange(old, object)) return;
    for (const service of index.servicesOf(object)) queue.add(keyOf(service));
    if (old === undefined || old.metadata.labels === object.metadata.labels) return;
    for (const service of index.servicesOf(old)) queue.add(keyOf(service));
  });
  endpoints.onEvent(({ type, object }) => {
    if (type === "DELETED") queue.add(keyOf(object));
  });

  function reconcile(key: string): "retry" | undefined {
    const { namespace, name } = splitKey(key);
    const service = services.get(namespace, name);
    const current = endpoints.get(namespace, name);
    if (service === undefined) {
      triggers.forget(key);
      if (current !== undefined) client.delete("Endpoints", namespace, name);
      return undefined;
    }
    if (service.spec.selector === undefined || service.spec.type === "ExternalName") return undefined;
    if (current?.metadata.labels?.[importedLabel] !== undefined) return undefined;
    const selected = index.podsOf(service);
    const trigger = triggers.changed(key, service, selected);
    const { subsets, isTruncated } = truncateSubsets(planSubsets(service, selected));
    const labels = endpointsLabels(service, context.clusterVersion.minor);
    const isOverCapacity = current?.metadata.annotations?.[overCapacityKey] === "truncated";
    if (
      current !== undefined &&
      isEqualData(current.subsets ?? [], subsets) &&
      isEqualData(current.metadata.labels ?? {}, labels) &&
      isOverCapacity === isTruncated
    ) {
      return undefined;
    }
    const { [overCapacityKey]: _over, [triggerTimeKey]: _trigger, ...kept } = current?.metadata.annotations ?? {};
    const annotations: Record<string, string> = { ...kept };
    if (trigger !== undefined) annotations[triggerTimeKey] = trigger;
    if (isTruncated) annotations[overCapacityKey] = "truncated";
    const metadata = {
      ...current?.metadata,
      name,
      namespace,
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    };
    if (Object.keys(annotations).length === 0) delete (metadata as { annotations?: unknown }).annotations;
    const object = { apiVersion: "v1", kind: "Endpoints", metadata, ...(subsets.length > 0 ? { subsets } : {}) };
    const result = current === undefined ? client.create("Endpoints", object) : client.update("Endpoints", object as unknown as Endpoints);
    if (result.ok || result.status.reason === "NotFound") return undefined;
    if (result.status.reason !== "Conflict" && result.status.reason !== "AlreadyExists") {
      const verb = current === undefined ? "create" : "update";
      client.event(service, {
        type: "Warning",
        reason: current === undefined ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint",
        message: `Failed to ${verb} endpoint ${key}: ${result.status.message}`,
        component,
      });
    }
    return "retry";
  }
}

function endpointsLabels(service: Service, minor: number): Readonly<Record<string, string>> {
  const { [headlessLabel]: _headless, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    ...(minor >= 33 ? { [managedByKey]: component } : {}),
    ...(isHeadless(service) ? { [headlessLabel]: "" } : {}),
  };
}
