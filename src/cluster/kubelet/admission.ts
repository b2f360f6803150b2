import type { Node } from "../api/node/types.ts";
import { matchesNodeAffinity, tolerates } from "../api/node-fit.ts";
import type { Pod } from "../api/pod/types.ts";
import { quantityValue } from "../api/quantity.ts";

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

/**
 * Whether a pod that came with spec.nodeName fits at all: the scheduler never looked at it. Pure.
 * @source pkg/kubelet/lifecycle/predicate.go, Admit and AdmissionCheck
 */
export function rejectPod(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const running = others.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
  const podsMax = allocatable.pods === undefined ? 110 : quantityValue(allocatable.pods);
  if (running.length + 1 > podsMax) return lacking("pods", "pods", 1, running.length, podsMax);
  for (const [resource, name] of [
    ["cpu", "cpu"],
    ["memory", "memory"],
  ] as const) {
    if (allocatable[resource] === undefined) continue;
    const unit = resource === "cpu" ? "milli" : "one";
    const wanted = requests(pod, resource);
    const used = running.reduce((sum, other) => sum + requests(other, resource), 0);
    const capacity = quantityValue(allocatable[resource], unit);
    if (wanted > 0 && wanted > capacity - used) return lacking(name, name, wanted, used, capacity);
  }
  if (!matchesNodeAffinity(pod.spec, node)) return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  const taken = new Set(running.flatMap(hostPorts));
  if (hostPorts(pod).some((port) => taken.has(port)))
    return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  const taint = (node.spec?.taints ?? []).find((one) => one.effect === "NoExecute" && !tolerates(pod.spec.tolerations, one));
  if (taint !== undefined) return failed("TaintToleration", `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`);
  return undefined;
}

function lacking(resource: string, name: string, requested: number, used: number, capacity: number): Rejection {
  const message = `Pod was rejected: Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message };
}

function failed(predicate: string, text: string): Rejection {
  return { reason: predicate, message: `Pod was rejected: Predicate ${predicate} failed: ${text}` };
}

function requests(pod: Pod, resource: "cpu" | "memory"): number {
  return pod.spec.containers.reduce((sum, { resources }) => {
    const amount = resources?.requests?.[resource] ?? resources?.limits?.[resource];
    return sum + (amount === undefined ? 0 : quantityValue(`${amount}`, resource === "cpu" ? "milli" : "one"));
  }, 0);
}

function hostPorts(pod: Pod): readonly string[] {
  return pod.spec.containers.flatMap(({ ports = [] }) =>
    ports.filter(({ hostPort }) => (hostPort ?? 0) > 0).map(({ hostPort, protocol }) => `${protocol}/${hostPort}`),
  );
}
