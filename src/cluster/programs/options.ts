import type { Run, Sys } from "../machine/syscall.ts";
import type { Toolset } from "./toolset.ts";

/** Options of a command: short ones as `getopt` writes them (`n:` takes a value), long ones with the short one they mean. */
export interface OptionSpec {
  readonly short: string;
  /** `lines: "n"`. A long option without a short form names itself. */
  readonly long?: Readonly<Record<string, string>>;
  /** Names (of `long`'s values) that take an optional `=VALUE`. */
  readonly optional?: readonly string[];
  /** Stop at the first word that is no option (`timeout 5 ls -l`). */
  readonly stopsEarly?: boolean;
  /** Exit status of a usage error; 1 unless given. */
  readonly usageStatus?: number;
}

export interface ParsedOptions {
  /** In order: letter and value (`""` where it takes none). */
  readonly list: readonly (readonly [string, string])[];
  readonly words: readonly string[];
  has(option: string): boolean;
  /** The last value given. */
  value(option: string): string | undefined;
  values(option: string): readonly string[];
}

/** How an option may be wrong, in getopt(3)'s terms. */
type OptionProblem = { readonly kind: "invalid" | "unrecognized" | "needsValue" | "longNeedsValue" | "noValue"; readonly option: string };

/**
 * Takes options and words apart as getopt_long does (words may stand between options). A mistake is printed; then undefined.
 * @source glibc getopt(3); busybox 1.35 libbb/getopt32.c
 */
export function* parseOptions(
  sys: Sys,
  spec: OptionSpec,
  toolset: Toolset = "gnu",
  args: readonly string[] = sys.args.slice(1),
): Run<ParsedOptions | undefined> {
  const name = programName(sys);
  const parsed = splitOptions(args, spec);
  if ("list" in parsed) return parsed;
  const { kind, option } = parsed;
  if (toolset === "busybox") {
    yield* sys.err(
      `${name}: ${kind === "needsValue" ? `option requires an argument: ${option}` : `unrecognized option: ${option}`}\n${busyboxUsage(name)}`,
    );
    return undefined;
  }
  const text = {
    invalid: `invalid option -- '${option}'`,
    unrecognized: `unrecognized option '--${option}'`,
    needsValue: `option requires an argument -- '${option}'`,
    longNeedsValue: `option '--${option}' requires an argument`,
    noValue: `option '--${option}' doesn't allow an argument`,
  }[kind];
  yield* sys.err(`${name}: ${text}\nTry '${name} --help' for more information.\n`);
  return undefined;
}

/** The usage text begins so; what follows differs by applet and is left out. */
function busyboxUsage(name: string): string {
  return `BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: ${name} [OPTIONS]\n`;
}

export function programName(sys: Sys): string {
  const path = sys.args[0] ?? "";
  return path.slice(path.lastIndexOf("/") + 1);
}

export function splitOptions(args: readonly string[], spec: OptionSpec): ParsedOptions | OptionProblem {
  const list: (readonly [string, string])[] = [];
  const words: string[] = [];
  const takesValue = (letter: string): boolean => spec.short[spec.short.indexOf(letter) + 1] === ":" && spec.short.includes(letter);
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === "--") {
      words.push(...args.slice(i + 1));
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      if (spec.stopsEarly === true) {
        words.push(...args.slice(i));
        break;
      }
      words.push(word);
      continue;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const typed = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const long = spec.long ?? {};
      const near = Object.keys(long).filter((one) => one.startsWith(typed));
      const full = typed in long ? typed : near.length === 1 ? (near[0] as string) : undefined;
      if (full === undefined) return { kind: "unrecognized", option: typed };
      const letter = long[full] as string;
      const isOptional = spec.optional?.includes(letter) === true;
      if (takesValue(letter) && !isOptional) {
        const value = equals >= 0 ? word.slice(equals + 1) : args[++i];
        if (value === undefined) return { kind: "longNeedsValue", option: full };
        list.push([letter, value]);
      } else {
        if (equals >= 0 && !isOptional) return { kind: "noValue", option: full };
        list.push([letter, equals < 0 ? "" : word.slice(equals + 1)]);
      }
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      if (letter === ":" || !spec.short.includes(letter)) return { kind: "invalid", option: letter };
      if (!takesValue(letter)) {
        list.push([letter, ""]);
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : args[++i];
      if (value === undefined) return { kind: "needsValue", option: letter };
      list.push([letter, value]);
      break;
    }
  }
  return {
    list,
    words,
    has: (option) => list.some(([letter]) => letter === option),
    value: (option) => list.findLast(([letter]) => letter === option)?.[1],
    values: (option) => list.filter(([letter]) => letter === option).map(([, value]) => value),
  };
}
