import { depthMax, YamlError } from "./error.ts";
import { Scanner, type Token } from "./scan.ts";

/** A node of a document with its place: offsets into the document's text. */
export type YamlNode = ScalarNode | MapNode | ListNode | AliasNode;

interface NodePlace {
  readonly start: number;
  readonly end: number;
}

export interface ScalarNode extends NodePlace {
  readonly kind: "scalar";
  readonly text: string;
  readonly isPlain: boolean;
  readonly tag: string;
}

export interface MapNode extends NodePlace {
  readonly kind: "map";
  readonly entries: readonly { readonly key: YamlNode; readonly value: YamlNode }[];
}

export interface ListNode extends NodePlace {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

export interface AliasNode extends NodePlace {
  readonly kind: "alias";
  readonly name: string;
  readonly target: YamlNode;
}

/**
 * The first document of `text` as nodes; undefined when there is none. The grammar is libyaml's, which decides where which mistake is found.
 *
 * @source yaml.v2 parserc.go, decode.go
 * @throws YamlError
 */
export function compose(text: string): YamlNode | undefined {
  const scanner = new Scanner(text);
  while (scanner.peek().type === "document-end") scanner.skip();
  const tags = new Map([
    ["!", "!"],
    ["!!", "tag:yaml.org,2002:"],
  ]);
  let hasDirectives = false;
  while (scanner.peek().type === "directive") {
    hasDirectives = true;
    const token = scanner.peek();
    const [name, handle, prefix] = token.text.split(" ");
    if (name === "TAG" && handle !== undefined && prefix !== undefined) tags.set(handle, prefix);
    if (name === "YAML" && handle !== "1.1" && handle !== "1.2") fail("found incompatible YAML document", token);
    scanner.skip();
  }
  if (scanner.peek().type === "document-start") scanner.skip();
  else if (hasDirectives) fail("did not find expected <document start>", scanner.peek());
  const first = scanner.peek();
  if (first.type === "stream-end" || first.type === "document-end" || first.type === "document-start") return undefined;
  const root = new Composer(scanner, tags).node(true, false, 0);
  scanner.peek(); // Go looks one token further for the document's end, and finds a scanner's mistake there
  return root;
}

/** A parser error names the line before the one where the token stands: Go prints its zero-based number. */
function fail(problem: string, token: Token, contextLine = 0): never {
  const line = token.line !== 0 ? token.line : contextLine;
  throw new YamlError((line !== 0 ? `line ${line}: ` : "") + problem, token.start);
}

class Composer {
  readonly #scanner: Scanner;
  readonly #tags: ReadonlyMap<string, string>;
  readonly #anchors = new Map<string, YamlNode | "open">();

  constructor(scanner: Scanner, tags: ReadonlyMap<string, string>) {
    this.#scanner = scanner;
    this.#tags = tags;
  }

  node(isBlock: boolean, isIndentless: boolean, depth: number): YamlNode {
    const scanner = this.#scanner;
    if (depth > depthMax) throw new YamlError("exceeded max depth of 10000", scanner.peek().start);
    let token = scanner.peek();
    const first = token;
    if (token.type === "alias") {
      scanner.skip();
      const target = this.#anchors.get(token.text);
      if (target === undefined) throw new YamlError(`unknown anchor '${token.text}' referenced`, token.start);
      if (target === "open") throw new YamlError(`anchor '${token.text}' value contains itself`, token.start);
      return { kind: "alias", name: token.text, target, start: token.start, end: token.end };
    }
    let anchor: string | undefined;
    let tag = "";
    while ((token.type === "anchor" && anchor === undefined) || (token.type === "tag" && tag === "")) {
      if (token.type === "anchor") anchor = token.text;
      else tag = this.#tag(token, first);
      scanner.skip();
      token = scanner.peek();
    }
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    const node = this.#content(token, isBlock, isIndentless, tag, first, anchor !== undefined || tag !== "", depth);
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #content(token: Token, isBlock: boolean, isIndentless: boolean, tag: string, first: Token, mayBeEmpty: boolean, depth: number): YamlNode {
    const scanner = this.#scanner;
    switch (token.type) {
      case "scalar":
        scanner.skip();
        return {
          kind: "scalar",
          text: token.text,
          isPlain: token.style === "plain" && tag === "",
          tag,
          start: token.start,
          end: token.end,
        };
      case "flow-sequence-start":
        return this.#flowList(token, depth);
      case "flow-mapping-start":
        return this.#flowMap(token, depth);
      case "block-sequence-start":
        if (isBlock) return this.#blockList(token, depth);
        break;
      case "block-mapping-start":
        if (isBlock) return this.#blockMap(token, depth);
        break;
      case "block-entry":
        if (isIndentless) return this.#indentlessList(token, depth);
        break;
      default:
        break;
    }
    if (mayBeEmpty) return { kind: "scalar", text: "", isPlain: tag === "", tag, start: first.start, end: first.end };
    return fail("did not find expected node content", token, first.line);
  }

  #tag(token: Token, first: Token): string {
    if (token.handle === "") return token.text;
    const prefix = this.#tags.get(token.handle);
    if (prefix === undefined) return fail("found undefined tag handle", token, first.line);
    return prefix + token.text;
  }

  #empty(at: Token): ScalarNode {
    return { kind: "scalar", text: "", isPlain: true, tag: "", start: at.start, end: at.start };
  }

  #blockList(open: Token, depth: number): ListNode {
    const scanner = this.#scanner;
    scanner.skip();
    const items: YamlNode[] = [];
    for (;;) {
      const token = scanner.peek();
      if (token.type === "block-entry") {
        scanner.skip();
        const next = scanner.peek();
        items.push(next.type === "block-entry" || next.type === "block-end" ? this.#empty(token) : this.node(true, false, depth + 1));
      } else if (token.type === "block-end") {
        scanner.skip();
        return { kind: "list", items, start: open.start, end: items.at(-1)?.end ?? open.end };
      } else fail("did not find expected '-' indicator", token, open.line);
    }
  }

  #indentlessList(open: Token, depth: number): ListNode {
    const scanner = this.#scanner;
    const items: YamlNode[] = [];
    while (scanner.peek().type === "block-entry") {
      const token = scanner.peek();
      scanner.skip();
      const next = scanner.peek().type;
      const isEmpty = next === "block-entry" || next === "key" || next === "value" || next === "block-end";
      items.push(isEmpty ? this.#empty(token) : this.node(true, false, depth + 1));
    }
    return { kind: "list", items, start: open.start, end: items.at(-1)?.end ?? open.end };
  }

  #blockMap(open: Token, depth: number): MapNode {
    const scanner = this.#scanner;
    scanner.skip();
    const entries: { key: YamlNode; value: YamlNode }[] = [];
    for (;;) {
      const token = scanner.peek();
      if (token.type === "block-end") {
        scanner.skip();
        return { kind: "map", entries, start: open.start, end: entries.at(-1)?.value.end ?? open.end };
      }
      if (token.type !== "key") fail("did not find expected key", token, open.line);
      scanner.skip();
      const key = this.#blockMapPart(token, depth);
      const colon = scanner.peek();
      if (colon.type === "value") {
        scanner.skip();
        entries.push({ key, value: this.#blockMapPart(colon, depth) });
      } else entries.push({ key, value: this.#empty(colon) });
    }
  }

  #blockMapPart(before: Token, depth: number): YamlNode {
    const next = this.#scanner.peek().type;
    if (next === "key" || next === "value" || next === "block-end") return { ...this.#empty(before), start: before.end, end: before.end };
    return this.node(true, true, depth + 1);
  }

  #flowList(open: Token, depth: number): ListNode {
    const scanner = this.#scanner;
    scanner.skip();
    const items: YamlNode[] = [];
    for (let isFirst = true; scanner.peek().type !== "flow-sequence-end"; isFirst = false) {
      if (!isFirst) {
        if (scanner.peek().type !== "flow-entry") fail("did not find expected ',' or ']'", scanner.peek(), open.line);
        scanner.skip();
        if (scanner.peek().type === "flow-sequence-end") break;
      }
      const token = scanner.peek();
      if (token.type !== "key") {
        items.push(this.node(false, false, depth + 1));
        continue;
      }
      scanner.skip();
      const key = this.#flowPart(["value", "flow-entry", "flow-sequence-end"], token, depth);
      let value: YamlNode = this.#empty(scanner.peek());
      if (scanner.peek().type === "value") {
        scanner.skip();
        value = this.#flowPart(["flow-entry", "flow-sequence-end"], token, depth);
      }
      items.push({ kind: "map", entries: [{ key, value }], start: token.start, end: value.end });
    }
    const close = scanner.peek();
    scanner.skip();
    return { kind: "list", items, start: open.start, end: close.end };
  }

  #flowMap(open: Token, depth: number): MapNode {
    const scanner = this.#scanner;
    scanner.skip();
    const entries: { key: YamlNode; value: YamlNode }[] = [];
    for (let isFirst = true; scanner.peek().type !== "flow-mapping-end"; isFirst = false) {
      if (!isFirst) {
        if (scanner.peek().type !== "flow-entry") fail("did not find expected ',' or '}'", scanner.peek(), open.line);
        scanner.skip();
        if (scanner.peek().type === "flow-mapping-end") break;
      }
      const token = scanner.peek();
      let key: YamlNode;
      let hasValue = true;
      if (token.type === "key") {
        scanner.skip();
        key = this.#flowPart(["value", "flow-entry", "flow-mapping-end"], token, depth);
        hasValue = scanner.peek().type === "value";
      } else {
        key = this.node(false, false, depth + 1);
        hasValue = false; // a key that no colon follows
      }
      let value: YamlNode = this.#empty(scanner.peek());
      if (hasValue) {
        scanner.skip();
        value = this.#flowPart(["flow-entry", "flow-mapping-end"], token, depth);
      }
      entries.push({ key, value });
    }
    const close = scanner.peek();
    scanner.skip();
    return { kind: "map", entries, start: open.start, end: close.end };
  }

  #flowPart(ends: readonly Token["type"][], before: Token, depth: number): YamlNode {
    if (ends.includes(this.#scanner.peek().type)) return this.#empty(before);
    return this.node(false, false, depth + 1);
  }
}
