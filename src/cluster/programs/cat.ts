import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { openInput } from "./input.ts";
import { parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `cat [-nbsETAv] [FILE...]` @source coreutils 9.1 cat.c; busybox 1.35 cat.c */
export function cat(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const options = yield* parseOptions(
      sys,
      {
        short: "nbsETAvetu",
        long: {
          number: "n",
          "number-nonblank": "b",
          "squeeze-blank": "s",
          "show-ends": "E",
          "show-tabs": "T",
          "show-all": "A",
          "show-nonprinting": "v",
        },
      },
      toolset,
    );
    if (options === undefined) return 1;
    const isNumbered = options.has("n") || options.has("b");
    const showsEnds = options.has("E") || options.has("A") || options.has("e");
    const showsTabs = options.has("T") || options.has("A") || options.has("t");
    const isPlain = !isNumbered && !showsEnds && !showsTabs && !options.has("s");
    let status = 0;
    let number = 0;
    let wasBlank = false;
    for (const path of options.words.length === 0 ? ["-"] : options.words) {
      const input = yield* openInput(sys, path, toolset);
      if (input === undefined) {
        status = 1;
        continue;
      }
      for (;;) {
        if (isPlain) {
          const piece = yield* input.read();
          if (piece === "") break;
          yield* sys.out(piece);
          continue;
        }
        const line = yield* input.readLine();
        if (line === "") break;
        const isBlank = line === "\n";
        if (options.has("s") && isBlank && wasBlank) continue;
        wasBlank = isBlank;
        const hasNumber = isNumbered && !(options.has("b") && isBlank);
        const body = showsTabs ? line.replaceAll("\t", "^I") : line;
        yield* sys.out((hasNumber ? `${`${++number}`.padStart(6)}\t` : "") + (showsEnds ? body.replace(/\n$/, "$\n") : body));
      }
    }
    return status;
  }
  return { name: "cat", path: toolPath("cat", toolset), run };
}
