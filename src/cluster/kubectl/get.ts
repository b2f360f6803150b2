import type { KubernetesObject } from "../api/meta.ts";
import type { Table, WatchEvent } from "../apiserver/request.ts";
import type { Run } from "../machine/syscall.ts";
import { rawByPackets } from "./api-connection.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { goJson } from "./go-json.ts";
import { relaxedJsonPath } from "./jsonpath.ts";
import { manifestFiles } from "./manifest.ts";
import { type ObjectPrinter, objectPrinter, outputFlags } from "./output.ts";
import type { Resource } from "./resources.ts";
import { fetch, fileFlags, listFailure, orMissingNamespace, type Selection, select, selectorFlag, type Target } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";
import { hasField, sortObjects } from "./sort-by.ts";
import { type TableOptions, tableLines } from "./table.ts";
import { tableTabs, tabulate } from "./tabwriter.ts";

const tableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/** `kubectl get`. The server sends tables; what is decided here is only their layout. @source kubectl pkg/cmd/get/get.go */
export const getCommand: Command = {
  name: "get",
  short: "Display one or many resources",
  usage:
    "[(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
  completes: "resources",
  flags: [
    ...outputFlags,
    ...fileFlags,
    selectorFlag,
    { name: "field-selector", type: "string", usage: "Selector (field query) to filter on, supports '=', '==', and '!='." },
    {
      name: "all-namespaces",
      short: "A",
      type: "bool",
      default: "false",
      usage: "If present, list the requested object(s) across all namespaces.",
    },
    { name: "chunk-size", type: "int", default: "500", usage: "Return large lists in chunks rather than all at once." },
    {
      name: "ignore-not-found",
      type: "bool",
      default: "false",
      usage: "If set to true, suppresses NotFound error for specific objects that do not exist.",
    },
    {
      name: "label-columns",
      short: "L",
      type: "slice",
      usage: "Accepts a comma separated list of labels that are going to be presented as columns.",
    },
    {
      name: "no-headers",
      type: "bool",
      default: "false",
      usage: "When using the default or custom-column output format, don't print headers",
    },
    {
      name: "output-watch-events",
      type: "bool",
      default: "false",
      usage: "Output watch event objects when --watch or --watch-only is used.",
    },
    { name: "raw", type: "string", usage: "Raw URI to request from the server." },
    { name: "server-print", type: "bool", default: "true", usage: "If true, have the server return the appropriate table output." },
    { name: "show-kind", type: "bool", default: "false", usage: "If present, list the resource type for the requested object(s)." },
    { name: "show-labels", type: "bool", default: "false", usage: "When printing, show all labels as the last column." },
    { name: "sort-by", type: "string", usage: "If non-empty, sort list types using this field specification." },
    { name: "subresource", type: "string", usage: "If specified, gets the subresource of the requested object." },
    { name: "watch", short: "w", type: "bool", default: "false", usage: "After listing/getting the requested object, watch for changes." },
    {
      name: "watch-only",
      type: "bool",
      default: "false",
      usage: "Watch for changes to the requested object(s), without listing/getting first.",
    },
  ],
  run: get,
};

function* get(session: Session, flags: Flags): Run<void> {
  const raw = flags.text("raw");
  if (raw !== "") {
    if (flags.args.length > 0) throw new KubectlError("arguments may not be passed when --raw is specified");
    return yield* getRaw(session, raw);
  }
  const printer = objectPrinter(session, flags, true);
  const files = manifestFiles(flags);
  if (flags.is("show-labels") && printer !== undefined)
    throw new KubectlError(`--show-labels option cannot be used with ${flags.text("output")} printer`);
  if (flags.args.length === 0 && files.length === 0) {
    yield* session.err(
      'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n',
    );
    throw session.usage(
      'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
    );
  }
  const selection = yield* select(session, {
    args: flags.args,
    files,
    isRecursive: flags.is("recursive"),
    labelSelector: flags.text("selector"),
    fieldSelector: flags.text("field-selector"),
    allNamespaces: flags.is("all-namespaces"),
    typeAloneIsAll: true,
  });
  if (flags.is("watch") || flags.is("watch-only")) return yield* watchTables(session, flags, selection, printer);
  if (printer !== undefined) return yield* printObjects(session, flags, selection, printer);
  yield* printTables(session, flags, selection);
}

function* getRaw(session: Session, raw: string): Run<void> {
  const [path = "", search = ""] = raw.split("?");
  if (/^\/api\/v1\/namespaces\/[^/]+\/(?:pods|services)\/[^/]+\/proxy(?:\/|$)/.test(path)) {
    const { body } = yield* rawByPackets(session, raw);
    return yield* session.out(String(body));
  }
  const query = Object.fromEntries(
    search
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => {
        const [key = "", value = ""] = pair.split("=");
        return [unescaped(key), unescaped(value)];
      }),
  );
  const body = yield* session.request<unknown>({ method: "GET", path, query });
  yield* session.out(typeof body === "string" ? body : `${goJson(body)}\n`);
}

/** What is no escape stays as it is. */
function unescaped(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function* printObjects(session: Session, flags: Flags, selection: Selection, printer: ObjectPrinter): Run<void> {
  const fetched = yield* fetch(session, selection);
  const errors = fetched.errors.filter((error) => !(flags.is("ignore-not-found") && error instanceof StatusError && error.isNotFound));
  let objects: readonly KubernetesObject[] = fetched.infos.map(({ object }) => object);
  const sortBy = flags.text("sort-by");
  if (sortBy !== "") objects = sortObjects(objects, sortBy, (object) => object, { isNatural: session.behaviour.sortsNaturally });
  const [first] = objects;
  if (selection.isSingle) {
    if (first !== undefined) yield* session.out(printer(first, fetched.infos[0]?.resource));
  } else if (objects.length > 0 || !flags.is("ignore-not-found")) {
    const list = { apiVersion: "v1", items: objects, kind: "List", metadata: { resourceVersion: "" } };
    yield* session.out(printer(list, undefined));
  }
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
}

/** Tables of one kind, printed as one. */
interface KindTables {
  readonly resource: Resource;
  readonly tables: Table[];
}

function tableOptions(flags: Flags, resource: Resource, withKind: boolean): TableOptions {
  return {
    isWide: flags.text("output") === "wide",
    withNamespace: flags.is("all-namespaces") && resource.isNamespaced,
    withKind: withKind || flags.is("show-kind"),
    hasHeaders: !flags.is("no-headers"),
    showLabels: flags.is("show-labels"),
    labelColumns: flags.list("label-columns"),
  };
}

function* fetchTable(session: Session, flags: Flags, target: Target): Run<Table> {
  const includeObject: Record<string, string> = flags.text("sort-by") === "" ? {} : { includeObject: "Object" };
  if (target.type === "list") {
    return yield* session.request<Table>({
      method: "GET",
      path: resourcePath(target.resource, target.namespace),
      query: { ...target.query, ...includeObject, limit: flags.text("chunk-size") },
      accept: tableAccept,
    });
  }
  if (target.name === "") throw new KubectlError("resource name may not be empty");
  const subresource = flags.text("subresource");
  return yield* orMissingNamespace(session, target.namespace, () =>
    session.request<Table>({
      method: "GET",
      path: resourcePath(target.resource, target.namespace, target.name, subresource === "" ? undefined : subresource),
      query: includeObject,
      accept: tableAccept,
    }),
  );
}

function* printTables(session: Session, flags: Flags, selection: Selection): Run<void> {
  const errors: Error[] = [...selection.errors];
  const groups: KindTables[] = [];
  const asked = new Set(selection.targets.filter(({ type }) => type === "list").map(({ resource }) => resource));
  for (const target of selection.targets) {
    try {
      const table = sorted(yield* fetchTable(session, flags, target), flags.text("sort-by"), session.behaviour.sortsNaturally);
      const last = groups.at(-1);
      if (last !== undefined && last.resource === target.resource) last.tables.push(table);
      else groups.push({ resource: target.resource, tables: [table] });
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof KubectlError)) throw error;
      if (flags.is("ignore-not-found") && error instanceof StatusError && error.isNotFound) continue;
      errors.push(target.type === "list" && error instanceof StatusError ? listFailure(error, target) : error);
    }
  }
  // Several answers are several tables, and what is then looked for in a table itself is not found.
  const sortBy = flags.text("sort-by");
  if (sortBy !== "" && groups.flatMap(({ tables }) => tables).length > 1)
    throw new KubectlError(`couldn't find any field with path "${relaxedJsonPath(sortBy)}" in the list of objects`);
  const pieces: string[] = [];
  // Lists count even when they are empty, names only when they are found.
  const kinds = new Set([...asked, ...groups.map(({ resource }) => resource)]);
  for (const { resource, tables } of groups) {
    const text = tablesText(tables, resource, tableOptions(flags, resource, kinds.size > 1));
    if (text !== "") pieces.push(text);
  }
  yield* session.out(pieces.join(flags.is("no-headers") ? "" : "\n"));
  if (pieces.length === 0 && !flags.is("ignore-not-found") && errors.length === 0)
    yield* session.err(nothingFound(session, flags, selection));
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
}

function nothingFound(session: Session, flags: Flags, selection: Selection): string {
  const areNamespaced = !flags.is("all-namespaces") && selection.targets.every(({ resource }) => resource.isNamespaced);
  return areNamespaced ? `No resources found in ${session.namespace} namespace.\n` : "No resources found\n";
}

/** A table that has the field nowhere is passed over in silence. @source kubectl pkg/cmd/get/sorter.go, SortingPrinter.PrintObj */
function sorted(table: Table, sortBy: string, isNatural: boolean): Table {
  if (sortBy === "" || table.rows.length <= 1) return table;
  return { ...table, rows: hasField(table.rows, sortBy) ? sortObjects(table.rows, sortBy, ({ object }) => object, { isNatural }) : [] };
}

function tablesText(tables: readonly Table[], resource: Resource, options: TableOptions): string {
  const lines = tables.map((table) => tableLines(table, resource, options));
  const rows = lines.flatMap((part) => part.rows);
  const header = lines.find((part) => part.rows.length > 0)?.header;
  if (header === undefined) return "";
  return tabulate(`${[...(options.hasHeaders ? [header] : []), ...rows].join("\n")}\n`, tableTabs);
}

/** `-w`: first what is there, then a row per change; it ends by a signal only. */
function* watchTables(session: Session, flags: Flags, selection: Selection, printer: ObjectPrinter | undefined): Run<void> {
  const [target] = selection.targets;
  if (target === undefined || selection.targets.length !== 1) {
    throw new KubectlError("you may only specify a single resource type");
  }
  const { resource } = target;
  const options = tableOptions(flags, resource, false);
  const widths: number[] = [];
  let hasHeader = options.hasHeaders;
  const show = function* (table: Table): Run<void> {
    const { header, rows } = tableLines(table, resource, options);
    if (rows.length === 0) return;
    yield* session.out(tabulate(`${[...(hasHeader ? [header] : []), ...rows].join("\n")}\n`, tableTabs, widths));
    hasHeader = false;
  };
  const query: Record<string, string> = target.type === "list" ? { ...target.query } : { fieldSelector: `metadata.name=${target.name}` };
  let resourceVersion: string;
  if (printer === undefined) {
    const table = yield* fetchTable(session, flags, target);
    resourceVersion = String(table.metadata.resourceVersion ?? "");
    if (!flags.is("watch-only")) yield* show(table);
  } else {
    const fetched = yield* session.request<{ metadata: { resourceVersion: string }; items?: readonly KubernetesObject[] }>({
      method: "GET",
      path: resourcePath(resource, target.namespace, target.type === "one" ? target.name : undefined),
      ...(target.type === "list" ? { query: target.query } : {}),
    });
    resourceVersion = fetched.metadata.resourceVersion;
    if (!flags.is("watch-only")) for (const object of fetched.items ?? [fetched]) yield* session.out(printer(object, resource));
  }
  const watch = yield* session.watch({
    method: "GET",
    path: resourcePath(resource, target.namespace),
    query: { ...query, resourceVersion },
    ...(printer === undefined ? { accept: tableAccept } : {}),
  });
  try {
    for (;;) {
      const event: WatchEvent = yield* watch.next();
      if (event.type === "BOOKMARK") continue;
      if (event.type === "ERROR") throw new KubectlError("watch closed before it was interrupted");
      if (printer !== undefined) yield* session.out(printer(event.object, resource));
      else yield* show(withEventColumn(event, flags));
    }
  } finally {
    watch.close();
  }
}

function withEventColumn(event: WatchEvent, flags: Flags): Table {
  const table = event.object as unknown as Table;
  if (!flags.is("output-watch-events")) return table;
  return {
    ...table,
    columnDefinitions: [{ name: "Event", type: "string", format: "", description: "", priority: 0 }, ...table.columnDefinitions],
    rows: table.rows.map((row) => ({ ...row, cells: [event.type, ...row.cells] })),
  };
}
