import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { buildKustomization, type FileTree } from "./kustomize/build.ts";
import type { Session } from "./session.ts";

/** `kubectl kustomize DIR`. @source kubectl pkg/cmd/kustomize/kustomize.go; kustomize 5.5 commands/build */
export const kustomizeCommand: Command = {
  name: "kustomize",
  short: "Build a kustomization target from a directory or URL",
  usage: "DIR",
  completes: "files",
  flags: [{ name: "output", short: "o", type: "string", usage: "If specified, write output to this path." }],
  run: kustomize,
};

function* kustomize(session: Session, flags: Flags): Run<void> {
  if (flags.args.length > 1) throw new KubectlError("specify one path to kustomization.yaml");
  const text = yield* kustomized(session, flags.args[0] ?? ".");
  const output = flags.text("output");
  if (output === "") yield* session.out(text);
  else session.sys.files.write(session.sys.path(output), text);
}

/** The YAML that a folder stands for; warnings go to standard error. */
export function* kustomized(session: Session, folder: string): Run<string> {
  const { sys } = session;
  const files: FileTree = {
    read(path) {
      const file = sys.files.read(path);
      return file.ok ? file.value : undefined;
    },
    isFolder(path) {
      const status = sys.files.status(path);
      return status.ok && status.value.type === "directory";
    },
  };
  const { text, warnings } = buildKustomization(files, sys.path(folder), {
    shown: folder,
    hashesName: session.behaviour.kustomizeHashesName,
  });
  yield* session.err(warnings.join(""));
  return text;
}
