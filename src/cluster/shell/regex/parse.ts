import { parseBracket } from "./bracket.ts";
import { type Assertion, anyCharacter, characterClasses, literalSet, type RegexNode, wordRanges } from "./node.ts";

export type RegexParse =
  | { readonly ok: true; readonly node: RegexNode; readonly groups: number }
  | { readonly ok: false; readonly message: string };

/** `\d` and its kin belong to Perl's notation (`grep -P`). */
export type RegexNotation = "basic" | "extended" | "perl";

class RegexError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Nested groups beyond this are refused, far below the engine's stack. */
const depthMax = 200;

/**
 * Reads a POSIX pattern with GNU's additions (`\+ \? \|` in basic ones, `\w \W \s \S \b \B \< \>`).
 * Back-references are refused: they can't be matched in linear time.
 *
 * @source POSIX.1-2017 XBD 9; GNU grep 3.8 manual, "Regular Expressions"; messages: glibc regerror
 */
export function parseRegex(text: string, notation: RegexNotation): RegexParse {
  try {
    return new RegexParser(text, notation).whole();
  } catch (error) {
    if (error instanceof RegexError) return { ok: false, message: error.message };
    throw error;
  }
}

class RegexParser {
  readonly #text: string;
  readonly #isBasic: boolean;
  readonly #isPerl: boolean;
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(text: string, notation: RegexNotation) {
    this.#text = text;
    this.#isBasic = notation === "basic";
    this.#isPerl = notation === "perl";
  }

  whole(): RegexParse {
    const node = this.#choice();
    if (this.#at < this.#text.length) {
      // Only a closing parenthesis stops the choice. A lone `)` is an error in basic notation and an ordinary character elsewhere.
      throw new RegexError("Unmatched ) or \\)");
    }
    return { ok: true, node, groups: this.#groups };
  }

  #choice(): RegexNode {
    const items = [this.#sequence()];
    while (this.#takeOperator("|")) items.push(this.#sequence());
    return items.length === 1 ? (items[0] as RegexNode) : { type: "choice", items };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      if (this.#at >= this.#text.length || this.#isOperator("|")) break;
      if (this.#isOperator(")")) {
        if (this.#depth > 0 || this.#isBasic) break;
      }
      let item = this.#atom(items.length === 0);
      for (;;) {
        const repeat = this.#repeat();
        if (repeat === undefined) break;
        item = { type: "repeat", item, min: repeat.min, max: repeat.max };
      }
      items.push(item);
    }
    return items.length === 1 ? (items[0] as RegexNode) : { type: "sequence", items };
  }

  #atom(isFirst: boolean): RegexNode {
    const text = this.#text;
    const c = text[this.#at] as string;
    if (this.#takeOperator("(")) return this.#group();
    this.#at++;
    if (c === "[") {
      const bracket = parseBracket(text, this.#at, false);
      if (!bracket.ok) throw new RegexError(bracket.message);
      this.#at = bracket.end;
      return { type: "set", set: bracket.set };
    }
    if (c === ".") return { type: "set", set: anyCharacter };
    if (c === "\\") return this.#escape();
    if (c === "^" && (!this.#isBasic || isFirst)) return { type: "assert", assertion: "start" };
    if (c === "$" && (!this.#isBasic || this.#at >= text.length || text.startsWith("\\)", this.#at) || text.startsWith("\\|", this.#at))) {
      return { type: "assert", assertion: "end" };
    }
    if (this.#isPerl && (c === "*" || c === "+" || c === "?")) throw new RegexError("quantifier does not follow a repeatable item");
    return { type: "set", set: literalSet(c) };
  }

  #group(): RegexNode {
    if (++this.#depth > depthMax) throw new RegexError("Regular expression too big");
    let index: number | undefined;
    if (this.#isPerl && this.#text.startsWith("?", this.#at)) {
      if (!this.#text.startsWith("?:", this.#at)) throw new RegexError("look-around is not supported");
      this.#at += 2;
    } else index = ++this.#groups;
    const item = this.#choice();
    if (!this.#takeOperator(")")) throw new RegexError("Unmatched ( or \\(");
    this.#depth--;
    return index === undefined ? item : { type: "group", item, index };
  }

  #escape(): RegexNode {
    const c = this.#text[this.#at];
    if (c === undefined) throw new RegexError("Trailing backslash");
    this.#at++;
    const assertion = assertions[c];
    if (assertion !== undefined) return { type: "assert", assertion };
    if (c === "w" || c === "W") return { type: "set", set: { ranges: wordRanges, negated: c === "W" } };
    const space = characterClasses["space"] as readonly (readonly [number, number])[];
    if (c === "s" || c === "S") return { type: "set", set: { ranges: space, negated: c === "S" } };
    if (this.#isPerl && (c === "d" || c === "D")) return { type: "set", set: { ranges: [[48, 57]], negated: c === "D" } };
    if (this.#isPerl && c === "t") return { type: "set", set: literalSet("\t") };
    if (c >= "1" && c <= "9") throw new RegexError("Invalid back reference");
    return { type: "set", set: literalSet(c) };
  }

  #repeat(): { readonly min: number; readonly max: number | undefined } | undefined {
    const text = this.#text;
    if (text[this.#at] === "*") {
      this.#at++;
      return { min: 0, max: undefined };
    }
    if (this.#takeOperator("+")) return { min: 1, max: undefined };
    if (this.#takeOperator("?")) return { min: 0, max: 1 };
    const isInterval = this.#isBasic
      ? text.startsWith("\\{", this.#at)
      : text[this.#at] === "{" && /^\{\d*(,\d*)?\}/.test(text.slice(this.#at, this.#at + 24));
    if (!isInterval) return undefined;
    const match = (this.#isBasic ? /^\\\{(\d*)(,?)(\d*)\\\}/ : /^\{(\d*)(,?)(\d*)\}/).exec(text.slice(this.#at, this.#at + 24));
    if (match === null) throw new RegexError(text.includes("\\}", this.#at) ? "Invalid content of \\{\\}" : "Unmatched \\{");
    this.#at += match[0].length;
    const min = match[1] === "" ? 0 : Number(match[1]);
    const max = match[2] === "" ? min : match[3] === "" ? undefined : Number(match[3]);
    if (max !== undefined && max < min) throw new RegexError("Invalid content of \\{\\}");
    if (min > 32_767 || (max ?? 0) > 32_767) throw new RegexError("Regular expression too big");
    return { min, max };
  }

  /** `(`, `)`, `|`, `+`, `?` are operators bare in extended notation and behind a backslash in basic. */
  #isOperator(operator: string): boolean {
    if (this.#isBasic) return this.#text.startsWith(`\\${operator}`, this.#at);
    return this.#text[this.#at] === operator;
  }

  #takeOperator(operator: string): boolean {
    if (!this.#isOperator(operator)) return false;
    this.#at += this.#isBasic ? 2 : 1;
    return true;
  }
}

const assertions: Readonly<Record<string, Assertion | undefined>> = {
  b: "wordBoundary",
  B: "notWordBoundary",
  "<": "wordStart",
  ">": "wordEnd",
  "`": "start",
  "'": "end",
};
