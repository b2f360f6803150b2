import { age } from "../../api/age.ts";
import type { LabelSelector, LooseObject } from "../../api/meta.ts";
import { type ContainerShape, type StatusShape, writeContainers, writeTolerations, writeVolumes } from "./containers.ts";
import type { Describer } from "./context.ts";
import { controllerOf, longDate, type Pairs, partsOf, selectorText, writeAnnotations, writeLabels } from "./writer.ts";

/** @source kubectl pkg/describe/describe.go, describePod */
export const describePod: Describer = function* (w, { session, object }) {
  const { metadata } = object;
  const { spec, status } = partsOf(object);
  const text = (value: unknown): string => (value === undefined || value === null ? "" : String(value));
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  if (spec.priority !== undefined) w.write(0, `Priority:\t${text(spec.priority)}\n`);
  if (text(spec.priorityClassName) !== "") w.write(0, `Priority Class Name:\t${text(spec.priorityClassName)}\n`);
  if (text(spec.runtimeClassName) !== "") w.write(0, `Runtime Class Name:\t${text(spec.runtimeClassName)}\n`);
  if (text(spec.serviceAccountName) !== "") w.write(0, `Service Account:\t${text(spec.serviceAccountName)}\n`);
  w.write(0, text(spec.nodeName) === "" ? "Node:\t<none>\n" : `Node:\t${text(spec.nodeName)}/${text(status.hostIP)}\n`);
  if (status.startTime !== undefined) w.write(0, `Start Time:\t${longDate(text(status.startTime))}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  const isOver = status.phase === "Failed" || status.phase === "Succeeded";
  if (metadata.deletionTimestamp !== undefined && !isOver) {
    w.write(0, `Status:\tTerminating (lasts ${age(metadata.deletionTimestamp, session.nowMs)})\n`);
    w.write(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s\n`);
  } else w.write(0, `Status:\t${text(status.phase)}\n`);
  if (text(status.reason) !== "") w.write(0, `Reason:\t${text(status.reason)}\n`);
  if (text(status.message) !== "") w.write(0, `Message:\t${text(status.message)}\n`);
  w.write(0, `IP:\t${text(status.podIP)}\n`);
  const ips = (status.podIPs ?? []) as readonly { readonly ip: string }[];
  w.write(0, ips.length === 0 ? "IPs:\t<none>\n" : "IPs:\n");
  for (const { ip } of ips) w.write(1, `IP:\t${ip}\n`);
  const controller = controllerOf(object);
  if (controller !== undefined) w.write(0, `Controlled By:\t${controller}\n`);
  if (text(status.nominatedNodeName) !== "") w.write(0, `NominatedNodeName:\t${text(status.nominatedNodeName)}\n`);

  // The client knows no more of a pod than its metadata. @source kubectl pkg/util/fieldpath/fieldpath.go
  const fieldOf = (path: string): string => {
    const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
    if (subscript !== null) return metadata[subscript[1] as "labels" | "annotations"]?.[subscript[2] ?? ""] ?? "";
    if (path === "metadata.labels" || path === "metadata.annotations")
      return mapText(path === "metadata.labels" ? metadata.labels : metadata.annotations);
    return path === "metadata.name"
      ? metadata.name
      : path === "metadata.namespace"
        ? (metadata.namespace ?? "")
        : path === "metadata.uid"
          ? metadata.uid
          : "";
  };
  const containers = (list: unknown): readonly ContainerShape[] => (list ?? []) as readonly ContainerShape[];
  const statuses = (list: unknown): readonly StatusShape[] => (list ?? []) as readonly StatusShape[];
  if (containers(spec.initContainers).length > 0) {
    writeContainers(w, "Init Containers", containers(spec.initContainers), statuses(status.initContainerStatuses), "", fieldOf);
  }
  writeContainers(w, "Containers", containers(spec.containers), statuses(status.containerStatuses), "", fieldOf);
  if (containers(spec.ephemeralContainers).length > 0) {
    writeContainers(
      w,
      "Ephemeral Containers",
      containers(spec.ephemeralContainers),
      statuses(status.ephemeralContainerStatuses),
      "",
      fieldOf,
    );
  }
  const conditions = (status.conditions ?? []) as readonly { readonly type: string; readonly status: string }[];
  const gates = (spec.readinessGates ?? []) as readonly { readonly conditionType: string }[];
  if (gates.length > 0) {
    w.write(0, "Readiness Gates:\n  Type\tStatus\n");
    for (const { conditionType } of gates)
      w.write(1, `${conditionType} \t${conditions.find(({ type }) => type === conditionType)?.status ?? "<none>"} \n`);
  }
  if (conditions.length > 0) {
    w.write(0, "Conditions:\n  Type\tStatus\n");
    for (const condition of conditions) w.write(1, `${condition.type} \t${condition.status} \n`);
  }
  writeVolumes(w, (spec.volumes ?? []) as readonly LooseObject[], "", session.behaviour.describeNamesOptionals);
  w.write(0, `QoS Class:\t${text(status.qosClass) || qosClass(containers(spec.containers))}\n`);
  writeLabels(w, "Node-Selectors", spec.nodeSelector as Pairs | undefined);
  writeTolerations(w, (spec.tolerations ?? []) as never[]);
  const spreads = (spec.topologySpreadConstraints ?? []) as readonly {
    topologyKey: string;
    whenUnsatisfiable: string;
    maxSkew: number;
    labelSelector?: LabelSelector;
  }[];
  spreads
    .toSorted((a, b) => (a.topologyKey < b.topologyKey ? -1 : 1))
    .forEach(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }, i) => {
      const selector = labelSelector === undefined ? "" : ` for selector ${selectorText(labelSelector)}`;
      w.write(
        0,
        `${i === 0 ? "Topology Spread Constraints:" : ""}\t${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}\n`,
      );
    });
};

function mapText(map: Pairs | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key])}`)
    .join("\n");
}

/** @source kubernetes pkg/apis/core/v1/helper/qos/qos.go */
function qosClass(containers: readonly ContainerShape[]): string {
  const amounts = containers.map(({ resources }) => resources ?? {});
  if (amounts.every(({ limits, requests }) => Object.keys(limits ?? {}).length === 0 && Object.keys(requests ?? {}).length === 0))
    return "BestEffort";
  const isGuaranteed = amounts.every(({ limits = {}, requests = limits }) =>
    ["cpu", "memory"].every((name) => limits[name] !== undefined && limits[name] === (requests[name] ?? limits[name])),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}
