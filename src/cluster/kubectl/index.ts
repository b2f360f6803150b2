import type { ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { commandFlags, type FoundCommand, findCommand, suggestions } from "./command.ts";
import { commandGroups, rootCommand } from "./commands.ts";
import { Exit, Failures, failureText, KubectlError, KubectlFatal, StatusError, TemplateError } from "./failure.ts";
import { commandHelp, optionsHelp, rootHelp } from "./help.ts";
import { hintSink } from "./hints.ts";
import { type KubectlOptions, Session } from "./session.ts";
import { hasTypographicDash, withPlainDashes } from "./typographic.ts";

export { completeKubectl } from "./complete.ts";
export { type HintSink, hintSink, type KubectlHint } from "./hints.ts";
export { defaultKubeconfig } from "./kubeconfig.ts";
export { type PageEditor, pageEditor } from "./page-editor.ts";
export type { KubectlOptions } from "./session.ts";

/** kubectl of the cluster's version, as a program for clients and nodes. */
export function createKubectl(options: KubectlOptions): ProgramEntry {
  const groups = commandGroups(options.clusterVersion.minor);
  const root = rootCommand(groups);

  function* run(sys: Sys): Run<number> {
    const words = sys.args.slice(1);
    try {
      if (words[0] === "options") {
        yield* sys.out(optionsHelp());
        return 0;
      }
      const isHelp = words[0] === "help";
      const found = findCommand(root, isHelp ? words.slice(1) : words);
      if (found.command === root) return yield* withoutCommand(sys, found, isHelp);
      const flags = commandFlags(found);
      if (isHelp || flags.is("help")) {
        yield* sys.out(commandHelp(found.command, found.path));
        return 0;
      }
      for (const line of flags.deprecations) yield* sys.err(line);
      const session = new Session(sys, options, flags, found.path);
      if (found.command.run === undefined) {
        const [word] = flags.args;
        if (word !== undefined) throw session.usage(`unknown command ${JSON.stringify(word)}`);
        const help = commandHelp(found.command, found.path);
        yield* found.command.helpsOnStdout === true ? sys.out(help) : sys.err(help);
        return 1;
      }
      const context = flags.text("context");
      if (context !== "" && !session.kubeconfig.contexts.some(({ name }) => name === context))
        throw new KubectlFatal(`Error in configuration: context was not found for specified context: ${context}`);
      const status = yield* found.command.run(session, flags);
      return typeof status === "number" ? status : 0;
    } catch (error) {
      if (error instanceof Exit) return error.status;
      if (!(error instanceof KubectlError || error instanceof StatusError || error instanceof Failures)) throw error;
      if (error instanceof TemplateError) yield* sys.out(error.printed);
      yield* sys.err(failureText(error));
      if (hasTypographicDash(sys.args))
        sys.service(hintSink)?.({ code: "kubectl.typographic-dash", args: {}, command: withPlainDashes(sys.args) });
      return 1;
    }
  }

  /** `kubectl` alone, or with a word that is no command. */
  function* withoutCommand(sys: Sys, found: FoundCommand, isHelp: boolean): Run<number> {
    const flags = commandFlags(found);
    const [word] = flags.args;
    if (word === undefined) {
      yield* sys.out(rootHelp(groups));
      return 0;
    }
    if (isHelp) {
      yield* sys.out(`Unknown help topic [\`${flags.args.join("` `")}\`]\n`);
      return 0;
    }
    const near = suggestions(root, word);
    const hint = near.length === 0 ? "" : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join("")}`;
    throw new KubectlError(`unknown command ${JSON.stringify(word)} for "kubectl"${hint}`);
  }

  return { name: "kubectl", path: "/usr/local/bin/kubectl", startUs: 20_000, run };
}
