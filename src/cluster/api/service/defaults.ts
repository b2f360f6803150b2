import type { AdmissionContext } from "../kind.ts";
import type { LooseObject } from "../meta.ts";
import { hasFeature } from "../versions.ts";
import type { ServicePort, ServiceSpec } from "./types.ts";
import { isExternallyAccessible } from "./types.ts";

/** What the user left out. @source pkg/apis/core/v1/defaults.go, SetDefaults_Service */
export function defaultService(object: LooseObject, { clusterVersion }: AdmissionContext): LooseObject {
  const given = (object.spec ?? {}) as Partial<ServiceSpec>;
  const spec: { -readonly [K in keyof ServiceSpec]?: ServiceSpec[K] } = { ...given };
  spec.sessionAffinity ??= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP" && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10800 } };
  }
  spec.type ??= "ClusterIP";
  if (spec.ports !== undefined) spec.ports = spec.ports.map(defaultPort);
  if (isExternallyAccessible(spec as ServiceSpec)) spec.externalTrafficPolicy ??= "Cluster";
  if (spec.type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
  const isInternal = spec.type === "LoadBalancer" || spec.type === "NodePort" || spec.type === "ClusterIP";
  if (isInternal && hasFeature("internalTrafficPolicy", clusterVersion)) spec.internalTrafficPolicy ??= "Cluster";
  return {
    ...object,
    spec,
    status: hasFeature("ipMode", clusterVersion) ? defaultStatus(object.status) : (object.status ?? { loadBalancer: {} }),
  };
}

function defaultPort(port: ServicePort): ServicePort {
  const { protocol = "TCP", targetPort } = port;
  const isTargetMissing = targetPort === undefined || targetPort === 0 || targetPort === "";
  return { ...port, protocol, targetPort: isTargetMissing ? port.port : targetPort };
}

/** An address of a load balancer goes straight to it unless it says otherwise. */
function defaultStatus(status: unknown): unknown {
  const { loadBalancer, ...rest } = (status ?? {}) as { loadBalancer?: { ingress?: readonly LooseObject[] } };
  const ingress = loadBalancer?.ingress?.map((one) => (one.ip !== undefined && one.ipMode === undefined ? { ...one, ipMode: "VIP" } : one));
  return { ...rest, loadBalancer: ingress === undefined ? (loadBalancer ?? {}) : { ...loadBalancer, ingress } };
}
