import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { openInput } from "./input.ts";
import { parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `uniq [-c] [-d] [-u] [-i] [-f FIELDS] [-s CHARACTERS] [INPUT [OUTPUT]]` @source coreutils 9.1 uniq.c */
export function uniq(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const options = yield* parseOptions(
      sys,
      {
        short: "cduif:s:w:",
        long: { count: "c", repeated: "d", unique: "u", "ignore-case": "i", "skip-fields": "f", "skip-chars": "s", "check-chars": "w" },
      },
      toolset,
    );
    if (options === undefined) return 1;
    const input = yield* openInput(sys, options.words[0] ?? "-", toolset);
    if (input === undefined) return 1;
    const fields = Number(options.value("f") ?? 0);
    const characters = Number(options.value("s") ?? 0);
    const width = options.value("w");
    const keyOf = (line: string): string => {
      let rest = line;
      for (let i = 0; i < fields; i++) rest = rest.replace(/^[ \t]*[^ \t]*/, "");
      rest = rest.slice(characters);
      if (width !== undefined) rest = rest.slice(0, Number(width));
      return options.has("i") ? rest.toLowerCase() : rest;
    };
    const countWidth = 7;
    let previous: string | undefined;
    let count = 0;
    let text = "";
    const end = (): void => {
      if (previous === undefined) return;
      if ((options.has("d") && count < 2) || (options.has("u") && count > 1)) return;
      text += options.has("c") ? `${`${count}`.padStart(countWidth)} ${previous}\n` : `${previous}\n`;
    };
    for (;;) {
      const line = yield* input.readLine();
      const body = line.endsWith("\n") ? line.slice(0, -1) : line;
      if (line !== "" && previous !== undefined && keyOf(body) === keyOf(previous)) {
        count++;
        continue;
      }
      end();
      if (text.length > 0 && (line === "" || text.length > 4096 || sys.stdout.kind === "tty")) {
        const path = options.words[1];
        if (path === undefined) yield* sys.out(text);
        else sys.files.write(sys.path(path), text, { append: true });
        text = "";
      }
      if (line === "") return 0;
      previous = body;
      count = 1;
    }
  }
  return { name: "uniq", path: toolPath("uniq", toolset), run };
}
