import fc from "fast-check";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";

export interface Generated {
  readonly services: readonly ServiceObject[];
  readonly slices: readonly EndpointSliceObject[];
}

const metadata = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: "default",
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-05T09:00:00Z",
  labels,
});

const endpoint = fc.record({
  host: fc.integer({ min: 1, max: 6 }),
  node: fc.constantFrom("node1", "node2", undefined),
  ready: fc.boolean(),
  serving: fc.boolean(),
  terminating: fc.boolean(),
  zone: fc.constantFrom("a", "b", undefined),
});

/** One Service and its slices by number, with everything that changes rules drawn. */
const one = (number: number, family: 4 | 6): fc.Arbitrary<{ service: ServiceObject | undefined; slices: EndpointSliceObject[] }> =>
  fc
    .record({
      exists: fc.integer({ min: 0, max: 9 }),
      type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
      external: fc.constantFrom("Cluster", "Local"),
      internal: fc.constantFrom("Cluster", "Local"),
      affinity: fc.boolean(),
      ranges: fc.constantFrom<string[]>([], ["203.0.113.0/25"], ["192.168.0.0/24", "203.0.113.0/24"]),
      externalIp: fc.boolean(),
      protocol: fc.constantFrom("TCP", "UDP"),
      endpoints: fc.array(endpoint, { maxLength: 4 }),
    })
    .map((d) => {
      const name = `svc${number}`;
      const v6 = family === 6;
      const service: ServiceObject = {
        apiVersion: "v1",
        kind: "Service",
        metadata: metadata(name),
        spec: {
          type: d.type,
          clusterIP: v6 ? `fd00:10:96::${number}` : `10.96.1.${number}`,
          externalTrafficPolicy: d.external,
          internalTrafficPolicy: d.internal,
          sessionAffinity: d.affinity ? "ClientIP" : "None",
          loadBalancerSourceRanges: v6 ? d.ranges.map((_, i) => `2001:db8:${i + 1}::/48`) : d.ranges,
          externalIPs: d.externalIp ? [v6 ? `2001:db8:5::${10 + number}` : `198.51.100.${10 + number}`] : [],
          healthCheckNodePort: 32000 + number,
          ports: [{ name: "p", port: 80, protocol: d.protocol, ...(d.type === "ClusterIP" ? {} : { nodePort: 30000 + number }) }],
        },
        ...(d.type === "LoadBalancer"
          ? { status: { loadBalancer: { ingress: [{ ip: v6 ? `2001:db8:9::${number}` : `192.0.2.${number}` }] } } }
          : {}),
      };
      const slice: EndpointSliceObject = {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        addressType: v6 ? "IPv6" : "IPv4",
        metadata: metadata(`${name}-1`, { "kubernetes.io/service-name": name }),
        ports: [{ name: "p", port: 8080, protocol: d.protocol }],
        endpoints: d.endpoints.map((e) => ({
          addresses: [v6 ? `fd00:10:244:${number}::${e.host}` : `10.244.${number}.${e.host}`],
          ...(e.node === undefined ? {} : { nodeName: e.node }),
          conditions: { ready: e.ready, serving: e.serving, terminating: e.terminating },
          ...(e.zone === undefined ? {} : { hints: { forZones: [{ name: e.zone }] } }),
        })),
      };
      return { service: d.exists === 0 ? undefined : service, slices: [slice] };
    });

/** A few Services with slices. */
export function generatedObjects(family: 4 | 6): fc.Arbitrary<Generated> {
  return fc.tuple(one(1, family), one(2, family), one(3, family)).map((all) => ({
    services: all.flatMap(({ service }) => (service === undefined ? [] : [service])),
    slices: all.flatMap(({ slices }) => slices),
  }));
}

export const generated = generatedObjects(4);
