import type { WordPart } from "./ast.ts";

/** A character of unquoted text, or a part that brace expansion looks past. */
type Atom = string | WordPart;

/** More words than this are refused, and the word stays as typed. */
const wordsMax = 100_000;

/**
 * `a{b,c}d` and `{1..10..2}`, before any other expansion. What is neither (`{.spec.x}`, `{}`) stays as typed.
 * @source bash 5.2 manual, 3.5.1
 */
export function expandBraces(parts: readonly WordPart[]): readonly (readonly WordPart[])[] {
  if (!parts.some((part) => part.type === "literal" && !part.quoted && part.text.includes("{"))) return [parts];
  const atoms: Atom[] = [];
  for (const part of parts) {
    if (part.type === "literal" && !part.quoted) atoms.push(...part.text.split(""));
    else atoms.push(part);
  }
  const words = expandAtoms(atoms, 0);
  return words === undefined ? [parts] : words.map(toParts);
}

/** undefined when there would be too many. */
function expandAtoms(atoms: readonly Atom[], depth: number): Atom[][] | undefined {
  if (depth > 30) return [[...atoms]];
  for (let open = atoms.indexOf("{"); open >= 0; open = atoms.indexOf("{", open + 1)) {
    const found = alternatives(atoms, open);
    if (found === undefined) continue;
    const before = atoms.slice(0, open);
    const behind = expandAtoms(atoms.slice(found.close + 1), depth + 1);
    if (behind === undefined) return undefined;
    const words: Atom[][] = [];
    for (const choice of found.choices) {
      const inner = expandAtoms(choice, depth + 1);
      if (inner === undefined || words.length + inner.length * behind.length > wordsMax) return undefined;
      for (const middle of inner) for (const end of behind) words.push([...before, ...middle, ...end]);
    }
    return words;
  }
  return [[...atoms]];
}

function alternatives(
  atoms: readonly Atom[],
  open: number,
): { readonly close: number; readonly choices: readonly (readonly Atom[])[] } | undefined {
  let depth = 0;
  const commas: number[] = [];
  for (let i = open + 1; i < atoms.length; i++) {
    const atom = atoms[i];
    if (atom === "{") depth++;
    else if (atom === "," && depth === 0) commas.push(i);
    else if (atom === "}") {
      if (depth > 0) {
        depth--;
        continue;
      }
      if (commas.length > 0) {
        const edges = [open, ...commas, i];
        return { close: i, choices: edges.slice(0, -1).map((edge, n) => atoms.slice(edge + 1, edges[n + 1])) };
      }
      const range = sequence(atoms.slice(open + 1, i));
      return range === undefined ? undefined : { close: i, choices: range.map((text) => text.split("")) };
    }
  }
  return undefined;
}

function sequence(atoms: readonly Atom[]): readonly string[] | undefined {
  if (atoms.some((atom) => typeof atom !== "string")) return undefined;
  const text = atoms.join("");
  const numbers = /^(-?\d{1,15})\.\.(-?\d{1,15})(?:\.\.(-?\d{1,15}))?$/.exec(text);
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d{1,15}))?$/.exec(text);
  const match = numbers ?? letters;
  if (match === null) return undefined;
  const [, first, last, stepText] = match as unknown as [string, string, string, string | undefined];
  const from = numbers === null ? first.charCodeAt(0) : Number(first);
  const to = numbers === null ? last.charCodeAt(0) : Number(last);
  const step = Math.max(1, Math.abs(Number(stepText ?? 1)));
  if (Math.abs(to - from) / step > wordsMax) return undefined;
  const isPadded = numbers !== null && (/^-?0\d/.test(first) || /^-?0\d/.test(last));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  const values: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    if (numbers === null) values.push(String.fromCharCode(value));
    else values.push(value < 0 ? `-${`${-value}`.padStart(width - 1, "0")}` : `${value}`.padStart(width, "0"));
  }
  return values;
}

function toParts(atoms: readonly Atom[]): readonly WordPart[] {
  const parts: WordPart[] = [];
  let text = "";
  for (const atom of atoms) {
    if (typeof atom === "string") {
      text += atom;
      continue;
    }
    if (text !== "") parts.push({ type: "literal", text, quoted: false });
    text = "";
    parts.push(atom);
  }
  if (text !== "") parts.push({ type: "literal", text, quoted: false });
  return parts;
}
