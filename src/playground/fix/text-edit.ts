import { compose, type YamlNode } from "../../yaml/compose.ts";
import { YamlError } from "../../yaml/error.ts";
import { printYaml } from "../../yaml/print.ts";
import { keyText } from "../../yaml/value.ts";
import type { TextIndex } from "../explain/text-index.ts";

type Path = readonly (string | number)[];

/** One small change of one object of the text. A path that ends behind a list's last item adds an item. */
export type TextEdit =
  | { readonly op: "set"; readonly object: string; readonly path: Path; readonly value: unknown }
  | { readonly op: "remove"; readonly object: string; readonly path: Path }
  | { readonly op: "remove-object"; readonly object: string };

/**
 * The text with the edits done where they belong; every other character stays as it was, comments too. undefined where an object is not in the
 * text, or stands in a shape that can't be edited with confidence (an alias, a list of kind List that another document repeats).
 */
export function editText(index: TextIndex, edits: readonly TextEdit[]): string | undefined {
  const { text, documents } = index.scenario;
  const changes: Change[] = [];
  let from = 0;
  const starts = text.split("\n").map((line) => {
    const at = from;
    from += line.length + 1;
    return at;
  });
  for (const edit of edits) {
    const written = index.find(edit.object);
    const document = written === undefined ? undefined : documents[written.document];
    const start = document === undefined ? undefined : starts[document.firstLine - 1];
    if (written === undefined || document === undefined || start === undefined) return undefined;
    if (text.slice(start, start + document.text.length) !== document.text) return undefined;
    if (edit.op === "remove-object") {
      if (written.path.length > 0) return undefined;
      changes.push(documentChange(text, start, document.text.length));
      continue;
    }
    const root = rootOf(document.text);
    if (root === undefined) return undefined;
    const path = [...written.path, ...edit.path];
    const change = edit.op === "set" ? setChange(document.text, root, path, edit.value) : removeChange(document.text, root, path);
    if (change === undefined) return undefined;
    changes.push({ start: start + change.start, end: start + change.end, text: change.text });
  }
  return applied(text, changes);
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** From the last change to the first, so that places before it stay valid. */
function applied(text: string, changes: readonly Change[]): string {
  return changes
    .toSorted((a, b) => b.start - a.start)
    .reduce((all, change) => all.slice(0, change.start) + change.text + all.slice(change.end), text);
}

function rootOf(text: string): YamlNode | undefined {
  try {
    return compose(text);
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

/** A document goes with the separator before it; the first one with the separator behind it. */
function documentChange(text: string, start: number, length: number): Change {
  const before = text.lastIndexOf("---", start);
  if (before >= 0 && text.slice(before + 3, start).trim() === "") return { start: before, end: start + length, text: "" };
  const behind = /^---[^\n]*\n?/m.exec(text.slice(start + length));
  return { start, end: start + length + (behind === null ? 0 : behind.index + behind[0].length), text: "" };
}

function setChange(text: string, root: YamlNode, path: Path, value: unknown): Change | undefined {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const next = childOf(node, step);
    if (next === undefined) return insertChange(text, node, path.slice(depth), value);
    node = next;
  }
  if (node.kind === "alias") return undefined;
  return { start: node.start, end: node.end, text: (node.start === node.end && text[node.start - 1] !== " " ? " " : "") + flowText(value) };
}

/** `rest` is the part of the path that is not there yet. */
function insertChange(text: string, node: YamlNode, rest: Path, value: unknown): Change | undefined {
  const [step, ...deeper] = rest;
  const inner = deeper.reduceRight<unknown>((made, one) => (typeof one === "number" ? [made] : { [one]: made }), value);
  const isFlow = text[node.start] === "{" || text[node.start] === "[";
  if (node.kind === "map" && typeof step === "string") {
    const pair = `${flowText(step)}: ${flowText(inner)}`;
    if (isFlow) return { start: node.end - 1, end: node.end - 1, text: node.entries.length === 0 ? pair : `, ${pair}` };
    const last = node.entries.at(-1);
    if (last === undefined) return undefined;
    const at = endOfLine(text, last.value.end);
    return { start: at, end: at, text: `\n${" ".repeat(columnOf(text, (node.entries[0] as { key: YamlNode }).key.start))}${pair}` };
  }
  if (node.kind === "list" && typeof step === "number" && step === node.items.length) {
    if (isFlow) return { start: node.end - 1, end: node.end - 1, text: node.items.length === 0 ? flowText(inner) : `, ${flowText(inner)}` };
    const last = node.items.at(-1);
    if (last === undefined) return undefined;
    const at = endOfLine(text, last.end);
    return { start: at, end: at, text: `\n${" ".repeat(columnOf(text, node.start))}- ${flowText(inner)}` };
  }
  return undefined;
}

/** Takes an entry or item away, with the lines or the comma that were its own. */
function removeChange(text: string, root: YamlNode, path: Path): Change | undefined {
  let node = root;
  for (const step of path.slice(0, -1)) {
    const next = childOf(node, step);
    if (next === undefined) return undefined;
    node = next;
  }
  const step = path.at(-1);
  const parts: readonly { readonly start: number; readonly end: number }[] =
    node.kind === "map"
      ? node.entries.map(({ key, value }) => ({ start: key.start, end: value.end }))
      : node.kind === "list"
        ? node.items
        : [];
  const at = node.kind === "map" ? node.entries.findIndex(({ key }) => keyText(key) === `${step}`) : Number(step);
  const part = parts[at];
  if (part === undefined) return undefined;
  const isFlow = text[node.start] === "{" || text[node.start] === "[";
  if (isFlow) {
    const next = parts[at + 1];
    if (next !== undefined) return { start: part.start, end: next.start, text: "" };
    return { start: parts[at - 1]?.end ?? part.start, end: part.end, text: "" };
  }
  // An empty block is no map: the last entry leaves `{}` in its place.
  if (parts.length === 1) return { start: node.start, end: node.end, text: node.kind === "map" ? "{}" : "[]" };
  const next = parts[at + 1];
  if (next !== undefined && node.kind === "map") return { start: part.start, end: next.start, text: "" };
  const lineStart = text.lastIndexOf("\n", part.start) + 1;
  return { start: lineStart, end: Math.min(text.length, endOfLine(text, part.end) + 1), text: "" };
}

function childOf(node: YamlNode, step: string | number): YamlNode | undefined {
  if (node.kind === "list") return node.items[Number(step)];
  if (node.kind !== "map") return undefined;
  return node.entries.findLast(({ key }) => keyText(key) === `${step}`)?.value;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

/** The end of the line that ends with the node: a comment behind it stays with it. A block's own end may lie on the next line. */
function endOfLine(text: string, offset: number): number {
  let from = offset;
  while (from > 0 && /\s/.test(text[from - 1] as string)) from--;
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** A value in one line, quoted where YAML would otherwise read something else. */
function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${flowText(key)}: ${flowText(inner)}`)
      .join(", ")}}`;
  const plain = printYaml(value).trimEnd();
  return typeof value === "string" && !/^["']/.test(plain) && /[,[\]{}]|: |^$/.test(plain) ? JSON.stringify(value) : plain;
}
