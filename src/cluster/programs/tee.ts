import type { OutputStream, ProgramEntry, Sys } from "../machine/syscall.ts";
import { errorText } from "./input.ts";
import { parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `tee [-a] [FILE...]` */
export function tee(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const options = yield* parseOptions(sys, { short: "ai", long: { append: "a" } }, toolset);
    if (options === undefined) return 1;
    const outputs: OutputStream[] = [sys.stdout];
    let status = 0;
    for (const path of options.words) {
      const opened = sys.fileOutput(path, options.has("a"));
      if (opened.ok) outputs.push(opened.value);
      else {
        yield* sys.err(`tee: ${path}: ${errorText(opened.error)}\n`);
        status = 1;
      }
    }
    for (;;) {
      const piece = yield* sys.stdin.read();
      if (piece === "") return status;
      for (const output of outputs) yield* output.write(piece);
    }
  }
  return { name: "tee", path: toolPath("tee", toolset), run };
}
