import { byText, type Endpoint } from "./endpoints.ts";
import { isExternallyAccessible, type ServicePort, usesClusterEndpoints, usesLocalEndpoints } from "./service-port.ts";

/** What kube-proxy knows of the node it runs on, for one IP family, and how it was started. */
export interface NodeFacts {
  readonly name: string;
  readonly family: 4 | 6;
  /** The node's addresses of this family, the primary first. */
  readonly ips: readonly string[];
  /** Label `topology.kubernetes.io/zone`; "" without. */
  readonly zone: string;
  /** `--cluster-cidr`: what counts as a pod; undefined: nothing does. */
  readonly clusterCidr: string | undefined;
  readonly serviceCidrs: readonly string[];
  readonly isMasqueradeAll: boolean;
  /** `--iptables-localhost-nodeports`. */
  readonly isLocalhostNodePorts: boolean;
  /** `--nodeport-addresses` as CIDRs; undefined: the mode's default. */
  readonly nodePortAddresses: readonly string[] | undefined;
  /** Of the cluster's version 1.MINOR. */
  readonly minor: number;
}

/** What must hold on this node for one Service port; every proxy mode turns this one value into its own rules. */
export interface DesiredPort {
  readonly port: ServicePort;
  /** What ClusterIP traffic (and the short cut of pods) may go to under policy Cluster. */
  readonly clusterEndpoints: readonly Endpoint[];
  readonly localEndpoints: readonly Endpoint[];
  /** Union of both. */
  readonly allReachable: readonly Endpoint[];
  /** Some endpoint exists somewhere: then an empty list means drop, not refuse. */
  readonly hasAny: boolean;
  readonly hasInternal: boolean;
  readonly hasExternal: boolean;
  readonly isExternallyAccessible: boolean;
  readonly usesClusterEndpoints: boolean;
  readonly usesLocalEndpoints: boolean;
  /** All endpoints of the port whatever their state: their number decides about "large cluster" mode, their serving ones keep UDP entries. */
  readonly endpoints: readonly Endpoint[];
}

/** @source kubernetes pkg/proxy/topology.go, CategorizeEndpoints; iptables/proxier.go, syncProxyRules */
export function desiredPort(port: ServicePort, endpoints: readonly Endpoint[], node: NodeFacts): DesiredPort {
  const usesCluster = usesClusterEndpoints(port);
  const usesLocal = usesLocalEndpoints(port);
  let hasAny = false;

  let clusterEndpoints: readonly Endpoint[] = [];
  if (usesCluster) {
    const fits = topologyFilter(endpoints, node);
    clusterEndpoints = endpoints.filter((e) => e.isReady && fits(e));
    if (clusterEndpoints.length === 0) clusterEndpoints = endpoints.filter(isLastResort);
    hasAny = clusterEndpoints.length > 0;
  }

  let localEndpoints: readonly Endpoint[] = [];
  if (usesLocal) {
    hasAny ||= endpoints.some((e) => e.isReady || isLastResort(e));
    localEndpoints = endpoints.filter((e) => e.isLocal && e.isReady);
    if (localEndpoints.length === 0) localEndpoints = endpoints.filter((e) => e.isLocal && isLastResort(e));
  }

  return {
    port,
    clusterEndpoints,
    localEndpoints,
    allReachable: union(clusterEndpoints, localEndpoints),
    hasAny,
    hasInternal: hasAny && (!port.isInternalLocal || localEndpoints.length > 0),
    hasExternal: hasAny && (!port.isExternalLocal || localEndpoints.length > 0),
    isExternallyAccessible: isExternallyAccessible(port),
    usesClusterEndpoints: usesCluster,
    usesLocalEndpoints: usesLocal,
    endpoints,
  };
}

/** A pod that shuts down but still answers: used when nothing better is left. */
function isLastResort(endpoint: Endpoint): boolean {
  return endpoint.isServing && endpoint.isTerminating;
}

/** Hints count only when every ready endpoint has them and one names this node or zone. @source topology.go, topologyModeFromHints */
function topologyFilter(endpoints: readonly Endpoint[], node: NodeFacts): (endpoint: Endpoint) => boolean {
  let hasNodeHints = node.minor >= 33; // hints.forNodes came with 1.33
  let isNodeNamed = false;
  let hasZoneHints = node.zone !== "";
  let isZoneNamed = false;
  for (const endpoint of endpoints) {
    if (!endpoint.isReady) continue;
    if (endpoint.nodeHints.length === 0) hasNodeHints = false;
    else if (endpoint.nodeHints.includes(node.name)) isNodeNamed = true;
    if (endpoint.zoneHints.length === 0) hasZoneHints = false;
    else if (endpoint.zoneHints.includes(node.zone)) isZoneNamed = true;
  }
  if (hasNodeHints && isNodeNamed) return (endpoint) => endpoint.nodeHints.includes(node.name);
  if (hasZoneHints && isZoneNamed) return (endpoint) => endpoint.zoneHints.includes(node.zone);
  return () => true;
}

function union(a: readonly Endpoint[], b: readonly Endpoint[]): readonly Endpoint[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const texts = new Set(a.map((endpoint) => endpoint.text));
  return [...a, ...b.filter((endpoint) => !texts.has(endpoint.text))].sort(byText);
}
