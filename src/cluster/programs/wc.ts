import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { utf8Length } from "../protocols/bytes.ts";
import { openInput } from "./input.ts";
import { parseOptions } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

interface Counts {
  lines: number;
  words: number;
  characters: number;
  bytes: number;
  longest: number;
}

/** `wc [-lwcmL] [FILE...]` @source coreutils 9.1 wc.c; busybox 1.35 wc.c */
export function wc(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const options = yield* parseOptions(
      sys,
      { short: "lwcmL", long: { lines: "l", words: "w", bytes: "c", chars: "m", "max-line-length": "L" } },
      toolset,
    );
    if (options === undefined) return 1;
    const isDefault = options.list.length === 0;
    const shown = (counts: Counts): readonly number[] => [
      ...(isDefault || options.has("l") ? [counts.lines] : []),
      ...(isDefault || options.has("w") ? [counts.words] : []),
      ...(options.has("m") ? [counts.characters] : []),
      ...(isDefault || options.has("c") ? [counts.bytes] : []),
      ...(options.has("L") ? [counts.longest] : []),
    ];
    const rows: { readonly counts: Counts; readonly name: string | undefined }[] = [];
    let status = 0;
    let size = 0;
    let hasPipe = false;
    for (const path of options.words.length === 0 ? ["-"] : options.words) {
      const input = yield* openInput(sys, path, toolset);
      if (input === undefined) {
        status = 1;
        if (toolset === "busybox" || sys.files.list(sys.path(path)).ok === false) continue;
        // A directory counts as empty, and is no regular file.
        hasPipe = true;
        rows.push({ counts: { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 }, name: path });
        continue;
      }
      if (path === "-" && sys.stdin.kind !== "file") hasPipe = true;
      const counts: Counts = { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 };
      let inWord = false;
      let column = 0;
      for (;;) {
        const piece = yield* input.read();
        if (piece === "") break;
        counts.bytes += utf8Length(piece);
        for (const c of piece) {
          counts.characters++;
          if (c === "\n") {
            counts.lines++;
            counts.longest = Math.max(counts.longest, column);
            column = 0;
          } else column++;
          const isSpace = c === " " || (c >= "\t" && c <= "\r");
          if (!isSpace && !inWord) counts.words++;
          inWord = !isSpace;
        }
      }
      counts.longest = Math.max(counts.longest, column);
      size += counts.bytes;
      rows.push({ counts, name: options.words.length === 0 ? undefined : path });
    }
    if (options.words.length > 1) {
      const total: Counts = { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 };
      for (const { counts } of rows) {
        total.lines += counts.lines;
        total.words += counts.words;
        total.characters += counts.characters;
        total.bytes += counts.bytes;
        total.longest = Math.max(total.longest, counts.longest);
      }
      rows.push({ counts: total, name: "total" });
    }
    // GNU: one number alone is bare; several are as wide as the files' size, at least 7 when one is no regular file.
    const columnCount = rows[0] === undefined ? 0 : shown(rows[0].counts).length;
    const isBare = columnCount === 1 && rows.length === 1;
    const width = isBare ? 1 : toolset === "busybox" ? 9 : Math.max(`${size}`.length, hasPipe ? 7 : 1);
    const text = rows
      .map(({ counts, name }) => {
        const numbers = shown(counts).map((number) => `${number}`.padStart(width));
        return `${numbers.join(" ")}${name === undefined ? "" : ` ${name}`}\n`;
      })
      .join("");
    yield* sys.out(text);
    return status;
  }
  return { name: "wc", path: toolPath("wc", toolset), run };
}
