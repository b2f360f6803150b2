import { compose, type YamlNode } from "./compose.ts";
import { YamlError } from "./error.ts";
import { JsonError, readJson } from "./json.ts";
import { isMerge, keyText, toValue } from "./value.ts";

/** One document of a stream. Lines and columns count from 1 and are those of the whole stream. */
export interface YamlDocument {
  /** As kubectl's reader cuts it out: without the separator before it (a leading one stays), lines end in `\n`. */
  readonly text: string;
  /** The stream's line on which `text` begins, from 1. */
  readonly firstLine: number;
  readonly content: DocumentContent;
}

export type DocumentContent =
  | { readonly ok: true; readonly value: unknown; readonly root: YamlNode | undefined }
  /** `message` as kubectl's decoder words it, `error converting YAML to JSON: yaml: line 3: …`; `offset` into the document's text. */
  | { readonly ok: false; readonly message: string; readonly offset: number };

export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Parsed documents by their text: an edit parses only the document that changed. Oldest out first. */
const cache = new Map<string, DocumentContent>();
const cacheCharactersMax = 8_000_000;
let cacheCharacters = 0;

/**
 * All documents of a stream, blank ones too (their value is null). A stream that begins with `{` is JSON, as kubectl guesses it.
 *
 * @source apimachinery pkg/util/yaml/decoder.go (YAMLOrJSONDecoder, YAMLReader); sigs.k8s.io/yaml
 */
export function parseDocuments(text: string): readonly YamlDocument[] {
  return /^\s*\{/.test(text) ? parseJsonStream(text) : splitDocuments(text);
}

function splitDocuments(stream: string): readonly YamlDocument[] {
  const text = stream.includes("\r\n") ? stream.replaceAll("\r\n", "\n") : stream;
  const documents: YamlDocument[] = [];
  let from = 0;
  let fromLine = 1;
  let line = 1;
  let lineAt = 0;
  const take = (to: number): void => {
    if (to > from) documents.push(makeDocument(text.slice(from, to), fromLine));
  };
  for (
    let next = text.startsWith("---") ? 0 : text.indexOf("\n---") + 1;
    next > 0 || (next === 0 && line === 1 && lineAt === 0 && text.startsWith("---"));
  ) {
    line += countLines(text, lineAt, next);
    lineAt = next;
    const endOfLine = text.indexOf("\n", next);
    const rest = text.slice(next + 3, endOfLine < 0 ? text.length : endOfLine).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      take(next);
      documents.push({
        text: text.slice(next),
        firstLine: line,
        content: { ok: false, message: `invalid Yaml document separator: ${rest}`, offset: 3 },
      });
      return documents;
    }
    const after = endOfLine < 0 ? text.length : endOfLine + 1;
    // A separator with nothing before it stays the first line of the document that follows.
    if (next > from) {
      take(next);
      from = after;
      fromLine = line + 1;
    }
    line += 1;
    lineAt = after;
    next = text.startsWith("---", after) ? after : text.indexOf("\n---", after) + 1;
    if (next === 0) break;
  }
  take(text.length);
  return documents;
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function makeDocument(text: string, firstLine: number): YamlDocument {
  return { text, firstLine, content: parseDocument(text) };
}

/** One document's text. The answer is cached by the text. */
export function parseDocument(text: string): DocumentContent {
  let content = cache.get(text);
  if (content !== undefined) return content;
  content = parseFresh(text);
  cache.set(text, content);
  cacheCharacters += text.length;
  for (const key of cache.keys()) {
    if (cacheCharacters <= cacheCharactersMax) break;
    cache.delete(key);
    cacheCharacters -= key.length;
  }
  return content;
}

function parseFresh(text: string): DocumentContent {
  try {
    const root = compose(text);
    return { ok: true, root, value: root === undefined ? null : toValue(root) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const prefix = /^(json: |unsupported map key)/.test(error.message) ? "" : "yaml: ";
    return { ok: false, message: `error converting YAML to JSON: ${prefix}${error.message}`, offset: error.offset };
  }
}

function parseJsonStream(text: string): readonly YamlDocument[] {
  const documents: YamlDocument[] = [];
  let from = 0;
  let line = 1;
  for (;;) {
    const blank = /^[ \t\r\n]*/.exec(text.slice(from))?.[0] ?? "";
    line += countLines(blank, 0, blank.length);
    from += blank.length;
    if (from >= text.length) return documents;
    try {
      const { value, end } = readJson(text, from);
      const piece = text.slice(from, end);
      documents.push({ text: piece, firstLine: line, content: { ok: true, value, root: composeQuietly(piece) } });
      line += countLines(piece, 0, piece.length);
      from = end;
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const message = error.isEnd ? "unexpected EOF" : `json: offset ${utf8Length(text.slice(0, error.offset))}: ${error.message}`;
      documents.push({
        text: text.slice(from),
        firstLine: line,
        content: { ok: false, message, offset: Math.max(0, error.offset - 1 - from) },
      });
      return documents;
    }
  }
}

/** JSON is nearly YAML: its nodes give the places. Where it is not, places are those of the document. */
function composeQuietly(text: string): YamlNode | undefined {
  try {
    return compose(text);
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/**
 * Where the value at `path` stands (`["spec", "ports", 0, "port"]`); where it is missing, its nearest parent that is there.
 * `key`: the range of the key instead of the value.
 */
export function locate(document: YamlDocument, path: readonly (string | number)[], part: "value" | "key" = "value"): TextRange {
  let node = document.content.ok ? document.content.root : undefined;
  if (node === undefined) return rangeAt(document, 0, 0);
  let { start, end }: { start: number; end: number } = node;
  for (const step of path) {
    const found = child(node, step);
    if (found === undefined) break;
    node = found.value;
    ({ start, end } = part === "key" && found.key !== undefined ? found.key : node);
  }
  return rangeAt(document, start, end);
}

function child(node: YamlNode, step: string | number): { readonly key: YamlNode | undefined; readonly value: YamlNode } | undefined {
  const target = node.kind === "alias" ? node.target : node;
  if (target.kind === "list") {
    const value = target.items[Number(step)];
    return value === undefined ? undefined : { key: undefined, value };
  }
  if (target.kind !== "map") return undefined;
  // The last of equal keys is the one that counts.
  for (const entry of target.entries.toReversed()) {
    if (isMerge(entry.key)) {
      const merged = child(entry.value, step);
      if (merged !== undefined) return merged;
    } else if (keyText(entry.key) === `${step}`) return entry;
  }
  return undefined;
}

/** Offsets into the document's text as lines and columns of the stream. */
export function rangeAt(document: YamlDocument, start: number, end: number): TextRange {
  const from = position(document, start);
  const to = position(document, Math.max(start, end));
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function position(document: YamlDocument, offset: number): { readonly line: number; readonly column: number } {
  const lineStart = document.text.lastIndexOf("\n", offset - 1) + 1;
  return { line: document.firstLine + countLines(document.text, 0, lineStart), column: offset - (offset === 0 ? 0 : lineStart) + 1 };
}
