import { parseDocument } from "../../yaml/parse.ts";
import { printYaml } from "../../yaml/print.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { createTwoWayMergePatch } from "../apiserver/three-way.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { outputFlags, printResult } from "./output.ts";
import { pageEditor } from "./page-editor.ts";
import { schemaOf } from "./schema.ts";
import { fetch, fileFlags, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

export const editHeader = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

/** `kubectl edit`: in the page's own editor. @source kubectl pkg/cmd/util/editor/editoptions.go */
export const editCommand: Command = {
  name: "edit",
  short: "Edit a resource on the server",
  usage: "(RESOURCE/NAME | -f FILENAME)",
  completes: "resources",
  flags: [
    ...fileFlags,
    ...outputFlags,
    selectorFlag,
    { name: "save-config", type: "bool", default: "false" },
    { name: "subresource", type: "string" },
  ],
  run: edit,
};

function* edit(session: Session, flags: Flags): Run<void> {
  const selection = yield* select(session, {
    args: flags.args,
    files: manifestFiles(flags),
    labelSelector: flags.text("selector"),
    typeAloneIsAll: true,
  });
  const { infos, errors } = yield* fetch(session, selection);
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  if (infos.length === 0) throw new KubectlError("edit cancelled, no objects found");
  const editor = session.sys.service(pageEditor);
  if (editor === undefined) {
    throw new KubectlError('unable to launch the editor "vi"');
  }
  for (const { resource, namespace, name, object } of infos) {
    const original = printYaml(object);
    const text = yield* editor(`${resource.singular}-${name}.yaml`, editHeader + original);
    if (text === undefined) {
      yield* session.err("Edit cancelled, no changes made.\n");
      continue;
    }
    const content = parseDocument(text);
    if (!content.ok) throw new KubectlError(`couldn't get version/kind; json parse error: ${content.message}`);
    if (content.value === null) {
      yield* session.err("Edit cancelled, saved file was empty.\n");
      continue;
    }
    const schema = schemaOf(resource.apiVersion, resource.kind);
    const patch = createTwoWayMergePatch(object, content.value as LooseObject, schema);
    if (Object.keys(patch).length === 0) {
      yield* session.err("Edit cancelled, no changes made.\n");
      continue;
    }
    try {
      const patched = yield* session.request<KubernetesObject>({
        method: "PATCH",
        path: resourcePath(resource, namespace, name),
        query: { fieldManager: "kubectl-edit", fieldValidation: "Strict" },
        body: patch,
        contentType: schema === undefined ? "application/merge-patch+json" : "application/strategic-merge-patch+json",
      });
      yield* printResult(session, flags, undefined, resource, patched, "edited", "none");
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const path = `/tmp/kubectl-edit-${name}.yaml`;
      session.sys.files.write(path, text);
      yield* session.err(
        `error: ${resource.plural} "${name}" is invalid\n${error.status.reason === "Invalid" ? "" : `${error.message}\n`}A copy of your changes has been stored to "${path}"\n`,
      );
      throw error;
    }
  }
}
