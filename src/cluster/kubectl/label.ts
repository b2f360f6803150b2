import type { KubernetesObject } from "../api/meta.ts";
import { labelValueCheck } from "../api/names.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { Failures, joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { fetch, fileFlags, type Info, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

const flags = (manager: string): readonly FlagDefinition[] => [
  ...fileFlags,
  ...outputFlags,
  selectorFlag,
  dryRunFlag,
  { name: "all", type: "bool", default: "false", usage: "Select all resources, in the namespace of the specified resource types" },
  { name: "all-namespaces", short: "A", type: "bool", default: "false", usage: "If true, check the specified action in all namespaces." },
  { name: "field-manager", type: "string", default: manager },
  { name: "field-selector", type: "string" },
  { name: "list", type: "bool", default: "false", usage: "If true, display the labels for a given resource." },
  { name: "local", type: "bool", default: "false" },
  {
    name: "overwrite",
    type: "bool",
    default: "false",
    usage: "If true, allow labels to be overwritten, otherwise reject label updates that overwrite existing labels.",
  },
  { name: "resource-version", type: "string" },
  { name: "record", type: "bool", default: "false", deprecated: "--record will be removed in the future" },
];

/** `kubectl label` and `kubectl annotate`. @source kubectl pkg/cmd/label/label.go, annotate/annotate.go */
export const labelCommand: Command = {
  name: "label",
  short: "Update the labels on a resource",
  usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
  completes: "resources",
  flags: flags("kubectl-label"),
  run: (session, given) => change(session, given, labelWords),
};

export const annotateCommand: Command = {
  name: "annotate",
  short: "Update the annotations on a resource",
  usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
  completes: "resources",
  flags: flags("kubectl-annotate"),
  run: (session, given) => change(session, given, annotateWords),
};

interface Words {
  readonly field: "labels" | "annotations";
  readonly noun: "label" | "annotation";
  readonly nothingGiven: string;
  /** What is wrong with `key=value`. */
  fault(pair: string, value: string): string | undefined;
  bothWays(keys: readonly string[]): string;
  readonly overwriteFault: (taken: readonly { readonly key: string; readonly value: string }[]) => Error;
  /** How the result is called. */
  verb(before: Pairs, after: Pairs, overwrites: boolean): string;
}

type Pairs = Readonly<Record<string, string>>;

const labelWords: Words = {
  field: "labels",
  noun: "label",
  nothingGiven: "at least one label update is required",
  // Keys are left to the server.
  fault(pair, value) {
    if (value.includes("=")) return `invalid label spec: ${pair}`;
    const faults = labelValueCheck(value);
    return faults.length > 0 ? `invalid label value: ${JSON.stringify(pair)}: ${faults.join(";")}` : undefined;
  },
  bothWays: () => "can not both modify and remove a label in the same command",
  overwriteFault: (taken) => {
    const errors = taken.map(({ key, value }) => new KubectlError(`'${key}' already has a value (${value}), and --overwrite is false`));
    return errors.length === 1 ? (errors[0] as Error) : new Failures(errors);
  },
  verb(before, after, overwrites) {
    if (isSame(before, after)) return "not labeled";
    return !overwrites && Object.keys(after).length < Object.keys(before).length ? "unlabeled" : "labeled";
  },
};

const annotateWords: Words = {
  field: "annotations",
  noun: "annotation",
  nothingGiven: "at least one annotation update is required",
  fault: () => undefined,
  bothWays: (keys) => `can not both modify and remove the following annotation(s) in the same command: ${keys.join(", ")}`,
  overwriteFault: (taken) =>
    new KubectlError(
      `--overwrite is false but found the following declared annotation(s): ${taken.map(({ key, value }) => `'${key}' already has a value (${value})`).join("; ")}`,
    ),
  verb: () => "annotated",
};

function isSame(a: Pairs, b: Pairs): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function* change(session: Session, given: Flags, words: Words): Run<void> {
  const { resources, changes, removals } = parsePairs(given.args, words);
  const files = manifestFiles(given);
  if (resources.length === 0 && files.length === 0)
    throw new KubectlError("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (changes.size === 0 && removals.length === 0 && !given.is("list")) throw new KubectlError(words.nothingGiven);
  const dryRun = yield* dryRunOf(session, given);
  const printer = objectPrinter(session, given);
  const selection = yield* select(session, {
    args: resources,
    files,
    isRecursive: given.is("recursive"),
    labelSelector: given.text("selector"),
    fieldSelector: given.text("field-selector"),
    allNamespaces: given.is("all-namespaces"),
    selectsAll: given.is("all"),
  });
  const { infos, errors } = yield* fetch(session, selection);
  const failures: Error[] = [...errors];
  for (const info of infos) {
    try {
      const before = info.object.metadata[words.field] ?? {};
      if (given.is("list")) {
        yield* listPairs(session, info, before, infos.length > 1);
        continue;
      }
      const taken = [...changes]
        .filter(([key, value]) => before[key] !== undefined && before[key] !== value)
        .map(([key]) => ({ key, value: before[key] as string }));
      if (taken.length > 0 && !given.is("overwrite")) throw words.overwriteFault(taken);
      if (words.noun === "label")
        for (const key of removals) if (before[key] === undefined) yield* session.out(`label ${JSON.stringify(key)} not found.\n`);
      const after = Object.fromEntries([...Object.entries(before), ...changes].filter(([key]) => !removals.includes(key)));
      const verb = words.verb(before, after, given.is("overwrite"));
      let object: KubernetesObject = { ...info.object, metadata: { ...info.object.metadata, [words.field]: after } };
      if (dryRun !== "client" && !isSame(before, after)) {
        const patch: Record<string, string | null> = {};
        for (const [key, value] of changes) if (before[key] !== value) patch[key] = value;
        for (const key of removals) if (before[key] !== undefined) patch[key] = null;
        const version = given.text("resource-version");
        object = yield* session.request<KubernetesObject>({
          method: "PATCH",
          path: resourcePath(info.resource, info.namespace, info.name),
          query: { fieldManager: given.text("field-manager"), ...(dryRun === "server" ? { dryRun: "All" } : {}) },
          body: { metadata: { [words.field]: patch, ...(version === "" ? {} : { resourceVersion: version }) } },
          contentType: "application/merge-patch+json",
        });
      }
      yield* printResult(session, given, printer, info.resource, object, verb, dryRun);
    } catch (error) {
      if (!(error instanceof KubectlError || error instanceof StatusError || error instanceof Failures)) throw error;
      failures.push(error);
    }
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
}

function* listPairs(session: Session, { resource, name }: Info, pairs: Pairs, isHeaded: boolean): Run<void> {
  const indent = isHeaded ? " " : "";
  if (isHeaded) yield* session.out(`Listing labels for ${resource.kind}.${resource.group}/${name}:\n`);
  for (const key of Object.keys(pairs).sort()) yield* session.out(`${indent}${key}=${pairs[key]}\n`);
}

/** Words up to the first pair are resources. `key-` takes away. @source kubectl pkg/cmd/util, GetResourcesAndPairs */
function parsePairs(
  args: readonly string[],
  words: Words,
): { resources: readonly string[]; changes: ReadonlyMap<string, string>; removals: readonly string[] } {
  const resources: string[] = [];
  const changes = new Map<string, string>();
  const removals: string[] = [];
  let hasPairs = false;
  for (const arg of args) {
    const isPair = (arg.includes("=") && !arg.startsWith("=")) || arg.endsWith("-");
    if (!isPair && hasPairs) throw new KubectlError(`all resources must be specified before ${words.noun} changes: ${arg}`);
    if (!isPair) {
      resources.push(arg);
      continue;
    }
    hasPairs = true;
    const equals = arg.indexOf("=");
    if (equals < 0) {
      removals.push(arg.slice(0, -1));
      continue;
    }
    const key = arg.slice(0, equals);
    const value = arg.slice(equals + 1);
    const fault = words.fault(arg, value);
    if (fault !== undefined) throw new KubectlError(fault);
    changes.set(key, value);
  }
  const twice = removals.filter((key) => changes.has(key));
  if (twice.length > 0) throw new KubectlError(words.bothWays(twice));
  return { resources, changes, removals };
}
