import { type Cidr, parseCidr, parseIp } from "../network/address.ts";
import type { ServiceObject } from "./objects.ts";

export type ServiceProtocol = "tcp" | "udp" | "sctp";

/**
 * One port of one Service in one IP family, as kube-proxy sees it.
 * @source kubernetes pkg/proxy/serviceport.go, newBaseServicePortInfo
 */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  /** "" when the port has no name. */
  readonly portName: string;
  /** Service port name: `default/kubia:http`, or `default/kubia` when the port has no name. It is in every comment and chain hash. */
  readonly text: string;
  readonly object: string;
  readonly protocol: ServiceProtocol;
  readonly clusterIp: string;
  readonly port: number;
  /** 0 when there is none. */
  readonly nodePort: number;
  readonly externalIps: readonly string[];
  readonly loadBalancerVips: readonly string[];
  readonly sourceRanges: readonly Cidr[];
  /** Seconds of ClientIP affinity; 0 without. */
  readonly affinitySeconds: number;
  readonly isExternalLocal: boolean;
  readonly isInternalLocal: boolean;
  /** 0 when the Service has no health check of its own. */
  readonly healthCheckNodePort: number;
}

const proxyNameLabel = "service.kubernetes.io/service-proxy-name";
const headlessLabel = "service.kubernetes.io/headless";

/** Whether kube-proxy watches the object at all; the same selector holds for Services and EndpointSlices. @source cmd/kube-proxy/app/server.go */
export function isWatched(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels === undefined || (labels[proxyNameLabel] === undefined && labels[headlessLabel] === undefined);
}

const known = new WeakMap<ServiceObject, Map<4 | 6, readonly ServicePort[]>>();

/** The Service's ports in one family, in the order of the manifest; none for a Service that needs no proxy. Every node asks, so the answer is kept. */
export function servicePorts(service: ServiceObject, family: 4 | 6): readonly ServicePort[] {
  let ofService = known.get(service);
  if (ofService === undefined) {
    ofService = new Map();
    known.set(service, ofService);
  }
  let ports = ofService.get(family);
  if (ports === undefined) {
    ports = readServicePorts(service, family);
    ofService.set(family, ports);
  }
  return ports;
}

function readServicePorts(service: ServiceObject, family: 4 | 6): readonly ServicePort[] {
  const { metadata, spec } = service;
  if (!isWatched(metadata.labels)) return [];
  if (spec.type === "ExternalName") return [];
  if (spec.clusterIP === undefined || spec.clusterIP === "" || spec.clusterIP === "None") return [];
  const clusterIp = (spec.clusterIPs ?? [spec.clusterIP]).find((ip) => familyOf(ip) === family);
  if (clusterIp === undefined) return [];

  const namespace = metadata.namespace ?? "default";
  const externalIps = (spec.externalIPs ?? []).filter((ip) => familyOf(ip) === family);
  const isReachableFromOutside = spec.type === "LoadBalancer" || spec.type === "NodePort" || (spec.externalIPs ?? []).length > 0;
  const isExternalLocal = isReachableFromOutside && spec.externalTrafficPolicy === "Local";
  const affinitySeconds = spec.sessionAffinity === "ClientIP" ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : 0;
  const healthCheckNodePort = spec.type === "LoadBalancer" && isExternalLocal ? (spec.healthCheckNodePort ?? 0) : 0;
  const loadBalancerVips = (service.status?.loadBalancer?.ingress ?? [])
    .filter((ingress) => ingress.ip !== undefined && (ingress.ipMode === undefined || ingress.ipMode === "VIP"))
    .map((ingress) => ingress.ip as string)
    .filter((ip) => familyOf(ip) === family);
  const sourceRanges = (spec.loadBalancerSourceRanges ?? [])
    .map((range) => parseCidr(range.trim()))
    .filter((cidr) => cidr !== undefined)
    .filter((cidr) => cidr.family === family);

  return (spec.ports ?? []).map((port) => ({
    namespace,
    name: metadata.name,
    portName: port.name ?? "",
    text: servicePortText(namespace, metadata.name, port.name ?? ""),
    object: `service/${namespace}/${metadata.name}`,
    protocol: (port.protocol ?? "TCP").toLowerCase() as ServiceProtocol,
    clusterIp,
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIps,
    loadBalancerVips,
    sourceRanges,
    affinitySeconds,
    isExternalLocal,
    isInternalLocal: spec.internalTrafficPolicy === "Local",
    healthCheckNodePort,
  }));
}

export function servicePortText(namespace: string, name: string, portName: string): string {
  return portName === "" ? `${namespace}/${name}` : `${namespace}/${name}:${portName}`;
}

/** Some way from outside leads to this port. @source serviceport.go, ExternallyAccessible */
export function isExternallyAccessible(port: ServicePort): boolean {
  return port.nodePort !== 0 || port.loadBalancerVips.length > 0 || port.externalIps.length > 0;
}

/** @source serviceport.go, UsesClusterEndpoints */
export function usesClusterEndpoints(port: ServicePort): boolean {
  return !port.isInternalLocal || isExternallyAccessible(port);
}

/** @source serviceport.go, UsesLocalEndpoints */
export function usesLocalEndpoints(port: ServicePort): boolean {
  return port.isInternalLocal || (port.isExternalLocal && isExternallyAccessible(port));
}

function familyOf(ip: string): 4 | 6 | undefined {
  return ip === "" ? undefined : parseIp(ip)?.family;
}
