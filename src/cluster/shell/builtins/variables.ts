import type { Run } from "../../machine/syscall.ts";
import type { Builtin, ShellContext, ShellOptions } from "../context.ts";
import { ExitControl } from "../control.ts";
import { quoteForShell } from "../printf.ts";

const namePattern = /^[A-Za-z_]\w*$/;

function* invalidName(shell: ShellContext, builtin: string, word: string): Run<number> {
  yield* shell.complain(
    shell.flavour === "bash" ? `${builtin}: \`${word}': not a valid identifier` : `${builtin}: ${word}: bad variable name`,
  );
  return 1;
}

/** `'it'\''s'`: as `export -p` and `set` show values. */
function quoteValue(value: string): string {
  return `"${value.replace(/[\\"$`]/g, "\\$&")}"`;
}

/** Takes apart `NAME=VALUE` and `NAME`; marks and assigns. */
function* declareEach(
  shell: ShellContext,
  builtin: string,
  words: readonly string[],
  mark: { readonly exported?: boolean; readonly readonly?: boolean; readonly integer?: boolean; readonly local?: boolean },
): Run<number> {
  let status = 0;
  for (const word of words) {
    const match = /^([A-Za-z_]\w*)(\+?)(?:=([\s\S]*))?$/.exec(word);
    if (match === null || (match[2] === "+" && match[3] === undefined)) {
      status = yield* invalidName(shell, builtin, word);
      continue;
    }
    const name = match[1] as string;
    if (mark.local === true) shell.variables.makeLocal(name);
    const { local: _, ...change } = mark;
    if (match[3] !== undefined) {
      if (mark.integer !== undefined) shell.variables.mark(name, { integer: mark.integer });
      const integer = shell.variables.describe(name)?.integer === true;
      const text = match[2] === "+" ? (shell.variables.get(name) ?? "") + match[3] : match[3];
      if (!shell.variables.set(name, integer ? `${yield* shell.calculate(text)}` : text)) {
        yield* shell.complain(`${builtin === "export" || builtin === "readonly" ? "" : `${builtin}: `}${name}: readonly variable`);
        status = 1;
        continue;
      }
    }
    shell.variables.mark(name, change);
  }
  return status;
}

export const exportBuiltin: Builtin = function* (shell, argv) {
  let words = argv.slice(1);
  let isRemoval = false;
  while (words[0]?.startsWith("-") === true && words[0] !== "-") {
    if (words[0] === "-n") isRemoval = true;
    const isLast = words[0] === "--";
    words = words.slice(1);
    if (isLast) break;
  }
  if (words.length > 0) return yield* declareEach(shell, "export", words, { exported: !isRemoval });
  let text = "";
  const isBash = shell.flavour === "bash";
  for (const name of shell.variables.names()) {
    const variable = shell.variables.describe(name);
    if (variable?.exported !== true) continue;
    const value = variable.value === undefined ? "" : `=${isBash ? quoteValue(variable.value) : `'${variable.value}'`}`;
    text += `${isBash ? "declare -x" : "export"} ${name}${value}\n`;
  }
  yield* shell.out(text);
  return 0;
};

export const readonlyBuiltin: Builtin = function* (shell, argv) {
  const words = argv.slice(1).filter((word) => word !== "-p");
  if (words.length > 0) return yield* declareEach(shell, "readonly", words, { readonly: true });
  for (const name of shell.variables.names()) {
    const variable = shell.variables.describe(name);
    if (variable?.readonly === true) yield* shell.out(`declare -r ${name}=${quoteValue(variable.value ?? "")}\n`);
  }
  return 0;
};

export const local: Builtin = function* (shell, argv) {
  if (!shell.variables.isInFunction) {
    yield* shell.complain(shell.flavour === "bash" ? "local: can only be used in a function" : "local: not in a function");
    return 1;
  }
  return yield* declare(shell, argv);
};

export const declare: Builtin = function* (shell, argv) {
  const mark: { exported?: boolean; readonly?: boolean; integer?: boolean; local?: boolean } = {};
  let words = argv.slice(1);
  let isGlobal = false;
  let isPrint = false;
  while (words[0] !== undefined && /^[-+]./.test(words[0])) {
    const isOn = words[0].startsWith("-");
    for (const flag of words[0].slice(1)) {
      if (flag === "x") mark.exported = isOn;
      else if (flag === "r") mark.readonly = isOn;
      else if (flag === "i") mark.integer = isOn;
      else if (flag === "g") isGlobal = true;
      else if (flag === "p") isPrint = true;
      else if (flag === "a" || flag === "A") {
        yield* shell.complain(`${argv[0]}: arrays are not supported here`);
        return 1;
      }
    }
    words = words.slice(1);
  }
  if (shell.variables.isInFunction && !isGlobal) mark.local = true;
  if (!isPrint) return yield* declareEach(shell, argv[0] as string, words, mark);
  let status = 0;
  for (const name of words) {
    const variable = shell.variables.describe(name);
    if (variable === undefined) {
      yield* shell.complain(`declare: ${name}: not found`);
      status = 1;
      continue;
    }
    const flags = `${variable.integer ? "i" : ""}${variable.readonly ? "r" : ""}${variable.exported ? "x" : ""}`;
    yield* shell.out(`declare -${flags === "" ? "-" : flags} ${name}=${quoteValue(variable.value ?? "")}\n`);
  }
  return status;
};

export const unset: Builtin = function* (shell, argv) {
  let kind: "variable" | "function" | "either" = "either";
  let status = 0;
  for (const word of argv.slice(1)) {
    if (word === "-v") kind = "variable";
    else if (word === "-f") kind = "function";
    else if (word === "--") continue;
    else if (kind === "function") shell.functions.delete(word);
    else if (!namePattern.test(word)) status = yield* invalidName(shell, "unset", word);
    else if (shell.variables.describe(word) === undefined && kind === "either") shell.functions.delete(word);
    else if (!shell.variables.unset(word)) {
      yield* shell.complain(shell.flavour === "bash" ? `unset: ${word}: cannot unset: readonly variable` : `unset: ${word}: is read only`);
      status = 1;
    }
  }
  return status;
};

const letters: Readonly<Record<string, keyof ShellOptions | undefined>> = {
  e: "errexit",
  u: "nounset",
  x: "xtrace",
  f: "noglob",
  v: "verbose",
  C: "noclobber",
  a: "allexport",
};
/** Options that change nothing here. */
const acceptedLetters = "bhmnBHPET";
const acceptedNames = new Set([
  "emacs",
  "vi",
  "monitor",
  "notify",
  "hashall",
  "histexpand",
  "history",
  "braceexpand",
  "posix",
  "physical",
  "errtrace",
  "functrace",
  "ignoreeof",
  "onecmd",
  "noexec",
  "nolog",
  "interactive-comments",
  "keyword",
  "privileged",
]);

export const set: Builtin = function* (shell, argv) {
  if (argv.length === 1) {
    let text = "";
    for (const name of shell.variables.names()) {
      const value = shell.variables.get(name);
      if (value !== undefined)
        text += `${name}=${quoteForShell(value) === value ? value : /^[^\n\t\x00-\x1f]*$/.test(value) ? `'${value.replaceAll("'", "'\\''")}'` : quoteForShell(value)}\n`;
    }
    yield* shell.out(text);
    return 0;
  }
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === "--") {
      shell.positional = argv.slice(i + 1);
      return 0;
    }
    if (!/^[-+]/.test(word) || word === "-" || word === "+") {
      shell.positional = argv.slice(word === "-" ? i + 1 : i);
      return 0;
    }
    const isOn = word.startsWith("-");
    for (const letter of word.slice(1)) {
      if (letter === "o") {
        const name = argv[++i];
        if (name === undefined) {
          const names = Object.keys(shell.options).sort() as (keyof ShellOptions)[];
          yield* shell.out(
            names
              .map((option) =>
                isOn
                  ? `${option.padEnd(15)}\t${shell.options[option] ? "on" : "off"}\n`
                  : `set ${shell.options[option] ? "-" : "+"}o ${option}\n`,
              )
              .join(""),
          );
          return 0;
        }
        if (name in shell.options) shell.options[name as keyof ShellOptions] = isOn;
        else if (!acceptedNames.has(name)) {
          yield* shell.complain(
            shell.flavour === "bash" ? `set: ${name}: invalid option name` : `set: Illegal option ${isOn ? "-" : "+"}o ${name}`,
          );
          if (shell.flavour !== "bash") throw new ExitControl(2);
          return 2;
        }
        continue;
      }
      const option = letters[letter];
      if (option !== undefined) shell.options[option] = isOn;
      else if (!acceptedLetters.includes(letter)) {
        yield* shell.complain(shell.flavour === "bash" ? `set: -${letter}: invalid option` : `set: Illegal option -${letter}`);
        if (shell.flavour !== "bash") throw new ExitControl(2);
        yield* shell.err("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n");
        return 2;
      }
    }
  }
  return 0;
};

export const shift: Builtin = function* (shell, argv) {
  const count = argv[1] === undefined ? 1 : Number(argv[1]);
  if (!Number.isInteger(count) || count < 0) {
    yield* shell.complain(`shift: ${argv[1]}: ${Number.isInteger(count) ? "shift count out of range" : "numeric argument required"}`);
    return 1;
  }
  if (count > shell.positional.length) {
    if (shell.flavour === "bash") return 1;
    yield* shell.complain("shift: can't shift that many");
    throw new ExitControl(2);
  }
  shell.positional = shell.positional.slice(count);
  return 0;
};

/** `read [-r] [-s] [-p PROMPT] [-t SECONDS] [-n COUNT] [-d DELIMITER] NAME...` @source bash 5.2 manual, 4.2 */
export const read: Builtin = function* (shell, argv) {
  let isRaw = false;
  let prompt = "";
  let timeoutUs: number | undefined;
  let count: number | undefined;
  let delimiter = "\n";
  let i = 1;
  for (; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === "--") {
      i++;
      break;
    }
    if (!/^-./.test(word)) break;
    for (let at = 1; at < word.length; at++) {
      const flag = word[at] as string;
      if (flag === "r") isRaw = true;
      else if (flag === "s" || flag === "e") continue;
      else if ("ptndNu".includes(flag)) {
        const value = at + 1 < word.length ? word.slice(at + 1) : (argv[++i] ?? "");
        if (flag === "p") prompt = value;
        else if (flag === "t") timeoutUs = Math.round(Number(value) * 1_000_000);
        else if (flag === "n" || flag === "N") count = Number(value);
        else if (flag === "d") delimiter = value.slice(0, 1) === "" ? "\0" : value.slice(0, 1);
        break;
      } else {
        yield* shell.complain(flag === "a" ? "read: arrays are not supported here" : `read: -${flag}: invalid option`);
        return 2;
      }
    }
  }
  const names = argv.slice(i);
  for (const name of names) if (!namePattern.test(name)) return yield* invalidName(shell, "read", name);

  const body = readRecord(shell, prompt, isRaw, delimiter, count);
  let record: { readonly text: string; readonly isWhole: boolean };
  if (timeoutUs === undefined) record = yield* body;
  else {
    const result = yield* shell.sys.within(Math.max(1, timeoutUs), body);
    if (!result.ok) return 142;
    record = result.value;
  }
  const { isWhole } = record;
  const text = record.text;
  if (names.length === 0) shell.variables.set("REPLY", unquoted(text, isRaw));
  else assignFields(shell, names, text, isRaw);
  return isWhole ? 0 : 1;
};

/** One record from standard input, its delimiter removed; without -r a backslash joins the next line. */
function* readRecord(
  shell: ShellContext,
  prompt: string,
  isRaw: boolean,
  delimiter: string,
  count: number | undefined,
): Run<{ readonly text: string; readonly isWhole: boolean }> {
  const input = shell.input();
  if (delimiter !== "\n" || count !== undefined) {
    let text = "";
    while (count === undefined || text.length < count) {
      const c = yield* input.read(1);
      if (c === "") return { text, isWhole: false };
      if (c === delimiter) return { text, isWhole: true };
      text += c;
    }
    return { text, isWhole: true };
  }
  let text = "";
  for (;;) {
    const line = yield* input.readLine(prompt);
    if (!line.endsWith("\n")) return { text: text + line, isWhole: false };
    const body = line.slice(0, -1);
    const backslashes = /\\*$/.exec(body)?.[0].length ?? 0;
    if (isRaw || backslashes % 2 === 0) return { text: text + body, isWhole: true };
    text += body.slice(0, -1);
  }
}

function unquoted(text: string, isRaw: boolean): string {
  return isRaw ? text : text.replace(/\\([\s\S]?)/g, "$1");
}

function assignFields(shell: ShellContext, names: readonly string[], text: string, isRaw: boolean): void {
  const ifs = shell.variables.get("IFS") ?? " \t\n";
  const isBlank = (c: string | undefined): boolean => c !== undefined && ifs.includes(c) && " \t\n".includes(c);
  let at = 0;
  const skipBlanks = (): void => {
    while (isBlank(text[at])) at++;
  };
  skipBlanks();
  names.forEach((name, n) => {
    let field = "";
    if (n === names.length - 1) {
      let rest = text.slice(at);
      while (rest !== "" && isBlank(rest[rest.length - 1]) && !(rest[rest.length - 2] === "\\" && !isRaw)) rest = rest.slice(0, -1);
      // A single trailing separator is not part of the last field.
      const last = rest[rest.length - 1];
      if (last !== undefined && ifs.includes(last) && [...rest].filter((c) => ifs.includes(c)).length === 1) rest = rest.slice(0, -1);
      field = unquoted(rest, isRaw);
    } else {
      while (at < text.length && !ifs.includes(text[at] as string)) {
        if (text[at] === "\\" && !isRaw) at++;
        field += text[at++] ?? "";
      }
      skipBlanks();
      if (at < text.length && ifs.includes(text[at] as string) && !isBlank(text[at])) {
        at++;
        skipBlanks();
      }
    }
    shell.variables.set(name, field);
  });
}

/** @source POSIX.1-2017 XCU getopts */
export const getopts: Builtin = function* (shell, argv) {
  const spec = argv[1];
  const name = argv[2];
  if (spec === undefined || name === undefined) {
    yield* shell.complain("getopts: usage: getopts optstring name [arg ...]");
    return 2;
  }
  const args = argv.length > 3 ? argv.slice(3) : shell.positional;
  const isSilent = spec.startsWith(":");
  const options = isSilent ? spec.slice(1) : spec;
  let index = Number(shell.variables.get("OPTIND") ?? "1");
  let offset = Number(shell.variables.get("_OPTOFFSET") ?? "1");
  const end = (): number => {
    shell.variables.set("OPTIND", `${index}`);
    shell.variables.unset("_OPTOFFSET");
    shell.variables.set(name, "?");
    return 1;
  };
  let word = args[index - 1];
  if (word === undefined || !/^-./.test(word)) return end();
  if (word === "--") {
    index++;
    return end();
  }
  if (offset >= word.length) {
    index++;
    offset = 1;
    word = args[index - 1];
    if (word === undefined || !/^-./.test(word)) return end();
    if (word === "--") {
      index++;
      return end();
    }
  }
  const letter = word[offset] as string;
  const at = letter === ":" ? -1 : options.indexOf(letter);
  offset++;
  const next = (): void => {
    if (offset >= (word as string).length) {
      index++;
      offset = 1;
    }
  };
  shell.variables.unset("OPTARG");
  if (at < 0) {
    next();
    if (isSilent) shell.variables.set("OPTARG", letter);
    else yield* shell.err(`${shell.name}: illegal option -- ${letter}\n`);
    shell.variables.set(name, "?");
  } else if (options[at + 1] === ":") {
    const rest = word.slice(offset);
    const value = rest !== "" ? rest : args[index];
    index += rest !== "" ? 1 : 2;
    offset = 1;
    if (value === undefined) {
      index--;
      if (isSilent) shell.variables.set("OPTARG", letter);
      else yield* shell.err(`${shell.name}: option requires an argument -- ${letter}\n`);
      shell.variables.set(name, isSilent ? ":" : "?");
    } else {
      shell.variables.set("OPTARG", value);
      shell.variables.set(name, letter);
    }
  } else {
    next();
    shell.variables.set(name, letter);
  }
  shell.variables.set("OPTIND", `${index}`);
  if (offset > 1) shell.variables.set("_OPTOFFSET", `${offset}`);
  else shell.variables.unset("_OPTOFFSET");
  return 0;
};
