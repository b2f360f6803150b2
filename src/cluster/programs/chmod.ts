import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { errorText } from "./input.ts";
import { quoteName, walkTree } from "./ls.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `chmod [-R] MODE FILE...`, octal and symbolic. @source POSIX.1-2017 XCU chmod */
export function chmod(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    // `-x` is a mode, not an option.
    const isRecursive = sys.args.includes("-R") || sys.args.includes("--recursive");
    const words = sys.args.slice(1).filter((word) => !["-R", "--recursive", "-v", "-f", "--"].includes(word));
    const name = programName(sys);
    const [mode, ...paths] = words;
    if (mode === undefined || paths.length === 0) {
      yield* sys.err(
        mode === undefined
          ? `${name}: missing operand\nTry '${name} --help' for more information.\n`
          : `${name}: missing operand after ${quoteName(mode)}\nTry '${name} --help' for more information.\n`,
      );
      return 1;
    }
    if (changedMode(mode, 0, false) === undefined) {
      yield* sys.err(`${name}: invalid mode: ‘${mode}’\nTry '${name} --help' for more information.\n`);
      return 1;
    }
    let status = 0;
    for (const path of paths) {
      const found = sys.files.status(sys.path(path));
      if (!found.ok) {
        yield* sys.err(
          toolset === "gnu"
            ? `${name}: cannot access ${quoteName(path)}: ${errorText(found.error)}\n`
            : `${name}: ${path}: ${errorText(found.error)}\n`,
        );
        status = 1;
        continue;
      }
      yield* walkTree(sys, path, function* (one, oneStatus, depth) {
        yield* sys.work(1);
        const changed = changedMode(mode, oneStatus.mode, oneStatus.type === "directory");
        if (changed !== undefined && (isRecursive || depth === 0)) sys.files.changeMode(sys.path(one), changed);
        return isRecursive;
      });
    }
    return status;
  }
  return { name: "chmod", path: toolPath("chmod", toolset), run };
}

/** The mode after `755`, `u+x,go-w`, `a=r`; undefined when the text is none. */
export function changedMode(text: string, before: number, isDirectory: boolean): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = before;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause);
    if (match === null) return undefined;
    const who = match[1] === "" || match[1]?.includes("a") === true ? "ugo" : (match[1] as string);
    for (const [, operator, letters] of (match[2] as string).matchAll(/([-+=])([rwxXst]*)/g)) {
      let bits = 0;
      if (letters?.includes("r")) bits |= 4;
      if (letters?.includes("w")) bits |= 2;
      if (letters?.includes("x") || (letters?.includes("X") && (isDirectory || (mode & 0o111) !== 0))) bits |= 1;
      for (const one of who) {
        const shift = one === "u" ? 6 : one === "g" ? 3 : 0;
        if (operator === "+") mode |= bits << shift;
        else if (operator === "-") mode &= ~(bits << shift);
        else mode = (mode & ~(7 << shift)) | (bits << shift);
      }
    }
  }
  return mode;
}
