import { depthMax, YamlError } from "./error.ts";

/**
 * YAML text to tokens, by libyaml's algorithm, which Go's yaml package carries over: so the same texts are accepted,
 * and a mistake gets the same words and the same line.
 *
 * @source yaml.v2 scannerc.go; YAML 1.1, chapter 4
 */
export type TokenType =
  | "stream-end"
  | "directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "flow-sequence-start"
  | "flow-sequence-end"
  | "flow-mapping-start"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

export interface Token {
  readonly type: TokenType;
  readonly start: number;
  readonly end: number;
  /** Zero-based line of `start`. */
  readonly line: number;
  /** Scalar text, anchor or alias name, tag's suffix, directive's name. */
  readonly text: string;
  /** A tag's handle. */
  readonly handle: string;
  readonly style: ScalarStyle;
}

interface SimpleKey {
  isPossible: boolean;
  isRequired: boolean;
  tokenNumber: number;
  offset: number;
  line: number;
  column: number;
}

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const space = 32;

const noKey = (): SimpleKey => ({ isPossible: false, isRequired: false, tokenNumber: 0, offset: 0, line: 0, column: 0 });

export class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #lineStart = 0;
  #flowLevel = 0;
  #indent = -1;
  #indents: number[] = [];
  #simpleKeys: SimpleKey[] = [noKey()];
  #simpleKeyAllowed = true;
  #queue: Token[] = [];
  #head = 0;
  #parsed = 0;
  #isEnded = false;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = this.#lineStart = 1;
    const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/.exec(text);
    if (control !== null) throw new YamlError("control characters are not allowed", control.index);
  }

  /** The next token, which stays. */
  peek(): Token {
    this.#fetchMore();
    return this.#queue[this.#head] as Token;
  }

  skip(): void {
    this.#head++;
    this.#parsed++;
    if (this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  #code(ahead = 0): number {
    return this.#text.charCodeAt(this.#at + ahead);
  }

  /** Blank, line break or the end. */
  #isBlankz(ahead: number): boolean {
    const code = this.#text.charCodeAt(this.#at + ahead);
    return (
      code === space ||
      code === tab ||
      code === newline ||
      code === carriageReturn ||
      Number.isNaN(code) ||
      code === 0x85 ||
      code === 0x2028 ||
      code === 0x2029
    );
  }

  #isBreak(ahead = 0): boolean {
    const code = this.#text.charCodeAt(this.#at + ahead);
    return code === newline || code === carriageReturn || code === 0x85 || code === 0x2028 || code === 0x2029;
  }

  #isBreakz(ahead = 0): boolean {
    return this.#at + ahead >= this.#text.length || this.#isBreak(ahead);
  }

  #isBlank(ahead = 0): boolean {
    const code = this.#text.charCodeAt(this.#at + ahead);
    return code === space || code === tab;
  }

  /** Steps over a line break and gives it, normalised. */
  #takeLine(): string {
    const code = this.#code();
    let result = "\n";
    if (code === carriageReturn && this.#code(1) === newline) this.#at += 2;
    else {
      if (code === 0x2028 || code === 0x2029) result = String.fromCharCode(code);
      this.#at++;
    }
    this.#line++;
    this.#lineStart = this.#at;
    return result;
  }

  /** @throws YamlError: scanner errors name the line where the scanner stands */
  #fail(problem: string): never {
    // Go leaves the line out only where both marks stand on the first line; the scanner's line is counted up before it is looked at.
    const where = this.#line !== 0 ? `line ${this.#line + 1}: ` : "";
    throw new YamlError(where + problem, this.#at);
  }

  #failSimpleKey(key: SimpleKey): never {
    const where = this.#line !== 0 ? `line ${this.#line + 1}: ` : key.line !== 0 ? `line ${key.line}: ` : "";
    throw new YamlError(`${where}could not find expected ':'`, key.offset);
  }

  #push(type: TokenType, start: number, line: number, text = "", style: ScalarStyle = "plain", handle = ""): void {
    this.#queue.push({ type, start, end: this.#at, line, text, handle, style });
  }

  #fetchMore(): void {
    for (;;) {
      if (this.#head < this.#queue.length) {
        const needed = this.#simpleKeys.some((key) => key.isPossible && key.tokenNumber === this.#parsed && this.#isValidKey(key));
        if (!needed) return;
      }
      if (this.#isEnded) return;
      this.#fetchNext();
    }
  }

  #isValidKey(key: SimpleKey): boolean {
    if (!key.isPossible) return false;
    if (key.line < this.#line || key.offset + 1024 < this.#at) {
      if (key.isRequired) this.#failSimpleKey(key);
      key.isPossible = false;
      return false;
    }
    return true;
  }

  /** Takes the next token, or several, into the queue. */
  #fetchNext(): void {
    this.#toNextToken();
    this.#unrollIndent(this.#column);
    this.#fetcher().call(this);
  }

  #fetcher(): (this: Scanner) => void {
    const code = this.#code();
    const column = this.#column;
    if (this.#at >= this.#text.length) return this.#fetchStreamEnd;
    if (column === 0) {
      if (code === 37 /* % */) return this.#fetchDirective;
      if (code === 45 && this.#text.startsWith("---", this.#at) && this.#isBlankz(3))
        return () => this.#fetchDocumentIndicator("document-start");
      if (code === 46 && this.#text.startsWith("...", this.#at) && this.#isBlankz(3))
        return () => this.#fetchDocumentIndicator("document-end");
    }
    switch (code) {
      case 91: // [
        return () => this.#fetchFlowStart("flow-sequence-start");
      case 123: // {
        return () => this.#fetchFlowStart("flow-mapping-start");
      case 93: // ]
        return () => this.#fetchFlowEnd("flow-sequence-end");
      case 125: // }
        return () => this.#fetchFlowEnd("flow-mapping-end");
      case 44: // ,
        return this.#fetchFlowEntry;
      case 45: // -
        if (this.#isBlankz(1)) return this.#fetchBlockEntry;
        break;
      case 63: // ?
        if (this.#flowLevel > 0 || this.#isBlankz(1)) return this.#fetchKey;
        break;
      case 58: // :
        if (this.#flowLevel > 0 || this.#isBlankz(1)) return this.#fetchValue;
        break;
      case 42: // *
        return () => this.#fetchAnchor("alias");
      case 38: // &
        return () => this.#fetchAnchor("anchor");
      case 33: // !
        return this.#fetchTag;
      case 124: // |
        if (this.#flowLevel === 0) return () => this.#fetchBlockScalar("literal");
        break;
      case 62: // >
        if (this.#flowLevel === 0) return () => this.#fetchBlockScalar("folded");
        break;
      case 39: // '
        return () => this.#fetchFlowScalar("single");
      case 34: // "
        return () => this.#fetchFlowScalar("double");
    }
    if (this.#startsPlain(code)) return this.#fetchPlainScalar;
    return this.#fail("found character that cannot start any token");
  }

  #startsPlain(code: number): boolean {
    if (code === 45) return !this.#isBlank(1);
    if (code === 63 || code === 58) return this.#flowLevel === 0 && !this.#isBlankz(1);
    return !this.#isBlankz(0) && !",[]{}#&*!|>'\"%@`".includes(String.fromCharCode(code));
  }

  #toNextToken(): void {
    for (;;) {
      if (this.#at === this.#lineStart && this.#code() === 0xfeff) this.#at++;
      // A tab may not stand where indentation could: at a line's beginning, after "- ", "? " and ": " of a complex value.
      for (;;) {
        const code = this.#code();
        if (code === space || (code === tab && (this.#flowLevel > 0 || !this.#simpleKeyAllowed))) this.#at++;
        else break;
      }
      if (this.#code() === 35 /* # */) while (!this.#isBreakz()) this.#at++;
      if (!this.#isBreak()) return;
      this.#takeLine();
      if (this.#flowLevel === 0) this.#simpleKeyAllowed = true;
    }
  }

  #saveSimpleKey(): void {
    if (!this.#simpleKeyAllowed) return;
    this.#removeSimpleKey();
    this.#simpleKeys[this.#simpleKeys.length - 1] = {
      isPossible: true,
      isRequired: this.#flowLevel === 0 && this.#indent === this.#column,
      tokenNumber: this.#parsed + this.#queue.length - this.#head,
      offset: this.#at,
      line: this.#line,
      column: this.#column,
    };
  }

  #removeSimpleKey(): void {
    const key = this.#simpleKeys[this.#simpleKeys.length - 1] as SimpleKey;
    if (key.isPossible && key.isRequired) this.#failSimpleKey(key);
    key.isPossible = false;
  }

  /** Opens a block collection where the column goes deeper; `number` is the token before which it begins. */
  #rollIndent(column: number, number: number | undefined, type: TokenType, offset: number, line: number): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > depthMax) throw new YamlError("exceeded max depth of 10000", this.#at);
    const token: Token = { type, start: offset, end: offset, line, text: "", handle: "", style: "plain" };
    if (number === undefined) this.#queue.push(token);
    else this.#queue.splice(this.#head + number - this.#parsed, 0, token);
  }

  #unrollIndent(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#push("block-end", this.#at, this.#line);
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #fetchStreamEnd(): void {
    if (this.#column !== 0) {
      this.#line++;
      this.#lineStart = this.#at;
    }
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    this.#isEnded = true;
    this.#push("stream-end", this.#at, this.#line);
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    const start = this.#at;
    const line = this.#line;
    while (!this.#isBreakz()) this.#at++;
    const words = this.#text
      .slice(start + 1, this.#at)
      .replace(/#.*$/, "")
      .trim()
      .split(/\s+/);
    if (words[0] === "") this.#fail("could not find expected directive name");
    if (words[0] !== "YAML" && words[0] !== "TAG") this.#fail("found unknown directive name");
    this.#push("directive", start, line, words.join(" "));
  }

  #fetchDocumentIndicator(type: "document-start" | "document-end"): void {
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    const start = this.#at;
    this.#at += 3;
    this.#push(type, start, this.#line);
  }

  #fetchIndicator(type: TokenType): void {
    const start = this.#at++;
    this.#push(type, start, this.#line);
  }

  #fetchFlowStart(type: TokenType): void {
    this.#saveSimpleKey();
    this.#simpleKeys.push(noKey());
    this.#flowLevel++;
    if (this.#flowLevel > depthMax) throw new YamlError("exceeded max depth of 10000", this.#at);
    this.#simpleKeyAllowed = true;
    this.#fetchIndicator(type);
  }

  #fetchFlowEnd(type: TokenType): void {
    this.#removeSimpleKey();
    if (this.#flowLevel > 0) {
      this.#flowLevel--;
      this.#simpleKeys.pop();
    }
    this.#simpleKeyAllowed = false;
    this.#fetchIndicator(type);
  }

  #fetchFlowEntry(): void {
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    this.#fetchIndicator("flow-entry");
  }

  #fetchBlockEntry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) this.#fail("block sequence entries are not allowed in this context");
      this.#rollIndent(this.#column, undefined, "block-sequence-start", this.#at, this.#line);
    }
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    this.#fetchIndicator("block-entry");
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) this.#fail("mapping keys are not allowed in this context");
      this.#rollIndent(this.#column, undefined, "block-mapping-start", this.#at, this.#line);
    }
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = this.#flowLevel === 0;
    this.#fetchIndicator("key");
  }

  #fetchValue(): void {
    const key = this.#simpleKeys[this.#simpleKeys.length - 1] as SimpleKey;
    if (this.#isValidKey(key)) {
      const token: Token = { type: "key", start: key.offset, end: key.offset, line: key.line, text: "", handle: "", style: "plain" };
      this.#queue.splice(this.#head + key.tokenNumber - this.#parsed, 0, token);
      this.#rollIndent(key.column, key.tokenNumber, "block-mapping-start", key.offset, key.line);
      key.isPossible = false;
      this.#simpleKeyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#simpleKeyAllowed) this.#fail("mapping values are not allowed in this context");
        this.#rollIndent(this.#column, undefined, "block-mapping-start", this.#at, this.#line);
      }
      this.#simpleKeyAllowed = this.#flowLevel === 0;
    }
    this.#fetchIndicator("value");
  }

  #fetchAnchor(type: "alias" | "anchor"): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const start = this.#at++;
    while (/[A-Za-z0-9_-]/.test(this.#text.charAt(this.#at))) this.#at++;
    const next = this.#text.charAt(this.#at);
    if (this.#at === start + 1 || !(this.#isBlankz(0) || "?:,]}%@`".includes(next))) {
      this.#fail("did not find expected alphabetic or numeric character");
    }
    this.#push(type, start, this.#line, this.#text.slice(start + 1, this.#at));
  }

  #fetchTag(): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const start = this.#at;
    let handle = "";
    let suffix = "";
    if (this.#code(1) === 60 /* < */) {
      this.#at += 2;
      const from = this.#at;
      while (!this.#isBlankz(0) && this.#code() !== 62) this.#at++;
      if (this.#code() !== 62) this.#fail("did not find the expected '>'");
      suffix = this.#text.slice(from, this.#at++);
    } else {
      const match = /^!([A-Za-z0-9_-]*!)?/.exec(this.#text.slice(this.#at, this.#at + 256)) as RegExpExecArray;
      handle = match[0];
      this.#at += handle.length;
      const from = this.#at;
      while (!this.#isBlankz(0) && !(this.#flowLevel > 0 && ",[]{}".includes(this.#text.charAt(this.#at)))) this.#at++;
      suffix = this.#text.slice(from, this.#at);
      if (handle === "!" && suffix === "") {
        handle = "";
        suffix = "!";
      } else if (suffix === "") this.#fail("did not find expected tag URI");
    }
    if (!this.#isBlankz(0) && !(this.#flowLevel > 0 && this.#code() === 44)) this.#fail("did not find expected whitespace or line break");
    this.#push("tag", start, this.#line, suffix, "plain", handle);
  }

  #fetchBlockScalar(style: "literal" | "folded"): void {
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    const start = this.#at++;
    const startLine = this.#line;
    let chomping: "clip" | "strip" | "keep" = "clip";
    let increment = 0;
    for (let i = 0; i < 2; i++) {
      const next = this.#text.charAt(this.#at);
      if (next === "+" || next === "-") {
        chomping = next === "+" ? "keep" : "strip";
        this.#at++;
      } else if (next >= "0" && next <= "9") {
        if (next === "0") this.#fail("found an indentation indicator equal to 0");
        increment = Number(next);
        this.#at++;
      }
    }
    while (this.#isBlank()) this.#at++;
    if (this.#code() === 35) while (!this.#isBreakz()) this.#at++;
    if (!this.#isBreakz()) this.#fail("did not find expected comment or line break");
    if (this.#isBreak()) this.#takeLine();
    let end = this.#at;
    let indent = increment > 0 ? (this.#indent >= 0 ? this.#indent + increment : increment) : 0;
    let text = "";
    let leadingBreak = "";
    let trailingBreaks = "";
    let isLeadingBlank = false;
    let isTrailingBlank = false;
    [indent, trailingBreaks] = this.#blockScalarBreaks(indent);
    while (this.#column === indent && this.#at < this.#text.length) {
      isTrailingBlank = this.#isBlank();
      if (style === "folded" && leadingBreak.startsWith("\n") && !isLeadingBlank && !isTrailingBlank) {
        if (trailingBreaks === "") text += " ";
      } else text += leadingBreak;
      leadingBreak = "";
      text += trailingBreaks;
      isLeadingBlank = this.#isBlank();
      const from = this.#at;
      while (!this.#isBreakz()) this.#at++;
      text += this.#text.slice(from, this.#at);
      end = this.#at;
      if (this.#isBreak()) leadingBreak = this.#takeLine();
      [indent, trailingBreaks] = this.#blockScalarBreaks(indent);
    }
    if (chomping !== "strip") text += leadingBreak;
    if (chomping === "keep") text += trailingBreaks;
    this.#queue.push({ type: "scalar", start, end, line: startLine, text, handle: "", style });
  }

  /** Eats indentation and empty lines; finds the indentation when it is still 0. */
  #blockScalarBreaks(given: number): [number, string] {
    let indent = given;
    let breaks = "";
    let deepest = 0;
    for (;;) {
      while ((indent === 0 || this.#column < indent) && this.#code() === space) this.#at++;
      if (this.#column > deepest) deepest = this.#column;
      if ((indent === 0 || this.#column < indent) && this.#code() === tab) {
        this.#fail("found a tab character where an indentation space is expected");
      }
      if (!this.#isBreak()) break;
      breaks += this.#takeLine();
    }
    if (indent === 0) indent = Math.max(deepest, this.#indent + 1, 1);
    return [indent, breaks];
  }

  #fetchFlowScalar(style: "single" | "double"): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const start = this.#at++;
    const startLine = this.#line;
    const quote = style === "single" ? 39 : 34;
    let text = "";
    for (;;) {
      if (this.#column === 0 && (this.#text.startsWith("---", this.#at) || this.#text.startsWith("...", this.#at)) && this.#isBlankz(3)) {
        this.#fail("found unexpected document indicator");
      }
      if (this.#at >= this.#text.length) this.#fail("found unexpected end of stream");
      let isLeadingBlank = false;
      let from = this.#at;
      while (!this.#isBlankz(0)) {
        const code = this.#code();
        if (code === quote) {
          if (style === "single" && this.#code(1) === 39) {
            text += this.#text.slice(from, this.#at + 1);
            this.#at += 2;
            from = this.#at;
            continue;
          }
          break;
        }
        if (style === "double" && code === 92) {
          text += this.#text.slice(from, this.#at);
          if (this.#isBreak(1)) {
            this.#at++;
            this.#takeLine();
            isLeadingBlank = true;
            from = this.#at;
            break;
          }
          text += this.#escape();
          from = this.#at;
          continue;
        }
        this.#at++;
      }
      text += this.#text.slice(from, this.#at);
      if (this.#code() === quote) break;
      text += this.#foldBlanks(isLeadingBlank);
    }
    this.#at++;
    this.#push("scalar", start, startLine, text, style);
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at + 1);
    const simple = escapes[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const length = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
    if (length === 0) this.#fail("found unknown escape character");
    this.#at += 2;
    const digits = this.#text.slice(this.#at, this.#at + length);
    if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) this.#fail("did not find expected hexdecimal number");
    const value = Number.parseInt(digits, 16);
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) this.#fail("found invalid Unicode character escape code");
    this.#at += length;
    return String.fromCodePoint(value);
  }

  /** Blanks and line breaks inside a quoted scalar: one break is a blank, more are one less. */
  #foldBlanks(startsAfterBreak: boolean): string {
    let isLeadingBlank = startsAfterBreak;
    let whitespace = "";
    let leadingBreak = "";
    let trailingBreaks = "";
    while (this.#isBlank() || this.#isBreak()) {
      if (this.#isBlank()) {
        if (!isLeadingBlank) whitespace += this.#text.charAt(this.#at);
        this.#at++;
      } else if (!isLeadingBlank) {
        whitespace = "";
        leadingBreak = this.#takeLine();
        isLeadingBlank = true;
      } else trailingBreaks += this.#takeLine();
    }
    if (!isLeadingBlank) return whitespace;
    if (leadingBreak.startsWith("\n")) return trailingBreaks === "" ? " " : trailingBreaks;
    return leadingBreak + trailingBreaks;
  }

  #fetchPlainScalar(): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const start = this.#at;
    const startLine = this.#line;
    const indent = this.#indent + 1;
    let end = this.#at;
    let text = "";
    let whitespace = "";
    let leadingBreak = "";
    let trailingBreaks = "";
    let isLeadingBlank = false;
    for (;;) {
      if (this.#column === 0 && (this.#text.startsWith("---", this.#at) || this.#text.startsWith("...", this.#at)) && this.#isBlankz(3))
        break;
      if (this.#code() === 35) break;
      const from = this.#at;
      while (!this.#isBlankz(0)) {
        const code = this.#code();
        if (code === 58 && this.#isBlankz(1)) break;
        if (this.#flowLevel > 0 && (code === 44 || code === 63 || code === 91 || code === 93 || code === 123 || code === 125)) break;
        this.#at++;
      }
      if (this.#at > from) {
        if (isLeadingBlank) {
          if (leadingBreak.startsWith("\n")) text += trailingBreaks === "" ? " " : trailingBreaks;
          else text += leadingBreak + trailingBreaks;
          isLeadingBlank = false;
          leadingBreak = trailingBreaks = whitespace = "";
        } else if (whitespace !== "") {
          text += whitespace;
          whitespace = "";
        }
        text += this.#text.slice(from, this.#at);
        end = this.#at;
      }
      if (!(this.#isBlank() || this.#isBreak())) break;
      while (this.#isBlank() || this.#isBreak()) {
        if (this.#isBlank()) {
          if (isLeadingBlank && this.#column < indent && this.#code() === tab)
            this.#fail("found a tab character that violates indentation");
          if (!isLeadingBlank) whitespace += this.#text.charAt(this.#at);
          this.#at++;
        } else if (!isLeadingBlank) {
          whitespace = "";
          leadingBreak = this.#takeLine();
          isLeadingBlank = true;
        } else trailingBreaks += this.#takeLine();
      }
      if (this.#flowLevel === 0 && this.#column < indent) break;
    }
    this.#queue.push({ type: "scalar", start, end, line: startLine, text, handle: "", style: "plain" });
    if (isLeadingBlank) this.#simpleKeyAllowed = true;
  }
}

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "'": "'",
  "\\": "\\",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};
