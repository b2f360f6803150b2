import { invalid } from "../api/field-error.ts";
import { goStrings } from "../api/go-value.ts";
import { type ParsedCidr, parseCidr, parseIp } from "../api/ip.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { serviceNeeds } from "../api/service/prepare.ts";
import { type IPFamily, isHeadless, needsHealthCheck, type Service, type ServicePort, type ServiceSpec } from "../api/service/types.ts";
import { assert } from "../sim/assert.ts";
import type { Simulation } from "../sim/simulation.ts";
import { isRecord } from "./json.ts";
import { bandOffset, NumberBand } from "./number-band.ts";
import { Refusal } from "./refusal.ts";
import { keepsPreferredFamilies, withFamilies } from "./service-families.ts";
import { internalError, invalid as invalidStatus } from "./status.ts";

/** What a write will hold of the scarce things. Taken at once; `commit` frees what the write gave up, `release` gives back what it took. */
export interface Allocation {
  readonly object: KubernetesObject;
  commit(): void;
  release(): void;
}

/** Cluster IPs and node ports: who has which. */
export interface Allocator {
  beforeCreate(object: KubernetesObject): Allocation;
  beforeUpdate(object: KubernetesObject, old: KubernetesObject): Allocation;
  free(object: KubernetesObject): void;
  /** The first address of each range: the Service `kubernetes` has the primary one. */
  readonly firstAddresses: readonly string[];
  /**
   * Objects that will be created one by one. What they ask for is given to no other, and what they will draw is settled by their names,
   * so that their order does not matter.
   */
  expect(objects: readonly LooseObject[]): void;
}

export interface AllocatorOptions {
  readonly simulation: Simulation;
  /** One per family, the primary first. */
  readonly serviceCIDRs: readonly string[];
  readonly nodePortRange: { readonly from: number; readonly to: number };
}

interface AddressRange {
  readonly text: string;
  readonly family: IPFamily;
  readonly cidr: ParsedCidr;
  /** Positions in the range; 0 is the network's own address. */
  readonly band: NumberBand;
}

/** As many addresses of an IPv6 range are used. @source pkg/registry/core/service/ipallocator */
const rangeSizeMax = 65_536;

function addressRange(text: string): AddressRange {
  const cidr = parseCidr(text);
  assert(cidr !== undefined, `not a service range: ${text}`);
  const whole = Number(cidr.last - cidr.network) + 1;
  const size = cidr.family === "IPv6" ? Math.min(whole, rangeSizeMax) : whole;
  const offset = bandOffset(size, { step: 16, least: 16, most: 256 });
  // Neither the network's address nor IPv4's broadcast address is given out.
  const last = cidr.family === "IPv4" ? size - 2 : size - 1;
  return { text, family: cidr.family, cidr, band: new NumberBand(1, Math.max(offset, 1), last) };
}

/** What one write took and will free. */
class Operation {
  readonly #undo: (() => void)[] = [];
  readonly #later: (() => void)[] = [];

  take(band: NumberBand, number: number): void {
    band.take(number);
    this.#undo.push(() => band.free(number));
  }

  freeLater(band: NumberBand, number: number): void {
    this.#later.push(() => band.free(number));
  }

  commit(): void {
    for (const free of this.#later) free();
  }

  release(): void {
    for (const undo of this.#undo) undo();
  }
}

const service = { group: "", plural: "services", kind: "Service" };

/** @source pkg/registry/core/service/storage/alloc.go; ipallocator and portallocator for the texts */
export function createAllocator({ simulation, serviceCIDRs, nodePortRange }: AllocatorOptions): Allocator {
  const ranges = new Map<IPFamily, AddressRange>();
  for (const text of serviceCIDRs) {
    const range = addressRange(text);
    ranges.set(range.family, range);
  }
  const families = [...ranges.keys()];
  const { from, to } = nodePortRange;
  const ports = new NumberBand(from, from + bandOffset(to - from + 1, { step: 32, least: 16, most: 128 }), to);

  const wantedIps = new Set<string>();
  const wantedPorts = new Set<number>();
  /** Draws of expected objects, by band and the names of their streams. */
  const plansOf = new Map<NumberBand, Map<string, number>>();

  function plansIn(band: NumberBand): Map<string, number> {
    let plans = plansOf.get(band);
    if (plans === undefined) {
      plans = new Map();
      plansOf.set(band, plans);
    }
    return plans;
  }

  function draw(band: NumberBand, stream: string, isWanted: (number: number) => boolean): number | undefined {
    const plans = plansIn(band);
    const plan = plans.get(stream);
    plans.delete(stream);
    if (plan !== undefined && !band.isTaken(plan)) return plan;
    const others = new Set(plans.values());
    return band.draw(simulation.random(stream), (number) => isWanted(number) || others.has(number));
  }

  function takeIp(object: Service, spec: ServiceSpec, family: IPFamily, given: string | undefined, operation: Operation): string {
    const range = ranges.get(family);
    assert(range !== undefined, `no service range for ${family}`);
    if (given === undefined || given === "") {
      const number = draw(range.band, ipStream(object, family, families), (candidate) => wantedIps.has(addressText(range, candidate)));
      if (number === undefined) throw new Refusal(internalError("failed to allocate a serviceIP: range is full"));
      operation.take(range.band, number);
      return addressText(range, number);
    }
    const position = positionIn(range, given);
    const isTaken = position !== undefined && range.band.isTaken(position);
    if (position === undefined || isTaken) {
      const why = isTaken
        ? "provided IP is already allocated"
        : `the provided IP (${given}) is not in the valid range. The range of valid IPs is ${range.text}`;
      const value = { printed: goStrings(spec.clusterIPs ?? []) };
      throw refused(object, "spec.clusterIPs", value, `failed to allocate IP ${given}: ${why}`);
    }
    operation.take(range.band, position);
    return given;
  }

  function takeIps(object: Service, spec: ServiceSpec, operation: Operation): ServiceSpec {
    if (spec.type === "ExternalName" || isHeadless(spec)) return spec;
    const given = spec.clusterIPs ?? [];
    const padded = { ...spec, clusterIPs: (spec.ipFamilies ?? []).map((_, index) => given[index] ?? "") };
    const clusterIPs = (spec.ipFamilies ?? []).map((family, index) => takeIp(object, padded, family, given[index], operation));
    return { ...spec, clusterIP: clusterIPs[0] as string, clusterIPs };
  }

  function takePort(object: Service, field: string, port: number, operation: Operation): void {
    const fault = portFault(port);
    if (fault !== undefined) throw refused(object, field, port, fault);
    operation.take(ports, port);
  }

  function portFault(port: number): string | undefined {
    if (!ports.has(port)) return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
    return ports.isTaken(port) ? "provided port is already allocated" : undefined;
  }

  function drawPort(object: Service, label: string, operation: Operation): number {
    const number = draw(ports, portStream(object, label), (candidate) => wantedPorts.has(candidate));
    if (number === undefined) throw new Refusal(internalError("failed to allocate a nodePort: range is full"));
    operation.take(ports, number);
    return number;
  }

  /** Ports of a new Service: two of one number (TCP and UDP) share their node port. */
  function takeNewPorts(object: Service, spec: ServiceSpec, operation: Operation): ServiceSpec {
    const all = spec.ports ?? [];
    const byPort = new Map<number, number>();
    const allocated = all.map((port, index): ServicePort => {
      if (isZero(port.nodePort) && !givesNodePorts(spec)) return port;
      const shared = byPort.get(port.port);
      if (shared === undefined) {
        const asked = all.find((each) => each.port === port.port && !isZero(each.nodePort))?.nodePort;
        if (asked !== undefined) takePort(object, `spec.ports[${index}].nodePort`, asked, operation);
        const nodePort = asked ?? drawPort(object, portLabel(port), operation);
        byPort.set(port.port, nodePort);
        return { ...port, nodePort };
      }
      if (isZero(port.nodePort)) return { ...port, nodePort: shared };
      if (port.nodePort !== shared) takePort(object, `spec.ports[${index}].nodePort`, port.nodePort as number, operation);
      return port;
    });
    return spec.ports === undefined ? spec : { ...spec, ports: allocated };
  }

  function takeChangedPorts(object: Service, spec: ServiceSpec, old: Service, operation: Operation): ServiceSpec {
    const before = nodePortsOf(old);
    const taken = new Set<number>();
    const allocated = (spec.ports ?? []).map((port, index): ServicePort => {
      if (isZero(port.nodePort)) return givesNodePorts(spec) ? { ...port, nodePort: drawPort(object, portLabel(port), operation) } : port;
      const nodePort = port.nodePort as number;
      if (!before.includes(nodePort) && !taken.has(nodePort)) {
        takePort(object, `spec.ports[${index}].nodePort`, nodePort, operation);
        taken.add(nodePort);
      }
      return port;
    });
    const after = allocated.map((port) => port.nodePort);
    for (const port of before) if (!after.includes(port)) operation.freeLater(ports, port);
    return spec.ports === undefined ? spec : { ...spec, ports: allocated };
  }

  function takeHealthCheckPort(object: Service, spec: ServiceSpec, operation: Operation): ServiceSpec {
    const given = spec.healthCheckNodePort;
    if (given === undefined || given === 0) return { ...spec, healthCheckNodePort: drawPort(object, "healthCheckNodePort", operation) };
    const fault = portFault(given);
    if (fault !== undefined) throw new Refusal(internalError(`failed to allocate requested HealthCheck NodePort ${given}: ${fault}`));
    operation.take(ports, given);
    return spec;
  }

  function resolved(object: Service, old: Service | undefined): ServiceSpec {
    const result = withFamilies(object, old, families);
    if (!result.ok) throw new Refusal(invalidStatus(service, object.metadata.name, result.errors));
    return result.spec;
  }

  function carriedOut(object: Service, work: (operation: Operation) => ServiceSpec): Allocation {
    const operation = new Operation();
    try {
      const spec = work(operation);
      const allocated = { ...object, spec };
      return { object: allocated, commit: () => operation.commit(), release: () => operation.release() };
    } catch (error) {
      operation.release();
      throw error;
    }
  }

  return {
    firstAddresses: [...ranges.values()].map((range) => addressText(range, 1)),
    beforeCreate(object) {
      if (object.kind !== "Service") return unallocated(object);
      const made = object as Service;
      return carriedOut(made, (operation) => {
        let spec = takeIps(made, resolved(made, undefined), operation);
        if (hasNodePorts(spec)) spec = takeNewPorts(made, spec, operation);
        return needsHealthCheck(spec) ? takeHealthCheckPort(made, spec, operation) : spec;
      });
    },
    beforeUpdate(object, before) {
      if (object.kind !== "Service") return unallocated(object);
      const changed = object as Service;
      const old = before as Service;
      return carriedOut(changed, (operation) => {
        let spec = resolved(changed, old);
        if (!keepsPreferredFamilies(changed, old)) spec = changeIps(changed, spec, old, operation);
        if (hasNodePorts(old.spec) && !hasNodePorts(spec)) for (const port of nodePortsOf(old)) operation.freeLater(ports, port);
        if (hasNodePorts(spec)) spec = takeChangedPorts(changed, spec, old, operation);
        if (needsHealthCheck(spec) && !needsHealthCheck(old.spec)) spec = takeHealthCheckPort(changed, spec, operation);
        if (!needsHealthCheck(spec) && needsHealthCheck(old.spec) && old.spec.healthCheckNodePort !== undefined) {
          operation.freeLater(ports, old.spec.healthCheckNodePort);
        }
        return spec;
      });
    },
    free(object) {
      if (object.kind !== "Service") return;
      const { spec } = object as Service;
      for (const ip of serviceNeeds(spec).clusterIP ? (spec.clusterIPs ?? []) : []) freeIp(ip, (band, number) => band.free(number));
      for (const port of nodePortsOf(object as Service)) ports.free(port);
      if (needsHealthCheck(spec) && spec.healthCheckNodePort !== undefined) ports.free(spec.healthCheckNodePort);
    },
    expect(objects) {
      const services = objects.filter((object) => object.kind === "Service" && isRecord(object.metadata) && isRecord(object.spec));
      for (const { spec } of services as unknown as readonly { readonly spec: ServiceSpec }[]) {
        for (const ip of [spec.clusterIP, ...(spec.clusterIPs ?? [])]) if (typeof ip === "string") wantedIps.add(ip);
        for (const port of spec.ports ?? []) if (typeof port.nodePort === "number") wantedPorts.add(port.nodePort);
        if (typeof spec.healthCheckNodePort === "number") wantedPorts.add(spec.healthCheckNodePort);
      }
      for (const made of (services as unknown as readonly Service[]).toSorted(byName)) plan(made);
    },
  };

  function changeIps(changed: Service, spec: ServiceSpec, old: Service, operation: Operation): ServiceSpec {
    if (old.spec.type === "ExternalName" && spec.type !== "ExternalName") return takeIps(changed, spec, operation);
    if (isHeadless(old.spec)) return spec;
    const freeAll = (ips: readonly string[]): void => {
      for (const ip of ips) freeIp(ip, (band, number) => operation.freeLater(band, number));
    };
    const before = old.spec.clusterIPs ?? [];
    if (old.spec.type !== "ExternalName" && spec.type === "ExternalName") {
      freeAll(before);
      return spec;
    }
    const familiesBefore = old.spec.ipFamilies?.length ?? 0;
    const familiesNow = spec.ipFamilies?.length ?? 0;
    if (familiesBefore === 1 && familiesNow === 2) {
      const given = spec.clusterIPs ?? [];
      const second = takeIp(changed, spec, spec.ipFamilies?.[1] as IPFamily, given[1], operation);
      return { ...spec, clusterIPs: [given[0] ?? "", second] };
    }
    if (familiesBefore === 2 && familiesNow === 1) freeAll(before.slice(1));
    return spec;
  }

  function freeIp(ip: string, free: (band: NumberBand, number: number) => void): void {
    const family = parseIp(ip)?.family;
    const range = family === undefined ? undefined : ranges.get(family);
    const position = range === undefined ? undefined : positionIn(range, ip);
    if (range !== undefined && position !== undefined) free(range.band, position);
  }

  /** Settles what an expected Service will draw, before anybody draws. */
  function plan(made: Service): void {
    const { spec } = made;
    const settled = (band: NumberBand, stream: string, isWanted: (number: number) => boolean): void => {
      const plans = plansIn(band);
      const others = new Set(plans.values());
      const number = band.draw(simulation.random(stream), (candidate) => isWanted(candidate) || others.has(candidate));
      if (number !== undefined) plans.set(stream, number);
    };
    const named = { ...made, metadata: { ...made.metadata, namespace: made.metadata.namespace ?? "default" } };
    if (spec.type !== "ExternalName" && spec.clusterIP === undefined && spec.clusterIPs === undefined) {
      for (const range of ranges.values()) {
        settled(range.band, ipStream(named, range.family, families), (candidate) => wantedIps.has(addressText(range, candidate)));
      }
    }
    if (spec.type !== "NodePort" && spec.type !== "LoadBalancer") return;
    for (const port of spec.ports ?? []) {
      if (isZero(port.nodePort)) settled(ports, portStream(named, portLabel(port)), (candidate) => wantedPorts.has(candidate));
    }
  }
}

/** A write that holds nothing. */
export function unallocated(object: KubernetesObject): Allocation {
  return { object, commit: nothing, release: nothing };
}

function nothing(): void {}

function refused(object: Service, field: string, value: Parameters<typeof invalid>[1], detail: string): Refusal {
  return new Refusal(invalidStatus(service, object.metadata.name, [invalid(field, value, detail)]));
}

function byName(a: Service, b: Service): number {
  const key = ({ metadata }: Service): string => `${metadata.namespace ?? "default"}/${metadata.name}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

function ipStream({ metadata }: Service, family: IPFamily, families: readonly IPFamily[]): string {
  return `clusterIP/${metadata.namespace}/${metadata.name}${family === families[0] ? "" : `/${family}`}`;
}

function portStream({ metadata }: Service, label: string): string {
  return `nodePort/${metadata.namespace}/${metadata.name}/${label}`;
}

function portLabel({ name, port }: ServicePort): string {
  return name === undefined || name === "" ? `${port}` : name;
}

function isZero(port: number | undefined): boolean {
  return port === undefined || port === 0;
}

function hasNodePorts({ type }: ServiceSpec): boolean {
  return type === "NodePort" || type === "LoadBalancer";
}

function givesNodePorts(spec: ServiceSpec): boolean {
  return serviceNeeds(spec).nodePorts;
}

function nodePortsOf({ spec }: Service): readonly number[] {
  return (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort === undefined || nodePort === 0 ? [] : [nodePort]));
}

function positionIn(range: AddressRange, text: string): number | undefined {
  const ip = parseIp(text);
  if (ip === undefined || ip.family !== range.family || ip.bits < range.cidr.network || ip.bits > range.cidr.last) return undefined;
  const position = Number(ip.bits - range.cidr.network);
  return range.band.has(position) ? position : undefined;
}

function addressText(range: AddressRange, position: number): string {
  const bits = range.cidr.network + BigInt(position);
  return range.family === "IPv4" ? ipv4Text(Number(bits)) : ipv6Text(bits);
}

function ipv4Text(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}

/** The shortest form. @source RFC 5952, 4 */
function ipv6Text(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((bits >> BigInt(112 - 16 * index)) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}
