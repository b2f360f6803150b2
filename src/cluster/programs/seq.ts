import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { formatPrintf } from "../shell/printf.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `seq [-s SEPARATOR] [-w] [-f FORMAT] [FIRST [STEP]] LAST` @source coreutils 9.1 seq.c */
export function seq(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    let separator = "\n";
    let format: string | undefined;
    let isEqualWidth = false;
    let at = 1;
    for (; at < sys.args.length; at++) {
      const word = sys.args[at] as string;
      if (!/^-/.test(word) || /^-[\d.]/.test(word)) break;
      if (word === "-w" || word === "--equal-width") isEqualWidth = true;
      else if (word.startsWith("-s") || word === "--separator")
        separator = word.length > 2 && word.startsWith("-s") ? word.slice(2) : (sys.args[++at] ?? "");
      else if (word.startsWith("--separator=")) separator = word.slice(12);
      else if (word.startsWith("-f")) format = word.length > 2 ? word.slice(2) : sys.args[++at];
      else if (word === "--") {
        at++;
        break;
      } else {
        yield* sys.err(`${name}: invalid option -- '${word[1]}'\nTry '${name} --help' for more information.\n`);
        return 1;
      }
    }
    const words = sys.args.slice(at);
    if (words.length === 0 || words.length > 3) {
      yield* sys.err(
        words.length === 0
          ? `${name}: missing operand\nTry '${name} --help' for more information.\n`
          : `${name}: extra operand ‘${words[3]}’\nTry '${name} --help' for more information.\n`,
      );
      return 1;
    }
    for (const word of words) {
      if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word)) continue;
      yield* sys.err(
        toolset === "gnu"
          ? `${name}: invalid floating point argument: ‘${word}’\nTry '${name} --help' for more information.\n`
          : `${name}: invalid number '${word}'\n`,
      );
      return 1;
    }
    const first = words.length === 1 ? 1 : Number(words[0]);
    const step = words.length === 3 ? Number(words[1]) : 1;
    const last = Number(words.at(-1));
    if (step === 0) {
      yield* sys.err(`${name}: invalid Zero increment value: ‘${words[1]}’\nTry '${name} --help' for more information.\n`);
      return 1;
    }
    const places = Math.max(...words.slice(0, words.length === 1 ? 1 : -1).map((word) => word.split(".")[1]?.length ?? 0));
    const width = isEqualWidth ? Math.max(first.toFixed(places).length, last.toFixed(places).length) : 0;
    let text = "";
    // Counted in whole steps, so that nothing adds up.
    for (let n = 0; ; n++) {
      const value = first + n * step;
      if (step > 0 ? value > last + step * 1e-9 : value < last + step * 1e-9) break;
      const plain = value.toFixed(places);
      const padded = value < 0 ? `-${plain.slice(1).padStart(width - 1, "0")}` : plain.padStart(width, "0");
      text += (n === 0 ? "" : separator) + (format === undefined ? padded : formatPrintf(format, [plain]).text);
      if (text.length >= 32_768) {
        yield* sys.out(text);
        text = "";
      }
      if (n === 0 && text === "" && separator === "") continue;
    }
    const isEmpty = step > 0 ? first > last : first < last;
    if (!isEmpty) yield* sys.out(`${text}\n`);
    return 0;
  }
  return { name: "seq", path: toolPath("seq", toolset), run };
}
