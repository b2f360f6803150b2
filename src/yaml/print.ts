import { isBaseSixty, resolveScalar } from "./resolve.ts";

const widthBest = 80;

/**
 * A value as `kubectl -o yaml` prints it: keys sorted, lists not indented under their key, quotes only where reading would go wrong,
 * texts with line breaks as blocks, long lines folded after 80 characters.
 *
 * @source sigs.k8s.io/yaml Marshal; yaml.v2 encode.go, emitterc.go, sorter.go
 */
export function printYaml(value: unknown): string {
  const out: string[] = [];
  printNode(out, value, 0, "root");
  return out.join("");
}

type Where = "root" | "after-key" | "after-dash";

/** `indent` is the column at which a collection's entries stand. */
function printNode(out: string[], value: unknown, indent: number, where: Where): void {
  if (Array.isArray(value)) {
    if (value.length === 0) return void out.push(where === "root" ? "[]\n" : " []\n");
    if (where === "after-key") out.push("\n");
    value.forEach((item, i) => {
      if (where === "after-dash" && i === 0) out.push(" -");
      else out.push(" ".repeat(indent), "-");
      printNode(out, item, indent + 2, "after-dash");
    });
    return;
  }
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value)
      .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
      .toSorted(compareKeys);
    if (keys.length === 0) return void out.push(where === "root" ? "{}\n" : " {}\n");
    if (where === "after-key") out.push("\n");
    keys.forEach((key, i) => {
      const item = (value as Record<string, unknown>)[key];
      const pad = where === "after-dash" && i === 0 ? " " : " ".repeat(indent);
      const isSimple = key.length <= 128 && !key.includes("\n");
      const text = printScalar(key, indent + 2, indent, true);
      if (isSimple) out.push(pad, text, ":");
      else out.push(pad, "? ", text, "\n", " ".repeat(indent), ":");
      printNode(out, item, Array.isArray(item) ? indent : indent + 2, "after-key");
    });
    return;
  }
  const column = where === "root" ? 0 : columnOf(out) + 1;
  const text = printScalar(value, where === "root" ? 2 : where === "after-dash" ? indent : indent, column, false);
  out.push(where === "root" ? "" : " ", text, text.endsWith("\n") ? "" : "\n");
}

function columnOf(out: readonly string[]): number {
  let column = 0;
  for (let i = out.length - 1; i >= 0; i--) {
    const piece = out[i] as string;
    const at = piece.lastIndexOf("\n");
    if (at >= 0) return column + piece.length - at - 1;
    column += piece.length;
  }
  return column;
}

/** `indent`: where folded lines and blocks begin; `column`: where the scalar itself begins. */
function printScalar(value: unknown, indent: number, column: number, isKey: boolean): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return printNumber(value);
  const text = String(value);
  const analysis = analyse(text);
  const resolved = resolveScalar(text).tag;
  if (text.includes("\n")) return analysis.mayBeBlock && !isKey ? literal(text, indent) : doubleQuoted(text, indent, column, isKey);
  if (resolved !== "str" || isBaseSixty(text)) return doubleQuoted(text, indent, column, isKey);
  if (analysis.mayBePlain) return fold(text, indent, column, isKey, "");
  if (analysis.mayBeSingle) return fold(text.replaceAll("'", "''"), indent, column, isKey, "'");
  return doubleQuoted(text, indent, column, isKey);
}

/** Go's FormatFloat(value, 'g', -1, 64); whole numbers as they are. */
export function printNumber(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? BigInt(value).toString() : goExponent(value);
  const magnitude = Math.abs(value);
  return magnitude < 1e-4 || magnitude >= 1e6 ? goExponent(value) : `${value}`;
}

function goExponent(value: number): string {
  return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
}

interface Analysis {
  readonly mayBePlain: boolean;
  readonly mayBeSingle: boolean;
  readonly mayBeBlock: boolean;
}

function analyse(text: string): Analysis {
  if (text === "") return { mayBePlain: true, mayBeSingle: true, mayBeBlock: false };
  let hasIndicator = text.startsWith("---") || text.startsWith("...");
  const first = text.charAt(0);
  const followed = text.length === 1 || /[\s\x85\u2028\u2029]/.test(text.charAt(1));
  if ("#,[]{}&*!|>'\"%@`".includes(first)) hasIndicator = true;
  if ((first === "?" || first === ":" || first === "-") && followed) hasIndicator = true;
  if (/.:([ \t\n]|$)/s.test(text) || /[ \t\n]#/.test(text)) hasIndicator = true;
  const isSpecial =
    /[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, "")) ||
    / \n/.test(text);
  const isPadded = /^[ \n]|[ \n]$/.test(text);
  const breakSpace = /\n /.test(text);
  return {
    mayBePlain: !hasIndicator && !isSpecial && !isPadded && !breakSpace && !text.includes("\n"),
    mayBeSingle: !isSpecial && !breakSpace,
    mayBeBlock: !isSpecial && !text.endsWith(" "),
  };
}

/** Breaks at single blanks once the line is longer than 80. */
function fold(text: string, indent: number, column: number, isKey: boolean, quote: string): string {
  if (isKey || column + text.length + quote.length <= widthBest) return quote + text + quote;
  let result = quote;
  let at = column + quote.length;
  let wasSpace = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const isInside = quote === "" || (i > 0 && i < text.length - 1);
    if (character === " ") {
      if (!wasSpace && at > widthBest && isInside && text.charAt(i + 1) !== " ") {
        result += `\n${" ".repeat(indent)}`;
        at = indent;
      } else {
        result += character;
        at++;
      }
      wasSpace = true;
      continue;
    }
    result += character;
    at++;
    wasSpace = false;
  }
  return result + quote;
}

function doubleQuoted(text: string, indent: number, column: number, isKey: boolean): string {
  let result = '"';
  let at = column + 1;
  let wasSpace = false;
  let i = 0;
  for (const character of text) {
    const next = text.charAt(i + character.length);
    if (character === " " && !isKey && !wasSpace && at > widthBest && i > 0 && i < text.length - 1) {
      result += `\n${" ".repeat(indent)}${next === " " ? "\\" : ""}`;
      at = indent;
      wasSpace = true;
    } else {
      const piece = character === " " ? " " : escaped(character);
      result += piece;
      at += piece.length;
      wasSpace = character === " ";
    }
    i += character.length;
  }
  return `${result}"`;
}

const escapeLetters: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\x85": "\\N",
  "\xa0": "\xa0",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function escaped(character: string): string {
  const letter = escapeLetters[character];
  if (letter !== undefined) return letter;
  const code = character.codePointAt(0) as number;
  if (
    (code >= 0x20 && code < 0x7f) ||
    (code > 0xa0 && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff)
  )
    return character;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${hex.padStart(4, "0")}`;
  return `\\U${hex.padStart(8, "0")}`;
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  const pad = " ".repeat(indent);
  return `|${hint}${chomp}\n${lines.map((line) => (line === "" ? "" : pad + line)).join("\n")}\n`;
}

/** Numbers inside keys compare as numbers, everything else comes before letters. @source yaml.v2 sorter.go */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charAt(i);
    const y = b.charAt(i);
    if (x === y) continue;
    const isLetterX = /\p{L}/u.test(x);
    const isLetterY = /\p{L}/u.test(y);
    if (isLetterX && isLetterY) return x < y ? -1 : 1;
    if (isLetterX || isLetterY) return isLetterY ? -1 : 1;
    let numberX = 0;
    let numberY = 0;
    if (x === "0" || y === "0") {
      for (let j = i - 1; j >= 0 && isDigit(a.charAt(j)); j--) {
        if (a.charAt(j) !== "0") {
          numberX = numberY = 1;
          break;
        }
      }
    }
    let endX = i;
    for (; endX < a.length && isDigit(a.charAt(endX)); endX++) numberX = numberX * 10 + Number(a.charAt(endX));
    let endY = i;
    for (; endY < b.length && isDigit(b.charAt(endY)); endY++) numberY = numberY * 10 + Number(b.charAt(endY));
    if (numberX !== numberY) return numberX < numberY ? -1 : 1;
    if (endX !== endY) return endX < endY ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}
