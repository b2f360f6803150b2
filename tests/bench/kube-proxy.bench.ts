import { bench, describe } from "vitest";
import { IptablesProgrammer } from "../../src/cluster/kube-proxy/iptables-programmer.ts";
import type { EndpointSliceObject, ServiceObject } from "../../src/cluster/kube-proxy/objects.ts";
import { DesiredState, desiredPorts } from "../../src/cluster/kube-proxy/state.ts";
import { AddressBook } from "../../src/cluster/network/address.ts";
import { Tables } from "../../src/cluster/network/netfilter/tables.ts";
import { nodeFacts } from "../cluster/kube-proxy/proxied.ts";

const node = nodeFacts();

function objects(count: number): { service: ServiceObject; slice: EndpointSliceObject }[] {
  return Array.from({ length: count }, (_, i) => {
    const metadata = { name: `s${i}`, namespace: "default", uid: "", resourceVersion: "", creationTimestamp: "" };
    return {
      service: {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { type: "NodePort", clusterIP: `10.96.${i >> 8}.${i & 255}`, ports: [{ name: "http", port: 80, nodePort: 30_000 + i }] },
      },
      slice: {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        addressType: "IPv4",
        metadata: { ...metadata, labels: { "kubernetes.io/service-name": `s${i}` } },
        ports: [{ name: "http", port: 8080 }],
        endpoints: Array.from({ length: 10 }, (_, j) => ({ addresses: [`10.${244 + (i >> 8)}.${j}.${i & 255}`], nodeName: "node1" })),
      },
    };
  });
}

function program(all: ReturnType<typeof objects>): { state: DesiredState; programmer: IptablesProgrammer } {
  const programmer = new IptablesProgrammer(new Tables(() => {}), new AddressBook(), node);
  const state = new DesiredState();
  programmer.start(node);
  programmer.apply(
    all.flatMap(({ service, slice }) => state.replace(`default/${service.metadata.name}`, desiredPorts(service, [slice], node))),
  );
  programmer.removeStale();
  return { state, programmer };
}

describe("from nothing", () => {
  const all = objects(1000);
  bench("1,000 Services x 10 endpoints into rules", () => {
    program(all);
  });
});

describe("one pod turns unready and back", () => {
  for (const count of [10, 1000]) {
    const all = objects(count);
    const { state, programmer } = program(all);
    const { service, slice } = all[count >> 1] as (typeof all)[number];
    const unready = {
      ...slice,
      endpoints: slice.endpoints?.map((e, i) => (i === 4 ? { ...e, conditions: { ready: false, serving: false } } : e)),
    } as EndpointSliceObject;
    bench(`with ${count * 10} pods`, () => {
      for (const one of [unready, slice])
        programmer.apply(state.replace(`default/${service.metadata.name}`, desiredPorts(service, [one], node)));
    });
  }
});
