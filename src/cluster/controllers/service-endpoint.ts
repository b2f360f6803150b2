import type { Pod } from "../api/pod/types.ts";
import type { Service, ServicePort } from "../api/service/types.ts";
import { isPodFinished, isPodReady } from "./pod-state.ts";

export const importedLabel = "kubehop.dev/imported";

/** Pods that can be endpoints at all: not finished, with an address. @source staging endpointslice util, ShouldPodBeInEndpoints */
export function isEndpointPod(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodFinished(pod)) return false;
  if ((pod.status?.podIPs?.length ?? 0) === 0 && (pod.status?.podIP ?? "") === "") return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The pod's addresses, the primary first. */
export function podAddresses(pod: Pod): readonly string[] {
  const all = (pod.status?.podIPs ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined && ip !== "");
  return all.length > 0 ? all : pod.status?.podIP ? [pod.status.podIP] : [];
}

/** The pod's port behind a Service port: a name must agree with protocol and name of a container port. @source pkg/api/v1/pod, FindPort */
export function findPort(pod: Pod, servicePort: ServicePort): number | undefined {
  const target = servicePort.targetPort ?? servicePort.port;
  if (typeof target === "number") return target === 0 ? servicePort.port : target;
  // Sidecars are init containers that stay; their ports count too since 1.28.
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always")];
  for (const { ports = [] } of containers) {
    for (const port of ports) {
      if (port.name === target && (port.protocol ?? "TCP") === (servicePort.protocol ?? "TCP")) return port.containerPort;
    }
  }
  return undefined;
}

/** DNS serves a pod's hostname only under the Service that its subdomain names. @source staging endpointslice util, ShouldSetHostname */
export function endpointHostname(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  if (hostname === undefined || hostname === "") return undefined;
  return subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace ? hostname : undefined;
}

export interface EndpointState {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

export function endpointState(pod: Pod, service: Service): EndpointState {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  return { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating };
}

export function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === "None";
}
