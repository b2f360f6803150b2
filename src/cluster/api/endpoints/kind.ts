import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, notSupported, required } from "../field-error.ts";
import { ipMessage, parseIp, specialIpMessage } from "../ip.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { LooseObject } from "../meta.ts";
import { objectReference, root } from "../meta-shape.ts";
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from "../names.ts";
import { same, validateWith } from "../plain.ts";
import { about, always, int32, list, named, pointer, string, struct } from "../shape.ts";
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from "./types.ts";

const address = struct(
  "v1.EndpointAddress",
  { ip: always(string), hostname: string, nodeName: pointer(string), targetRef: objectReference },
  ["ip"],
);
const port = struct(
  "v1.EndpointPort",
  { name: string, port: always(int32), protocol: named("v1.Protocol"), appProtocol: pointer(string) },
  ["port"],
);

/** @source kubernetes.io "Services without selectors"; pkg/apis/core/validation, ValidateEndpoints */
export const endpointsKind: KindDefinition = {
  kind: "Endpoints",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "endpoints",
  singular: "endpoints",
  shortNames: ["ep"],
  namespaced: true,
  schema: root(
    "v1.Endpoints",
    {
      subsets: about(
        "Addresses, and the ports that all addresses of the subset have.",
        list(
          struct("v1.EndpointSubset", {
            addresses: about("Addresses that get traffic.", list(address)),
            notReadyAddresses: about("Addresses that would, were they ready.", list(address)),
            ports: list(port),
          }),
        ),
      ),
    },
    "The addresses behind the Service of the same name. EndpointSlices have taken its place.",
  ),
  hasStatus: false,
  hasGeneration: false,
  defaults: (object) => {
    const subsets = (object as unknown as Endpoints).subsets;
    if (subsets === undefined) return object;
    return {
      ...object,
      subsets: subsets.map((subset) =>
        subset.ports === undefined
          ? subset
          : { ...subset, ports: subset.ports.map((one) => ({ ...one, protocol: one.protocol ?? "TCP" })) },
      ),
    };
  },
  prepare: same,
  validate: validateWith({ namespaced: true }, validateSubsets),
  columns: [nameColumn, column<Endpoints>("Endpoints", ({ subsets }) => endpointsText(subsets ?? [])), ageColumn],
};

/** Three at most; the rest is counted over addresses and ports. @source printers.go, formatEndpoints */
function endpointsText(subsets: readonly EndpointSubset[]): string {
  if (subsets.length === 0) return "<none>";
  const all: string[] = [];
  for (const { addresses = [], ports = [] } of subsets) {
    if (ports.length === 0) all.push(...addresses.map(({ ip }) => hostPort(ip)));
    for (const one of ports) all.push(...addresses.map(({ ip }) => hostPort(ip, one.port)));
  }
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

function hostPort(ip: string, portOf?: number): string {
  if (portOf === undefined) return ip;
  return ip.includes(":") ? `[${ip}]:${portOf}` : `${ip}:${portOf}`;
}

function validateSubsets(object: LooseObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, subset] of ((object as unknown as Endpoints).subsets ?? []).entries()) {
    const path = `subsets[${index}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      errors.push(required(path, "must specify `addresses` or `notReadyAddresses`"));
    }
    for (const [at, one] of addresses.entries()) errors.push(...validateAddress(one, `${path}.addresses[${at}]`));
    for (const [at, one] of notReadyAddresses.entries()) errors.push(...validateAddress(one, `${path}.notReadyAddresses[${at}]`));
    for (const [at, one] of ports.entries()) errors.push(...validatePort(one, ports.length > 1, `${path}.ports[${at}]`));
  }
  return errors;
}

function validateAddress({ ip, hostname, nodeName }: EndpointAddress, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (parseIp(ip) === undefined) errors.push(invalid(`${path}.ip`, ip, ipMessage));
  if (hostname !== undefined && hostname !== "") {
    for (const message of dns1123Label(hostname)) errors.push(invalid(`${path}.hostname`, hostname, message));
  }
  if (nodeName !== undefined) for (const message of dns1123Subdomain(nodeName)) errors.push(invalid(`${path}.nodeName`, nodeName, message));
  const special = specialIpMessage(ip);
  if (special !== undefined) errors.push(invalid(`${path}.ip`, ip, special));
  return errors;
}

const protocols = ["SCTP", "TCP", "UDP"];

function validatePort(
  { name = "", port: number, protocol, appProtocol }: EndpointPort,
  isNameRequired: boolean,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name !== "") for (const message of dns1123Label(name)) errors.push(invalid(`${path}.name`, name, message));
  else if (isNameRequired) errors.push(required(`${path}.name`));
  for (const message of portNumber(number)) errors.push(invalid(`${path}.port`, number, message));
  if (!protocols.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  if (appProtocol !== undefined) {
    for (const message of qualifiedName(appProtocol)) errors.push(invalid(`${path}.appProtocol`, appProtocol, message));
  }
  return errors;
}
