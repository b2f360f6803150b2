import type { ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { plainDate } from "../protocols/http-date.ts";
import { errorText, readStream } from "./input.ts";
import { type LineChange, lineChanges } from "./line-changes.ts";
import { type ParsedOptions, parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** What one run compares, and how. */
interface Comparison {
  readonly sys: Sys;
  readonly options: ParsedOptions;
  readonly toolset: Toolset;
  /** The words before the two names, as they stand above each file of a folder. */
  readonly command: string;
}

/**
 * `diff [-qsiwbrN] [-u|-U LINES] [-L LABEL] FILE FILE`; BusyBox has the unified form alone.
 * @source diffutils 3.8 diff.c, dir.c, normal.c, context.c; BusyBox 1.35 editors/diff.c, both run beside it
 */
export function diff(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const options = yield* parseOptions(
      sys,
      {
        short: "qsiwbuaNrU:L:",
        long: {
          brief: "q",
          "report-identical-files": "s",
          "ignore-case": "i",
          "ignore-all-space": "w",
          "ignore-space-change": "b",
          "new-file": "N",
          recursive: "r",
          unified: "u",
          text: "a",
          label: "L",
        },
      },
      toolset,
    );
    if (options === undefined) return 2;
    const [first, second] = options.words;
    if (first === undefined || second === undefined) {
      const given = first ?? "diff";
      yield* sys.err(
        toolset === "busybox"
          ? "BusyBox v1.36.1 multi-call binary.\n"
          : `diff: missing operand after '${given}'\ndiff: Try 'diff --help' for more information.\n`,
      );
      return 2;
    }
    const command = ["diff", ...sys.args.slice(1).filter((word) => !options.words.includes(word))].join(" ");
    const comparison: Comparison = { sys, options, toolset, command };
    const [a, b] = [typeOf(sys, first), typeOf(sys, second)];
    if (a === "directory" && (b === "directory" || (b === undefined && options.has("N"))))
      return yield* compareFolders(comparison, first, second);
    if (b === "directory" && a === undefined && options.has("N")) return yield* compareFolders(comparison, first, second);
    // A folder and a file: the file of that name in the folder.
    const lastName = (path: string): string => path.replace(/\/+$/, "").split("/").at(-1) ?? "";
    return yield* compareFiles(
      comparison,
      a === "directory" && first !== "-" ? joined(first, lastName(second)) : first,
      b === "directory" && second !== "-" ? joined(second, lastName(first)) : second,
    );
  }
  return { name: "diff", path: toolPath("diff", toolset), run };
}

function typeOf(sys: Sys, name: string): "file" | "directory" | undefined {
  if (name === "-") return "file";
  const status = sys.files.status(sys.path(name));
  return status.ok ? status.value.type : undefined;
}

function joined(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, "")}/${name}`;
}

/** What is in either folder, by name; folders within only with `-r`. @source diffutils 3.8 dir.c, diff_dirs; diff.c, compare_files */
function* compareFolders(comparison: Comparison, first: string, second: string): Run<number> {
  const { sys, options, toolset, command } = comparison;
  const namesIn = (folder: string): readonly string[] => {
    const names = sys.files.list(sys.path(folder));
    return names.ok ? names.value : [];
  };
  const words = { file: "regular file", directory: "directory" };
  let status = 0;
  for (const name of [...new Set([...namesIn(first), ...namesIn(second)])].sort()) {
    const [from, to] = [joined(first, name), joined(second, name)];
    const [a, b] = [typeOf(sys, from), typeOf(sys, to)];
    if ((a === undefined || b === undefined) && !options.has("N")) {
      yield* sys.out(`Only in ${a === undefined ? second : first}: ${name}\n`);
      status = Math.max(status, 1);
    } else if (a !== undefined && b !== undefined && a !== b) {
      yield* sys.out(`File ${from} is a ${words[a]} while file ${to} is a ${words[b]}\n`);
      status = Math.max(status, 1);
    } else if ((a ?? b) === "directory") {
      if (options.has("r")) status = Math.max(status, yield* compareFolders(comparison, from, to));
      else yield* sys.out(`Common subdirectories: ${from} and ${to}\n`);
    } else status = Math.max(status, yield* compareFiles(comparison, from, to, toolset === "gnu" ? `${command} ${from} ${to}\n` : ""));
  }
  return status;
}

/** 0: the same, 1: not, 2: one can't be read. `head` stands above what differs. */
function* compareFiles({ sys, options, toolset }: Comparison, first: string, second: string, head = ""): Run<number> {
  const isAbsent = (name: string): boolean => options.has("N") && typeOf(sys, name) === undefined;
  const neither = isAbsent(first) && isAbsent(second);
  const read = (name: string): Run<string | undefined> => readWhole(sys, name);
  const before = isAbsent(first) && !neither ? "" : yield* read(first);
  const after = isAbsent(second) && !neither ? "" : yield* read(second);
  if (before === undefined || after === undefined) return 2;
  const key = (line: string): string => {
    let text = line;
    if (options.has("w")) text = text.replace(/\s+/g, "");
    else if (options.has("b")) text = text.replace(/\s+$/, "").replace(/\s+/g, " ");
    return options.has("i") ? text.toLowerCase() : text;
  };
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const changes = lineChanges(old.map(key), fresh.map(key));
  if (changes.length === 0) {
    if (options.has("s")) yield* sys.out(`Files ${first} and ${second} are identical\n`);
    return 0;
  }
  if (options.has("q")) {
    yield* sys.out(`Files ${first} and ${second} differ\n`);
    return 1;
  }
  const context = options.value("U");
  const isUnified = options.has("u") || context !== undefined || toolset === "busybox";
  if (!isUnified) {
    yield* sys.out(head + normal(changes, old, fresh));
    return 1;
  }
  const labels = options.values("L");
  const [from, to] = [first, second].map((name, i) => labels[i] ?? (toolset === "busybox" ? name : `${name}\t${stamp(sys, name)}`));
  yield* sys.out(`${head}--- ${from}\n+++ ${to}\n${unified(changes, old, fresh, context === undefined ? 3 : Number(context))}`);
  return 1;
}

/** Whole text of a file, or of standard input for `-`; undefined when it said why not. */
export function* readWhole(sys: Sys, name: string, program = "diff"): Run<string | undefined> {
  if (name === "-") return yield* readStream(sys.stdin);
  const found = sys.files.read(sys.path(name));
  if (found.ok) return found.value;
  yield* sys.err(`${program}: ${name}: ${errorText(found.error)}\n`);
  return undefined;
}

const noNewline = "\n\\ No newline at end of file";

/** Lines without their newline; the last says so when it has none. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") return [...text.split("\n").slice(0, -1), `${text.slice(text.lastIndexOf("\n") + 1)}${noNewline}`];
  return lines;
}

/** `2,8c2`: which lines became which. */
function normal(changes: readonly LineChange[], before: readonly string[], after: readonly string[]): string {
  const range = (from: number, to: number): string => (to - from > 1 ? `${from + 1},${to}` : `${to}`);
  return changes
    .map(({ oldFrom, oldTo, newFrom, newTo }) => {
      const letter = oldFrom === oldTo ? "a" : newFrom === newTo ? "d" : "c";
      const head = `${range(oldFrom, oldTo)}${letter}${range(newFrom, newTo)}\n`;
      const gone = before.slice(oldFrom, oldTo).map((line) => `< ${line}\n`);
      const come = after.slice(newFrom, newTo).map((line) => `> ${line}\n`);
      return [head, ...gone, ...(letter === "c" ? ["---\n"] : []), ...come].join("");
    })
    .join("");
}

/** Changes that are near each other share a hunk. */
function unified(changes: readonly LineChange[], before: readonly string[], after: readonly string[], context: number): string {
  const hunks: LineChange[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last !== undefined && change.oldFrom - last.oldTo <= 2 * context) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks.map((hunk) => printHunk(hunk, before, after, context)).join("");
}

function printHunk(hunk: readonly LineChange[], before: readonly string[], after: readonly string[], context: number): string {
  const first = hunk[0] as LineChange;
  const last = hunk.at(-1) as LineChange;
  const oldFrom = Math.max(0, first.oldFrom - context);
  const oldTo = Math.min(before.length, last.oldTo + context);
  const newFrom = Math.max(0, first.newFrom - (first.oldFrom - oldFrom));
  const newTo = Math.min(after.length, last.newTo + (oldTo - last.oldTo));
  const range = (from: number, to: number): string => (to - from === 1 ? `${to}` : `${to === from ? from : from + 1},${to - from}`);
  let text = `@@ -${range(oldFrom, oldTo)} +${range(newFrom, newTo)} @@\n`;
  let at = oldFrom;
  for (const change of hunk) {
    for (; at < change.oldFrom; at++) text += ` ${before[at]}\n`;
    for (; at < change.oldTo; at++) text += `-${before[at]}\n`;
    for (let i = change.newFrom; i < change.newTo; i++) text += `+${after[i]}\n`;
  }
  for (; at < oldTo; at++) text += ` ${before[at]}\n`;
  return text;
}

/** `2026-01-05 09:00:00.000000000 +0000`; an absent file is of the epoch's beginning. */
function stamp(sys: Sys, name: string): string {
  const status = name === "-" ? undefined : sys.files.status(sys.path(name));
  const ms = status === undefined ? sys.dateMs() : status.ok ? status.value.modifiedMs : 0;
  return `${plainDate(ms)}.000000000 +0000`;
}
