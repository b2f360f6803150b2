import { compileRegex, type Regex } from "../shell/regex/match.ts";

export type SedAddress =
  | { readonly type: "line"; readonly line: number }
  | { readonly type: "step"; readonly first: number; readonly step: number }
  | { readonly type: "last" }
  | { readonly type: "regex"; readonly regex: Regex };

export interface SedCommand {
  readonly from: SedAddress | undefined;
  readonly to: SedAddress | { readonly type: "count"; readonly count: number } | undefined;
  readonly negated: boolean;
  readonly action: SedAction;
  /** Whether a range that began goes on; the runner keeps it by the command's number. */
  readonly number: number;
}

export type SedAction =
  | {
      readonly type: "s";
      readonly regex: Regex;
      readonly replacement: readonly ReplacementPart[];
      readonly global: boolean;
      readonly nth: number;
      readonly print: boolean;
      readonly file: string | undefined;
    }
  | { readonly type: "y"; readonly map: ReadonlyMap<string, string> }
  | { readonly type: "a" | "i" | "c"; readonly text: string }
  | { readonly type: "d" | "D" | "p" | "P" | "n" | "N" | "h" | "H" | "g" | "G" | "x" | "=" | "l" }
  | { readonly type: "q" | "Q"; readonly status: number }
  | { readonly type: "r" | "w"; readonly file: string }
  | { readonly type: "{"; readonly end: number }
  | { readonly type: "}" }
  | { readonly type: ":"; readonly label: string }
  | { readonly type: "b" | "t" | "T"; readonly label: string };

/** A piece of a replacement: text, a group (0: all that matched), or a change of case from here. */
export type ReplacementPart = { readonly text: string } | { readonly group: number } | { readonly change: "U" | "L" | "u" | "l" | "E" };

export type SedParse = { readonly ok: true; readonly commands: readonly SedCommand[] } | { readonly ok: false; readonly message: string };

class SedError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Reads a script. @source GNU sed 4.9 manual, compile.c for the messages */
export function parseSed(script: string, isExtended: boolean): SedParse {
  try {
    return { ok: true, commands: new SedParser(script, isExtended).whole() };
  } catch (error) {
    if (error instanceof SedError) return { ok: false, message: error.message };
    throw error;
  }
}

class SedParser {
  readonly #text: string;
  readonly #isExtended: boolean;
  #at = 0;
  #lastRegex: Regex | undefined;

  constructor(text: string, isExtended: boolean) {
    this.#text = text;
    this.#isExtended = isExtended;
  }

  whole(): readonly SedCommand[] {
    const commands: SedCommand[] = [];
    const open: number[] = [];
    for (;;) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#text.length) break;
      if (this.#text[this.#at] === "#") {
        this.#restOfLine();
        continue;
      }
      const from = this.#address();
      let to: SedCommand["to"];
      this.#skip(/[ \t]/);
      if (this.#text[this.#at] === ",") {
        if (from === undefined) throw this.#error("unexpected `,'");
        this.#at++;
        this.#skip(/[ \t]/);
        const count = /^\+(\d+)/.exec(this.#text.slice(this.#at));
        if (count !== null) {
          this.#at += count[0].length;
          to = { type: "count", count: Number(count[1]) };
        } else {
          to = this.#address();
          if (to === undefined) throw this.#error("unexpected `,'");
        }
      }
      this.#skip(/[ \t]/);
      let negated = false;
      while (this.#text[this.#at] === "!") {
        negated = true;
        this.#at++;
        this.#skip(/[ \t]/);
      }
      const letter = this.#text[this.#at++];
      if (letter === undefined || letter === "\n" || letter === ";") throw this.#error("missing command");
      const number = commands.length;
      const add = (action: SedAction): void => {
        commands.push({ from, to, negated, action, number });
      };
      if (letter === "{") {
        open.push(number);
        add({ type: "{", end: -1 });
        continue;
      }
      if (letter === "}") {
        const start = open.pop();
        if (start === undefined) throw this.#error("unexpected `}'");
        commands[start] = { ...(commands[start] as SedCommand), action: { type: "{", end: number } };
        add({ type: "}" });
        continue;
      }
      add(this.#action(letter));
      if (!"aicrwb:tT".includes(letter)) this.#endOfCommand();
    }
    if (open.length > 0) throw new SedError("-e expression #1, char 0: unmatched `{'");
    const labels = new Set(commands.flatMap(({ action }) => (action.type === ":" ? [action.label] : [])));
    for (const { action } of commands) {
      if ((action.type === "b" || action.type === "t" || action.type === "T") && action.label !== "" && !labels.has(action.label))
        throw new SedError(`can't find label for jump to \`${action.label}'`);
    }
    return commands;
  }

  #error(what: string): SedError {
    return new SedError(`-e expression #1, char ${Math.min(this.#at, this.#text.length)}: ${what}`);
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#text[this.#at] as string)) this.#at++;
  }

  #restOfLine(): string {
    const newline = this.#text.indexOf("\n", this.#at);
    const end = newline < 0 ? this.#text.length : newline;
    const rest = this.#text.slice(this.#at, end);
    this.#at = end;
    return rest;
  }

  #endOfCommand(): void {
    this.#skip(/[ \t]/);
    const c = this.#text[this.#at];
    if (c === undefined || c === "\n" || c === ";" || c === "}" || c === "#") return;
    this.#at++;
    throw this.#error("extra characters after command");
  }

  #address(): SedAddress | undefined {
    const text = this.#text;
    const step = /^(\d+)~(\d+)/.exec(text.slice(this.#at));
    if (step !== null) {
      this.#at += step[0].length;
      return { type: "step", first: Number(step[1]), step: Number(step[2]) };
    }
    const line = /^\d+/.exec(text.slice(this.#at));
    if (line !== null) {
      this.#at += line[0].length;
      return { type: "line", line: Number(line[0]) };
    }
    const c = text[this.#at];
    if (c === "$") {
      this.#at++;
      return { type: "last" };
    }
    if (c !== "/" && c !== "\\") return undefined;
    this.#at += c === "\\" ? 1 : 0;
    const delimiter = text[this.#at++] as string;
    const source = this.#delimited(delimiter, true, "unterminated address regex");
    let isIgnoringCase = false;
    while (text[this.#at] === "I" || text[this.#at] === "M") {
      if (text[this.#at] === "I") isIgnoringCase = true;
      this.#at++;
    }
    return { type: "regex", regex: this.#regex(source, isIgnoringCase) };
  }

  /** Text up to the delimiter, which is passed. An escaped delimiter loses its backslash. */
  #delimited(delimiter: string, isRegex: boolean, problem: string): string {
    let source = "";
    let inBracket = false;
    for (;;) {
      const c = this.#text[this.#at++];
      if (c === undefined) {
        this.#at--;
        throw this.#error(problem);
      }
      if (c === "\\") {
        const next = this.#text[this.#at++] ?? "";
        if (next === delimiter) source += isRegex && "[].*^$+?(){}|".includes(next) && next !== "|" ? `\\${next}` : next;
        else if (next === "n" && isRegex) source += "\n";
        else if (next === "t" && isRegex) source += "\t";
        else source += c + next;
        continue;
      }
      if (isRegex && inBracket) {
        if (c === "]") inBracket = false;
        source += c;
        continue;
      }
      if (c === delimiter) return source;
      if (isRegex && c === "[") {
        inBracket = true;
        source += c;
        if (this.#text[this.#at] === "^") source += this.#text[this.#at++];
        if (this.#text[this.#at] === "]") source += this.#text[this.#at++];
        continue;
      }
      source += c;
    }
  }

  #regex(source: string, ignoreCase: boolean): Regex {
    if (source === "") {
      if (this.#lastRegex === undefined) throw this.#error("no previous regular expression");
      return this.#lastRegex;
    }
    const compiled = compileRegex(source, this.#isExtended ? "extended" : "basic", { ignoreCase });
    if (!compiled.ok) throw this.#error(compiled.message);
    this.#lastRegex = compiled.regex;
    return compiled.regex;
  }

  #action(letter: string): SedAction {
    switch (letter) {
      case "s":
        return this.#substitute();
      case "y":
        return this.#transliterate();
      case "a":
      case "i":
      case "c":
        return { type: letter, text: this.#textArgument() };
      case "d":
      case "D":
      case "p":
      case "P":
      case "n":
      case "N":
      case "h":
      case "H":
      case "g":
      case "G":
      case "x":
      case "=":
      case "l":
        return { type: letter };
      case "q":
      case "Q": {
        this.#skip(/[ \t]/);
        const status = /^\d+/.exec(this.#text.slice(this.#at))?.[0] ?? "";
        this.#at += status.length;
        return { type: letter, status: Number(status) };
      }
      case "r":
      case "w": {
        const file = this.#restOfLine().trim();
        if (file === "") throw this.#error("missing filename in r/R/w/W commands");
        return { type: letter, file };
      }
      case ":": {
        const label = this.#label();
        if (label === "") throw this.#error('":" lacks a label');
        return { type: ":", label };
      }
      case "b":
      case "t":
      case "T":
        return { type: letter, label: this.#label() };
      default:
        throw this.#error(`unknown command: \`${letter}'`);
    }
  }

  #label(): string {
    this.#skip(/[ \t]/);
    const label = /^[^\s;}]*/.exec(this.#text.slice(this.#at))?.[0] ?? "";
    this.#at += label.length;
    return label;
  }

  /** `a\` and text on the next lines, or GNU's `a text`. */
  #textArgument(): string {
    this.#skip(/[ \t]/);
    if (this.#text[this.#at] === "\\") {
      this.#at++;
      this.#skip(/[ \t]/);
      if (this.#text[this.#at] === "\n") this.#at++;
    }
    let text = "";
    while (this.#at < this.#text.length) {
      const line = this.#restOfLine();
      if (line.endsWith("\\") && this.#at < this.#text.length) {
        text += `${line.slice(0, -1)}\n`;
        this.#at++;
        continue;
      }
      text += line;
      break;
    }
    if (text === "") throw this.#error("expected \\ after `a', `c' or `i'");
    return `${text.replace(/\\([\s\S])/g, (_, c: string) => (c === "t" ? "\t" : c))}\n`;
  }

  #substitute(): SedAction {
    const delimiter = this.#text[this.#at++];
    if (delimiter === undefined || delimiter === "\n" || delimiter === "\\") throw this.#error("unterminated `s' command");
    const source = this.#delimited(delimiter, true, "unterminated `s' command");
    const replacement = this.#delimited(delimiter, false, "unterminated `s' command");
    let global = false;
    let nth = 1;
    let print = false;
    let ignoreCase = false;
    let file: string | undefined;
    for (;;) {
      const flag = this.#text[this.#at];
      if (flag === "g") global = true;
      else if (flag === "p") print = true;
      else if (flag === "i" || flag === "I") ignoreCase = true;
      else if (flag === "m" || flag === "M") throw this.#error("the M flag is not supported here");
      else if (flag !== undefined && /[1-9]/.test(flag)) {
        const digits = /^\d+/.exec(this.#text.slice(this.#at))?.[0] ?? "1";
        nth = Number(digits);
        this.#at += digits.length - 1;
      } else if (flag === "w") {
        this.#at++;
        file = this.#restOfLine().trim();
        break;
      } else if (flag === undefined || /[\s;}#]/.test(flag)) break;
      else {
        this.#at++;
        throw this.#error("unknown option to `s'");
      }
      this.#at++;
    }
    const regex = this.#regex(source, ignoreCase);
    const parts = replacementParts(replacement);
    for (const part of parts)
      if ("group" in part && part.group > regex.groups) throw this.#error(`invalid reference \\${part.group} on \`s' command's RHS`);
    return { type: "s", regex, replacement: parts, global, nth, print, file };
  }

  #transliterate(): SedAction {
    const delimiter = this.#text[this.#at++];
    if (delimiter === undefined) throw this.#error("unterminated `y' command");
    const read = (): string[] => {
      const raw = this.#delimited(delimiter, false, "unterminated `y' command");
      return [...raw.replace(/\\(n|t|\\)/g, (_, c: string) => ({ n: "\n", t: "\t" })[c] ?? c)];
    };
    const from = read();
    const to = read();
    if (from.length !== to.length) throw this.#error("strings for `y' command are different lengths");
    return { type: "y", map: new Map(from.map((c, i) => [c, to[i] as string])) };
  }
}

function replacementParts(text: string): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push({ text: plain });
    plain = "";
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === "&") {
      flush();
      parts.push({ group: 0 });
    } else if (c === "\\") {
      const next = text[++i] ?? "";
      if (/\d/.test(next)) {
        flush();
        parts.push({ group: Number(next) });
      } else if ("ULulE".includes(next) && next !== "") {
        flush();
        parts.push({ change: next as "U" | "L" | "u" | "l" | "E" });
      } else plain += next === "n" ? "\n" : next === "t" ? "\t" : next;
    } else plain += c;
  }
  flush();
  return parts;
}
