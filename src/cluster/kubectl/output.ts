import { printYaml } from "../../yaml/print.ts";
import type { Run } from "../machine/syscall.ts";
import { parseCustomColumns, parseCustomColumnsFile, printCustomColumns } from "./custom-columns.ts";
import { KubectlError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { goJsonIndented } from "./go-json.ts";
import { parseGoTemplate, printGoTemplate } from "./go-template.ts";
import { parseJsonPath, printJsonPath } from "./jsonpath.ts";
import { klogPrefix } from "./klog.ts";
import { objectName, type Resource } from "./resources.ts";
import type { Session } from "./session.ts";

/** `-o`: how objects are printed when not as a table. @source cli-runtime genericclioptions/print_flags.go */
export const outputFlags: readonly FlagDefinition[] = [
  { name: "output", short: "o", type: "string", usage: "Output format." },
  { name: "template", type: "string", usage: "Template string or path to template file to use when -o=go-template, -o=go-template-file." },
  {
    name: "allow-missing-template-keys",
    type: "bool",
    default: "true",
    usage: "If true, ignore any errors in templates when a field or map key is missing in the template.",
  },
  {
    name: "show-managed-fields",
    type: "bool",
    default: "false",
    usage: "If true, keep the managedFields when printing objects in JSON or YAML format.",
  },
];

export type ObjectPrinter = (object: unknown, resource: Resource | undefined) => string;

const objectFormats = [
  "go-template",
  "go-template-file",
  "json",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
  "name",
  "template",
  "templatefile",
  "yaml",
];

/** The printer that `-o` asks for; undefined for the command's own way of printing. @throws KubectlError */
export function objectPrinter(session: Session, flags: Flags, isGet = false): ObjectPrinter | undefined {
  const output = flags.text("output");
  const template = flags.text("template");
  if (output === "" && template === "") return undefined;
  const equals = output.indexOf("=");
  const format = output === "" ? "go-template" : equals < 0 ? output : output.slice(0, equals);
  const argument = equals < 0 ? template : output.slice(equals + 1);
  let printed = 0;
  switch (format) {
    case "json":
      return (object) => `${goJsonIndented(shown(object, flags, session.behaviour.hidesManagedFields))}\n`;
    case "yaml":
      return (object) => `${printed++ > 0 ? "---\n" : ""}${printYaml(shown(object, flags, session.behaviour.hidesManagedFields))}`;
    case "name":
      return (object, resource) => namesOf(object, resource);
    case "jsonpath":
    case "jsonpath-as-json": {
      needsTemplate(argument);
      const path = parseJsonPath(argument);
      return (object) => printJsonPath(path, object, format === "jsonpath-as-json");
    }
    case "jsonpath-file": {
      const path = parseJsonPath(fileText(session, argument));
      return (object) => printJsonPath(path, object);
    }
    case "go-template":
    case "template": {
      needsTemplate(argument);
      const parsed = parseGoTemplate(argument);
      return (object) => printGoTemplate(parsed, object);
    }
    case "go-template-file":
    case "templatefile": {
      const parsed = parseGoTemplate(fileText(session, argument));
      return (object) => printGoTemplate(parsed, object);
    }
    case "custom-columns":
    case "custom-columns-file": {
      if (!isGet) break;
      const columns = format === "custom-columns" ? parseCustomColumns(argument) : parseCustomColumnsFile(fileText(session, argument));
      return (object) => printCustomColumns(columns, itemsOf(object), !flags.is("no-headers"));
    }
    case "wide":
      if (isGet) return undefined;
      break;
  }
  const allowed = isGet ? [...objectFormats, "custom-columns", "custom-columns-file", "wide"].sort() : objectFormats;
  throw new KubectlError(
    `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: ${allowed.join(",")}`,
  );
}

function needsTemplate(argument: string): void {
  if (argument === "") throw new KubectlError("template format specified but no template given");
}

function fileText(session: Session, path: string): string {
  const file = session.sys.files.read(session.sys.path(path));
  if (!file.ok) throw new KubectlError(`error reading template ${path}, open ${path}: no such file or directory\n`);
  return file.value;
}

export function itemsOf(object: unknown): readonly unknown[] {
  const { items } = object as { readonly items?: unknown };
  return Array.isArray(items) ? items : [object];
}

function namesOf(object: unknown, resource: Resource | undefined): string {
  return itemsOf(object)
    .map((item) => {
      const { kind, apiVersion, metadata } = item as { kind?: string; apiVersion?: string; metadata: { name: string } };
      if (kind === undefined || apiVersion === undefined) return resource === undefined ? "" : `${objectName(resource, metadata.name)}\n`;
      const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
      return `${kind.toLowerCase()}${group}/${metadata.name}\n`;
    })
    .join("");
}

/** managedFields are noise unless asked for. */
function shown(object: unknown, flags: Flags, isHidden: boolean): unknown {
  if (!isHidden || flags.is("show-managed-fields") || typeof object !== "object" || object === null) return object;
  const { items, metadata } = object as { items?: unknown; metadata?: { managedFields?: unknown } };
  if (Array.isArray(items)) return { ...object, items: items.map((item) => shown(item, flags, isHidden)) };
  if (metadata?.managedFields === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

export type DryRun = "none" | "client" | "server";

export const dryRunFlag: FlagDefinition = {
  name: "dry-run",
  type: "string",
  default: "none",
  bare: "unchanged",
  usage: 'Must be "none", "server", or "client".',
};

/** @throws KubectlError @source kubectl pkg/cmd/util/helpers.go, GetDryRunStrategy */
export function* dryRunOf(session: Session, flags: Flags): Run<DryRun> {
  const text = flags.text("dry-run");
  if (text === "none" || text === "client" || text === "server") return text;
  if (text === "unchanged") {
    yield* session.err(`${klogPrefix(session, "W", "helpers.go:702")}--dry-run is deprecated and can be replaced with --dry-run=client.\n`);
    return "client";
  }
  if (text === "true" || text === "false") {
    if (session.behaviour.dryRunIsBoolean) return text === "true" ? "client" : "none";
    yield* session.err(
      `${klogPrefix(session, "W", "helpers.go:702")}--dry-run=${text} is deprecated (boolean value) and can be replaced with --dry-run=${text === "true" ? "client" : "none"}.\n`,
    );
    return text === "true" ? "client" : "none";
  }
  throw new KubectlError(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

export function dryRunSuffix(dryRun: DryRun): string {
  return dryRun === "client" ? " (dry run)" : dryRun === "server" ? " (server dry run)" : "";
}

/** Prints an object as `-o` says, else as `service/kubia created`. */
export function* printResult(
  session: Session,
  _flags: Flags,
  printer: ObjectPrinter | undefined,
  resource: Resource,
  object: unknown,
  verb: string,
  dryRun: DryRun,
): Run<void> {
  if (printer !== undefined) return yield* session.out(printer(object, resource));
  const { name } = (object as { metadata: { name: string } }).metadata;
  yield* session.out(`${objectName(resource, name)} ${verb}${dryRunSuffix(dryRun)}\n`);
}
