import { JsonError, parseJson } from "../../yaml/json.ts";
import { parseDocument } from "../../yaml/parse.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { manifestHints } from "./manifest-hints.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { schemaOf } from "./schema.ts";
import { fetch, fileFlags, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

const contentTypes: Readonly<Record<string, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

/** `kubectl patch`. @source kubectl pkg/cmd/patch/patch.go */
export const patchCommand: Command = {
  name: "patch",
  short: "Update fields of a resource",
  usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
  completes: "resources",
  flags: [
    ...fileFlags,
    ...outputFlags,
    dryRunFlag,
    { name: "patch", short: "p", type: "string", usage: "The patch to be applied to the resource JSON file." },
    { name: "patch-file", type: "string", usage: "A file containing a patch to be applied to the resource." },
    { name: "type", type: "string", default: "strategic", usage: "The type of patch being provided; one of [json merge strategic]" },
    { name: "subresource", type: "string", usage: "If specified, patch will operate on the subresource of the requested object." },
    { name: "field-manager", type: "string", default: "kubectl-patch" },
    { name: "local", type: "bool", default: "false" },
    { name: "record", type: "bool", default: "false", deprecated: "--record will be removed in the future" },
  ],
  run: patch,
};

function* patch(session: Session, flags: Flags): Run<void> {
  const file = flags.text("patch-file");
  if (flags.text("patch") === "" && file === "")
    throw new KubectlError("must specify --patch or --patch-file containing the contents of the patch");
  if (flags.text("patch") !== "" && file !== "") throw new KubectlError("cannot specify --patch and --patch-file together");
  const type = flags.text("type").toLowerCase();
  const contentType = contentTypes[type];
  if (contentType === undefined)
    throw new KubectlError(`--type must be one of [json merge strategic], not ${JSON.stringify(flags.text("type"))}`);
  let text = flags.text("patch");
  if (file !== "") {
    const read = session.sys.files.read(session.sys.path(file));
    if (!read.ok) throw new KubectlError(`unable to read patch file: open ${file}: no such file or directory`);
    text = read.value;
  }
  const body = parsePatch(text);
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  const selection = yield* select(session, { args: flags.args, files: manifestFiles(flags), isRecursive: flags.is("recursive") });
  const { infos, errors } = yield* fetch(session, selection);
  const failures: Error[] = [...errors];
  if (infos.length === 0 && errors.length === 0) throw new KubectlError("no objects passed to patch");
  for (const { resource, namespace, name, object } of infos) {
    try {
      if (type === "strategic" && schemaOf(resource.apiVersion, resource.kind) === undefined) {
        // Custom resources know no strategic merge: the server says so.
        session.hint("kubectl.patch-type-merge", { kind: resource.kind });
      }
      const subresource = flags.text("subresource");
      const patched = yield* session.request<KubernetesObject>({
        method: "PATCH",
        path: resourcePath(resource, namespace, name, subresource === "" ? undefined : subresource),
        query: { fieldManager: flags.text("field-manager"), ...(dryRun === "none" ? {} : { dryRun: "All" }) },
        body,
        contentType,
      });
      const isChanged =
        dryRun === "none"
          ? patched.metadata.resourceVersion !== object.metadata.resourceVersion
          : JSON.stringify(patched) !== JSON.stringify(object);
      // A dry run is not called one here: the real client fixes its words before it knows.
      yield* printResult(session, flags, printer, resource, patched, isChanged ? "patched" : "patched (no change)", "none");
    } catch (error) {
      if (!(error instanceof KubectlError || error instanceof StatusError)) throw error;
      const given = { ...(body as LooseObject), kind: resource.kind, metadata: { name } };
      for (const { code, args } of manifestHints(given, "refused")) session.hint(code, args);
      failures.push(error);
    }
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
}

/** What begins with a brace goes to the server as it is, and it takes JSON only; all else is read as YAML. @source apimachinery util/yaml, ToJSON */
function parsePatch(text: string): unknown {
  if (/^\s*\{/.test(text)) {
    try {
      return parseJson(text);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new StatusError({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: error.message,
        reason: "BadRequest",
        code: 400,
      });
    }
  }
  const content = parseDocument(text);
  if (!content.ok)
    throw new KubectlError(`unable to parse ${JSON.stringify(text)}: ${content.message.replace("error converting YAML to JSON: ", "")}`);
  return content.value;
}
