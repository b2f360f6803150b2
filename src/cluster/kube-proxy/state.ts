import { type DesiredPort, desiredPort, type NodeFacts } from "./desired.ts";
import { type EndpointsByPort, endpointKey, endpointsOf } from "./endpoints.ts";
import type { EndpointSliceObject, ServiceObject } from "./objects.ts";
import type { PortChange } from "./programmer.ts";
import { sameValue } from "./same-value.ts";
import { type ServicePort, servicePorts } from "./service-port.ts";

const none: EndpointsByPort = new Map();

/** Orders Service ports by name, then protocol: the order of their rules. */
export function portKey(port: ServicePort): string {
  return `${port.text} ${port.protocol}`;
}

/** The ports of one Service that must hold now. Pure. */
export function desiredPorts(
  service: ServiceObject | undefined,
  slices: readonly EndpointSliceObject[],
  node: NodeFacts,
): ReadonlyMap<string, DesiredPort> {
  const result = new Map<string, DesiredPort>();
  if (service === undefined) return result;
  const ports = servicePorts(service, node.family);
  if (ports.length === 0) return result;
  const endpoints = slices.length === 0 ? none : endpointsOf(slices, node.family, node.name);
  for (const port of ports) {
    result.set(portKey(port), desiredPort(port, endpoints.get(endpointKey(port.portName, port.protocol)) ?? [], node));
  }
  return result;
}

/** What the proxy holds by now, Service by Service, so that a change of one is compared with that one alone. */
export class DesiredState {
  #services = new Map<string, ReadonlyMap<string, DesiredPort>>();

  /** Replaces what is desired for the Service `key` (`namespace/name`) and says which ports differ. */
  replace(key: string, ports: ReadonlyMap<string, DesiredPort>): readonly PortChange[] {
    const before = this.#services.get(key);
    if (ports.size === 0) this.#services.delete(key);
    else this.#services.set(key, ports);
    const changes: PortChange[] = [];
    for (const [port, desired] of ports) if (!sameValue(before?.get(port), desired)) changes.push({ key: port, desired });
    if (before !== undefined) for (const port of before.keys()) if (!ports.has(port)) changes.push({ key: port, desired: undefined });
    return changes;
  }

  ports(key: string): ReadonlyMap<string, DesiredPort> {
    return this.#services.get(key) ?? new Map();
  }

  /** Services that hold something, by name. */
  keys(): readonly string[] {
    return [...this.#services.keys()].sort();
  }

  clear(): void {
    this.#services.clear();
  }
}
