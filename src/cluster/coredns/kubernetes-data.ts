import type { EndpointSlice } from "../api/endpoint-slice/types.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import type { ApiClient, Informer } from "../apiclient/client.ts";

/** What the kubernetes plugin asks of the API, each answered from an index. */
export interface KubernetesData {
  namespaceExists(name: string): boolean;
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  servicesByClusterIp(ip: string): readonly Service[];
  slicesByAddress(ip: string): readonly EndpointSlice[];
  podsByIp(ip: string): readonly Pod[];
  /** Seconds of the epoch at which something last changed: the zone's serial. */
  changedSeconds(): number;
}

const serviceNameLabel = "kubernetes.io/service-name";

/** Informers with the indexes that CoreDNS keeps. @source coredns plugin/kubernetes/controller.go */
export function watchKubernetes(client: ApiClient, dateMs: () => number): KubernetesData {
  const namespaces: Informer<KubernetesObject> = client.informer("Namespace");
  const services: Informer<Service> = client.informer("Service");
  const slices: Informer<EndpointSlice> = client.informer("EndpointSlice");
  const pods: Informer<Pod> = client.informer("Pod");
  let changedMs = dateMs();
  services.index("coredns/cluster-ip", (service) => (service.spec.clusterIPs ?? []).filter((ip) => ip !== "None" && ip !== ""));
  slices.index("coredns/service", (slice) => [`${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel] ?? ""}`]);
  slices.index("coredns/address", (slice) => (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses));
  pods.index("coredns/ip", (pod) => (pod.status?.podIPs ?? []).map(({ ip }) => ip));
  const note = (): void => {
    changedMs = dateMs();
  };
  services.onEvent(note);
  slices.onEvent(note);
  return {
    namespaceExists: (name) => namespaces.get(undefined, name) !== undefined,
    service: (namespace, name) => services.get(namespace, name),
    slices: (namespace, service) => slices.byIndex("coredns/service", `${namespace}/${service}`),
    servicesByClusterIp: (ip) => services.byIndex("coredns/cluster-ip", ip),
    slicesByAddress: (ip) => slices.byIndex("coredns/address", ip),
    podsByIp: (ip) => pods.byIndex("coredns/ip", ip),
    changedSeconds: () => Math.floor(changedMs / 1000),
  };
}

/** The Service that a slice belongs to. */
export function serviceOfSlice(slice: EndpointSlice): string {
  return slice.metadata.labels?.[serviceNameLabel] ?? "";
}
