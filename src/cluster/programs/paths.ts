import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { civilDate, twoDigits } from "../sim/date.ts";
import { errorText } from "./input.ts";
import { modeText, quoteName } from "./ls.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** basename, dirname, realpath, readlink, which, stat: about names of files. @source coreutils 9.1, debianutils 5.7; busybox 1.35 */
export function pathTools(toolset: Toolset): readonly ProgramEntry[] {
  const isGnu = toolset === "gnu";
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });

  function* missing(sys: Sys): Program {
    const name = programName(sys);
    yield* sys.err(
      isGnu
        ? `${name}: missing operand\nTry '${name} --help' for more information.\n`
        : `BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: ${name} FILE\n`,
    );
    return 1;
  }

  function* basename(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "as:z", long: { multiple: "a", suffix: "s" } }, toolset);
    if (options === undefined) return 1;
    const [first, second, ...more] = options.words;
    if (first === undefined) return yield* missing(sys);
    const isMany = options.has("a") || options.has("s");
    if (more.length > 0 && !isMany) {
      yield* sys.err(`basename: extra operand ‘${more[0]}’\nTry 'basename --help' for more information.\n`);
      return 1;
    }
    const suffix = options.value("s") ?? (isMany ? undefined : second);
    for (const path of isMany ? options.words : [first]) {
      const trimmed = path.replace(/\/+$/, "");
      const base = trimmed === "" ? (path === "" ? "" : "/") : trimmed.slice(trimmed.lastIndexOf("/") + 1);
      yield* sys.out(
        `${suffix !== undefined && suffix !== "" && base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base}\n`,
      );
    }
    return 0;
  }

  function* dirname(sys: Sys): Program {
    const words = sys.args.slice(1).filter((word) => word !== "--");
    if (words.length === 0) return yield* missing(sys);
    for (const path of words) {
      const trimmed = path.replace(/\/+$/, "");
      const slash = trimmed.lastIndexOf("/");
      yield* sys.out(
        `${slash < 0 ? (trimmed === "" && path !== "" ? "/" : ".") : slash === 0 ? "/" : trimmed.slice(0, slash).replace(/\/+$/, "")}\n`,
      );
    }
    return 0;
  }

  function* realpath(sys: Sys): Program {
    const words = sys.args.slice(1).filter((word) => !/^-[a-z]+$/.test(word));
    if (words.length === 0) return yield* missing(sys);
    let status = 0;
    for (const path of words) {
      const found = sys.files.status(sys.path(path));
      if (found.ok || programName(sys) === "readlink") yield* sys.out(`${sys.path(path)}\n`);
      else {
        yield* sys.err(`realpath: ${path}: ${errorText(found.error)}\n`);
        status = 1;
      }
    }
    return status;
  }

  function* readlink(sys: Sys): Program {
    // Nothing here is a link: without -f there is nothing to read.
    return sys.args.some((word) => /^-[fem]$/.test(word)) ? yield* realpath(sys) : 1;
  }

  function* which(sys: Sys): Program {
    let status = 0;
    for (const name of sys.args.slice(1).filter((word) => word !== "-a")) {
      const base = name.slice(name.lastIndexOf("/") + 1);
      const path = name.includes("/") ? (sys.which(base) === name ? name : undefined) : sys.which(name);
      yield* sys.work(1);
      if (path === undefined) status = 1;
      else yield* sys.out(`${path}\n`);
    }
    return status;
  }

  function* stat(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "c:Lft", long: { format: "c", printf: "c" } }, toolset);
    if (options === undefined) return 1;
    if (options.words.length === 0) return yield* missing(sys);
    let status = 0;
    for (const path of options.words) {
      const found = sys.files.status(sys.path(path));
      if (!found.ok) {
        yield* sys.err(
          isGnu
            ? `stat: cannot statx ${quoteName(path)}: ${errorText(found.error)}\n`
            : `stat: can't stat '${path}': ${errorText(found.error)}\n`,
        );
        status = 1;
        continue;
      }
      const { sizeBytes, mode, modifiedMs, type } = found.value;
      const octal = mode.toString(8);
      const kind = type === "directory" ? "directory" : sizeBytes === 0 ? "regular empty file" : "regular file";
      const d = civilDate(modifiedMs);
      const when = `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)} ${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)}.${`${d.millisecond}`.padStart(3, "0")}000000 +0000`;
      const format = options.value("c");
      if (format === undefined) {
        yield* sys.out(
          `  File: ${path}\n  Size: ${`${sizeBytes}`.padEnd(10)}\tBlocks: ${`${Math.ceil(sizeBytes / 4096) * 8}`.padEnd(10)} IO Block: 4096   ${kind}\nAccess: (${octal.padStart(4, "0")}/${modeText(found.value)})  Uid: (    0/    root)   Gid: (    0/    root)\nModify: ${when}\n`,
        );
        continue;
      }
      const values: Readonly<Record<string, string>> = {
        n: path,
        s: `${sizeBytes}`,
        a: octal,
        A: modeText(found.value),
        F: kind,
        U: "root",
        G: "root",
        u: "0",
        g: "0",
        Y: `${Math.floor(modifiedMs / 1000)}`,
        y: when,
        "%": "%",
      };
      yield* sys.out(`${format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => values[letter] ?? whole)}\n`);
    }
    return status;
  }

  return [
    entry("basename", basename),
    entry("dirname", dirname),
    entry("realpath", realpath),
    entry("readlink", readlink),
    entry("which", which),
    entry("stat", stat),
  ];
}
