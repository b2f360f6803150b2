import { absolutePath } from "../machine/path.ts";
import type { Run } from "../machine/syscall.ts";
import type { Parameter, Word, WordPart } from "./ast.ts";
import { expandBraces } from "./brace.ts";
import type { ShellContext } from "./context.ts";
import { ExpansionFailure } from "./control.ts";
import { compilePattern, hasPattern, type PatternPiece } from "./pattern.ts";

/**
 * What a word has become after parameters, commands and arithmetic: pieces of text. `split`: came from an unquoted expansion, so IFS
 * splits it. A break ends one field and begins the next (`"$@"`).
 */
type Segment = { readonly text: string; readonly quoted: boolean; readonly split: boolean } | "break";

/** Words as fields: braces, tilde, parameters, commands, arithmetic, splitting, file names, quotes. @source POSIX.1-2017 XCU 2.6 */
export function* expandWords(shell: ShellContext, words: readonly Word[]): Run<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    const first = word.parts[0];
    if (word.parts.length === 1 && first?.type === "literal" && (first.quoted || !/[*?[{~]/.test(first.text))) {
      fields.push(first.text); // most words are plain
      continue;
    }
    const variants = shell.flavour === "bash" ? expandBraces(word.parts) : [word.parts];
    for (const parts of variants) {
      const segments = yield* expandParts(shell, parts, true);
      for (const field of splitFields(segments, shell.variables.get("IFS") ?? " \t\n")) fields.push(...fileNames(shell, field));
    }
  }
  return fields;
}

/** A word as one text: assignments, redirection targets, `case`. */
export function* expandText(shell: ShellContext, word: Word): Run<string> {
  const segments = yield* expandParts(shell, word.parts, false);
  return segments.map((segment) => (segment === "break" ? " " : segment.text)).join("");
}

/** A word as a pattern, in which quoted pieces mean themselves. */
export function* expandPattern(shell: ShellContext, word: Word): Run<readonly PatternPiece[]> {
  const segments = yield* expandParts(shell, word.parts, false);
  return segments.map((segment) => (segment === "break" ? { text: " ", quoted: true } : { text: segment.text, quoted: segment.quoted }));
}

function* expandParts(shell: ShellContext, parts: readonly WordPart[], canSplit: boolean, splitsLiterals = false): Run<Segment[]> {
  const segments: Segment[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as WordPart;
    switch (part.type) {
      case "literal": {
        if (i === 0 && !part.quoted && part.text.startsWith("~")) {
          const tilde = expandTilde(shell, part.text, parts.length > 1);
          if (tilde !== undefined) {
            segments.push({ text: tilde.home, quoted: true, split: false });
            if (tilde.rest !== "") segments.push({ text: tilde.rest, quoted: false, split: splitsLiterals });
            break;
          }
        }
        segments.push({ text: part.text, quoted: part.quoted, split: splitsLiterals && !part.quoted });
        break;
      }
      case "parameter":
        segments.push(...(yield* expandParameter(shell, part.parameter, part.quoted, canSplit)));
        break;
      case "command": {
        const text = (yield* shell.capture(part.script)).replace(/\n+$/, "");
        segments.push({ text, quoted: part.quoted, split: !part.quoted });
        break;
      }
      case "process": {
        // bash counts its descriptors down from 63.
        const path = `/dev/fd/${63 - (shell.processFiles++ % 50)}`;
        const text = yield* shell.capture(part.script);
        shell.sys.files.makeDirectory("/dev/fd", { parents: true });
        shell.sys.files.write(path, text);
        segments.push({ text: path, quoted: true, split: false });
        break;
      }
      case "arithmetic": {
        const expression = yield* expandText(shell, part.expression);
        const value = yield* shell.calculate(expression);
        segments.push({ text: `${value}`, quoted: part.quoted, split: !part.quoted });
        break;
      }
    }
  }
  return segments;
}

function expandTilde(shell: ShellContext, text: string, hasMore: boolean): { readonly home: string; readonly rest: string } | undefined {
  const slash = text.indexOf("/");
  if (slash < 0 && hasMore) return undefined;
  const user = slash < 0 ? text.slice(1) : text.slice(1, slash);
  const rest = slash < 0 ? "" : text.slice(slash);
  if (user === "") return { home: shell.variables.get("HOME") ?? shell.sys.host.home, rest };
  if (user === "+") return { home: shell.sys.cwd, rest };
  if (user === shell.sys.host.user) return { home: shell.sys.host.home, rest };
  if (user === "root") return { home: "/root", rest };
  return undefined;
}

function* expandParameter(shell: ShellContext, parameter: Parameter, quoted: boolean, canSplit: boolean): Run<Segment[]> {
  const { name, operation } = parameter;
  const one = (text: string): Segment[] => [{ text, quoted, split: !quoted }];

  if (name === "@" || name === "*") {
    if (operation === undefined) return positionalSegments(shell, shell.positional, name, quoted, canSplit);
    if (operation.type === "length") return one(`${shell.positional.length}`);
    if (operation.type === "substring") {
      const offset = Number(yield* shell.calculate(yield* expandText(shell, operation.offset)));
      const all = offset === 0 ? [shell.name, ...shell.positional] : shell.positional;
      const from = offset > 0 ? offset - 1 : offset < 0 ? Math.max(0, all.length + offset) : 0;
      const length =
        operation.length === undefined ? all.length : Number(yield* shell.calculate(yield* expandText(shell, operation.length)));
      return positionalSegments(shell, all.slice(from, from + Math.max(0, length)), name, quoted, canSplit);
    }
  }

  const value =
    name === "@" || name === "*" ? (shell.positional.length === 0 ? undefined : shell.positional.join(" ")) : parameterValue(shell, name);
  if (operation === undefined) {
    if (value === undefined && shell.options.nounset)
      yield* fail(shell, name, shell.flavour === "bash" ? "unbound variable" : "parameter not set");
    return one(value ?? "");
  }
  const isBashOnly =
    operation.type === "replace" || operation.type === "substring" || operation.type === "case" || operation.type === "indirect";
  if (operation.type === "bad" || (shell.flavour === "dash" && isBashOnly)) {
    yield* shell.complain(shell.flavour === "bash" ? `${parameter.source}: bad substitution` : "Bad substitution");
    throw new ExpansionFailure(shell.flavour === "bash" ? 1 : 2);
  }
  switch (operation.type) {
    case "length":
      if (value === undefined && shell.options.nounset)
        yield* fail(shell, name, shell.flavour === "bash" ? "unbound variable" : "parameter not set");
      return one(`${[...(value ?? "")].length}`);
    case "indirect":
      return one(parameterValue(shell, value ?? "") ?? "");
    case "-":
    case "=":
    case "?":
    case "+": {
      const isSet = value !== undefined && !(operation.colon && value === "");
      if (operation.type === "+") return isSet ? yield* expandParts(shell, operation.word.parts, canSplit, canSplit && !quoted) : one("");
      if (isSet) return one(value);
      if (operation.type === "-") return yield* expandParts(shell, operation.word.parts, canSplit, canSplit && !quoted);
      const text = yield* expandText(shell, operation.word);
      if (operation.type === "=") {
        if (!/^[A-Za-z_]/.test(name)) {
          yield* shell.complain(`$${name}: cannot assign in this way`);
          throw new ExpansionFailure(1);
        }
        shell.variables.set(name, text);
        return one(text);
      }
      yield* fail(shell, name, text === "" ? (operation.colon ? "parameter null or not set" : "parameter not set") : text);
      return [];
    }
    case "#":
    case "##":
    case "%":
    case "%%": {
      const pattern = compilePattern(yield* expandPattern(shell, operation.pattern));
      return one(trim(value ?? "", pattern, operation.type));
    }
    case "substring": {
      const text = value ?? "";
      const offset = Number(yield* shell.calculate(yield* expandText(shell, operation.offset)));
      const from = offset < 0 ? text.length + offset : offset;
      if (from < 0 || from > text.length) return one("");
      if (operation.length === undefined) return one(text.slice(from));
      const lengthText = yield* expandText(shell, operation.length);
      const length = Number(yield* shell.calculate(lengthText));
      const end = length < 0 ? text.length + length : from + length;
      if (end < from) {
        yield* shell.complain(`${lengthText.trim()}: substring expression < 0`);
        throw new ExpansionFailure(1);
      }
      return one(text.slice(from, end));
    }
    case "replace": {
      const pattern = compilePattern(yield* expandPattern(shell, operation.pattern));
      const replacement = yield* expandText(shell, operation.replacement);
      return one(replace(value ?? "", pattern, replacement, operation.all, operation.anchor));
    }
    case "case": {
      const text = value ?? "";
      const change = (part: string): string => (operation.upper ? part.toUpperCase() : part.toLowerCase());
      return one(operation.all ? change(text) : change(text.slice(0, 1)) + text.slice(1));
    }
  }
}

function* fail(shell: ShellContext, name: string, what: string): Run<void> {
  yield* shell.complain(`${name}: ${what}`);
  throw new ExpansionFailure(shell.flavour !== "bash" ? 2 : shell.isCommandString ? 127 : 1);
}

function positionalSegments(shell: ShellContext, values: readonly string[], name: string, quoted: boolean, canSplit: boolean): Segment[] {
  if (quoted && name === "*") {
    const ifs = shell.variables.get("IFS");
    return [{ text: values.join(ifs === undefined ? " " : ifs.slice(0, 1)), quoted: true, split: false }];
  }
  if (!canSplit) return [{ text: values.join(" "), quoted, split: false }];
  const segments: Segment[] = [];
  values.forEach((text, i) => {
    if (i > 0) segments.push("break");
    segments.push({ text, quoted, split: !quoted });
  });
  return segments;
}

/** What a name or special parameter stands for; undefined when it is unset. */
export function parameterValue(shell: ShellContext, name: string): string | undefined {
  switch (name) {
    case "?":
      return `${shell.lastStatus}`;
    case "$":
      return `${shell.shellPid}`;
    case "!":
      return shell.lastBackgroundPid === undefined ? undefined : `${shell.lastBackgroundPid}`;
    case "#":
      return `${shell.positional.length}`;
    case "0":
      return shell.name;
    case "-":
      return `${shell.options.errexit ? "e" : ""}${shell.options.noglob ? "f" : ""}${shell.options.nounset ? "u" : ""}${shell.options.xtrace ? "x" : ""}${shell.isInteractive ? "im" : ""}`;
    default:
      if (/^\d+$/.test(name)) return shell.positional[Number(name) - 1];
      return shell.variables.get(name);
  }
}

/** @source POSIX.1-2017 XCU 2.6.5 */
export function splitFields(segments: readonly Segment[], ifs: string): PatternPiece[][] {
  const fields: PatternPiece[][] = [];
  let field: PatternPiece[] = [];
  let isField = false;
  const end = (): void => {
    if (isField) fields.push(field);
    field = [];
    isField = false;
  };
  const isBlank = (c: string): boolean => ifs.includes(c) && (c === " " || c === "\t" || c === "\n");
  for (const segment of segments) {
    if (segment === "break") {
      end();
      continue;
    }
    if (!segment.split || ifs === "") {
      if (segment.text !== "" || segment.quoted) {
        field.push({ text: segment.text, quoted: segment.quoted });
        isField = true;
      }
      continue;
    }
    const { text } = segment;
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text[i] as string;
      if (!ifs.includes(c)) continue;
      if (i > from) {
        field.push({ text: text.slice(from, i), quoted: false });
        isField = true;
      }
      if (isBlank(c)) {
        // Blanks beside another separator belong to it: `a : b` has two fields.
        let next = i;
        while (next < text.length && isBlank(text[next] as string)) next++;
        const follows = text[next];
        if (follows !== undefined && ifs.includes(follows) && isField) i = next;
        else i = next - 1;
        end();
      } else {
        isField = true; // `a::b` has an empty one
        end();
      }
      while (i + 1 < text.length && isBlank(text[i + 1] as string)) i++;
      from = i + 1;
    }
    if (from < text.length) {
      field.push({ text: text.slice(from), quoted: false });
      isField = true;
    }
  }
  end();
  return fields;
}

/** A field's file names, sorted; the field itself when it is no pattern or nothing matches. */
function fileNames(shell: ShellContext, field: readonly PatternPiece[]): readonly string[] {
  const typed = field.map((piece) => piece.text).join("");
  if (shell.options.noglob || !hasPattern(field)) return [typed];
  const { files } = shell.sys;
  // The pattern is cut at its slashes; each part is matched against one directory's names.
  const parts: PatternPiece[][] = [[]];
  for (const piece of field) {
    piece.text.split("/").forEach((text, i) => {
      if (i > 0) parts.push([]);
      if (text !== "") (parts.at(-1) as PatternPiece[]).push({ text, quoted: piece.quoted });
    });
  }
  let found = [""];
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    const slash = isLast ? "" : "/";
    const literal = part.map((piece) => piece.text).join("");
    if (literal === "" || !hasPattern(part)) {
      found = found.map((path) => `${path}${literal}${slash}`);
      if (isLast) found = found.filter((path) => files.status(absolutePath(path, shell.sys.cwd)).ok);
      return;
    }
    const pattern = compilePattern(part);
    const next: string[] = [];
    for (const path of found) {
      const names = files.list(absolutePath(path === "" ? "." : path, shell.sys.cwd));
      if (!names.ok) continue;
      for (const name of names.value) {
        if (name.startsWith(".") && !literal.startsWith(".")) continue;
        if (pattern.matchesAll(name)) next.push(`${path}${name}${slash}`);
      }
    }
    found = next;
  });
  return found.length === 0 ? [typed] : found;
}

function trim(text: string, pattern: ReturnType<typeof compilePattern>, how: "#" | "##" | "%" | "%%"): string {
  if (how === "#" || how === "##") {
    const ends = pattern.endsAt(text, 0);
    const end = how === "#" ? ends[0] : ends.at(-1);
    return end === undefined ? text : text.slice(end);
  }
  const indexes = Array.from({ length: text.length + 1 }, (_, i) => (how === "%%" ? i : text.length - i));
  const start = indexes.find((i) => pattern.endsAt(text, i).includes(text.length));
  return start === undefined ? text : text.slice(0, start);
}

function replace(
  text: string,
  pattern: ReturnType<typeof compilePattern>,
  replacement: string,
  all: boolean,
  anchor: "#" | "%" | undefined,
): string {
  if (anchor === "#") {
    const match = pattern.matchAt(text, 0);
    return match === undefined ? text : replacement + text.slice(match.end);
  }
  if (anchor === "%") {
    for (let i = 0; i <= text.length; i++) if (pattern.endsAt(text, i).includes(text.length)) return text.slice(0, i) + replacement;
    return text;
  }
  let result = "";
  let from = 0;
  while (from < text.length) {
    const match = pattern.find(text, from);
    if (match === undefined || match.end === match.start) break;
    result += text.slice(from, match.start) + replacement;
    from = match.end;
    if (!all) break;
  }
  return result + text.slice(from);
}
