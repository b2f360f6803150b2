import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { desiredReplicasKey, maxReplicasKey, revisionKey } from "../controllers/deployment-plan.ts";
import { templateHash } from "../controllers/template-hash.ts";
import { addressAt, parseCidr } from "../network/address.ts";
import type { ClusterOptions, NodeOptions } from "../options.ts";
import type { Simulation } from "../sim/simulation.ts";
import { systemSince } from "./since.ts";

/** A Deployment that has been running for a day, and where its pods are. */
export interface SystemWorkload {
  readonly deployment: LooseObject;
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** Which node the first pod is on; the others follow in turn. */
  readonly firstNode: number;
}

/** Creates an object as given, status and age included, and gives it as stored. */
export type CreateGiven = (object: LooseObject) => KubernetesObject;

/** The Deployment, its ReplicaSet and its running pods, as if their controllers had made them a day ago. */
export function createRunning(
  simulation: Simulation,
  options: ClusterOptions,
  workload: SystemWorkload,
  addresses: SystemAddresses,
  create: CreateGiven,
): void {
  const since = systemSince(options);
  const { name, namespace, replicas } = workload;
  const deployment = create(workload.deployment);
  const template = (deployment as unknown as { spec: { template: { metadata: LooseObject; spec: LooseObject } } }).spec.template;
  const hash = templateHash(template);
  const labels = { ...(template.metadata["labels"] as Readonly<Record<string, string>>), "pod-template-hash": hash };
  const replicaSet = create({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      creationTimestamp: since,
      annotations: { [desiredReplicasKey]: `${replicas}`, [maxReplicasKey]: `${replicas + Math.ceil(replicas / 4)}`, [revisionKey]: "1" },
      ownerReferences: [owner("apps/v1", "Deployment", deployment)],
    },
    spec: { replicas, selector: { matchLabels: labels }, template: { ...template, metadata: { ...template.metadata, labels } } },
    status: { replicas, fullyLabeledReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas, observedGeneration: 1 },
  });
  const random = simulation.random(`name/Pod/${namespace}/${name}-${hash}-`);
  for (let i = 0; i < replicas; i++) {
    const node = options.nodes[(workload.firstNode + i) % options.nodes.length] as NodeOptions;
    create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-${hash}-${random.suffix(5)}`,
        generateName: `${name}-${hash}-`,
        namespace,
        labels,
        creationTimestamp: since,
        ownerReferences: [owner("apps/v1", "ReplicaSet", replicaSet)],
      },
      spec: { ...template.spec, nodeName: node.name },
      status: runningStatus(options, node, addresses.next(node), template.spec),
    });
  }
}

function owner(apiVersion: string, kind: string, object: KubernetesObject): LooseObject {
  return { apiVersion, kind, name: object.metadata.name, uid: object.metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** Addresses of system pods: each node's next free one, counting from the second, since they came before all others. */
export class SystemAddresses {
  readonly #taken: ReadonlySet<string>;
  readonly #offsets = new Map<string, number>();

  /** `taken`: addresses that the scenario's own pods bring. */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  next(node: NodeOptions): readonly string[] {
    let offset = this.#offsets.get(node.name) ?? 1;
    for (;;) {
      offset++;
      const ips = node.podCIDRs.flatMap((text) => {
        const cidr = parseCidr(text);
        return cidr === undefined ? [] : [addressAt(cidr, offset)];
      });
      if (ips.some((ip) => this.#taken.has(ip))) continue;
      this.#offsets.set(node.name, offset);
      return ips;
    }
  }
}

function runningStatus(options: ClusterOptions, node: NodeOptions, ips: readonly string[], spec: LooseObject): LooseObject {
  const since = systemSince(options);
  const condition = (type: string) => ({ type, status: "True", lastProbeTime: null, lastTransitionTime: since });
  const containers = (spec["containers"] ?? []) as readonly { readonly name: string; readonly image: string }[];
  return {
    phase: "Running",
    hostIP: node.ips[0],
    hostIPs: node.ips.map((ip) => ({ ip })),
    podIP: ips[0],
    podIPs: ips.map((ip) => ({ ip })),
    startTime: since,
    qosClass: "Burstable",
    conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map(condition),
    containerStatuses: containers.map((container) => ({
      name: container.name,
      image: container.image,
      imageID: container.image,
      containerID: `containerd://${container.name}`,
      ready: true,
      started: true,
      restartCount: 0,
      lastState: {},
      state: { running: { startedAt: since } },
    })),
  };
}
