import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { decodeEscapes } from "../shell/parse.ts";
import { characterClasses } from "../shell/regex/node.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** A set as `tr` writes it: ranges, classes, escapes, `[c*n]`. undefined when it is wrong. */
export function expandSet(text: string, fillTo = 0): string[] | undefined {
  const set: string[] = [];
  for (let i = 0; i < text.length; ) {
    const named = /^\[:(\w+):\]/.exec(text.slice(i));
    if (named !== null) {
      const ranges = characterClasses[named[1] as string];
      if (ranges === undefined) return undefined;
      for (const [low, high] of ranges) for (let code = low; code <= Math.min(high, 255); code++) set.push(String.fromCharCode(code));
      i += named[0].length;
      continue;
    }
    const repeated = /^\[(\\?[\s\S])\*(\d*)\]/.exec(text.slice(i));
    if (repeated !== null) {
      const count = repeated[2] === "" ? Math.max(0, fillTo - set.length) : Number(repeated[2]);
      for (let n = 0; n < Math.min(count, 65_536); n++) set.push(decodeEscapes(repeated[1] as string));
      i += repeated[0].length;
      continue;
    }
    const one = /^(\\[0-7]{1,3}|\\[\s\S]|[\s\S])/.exec(text.slice(i)) as RegExpExecArray;
    i += one[0].length;
    const low = plain(one[0]);
    const range = /^-(\\[0-7]{1,3}|\\[\s\S]|[^\\])/.exec(text.slice(i));
    if (range === null) {
      set.push(low);
      continue;
    }
    const high = plain(range[1] as string);
    if (high < low) return undefined;
    for (let code = low.charCodeAt(0); code <= high.charCodeAt(0); code++) set.push(String.fromCharCode(code));
    i += range[0].length;
  }
  return set;
}

function plain(text: string): string {
  const decoded = decodeEscapes(text);
  return decoded.length > 1 && decoded.startsWith("\\") ? decoded.slice(1) : decoded;
}

/** `tr [-cdst] SET1 [SET2]` @source coreutils 9.1 tr.c */
export function tr(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    const options = yield* parseOptions(
      sys,
      { short: "cCdst", long: { complement: "c", delete: "d", "squeeze-repeats": "s", "truncate-set1": "t" }, stopsEarly: true },
      toolset,
    );
    if (options === undefined) return 1;
    const [first, second] = options.words;
    const isDelete = options.has("d");
    const isSqueeze = options.has("s");
    if (first === undefined) {
      yield* sys.err(`${name}: missing operand\nTry '${name} --help' for more information.\n`);
      return 1;
    }
    if (second === undefined && !isDelete && !isSqueeze) {
      yield* sys.err(
        `${name}: missing operand after ‘${first}’\nTwo strings must be given when translating.\nTry '${name} --help' for more information.\n`,
      );
      return 1;
    }
    const from = expandSet(first);
    const to = second === undefined ? [] : expandSet(second, from?.length ?? 0);
    if (from === undefined || to === undefined) {
      const bad = from === undefined ? first : (second as string);
      yield* sys.err(`${name}: range-endpoints of '${bad}' are in reverse collating sequence order\n`);
      return 1;
    }
    const isComplement = options.has("c") || options.has("C");
    const inFirst = new Set(from);
    const isIn = (c: string): boolean => inFirst.has(c) !== isComplement;
    const map = new Map<string, string>();
    if (!isComplement && !isDelete) for (const [i, c] of from.entries()) map.set(c, to[Math.min(i, to.length - 1)] ?? c);
    const lastTo = to.at(-1) ?? "";
    const squeezed = new Set(second === undefined ? [] : to);
    const isSqueezed = (c: string): boolean => (second === undefined ? isIn(c) : squeezed.has(c));
    let previous = "";
    for (;;) {
      const piece = yield* sys.stdin.read();
      if (piece === "") return 0;
      let text = "";
      for (const c of piece) {
        let out = c;
        if (isDelete) {
          if (isIn(c)) continue;
        } else if (second !== undefined) out = isComplement ? (isIn(c) ? lastTo : c) : (map.get(c) ?? c);
        if (isSqueeze && out === previous && isSqueezed(out)) continue;
        previous = out;
        text += out;
      }
      if (text !== "") yield* sys.out(text);
    }
  }
  return { name: "tr", path: toolPath("tr", toolset), run };
}
