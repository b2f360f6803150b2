import type { ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { compileRegex, type Regex, type RegexMatch } from "../shell/regex/match.ts";
import type { RegexNotation } from "../shell/regex/parse.ts";
import { errorText, openInput } from "./input.ts";
import { walkTree } from "./ls.ts";
import { type ParsedOptions, parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/**
 * `grep`, `egrep`, `fgrep`: -E -F -G -P -i -v -c -l -L -n -o -q -s -h -H -w -x -e -f -m -A -B -C -r.
 * Matching takes time linear in the text, whatever the pattern.
 *
 * @source GNU grep 3.8; busybox 1.35 grep.c
 */
export function grepTools(toolset: Toolset): readonly ProgramEntry[] {
  const entry = (name: string, notation: RegexNotation | "fixed"): ProgramEntry => ({
    name,
    path: toolPath(name, toolset),
    run: (sys) => runGrep(sys, toolset, notation),
  });
  return [entry("grep", "basic"), entry("egrep", "extended"), entry("fgrep", "fixed")];
}

function* runGrep(sys: Sys, toolset: Toolset, notationDefault: RegexNotation | "fixed"): Run<number> {
  const name = programName(sys);
  const options = yield* parseOptions(
    sys,
    {
      short: "EFGPivclLnoqshHwxe:f:m:A:B:C:rRaIzZ",
      long: {
        "extended-regexp": "E",
        "fixed-strings": "F",
        "basic-regexp": "G",
        "perl-regexp": "P",
        "ignore-case": "i",
        "invert-match": "v",
        count: "c",
        "files-with-matches": "l",
        "files-without-match": "L",
        "line-number": "n",
        "only-matching": "o",
        quiet: "q",
        silent: "q",
        "no-messages": "s",
        "no-filename": "h",
        "with-filename": "H",
        "word-regexp": "w",
        "line-regexp": "x",
        regexp: "e",
        file: "f",
        "max-count": "m",
        "after-context": "A",
        "before-context": "B",
        context: "C",
        recursive: "r",
        color: "I",
        colour: "I",
        text: "a",
        "line-buffered": "I",
      },
      optional: ["I"],
    },
    toolset,
  );
  if (options === undefined) return 2;
  const words = [...options.words];
  const patterns = options.values("e").flatMap((text) => text.split("\n"));
  for (const path of options.values("f")) {
    const text = sys.files.read(sys.path(path));
    if (!text.ok) {
      yield* sys.err(`${name}: ${path}: ${errorText(text.error)}\n`);
      return 2;
    }
    patterns.push(...text.value.replace(/\n$/, "").split("\n"));
  }
  if (!options.has("e") && !options.has("f")) {
    const pattern = words.shift();
    if (pattern === undefined) {
      yield* sys.err(
        toolset === "gnu"
          ? `Usage: ${name} [OPTION]... PATTERNS [FILE]...\nTry '${name} --help' for more information.\n`
          : `BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n`,
      );
      return 2;
    }
    patterns.push(...pattern.split("\n"));
  }
  const chosen = options.list.findLast(([letter]) => "EFGP".includes(letter))?.[0];
  const notation =
    chosen === "E" ? "extended" : chosen === "F" ? "fixed" : chosen === "P" ? "perl" : chosen === "G" ? "basic" : notationDefault;
  const regexes: Regex[] = [];
  for (const pattern of patterns) {
    const text = notation === "fixed" ? pattern.replace(/[\\.[\]{}()*+?^$|]/g, "\\$&") : pattern;
    const compiled = compileRegex(text, notation === "fixed" ? "extended" : notation, { ignoreCase: options.has("i") });
    if (!compiled.ok) {
      yield* sys.err(toolset === "gnu" ? `${name}: ${compiled.message}\n` : `${name}: bad regex '${pattern}': ${compiled.message}\n`);
      return 2;
    }
    regexes.push(compiled.regex);
  }
  const limit = options.value("m") === undefined ? Number.POSITIVE_INFINITY : Number(options.value("m"));
  for (const letter of ["A", "B", "C", "m"]) {
    const value = options.value(letter);
    if (value === undefined || /^\d+$/.test(value)) continue;
    yield* sys.err(letter === "m" ? `${name}: invalid max count\n` : `${name}: ${value}: invalid context length argument\n`);
    return 2;
  }

  let status = 0;
  const isRecursive = options.has("r") || options.has("R");
  let paths: string[] = words.length > 0 ? words : [isRecursive ? "." : "-"];
  if (isRecursive) {
    const found: string[] = [];
    for (const path of paths) {
      if (!sys.files.status(sys.path(path)).ok) {
        found.push(path);
        continue;
      }
      yield* walkTree(sys, path, function* (one, entryStatus) {
        yield* sys.work(1);
        if (entryStatus.type === "file") found.push(words.length === 0 ? one.replace(/^\.\//, "") : one);
        return true;
      });
    }
    paths = found;
  }
  const hasNames = options.has("H") || ((paths.length > 1 || isRecursive) && !options.has("h"));
  let hasMatched = false;
  for (const path of paths) {
    const file = sys.files.status(sys.path(path));
    if (path !== "-" && file.ok && file.value.type === "directory") {
      if (!options.has("s")) yield* sys.err(`${name}: ${path}: Is a directory\n`);
      if (toolset === "gnu") status = 2;
      continue;
    }
    if (path !== "-" && !file.ok) {
      if (!options.has("s")) yield* sys.err(`${name}: ${path}: ${errorText(file.error)}\n`);
      status = 2;
      continue;
    }
    const count = yield* searchFile(sys, path, toolset, options, regexes, hasNames, limit);
    if (count > 0) hasMatched = true;
    if (hasMatched && options.has("q")) return 0;
  }
  if (status === 2) return 2;
  return (options.has("L") ? !hasMatched : hasMatched) ? 0 : 1;
}

/** The number of lines selected. */
function* searchFile(
  sys: Sys,
  path: string,
  toolset: Toolset,
  options: ParsedOptions,
  regexes: readonly Regex[],
  hasNames: boolean,
  limit: number,
): Run<number> {
  const input = yield* openInput(sys, path, toolset);
  if (input === undefined) return 0;
  const shownPath = path === "-" ? "(standard input)" : path;
  const isListing = options.has("c") || options.has("l") || options.has("L") || options.has("q");
  const after = Number(options.value("A") ?? options.value("C") ?? 0);
  const before = Number(options.value("B") ?? options.value("C") ?? 0);
  const isContext = options.has("A") || options.has("B") || options.has("C");
  let count = 0;
  let number = 0;
  let lastPrinted = 0;
  let tailLeft = 0;
  const earlier: string[] = [];
  const prefix = (line: number, mark: string): string => `${hasNames ? shownPath + mark : ""}${options.has("n") ? line + mark : ""}`;
  let text = "";
  for (;;) {
    if (count >= limit && tailLeft === 0) break;
    const line = yield* input.readLine();
    if (line === "") break;
    number++;
    const body = line.endsWith("\n") ? line.slice(0, -1) : line;
    const match = count >= limit ? undefined : selection(regexes, body, 0, options);
    const isSelected = count < limit && (match !== undefined) !== options.has("v");
    if (isSelected) {
      count++;
      if (options.has("q") || options.has("l") || options.has("L")) break;
      if (!isListing) {
        if (options.has("o")) {
          if (!options.has("v")) for (const piece of pieces(regexes, body, options)) text += `${prefix(number, ":")}${piece}\n`;
        } else {
          const first = Math.max(lastPrinted + 1, number - earlier.length);
          if (isContext && lastPrinted > 0 && first > lastPrinted + 1) text += "--\n";
          for (let n = first; n < number; n++) text += `${prefix(n, "-")}${earlier[earlier.length - (number - n)]}\n`;
          text += `${prefix(number, ":")}${body}\n`;
          lastPrinted = number;
        }
        tailLeft = after;
      }
    } else if (tailLeft > 0 && !isListing && !options.has("o")) {
      text += `${prefix(number, "-")}${body}\n`;
      lastPrinted = number;
      tailLeft--;
    }
    if (before > 0) {
      earlier.push(body);
      if (earlier.length > before) earlier.shift();
    }
    if (text.length > 4096 || (text !== "" && sys.stdin.kind !== "text")) {
      yield* sys.out(text);
      text = "";
    }
  }
  if (options.has("c") && !options.has("q")) text += `${hasNames ? `${shownPath}:` : ""}${count}\n`;
  else if (options.has("l") && count > 0 && !options.has("q")) text += `${shownPath}\n`;
  else if (options.has("L") && count === 0 && !options.has("q")) text += `${shownPath}\n`;
  if (text !== "") yield* sys.out(text);
  return count;
}

/** The first match at or behind `from` that the options allow. */
function selection(regexes: readonly Regex[], line: string, from: number, options: ParsedOptions): RegexMatch | undefined {
  let best: RegexMatch | undefined;
  for (const regex of regexes) {
    const match = options.has("x") ? wholeLine(regex, line) : options.has("w") ? wholeWord(regex, line, from) : regex.find(line, from);
    if (match === undefined) continue;
    if (best === undefined || match.start < best.start || (match.start === best.start && match.end > best.end)) best = match;
  }
  return best;
}

function wholeLine(regex: Regex, line: string): RegexMatch | undefined {
  return regex.endsAt(line, 0).includes(line.length) ? { start: 0, end: line.length, groups: [] } : undefined;
}

function wholeWord(regex: Regex, line: string, from: number): RegexMatch | undefined {
  const isWord = (c: string | undefined): boolean => c !== undefined && /\w/.test(c);
  for (let at = from; at <= line.length; ) {
    const match = regex.find(line, at);
    if (match === undefined) return undefined;
    if (!isWord(line[match.start - 1])) {
      const end = regex.endsAt(line, match.start).findLast((one) => !isWord(line[one]) && one > match.start);
      if (end !== undefined) return { start: match.start, end, groups: [] };
    }
    at = match.start + 1;
  }
  return undefined;
}

function pieces(regexes: readonly Regex[], line: string, options: ParsedOptions): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const match = selection(regexes, line, at, options);
    if (match === undefined) break;
    if (match.end > match.start) found.push(line.slice(match.start, match.end));
    at = Math.max(match.end, match.start + 1);
    if (options.has("x")) break;
  }
  return found;
}
