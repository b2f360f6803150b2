import type { DesiredPort, NodeFacts } from "../../../src/cluster/kube-proxy/desired.ts";
import { sliceOwner } from "../../../src/cluster/kube-proxy/endpoints.ts";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";
import type { PortChange } from "../../../src/cluster/kube-proxy/programmer.ts";
import { desiredPorts } from "../../../src/cluster/kube-proxy/state.ts";

/** A node as the facts page's examples have it; name what differs. */
export function nodeFacts(given: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name: "node1",
    family: 4,
    ips: ["192.168.0.2"],
    zone: "a",
    clusterCidr: "10.244.0.0/16",
    serviceCidrs: ["10.96.0.0/12"],
    isMasqueradeAll: false,
    isLocalhostNodePorts: true,
    nodePortAddresses: undefined,
    minor: 32,
    ...given,
  };
}

/** Everything that must hold on the node for these objects, as changes from nothing. */
export function allPorts(services: readonly ServiceObject[], slices: readonly EndpointSliceObject[], node: NodeFacts): PortChange[] {
  const changes: { key: string; desired: DesiredPort }[] = [];
  for (const service of services) {
    const name = `${service.metadata.namespace}/${service.metadata.name}`;
    const own = slices.filter((slice) => sliceOwner(slice) === name);
    for (const [key, desired] of desiredPorts(service, own, node)) changes.push({ key, desired });
  }
  return changes;
}
