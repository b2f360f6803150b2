import { createKubeProxy, type KubeProxy, type TraceResult, traceService } from "../../../src/cluster/kube-proxy/index.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { BoundedHopLog } from "../../../src/cluster/network/hop-log.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { createNetwork, type Network } from "../../../src/cluster/network/network.ts";
import { createSimulation, type DrivenSimulation } from "../../../src/cluster/sim/simulation.ts";
import { FakeClient } from "./fake-client.ts";
import { type ScenarioObjects, scenarioObjects } from "./objects.ts";

export interface ProxiedNodes {
  readonly simulation: DrivenSimulation;
  readonly network: Network;
  readonly api: FakeClient;
  readonly objects: ScenarioObjects;
  readonly nodes: ReadonlyMap<string, { readonly netns: Netns; readonly proxy: KubeProxy }>;
  advance(ms: number): void;
  trace(node: string, source: string, destination: string, protocol?: "tcp" | "udp" | "sctp"): TraceResult;
}

/** The nodes of a scenario with a running kube-proxy each, over the scenario's Services and slices. */
export function proxiedNodes(scenario: string, mode?: ScenarioObjects["mode"], minor = 32): ProxiedNodes {
  const objects = scenarioObjects(scenario);
  const simulation = createSimulation(1, Date.UTC(2026, 0, 5, 9, 0, 0));
  const book = new AddressBook();
  const network = createNetwork(simulation, new BoundedHopLog(), book, { clusterCidrs: [objects.podCidr, objects.serviceCidr] });
  const api = new FakeClient(simulation.clock);
  for (const object of [...objects.services, ...objects.slices]) api.put(object);
  const nodes = new Map<string, { netns: Netns; proxy: KubeProxy }>();
  for (const { name, ip, labels } of objects.nodes) {
    api.put({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-05T09:00:00Z", labels: labels ?? {} },
    });
    const netns = network.createNode(name, [ip]);
    const proxy = createKubeProxy({
      simulation,
      client: api.client,
      nodeName: name,
      nodeIps: [ip],
      netns,
      mode: mode ?? objects.mode,
      clusterVersion: { minor, text: `v1.${minor}.0` },
      clusterCidrs: [objects.podCidr],
      serviceCidrs: [objects.serviceCidr],
    });
    proxy.start();
    nodes.set(name, { netns, proxy });
  }
  const advance = (ms: number): void => {
    const until = simulation.clock.now() + ms * 1000;
    while (simulation.queue.run(until, 100_000) === 100_000);
  };
  advance(0);
  return {
    simulation,
    network,
    api,
    objects,
    nodes,
    advance,
    trace(node, source, destination, protocol = "tcp") {
      const { netns, proxy } = nodes.get(node) as { netns: Netns; proxy: KubeProxy };
      const colon = destination.lastIndexOf(":");
      const to = book.socket(book.ip(destination.slice(0, colon)), Number(destination.slice(colon + 1)));
      return traceService({ netns, kernel: proxy.kernel, source: book.ip(source), destination: to, protocol });
    },
  };
}
