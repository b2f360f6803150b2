import type { LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { checkOnClient, fieldValidation, validateFlag, validationQuery } from "./apply.ts";
import type { Command } from "./command.ts";
import { createSubcommands } from "./create-generators.ts";
import { joinFailures, KubectlError, StatusError, withSource } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { withLastApplied } from "./last-applied.ts";
import { manifestFiles, newborn } from "./manifest.ts";
import { manifestHints, tellHints } from "./manifest-hints.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { fileFlags, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl create -f`. @source kubectl pkg/cmd/create/create.go */
export const createCommand: Command = {
  name: "create",
  short: "Create a resource from a file or from stdin",
  usage: "-f FILENAME [options]",
  completes: "files",
  flags: [
    ...fileFlags,
    ...outputFlags,
    selectorFlag,
    dryRunFlag,
    validateFlag,
    { name: "edit", type: "bool", default: "false", usage: "Edit the API resource before creating" },
    { name: "field-manager", type: "string", default: "kubectl-create", usage: "Name of the manager used to track field ownership." },
    { name: "raw", type: "string", usage: "Raw URI to POST to the server." },
    {
      name: "record",
      type: "bool",
      default: "false",
      usage: "Record current kubectl command in the resource annotation.",
      deprecated: "--record will be removed in the future",
    },
    {
      name: "save-config",
      type: "bool",
      default: "false",
      usage: "If true, the configuration of current object will be saved in its annotation.",
    },
    { name: "windows-line-endings", type: "bool", default: "false", usage: "Only relevant if --edit=true." },
  ],
  commands: createSubcommands,
  run: create,
};

function* create(session: Session, flags: Flags): Run<void> {
  const files = manifestFiles(flags);
  if (files.length === 0) {
    if (flags.args.length > 0) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
    throw new KubectlError("must specify one of -f and -k");
  }
  if (flags.args.length > 0) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
  const dryRun = yield* dryRunOf(session, flags);
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
  for (const target of selection.targets) {
    if (target.type !== "one" || target.object === undefined) continue;
    try {
      checkOnClient(session, target, validation);
      const body: LooseObject = flags.is("save-config") ? withLastApplied(target.object) : target.object;
      const created =
        dryRun === "client"
          ? body
          : yield* session.request({
              method: "POST",
              path: resourcePath(target.resource, target.namespace),
              query: {
                fieldManager: flags.text("field-manager"),
                ...validationQuery(session, validation),
                ...(dryRun === "server" ? { dryRun: "All" } : {}),
              },
              body: newborn(body),
            });
      yield* printResult(session, flags, printer, target.resource, created, "created", dryRun);
      yield* tellHints(session, target, "created");
    } catch (error) {
      for (const { code, args } of manifestHints(target.object, "refused")) session.hint(code, args);
      if (error instanceof StatusError) errors.push(withSource("creating", target.source, error));
      else if (error instanceof KubectlError) errors.push(error);
      else throw error;
    }
  }
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  if (selection.targets.length === 0) throw new KubectlError("no objects passed to create");
}
