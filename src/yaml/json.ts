import { depthMax } from "./error.ts";
import { setOwn } from "./value.ts";

/** A mistake in JSON text, in the words of Go's encoding/json. `offset` is the number of characters read, the wrong one included. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly offset: number;
  /** The input ended inside a value: Go's decoder then says `unexpected EOF` without an offset. */
  readonly isEnd: boolean;
  constructor(message: string, offset: number, isEnd = false) {
    super(message);
    this.offset = offset;
    this.isEnd = isEnd;
  }
}

/** Reads one value at `from`; the answer tells where it ended. @source Go encoding/json scanner.go @throws JsonError */
export function readJson(text: string, from = 0): { readonly value: unknown; readonly end: number } {
  const reader = new JsonReader(text, from);
  const value = reader.value(0);
  return { value, end: reader.at };
}

/** The whole text as one value. @throws JsonError */
export function parseJson(text: string): unknown {
  const { value, end } = readJson(text);
  const rest = /^[ \t\r\n]*/.exec(text.slice(end))?.[0].length ?? 0;
  if (end + rest < text.length)
    throw new JsonError(`invalid character ${quoteCharacter(text.charAt(end + rest))} after top-level value`, end + rest + 1);
  return value;
}

export function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  const code = character.charCodeAt(0);
  const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
  if (named[character] !== undefined) return `'${named[character]}'`;
  if (code < 32) return `'\\x${code.toString(16).padStart(2, "0")}'`;
  return `'${character}'`;
}

class JsonReader {
  at: number;
  readonly #text: string;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  value(depth: number): unknown {
    if (depth > depthMax) throw new JsonError("exceeded max depth", this.at);
    this.#blanks();
    const character = this.#text.charAt(this.at);
    switch (character) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#literal("true", true);
      case "f":
        return this.#literal("false", false);
      case "n":
        return this.#literal("null", null);
    }
    if (character === "-" || (character >= "0" && character <= "9")) return this.#number();
    return this.#fail("looking for beginning of value");
  }

  #blanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.at);
      if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return;
      this.at++;
    }
  }

  #fail(context: string): never {
    if (this.at >= this.#text.length) throw new JsonError("unexpected end of JSON input", this.at, true);
    throw new JsonError(`invalid character ${quoteCharacter(this.#text.charAt(this.at))} ${context}`, this.at + 1);
  }

  #object(depth: number): unknown {
    const result: Record<string, unknown> = {};
    this.at++;
    this.#blanks();
    if (this.#text.charAt(this.at) === "}") {
      this.at++;
      return result;
    }
    for (;;) {
      this.#blanks();
      if (this.#text.charAt(this.at) !== '"') this.#fail("looking for beginning of object key string");
      const key = this.#string();
      this.#blanks();
      if (this.#text.charAt(this.at) !== ":") this.#fail("after object key");
      this.at++;
      setOwn(result, key, this.value(depth + 1));
      this.#blanks();
      const next = this.#text.charAt(this.at);
      if (next !== "," && next !== "}") this.#fail("after object key:value pair");
      this.at++;
      if (next === "}") return result;
    }
  }

  #array(depth: number): unknown {
    const result: unknown[] = [];
    this.at++;
    this.#blanks();
    if (this.#text.charAt(this.at) === "]") {
      this.at++;
      return result;
    }
    for (;;) {
      result.push(this.value(depth + 1));
      this.#blanks();
      const next = this.#text.charAt(this.at);
      if (next !== "," && next !== "]") this.#fail("after array element");
      this.at++;
      if (next === "]") return result;
    }
  }

  #string(): string {
    let result = "";
    this.at++;
    for (;;) {
      const from = this.at;
      let code = this.#text.charCodeAt(this.at);
      while (code !== 34 && code !== 92 && code >= 32) code = this.#text.charCodeAt(++this.at);
      result += this.#text.slice(from, this.at);
      if (code === 34) {
        this.at++;
        return result;
      }
      if (code !== 92) this.#fail("in string literal");
      this.at++;
      const letter = this.#text.charAt(this.at);
      const plain = escapes[letter];
      if (plain !== undefined) {
        result += plain;
        this.at++;
      } else if (letter === "u") {
        this.at++;
        for (let i = 0; i < 4; i++) {
          if (!/^[0-9a-fA-F]$/.test(this.#text.charAt(this.at))) this.#fail("in \\u hexadecimal character escape");
          this.at++;
        }
        result += String.fromCharCode(Number.parseInt(this.#text.slice(this.at - 4, this.at), 16));
      } else this.#fail("in string escape code");
    }
  }

  #literal(word: string, value: unknown): unknown {
    for (let i = 1; i < word.length; i++) {
      this.at++;
      if (this.#text.charAt(this.at) !== word.charAt(i)) this.#fail(`in literal ${word} (expecting ${quoteCharacter(word.charAt(i))})`);
    }
    this.at++;
    return value;
  }

  #number(): number {
    const from = this.at;
    const isDigit = () => /^[0-9]$/.test(this.#text.charAt(this.at));
    if (this.#text.charAt(this.at) === "-") {
      this.at++;
      if (!isDigit()) this.#fail("in numeric literal");
    }
    if (this.#text.charAt(this.at) === "0") this.at++;
    else while (isDigit()) this.at++;
    if (this.#text.charAt(this.at) === ".") {
      this.at++;
      if (!isDigit()) this.#fail("after decimal point in numeric literal");
      while (isDigit()) this.at++;
    }
    if (/^[eE]$/.test(this.#text.charAt(this.at))) {
      this.at++;
      if (/^[-+]$/.test(this.#text.charAt(this.at))) this.at++;
      if (!isDigit()) this.#fail("in exponent of numeric literal");
      while (isDigit()) this.at++;
    }
    return Number(this.#text.slice(from, this.at));
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
