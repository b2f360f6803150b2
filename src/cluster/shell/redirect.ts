import { absolutePath } from "../machine/path.ts";
import type { Run } from "../machine/syscall.ts";
import type { Redirection } from "./ast.ts";
import type { Descriptor, ShellContext } from "./context.ts";
import { fileErrorTexts, wordings } from "./messages.ts";

/**
 * The descriptors after some redirections, from left to right; undefined when one failed (its message is printed).
 * A copy takes no hold of its own: the process holds what it was given until it ends.
 *
 * @source POSIX.1-2017 XCU 2.7; bash 5.2 manual, 3.6
 */
export function* redirect(
  shell: ShellContext,
  from: ReadonlyMap<number, Descriptor>,
  redirections: readonly Redirection[],
): Run<Map<number, Descriptor> | undefined> {
  const descriptors = new Map(from);
  const words = wordings[shell.flavour];

  function* openOutput(path: string, append: boolean, overwrite: boolean): Run<Descriptor | undefined> {
    const absolute = absolutePath(path, shell.sys.cwd);
    if (absolute === "/dev/stdout" || absolute === "/dev/fd/1") return descriptors.get(1);
    if (absolute === "/dev/stderr" || absolute === "/dev/fd/2") return descriptors.get(2);
    if (path === "") {
      yield* shell.complain(words.cannotCreate(path, fileErrorTexts.ENOENT));
      return undefined;
    }
    const status = shell.sys.files.status(absolute);
    if (status.ok && shell.options.noclobber && !append && !overwrite && !absolute.startsWith("/dev/")) {
      yield* shell.complain(words.cannotCreate(path, shell.flavour === "bash" ? "cannot overwrite existing file" : "File exists"));
      return undefined;
    }
    const opened = shell.sys.fileOutput(absolute, append);
    if (opened.ok) return { output: opened.value };
    yield* shell.complain(words.cannotCreate(path, fileErrorTexts[opened.error]));
    return undefined;
  }

  function* openInput(path: string): Run<Descriptor | undefined> {
    const absolute = absolutePath(path, shell.sys.cwd);
    if (absolute === "/dev/stdin" || absolute === "/dev/fd/0") return descriptors.get(0);
    if (absolute === "/dev/null") return { input: shell.sys.nullInput };
    if (absolute === "/dev/tty" && shell.sys.terminal !== undefined) return { input: shell.sys.terminal.input };
    const text = path === "" ? ({ ok: false, error: "ENOENT" } as const) : shell.sys.files.read(absolute);
    if (text.ok) return { input: shell.sys.textInput(text.value, "file") };
    yield* shell.complain(words.cannotOpen(path, fileErrorTexts[text.error]));
    return undefined;
  }

  function* target(redirection: Redirection & { readonly target: unknown }): Run<string | undefined> {
    const fields = yield* shell.expandWords([redirection.target as Parameters<ShellContext["expandText"]>[0]]);
    if (fields.length === 1) return fields[0];
    yield* shell.complain(`${(redirection.target as { readonly source: string }).source}: ambiguous redirect`);
    return undefined;
  }

  for (const redirection of redirections) {
    let opened: Descriptor | undefined;
    switch (redirection.type) {
      case "text":
        descriptors.set(redirection.fd, { input: shell.sys.textInput(yield* shell.expandText(redirection.document.text)) });
        continue;
      case "hereString":
        descriptors.set(redirection.fd, { input: shell.sys.textInput(`${yield* shell.expandText(redirection.target)}\n`) });
        continue;
      case "duplicate": {
        const text = yield* target(redirection);
        if (text === undefined) break;
        if (text === "-") {
          descriptors.delete(redirection.fd);
          continue;
        }
        const source = /^\d+$/.test(text) ? descriptors.get(Number(text)) : undefined;
        if (source === undefined) {
          yield* shell.complain(/^\d+$/.test(text) ? `${text}: Bad file descriptor` : `${text}: ambiguous redirect`);
          break;
        }
        opened = source;
        break;
      }
      case "both": {
        const path = yield* target(redirection);
        opened = path === undefined ? undefined : yield* openOutput(path, redirection.append, false);
        if (opened !== undefined) descriptors.set(2, opened);
        break;
      }
      case "in": {
        const path = yield* target(redirection);
        opened = path === undefined ? undefined : yield* openInput(path);
        break;
      }
      case "readWrite": {
        const path = yield* target(redirection);
        const output = path === undefined ? undefined : yield* openOutput(path, true, true);
        const input = output === undefined ? undefined : yield* openInput(path as string);
        opened = input === undefined ? undefined : { ...input, ...output };
        break;
      }
      default: {
        const path = yield* target(redirection);
        opened = path === undefined ? undefined : yield* openOutput(path, redirection.type === "append", redirection.type === "clobber");
      }
    }
    if (opened === undefined) return undefined;
    descriptors.set(redirection.type === "both" ? 1 : redirection.fd, opened);
  }
  return descriptors;
}
