import type { KubernetesObject } from "../../cluster/api/meta.ts";
import { asFields, asItems, asText, type Fields, specOf, statusOf } from "../explain/fields.ts";
import { conditionOf } from "../explain/pod-source.ts";
import { nameOf } from "../explain/text-index.ts";
import type { ControlStep, Said } from "../protocol.ts";

/** A write of a component, as the API server saw it. */
export interface Written {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
  readonly old?: KubernetesObject;
  /** As the component calls itself: `kubelet/node1`. */
  readonly by: string;
  readonly timeUs: number;
}

/** Fields that say when something was looked at, not that anything came of it. */
const idleFields = new Set([
  "resourceVersion",
  "managedFields",
  "lastHeartbeatTime",
  "lastProbeTime",
  "lastUpdateTime",
  "observedGeneration",
]);
/** A rollout begins when a new one of these is made from a new template. */
const revisions = ["ReplicaSet", "ControllerRevision"];

/** Pure: what a component did, in a sentence; undefined where nothing changed by it (a lease renewed, a heartbeat, the same Event again). */
export function controlStep(written: Written): ControlStep | undefined {
  const { object, by, timeUs } = written;
  if (object.kind === "Lease") return undefined;
  const said = object.kind === "Event" ? eventSaid(written) : changeSaid(written);
  if (said === undefined) return undefined;
  const isWarning = object.kind === "Event" && asText(asFields(object)["type"]) === "Warning";
  const isRollout = revisions.includes(object.kind) && written.type === "ADDED";
  return {
    timeUs,
    by,
    said: { code: said.code, args: { by, kind: object.kind, name: object.metadata.name, ...said.args } },
    object: object.kind === "Event" ? involved(object) : nameOf(object as unknown as Fields),
    ...(isWarning ? { mark: "failure" } : isRollout ? { mark: "rollout" } : {}),
  };
}

/** kube-proxy writes rules, not objects. */
export function rulesStep(node: string, services: readonly string[], timeUs: number): ControlStep {
  const by = `kube-proxy/${node}`;
  const names = services.map((service) => service.replace(/^default\//, ""));
  return {
    timeUs,
    by,
    said: { code: "step.rules", args: { by, node, services: names.slice(0, 3).join(", "), more: Math.max(0, names.length - 3) } },
    object: `rules/${node}`,
  };
}

function eventSaid({ type, object }: Written): Said | undefined {
  if (type !== "ADDED") return undefined; // the same again
  const event = asFields(object);
  const of = asFields(event["involvedObject"]);
  return {
    code: "step.event",
    args: { kind: asText(of["kind"]), name: asText(of["name"]), reason: asText(event["reason"]), message: asText(event["message"]) },
  };
}

/** The object that an Event is about. */
export function involved(event: KubernetesObject): string {
  const of = asFields(asFields(event)["involvedObject"]);
  return nameOf({ kind: of["kind"], metadata: { namespace: of["namespace"], name: of["name"] } });
}

function changeSaid({ type, object, old }: Written): Said | undefined {
  const args = endpointKinds.includes(object.kind) ? endpointArgs(type === "DELETED" ? undefined : object, old) : {};
  if (type === "ADDED") return { code: "step.created", args };
  if (type === "DELETED") return { code: "step.deleted", args };
  if (old === undefined) return undefined;
  if (object.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined)
    return { code: "step.terminating", args: {} };
  const changes = changesBetween(old, object);
  // Of many conditions that change at once (a node that falls silent) the one that matters is named.
  const first = changes.find(({ path }) => path === "status.conditions[Ready].status") ?? changes[0];
  if (first === undefined) return undefined;
  if (Object.keys(args).length > 0) return { code: "step.endpoints", args };
  if (object.kind === "Pod") {
    const node = asText(specOf(object)["nodeName"]);
    if (node !== asText(specOf(old)["nodeName"])) return { code: "step.bound", args: { node } };
    const ready = conditionOf(object, "Ready")?.status ?? "";
    if (ready !== (conditionOf(old, "Ready")?.status ?? "") && ready !== "")
      return { code: ready === "True" ? "step.ready" : "step.not-ready", args: {} };
    const phase = asText(statusOf(object)["phase"]);
    if (phase !== asText(statusOf(old)["phase"])) return { code: "step.phase", args: { phase } };
  }
  return { code: "step.changed", args: { path: first.path, before: first.before, after: first.after, more: changes.length - 1 } };
}

const endpointKinds = ["EndpointSlice", "Endpoints"];

/** `ready: 10.244.1.3`, `gone: …`: addresses that came, went, or changed their readiness. */
function endpointArgs(object: KubernetesObject | undefined, old: KubernetesObject | undefined): Said["args"] {
  const now = addressesOf(object);
  const before = addressesOf(old);
  const ready = [...now].filter(([ip, isReady]) => isReady && before.get(ip) !== true).map(([ip]) => ip);
  const unready = [...now].filter(([ip, isReady]) => !isReady && before.get(ip) !== false).map(([ip]) => ip);
  const gone = [...before.keys()].filter((ip) => !now.has(ip));
  return {
    ...(ready.length === 0 ? {} : { ready: ready.join(", ") }),
    ...(unready.length === 0 ? {} : { unready: unready.join(", ") }),
    ...(gone.length === 0 ? {} : { gone: gone.join(", ") }),
  };
}

function addressesOf(object: KubernetesObject | undefined): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  const fields = asFields(object);
  for (const endpoint of asItems(fields["endpoints"])) {
    const isReady = asFields(endpoint["conditions"])["ready"] !== false;
    for (const ip of (endpoint["addresses"] ?? []) as readonly string[]) found.set(ip, isReady);
  }
  for (const subset of asItems(fields["subsets"])) {
    for (const { ip } of asItems(subset["notReadyAddresses"])) found.set(asText(ip), false);
    for (const { ip } of asItems(subset["addresses"])) found.set(asText(ip), true);
  }
  return found;
}

interface FieldChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** The fields that differ, apart from those that only say when; items of lists by their `type`, `name` or place. */
export function changesBetween(old: unknown, now: unknown): readonly FieldChange[] {
  const found: FieldChange[] = [];
  compare(old, now, "", found);
  return found;
}

function compare(old: unknown, now: unknown, path: string, found: FieldChange[]): void {
  if (old === now) return;
  if (isParent(old) && isParent(now)) {
    const before = membersOf(old);
    const after = membersOf(now);
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      if (idleFields.has(key)) continue;
      const isItem = key.startsWith("[");
      compare(before.get(key), after.get(key), path === "" || isItem ? `${path}${key}` : `${path}.${key}`, found);
    }
    return;
  }
  found.push({ path, before: shortText(old), after: shortText(now) });
}

function isParent(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function membersOf(value: object): ReadonlyMap<string, unknown> {
  if (!Array.isArray(value)) return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
  return new Map(
    value.map((item, i) => {
      const fields = asFields(item);
      return [`[${asText(fields["type"]) || asText(fields["name"]) || i}]`, item];
    }),
  );
}

function shortText(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
