import { humanDuration, parseTimestampMs } from "../age.ts";
import { column } from "../column.ts";
import type { KindDefinition } from "../kind.ts";
import { objectReference, root } from "../meta-shape.ts";
import { same } from "../plain.ts";
import { always, int32, microTime, string, struct } from "../shape.ts";
import type { Event } from "./types.ts";

function ago(time: string | null | undefined, nowMs: number): string | undefined {
  return time === undefined || time === null ? undefined : humanDuration(nowMs - parseTimestampMs(time));
}

function firstSeen({ firstTimestamp, eventTime }: Event, nowMs: number): string {
  return ago(firstTimestamp, nowMs) ?? ago(eventTime, nowMs) ?? "<unknown>";
}

/** @source printers.go, printEvent; only `describe` and `kubectl events` tell how often */
function lastSeen(event: Event, nowMs: number): string {
  return ago(event.lastTimestamp, nowMs) ?? firstSeen(event, nowMs);
}

function objectName({ involvedObject }: Event): string {
  const { kind = "", name = "" } = involvedObject;
  return name === "" ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

/** @source kubernetes.io API reference, "Event v1 core" */
export const eventKind: KindDefinition = {
  kind: "Event",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  namespaced: true,
  schema: root("v1.Event", {
    involvedObject: always(objectReference),
    reason: string,
    message: string,
    source: always(struct("v1.EventSource", { component: string, host: string })),
    firstTimestamp: always({ type: "time" }),
    lastTimestamp: always({ type: "time" }),
    count: int32,
    type: string,
    eventTime: always({ type: "microTime" }),
    series: struct("v1.EventSeries", { count: int32, lastObservedTime: microTime }),
    action: string,
    related: objectReference,
    reportingComponent: always(string),
    reportingInstance: always(string),
  }),
  hasStatus: false,
  hasGeneration: false,
  defaults: same,
  prepare: same,
  validate: () => [],
  columns: [
    column<Event>("Last Seen", (event, { nowMs }) => lastSeen(event, nowMs)),
    column<Event>("Type", ({ type }) => type ?? ""),
    column<Event>("Reason", ({ reason }) => reason ?? ""),
    column<Event>("Object", objectName),
    column<Event>("Subobject", ({ involvedObject }) => involvedObject.fieldPath ?? "", { wide: true }),
    column<Event>("Source", ({ source }) => [source.component ?? "", source.host ?? ""].filter((part) => part !== "").join(", "), {
      wide: true,
    }),
    column<Event>("Message", ({ message }) => (message ?? "").trim()),
    column<Event>("First Seen", (event, { nowMs }) => firstSeen(event, nowMs), { wide: true }),
    column<Event>("Count", ({ count }) => count ?? 1, { wide: true }),
    column<Event>("Name", ({ metadata }) => metadata.name, { wide: true }),
  ],
  fieldSelectors: {
    "involvedObject.kind": (object) => (object as Event).involvedObject.kind ?? "",
    "involvedObject.namespace": (object) => (object as Event).involvedObject.namespace ?? "",
    "involvedObject.name": (object) => (object as Event).involvedObject.name ?? "",
    "involvedObject.uid": (object) => (object as Event).involvedObject.uid ?? "",
    "involvedObject.apiVersion": (object) => (object as Event).involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": (object) => (object as Event).involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": (object) => (object as Event).involvedObject.fieldPath ?? "",
    reason: (object) => (object as Event).reason ?? "",
    reportingComponent: (object) => (object as Event).reportingComponent ?? "",
    source: (object) => (object as Event).source?.component ?? (object as Event).reportingComponent ?? "",
    type: (object) => (object as Event).type ?? "",
  },
};
