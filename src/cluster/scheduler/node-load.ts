import type { Node } from "../api/node/types.ts";
import type { Container, Pod } from "../api/pod/types.ts";
import { quantityValue } from "../api/quantity.ts";

/** What a pod asks of its node. */
export interface PodLoad {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly ports: readonly HostPort[];
  /** Pods of one kin are spread: those of one owner, or of the same labels. */
  readonly kin: string;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const loads = new WeakMap<object, PodLoad>();

/** Remembered per spec, since a pod's status changes far more often. @source component-helpers resource/helpers.go, PodRequests */
export function podLoad(pod: Pod): PodLoad {
  const known = loads.get(pod.spec);
  if (known !== undefined) return known;
  const containers = pod.spec.containers;
  const initial = pod.spec.initContainers ?? [];
  const load = {
    cpuMilli: request(containers, initial, "cpu"),
    memoryBytes: request(containers, initial, "memory"),
    ports: [...containers, ...initial.filter(isSidecar)].flatMap(({ ports = [] }) =>
      ports
        .filter(({ hostPort }) => (hostPort ?? 0) > 0)
        .map(({ hostPort, hostIP, protocol }) => ({ ip: hostIP || "0.0.0.0", protocol: protocol ?? "TCP", port: hostPort ?? 0 })),
    ),
    kin: kinOf(pod),
  };
  loads.set(pod.spec, load);
  return load;
}

/** Containers add up; an init container runs alone, beside the sidecars started before it. */
function request(containers: readonly Container[], initial: readonly Container[], resource: "cpu" | "memory"): number {
  const of = (container: Container) => requested(container, resource);
  let sidecars = 0;
  let peak = 0;
  for (const container of initial) {
    if (isSidecar(container)) {
      sidecars += of(container);
      peak = Math.max(peak, sidecars);
    } else peak = Math.max(peak, sidecars + of(container));
  }
  return Math.max(peak, sidecars + containers.reduce((sum, container) => sum + of(container), 0));
}

function requested(container: Container, resource: "cpu" | "memory"): number {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const text = requests[resource] ?? limits[resource];
  return text === undefined ? 0 : quantityValue(`${text}`, resource === "cpu" ? "milli" : "one");
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

function kinOf(pod: Pod): string {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) return owner.uid;
  const labels = Object.entries(pod.metadata.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${pod.metadata.namespace} ${labels.map(([key, value]) => `${key}=${value}`).join(",")}`;
}

/** What stands on one node, kept up to date pod by pod. */
export class NodeLoad {
  cpuMilli = 0;
  memoryBytes = 0;
  readonly pods = new Map<string, Pod>();
  /** Those that keep others away. */
  readonly exclusive = new Set<Pod>();
  readonly #kin = new Map<string, number>();

  /** Adds a pod, or takes its newer state. */
  add(pod: Pod): void {
    const known = this.pods.get(pod.metadata.uid);
    if (known === undefined) this.#count(podLoad(pod), 1);
    else this.exclusive.delete(known);
    this.pods.set(pod.metadata.uid, pod);
    if ((pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0) this.exclusive.add(pod);
  }

  remove(pod: Pod): void {
    const known = this.pods.get(pod.metadata.uid);
    if (known === undefined) return;
    this.exclusive.delete(known);
    this.pods.delete(pod.metadata.uid);
    this.#count(podLoad(known), -1);
  }

  kinCount(kin: string): number {
    return this.#kin.get(kin) ?? 0;
  }

  #count(load: PodLoad, by: 1 | -1): void {
    this.cpuMilli += by * load.cpuMilli;
    this.memoryBytes += by * load.memoryBytes;
    const count = (this.#kin.get(load.kin) ?? 0) + by;
    if (count === 0) this.#kin.delete(load.kin);
    else this.#kin.set(load.kin, count);
  }
}

export interface NodeRoom {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

const rooms = new WeakMap<object, NodeRoom>();

/** What a node can bear; without a figure there is no limit but 110 pods. */
export function nodeRoom(node: Node): NodeRoom {
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {};
  const known = rooms.get(allocatable);
  if (known !== undefined) return known;
  const amount = (text: string | number | undefined, unit: "one" | "milli", otherwise: number) =>
    text === undefined ? otherwise : quantityValue(`${text}`, unit);
  const room = {
    cpuMilli: amount(allocatable.cpu, "milli", Number.POSITIVE_INFINITY),
    memoryBytes: amount(allocatable.memory, "one", Number.POSITIVE_INFINITY),
    pods: amount(allocatable.pods, "one", 110),
  };
  rooms.set(allocatable, room);
  return room;
}
