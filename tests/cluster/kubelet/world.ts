import { kinds } from "../../../src/cluster/api/kinds.ts";
import type { KubernetesObject, LooseObject } from "../../../src/cluster/api/meta.ts";
import type { Pod } from "../../../src/cluster/api/pod/types.ts";
import type { ApiClient } from "../../../src/cluster/apiclient/client.ts";
import { createClientFactory } from "../../../src/cluster/apiclient/factory.ts";
import { createApiServer } from "../../../src/cluster/apiserver/handle.ts";
import { startCloud } from "../../../src/cluster/cloud/index.ts";
import { NodeNetwork } from "../../../src/cluster/cni/node-network.ts";
import { startControllers } from "../../../src/cluster/controllers/index.ts";
import { type Kubelet, nodeObject, type PodNetwork, startKubelet } from "../../../src/cluster/kubelet/index.ts";
import { Machine } from "../../../src/cluster/machine/machine.ts";
import type { MachineNetwork } from "../../../src/cluster/machine/net.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { BoundedHopLog } from "../../../src/cluster/network/hop-log.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { createNetwork } from "../../../src/cluster/network/network.ts";
import { startScheduler } from "../../../src/cluster/scheduler/index.ts";
import { formatRfc3339 } from "../../../src/cluster/sim/date.ts";
import { createSimulation, type DrivenSimulation } from "../../../src/cluster/sim/simulation.ts";
import { testImages } from "./images.ts";

export interface World {
  readonly simulation: DrivenSimulation;
  readonly client: ApiClient;
  readonly kubelets: ReadonlyMap<string, Kubelet>;
  readonly machines: ReadonlyMap<string, Machine>;
  /** Nodes cut off from the API server. */
  readonly cut: Set<string>;
  readonly boxes: readonly string[];
  /** Simulated seconds pass. */
  pass(seconds: number): void;
  create(object: LooseObject): KubernetesObject;
  /** As a scenario's document: status is kept. */
  give(object: LooseObject): KubernetesObject;
  pod(name: string): Pod;
  pods(): readonly Pod[];
  /** `REASON MESSAGE` of the events about an object, in order of their names. */
  events(name: string): readonly string[];
}

export interface WorldOptions {
  readonly nodes?: number;
  readonly minor?: number;
  readonly capacity?: Readonly<Record<string, string | number>>;
  readonly cloud?: boolean;
  readonly isFrozen?: boolean;
}

const startMs = 1_767_603_600_000; // 2026-01-05T09:00:00Z

function machineNetwork(netns: Netns, book: AddressBook): MachineNetwork {
  const addresses = () => netns.interfaces().flatMap((one) => (one.kind === "loopback" ? [] : one.addresses.map(({ ip }) => ip.text)));
  return { sockets: netns, book, interfaces: () => [], addresses };
}

/** A whole cluster but for its proxies and DNS: API server, controllers, scheduler, kubelets, network. */
export function world(options: WorldOptions = {}): World {
  const simulation = createSimulation(1, startMs);
  const clusterVersion = { minor: options.minor ?? 32, text: `v1.${options.minor ?? 32}.0` };
  const { handle } = createApiServer({ simulation, kinds, clusterVersion, isFrozen: options.isFrozen ?? true });
  const factory = createClientFactory(handle, simulation, kinds);
  const client = factory.client("test");
  const log = new BoundedHopLog();
  const book = new AddressBook();
  const network = createNetwork(simulation, log, book, { clusterCidrs: ["10.244.0.0/16", "10.96.0.0/12"] });
  const cut = new Set<string>();
  const kubelets = new Map<string, Kubelet>();
  const machines = new Map<string, Machine>();
  const give = (object: LooseObject): KubernetesObject => {
    const definition = kinds.find(({ kind }) => kind === object.kind);
    if (definition === undefined) throw new Error(`no kind ${object.kind}`);
    const { namespace = "default" } = object.metadata as { namespace?: string };
    const root = definition.group === "" ? `/api/${definition.storageVersion}` : `/apis/${definition.group}/${definition.storageVersion}`;
    const path = definition.namespaced ? `${root}/namespaces/${namespace}/${definition.plural}` : `${root}/${definition.plural}`;
    const answer = handle({ method: "POST", path, body: object, userAgent: "scenario", trusted: true });
    if (answer.code >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body as KubernetesObject;
  };
  const names: string[] = [];
  for (let i = 1; i <= (options.nodes ?? 3); i++) {
    const name = `node${i}`;
    names.push(name);
    give(
      nodeObject({
        name,
        ips: [`192.168.0.${i + 1}`],
        podCIDRs: [`10.244.${i}.0/24`],
        labels: { "topology.kubernetes.io/zone": ["a", "b", "c"][(i - 1) % 3] as string },
        ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
        version: clusterVersion.text,
        createdAt: formatRfc3339(startMs - 86_400_000),
        now: formatRfc3339(startMs),
      }),
    );
  }
  startControllers({ simulation, clusterVersion, client: (userAgent) => factory.client(userAgent) });
  startScheduler(simulation, factory.client("kube-scheduler"));
  const boxes = names.map((name, i) => {
    const netns = network.createNode(name, [`192.168.0.${i + 2}/24`]);
    const cni = new NodeNetwork({ network, netns, podCidrs: [`10.244.${i + 1}.0/24`], clusterPodCidrs: ["10.244.0.0/16"] });
    const node = new Machine({
      simulation,
      place: `node/${name}`,
      kind: "node",
      hostname: name,
      network: machineNetwork(netns, book),
      programs: new Map(),
    });
    node.files.write("/etc/resolv.conf", "nameserver 198.51.100.53\n");
    const podNetwork: PodNetwork = {
      createSandbox(pod) {
        const given = pod.status?.podIP ? [pod.status.podIP] : undefined;
        const made = cni.addPod(`pod/${pod.metadata.namespace}/${pod.metadata.name}`, given);
        if (made === undefined) return undefined;
        return { network: machineNetwork(made.netns, book), ips: made.ips, remove: () => cni.removePod(made) };
      },
    };
    machines.set(name, node);
    kubelets.set(
      name,
      startKubelet({
        simulation,
        client: factory.client(`kubelet/${name}`),
        clusterVersion,
        node,
        nodeName: name,
        podNetwork,
        images: { find: (image) => testImages[image] },
        clusterDomain: "cluster.local",
        clusterDns: ["10.96.0.10"],
        isConnected: () => !cut.has(name) && !node.isOff,
        services: () => new Map(),
      }),
    );
    return name;
  });
  if (options.cloud === true) {
    startCloud({
      simulation,
      client: factory.client("service-controller"),
      pools: ["192.0.2.0/24"],
      network: {
        createLoadBalancer(namespace, name) {
          const balancer = network.createLoadBalancer(`${namespace}/${name}`, ["198.18.0.1"]);
          return {
            sockets: balancer.netns,
            book,
            setAddresses: (ips) => balancer.setVips(ips.map((ip) => book.ip(ip))),
            setTargets: (ips) => balancer.setTargets(ips.map((ip) => book.ip(ip))),
            remove: () => balancer.setVips([]),
          };
        },
      },
    });
  }
  return {
    simulation,
    client,
    kubelets,
    machines,
    cut,
    boxes,
    give,
    pass(seconds) {
      simulation.queue.run(simulation.clock.now() + Math.round(seconds * 1_000_000), Number.POSITIVE_INFINITY);
    },
    create(object) {
      const { namespace = "default" } = (object.metadata ?? {}) as { namespace?: string };
      const result = client.create(object.kind as string, { ...object, metadata: { namespace, ...(object.metadata as object) } });
      if (!result.ok) throw new Error(result.status.message);
      return result.object;
    },
    pod(name) {
      const pod = client.get<Pod>("Pod", "default", name);
      if (pod === undefined) throw new Error(`no pod ${name}`);
      return pod;
    },
    pods: () => client.list<Pod>("Pod", "default"),
    events: (name) =>
      client
        .list<
          KubernetesObject & {
            readonly involvedObject: { readonly name: string };
            readonly reason: string;
            readonly message: string;
            readonly count: number;
          }
        >("Event", "default")
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message, count }) => `${reason} ${message}${count > 1 ? ` (x${count})` : ""}`),
  };
}

export function kubia(name: string, more: LooseObject = {}, container: LooseObject = {}): LooseObject {
  const { metadata, ...spec } = more as { readonly metadata?: LooseObject };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: "kubia" }, ...metadata },
    spec: { containers: [{ name: "kubia", image: "luksa/kubia", ports: [{ name: "http", containerPort: 8080 }], ...container }], ...spec },
  };
}
