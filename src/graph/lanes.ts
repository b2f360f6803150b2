import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { ControlStep, StaleRules } from "../playground/protocol.ts";
import type { HistoryEvent } from "./history.ts";
import { asFields, asList, asText, keyOf, selects, specOf, statusOf } from "./objects.ts";

/** What a pod is doing, as the API tells it; a node is ready or not. */
export type LaneState = "pending" | "starting" | "notReady" | "ready" | "terminating" | "ended";

export interface LaneSpan {
  readonly state: LaneState;
  readonly fromUs: number;
  /** Undefined: it still is. */
  readonly toUs: number | undefined;
}

/** Something that happened at one moment of a lane. */
export interface LaneMoment {
  readonly kind: "intoEndpoints" | "outOfEndpoints" | "preStop" | "sigterm" | "killed" | "exited" | "restarted";
  readonly timeUs: number;
  /** The EndpointSlice, or the container and its exit code: in the API's own words. */
  readonly detail: string;
}

/** The life of one pod or node from left to right. */
export interface Lane {
  /** `pod/default/web-x`, `node/node1` */
  readonly id: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Where a pod runs; "" until it is bound. */
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Who made it: `ReplicaSet/web-5d4f`; its Deployment's pods share `family`. */
  readonly family: string;
  readonly spans: readonly LaneSpan[];
  readonly moments: readonly LaneMoment[];
  /** For so long rules of nodes still sent to the pod, though its EndpointSlice no longer offered it. */
  readonly stale: readonly StaleRules[];
  readonly goneUs: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

interface GrowingLane {
  readonly id: string;
  readonly name: string;
  readonly namespace: string | undefined;
  node: string;
  labels: Readonly<Record<string, string>>;
  family: string;
  spans: LaneSpan[];
  moments: LaneMoment[];
  stale: StaleRules[];
  goneUs: number | undefined;
  restarts: number;
  containers: readonly Fields[];
  /** Containers whose end was told, by name and start. */
  ended: Set<string>;
}

const second = 1_000_000;
/** Lanes kept of pods that are gone. */
const lanesMax = 2000;

/** Lives of pods and nodes, put together from what the API told, change by change. */
export class LaneBook {
  readonly #lanes = new Map<string, GrowingLane>();
  /** Pods that an EndpointSlice offers, by slice. */
  readonly #offered = new Map<string, ReadonlySet<string>>();

  add(events: readonly HistoryEvent[]): void {
    for (const event of events) {
      switch (event.object.kind) {
        case "Pod":
          this.#pod(event);
          break;
        case "Node":
          this.#node(event);
          break;
        case "EndpointSlice":
          this.#slice(event);
          break;
        case "Event":
          this.#event(event);
          break;
      }
    }
    if (this.#lanes.size <= lanesMax) return;
    for (const [id, lane] of this.#lanes) if (lane.goneUs !== undefined && this.#lanes.size > lanesMax / 2) this.#lanes.delete(id);
  }

  /** What components did: some of it made rules stale, or brought them up to date. */
  addSteps(steps: readonly ControlStep[]): void {
    for (const one of steps.flatMap(({ stale }) => stale ?? [])) {
      const lane = this.#lanes.get(one.pod);
      if (lane === undefined) continue;
      lane.stale = lane.stale.filter((known) => !isSameStale(known, one));
      if (one.toUs === undefined || one.toUs > one.fromUs) lane.stale.push(one);
    }
  }

  /** All lanes, nodes behind pods; pods of one family together, the older first. */
  lanes(): readonly Lane[] {
    return [...this.#lanes.values()].sort(
      (a, b) => compare(rank(a), rank(b)) || compare(a.family, b.family) || compare(bornUs(a), bornUs(b)) || compare(a.id, b.id),
    );
  }

  #pod({ type, object, timeUs }: HistoryEvent): void {
    const id = `pod/${keyOf(object)}`;
    const known = this.#lanes.get(id);
    // A name may come again (a StatefulSet's): its lane goes on.
    const lane = known ?? this.#begin(id, object);
    if (type === "DELETED") {
      close(lane, timeUs);
      lane.goneUs = timeUs;
      return;
    }
    lane.goneUs = undefined;
    lane.node = asText(specOf(object)["nodeName"]);
    lane.labels = object.metadata.labels ?? {};
    lane.family = familyOf(object);
    lane.containers = asList(specOf(object)["containers"]);
    enter(lane, podState(object), timeUs);
    this.#containers(lane, object, timeUs);
  }

  #containers(lane: GrowingLane, pod: KubernetesObject, timeUs: number): void {
    let restarts = 0;
    for (const status of asList(statusOf(pod)["containerStatuses"])) {
      restarts += Number(status["restartCount"] ?? 0);
      const name = asText(status["name"]);
      for (const state of [asFields(status["lastState"]), asFields(status["state"])]) {
        const terminated = asFields(state["terminated"]);
        if (terminated["exitCode"] === undefined) continue;
        const life = `${name} ${asText(terminated["containerID"])} ${asText(terminated["startedAt"])}`;
        if (lane.ended.has(life)) continue;
        lane.ended.add(life);
        const code = Number(terminated["exitCode"]);
        lane.moments.push({ kind: code === 137 ? "killed" : "exited", timeUs, detail: `${name}: exit ${code}` });
      }
    }
    if (restarts > lane.restarts) lane.moments.push({ kind: "restarted", timeUs, detail: `× ${restarts}` });
    lane.restarts = restarts;
  }

  #node({ type, object, timeUs }: HistoryEvent): void {
    const id = `node/${object.metadata.name}`;
    const lane = this.#lanes.get(id) ?? this.#begin(id, object);
    if (type === "DELETED") {
      close(lane, timeUs);
      lane.goneUs = timeUs;
      return;
    }
    const ready = asList(statusOf(object)["conditions"]).find((condition) => condition["type"] === "Ready");
    enter(lane, ready?.["status"] === "True" ? "ready" : "notReady", timeUs);
  }

  /** A kubelet that is alive says what it does; a dead one neither says nor does it. */
  #event({ type, object, timeUs }: HistoryEvent): void {
    const event = object as unknown as Fields;
    if (type === "DELETED" || event["reason"] !== "Killing") return;
    const involved = asFields(event["involvedObject"]);
    const lane = this.#lanes.get(`pod/${asText(involved["namespace"])}/${asText(involved["name"])}`);
    const named = /\{(.*)\}/.exec(asText(involved["fieldPath"]))?.[1];
    const container = lane?.containers.find((one) => one["name"] === named);
    if (lane !== undefined && container !== undefined) lane.moments.push(...farewell(container, timeUs));
  }

  #slice({ type, object, timeUs }: HistoryEvent): void {
    const slice = `${object.metadata.namespace}/${object.metadata.name}`;
    const before = this.#offered.get(slice) ?? new Set();
    const now = type === "DELETED" ? new Set<string>() : offeredBy(object);
    this.#offered.set(slice, now);
    const moment = (pod: string, kind: "intoEndpoints" | "outOfEndpoints") =>
      this.#lanes.get(pod)?.moments.push({ kind, timeUs, detail: object.metadata.name });
    for (const pod of now) if (!before.has(pod)) moment(pod, "intoEndpoints");
    for (const pod of before) if (!now.has(pod)) moment(pod, "outOfEndpoints");
  }

  #begin(id: string, { metadata }: KubernetesObject): GrowingLane {
    const lane: GrowingLane = {
      id,
      name: metadata.name,
      namespace: metadata.namespace,
      node: "",
      labels: metadata.labels ?? {},
      family: "",
      spans: [],
      moments: [],
      stale: [],
      goneUs: undefined,
      restarts: 0,
      containers: [],
      ended: new Set(),
    };
    this.#lanes.set(id, lane);
    return lane;
  }
}

function podState(pod: KubernetesObject): LaneState {
  if (pod.metadata.deletionTimestamp !== undefined) return "terminating";
  const status = statusOf(pod);
  switch (asText(status["phase"])) {
    case "Succeeded":
    case "Failed":
      return "ended";
    case "Running":
      return asList(status["conditions"]).some((c) => c["type"] === "Ready" && c["status"] === "True") ? "ready" : "notReady";
    default:
      return asText(specOf(pod)["nodeName"]) === "" ? "pending" : "starting";
  }
}

/**
 * What the kubelet does when it has said `Killing`: the hook, then SIGTERM. How long a hook of `sleep` takes stands in the pod; of others
 * nobody tells, so their SIGTERM is left out.
 */
function farewell(container: Fields, timeUs: number): readonly LaneMoment[] {
  const detail = asText(container["name"]);
  const hook = asFields(asFields(container["lifecycle"])["preStop"]);
  if (Object.keys(hook).length === 0) return [{ kind: "sigterm", timeUs, detail }];
  const seconds = asFields(hook["sleep"])["seconds"];
  const began: LaneMoment = { kind: "preStop", timeUs, detail };
  return typeof seconds === "number" ? [began, { kind: "sigterm", timeUs: timeUs + seconds * second, detail }] : [began];
}

/** Pods to which new connections are sent. */
function offeredBy(slice: KubernetesObject): ReadonlySet<string> {
  const endpoints = asList((slice as unknown as Readonly<Record<string, unknown>>)["endpoints"]);
  return new Set(
    endpoints
      .filter((endpoint) => asFields(endpoint["conditions"])["ready"] !== false && asFields(endpoint["targetRef"])["kind"] === "Pod")
      .map((endpoint) => `pod/${slice.metadata.namespace}/${asText(asFields(endpoint["targetRef"])["name"])}`),
  );
}

/** A Deployment's pods have its name in common, before the hash of their template. */
function familyOf({ metadata }: KubernetesObject): string {
  const owner = metadata.ownerReferences?.find((one) => one.controller === true);
  const hash = metadata.labels?.["pod-template-hash"];
  const maker = owner?.name ?? metadata.name;
  return `${metadata.namespace}/${hash !== undefined && maker.endsWith(`-${hash}`) ? maker.slice(0, -hash.length - 1) : maker}`;
}

function enter(lane: GrowingLane, state: LaneState, timeUs: number): void {
  const last = lane.spans.at(-1);
  if (last?.state === state && last.toUs === undefined) return;
  close(lane, timeUs);
  lane.spans.push({ state, fromUs: timeUs, toUs: undefined });
}

function close(lane: GrowingLane, timeUs: number): void {
  const last = lane.spans.at(-1);
  if (last === undefined || last.toUs !== undefined) return;
  lane.spans.pop();
  if (last.fromUs < timeUs) lane.spans.push({ ...last, toUs: timeUs }); // what took no time is not seen
}

function rank({ id }: { readonly id: string }): number {
  return id.startsWith("node/") ? 1 : 0;
}

function bornUs({ spans }: { readonly spans: readonly LaneSpan[] }): number {
  return spans[0]?.fromUs ?? 0;
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the user looks at: lanes of a Service's pods, of a pod's family, of one node's pods; else of all of the user's own pods. */
export function lanesFor(
  lanes: readonly Lane[],
  selected: string | undefined,
  service: KubernetesObject | undefined,
  hiddenNamespaces: readonly string[],
): readonly Lane[] {
  const own = lanes.filter(({ id, namespace }) => id.startsWith("pod/") && !hiddenNamespaces.includes(namespace ?? ""));
  const nodesOf = (pods: readonly Lane[]) => [
    ...pods,
    ...lanes.filter(({ id, name }) => id.startsWith("node/") && pods.some((pod) => pod.node === name)),
  ];
  if (selected?.startsWith("service/") === true && service !== undefined) {
    const selector = asFields(specOf(service)["selector"]);
    const behind = own.filter((lane) => lane.namespace === service.metadata.namespace && selects(selector, lane.labels));
    if (behind.length > 0) return nodesOf(behind);
  }
  const pod = lanes.find(({ id }) => id === selected && id.startsWith("pod/"));
  if (pod !== undefined) return nodesOf(lanes.filter(({ id, family }) => id.startsWith("pod/") && family === pod.family));
  const node = lanes.find(({ id }) => id === selected && id.startsWith("node/"));
  if (node !== undefined) return [...own.filter((lane) => lane.node === node.name), node];
  return nodesOf(own);
}

export interface LaneWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Lanes that have something to show in that stretch of time; at most so many, the youngest stay. */
export function lanesWithin(lanes: readonly Lane[], { fromUs, toUs }: LaneWindow, max = 40): readonly Lane[] {
  const seen = lanes.filter((lane) => lane.spans.length > 0 && (lane.goneUs ?? Number.POSITIVE_INFINITY) > fromUs && bornUs(lane) <= toUs);
  const pods = seen.filter(({ id }) => id.startsWith("pod/"));
  const youngest = new Set(pods.toSorted((a, b) => bornUs(b) - bornUs(a)).slice(0, max));
  return seen.filter((lane) => !lane.id.startsWith("pod/") || youngest.has(lane));
}

function isSameStale(a: StaleRules, b: StaleRules): boolean {
  return a.node === b.node && a.service === b.service && a.fromUs === b.fromUs;
}

/** A stretch in which the rules of the same nodes still named a pod. */
export interface StaleBand {
  readonly fromUs: number;
  readonly toUs: number;
  readonly nodes: readonly string[];
}

/** Stale rules of several nodes, cut where a node falls behind or catches up, so that bands never lie on each other. */
export function staleBands(stale: readonly StaleRules[], { fromUs, toUs }: LaneWindow, nowUs: number): readonly StaleBand[] {
  const spans = stale
    .map((one) => ({ node: one.node, fromUs: Math.max(one.fromUs, fromUs), toUs: Math.min(one.toUs ?? nowUs, toUs) }))
    .filter((span) => span.toUs > span.fromUs);
  const cuts = [...new Set(spans.flatMap((span) => [span.fromUs, span.toUs]))].sort((a, b) => a - b);
  return cuts.slice(1).flatMap((to, i) => {
    const from = cuts[i] as number;
    const nodes = new Set(spans.filter((span) => span.fromUs <= from && span.toUs >= to).map(({ node }) => node));
    return nodes.size === 0 ? [] : [{ fromUs: from, toUs: to, nodes: [...nodes].sort() }];
  });
}

/** Requests at a time, on the lane of the pod that they went to; "" when they came to none. */
export interface RequestMark {
  readonly timeUs: number;
  readonly lane: string;
  readonly count: number;
  /** Why it was lost; undefined for one that was answered. */
  readonly lost: LostReason | undefined;
  readonly connection: string | undefined;
}

/** In a tool's own words, or where its packets ended. */
export type LostReason = { readonly type: "said"; readonly text: string } | { readonly type: "refused" | "lost"; readonly at: string };

/** How many requests were answered and lost on each lane within the window. */
export function countMarks(
  marks: readonly RequestMark[],
  { fromUs, toUs }: LaneWindow,
): ReadonlyMap<string, { readonly answered: number; readonly lost: number }> {
  const counts = new Map<string, { answered: number; lost: number }>();
  for (const { timeUs, lane, count, lost } of marks) {
    if (timeUs < fromUs || timeUs > toUs) continue;
    const known = counts.get(lane) ?? { answered: 0, lost: 0 };
    if (lost === undefined) known.answered += count;
    else known.lost += count;
    counts.set(lane, known);
  }
  return counts;
}

/** Answered requests as columns of a lane: how many fell into each of `columns` equal parts of the window. */
export function densityOf(marks: readonly RequestMark[], lane: string, { fromUs, toUs }: LaneWindow, columns: number): readonly number[] {
  const parts = new Array<number>(columns).fill(0);
  const span = Math.max(1, toUs - fromUs);
  for (const mark of marks) {
    if (mark.lane !== lane || mark.lost !== undefined || mark.timeUs < fromUs || mark.timeUs > toUs) continue;
    const part = Math.min(columns - 1, Math.floor(((mark.timeUs - fromUs) * columns) / span));
    parts[part] = (parts[part] as number) + mark.count;
  }
  return parts;
}

/** Lost requests that lie close together and for the same reason are one sign, at the time of the first. */
export function lostSigns(marks: readonly RequestMark[], { fromUs, toUs }: LaneWindow, columns: number): readonly RequestMark[] {
  const signs = new Map<string, RequestMark>();
  const width = Math.max(1, (toUs - fromUs) / columns);
  for (const mark of marks) {
    if (mark.lost === undefined || mark.timeUs < fromUs || mark.timeUs > toUs) continue;
    const reason = mark.lost.type === "said" ? mark.lost.text : `${mark.lost.type} ${mark.lost.at}`;
    // Columns count from the beginning of time, so that signs stay where they are while the window moves on.
    const key = `${Math.floor(mark.timeUs / width)} ${reason}`;
    const known = signs.get(key);
    signs.set(key, known === undefined ? mark : { ...known, count: known.count + mark.count });
  }
  return [...signs.values()];
}

/** Times for the axis: whole steps of 1, 2 or 5 seconds or minutes, at most so many; there is none before the cluster was. */
export function axisOf({ fromUs, toUs }: LaneWindow, max = 8): readonly number[] {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600].map((seconds) => seconds * second);
  const step = steps.find((candidate) => (toUs - fromUs) / candidate <= max) ?? 7200 * second;
  const times: number[] = [];
  for (let us = Math.ceil(Math.max(0, fromUs) / step) * step; us <= toUs; us += step) times.push(us);
  return times;
}
