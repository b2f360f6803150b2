import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { linesOf, openInput, readStream, writeAll } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

type Ranges = readonly (readonly [number, number])[];

/** `1,3-5,7-`: from 1, both ends included. */
export function parseRanges(text: string): Ranges | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(/[, ]/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null || (match[1] === "" && match[3] === "")) return undefined;
    const from = match[1] === "" ? 1 : Number(match[1]);
    const to = match[2] === "" ? from : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (from === 0 || to < from) return undefined;
    ranges.push([from, to]);
  }
  return ranges;
}

/** `cut -d X -f LIST`, `-c LIST`, `-b LIST`, `-s`, `--complement`, `--output-delimiter` @source coreutils 9.1 cut.c */
export function cut(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    const options = yield* parseOptions(
      sys,
      {
        short: "d:f:c:b:snO:C",
        long: { delimiter: "d", fields: "f", characters: "c", bytes: "b", "only-delimited": "s", "output-delimiter": "O", complement: "C" },
      },
      toolset,
    );
    if (options === undefined) return 1;
    const fail = function* (text: string) {
      yield* sys.err(toolset === "gnu" ? `${name}: ${text}\nTry '${name} --help' for more information.\n` : `${name}: ${text}\n`);
      return 1;
    };
    const list = options.value("f") ?? options.value("c") ?? options.value("b");
    if (list === undefined)
      return yield* fail(
        toolset === "gnu" ? "you must specify a list of bytes, characters, or fields" : "expected a list of bytes, characters, or fields",
      );
    const delimiter = options.value("d") ?? "\t";
    if (delimiter.length !== 1) return yield* fail("the delimiter must be a single character");
    const ranges = parseRanges(list);
    const isFields = options.has("f");
    if (ranges === undefined)
      return yield* fail(
        /(^|,)0/.test(list)
          ? isFields
            ? "fields are numbered from 1"
            : "byte/character positions are numbered from 1"
          : isFields
            ? `invalid field value ‘${list}’`
            : `invalid byte or character range ‘${list}’`,
      );
    const isWanted = (n: number): boolean => ranges.some(([from, to]) => n >= from && n <= to) !== options.has("C");
    const glue = options.value("O") ?? (isFields ? delimiter : "");
    let status = 0;
    for (const path of options.words.length === 0 ? ["-"] : options.words) {
      const input = yield* openInput(sys, path, toolset);
      if (input === undefined) {
        status = 1;
        continue;
      }
      let text = "";
      for (const line of linesOf(yield* readStream(input))) {
        if (isFields) {
          const fields = line.split(delimiter);
          if (fields.length === 1) text += options.has("s") ? "" : `${line}\n`;
          else text += `${fields.filter((_, i) => isWanted(i + 1)).join(glue)}\n`;
        } else text += `${[...line].filter((_, i) => isWanted(i + 1)).join(glue)}\n`;
      }
      yield* writeAll(sys, text);
    }
    return status;
  }
  return { name: "cut", path: toolPath("cut", toolset), run };
}
