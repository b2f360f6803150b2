import type { FileError, Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { errorText } from "./input.ts";
import { quoteName, walkTree } from "./ls.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** touch, rm, rmdir, mkdir, cp, mv, chmod, ln, mktemp: what changes the tree of files. @source coreutils 9.1; busybox 1.35 */
export function fileTools(toolset: Toolset): readonly ProgramEntry[] {
  const isGnu = toolset === "gnu";
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });

  function* missing(sys: Sys, what = "missing operand"): Run<number> {
    const name = programName(sys);
    yield* sys.err(
      isGnu
        ? `${name}: ${what}\nTry '${name} --help' for more information.\n`
        : `BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: ${name} [OPTIONS] FILE...\n`,
    );
    return 1;
  }
  /** GNU's `rm: cannot remove 'x': No such file or directory` and busybox' `rm: can't remove 'x': ...`. */
  function* complain(sys: Sys, gnu: string, busybox: string, error: FileError): Run<void> {
    yield* sys.err(`${programName(sys)}: ${isGnu ? gnu : busybox}: ${errorText(error)}\n`);
  }

  function* touch(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "acmhd:r:t:", long: { "no-create": "c", date: "d" } }, toolset);
    if (options === undefined) return 1;
    if (options.words.length === 0) return yield* missing(sys, "missing file operand");
    let status = 0;
    for (const path of options.words) {
      if (options.has("c") && !sys.files.status(sys.path(path)).ok) continue;
      const done = sys.files.touch(sys.path(path), sys.dateMs());
      yield* sys.work(1);
      if (done.ok) continue;
      yield* complain(sys, `cannot touch ${quoteName(path)}`, path, done.error);
      status = 1;
    }
    return status;
  }

  function* rm(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      { short: "rRfivdI", long: { recursive: "r", force: "f", verbose: "v", interactive: "i" }, optional: ["i"] },
      toolset,
    );
    if (options === undefined) return 1;
    const isForced = options.has("f");
    if (options.words.length === 0) return isForced ? 0 : yield* missing(sys);
    const isRecursive = options.has("r") || options.has("R");
    let status = 0;
    for (const path of options.words) {
      const absolute = sys.path(path);
      const found = sys.files.status(absolute);
      yield* sys.work(1);
      if (!found.ok) {
        if (isForced && found.error === "ENOENT") continue;
        yield* complain(sys, `cannot remove ${quoteName(path)}`, `can't remove '${path}'`, found.error);
        status = 1;
        continue;
      }
      if (
        found.value.type === "directory" &&
        !isRecursive &&
        !(options.has("d") && (sys.files.list(absolute) as { value?: readonly string[] }).value?.length === 0)
      ) {
        yield* sys.err(isGnu ? `rm: cannot remove ${quoteName(path)}: Is a directory\n` : `rm: '${path}' is a directory\n`);
        status = 1;
        continue;
      }
      if (absolute === "/") {
        yield* sys.err("rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n");
        status = 1;
        continue;
      }
      sys.files.remove(absolute, { recursive: true });
      if (options.has("v")) yield* sys.out(`removed ${found.value.type === "directory" ? "directory " : ""}${quoteName(path)}\n`);
    }
    return status;
  }

  function* rmdir(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "pv", long: { parents: "p", "ignore-fail-on-non-empty": "i" } }, toolset);
    if (options === undefined) return 1;
    if (options.words.length === 0) return yield* missing(sys);
    let status = 0;
    for (const path of options.words) {
      const found = sys.files.status(sys.path(path));
      const error: FileError | undefined = !found.ok ? found.error : found.value.type === "file" ? "ENOTDIR" : undefined;
      const done = error === undefined ? sys.files.remove(sys.path(path)) : ({ ok: false, error } as const);
      yield* sys.work(1);
      if (done.ok) continue;
      yield* complain(sys, `failed to remove ${quoteName(path)}`, `'${path}'`, done.error);
      status = 1;
    }
    return status;
  }

  function* mkdir(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "pvm:", long: { parents: "p", verbose: "v", mode: "m" } }, toolset);
    if (options === undefined) return 1;
    if (options.words.length === 0) return yield* missing(sys);
    let status = 0;
    for (const path of options.words) {
      const done = sys.files.makeDirectory(sys.path(path), { parents: options.has("p") });
      yield* sys.work(1);
      if (done.ok) {
        if (options.has("v")) yield* sys.out(`mkdir: created directory ${quoteName(path)}\n`);
        continue;
      }
      yield* complain(sys, `cannot create directory ${isGnu ? `‘${path}’` : path}`, `can't create directory '${path}'`, done.error);
      status = 1;
    }
    return status;
  }

  function* cp(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      { short: "rRafpvit:L", long: { recursive: "r", archive: "a", force: "f", verbose: "v", preserve: "p" }, optional: ["p"] },
      toolset,
    );
    if (options === undefined) return 1;
    const isRecursive = options.has("r") || options.has("R") || options.has("a");
    return yield* toTarget(sys, options.words, function* (from, to, shown) {
      const status = sys.files.status(from);
      if (!status.ok) {
        yield* complain(sys, `cannot stat ${quoteName(shown)}`, `can't stat '${shown}'`, status.error);
        return 1;
      }
      if (status.value.type === "directory" && !isRecursive) {
        yield* sys.err(isGnu ? `cp: -r not specified; omitting directory ${quoteName(shown)}\n` : `cp: omitting directory '${shown}'\n`);
        return 1;
      }
      if (from === to) {
        yield* sys.err(
          isGnu
            ? `cp: ${quoteName(shown)} and ${quoteName(shown)} are the same file\n`
            : `cp: '${shown}' and '${shown}' are the same file\n`,
        );
        return 1;
      }
      if (to.startsWith(`${from}/`)) {
        yield* sys.err(`cp: cannot copy a directory, ${quoteName(shown)}, into itself, ${quoteName(to)}\n`);
        return 1;
      }
      let result = 0;
      yield* walkTree(sys, from, function* (path, entryStatus) {
        const target = to + path.slice(from.length);
        yield* sys.work(1);
        if (entryStatus.type === "directory") {
          sys.files.makeDirectory(target, { parents: true });
          return true;
        }
        const text = sys.files.read(path);
        const written = text.ok ? sys.files.write(target, text.value, { mode: entryStatus.mode }) : text;
        if (!written.ok) {
          yield* complain(sys, `cannot create regular file ${quoteName(target)}`, `can't create '${target}'`, written.error);
          result = 1;
        }
        return true;
      });
      return result;
    });
  }

  function* mv(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "finvut:", long: { force: "f", verbose: "v", "no-clobber": "n" } }, toolset);
    if (options === undefined) return 1;
    return yield* toTarget(sys, options.words, function* (from, to, shown) {
      yield* sys.work(1);
      if (options.has("n") && sys.files.status(to).ok) return 0;
      const status = sys.files.status(from);
      if (!status.ok) {
        yield* complain(sys, `cannot stat ${quoteName(shown)}`, `can't rename '${shown}'`, status.error);
        return 1;
      }
      const done = sys.files.rename(from, to);
      if (done.ok) return 0;
      yield* complain(sys, `cannot move ${quoteName(shown)} to ${quoteName(to)}`, `can't rename '${shown}'`, done.error);
      return 1;
    });
  }

  /** `cp A B` and `mv A... DIRECTORY`: calls `move` for each with its whole target path. */
  function* toTarget(sys: Sys, words: readonly string[], move: (from: string, to: string, shown: string) => Run<number>): Run<number> {
    const name = programName(sys);
    if (words.length === 0) return yield* missing(sys, "missing file operand");
    if (words.length === 1) return yield* missing(sys, `missing destination file operand after ${quoteName(words[0] as string)}`);
    const target = words.at(-1) as string;
    const found = sys.files.status(sys.path(target));
    const isDirectory = found.ok && found.value.type === "directory";
    if (words.length > 2 && !isDirectory) {
      yield* sys.err(
        isGnu
          ? `${name}: target ${quoteName(target)}: ${found.ok ? "Not a directory" : "No such file or directory"}\n`
          : `${name}: target '${target}' is not a directory\n`,
      );
      return 1;
    }
    let status = 0;
    for (const path of words.slice(0, -1)) {
      const from = sys.path(path);
      const to = isDirectory ? sys.path(`${sys.path(target)}/${from.slice(from.lastIndexOf("/") + 1)}`) : sys.path(target);
      if ((yield* move(from, to, path)) !== 0) status = 1;
    }
    return status;
  }

  function* mktemp(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      { short: "dqup:t", long: { directory: "d", tmpdir: "p", "dry-run": "u" }, optional: ["p"] },
      toolset,
    );
    if (options === undefined) return 1;
    const template = options.words[0] ?? "/tmp/tmp.XXXXXXXXXX";
    const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const path = sys.path(template.replace(/X{3,}$/, (run) => Array.from(run, () => sys.random.pick(letters.split(""))).join("")));
    const done = options.has("d") ? sys.files.makeDirectory(path) : sys.files.write(path, "", { mode: 0o600 });
    if (!done.ok) {
      yield* sys.err(`mktemp: failed to create file via template ‘${template}’: ${errorText(done.error)}\n`);
      return 1;
    }
    yield* sys.out(`${path}\n`);
    return 0;
  }

  return [
    entry("touch", touch),
    entry("rm", rm),
    entry("rmdir", rmdir),
    entry("mkdir", mkdir),
    entry("cp", cp),
    entry("mv", mv),
    entry("mktemp", mktemp),
  ];
}
