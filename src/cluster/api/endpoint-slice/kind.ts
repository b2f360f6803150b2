import { ageColumn, column, nameColumn } from "../column.ts";
import { duplicate, invalid, notSupported, required, tooMany } from "../field-error.ts";
import { parseIp, specialIpMessage } from "../ip.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { dns1123Label, dns1123Subdomain, qualifiedName } from "../names.ts";
import { immutable, metadataOf, validateLabels, validateObjectMeta } from "../object-meta.ts";
import { same } from "../plain.ts";
import { endpointSliceBetaSchema, endpointSliceSchema } from "./schema.ts";
import type { Endpoint, EndpointSlice, EndpointSlicePort } from "./types.ts";

/** @source kubernetes.io "EndpointSlices"; pkg/apis/discovery */
export const endpointSliceKind: KindDefinition = {
  kind: "EndpointSlice",
  group: "discovery.k8s.io",
  storageVersion: "v1",
  versions: [{ group: "discovery.k8s.io", version: "v1beta1", schema: endpointSliceBetaSchema, toStored: fromBeta, fromStored: toBeta }],
  plural: "endpointslices",
  singular: "endpointslice",
  shortNames: [],
  namespaced: true,
  schema: endpointSliceSchema,
  hasStatus: false,
  hasGeneration: true,
  defaults: (object) => {
    const { ports } = object as unknown as EndpointSlice;
    if (!Array.isArray(ports)) return object;
    return {
      ...object,
      ports: (ports as readonly EndpointSlicePort[]).map((port) => ({ ...port, name: port.name ?? "", protocol: port.protocol ?? "TCP" })),
    };
  },
  prepare: same,
  validate: validateEndpointSlice,
  columns: [
    nameColumn,
    column<EndpointSlice>("AddressType", ({ addressType }) => addressType),
    column<EndpointSlice>("Ports", ({ ports }) => portsText(ports ?? [])),
    column<EndpointSlice>("Endpoints", ({ endpoints }) => endpointsText(endpoints ?? [])),
    ageColumn,
  ],
};

const zoneLabel = "topology.kubernetes.io/zone";
const hostnameLabel = "kubernetes.io/hostname";

type BetaEndpoint = Endpoint & { readonly topology?: Readonly<Record<string, string>> };

/** The beta kept node and zone among the topology labels. @source pkg/apis/discovery/v1beta1/conversion.go */
function fromBeta(object: LooseObject): LooseObject {
  const endpoints = object.endpoints as readonly BetaEndpoint[] | null | undefined;
  if (!Array.isArray(endpoints)) return object;
  return {
    ...object,
    endpoints: (endpoints as readonly BetaEndpoint[]).map(({ topology, ...endpoint }) => {
      if (topology === undefined) return endpoint;
      const { [zoneLabel]: zone, ...rest } = topology;
      const nodeName = endpoint.nodeName ?? topology[hostnameLabel];
      return {
        ...endpoint,
        ...(nodeName === undefined ? {} : { nodeName }),
        ...(zone === undefined ? {} : { zone }),
        ...(Object.keys(rest).length === 0 ? {} : { deprecatedTopology: rest }),
      };
    }),
  };
}

function toBeta(object: KubernetesObject): LooseObject {
  const slice = object as EndpointSlice;
  return {
    ...slice,
    endpoints:
      slice.endpoints?.map(({ zone, deprecatedTopology, ...endpoint }) => {
        const topology = { ...deprecatedTopology, ...(zone === undefined ? {} : { [zoneLabel]: zone }) };
        return Object.keys(topology).length === 0 ? endpoint : { ...endpoint, topology };
      }) ?? null,
  };
}

function portsText(ports: readonly EndpointSlicePort[]): string {
  if (ports.length === 0) return "<unset>";
  const numbers = ports.slice(0, 3).map(({ port, name }) => (port === undefined ? (name ?? "") || "*" : String(port)));
  return withMore(numbers, ports.length);
}

/** The first address of each counts. @source printers.go, formatDiscoveryEndpoints */
function endpointsText(endpoints: readonly Endpoint[]): string {
  if (endpoints.length === 0) return "<unset>";
  const addresses = endpoints.flatMap((endpoint) => endpoint.addresses ?? []);
  return withMore(addresses.slice(0, 3), addresses.length);
}

function withMore(shown: readonly string[], count: number): string {
  return count > 3 ? `${shown.join(",")} + ${count - 3} more...` : shown.join(",");
}

const addressTypes = ["FQDN", "IPv4", "IPv6"];
const protocols = ["SCTP", "TCP", "UDP"];

function validateEndpointSlice(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const { addressType = "" as EndpointSlice["addressType"], endpoints, ports } = object as unknown as EndpointSlice;
  const errors = validateObjectMeta(metadataOf(object), { namespaced: true });
  if ((addressType as string) === "") errors.push(required("addressType"));
  else if (!addressTypes.includes(addressType)) errors.push(notSupported("addressType", addressType, addressTypes));
  errors.push(...validateEndpoints(endpoints ?? [], addressType));
  errors.push(...validatePorts(ports ?? []));
  if (old !== undefined && (old as EndpointSlice).addressType !== addressType) errors.push(immutable("addressType", addressType));
  return errors;
}

function validateEndpoints(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > 1000) return [tooMany("endpoints", endpoints.length, 1000)];
  const errors: FieldError[] = [];
  for (const [index, endpoint] of endpoints.entries()) {
    const path = `endpoints[${index}]`;
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) errors.push(required(`${path}.addresses`, "must contain at least 1 address"));
    else if (addresses.length > 100) errors.push(tooMany(`${path}.addresses`, addresses.length, 100));
    for (const [at, address] of addresses.entries()) errors.push(...validateAddress(address, addressType, `${path}.addresses[${at}]`));
    if (endpoint.nodeName !== undefined) {
      for (const message of dns1123Subdomain(endpoint.nodeName)) errors.push(invalid(`${path}.nodeName`, endpoint.nodeName, message));
    }
    const topology = endpoint.deprecatedTopology ?? {};
    if (Object.keys(topology).length > 16) errors.push(tooMany(`${path}.deprecatedTopology`, Object.keys(topology).length, 16));
    errors.push(...validateLabels(topology, `${path}.deprecatedTopology`));
    if (endpoint.hostname !== undefined) {
      for (const message of dns1123Label(endpoint.hostname)) errors.push(invalid(`${path}.hostname`, endpoint.hostname, message));
    }
    errors.push(...validateHints(endpoint.hints, `${path}.hints`));
  }
  return errors;
}

function validateAddress(address: string, type: string, path: string): FieldError[] {
  if (type === "FQDN") return validateFullName(address, path);
  if (type !== "IPv4" && type !== "IPv6") return [];
  const errors: FieldError[] = [];
  if (parseIp(address)?.family !== type) errors.push(invalid(path, address, `must be a valid ${type} address`));
  const special = specialIpMessage(address);
  if (special !== undefined) errors.push(invalid(path, address, special));
  return errors;
}

/** @source IsFullyQualifiedDomainName */
function validateFullName(name: string, path: string): FieldError[] {
  if (name === "") return [required(path)];
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  const messages = dns1123Subdomain(bare);
  if (messages.length > 0) return [invalid(path, bare, messages.join(","))];
  const labels = bare.split(".");
  if (labels.length < 2) return [invalid(path, bare, "should be a domain with at least two segments separated by dots")];
  return labels.flatMap((label) => {
    const faults = dns1123Label(label);
    return faults.length === 0 ? [] : [invalid(path, label, faults.join(","))];
  });
}

function validateHints(hints: Endpoint["hints"], path: string): FieldError[] {
  const zones = hints?.forZones ?? [];
  const errors: FieldError[] = [];
  if (zones.length > 8) return [tooMany(`${path}.forZones`, zones.length, 8)];
  const seen = new Set<string>();
  for (const [index, { name }] of zones.entries()) {
    const place = `${path}.forZones[${index}].name`;
    if (name === "") errors.push(required(place));
    else {
      if (seen.has(name)) errors.push(duplicate(`${path}.forZones[${index}]`, name));
      seen.add(name);
    }
  }
  return errors;
}

function validatePorts(ports: readonly EndpointSlicePort[]): FieldError[] {
  if (ports.length > 20000) return [tooMany("ports", ports.length, 20000)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name = "", protocol, appProtocol }] of ports.entries()) {
    const path = `ports[${index}]`;
    if (name !== "") for (const message of dns1123Label(name)) errors.push(invalid(`${path}.name`, name, message));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(required(`${path}.protocol`));
    else if (!protocols.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, protocols));
    if (appProtocol !== undefined) {
      for (const message of qualifiedName(appProtocol)) errors.push(invalid(`${path}.appProtocol`, appProtocol, message));
    }
  }
  return errors;
}
