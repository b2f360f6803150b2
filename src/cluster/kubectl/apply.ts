import { readJson } from "../../yaml/json.ts";
import { parseDocument } from "../../yaml/parse.ts";
import { printYaml } from "../../yaml/print.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { createThreeWayMergePatch } from "../apiserver/three-way.ts";
import type { Run } from "../machine/syscall.ts";
import { clientValidationFaults } from "./client-validation.ts";
import type { Command } from "./command.ts";
import { editHeader } from "./edit.ts";
import { Failures, joinFailures, KubectlError, StatusError, withSource } from "./failure.ts";
import { type FlagDefinition, type Flags, parseBool } from "./flags.ts";
import { goJson, goJsonIndented, withSortedKeys } from "./go-json.ts";
import { lastApplied, withLastApplied } from "./last-applied.ts";
import { manifestFiles, newborn } from "./manifest.ts";
import { manifestHints, tellHints } from "./manifest-hints.ts";
import { type DryRun, dryRunFlag, dryRunOf, type ObjectPrinter, objectPrinter, outputFlags, printResult } from "./output.ts";
import { pageEditor } from "./page-editor.ts";
import { checkPrune, prune, pruneFlags } from "./prune.ts";
import type { Resource } from "./resources.ts";
import { schemaOf } from "./schema.ts";
import { fetch, fileFlags, select, selectorFlag, type Target } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

export const validateFlag: FlagDefinition = {
  name: "validate",
  type: "string",
  default: "strict",
  bare: "strict",
  usage: "Must be one of: strict (or true), warn, ignore (or false).",
};

/** `kubectl apply`: a three-way merge of the manifest, the manifest applied before, and what is there. @source kubectl pkg/cmd/apply/apply.go, patcher.go */
export const applyCommand: Command = {
  name: "apply",
  short: "Apply a configuration to a resource by file name or stdin",
  usage: "(-f FILENAME | -k DIRECTORY) [options]",
  completes: "files",
  flags: [
    ...fileFlags,
    ...outputFlags,
    selectorFlag,
    dryRunFlag,
    validateFlag,
    ...pruneFlags,
    { name: "server-side", type: "bool", default: "false", usage: "If true, apply runs in the server instead of the client." },
    {
      name: "force-conflicts",
      type: "bool",
      default: "false",
      usage: "If true, server-side apply will force the changes against conflicts.",
    },
    {
      name: "field-manager",
      type: "string",
      default: "kubectl-client-side-apply",
      usage: "Name of the manager used to track field ownership.",
    },
    {
      name: "force",
      type: "bool",
      default: "false",
      usage: "If true, immediately remove resources from API and bypass graceful deletion.",
    },
    { name: "grace-period", type: "int", default: "-1", usage: "Period of time in seconds given to the resource to terminate gracefully." },
    {
      name: "overwrite",
      type: "bool",
      default: "true",
      usage: "Automatically resolve conflicts between the modified and live configuration.",
    },
    { name: "openapi-patch", type: "bool", default: "true", usage: "If true, use openapi to calculate diff when the openapi presents." },
    { name: "all", type: "bool", default: "false", usage: "Select all resources in the namespace of the specified resource types." },
    { name: "wait", type: "bool", default: "false", usage: "If true, wait for resources to be gone before returning." },
    { name: "timeout", type: "duration", default: "0s", usage: "The length of time to wait before giving up on a delete." },
    {
      name: "record",
      type: "bool",
      default: "false",
      usage: "Record current kubectl command in the resource annotation.",
      deprecated: "--record will be removed in the future",
    },
  ],
  commands: [
    {
      name: "view-last-applied",
      short: "View the latest last-applied-configuration annotations of a resource/object",
      usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
      completes: "resources",
      flags: [
        ...fileFlags,
        selectorFlag,
        { name: "output", short: "o", type: "string", default: "yaml" },
        { name: "all", type: "bool", default: "false" },
      ],
      run: viewLastApplied,
    },
    {
      name: "set-last-applied",
      short: "Set the last-applied-configuration annotation on a live object to match the contents of a file",
      usage: "-f FILENAME",
      flags: [...fileFlags, dryRunFlag, { name: "create-annotation", type: "bool", default: "false" }],
      run: setLastApplied,
    },
    {
      name: "edit-last-applied",
      short: "Edit latest last-applied-configuration annotations of a resource/object",
      usage: "(RESOURCE/NAME | -f FILENAME)",
      completes: "resources",
      flags: [...fileFlags, { name: "field-manager", type: "string", default: "kubectl-client-side-apply" }],
      run: editLastApplied,
    },
  ],
  run: apply,
};

function* apply(session: Session, flags: Flags): Run<void> {
  if (flags.args.length > 0) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
  const files = manifestFiles(flags);
  if (files.length === 0) throw new KubectlError("must specify one of -f and -k");
  checkPrune(flags);
  const dryRun = yield* dryRunOf(session, flags);
  const isServerSide = flags.is("server-side");
  if (dryRun === "client" && isServerSide)
    throw new KubectlError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  if (flags.is("force-conflicts") && !isServerSide) throw new KubectlError("--force-conflicts only works with --server-side");
  if (flags.is("force") && isServerSide) throw new KubectlError("--force cannot be used with --server-side");
  const validation = fieldValidation(flags);
  const printer = objectPrinter(session, flags);
  const selection = yield* select(session, {
    args: [],
    files,
    isRecursive: flags.is("recursive"),
    labelSelector: flags.text("selector"),
    validates: validation !== "Ignore",
  });
  const errors: Error[] = [...selection.errors];
  if (selection.targets.length === 0 && errors.length === 0) throw new KubectlError("no objects passed to apply");
  const context: ApplyContext = { session, flags, dryRun, printer, validation };
  for (const target of selection.targets) {
    if (target.type !== "one") continue;
    try {
      checkOnClient(session, target, validation);
      if (isServerSide) yield* applyOnServer(context, target);
      else yield* applyOne(context, target);
    } catch (error) {
      for (const { code, args } of manifestHints(target.object ?? {}, "refused")) session.hint(code, args);
      if (!(error instanceof StatusError || error instanceof KubectlError || error instanceof Failures)) throw error;
      errors.push(error);
    }
  }
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  if (flags.is("prune")) yield* prune(session, flags, selection.targets, dryRun);
}

export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** @throws KubectlError */
export function fieldValidation(flags: Flags): FieldValidation {
  const text = flags.text("validate");
  if (text === "strict" || parseBool(text) === true) return "Strict";
  if (text === "warn") return "Warn";
  if (text === "ignore" || parseBool(text) === false) return "Ignore";
  throw new KubectlError(`invalid - validate option ${JSON.stringify(text)}; must be one of: strict (or true), warn, ignore (or false)`);
}

/** Up to 1.24 kubectl itself looked for unknown fields. */
export function checkOnClient(session: Session, target: Extract<Target, { type: "one" }>, validation: FieldValidation): void {
  if (session.behaviour.serverSideValidation || validation === "Ignore" || target.object === undefined) return;
  const faults = clientValidationFaults(target.object);
  if (faults.length === 0) return;
  const text = faults.length === 1 ? faults[0] : `[${faults.join(", ")}]`;
  throw new KubectlError(
    `error validating ${JSON.stringify(target.source)}: error validating data: ${text}; if you choose to ignore these errors, turn validation off with --validate=false`,
  );
}

export function validationQuery(session: Session, validation: FieldValidation): Readonly<Record<string, string>> {
  return session.behaviour.serverSideValidation ? { fieldValidation: validation } : { fieldValidation: "Ignore" };
}

interface ApplyContext {
  readonly session: Session;
  readonly flags: Flags;
  readonly dryRun: DryRun;
  readonly printer: ObjectPrinter | undefined;
  readonly validation: FieldValidation;
}

/** How errors name an object that is there. @source cli-runtime resource/visitor.go, Info.String */
function infoText(resource: Resource, name: string, namespace: string | undefined): string {
  const kind = `${resource.apiVersion.includes("/") ? resource.apiVersion : `/${resource.apiVersion}`}`;
  const scope = namespace === undefined ? 'Namespace: ""' : `Namespace: ${JSON.stringify(namespace)}`;
  return `Resource: "${kind}, Resource=${resource.plural}", GroupVersionKind: "${kind}, Kind=${resource.kind}"\nName: ${JSON.stringify(name)}, ${scope}`;
}

function* applyOne(context: ApplyContext, target: Extract<Target, { type: "one" }>): Run<void> {
  const { session, flags, dryRun, printer } = context;
  const { resource, namespace, name, source } = target;
  const object = target.object as LooseObject;
  const metadata = (object.metadata ?? {}) as LooseObject;
  if (name === "" && typeof metadata.generateName === "string" && metadata.generateName !== "") {
    throw new KubectlError(`from ${metadata.generateName}: cannot use generate name with apply`);
  }
  const modified = withLastApplied(object);
  let current: KubernetesObject | undefined;
  try {
    if (name === "") throw new KubectlError("resource name may not be empty");
    current = yield* session.requestIfFound<KubernetesObject>({ method: "GET", path: resourcePath(resource, namespace, name) });
  } catch (error) {
    if (!(error instanceof StatusError || error instanceof KubectlError)) throw error;
    throw withSource(`retrieving current configuration of:\n${infoText(resource, name, namespace)}\nfrom server for:`, source, error);
  }
  if (current === undefined) return yield* createOne(context, target, modified);

  if (current.metadata.annotations?.[lastApplied] === undefined) {
    yield* session.err(
      `Warning: resource ${resource.plural}/${name} is missing the ${lastApplied} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  const patch = threeWayPatch(resource, current, modified);
  if (Object.keys(patch).length === 0) return yield* printResult(session, flags, printer, resource, current, "unchanged", dryRun);
  if (dryRun === "client") return yield* printResult(session, flags, printer, resource, current, "configured", dryRun);
  let patched: KubernetesObject;
  try {
    patched = yield* session.request<KubernetesObject>({
      method: "PATCH",
      path: resourcePath(resource, namespace, name),
      query: { ...writeQuery(flags, dryRun), ...validationQuery(session, context.validation) },
      body: patch,
      contentType:
        schemaOf(resource.apiVersion, resource.kind) === undefined
          ? "application/merge-patch+json"
          : "application/strategic-merge-patch+json",
    });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (flags.is("force") && (error.status.reason === "Conflict" || error.status.reason === "Invalid")) {
      patched = yield* recreate(context, target, modified);
    } else
      throw withSource(
        `applying patch:\n${goJson(patch)}\nto:\n${infoText(resource, name, namespace)}\nfor:`,
        source,
        withSource("patching", source, error),
      );
  }
  const outcome = isSame(current, patched) ? "unchanged" : "configured";
  yield* printResult(session, flags, printer, resource, patched, outcome, dryRun);
  yield* tellHints(session, target, outcome);
}

function isSame(before: KubernetesObject, after: KubernetesObject): boolean {
  return before.metadata.resourceVersion === after.metadata.resourceVersion && before.metadata.uid === after.metadata.uid;
}

function writeQuery(flags: Flags, dryRun: DryRun): Readonly<Record<string, string>> {
  return { fieldManager: flags.text("field-manager"), ...(dryRun === "server" ? { dryRun: "All" } : {}) };
}

function* createOne(context: ApplyContext, target: Extract<Target, { type: "one" }>, modified: LooseObject): Run<void> {
  const { session, flags, dryRun, printer } = context;
  let created: unknown = modified;
  if (dryRun !== "client") {
    try {
      created = yield* session.request({
        method: "POST",
        path: resourcePath(target.resource, target.namespace),
        query: { ...writeQuery(flags, dryRun), ...validationQuery(session, context.validation) },
        body: newborn(modified),
      });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw withSource("creating", target.source, error);
    }
  }
  yield* printResult(session, flags, printer, target.resource, created, "created", dryRun);
  yield* tellHints(session, target, "created");
}

function* recreate(context: ApplyContext, target: Extract<Target, { type: "one" }>, modified: LooseObject): Run<KubernetesObject> {
  const { session, flags } = context;
  const { resource, namespace, name } = target;
  yield* session.request({
    method: "DELETE",
    path: resourcePath(resource, namespace, name),
    body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background", gracePeriodSeconds: 0 },
  });
  while ((yield* session.requestIfFound({ method: "GET", path: resourcePath(resource, namespace, name) })) !== undefined)
    yield* session.sys.sleep(1_000_000);
  return yield* session.request<KubernetesObject>({
    method: "POST",
    path: resourcePath(resource, namespace),
    query: writeQuery(flags, "none"),
    body: newborn(modified),
  });
}

/** What brings the live object to the manifest; {} when nothing does. */
export function threeWayPatch(resource: Resource, current: KubernetesObject, modified: LooseObject): LooseObject {
  const text = current.metadata.annotations?.[lastApplied];
  const original = text === undefined ? undefined : readQuietly(text);
  return createThreeWayMergePatch(original, modified, current, schemaOf(resource.apiVersion, resource.kind));
}

function readQuietly(text: string): unknown {
  try {
    return readJson(text).value;
  } catch {
    return undefined; // a broken annotation counts as none
  }
}

function* applyOnServer(context: ApplyContext, target: Extract<Target, { type: "one" }>): Run<void> {
  const { session, flags, dryRun, printer } = context;
  const { resource, namespace, name, object } = target;
  const manager = flags.isGiven("field-manager") ? flags.text("field-manager") : "kubectl";
  try {
    const applied = yield* session.request({
      method: "PATCH",
      path: resourcePath(resource, namespace, name),
      query: {
        fieldManager: manager,
        force: flags.is("force-conflicts") ? "true" : "false",
        ...validationQuery(session, context.validation),
        ...(dryRun === "server" ? { dryRun: "All" } : {}),
      },
      body: withSortedKeys(object),
      contentType: "application/apply-patch+yaml",
    });
    yield* printResult(session, flags, printer, resource, applied, "serverside-applied", dryRun);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.status.reason !== "Conflict") throw withSource("applying", "", error);
    throw new KubectlError(
      `${error.message}\nPlease review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the \`--force-conflicts\` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`,
    );
  }
}

function* viewLastApplied(session: Session, flags: Flags): Run<void> {
  const selection = yield* select(session, {
    args: flags.args,
    files: manifestFiles(flags),
    labelSelector: flags.text("selector"),
    selectsAll: flags.is("all"),
  });
  const { infos, errors } = yield* fetch(session, selection);
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  for (const { object, name } of infos) {
    const text = object.metadata.annotations?.[lastApplied];
    if (text === undefined) throw new KubectlError(`no last-applied-configuration annotation found on resource: ${name}`);
    const value = readQuietly(text);
    if (flags.text("output") === "json") yield* session.out(`${goJsonIndented(value, "  ")}\n`);
    else if (flags.text("output") === "yaml") yield* session.out(printYaml(value));
    else throw session.usage(`Unexpected -o output mode: ${flags.text("output")}, the flag 'output' must be one of yaml|json`);
  }
}

function* setLastApplied(session: Session, flags: Flags): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const selection = yield* select(session, { args: [], files: manifestFiles(flags), validates: true });
  if (selection.targets.length === 0) throw new KubectlError("no objects passed to set-last-applied");
  for (const target of selection.targets) {
    if (target.type !== "one" || target.object === undefined) continue;
    const path = resourcePath(target.resource, target.namespace, target.name);
    const current = yield* session.request<KubernetesObject>({ method: "GET", path });
    if (current.metadata.annotations?.[lastApplied] === undefined && !flags.is("create-annotation")) {
      throw new KubectlError(
        `no last-applied-configuration annotation found on resource: ${target.name}, to create the annotation, run the command with --create-annotation`,
      );
    }
    const { annotations } = withLastApplied(target.object).metadata as { annotations: Record<string, string> };
    const patch = { metadata: { annotations: { [lastApplied]: annotations[lastApplied] } } };
    const patched =
      dryRun === "client"
        ? current
        : yield* session.request({ method: "PATCH", path, body: patch, contentType: "application/merge-patch+json" });
    yield* printResult(session, flags, undefined, target.resource, patched, "configured", dryRun);
  }
}

/** The annotation alone, in the page's own editor. @source kubectl pkg/cmd/apply/apply_edit_last_applied.go, util/editor/editoptions.go */
function* editLastApplied(session: Session, flags: Flags): Run<void> {
  const selection = yield* select(session, { args: flags.args, files: manifestFiles(flags), typeAloneIsAll: true });
  const { infos, errors } = yield* fetch(session, selection);
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  const editor = session.sys.service(pageEditor);
  if (editor === undefined) throw new KubectlError('unable to launch the editor "vi"');
  for (const { resource, namespace, name, object } of infos) {
    const kept = object.metadata.annotations?.[lastApplied];
    if (kept === undefined) throw new KubectlError(`no last-applied-configuration annotation found on resource: ${name}`);
    const before = printYaml(readQuietly(kept));
    const text = yield* editor(
      `${resource.singular}-${name}.yaml`,
      editHeader.replace("the object", "the 'last-applied-configuration' annotations") + before,
    );
    const content = text === undefined ? undefined : parseDocument(text);
    if (content?.ok === false) throw new KubectlError(`couldn't get version/kind; json parse error: ${content.message}`);
    const value = content?.value as LooseObject | null | undefined;
    if (value === undefined || value === null || printYaml(value) === before) {
      yield* session.err("Edit cancelled, no changes made.\n");
      continue;
    }
    const { annotations } = withLastApplied(value).metadata as { annotations: Record<string, string> };
    const edited = yield* session.request({
      method: "PATCH",
      path: resourcePath(resource, namespace, name),
      query: { fieldManager: flags.text("field-manager") },
      body: { metadata: { annotations: { [lastApplied]: annotations[lastApplied] } } },
      contentType: "application/merge-patch+json",
    });
    yield* printResult(session, flags, undefined, resource, edited, "edited", "none");
  }
}
