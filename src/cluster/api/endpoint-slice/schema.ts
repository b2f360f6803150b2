import { objectReference, root } from "../meta-shape.ts";
import type { Struct } from "../schema.ts";
import { about, always, bool, int32, list, named, pointer, string, stringMap, strings, struct } from "../shape.ts";

/** @source k8s.io/api/discovery/v1/types.go, discovery/v1beta1/types.go */

const conditions = (version: string): Struct =>
  struct(`${version}.EndpointConditions`, {
    ready: about("Whether it gets traffic; unknown counts as yes.", pointer(bool)),
    serving: about("Whether it answers, going or not.", pointer(bool)),
    terminating: about("Whether it is going.", pointer(bool)),
  });
const hints = (version: string): Struct =>
  struct(`${version}.EndpointHints`, {
    forZones: list(struct(`${version}.ForZone`, { name: always(string) })),
    forNodes: list(struct(`${version}.ForNode`, { name: always(string) })),
  });
const port = (version: string): Struct =>
  struct(`${version}.EndpointPort`, {
    name: pointer(string),
    protocol: pointer(named("v1.Protocol")),
    port: pointer(int32),
    appProtocol: pointer(string),
  });

const addressType = about("IPv4, IPv6 or FQDN: one kind of address to a slice.", always(named("v1.AddressType", ["IPv4", "IPv6", "FQDN"])));

export const endpointSliceSchema: Struct = root(
  "v1.EndpointSlice",
  {
    addressType,
    endpoints: about(
      "The addresses behind the Service.",
      always(
        list(
          struct("v1.Endpoint", {
            addresses: always(strings),
            conditions: always(conditions("v1")),
            hostname: pointer(string),
            targetRef: objectReference,
            deprecatedTopology: stringMap,
            nodeName: pointer(string),
            zone: pointer(string),
            hints: hints("v1"),
          }),
        ),
      ),
    ),
    ports: about("The ports that every endpoint of the slice has.", always(list(port("v1")))),
  },
  "A part of the addresses behind a Service, which the label kubernetes.io/service-name names.",
);

export const endpointSliceBetaSchema: Struct = root("v1beta1.EndpointSlice", {
  addressType: { ...addressType, ...named("v1beta1.AddressType") },
  endpoints: always(
    list(
      struct("v1beta1.Endpoint", {
        addresses: always(strings),
        conditions: always(conditions("v1beta1")),
        hostname: pointer(string),
        targetRef: objectReference,
        topology: stringMap,
        nodeName: pointer(string),
        hints: hints("v1beta1"),
      }),
    ),
  ),
  ports: always(list(port("v1beta1"))),
});
