import { age } from "../../api/age.ts";
import { formatSelector, fromLabelSelector } from "../../api/labels.ts";
import type { KubernetesObject, LabelSelector, LooseObject } from "../../api/meta.ts";
import { civilDate, monthNames, parseRfc3339, twoDigits, weekdayNames } from "../../sim/date.ts";
import { lastApplied } from "../last-applied.ts";
import { describeTabs, tabulate } from "../tabwriter.ts";

/** Lines with tabs, laid out when finished. @source kubectl pkg/describe/describe.go, PrefixWriter, tabbedString */
export class Writer {
  #text = "";

  write(level: number, text: string): void {
    this.#text += "  ".repeat(level) + text;
  }

  /** With its tabs, as `rollout history` prints a template. */
  get raw(): string {
    return this.#text;
  }

  toString(): string {
    return tabulate(this.#text, describeTabs);
  }
}

export type Pairs = Readonly<Record<string, string>>;

/** `a=b` on a line of its own each, sorted by key. */
export function writeLabels(w: Writer, title: string, labels: Pairs | undefined, indent = ""): void {
  const keys = Object.keys(labels ?? {}).sort();
  if (keys.length === 0) w.write(0, `${indent}${title}:\t<none>\n`);
  keys.forEach((key, i) => {
    w.write(0, `${i === 0 ? `${indent}${title}:` : indent}\t${key}=${labels?.[key]}\n`);
  });
}

const annotationLengthMax = 140;

/** What apply keeps there is not shown; long ones stand below their key. */
export function writeAnnotations(w: Writer, title: string, annotations: Pairs | undefined, indent = ""): void {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== lastApplied)
    .sort();
  if (keys.length === 0) w.write(0, `${indent}${title}:\t<none>\n`);
  for (const [i, key] of keys.entries()) {
    w.write(0, i === 0 ? `${indent}${title}:\t` : `${indent}\t`);
    const value = (annotations?.[key] ?? "").replace(/\n$/, "");
    if (value.length + key.length + 2 < annotationLengthMax && !value.includes("\n")) {
      w.write(0, `${key}: ${value}\n`);
      continue;
    }
    w.write(0, `${key}:\n`);
    for (const line of value.split("\n")) w.write(0, `${indent}\t  ${shorten(line, annotationLengthMax - 2)}\n`);
  }
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}

/** `Mon, 05 Jan 2026 09:00:00 +0000`. @source Go time.RFC1123Z */
export function longDate(timestamp: string | null | undefined): string {
  const ms = typeof timestamp === "string" ? parseRfc3339(timestamp) : undefined;
  if (ms === undefined) return "Mon, 01 Jan 0001 00:00:00 +0000";
  const d = civilDate(ms);
  return `${weekdayNames[d.weekday]}, ${twoDigits(d.day)} ${monthNames[d.month - 1]} ${d.year} ${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)} +0000`;
}

export function controllerOf(object: KubernetesObject): string | undefined {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller === true);
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
}

/** A label selector as a selector's text: `a=b,c in (d)`. */
export function selectorText(selector: LabelSelector | undefined, none = "<none>"): string {
  if (selector === undefined) return none;
  const text = formatSelector(
    fromLabelSelector(selector).map((one) =>
      one.operator === "in" && one.values.length === 1 && selector.matchLabels?.[one.key] !== undefined
        ? { ...one, operator: "=" as const }
        : one,
    ),
  );
  return text === "" ? none : text;
}

export interface EventObject extends KubernetesObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
}

/** Sorted by when they were last seen. */
export function writeEvents(w: Writer, events: readonly EventObject[], nowMs: number): void {
  if (events.length === 0) {
    w.write(0, "Events:\t<none>\n");
    return;
  }
  const lastSeen = (event: EventObject): string => event.lastTimestamp ?? event.eventTime ?? "";
  const sorted = events.toSorted((a, b) => (lastSeen(a) < lastSeen(b) ? -1 : lastSeen(a) > lastSeen(b) ? 1 : 0));
  w.write(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage\n");
  w.write(1, "----\t------\t----\t----\t-------\n");
  for (const event of sorted) {
    const first = age(event.eventTime ?? event.firstTimestamp, nowMs);
    let interval = first;
    if (event.series !== undefined) interval = `${age(event.series.lastObservedTime, nowMs)} (x${event.series.count} over ${first})`;
    else if ((event.count ?? 1) > 1) interval = `${age(event.lastTimestamp, nowMs)} (x${event.count} over ${first})`;
    const from = event.source?.component ?? event.reportingComponent ?? "";
    w.write(1, `${event.type}\t${event.reason}\t${interval}\t${from}\t${event.message.trim()}\n`);
  }
}

/** The loose parts of an object. */
export function partsOf(object: KubernetesObject): { readonly spec: LooseObject; readonly status: LooseObject } {
  const { spec = {}, status = {} } = object as unknown as { spec?: LooseObject; status?: LooseObject };
  return { spec, status };
}

export function hostPort(ip: string, port: number | string): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}
