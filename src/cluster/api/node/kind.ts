import { ageColumn, column, nameColumn } from "../column.ts";
import { forbidden, invalid, notSupported, required } from "../field-error.ts";
import { cidrMessage, parseCidr } from "../ip.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { resourceList, root } from "../meta-shape.ts";
import { labelValueCheck, qualifiedName } from "../names.ts";
import { prepareStatus, same, validateWith } from "../plain.ts";
import { about, always, bool, int32, int64, list, named, string, strings, struct, time } from "../shape.ts";
import { hasFeature } from "../versions.ts";
import { type Node, nodeAddress } from "./types.ts";

const taint = struct("v1.Taint", { key: always(string), value: string, effect: always(named("v1.TaintEffect")), timeAdded: time }, [
  "key",
  "effect",
]);
const configSource = struct("v1.NodeConfigSource", {
  configMap: struct("v1.ConfigMapNodeConfigSource", {
    namespace: always(string),
    name: always(string),
    uid: named("types.UID"),
    resourceVersion: string,
    kubeletConfigKey: always(string),
  }),
});
const systemInfo = struct("v1.NodeSystemInfo", {
  machineID: always(string),
  systemUUID: always(string),
  bootID: always(string),
  kernelVersion: always(string),
  osImage: always(string),
  containerRuntimeVersion: always(string),
  kubeletVersion: always(string),
  kubeProxyVersion: always(string),
  operatingSystem: always(string),
  architecture: always(string),
});
const nodeStatus = struct("v1.NodeStatus", {
  capacity: resourceList,
  allocatable: resourceList,
  phase: named("v1.NodePhase"),
  conditions: list(
    struct("v1.NodeCondition", {
      type: always(named("v1.NodeConditionType")),
      status: always(named("v1.ConditionStatus")),
      lastHeartbeatTime: always({ type: "time" }),
      lastTransitionTime: always({ type: "time" }),
      reason: string,
      message: string,
    }),
    { mergeKey: "type" },
  ),
  addresses: list(struct("v1.NodeAddress", { type: always(named("v1.NodeAddressType")), address: always(string) }), { mergeKey: "type" }),
  daemonEndpoints: always(
    struct("v1.NodeDaemonEndpoints", { kubeletEndpoint: always(struct("v1.DaemonEndpoint", { Port: always(int32) })) }),
  ),
  nodeInfo: always(systemInfo),
  images: list(struct("v1.ContainerImage", { names: always(strings), sizeBytes: int64 })),
  volumesInUse: list(named("v1.UniqueVolumeName")),
  volumesAttached: list(struct("v1.AttachedVolume", { name: always(named("v1.UniqueVolumeName")), devicePath: always(string) })),
  config: struct("v1.NodeConfigStatus", { assigned: configSource, active: configSource, lastKnownGood: configSource, error: string }),
  runtimeHandlers: list(
    struct("v1.NodeRuntimeHandler", {
      name: always(string),
      features: struct("v1.NodeRuntimeHandlerFeatures", {
        recursiveReadOnlyMounts: { ...bool, presence: "pointer" },
        userNamespaces: { ...bool, presence: "pointer" },
      }),
    }),
  ),
  features: struct("v1.NodeFeatures", { supplementalGroupsPolicy: { ...bool, presence: "pointer" } }),
});

/** @source printNode, printNodes (printers.go) */
function statusText({ spec, status }: Node): string {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const words = [ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady"];
  if (spec.unschedulable === true) words.push("SchedulingDisabled");
  return words.join(",");
}

/** @source findNodeRoles */
function nodeRoles({ metadata }: Node): readonly string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith("node-role.kubernetes.io/")) {
      const role = key.slice("node-role.kubernetes.io/".length);
      if (role !== "") roles.add(role);
    } else if (key === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return [...roles].sort();
}

/** @source kubernetes.io "Nodes"; pkg/apis/core/validation, ValidateNode */
export const nodeKind: KindDefinition = {
  kind: "Node",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "nodes",
  singular: "node",
  shortNames: ["no"],
  namespaced: false,
  schema: root(
    "v1.Node",
    {
      spec: always(
        struct("v1.NodeSpec", {
          podCIDR: about("The range that the node's pods get their addresses from.", string),
          podCIDRs: list(string, { mergeSet: true }),
          providerID: string,
          unschedulable: about("No new pods (`kubectl cordon`).", bool),
          taints: about("Pods that do not tolerate these keep away.", list(taint)),
          configSource,
          externalID: string,
        }),
      ),
      status: always(nodeStatus),
    },
    "A machine that runs pods.",
  ),
  hasStatus: true,
  hasGeneration: false,
  defaults: same,
  prepare: prepareStatus({}),
  validate: validateWith({ namespaced: false }, validateNodeSpec),
  columns: [
    nameColumn,
    column<Node>("Status", statusText),
    column<Node>("Roles", (node) => nodeRoles(node).join(",") || "<none>"),
    ageColumn,
    column<Node>("Version", ({ status }) => status.nodeInfo?.kubeletVersion ?? ""),
    column<Node>("Internal-IP", (node) => nodeAddress(node, "InternalIP") ?? "<none>", { wide: true }),
    column<Node>("External-IP", (node) => nodeAddress(node, "ExternalIP") ?? "<none>", { wide: true }),
    column<Node>("OS-Image", ({ status }) => status.nodeInfo?.osImage || "<unknown>", { wide: true }),
    column<Node>(
      "Kernel-Version",
      ({ status }, { clusterVersion }) => {
        const kernel = status.nodeInfo?.kernelVersion || "<unknown>";
        const architecture = status.nodeInfo?.architecture || "<unknown>";
        return hasFeature("kernelColumnTellsArchitecture", clusterVersion) ? `${kernel} (${architecture})` : kernel;
      },
      { wide: true },
    ),
    column<Node>("Container-Runtime", ({ status }) => status.nodeInfo?.containerRuntimeVersion || "<unknown>", { wide: true }),
  ],
  fieldSelectors: { "spec.unschedulable": (object) => String((object as Node).spec.unschedulable ?? false) },
};

function validateNodeSpec(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = (object.spec ?? {}) as Node["spec"];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { key, value = "", effect }] of (spec.taints ?? []).entries()) {
    // The server's path really says metadata here.
    const path = `metadata.taints[${index}]`;
    for (const message of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, message));
    for (const message of labelValueCheck(value)) errors.push(invalid(`${path}.value`, value, message));
    const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    if ((effect as string) === "") errors.push(required(`${path}.effect`));
    else if (!effects.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, effects));
    if (seen.has(`${key}:${effect}`))
      errors.push(invalid(path, `${key}=${value}:${effect}`, "taints must be unique by key and effect pair"));
    seen.add(`${key}:${effect}`);
  }
  for (const [index, cidr] of (spec.podCIDRs ?? []).entries()) {
    if (parseCidr(cidr) === undefined) errors.push(invalid(`spec.podCIDRs[${index}]`, cidr, cidrMessage));
  }
  const oldCidrs = (old as Node | undefined)?.spec.podCIDRs ?? [];
  if (oldCidrs.length > 0 && oldCidrs.some((cidr, index) => (spec.podCIDRs ?? [])[index] !== cidr)) {
    errors.push(forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  }
  return errors;
}
