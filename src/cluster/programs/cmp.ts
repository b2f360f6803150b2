import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { readWhole } from "./diff.ts";
import { parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `cmp [-s] FILE [FILE]`: where two files first differ. @source diffutils 3.8 cmp.c and BusyBox 1.35 editors/cmp.c, both run beside it */
export function cmp(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const options = yield* parseOptions(sys, { short: "s", long: { quiet: "s", silent: "s" } }, toolset);
    if (options === undefined) return 2;
    const [first, second = "-"] = options.words;
    if (first === undefined) {
      yield* sys.err("cmp: missing operand after 'cmp'\ncmp: Try 'cmp --help' for more information.\n");
      return 2;
    }
    const one = yield* readWhole(sys, first, "cmp");
    const two = one === undefined ? undefined : yield* readWhole(sys, second, "cmp");
    if (one === undefined || two === undefined) return 2;
    if (one === two) return 0;
    if (options.has("s")) return 1;
    let at = 0;
    while (at < one.length && at < two.length && one[at] === two[at]) at++;
    const line = one.slice(0, at).split("\n").length;
    if (at < one.length && at < two.length) {
      yield* sys.out(`${first} ${second} differ: ${toolset === "busybox" ? "char" : "byte"} ${at + 1}, line ${line}\n`);
      return 1;
    }
    const [shorter, text] = one.length < two.length ? [first, one] : [second, two];
    yield* sys.err(`cmp: EOF on ${shorter}${toolset === "busybox" ? "" : where(text)}\n`);
    return 1;
  }
  return { name: "cmp", path: toolPath("cmp", toolset), run };
}

/** ` after byte 2, line 1`; within a line it says so. */
function where(text: string): string {
  if (text === "") return " which is empty";
  const lines = text.split("\n").length - 1;
  return ` after byte ${text.length}, ${text.endsWith("\n") ? `line ${lines}` : `in line ${lines + 1}`}`;
}
