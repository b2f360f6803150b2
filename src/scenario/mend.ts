import type { Schema, Struct } from "../cluster/api/schema.ts";

/** A kind that a fragment may belong to. */
export interface MendKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Struct;
}

/**
 * The text as it was before a web page took its indentation and turned its dashes and quotes; undefined where nothing was found to mend.
 * Indentation is put back by the shape of the kind: each key goes to the nearest place that can hold it. Comments stay as they are.
 */
export function mendPastedText(text: string, kinds: readonly MendKind[]): string | undefined {
  const lines = text.split("\n").map(plainCharacters);
  const isFlat = hasLostIndentation(lines);
  const mended = isFlat ? splitDocuments(lines).flatMap((document, i) => [...(i === 0 ? [] : ["---"]), ...indent(document, kinds)]) : lines;
  const result = mended.join("\n");
  return result === text ? undefined : result;
}

/** Typographic and full-width characters, outside comments, as YAML wants them. */
function plainCharacters(line: string): string {
  const commentAt = line.search(/(^|[\s\u00a0\u3000])#/);
  const code = commentAt < 0 ? line : line.slice(0, commentAt);
  const comment = commentAt < 0 ? "" : line.slice(commentAt).replace(/^[\u00a0\u3000]/, " ");
  return (
    code
      .replace(/[\u00a0\u3000\u2002-\u200a]/g, " ")
      .replace(/[\u200b\ufeff]/g, "")
      .replace(/^(\s*)[–—−‒](?=\s|$)/, "$1-")
      .replace(/[“”„‟＂]/g, '"')
      .replace(/[‘’‚‛]/g, "'")
      .replace(/：\s*/g, ": ")
      .replace(/，\s*/g, ", ")
      .replace(/\s+$/, "") + comment
  );
}

/** Whether keys that must have something below them are followed by a line no deeper. */
function hasLostIndentation(lines: readonly string[]): boolean {
  const content = lines.filter((line) => line.trim() !== "" && !line.trim().startsWith("#") && line.trim() !== "---");
  if (content.length < 3) return false;
  return (
    content.every((line) => !/^\s/.test(line)) &&
    content.some((line) => /^(metadata|spec|selector|template|ports|subsets|rules):\s*(#.*)?$/.test(line))
  );
}

/** At `---`, and where a second `apiVersion` begins without one. */
function splitDocuments(lines: readonly string[]): readonly (readonly string[])[] {
  const documents: string[][] = [[]];
  let hasVersion = false;
  for (const line of lines) {
    const isVersion = /^apiVersion:/.test(line);
    if (line.trim() === "---" || (isVersion && hasVersion)) {
      documents.push([]);
      hasVersion = false;
    }
    if (isVersion) hasVersion = true;
    if (line.trim() !== "---") (documents.at(-1) as string[]).push(line);
  }
  return documents.filter((document) => document.some((line) => line.trim() !== ""));
}

function indent(lines: readonly string[], kinds: readonly MendKind[]): readonly string[] {
  const topValue = (key: string) =>
    lines
      .find((line) => line.startsWith(`${key}:`))
      ?.slice(key.length + 1)
      .replace(/\s#.*$/, "")
      .trim();
  const kind = topValue("kind");
  const named = kinds.filter((k) => k.kind === kind);
  const exact = named.filter((k) => k.apiVersion === topValue("apiVersion"));
  const candidates = exact.length > 0 ? exact : named.length > 0 ? named : kinds;
  let best: Placed | undefined;
  for (const candidate of candidates) {
    const placed = place(lines, candidate.schema);
    if (best === undefined || placed.strangers < best.strangers) best = placed;
  }
  return best?.lines ?? lines;
}

interface Placed {
  readonly lines: readonly string[];
  /** How many keys no place could hold. */
  readonly strangers: number;
}

/** An open place: keys of a struct or map stand at `column`, items of a list have their dash there. */
interface Frame {
  readonly schema: Schema;
  readonly column: number;
  readonly seen: Set<string>;
}

function place(lines: readonly string[], root: Struct): Placed {
  const frames: Frame[] = [{ schema: root, column: 0, seen: new Set() }];
  const result: string[] = [];
  let strangers = 0;
  for (const line of lines) {
    const trimmed = line.trim();
    const top = frames.at(-1) as Frame;
    if (trimmed === "" || trimmed.startsWith("#")) {
      result.push(trimmed === "" ? "" : " ".repeat(top.column) + trimmed);
      continue;
    }
    const isItem = /^-(\s|$)/.test(trimmed);
    const rest = isItem ? trimmed.slice(1).trimStart() : trimmed;
    const key = /^("?)([A-Za-z0-9_./-]+)\1:(\s|$)/.exec(rest)?.[2];
    if (isItem) {
      const list = popToList(frames, key);
      if (list === undefined) strangers++;
      const column = (list ?? (frames.at(-1) as Frame)).column;
      if (list !== undefined && list.schema.type === "list" && key !== undefined) {
        frames.push({ schema: list.schema.items, column: column + 2, seen: new Set() });
        open(frames, key, rest);
      }
      result.push(`${" ".repeat(column)}- ${rest}`);
      continue;
    }
    if (key === undefined || !popToHolder(frames, key)) {
      strangers++;
      while (frames.length > 1 && (frames.at(-1) as Frame).schema.type === "list") frames.pop();
    }
    result.push(" ".repeat((frames.at(-1) as Frame).column) + rest);
    if (key !== undefined) open(frames, key, rest);
  }
  return { lines: result, strangers };
}

/** Notes the key and, where its value stands below, opens that place. */
function open(frames: Frame[], key: string, line: string): void {
  const top = frames.at(-1) as Frame;
  top.seen.add(key);
  const value = line
    .slice(line.indexOf(":") + 1)
    .replace(/(^|\s)#.*$/, "")
    .trim();
  if (value !== "") return;
  const schema = childSchema(top.schema, key);
  if (schema === undefined) return;
  if (schema.type === "struct" || schema.type === "map") frames.push({ schema, column: top.column + 2, seen: new Set() });
  if (schema.type === "list") frames.push({ schema, column: top.column, seen: new Set() });
}

function childSchema(schema: Schema, key: string): Schema | undefined {
  if (schema.type === "struct") return Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
  return schema.type === "map" ? schema.values : undefined;
}

/** Closes places until one can hold `key`; leaves all open when none can. */
function popToHolder(frames: Frame[], key: string): boolean {
  const canHold = (frame: Frame) => frame.schema.type === "struct" && Object.hasOwn(frame.schema.fields, key) && !frame.seen.has(key);
  let at = frames.findLastIndex(canHold);
  const top = frames.at(-1) as Frame;
  // A map takes any key; a struct around it that waits for this very key comes first.
  if (top.schema.type === "map" && at < 0) at = frames.length - 1;
  if (at < 0) return false;
  frames.length = at + 1;
  return true;
}

function popToList(frames: Frame[], key: string | undefined): Frame | undefined {
  const fits = (frame: Frame) => {
    if (frame.schema.type !== "list") return false;
    const items = frame.schema.items;
    if (key === undefined) return items.type !== "struct";
    return items.type === "map" || (items.type === "struct" && Object.hasOwn(items.fields, key));
  };
  const at = frames.findLastIndex(fits);
  if (at < 0) return undefined;
  frames.length = at + 1;
  return frames[at];
}
