import fc from "fast-check";
import { expect, test } from "vitest";
import { iptablesRules } from "../../../src/cluster/kube-proxy/iptables.ts";
import { sharedRules } from "../../../src/cluster/kube-proxy/shared-rules.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { runs } from "../../harness/runs.ts";
import { generated } from "./generated.ts";
import { scenarioObjects } from "./objects.ts";
import { allPorts, nodeFacts } from "./proxied.ts";

const nodes = [
  nodeFacts(),
  nodeFacts({ name: "node2", ips: ["192.168.0.3"] }),
  nodeFacts({ name: "node2", ips: ["192.168.0.3"], zone: "b", minor: 33 }),
  nodeFacts({ name: "node3", ips: ["192.168.0.4"], clusterCidr: undefined }),
  nodeFacts({ name: "node3", ips: ["192.168.0.4"], isMasqueradeAll: true }),
];

test("whichever node asks, and after whom, the rules are the ones that it would make by itself", () => {
  fc.assert(
    fc.property(generated, fc.array(fc.tuple(fc.nat(nodes.length - 1), fc.boolean()), { minLength: 2, maxLength: 8 }), (world, asked) => {
      const book = new AddressBook();
      for (const [at, isLargeCluster] of asked) {
        const node = nodes[at] as (typeof nodes)[number];
        for (const { desired } of allPorts(world.services, world.slices, node)) {
          if (desired === undefined) continue;
          expect(sharedRules(desired, node, book, isLargeCluster)).toEqual(iptablesRules(desired, node, book, isLargeCluster));
        }
      }
    }),
    { numRuns: runs(60) },
  );
});

const world = (policy: string) =>
  scenarioObjects(`
kind: Service
metadata: {name: svc1, namespace: ns1}
spec: {clusterIP: 10.96.1.1, internalTrafficPolicy: ${policy}, ports: [{name: p80, port: 80}]}
---
kind: EndpointSlice
addressType: IPv4
metadata: {name: svc1-1, namespace: ns1, labels: {kubernetes.io/service-name: svc1}}
ports: [{name: p80, port: 80}]
endpoints: [{addresses: [10.180.0.1], nodeName: node1}, {addresses: [10.180.0.2], nodeName: node2}]
`);

test.each([
  ["Cluster", true],
  ["Local", false],
])("internalTrafficPolicy %s: two nodes hold the same values: %s", (policy, isShared) => {
  const { services, slices } = world(policy);
  const book = new AddressBook();
  const [first, second] = nodes.slice(0, 2).map((node) => {
    const [change] = allPorts(services, slices, node);
    if (change?.desired === undefined) throw new Error("nothing is desired");
    return sharedRules(change.desired, node, book, false);
  });
  expect(first === second).toBe(isShared);
});
