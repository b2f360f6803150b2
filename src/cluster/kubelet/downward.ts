import type { Pod } from "../api/pod/types.ts";
import { quantityValue } from "../api/quantity.ts";

/** What a `fieldRef` says of the pod; undefined for a field that it has not got. @source pkg/fieldpath/fieldpath.go; pkg/kubelet/kubelet_pods.go, podFieldSelectorRuntimeValue */
export function podField(
  pod: Pod,
  path: string,
  facts: { readonly hostIP: string; readonly podIPs: readonly string[] },
): string | undefined {
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const map = subscript[1] === "metadata.labels" ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscript[2] ?? ""] ?? "";
  }
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return pod.metadata.namespace ?? "";
    case "metadata.uid":
      return pod.metadata.uid;
    case "metadata.labels":
      return formatMap(pod.metadata.labels);
    case "metadata.annotations":
      return formatMap(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec.serviceAccountName ?? "default";
    case "status.hostIP":
    case "status.hostIPs":
      return facts.hostIP;
    case "status.podIP":
      return facts.podIPs[0] ?? "";
    case "status.podIPs":
      return facts.podIPs.join(",");
    default:
      return undefined;
  }
}

function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}

interface ResourceFieldRef {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string | number;
}

/** A container's request or limit in units of the divisor, rounded up. @source pkg/api/v1/resource/helpers.go, ExtractContainerResourceValue */
export function resourceField(pod: Pod, containerName: string, reference: ResourceFieldRef): string | undefined {
  const name = reference.containerName ?? containerName;
  const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === name);
  const [group, resource = ""] = reference.resource.split(".");
  const amounts = group === "limits" ? container?.resources?.limits : container?.resources?.requests;
  const amount = amounts?.[resource];
  const divisor = `${reference.divisor ?? "0"}`;
  const unit = divisor === "0" ? (resource === "cpu" ? 1000 : 1) : quantityValue(divisor, "milli");
  if (amount === undefined) return "0";
  const value = quantityValue(`${amount}`, "milli");
  return `${Math.ceil(value / (divisor === "0" && resource !== "cpu" ? 1000 : unit))}`;
}
