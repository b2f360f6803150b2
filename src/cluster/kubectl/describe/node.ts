import { age } from "../../api/age.ts";
import type { KubernetesObject } from "../../api/meta.ts";
import type { Pod } from "../../api/pod/types.ts";
import { formatQuantity, parseQuantity, quantityValue } from "../../api/quantity.ts";
import { resourcePath } from "../session.ts";
import type { ContainerShape } from "./containers.ts";
import type { Describer } from "./context.ts";
import { longDate, type Pairs, partsOf, type Writer, writeAnnotations, writeLabels } from "./writer.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastHeartbeatTime?: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** @source kubectl pkg/describe/describe.go, describeNode */
export const describeNode: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  const rolePrefix = "node-role.kubernetes.io/";
  const roles = Object.keys(metadata.labels ?? {})
    .filter((key) => key.startsWith(rolePrefix) && key.length > rolePrefix.length)
    .map((key) => key.slice(rolePrefix.length))
    .sort();
  w.write(0, `Name:\t${metadata.name}\nRoles:\t${roles.length === 0 ? "<none>" : roles.join(",")}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `CreationTimestamp:\t${longDate(metadata.creationTimestamp)}\n`);
  const taints = ((spec.taints ?? []) as readonly { key: string; value?: string; effect: string }[]).map(
    ({ key, value = "", effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`,
  );
  if (taints.length === 0) w.write(0, "Taints:\t<none>\n");
  taints.sort().forEach((taint, i) => {
    w.write(0, `${i === 0 ? "Taints:" : ""}\t${taint}\n`);
  });
  w.write(0, `Unschedulable:\t${spec.unschedulable === true}\n`);
  const resources = yield* session.resources();
  const leases = resources.find("leases.coordination.k8s.io");
  if (leases !== undefined) {
    const lease = yield* session.requestIfFound<KubernetesObject>({
      method: "GET",
      path: resourcePath(leases, "kube-node-lease", metadata.name),
    });
    const { holderIdentity, acquireTime, renewTime } = (lease === undefined ? {} : partsOf(lease).spec) as {
      holderIdentity?: string;
      acquireTime?: string;
      renewTime?: string;
    };
    w.write(0, "Lease:\n");
    w.write(1, `HolderIdentity:\t${holderIdentity ?? "<unset>"}\n`);
    w.write(1, `AcquireTime:\t${acquireTime === undefined ? "<unset>" : longDate(acquireTime)}\n`);
    w.write(1, `RenewTime:\t${renewTime === undefined ? "<unset>" : longDate(renewTime)}\n`);
  }
  const conditions = (status.conditions ?? []) as readonly Condition[];
  if (conditions.length > 0) {
    w.write(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n");
    w.write(1, "----\t------\t-----------------\t------------------\t------\t-------\n");
    for (const one of conditions) {
      w.write(
        1,
        `${one.type} \t${one.status} \t${longDate(one.lastHeartbeatTime)} \t${longDate(one.lastTransitionTime)} \t${one.reason ?? ""} \t${one.message ?? ""}\n`,
      );
    }
  }
  w.write(0, "Addresses:\n");
  for (const { type, address } of (status.addresses ?? []) as readonly { type: string; address: string }[])
    w.write(1, `${type}:\t${address}\n`);
  const capacity = (status.capacity ?? {}) as Pairs;
  const allocatable = (status.allocatable ?? capacity) as Pairs;
  writeResources(w, "Capacity", capacity);
  writeResources(w, "Allocatable", allocatable);
  const info = (status.nodeInfo ?? {}) as Pairs;
  w.write(0, "System Info:\n");
  for (const [title, key] of systemInfo) w.write(1, `${title}:\t${info[key] ?? ""}\n`);
  if (typeof spec.podCIDR === "string" && spec.podCIDR !== "") w.write(0, `PodCIDR:\t${spec.podCIDR}\n`);
  const cidrs = (spec.podCIDRs ?? []) as readonly string[];
  if (cidrs.length > 0) w.write(0, `PodCIDRs:\t${cidrs.join(",")}\n`);
  if (typeof spec.providerID === "string" && spec.providerID !== "") w.write(0, `ProviderID:\t${spec.providerID}\n`);

  const list = yield* session.request<{ items: readonly Pod[] }>({
    method: "GET",
    path: resourcePath(resources.get("pods"), undefined),
    query: { fieldSelector: `spec.nodeName=${metadata.name},status.phase!=Succeeded,status.phase!=Failed` },
  });
  writePods(w, list.items, allocatable, session.nowMs);
};

const systemInfo = [
  ["Machine ID", "machineID"],
  ["System UUID", "systemUUID"],
  ["Boot ID", "bootID"],
  ["Kernel Version", "kernelVersion"],
  ["OS Image", "osImage"],
  ["Operating System", "operatingSystem"],
  ["Architecture", "architecture"],
  ["Container Runtime Version", "containerRuntimeVersion"],
  ["Kubelet Version", "kubeletVersion"],
  ["Kube-Proxy Version", "kubeProxyVersion"],
] as const;

function writeResources(w: Writer, title: string, amounts: Pairs): void {
  const names = Object.keys(amounts).sort();
  if (names.length === 0) return;
  w.write(0, `${title}:\n`);
  for (const name of names) w.write(1, `${name}:\t${amounts[name]}\n`);
}

function sumOf(pods: readonly Pod[], part: "requests" | "limits", name: string): number {
  let sum = 0;
  for (const { spec } of pods)
    for (const { resources } of spec.containers as unknown as readonly ContainerShape[])
      sum += quantityValue(resources?.[part]?.[name] ?? "0", "milli");
  return sum;
}

function amountText(milli: number, name: string): string {
  if (milli === 0) return "0";
  if (name === "cpu") return milli % 1000 === 0 ? `${milli / 1000}` : `${milli}m`;
  const bytes = milli / 1000;
  const quantity = parseQuantity(
    bytes % 1_048_576 === 0 ? `${bytes / 1_048_576}Mi` : bytes % 1024 === 0 ? `${bytes / 1024}Ki` : `${bytes}`,
  );
  return quantity === undefined ? `${bytes}` : formatQuantity(quantity);
}

function writePods(w: Writer, pods: readonly Pod[], allocatable: Pairs, nowMs: number): void {
  const share = (milli: number, name: string): string => {
    const whole = quantityValue(allocatable[name] ?? "0", "milli");
    return `${amountText(milli, name)} (${whole === 0 ? 0 : Math.floor((milli * 100) / whole)}%)`;
  };
  w.write(0, `Non-terminated Pods:\t(${pods.length} in total)\n`);
  w.write(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n");
  w.write(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n");
  for (const pod of pods) {
    const of = (part: "requests" | "limits", name: string): string => share(sumOf([pod], part, name), name);
    w.write(
      1,
      `${pod.metadata.namespace}\t${pod.metadata.name}\t\t${of("requests", "cpu")}\t${of("limits", "cpu")}\t${of("requests", "memory")}\t${of("limits", "memory")}\t${age(pod.metadata.creationTimestamp, nowMs)}\n`,
    );
  }
  w.write(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
  w.write(1, "Resource\tRequests\tLimits\n");
  w.write(1, "--------\t--------\t------\n");
  for (const name of ["cpu", "memory", "ephemeral-storage"])
    w.write(1, `${name}\t${share(sumOf(pods, "requests", name), name)}\t${share(sumOf(pods, "limits", name), name)}\n`);
}
