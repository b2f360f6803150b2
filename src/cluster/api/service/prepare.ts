import { isEqualData } from "../equal.ts";
import type { AdmissionContext } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { hasFeature } from "../versions.ts";
import { isHeadless, needsHealthCheck, type Service, type ServicePort, type ServiceSpec } from "./types.ts";

type Draft = { -readonly [K in keyof ServiceSpec]?: ServiceSpec[K] };

/**
 * Before validation: what the user left out of an update comes from the old object, what a change of type made meaningless goes.
 * @source pkg/registry/core/service/strategy.go (dropTypeDependentFields), storage/storage.go (patchAllocatedValues, normalizeClusterIPs)
 */
export function prepareService(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): LooseObject {
  let spec: Draft = { ...(object.spec as ServiceSpec) };
  const oldSpec = (old as Service | undefined)?.spec;
  if (oldSpec !== undefined) spec = takeAllocated(spec, oldSpec);
  spec = normalizeClusterIPs(spec, oldSpec);
  if (oldSpec !== undefined) spec = dropTypeDependent(spec, oldSpec);
  // What this version does not know is dropped, as a feature that is off.
  if (!hasFeature("trafficDistribution", context.clusterVersion)) delete spec.trafficDistribution;
  if (!hasFeature("internalTrafficPolicy", context.clusterVersion)) delete spec.internalTrafficPolicy;
  const status = old === undefined && !context.keepsStatus ? { loadBalancer: {} } : object.status;
  const kept =
    old !== undefined && spec.type !== "LoadBalancer" && oldSpec?.type === "LoadBalancer"
      ? { ...(status as object), loadBalancer: {} }
      : status;
  return { ...object, spec, status: kept ?? { loadBalancer: {} } };
}

function needsClusterIP(spec: Draft): boolean {
  return spec.type === "ClusterIP" || spec.type === "NodePort" || spec.type === "LoadBalancer";
}

function needsNodePort(spec: Draft): boolean {
  return spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
}

/** An update that leaves out what the cluster once gave keeps it: addresses, node ports (port by port), the health check port. */
function takeAllocated(spec: Draft, old: ServiceSpec): Draft {
  const next = { ...spec };
  if (needsClusterIP(next) && needsClusterIP(old)) {
    if (next.clusterIP === undefined) {
      if (old.clusterIP !== undefined) next.clusterIP = old.clusterIP;
      if (next.clusterIPs === undefined && old.clusterIPs !== undefined) next.clusterIPs = old.clusterIPs;
    } else if (next.clusterIPs === undefined && next.clusterIP === old.clusterIP && old.clusterIPs !== undefined)
      next.clusterIPs = old.clusterIPs;
  }
  if (needsNodePort(next) && needsNodePort(old)) next.ports = takeNodePorts(next.ports, old.ports);
  if (needsHealthCheck(next as ServiceSpec) && needsHealthCheck(old)) {
    if (next.healthCheckNodePort === undefined && old.healthCheckNodePort !== undefined) next.healthCheckNodePort = old.healthCheckNodePort;
  }
  return next;
}

function takeNodePorts(ports: readonly ServicePort[] | undefined, old: readonly ServicePort[] | undefined): readonly ServicePort[] {
  const byName = new Map((old ?? []).map((port) => [port.name ?? "", port]));
  const used = new Set((ports ?? []).map(portKey));
  return (ports ?? []).map((port) => {
    if (port.nodePort !== undefined) return port;
    const before = byName.get(port.name ?? "");
    if (before?.nodePort === undefined) return port;
    const taken = { ...port, nodePort: before.nodePort };
    // Two ports of one protocol may not share a node port.
    return used.has(portKey(taken)) ? port : taken;
  });
}

function portKey({ protocol, nodePort = 0 }: ServicePort): string {
  return `${protocol}/${nodePort}`;
}

/** clusterIP and clusterIPs[0] are one fact in two fields; old clients know only the first. */
function normalizeClusterIPs(spec: Draft, old: ServiceSpec | undefined): Draft {
  const next = { ...spec };
  const clear = (): void => {
    delete next.clusterIPs;
  };
  if (old === undefined) {
    if (next.clusterIP !== undefined && next.clusterIPs === undefined) next.clusterIPs = [next.clusterIP];
    return next;
  }
  const isSameIP = next.clusterIP === old.clusterIP;
  const isSameIPs = isEqualData(next.clusterIPs, old.clusterIPs);
  // The user cleared the single field and left the list as it was: the list goes too.
  if (!isSameIP && next.clusterIP === undefined && isSameIPs) clear();
  // The user changed the single field and left the list as it was.
  if (!isSameIP && next.clusterIP !== undefined) {
    if (next.clusterIPs === undefined || isSameIPs) next.clusterIPs = [next.clusterIP];
  }
  return next;
}

/** What the new type has no use for, if the user left it as it was; what he changed stays for validation to refuse. */
function dropTypeDependent(spec: Draft, old: ServiceSpec): Draft {
  const next = { ...spec };
  if (needsClusterIP(old) && !needsClusterIP(next)) {
    if (isEqualData(next.clusterIP, old.clusterIP) && isEqualData(next.clusterIPs, old.clusterIPs)) {
      delete next.clusterIP;
      delete next.clusterIPs;
    }
    if (isEqualData(next.ipFamilies, old.ipFamilies)) delete next.ipFamilies;
    if (next.ipFamilyPolicy === old.ipFamilyPolicy) delete next.ipFamilyPolicy;
  }
  if (needsNodePort(old) && !needsNodePort(next) && hasSameNodePorts(next.ports, old.ports)) {
    next.ports = (next.ports ?? []).map(({ nodePort: _, ...port }) => port);
  }
  if (needsHealthCheck(old) && !needsHealthCheck(next as ServiceSpec) && next.healthCheckNodePort === old.healthCheckNodePort) {
    delete next.healthCheckNodePort;
  }
  if (old.type === "LoadBalancer" && next.type !== "LoadBalancer") {
    if (next.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete next.allocateLoadBalancerNodePorts;
    if (next.loadBalancerClass === old.loadBalancerClass) delete next.loadBalancerClass;
  }
  const isExternal = (one: Draft): boolean => one.type === "NodePort" || one.type === "LoadBalancer" || (one.externalIPs ?? []).length > 0;
  if (isExternal(old) && !isExternal(next) && next.externalTrafficPolicy === old.externalTrafficPolicy) delete next.externalTrafficPolicy;
  return next;
}

function hasSameNodePorts(ports: readonly ServicePort[] | undefined, old: readonly ServicePort[] | undefined): boolean {
  const numbers = (list: readonly ServicePort[] | undefined): Set<number> =>
    new Set((list ?? []).flatMap((port) => (port.nodePort === undefined ? [] : [port.nodePort])));
  const before = numbers(old);
  return [...numbers(ports)].every((port) => before.has(port));
}

/** What the API server gives a Service that has none of its own yet. */
export interface ServiceNeeds {
  readonly clusterIP: boolean;
  readonly nodePorts: boolean;
  readonly healthCheckNodePort: boolean;
}

/** Decides what must be allocated. A headless Service has no address; ExternalName has nothing. */
export function serviceNeeds(spec: ServiceSpec): ServiceNeeds {
  return {
    clusterIP: needsClusterIP(spec) && !isHeadless(spec),
    nodePorts: needsNodePort(spec),
    healthCheckNodePort: needsHealthCheck(spec),
  };
}
