import { age } from "../api/age.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import type { EventObject } from "./describe/writer.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { objectPrinter, outputFlags } from "./output.ts";
import { resourcePath, type Session } from "./session.ts";
import { tableTabs, tabulate } from "./tabwriter.ts";

interface InvolvedEvent extends EventObject {
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** `kubectl events`. @source kubectl pkg/cmd/events/events.go, event_printer.go */
export const eventsCommand: Command = {
  name: "events",
  short: "List events",
  usage: "[(-o|--output=)json|yaml] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]",
  flags: [
    ...outputFlags,
    { name: "all-namespaces", short: "A", type: "bool", default: "false" },
    { name: "chunk-size", type: "int", default: "500" },
    { name: "for", type: "string", usage: "Filter events to only those pertaining to the specified resource." },
    { name: "no-headers", type: "bool", default: "false" },
    { name: "types", type: "slice", usage: "Output only events of given types." },
    { name: "watch", short: "w", type: "bool", default: "false" },
  ],
  run: events,
};

function* events(session: Session, flags: Flags): Run<void> {
  const printer = objectPrinter(session, flags);
  const resources = yield* session.resources();
  const resource = resources.get("events");
  const namespace = flags.is("all-namespaces") ? undefined : session.namespace;
  const query: Record<string, string> = {};
  const about = flags.text("for");
  if (about !== "") {
    const [type = "", name = ""] = about.split("/");
    if (name === "") throw new KubectlError("--for must be in resource/name form");
    query.fieldSelector = `involvedObject.kind=${resources.get(type).kind},involvedObject.name=${name}`;
  }
  const types = flags.list("types").map((type) => type.toLowerCase());
  if (types.some((type) => type !== "normal" && type !== "warning")) throw new KubectlError("valid --types are Normal or Warning");
  const list = yield* session.request<{ items: readonly InvolvedEvent[]; metadata: { resourceVersion: string } }>({
    method: "GET",
    path: resourcePath(resource, namespace),
    query,
  });
  const isWanted = (event: EventObject): boolean => types.length === 0 || types.includes(event.type.toLowerCase());
  const lastSeen = (event: EventObject): string => event.lastTimestamp ?? event.eventTime ?? "";
  const items = list.items.filter(isWanted).toSorted((a, b) => (lastSeen(a) < lastSeen(b) ? -1 : lastSeen(a) > lastSeen(b) ? 1 : 0));
  if (printer !== undefined) return yield* session.out(printer({ apiVersion: "v1", kind: "List", metadata: {}, items }, resource));
  if (items.length === 0 && !flags.is("watch")) {
    return yield* session.err(flags.is("all-namespaces") ? "No events found.\n" : `No events found in ${session.namespace} namespace.\n`);
  }
  const withNamespace = flags.is("all-namespaces");
  const widths: number[] = [];
  const row = (event: InvolvedEvent): string => {
    const first = age(event.eventTime ?? event.firstTimestamp, session.nowMs);
    const count = event.count ?? 1;
    const interval = count > 1 ? `${age(event.lastTimestamp, session.nowMs)} (x${count} over ${first})` : first;
    const cells = [interval, event.type, event.reason, `${event.involvedObject.kind}/${event.involvedObject.name}`, event.message.trim()];
    return [...(withNamespace ? [event.metadata.namespace ?? ""] : []), ...cells].join("\t");
  };
  const header = [...(withNamespace ? ["NAMESPACE"] : []), "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"].join("\t");
  const lines = [...(flags.is("no-headers") ? [] : [header]), ...items.map(row)];
  if (lines.length > 0) yield* session.out(tabulate(`${lines.join("\n")}\n`, tableTabs, widths));
  if (!flags.is("watch")) return;
  const watch = yield* session.watch({
    method: "GET",
    path: resourcePath(resource, namespace),
    query: { ...query, resourceVersion: list.metadata.resourceVersion },
  });
  try {
    for (;;) {
      const event = yield* watch.next();
      if (event.type === "DELETED" || event.type === "BOOKMARK") continue;
      const object = event.object as InvolvedEvent;
      if (isWanted(object)) yield* session.out(tabulate(`${row(object)}\n`, tableTabs, widths));
    }
  } finally {
    watch.close();
  }
}
