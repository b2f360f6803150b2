import type { Lease } from "../api/lease/types.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Node } from "../api/node/types.ts";
import type { Timer } from "../sim/clock.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { KubeletOptions } from "./host.ts";

const leaseNamespace = "kube-node-lease";
const renewUs = 10_000_000;
/** An unchanged status is sent again only so often. @source pkg/kubelet, nodeStatusReportFrequency */
const reportMs = 300_000;

/** Conditions of a node that is well, in the order of the API server. @source pkg/kubelet/nodestatus/setters.go */
const wellConditions = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
] as const;

export interface NodeDescription {
  readonly name: string;
  readonly ips: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly LooseObject[];
  readonly unschedulable?: boolean;
  /** As the scenario gives it: `{pods: 5, cpu: 2}`. */
  readonly capacity?: Readonly<Record<string, string | number>>;
  /** `v1.32.0` */
  readonly version: string;
  readonly createdAt: string;
  readonly now: string;
}

/** A node as its kubelet registered it and has kept it since. */
export function nodeObject(node: NodeDescription): LooseObject {
  const amounts = Object.entries({ cpu: "4", "ephemeral-storage": "61255492Ki", memory: "8148076Ki", pods: "110", ...node.capacity });
  const capacity = Object.fromEntries(amounts.map(([name, amount]) => [name, `${amount}`]));
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      creationTimestamp: node.createdAt,
      labels: {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        ...node.labels,
      },
      annotations: {
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        ...node.annotations,
      },
    },
    spec: {
      ...(node.podCIDRs[0] === undefined ? {} : { podCIDR: node.podCIDRs[0], podCIDRs: node.podCIDRs }),
      ...(node.taints === undefined || node.taints.length === 0 ? {} : { taints: node.taints }),
      ...(node.unschedulable === true ? { unschedulable: true } : {}),
    },
    status: {
      addresses: [...node.ips.map((address) => ({ type: "InternalIP", address })), { type: "Hostname", address: node.name }],
      allocatable: capacity,
      capacity,
      conditions: wellConditions.map(([type, status, reason, message]) => ({
        type,
        status,
        lastHeartbeatTime: node.now,
        lastTransitionTime: node.createdAt,
        reason,
        message,
      })),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "containerd://1.7.24",
        kernelVersion: "6.1.0-28-amd64",
        kubeProxyVersion: node.version,
        kubeletVersion: node.version,
        machineID: "",
        operatingSystem: "linux",
        osImage: "Debian GNU/Linux 12 (bookworm)",
        systemUUID: "",
      },
    },
  };
}

/** Keeps the node's Lease and status alive: every 10 s the lease; the status when it changed, else every 5 minutes. */
export class NodeReporter {
  readonly #options: KubeletOptions;
  readonly #onBack: () => void;
  #timer: Timer | undefined;
  #reportedMs = 0;
  #isAway = false;
  #wasUnschedulable: boolean | undefined;

  /** `onBack`: the API server had been out of reach, or had given the node up. */
  constructor(options: KubeletOptions, onBack: () => void) {
    this.#options = options;
    this.#onBack = onBack;
    this.#reportedMs = options.simulation.dateMs();
  }

  start(): void {
    this.#tick();
  }

  stop(): void {
    this.#options.simulation.clock.cancel(this.#timer);
  }

  readonly #tick = (): void => {
    const { simulation, isConnected } = this.#options;
    this.#timer = simulation.clock.afterPeriodic(renewUs, this.#tick);
    if (!isConnected()) {
      this.#isAway = true;
      return;
    }
    this.#renew();
    this.#report();
    if (this.#isAway) this.#onBack();
    this.#isAway = false;
  };

  #renew(): void {
    const { client, nodeName, simulation } = this.#options;
    const date = simulation.dateMs();
    const renewTime = `${formatRfc3339(date).slice(0, -1)}.${`${date % 1000}`.padStart(3, "0")}000Z`;
    const renewed = client.patch<Lease>("Lease", leaseNamespace, nodeName, { spec: { renewTime } });
    if (renewed.ok) return;
    const node = client.get<Node>("Node", undefined, nodeName);
    const owner =
      node === undefined ? {} : { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: nodeName, uid: node.metadata.uid }] };
    client.create("Lease", {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: nodeName, namespace: leaseNamespace, ...owner },
      spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime },
    });
  }

  #report(): void {
    const { client, nodeName, simulation } = this.#options;
    const node = client.get<Node>("Node", undefined, nodeName);
    if (node === undefined) return;
    const conditions = node.status?.conditions ?? [];
    const isWell = wellConditions.every(([type, status]) =>
      conditions.some((condition) => condition.type === type && condition.status === status),
    );
    this.#tellSchedulable(node);
    const nowMs = simulation.dateMs();
    if (isWell && nowMs - this.#reportedMs < reportMs) return;
    this.#reportedMs = nowMs;
    const now = formatRfc3339(nowMs);
    const next = wellConditions.map(([type, status, reason, message]) => {
      const known = conditions.find((condition) => condition.type === type);
      const lastTransitionTime = known?.status === status ? known.lastTransitionTime : now;
      return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
    });
    const others = conditions.filter(({ type }) => !wellConditions.some(([own]) => own === type));
    const wasReady = conditions.some(({ type, status }) => type === "Ready" && status === "True");
    client.patch("Node", undefined, nodeName, { status: { conditions: [...others, ...next] } }, "status");
    if (wasReady) return;
    this.#tell(node, "NodeReady");
    this.#onBack();
  }

  #tellSchedulable(node: Node): void {
    const isUnschedulable = node.spec?.unschedulable === true;
    const before = this.#wasUnschedulable;
    this.#wasUnschedulable = isUnschedulable;
    if (before === undefined || before === isUnschedulable) return;
    this.#tell(node, isUnschedulable ? "NodeNotSchedulable" : "NodeSchedulable");
  }

  #tell(node: KubernetesObject, reason: string): void {
    const { client, nodeName } = this.#options;
    client.event(node, {
      type: "Normal",
      reason,
      message: `Node ${nodeName} status is now: ${reason}`,
      component: "kubelet",
      host: nodeName,
    });
  }
}
