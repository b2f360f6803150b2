import type { ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { plainDate } from "../protocols/http-date.ts";
import { errorText, readStream } from "./input.ts";
import { type LineChange, lineChanges } from "./line-changes.ts";
import { parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/**
 * `diff [-qsiwb] [-u|-U LINES] [-L LABEL] FILE FILE`; BusyBox has the unified form alone.
 * @source diffutils 3.8 diff.c, normal.c, context.c; BusyBox 1.35 editors/diff.c, both run beside it
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
          unified: "u",
          text: "a",
          label: "L",
        },
      },
      toolset,
    );
    if (options === undefined) return 2;
    const { words } = options;
    if (words.length < 2) {
      const given = words[0] === undefined ? "diff" : words[0];
      yield* sys.err(
        toolset === "busybox"
          ? "BusyBox v1.36.1 multi-call binary.\n"
          : `diff: missing operand after '${given}'\ndiff: Try 'diff --help' for more information.\n`,
      );
      return 2;
    }
    const [first, second] = [yield* readWhole(sys, words[0] as string), yield* readWhole(sys, words[1] as string)];
    if (first === undefined || second === undefined) return 2;
    const key = (line: string): string => {
      let text = line;
      if (options.has("w")) text = text.replace(/\s+/g, "");
      else if (options.has("b")) text = text.replace(/\s+$/, "").replace(/\s+/g, " ");
      return options.has("i") ? text.toLowerCase() : text;
    };
    const [before, after] = [linesOf(first), linesOf(second)];
    const changes = lineChanges(before.map(key), after.map(key));
    if (changes.length === 0) {
      if (options.has("s")) yield* sys.out(`Files ${words[0]} and ${words[1]} are identical\n`);
      return 0;
    }
    if (options.has("q")) {
      yield* sys.out(`Files ${words[0]} and ${words[1]} differ\n`);
      return 1;
    }
    const context = options.value("U");
    const isUnified = options.has("u") || context !== undefined || toolset === "busybox";
    if (!isUnified) {
      yield* sys.out(normal(changes, before, after));
      return 1;
    }
    const names = words.slice(0, 2).map((name) => (toolset === "busybox" ? name : `${name}\t${stamp(sys, name)}`));
    const label = options.value("L");
    yield* sys.out(
      `--- ${label ?? names[0]}\n+++ ${names[1]}\n${unified(changes, before, after, context === undefined ? 3 : Number(context))}`,
    );
    return 1;
  }
  return { name: "diff", path: toolPath("diff", toolset), run };
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

/** `2026-01-05 09:00:00.000000000 +0000` */
function stamp(sys: Sys, name: string): string {
  const status = name === "-" ? undefined : sys.files.status(sys.path(name));
  return `${plainDate(status?.ok === true ? status.value.modifiedMs : sys.dateMs())}.000000000 +0000`;
}
