import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { linesOf, readInputs, writeAll } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

interface Key {
  readonly startField: number;
  readonly startCharacter: number;
  readonly endField: number | undefined;
  readonly endCharacter: number;
  readonly flags: string;
}

type Compare = (a: string, b: string) => number;

/** `sort`: -n -r -u -k -t -f -h -V -b -s -c -o. Order of the C locale. @source coreutils 9.1 sort.c */
export function sort(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    const options = yield* parseOptions(
      sys,
      {
        short: "nruk:t:fhVbsco:zgMdi",
        long: {
          "numeric-sort": "n",
          reverse: "r",
          unique: "u",
          key: "k",
          "field-separator": "t",
          "ignore-case": "f",
          "human-numeric-sort": "h",
          "version-sort": "V",
          stable: "s",
          check: "c",
          output: "o",
        },
        usageStatus: 2,
      },
      toolset,
    );
    if (options === undefined) return 2;
    const flags = ["n", "r", "f", "h", "V", "b", "g", "M"].filter((flag) => options.has(flag)).join("");
    const separator = options.value("t");
    if (separator !== undefined && separator.length !== 1 && separator !== "\\0") {
      yield* sys.err(separator === "" ? `${name}: empty tab\n` : `${name}: multi-character tab ‘${separator}’\n`);
      return 2;
    }
    const keys: Key[] = [];
    for (const text of options.values("k")) {
      const key = parseKey(text);
      if (key === undefined) {
        yield* sys.err(`${name}: invalid number at field start: invalid count at start of ‘${text}’\n`);
        return 2;
      }
      keys.push(key);
    }
    const input = yield* readInputs(sys, options.words, toolset, (path, error) => `cannot read: ${path}: ${error}`);
    if (input.status !== 0) return 2;
    const lines = input.texts.flatMap(linesOf);
    const compare = compareLines(keys, flags, separator, options.has("s") || options.has("u"));
    if (options.has("c")) {
      for (let i = 1; i < lines.length; i++) {
        const order = compare(lines[i - 1] as string, lines[i] as string);
        if (order < 0 || (order === 0 && !options.has("u"))) continue;
        yield* sys.err(`${name}: ${options.words[0] ?? "-"}:${i + 1}: disorder: ${lines[i]}\n`);
        return 1;
      }
      return 0;
    }
    let sorted = lines.toSorted(compare);
    if (options.has("u")) sorted = sorted.filter((line, i) => i === 0 || compare(sorted[i - 1] as string, line) !== 0);
    const text = sorted.map((line) => `${line}\n`).join("");
    const path = options.value("o");
    if (path !== undefined) sys.files.write(sys.path(path), text);
    else yield* writeAll(sys, text);
    return 0;
  }
  return { name: "sort", path: toolPath("sort", toolset), run };
}

function parseKey(text: string): Key | undefined {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (match === null || match[1] === "0") return undefined;
  return {
    startField: Number(match[1]),
    startCharacter: Number(match[2] ?? 1),
    endField: match[4] === undefined ? undefined : Number(match[4]),
    endCharacter: Number(match[5] ?? 0),
    flags: (match[3] ?? "") + (match[6] ?? ""),
  };
}

/** Where each field of a line begins and ends. Without a separator a field has the blanks before it. */
function fieldsOf(line: string, separator: string | undefined): readonly (readonly [number, number])[] {
  const fields: [number, number][] = [];
  if (separator !== undefined) {
    let from = 0;
    for (let at = line.indexOf(separator); at >= 0; at = line.indexOf(separator, from)) {
      fields.push([from, at]);
      from = at + 1;
    }
    fields.push([from, line.length]);
    return fields;
  }
  for (const match of line.matchAll(/[ \t]*[^ \t]+/g)) fields.push([match.index, match.index + match[0].length]);
  return fields;
}

function keyText(line: string, key: Key, separator: string | undefined, isBlankless: boolean): string {
  const fields = fieldsOf(line, separator);
  const start = fields[key.startField - 1];
  if (start === undefined) return "";
  let from = start[0];
  if (isBlankless) while (from < line.length && /[ \t]/.test(line[from] as string)) from++;
  from += key.startCharacter - 1;
  if (key.endField === undefined) return line.slice(from);
  const end = fields[key.endField - 1];
  if (end === undefined) return line.slice(from);
  return line.slice(from, key.endCharacter === 0 ? end[1] : Math.min(end[1], end[0] + key.endCharacter));
}

function compareLines(keys: readonly Key[], globalFlags: string, separator: string | undefined, isStable: boolean): Compare {
  const plain = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const lastResort = (a: string, b: string): number => (isStable ? 0 : globalFlags.includes("r") ? plain(b, a) : plain(a, b));
  if (keys.length === 0) {
    const compare = compareBy(globalFlags);
    return (a, b) => compare(a, b) || lastResort(a, b);
  }
  const prepared = keys.map((key) => {
    const flags = key.flags === "" || key.flags === "b" ? globalFlags + key.flags : key.flags;
    return { key, isBlankless: flags.includes("b") || /[nhgM]/.test(flags), compare: compareBy(flags) };
  });
  return (a, b) => {
    for (const { key, isBlankless, compare } of prepared) {
      const order = compare(keyText(a, key, separator, isBlankless), keyText(b, key, separator, isBlankless));
      if (order !== 0) return order;
    }
    return lastResort(a, b);
  };
}

function compareBy(flags: string): Compare {
  const isReverse = flags.includes("r");
  const plain: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  let compare: Compare = plain;
  if (flags.includes("n")) compare = (a, b) => leadingNumber(a) - leadingNumber(b);
  else if (flags.includes("g")) compare = (a, b) => (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0);
  else if (flags.includes("h")) compare = (a, b) => humanNumber(a) - humanNumber(b);
  else if (flags.includes("M")) compare = (a, b) => monthNumber(a) - monthNumber(b);
  else if (flags.includes("V")) compare = compareVersions;
  else if (flags.includes("f")) compare = (a, b) => plain(a.toUpperCase(), b.toUpperCase());
  const chosen = compare;
  return isReverse ? (a, b) => chosen(b, a) : chosen;
}

function leadingNumber(text: string): number {
  return Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1]?.replace(/^-?\.?$/, "0") ?? 0);
}

const suffixes = "KMGTPEZY";

function humanNumber(text: string): number {
  const match = /^\s*(-?\d*\.?\d*)([KkMGTPEZY]?)/.exec(text);
  const number = leadingNumber(text);
  const rank = match?.[2] === "" || match === null ? 0 : suffixes.indexOf((match[2] as string).toUpperCase()) + 1;
  // By suffix first, then by number, as GNU sort does.
  return number === 0 ? 0 : (number < 0 ? -1 : 1) * (rank * 1e9 + Math.min(Math.abs(number), 999_999_999));
}

const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

function monthNumber(text: string): number {
  return months.indexOf(text.trimStart().slice(0, 3).toUpperCase());
}

function compareVersions(a: string, b: string): number {
  const split = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];
  const left = split(a);
  const right = split(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i] ?? "";
    const y = right[i] ?? "";
    if (/^\d/.test(x) && /^\d/.test(y)) {
      const order = Number(x) - Number(y);
      if (order !== 0) return order;
    } else if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
