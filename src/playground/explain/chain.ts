import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { ConnectionRecord, HopRecord } from "../../cluster/index.ts";
import type { ChainLink, Shown } from "../protocol.ts";
import { explainEnding } from "./ending.ts";
import { ipOf, shown } from "./ending-parts.ts";
import { asItems, asText, asTexts, specOf, statusOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { memberOf, membersOf } from "./membership.ts";
import { conditionOf, isReady, lastProbeFailure, placeInPod, probeOf } from "./pod-source.ts";
import { policyIds } from "./policy-ids.ts";
import { slicesOf } from "./service-facts.ts";
import { nameOf } from "./text-index.ts";

type Loose = Readonly<Record<string, unknown>>;

/** From where the chain is asked for: either end, or any link between. */
export type ChainStart =
  | { readonly from: "hop"; readonly connection: string; readonly hop: number }
  | { readonly from: "object"; readonly object: string }
  | { readonly from: "line"; readonly line: number };

/** What one chain ties together. Each part is found from the others, so that both ends lead to the same chain. */
interface Ends {
  readonly connection?: ConnectionRecord;
  readonly hop?: number;
  readonly service?: KubernetesObject;
  readonly pod?: KubernetesObject;
}

/** How many of the newest connections are looked through for one that used a Service or a pod. */
const connectionsLookedAt = 200;

/**
 * The way from a packet to the line of YAML that made it go so: packet, rule, Service, EndpointSlice row, pod condition, probe result, text.
 * Links that are not there (a Service without endpoints has no row) are left out; the last one that is there says why.
 */
export function whyChain(look: Look, start: ChainStart): readonly ChainLink[] {
  switch (start.from) {
    case "hop": {
      const connection = look.connection(start.connection);
      return connection === undefined ? [] : linksOf(look, endsOfConnection(look, connection, start.hop));
    }
    case "object":
      return linksOf(look, endsOfObject(look, start.object));
    case "line": {
      const written = look.text.at(start.line);
      return written === undefined ? [] : linksOf(look, endsOfObject(look, written.id));
    }
  }
}

function endsOfConnection(look: Look, connection: ConnectionRecord, hop: number): Ends {
  const { hops } = connection;
  const name = hops.find((one) => one.object?.startsWith("service/"))?.object;
  const service = name === undefined ? undefined : objectOf(look, name);
  const arrived = hops.find((one) => one.packet === 1 && (one.action === "receive" || one.action === "reject" || one.action === "drop"));
  const target = hops.find((one) => one.action === "dnat")?.destination ?? arrived?.destination ?? connection.info.destination;
  const pod =
    arrived?.at.startsWith("pod/") === true
      ? objectOf(look, arrived.at)
      : (look.list("Pod").find((one) => statusOf(one)["podIP"] === ipOf(target)) ??
        (service === undefined ? undefined : telling(look, service)));
  return { connection, hop, ...(service === undefined ? {} : { service }), ...(pod === undefined ? {} : { pod }) };
}

function endsOfObject(look: Look, id: string): Ends {
  const object = objectOf(look, id);
  if (object === undefined) return {};
  if (object.kind === "Service") {
    const used = lastThrough(look, (one) => one.object === id);
    // The last packet's own pod, so that the chain tells one story.
    if (used.connection !== undefined) return { ...endsOfConnection(look, used.connection, used.hop ?? 0), service: object };
    const pod = telling(look, object);
    return { service: object, ...(pod === undefined ? {} : { pod }) };
  }
  if (object.kind === "EndpointSlice") {
    const service = object.metadata.labels?.["kubernetes.io/service-name"];
    return service === undefined ? {} : endsOfObject(look, `service/${object.metadata.namespace}/${service}`);
  }
  const pod = object.kind === "Pod" ? object : look.list("Pod", object.metadata.namespace).find((one) => isOwnedBy(look, one, object));
  if (pod === undefined) return {};
  const service = serviceOfPod(look, pod);
  const place = nameOf(pod as unknown as Loose);
  return { pod, ...(service === undefined ? {} : { service }), ...lastThrough(look, (one) => one.at === place) };
}

/** The pod that says most about a Service: one that is selected and yet out, else one that is in. */
function telling(look: Look, service: KubernetesObject): KubernetesObject | undefined {
  const members = membersOf(look, service);
  const member = members.find((one) => !one.isIn && one.why.code !== "pod.labels") ?? members.find((one) => one.isIn);
  return member === undefined ? undefined : objectOf(look, member.pod);
}

function isOwnedBy(look: Look, pod: KubernetesObject, owner: KubernetesObject): boolean {
  let at: KubernetesObject | undefined = pod;
  for (let depth = 0; at !== undefined && depth < 4; depth++) {
    if (at.metadata.uid === owner.metadata.uid) return true;
    const reference: { kind: string; name: string } | undefined = at.metadata.ownerReferences?.find((one) => one.controller === true);
    at = reference === undefined ? undefined : look.find(reference.kind, pod.metadata.namespace, reference.name);
  }
  return false;
}

function serviceOfPod(look: Look, pod: KubernetesObject): KubernetesObject | undefined {
  return look.list("Service", pod.metadata.namespace).find((service) => {
    const selector = Object.entries(asTexts(specOf(service)["selector"]));
    return selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
  });
}

function lastThrough(look: Look, passes: (hop: HopRecord) => boolean): Ends {
  for (const info of look.recent(connectionsLookedAt)) {
    if (info.purpose !== "traffic") continue;
    const connection = look.connection(info.id);
    const hop = connection?.hops.findIndex(passes) ?? -1;
    if (connection !== undefined && hop >= 0) return { connection, hop };
  }
  return {};
}

function linksOf(look: Look, { connection, hop, service, pod }: Ends): readonly ChainLink[] {
  const ending = connection === undefined ? undefined : explainEnding(look, connection);
  const blamed = ending?.isFailure === true ? ending.show.find((one) => one.place !== undefined) : undefined;
  return [
    ...(connection === undefined ? [] : packetLinks(connection, hop ?? 0)),
    ...(connection === undefined ? [] : policyLinks(look, connection)),
    ...(service === undefined ? [] : [serviceLink(look, service, blamed?.object)]),
    ...(service === undefined ? [] : sliceLinks(look, service, pod)),
    ...(pod === undefined ? [] : podLinks(look, pod, service)),
    ...(blamed === undefined ? textLinks(look, service, pod) : [textLink(look, blamed, false)]),
  ];
}

function packetLinks(connection: ConnectionRecord, index: number): readonly ChainLink[] {
  const { info, hops } = connection;
  const hop = hops[index] ?? hops[0];
  if (hop === undefined) return [];
  const links: ChainLink[] = [
    {
      kind: "packet",
      label: `${hop.fromSource} → ${hop.fromDestination}`,
      said: hop.reason,
      shown: { connection: info.id, hop: hops.indexOf(hop), object: hop.at },
      isWell: hop.action !== "drop" && hop.action !== "reject",
    },
  ];
  const ruled = hops.findIndex(
    (one) => one.rule !== undefined && (one.action === "dnat" || one.action === "reject" || one.action === "drop"),
  );
  const rule = hops[ruled];
  if (rule?.rule !== undefined) {
    links.push({
      kind: "rule",
      label: rule.rule,
      said: rule.reason,
      shown: { connection: info.id, hop: ruled, object: rule.at.replace(/^node\//, "rules/") },
      isWell: rule.action === "dnat",
    });
  }
  return links;
}

function policyLinks(look: Look, { info, hops }: ConnectionRecord): readonly ChainLink[] {
  const index = hops.findIndex((hop) => hop.reason.code.startsWith("policy-denies-"));
  const hop = hops[index];
  if (hop === undefined) return [];
  return policyIds(look, hop).map((id): ChainLink => {
    return {
      kind: "policy",
      label: id.slice(id.lastIndexOf("/") + 1),
      said: hop.reason,
      shown: { ...shown(id, look.text.place(id, ["spec"], "key")), connection: info.id, hop: index },
      isWell: false,
    };
  });
}

function serviceLink(look: Look, service: KubernetesObject, blamed: string | undefined): ChainLink {
  const id = nameOf(service as unknown as Loose);
  const spec = specOf(service);
  const selector = Object.entries(asTexts(spec["selector"]));
  const ports = asItems(spec["ports"]).map((port) => `${asText(port["port"])}→${asText(port["targetPort"]) || asText(port["port"])}`);
  return {
    kind: "service",
    label: `${service.metadata.name} ${ports.join(" ")} ${selector.map(([key, value]) => `${key}=${value}`).join(",")}`.trim(),
    shown: shown(id, look.text.place(id, ["spec", "selector"], "key")),
    isWell: blamed !== id && (membersOf(look, service).some((member) => member.isIn) || selector.length === 0),
  };
}

/** The row of the EndpointSlice that stands for the pod; all rows when no pod is meant; "no rows" when there are none. */
function sliceLinks(look: Look, service: KubernetesObject, pod: KubernetesObject | undefined): readonly ChainLink[] {
  const ip = asText(statusOf(pod)["podIP"]);
  return slicesOf(look, service).flatMap((slice) => {
    const id = nameOf(slice as unknown as Loose);
    const value = slice as unknown as Loose;
    const ports = asItems(value["ports"])
      .map((port) => asText(port["port"]))
      .join(",");
    const rows = asItems(value["endpoints"]);
    const meant = rows.filter((row) => pod === undefined || (row["addresses"] as readonly string[]).includes(ip));
    if (meant.length === 0) {
      return [
        {
          kind: "slice" as const,
          label: slice.metadata.name,
          said: { code: "why.no-row", args: { pod: pod?.metadata.name ?? "" } },
          shown: { object: id },
          isWell: false,
        },
      ];
    }
    return meant.map((row): ChainLink => {
      const conditions = (row["conditions"] ?? {}) as Readonly<Record<string, boolean>>;
      const word = conditions["terminating"] === true ? "terminating" : conditions["ready"] === false ? "not ready" : "ready";
      return {
        kind: "slice",
        label: `${(row["addresses"] as readonly string[]).join(",")}:${ports} ${word}`,
        shown: { object: id },
        isWell: conditions["ready"] !== false,
      };
    });
  });
}

function podLinks(look: Look, pod: KubernetesObject, service: KubernetesObject | undefined): readonly ChainLink[] {
  const id = nameOf(pod as unknown as Loose);
  const member = service === undefined ? undefined : memberOf(look, service, pod);
  const ready = conditionOf(pod, "Ready");
  const links: ChainLink[] = [
    {
      kind: "pod",
      label: `${pod.metadata.name} ${asText(statusOf(pod)["podIP"])}`.trim(),
      ...(member === undefined ? {} : { said: member.why }),
      shown: member?.shown ?? { object: id },
      isWell: member?.isIn ?? isReady(pod),
    },
  ];
  if (ready !== undefined) {
    links.push({
      kind: "condition",
      label: `Ready=${ready.status}${ready.reason === "" ? "" : ` (${ready.reason})`}`,
      shown: { object: id },
      isWell: ready.status === "True",
    });
  }
  const probe = probeOf(pod as unknown as Loose);
  if (probe !== undefined) {
    const failure = lastProbeFailure(look, pod);
    const place = placeInPod(look, pod, ["spec", "containers", probe.container, "readinessProbe"], "key");
    links.push({
      kind: "probe",
      label: isReady(pod) ? probeText(probe.probe) : failure || probeText(probe.probe),
      shown: shown(id, place),
      isWell: isReady(pod),
    });
  }
  return links;
}

/** `GET :8080/ready every 10s`, `exec cat /var/ready`. */
export function probeText(probe: Loose): string {
  const period = asText(probe["periodSeconds"]) || "10";
  const get = probe["httpGet"] as Loose | undefined;
  if (get !== undefined) return `GET :${asText(get["port"])}${asText(get["path"]) || "/"} / ${period}s`;
  const tcp = probe["tcpSocket"] as Loose | undefined;
  if (tcp !== undefined) return `TCP :${asText(tcp["port"])} / ${period}s`;
  const exec = probe["exec"] as { readonly command?: readonly string[] } | undefined;
  return exec === undefined ? `gRPC / ${period}s` : `exec ${(exec.command ?? []).join(" ")} / ${period}s`;
}

/** The line that decides: the probe of a pod that is not ready, else the selector, else where the pod is written. */
function textLinks(look: Look, service: KubernetesObject | undefined, pod: KubernetesObject | undefined): readonly ChainLink[] {
  const links: ChainLink[] = [];
  const add = (given: Shown, isWell: boolean) => {
    if (given.place !== undefined) links.push(textLink(look, given, isWell));
  };
  if (service !== undefined && pod !== undefined) {
    const member = memberOf(look, service, pod);
    if (!member.isIn) add(member.shown, false);
  }
  if (links.length === 0 && service !== undefined) {
    const id = nameOf(service as unknown as Loose);
    const key = Object.keys(asTexts(specOf(service)["selector"]))[0];
    add(shown(id, look.text.place(id, key === undefined ? ["spec"] : ["spec", "selector", key])), true);
  }
  if (links.length === 0 && pod !== undefined) {
    const place = placeInPod(look, pod, ["spec", "containers", 0, "image"]);
    add(shown(nameOf(pod as unknown as Loose), place), isReady(pod));
  }
  return links;
}

function textLink(look: Look, given: Shown, isWell: boolean): ChainLink {
  const line = look.text.scenario.text.split("\n")[(given.place?.line ?? 1) - 1] ?? "";
  return { kind: "text", label: line.trim(), shown: given, isWell };
}

/** A live object by its name in the house, `service/default/kubia`. */
export function objectOf(look: Look, id: string): KubernetesObject | undefined {
  const [kind, ...rest] = id.split("/");
  const known = kindNames[kind as string];
  if (known === undefined) return undefined;
  return rest.length === 1 ? look.find(known, undefined, rest[0] as string) : look.find(known, rest[0] as string, rest[1] as string);
}

const kindNames: Readonly<Record<string, string>> = {
  pod: "Pod",
  service: "Service",
  lb: "Service",
  endpoints: "Endpoints",
  endpointslice: "EndpointSlice",
  deployment: "Deployment",
  replicaset: "ReplicaSet",
  replicationcontroller: "ReplicationController",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  job: "Job",
  cronjob: "CronJob",
  ingress: "Ingress",
  ingressclass: "IngressClass",
  networkpolicy: "NetworkPolicy",
  configmap: "ConfigMap",
  secret: "Secret",
  namespace: "Namespace",
  node: "Node",
};
