/** An expression of awk. */
export type AwkExpression =
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "regex"; readonly source: string }
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "field"; readonly index: AwkExpression }
  | { readonly type: "element"; readonly array: string; readonly subscript: readonly AwkExpression[] }
  | { readonly type: "assign"; readonly operator: string; readonly target: AwkTarget; readonly value: AwkExpression }
  | { readonly type: "conditional"; readonly condition: AwkExpression; readonly yes: AwkExpression; readonly no: AwkExpression }
  | { readonly type: "and" | "or"; readonly left: AwkExpression; readonly right: AwkExpression }
  | { readonly type: "binary"; readonly operator: string; readonly left: AwkExpression; readonly right: AwkExpression }
  | { readonly type: "match"; readonly negated: boolean; readonly left: AwkExpression; readonly right: AwkExpression }
  | { readonly type: "in"; readonly subscript: readonly AwkExpression[]; readonly array: string }
  | { readonly type: "unary"; readonly operator: "!" | "-" | "+"; readonly of: AwkExpression }
  | { readonly type: "step"; readonly delta: 1 | -1; readonly isPrefix: boolean; readonly target: AwkTarget }
  | { readonly type: "call"; readonly name: string; readonly args: readonly AwkExpression[]; readonly isBuiltin: boolean }
  | { readonly type: "group"; readonly of: AwkExpression }
  | { readonly type: "list"; readonly items: readonly AwkExpression[] }
  /** `getline`, `getline < FILE`, `COMMAND | getline`, each with or without a variable. */
  | {
      readonly type: "getline";
      readonly source: "main" | "file" | "command";
      readonly from: AwkExpression | undefined;
      readonly target: AwkTarget | undefined;
    };

export type AwkTarget = Extract<AwkExpression, { type: "variable" | "field" | "element" }>;

export type AwkStatement =
  | { readonly type: "expression"; readonly of: AwkExpression }
  | {
      readonly type: "print" | "printf";
      readonly args: readonly AwkExpression[];
      readonly to: { readonly mode: ">" | ">>" | "|"; readonly target: AwkExpression } | undefined;
    }
  | { readonly type: "if"; readonly condition: AwkExpression; readonly yes: AwkStatement; readonly no: AwkStatement | undefined }
  | { readonly type: "while"; readonly condition: AwkExpression; readonly body: AwkStatement }
  | { readonly type: "do"; readonly condition: AwkExpression; readonly body: AwkStatement }
  | {
      readonly type: "for";
      readonly start: AwkStatement | undefined;
      readonly condition: AwkExpression | undefined;
      readonly step: AwkStatement | undefined;
      readonly body: AwkStatement;
    }
  | { readonly type: "forIn"; readonly variable: string; readonly array: string; readonly body: AwkStatement }
  | { readonly type: "block"; readonly body: readonly AwkStatement[] }
  | { readonly type: "next" | "nextfile" | "break" | "continue" }
  | { readonly type: "exit" | "return"; readonly value: AwkExpression | undefined }
  | { readonly type: "delete"; readonly array: string; readonly subscript: readonly AwkExpression[] | undefined };

export interface AwkRule {
  readonly pattern: "BEGIN" | "END" | AwkExpression | undefined;
  /** `FROM, TO` */
  readonly to: AwkExpression | undefined;
  readonly body: AwkStatement | undefined;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: AwkStatement;
}

export interface AwkProgram {
  readonly rules: readonly AwkRule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}

export type AwkParse = { readonly ok: true; readonly program: AwkProgram } | { readonly ok: false; readonly message: string };

class AwkError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

interface Token {
  readonly type: "number" | "string" | "regex" | "name" | "call" | "builtin" | "keyword" | "operator" | "newline" | "end";
  readonly text: string;
  readonly line: number;
}

const keywords = new Set([
  "BEGIN",
  "END",
  "function",
  "func",
  "if",
  "else",
  "while",
  "for",
  "do",
  "break",
  "continue",
  "next",
  "nextfile",
  "exit",
  "return",
  "delete",
  "in",
  "getline",
  "print",
  "printf",
]);
const builtinNames = new Set([
  "length",
  "substr",
  "index",
  "split",
  "sub",
  "gsub",
  "match",
  "sprintf",
  "int",
  "sqrt",
  "rand",
  "srand",
  "tolower",
  "toupper",
  "system",
  "close",
  "fflush",
  "systime",
  "strftime",
]);
const operators = [
  "**=",
  "&&",
  "||",
  "==",
  "!=",
  "<=",
  ">=",
  "!~",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "^=",
  "**",
  ">>",
  "+",
  "-",
  "*",
  "/",
  "%",
  "^",
  "!",
  ">",
  "<",
  "|",
  "?",
  ":",
  "~",
  "$",
  "=",
  ",",
  ";",
  "(",
  ")",
  "{",
  "}",
  "[",
  "]",
];

/** Nesting beyond this is refused, far below the engine's stack. */
const depthMax = 200;

/** Reads a program. @source POSIX.1-2017 XCU awk, "Grammar"; messages: mawk 1.3.4 */
export function parseAwk(text: string): AwkParse {
  try {
    return { ok: true, program: new AwkParser(text).program() };
  } catch (error) {
    if (error instanceof AwkError) return { ok: false, message: error.message };
    throw error;
  }
}

class AwkParser {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #token: Token;
  /** Whether a `/` here divides: behind an operand. */
  #afterOperand = false;
  #depth = 0;
  /** Inside `print`'s list a bare `>` redirects. */
  #noGreater = false;
  #noIn = false;

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#read();
  }

  #read(): Token {
    const text = this.#text;
    for (;;) {
      const rest = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(text.slice(this.#at, this.#at + 4096));
      if (rest === null) break;
      this.#line += rest[0].startsWith("\\") ? 1 : 0;
      this.#at += rest[0].length;
    }
    const line = this.#line;
    const c = text[this.#at];
    const token = (type: Token["type"], value: string, length: number, isOperand: boolean): Token => {
      this.#at += length;
      this.#afterOperand = isOperand;
      return { type, text: value, line };
    };
    if (c === undefined) return token("end", "", 0, false);
    if (c === "\n") {
      this.#line++;
      return token("newline", "\n", 1, false);
    }
    const rest = text.slice(this.#at, this.#at + 4096);
    const number = /^(0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)/.exec(rest);
    if (number !== null) return token("number", number[0], number[0].length, true);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    if (name !== null) {
      const word = name[0];
      if (keywords.has(word)) return token("keyword", word, word.length, word === "getline");
      if (builtinNames.has(word)) return token("builtin", word, word.length, true);
      const isCall = rest[word.length] === "(";
      return token(isCall ? "call" : "name", word, word.length, true);
    }
    if (c === '"') return this.#string(token);
    if (c === "/" && !this.#afterOperand) return this.#regexToken(token);
    for (const operator of operators) {
      if (rest.startsWith(operator))
        return token(
          "operator",
          operator,
          operator.length,
          operator === ")" || operator === "]" || operator === "$" || operator === "++" || operator === "--",
        );
    }
    throw new AwkError(`line ${line}: syntax error at or near ${c}`);
  }

  #string(token: (type: Token["type"], value: string, length: number, isOperand: boolean) => Token): Token {
    let value = "";
    for (let i = this.#at + 1; ; i++) {
      const c = this.#text[i];
      if (c === undefined || c === "\n") throw new AwkError(`line ${this.#line}: runaway string constant "${value.slice(0, 20)} ...`);
      if (c === '"') return token("string", value, i + 1 - this.#at, true);
      if (c !== "\\") {
        value += c;
        continue;
      }
      const octal = /^[0-7]{1,3}/.exec(this.#text.slice(i + 1, i + 4));
      if (octal !== null) {
        value += String.fromCharCode(Number.parseInt(octal[0], 8));
        i += octal[0].length;
        continue;
      }
      const next = this.#text[++i] ?? "";
      value +=
        { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "/": "/", a: "\x07", b: "\b", f: "\f", v: "\v", "\n": "" }[next] ?? `\\${next}`;
    }
  }

  #regexToken(token: (type: Token["type"], value: string, length: number, isOperand: boolean) => Token): Token {
    let source = "";
    let inBracket = false;
    for (let i = this.#at + 1; ; i++) {
      const c = this.#text[i];
      if (c === undefined || c === "\n")
        throw new AwkError(`line ${this.#line}: regular expression compile failed (missing terminating /)`);
      if (c === "/" && !inBracket) return token("regex", source, i + 1 - this.#at, true);
      if (c === "[" && !inBracket) {
        inBracket = true;
        source += c;
        if (this.#text[i + 1] === "^") source += this.#text[++i];
        if (this.#text[i + 1] === "]") source += this.#text[++i];
        continue;
      }
      if (c === "]") inBracket = false;
      if (c === "\\") {
        const next = this.#text[++i] ?? "";
        source += next === "/" ? "/" : next === "n" ? "\n" : next === "t" ? "\t" : next === '"' ? '"' : `\\${next}`;
        continue;
      }
      source += c;
    }
  }

  #take(): Token {
    const token = this.#token;
    this.#token = this.#read();
    return token;
  }

  #is(text: string): boolean {
    return (this.#token.type === "operator" || this.#token.type === "keyword") && this.#token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#take();
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected();
  }

  #unexpected(): AwkError {
    const { type, text, line } = this.#token;
    return new AwkError(
      `line ${line}: syntax error at or near ${type === "end" || type === "newline" ? "end of line" : type === "string" ? `"${text}"` : type === "regex" ? `/${text}/` : text}`,
    );
  }

  #isAtEnd(): boolean {
    return this.#token.type === "end" || this.#token.type === "newline" || this.#is(";");
  }

  #skipNewlines(): void {
    while (this.#token.type === "newline") this.#take();
  }

  #skipEnds(): void {
    while (this.#token.type === "newline" || this.#is(";")) this.#take();
  }

  #deeper<T>(body: () => T): T {
    if (++this.#depth > depthMax) throw new AwkError(`line ${this.#line}: expression is nested too deep`);
    const result = body();
    this.#depth--;
    return result;
  }

  program(): AwkProgram {
    const rules: AwkRule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (;;) {
      this.#skipEnds();
      if (this.#token.type === "end") return { rules, functions };
      if (this.#accept("function") || this.#accept("func")) {
        const name = this.#take();
        if (name.type !== "call" && name.type !== "name") throw this.#unexpected();
        this.#expect("(");
        const parameters: string[] = [];
        while (!this.#is(")")) {
          const parameter = this.#take();
          if (parameter.type !== "name") throw this.#unexpected();
          parameters.push(parameter.text);
          if (!this.#accept(",")) break;
          this.#skipNewlines();
        }
        this.#expect(")");
        this.#skipNewlines();
        functions.set(name.text, { parameters, body: this.#block() });
        continue;
      }
      if (this.#is("BEGIN") || this.#is("END")) {
        const pattern = this.#take().text as "BEGIN" | "END";
        rules.push({ pattern, to: undefined, body: this.#block() });
        continue;
      }
      const pattern = this.#is("{") ? undefined : this.#expression();
      let to: AwkExpression | undefined;
      if (pattern !== undefined && this.#accept(",")) {
        this.#skipNewlines();
        to = this.#expression();
      }
      const body = this.#is("{") ? this.#block() : undefined;
      rules.push({ pattern, to, body });
      if (body === undefined && !this.#isAtEnd()) throw this.#unexpected();
    }
  }

  #block(): AwkStatement {
    this.#expect("{");
    const body: AwkStatement[] = [];
    for (;;) {
      this.#skipEnds();
      if (this.#accept("}")) return { type: "block", body };
      if (this.#token.type === "end") throw this.#unexpected();
      body.push(this.#statement());
    }
  }

  /** A statement and its end. */
  #statement(): AwkStatement {
    return this.#deeper(() => this.#statementHere());
  }

  #body(): AwkStatement {
    this.#skipNewlines();
    if (this.#accept(";")) return { type: "block", body: [] };
    return this.#statement();
  }

  #statementHere(): AwkStatement {
    if (this.#is("{")) return this.#block();
    if (this.#accept("if")) {
      this.#expect("(");
      const condition = this.#expression();
      this.#expect(")");
      const yes = this.#body();
      const at = this.#at;
      const token = this.#token;
      const line = this.#line;
      const afterOperand = this.#afterOperand;
      this.#skipEnds();
      if (this.#accept("else")) return { type: "if", condition, yes, no: this.#body() };
      this.#at = at;
      this.#token = token;
      this.#line = line;
      this.#afterOperand = afterOperand;
      return { type: "if", condition, yes, no: undefined };
    }
    if (this.#accept("while")) {
      this.#expect("(");
      const condition = this.#expression();
      this.#expect(")");
      return { type: "while", condition, body: this.#body() };
    }
    if (this.#accept("do")) {
      const body = this.#body();
      this.#skipEnds();
      this.#expect("while");
      this.#expect("(");
      const condition = this.#expression();
      this.#expect(")");
      this.#end();
      return { type: "do", condition, body };
    }
    if (this.#accept("for")) return this.#for();
    const statement = this.#simple();
    this.#end();
    return statement;
  }

  #end(): void {
    if (this.#token.type === "newline" || this.#is(";")) {
      this.#take();
      return;
    }
    if (this.#token.type !== "end" && !this.#is("}")) throw this.#unexpected();
  }

  #for(): AwkStatement {
    this.#expect("(");
    if (this.#token.type === "name") {
      const saved = { at: this.#at, token: this.#token, line: this.#line, afterOperand: this.#afterOperand };
      const variable = this.#take().text;
      if (this.#accept("in") && this.#token.type === "name") {
        const array = this.#take().text;
        if (this.#accept(")")) return { type: "forIn", variable, array, body: this.#body() };
      }
      this.#at = saved.at;
      this.#token = saved.token;
      this.#line = saved.line;
      this.#afterOperand = saved.afterOperand;
    }
    const start = this.#is(";") ? undefined : this.#simple();
    this.#expect(";");
    this.#skipNewlines();
    const condition = this.#is(";") ? undefined : this.#expression();
    this.#expect(";");
    this.#skipNewlines();
    const step = this.#is(")") ? undefined : this.#simple();
    this.#expect(")");
    return { type: "for", start, condition, step, body: this.#body() };
  }

  #simple(): AwkStatement {
    const { type, text } = this.#token;
    if (type !== "keyword" || text === "getline") return { type: "expression", of: this.#expression() };
    switch (text) {
      case "print":
      case "printf":
        return this.#print();
      case "next":
      case "nextfile":
      case "break":
      case "continue":
        this.#take();
        return { type: text };
      case "exit":
      case "return": {
        this.#take();
        const isBare = this.#token.type === "newline" || this.#token.type === "end" || this.#is(";") || this.#is("}");
        return { type: text, value: isBare ? undefined : this.#expression() };
      }
      case "delete": {
        this.#take();
        const name = this.#take();
        if (name.type !== "name") throw this.#unexpected();
        if (!this.#accept("[")) return { type: "delete", array: name.text, subscript: undefined };
        const subscript = this.#list("]");
        this.#expect("]");
        return { type: "delete", array: name.text, subscript };
      }
      default:
        throw this.#unexpected();
    }
  }

  #print(): AwkStatement {
    const type = this.#take().text as "print" | "printf";
    let args: readonly AwkExpression[] = [];
    const isEnd = (): boolean =>
      this.#token.type === "newline" || this.#token.type === "end" || [";", "}", ">", ">>", "|"].some((one) => this.#is(one));
    if (!isEnd()) {
      const before = this.#noGreater;
      this.#noGreater = true;
      const items = [this.#expression()];
      while (this.#accept(",")) {
        this.#skipNewlines();
        items.push(this.#expression());
      }
      this.#noGreater = before;
      const only = items[0];
      args = items.length === 1 && only?.type === "list" ? only.items : items;
    }
    for (const mode of [">>", ">", "|"] as const) {
      if (!this.#accept(mode)) continue;
      const before = this.#noGreater;
      this.#noGreater = true;
      const target = this.#concatenation();
      this.#noGreater = before;
      return { type, args, to: { mode, target } };
    }
    return { type, args, to: undefined };
  }

  #list(end: string): readonly AwkExpression[] {
    const items: AwkExpression[] = [];
    const { before, beforeIn } = { before: this.#noGreater, beforeIn: this.#noIn };
    this.#noGreater = false;
    this.#noIn = false;
    this.#skipNewlines();
    while (!this.#is(end)) {
      items.push(this.#expression());
      this.#skipNewlines();
      if (!this.#accept(",")) break;
      this.#skipNewlines();
    }
    this.#noGreater = before;
    this.#noIn = beforeIn;
    return items;
  }

  // ---- expressions, the loosest first

  #expression(): AwkExpression {
    return this.#deeper(() => this.#ternary());
  }

  #ternary(): AwkExpression {
    const condition = this.#or();
    if (this.#accept("?")) {
      this.#skipNewlines();
      const yes = this.#expression();
      this.#skipNewlines();
      this.#expect(":");
      this.#skipNewlines();
      return { type: "conditional", condition, yes, no: this.#expression() };
    }
    const { text } = this.#token;
    if (this.#token.type === "operator" && ["=", "+=", "-=", "*=", "/=", "%=", "^=", "**="].includes(text) && isTarget(condition)) {
      this.#take();
      this.#skipNewlines();
      return { type: "assign", operator: text === "**=" ? "^" : text.slice(0, -1), target: condition, value: this.#expression() };
    }
    return condition;
  }

  #or(): AwkExpression {
    let left = this.#and();
    while (this.#accept("||")) {
      this.#skipNewlines();
      left = { type: "or", left, right: this.#and() };
    }
    return left;
  }

  #and(): AwkExpression {
    let left = this.#in();
    while (this.#accept("&&")) {
      this.#skipNewlines();
      left = { type: "and", left, right: this.#in() };
    }
    return left;
  }

  #in(): AwkExpression {
    let left = this.#match();
    while (!this.#noIn && this.#accept("in")) {
      const array = this.#take();
      if (array.type !== "name") throw this.#unexpected();
      left = { type: "in", subscript: left.type === "list" ? left.items : [left], array: array.text };
    }
    return left;
  }

  #match(): AwkExpression {
    let left = this.#comparison();
    while (this.#is("~") || this.#is("!~")) {
      const negated = this.#take().text === "!~";
      left = { type: "match", negated, left, right: this.#comparison() };
    }
    return left;
  }

  #comparison(): AwkExpression {
    const left = this.#concatenation();
    for (const operator of ["<=", "==", "!=", ">=", "<", ">"]) {
      if (operator === ">" && this.#noGreater) continue;
      if (!this.#is(operator)) continue;
      this.#take();
      return { type: "binary", operator, left, right: this.#concatenation() };
    }
    return left;
  }

  #concatenation(): AwkExpression {
    let left = this.#pipe(this.#additive());
    while (this.#startsOperand()) left = { type: "binary", operator: " ", left, right: this.#additive() };
    return this.#pipe(left);
  }

  /** `COMMAND | getline [VARIABLE]` */
  #pipe(left: AwkExpression): AwkExpression {
    let command = left;
    while (this.#is("|") && /^\|\s*getline\b/.test(this.#text.slice(this.#at - 1, this.#at + 80))) {
      this.#take();
      this.#take();
      command = { type: "getline", source: "command", from: command, target: this.#optionalTarget() };
    }
    return command;
  }

  #startsOperand(): boolean {
    const { type, text } = this.#token;
    if (type === "number" || type === "string" || type === "name" || type === "call" || type === "builtin" || type === "regex") return true;
    if (type !== "operator") return false;
    return text === "$" || text === "(" || text === "++" || text === "--";
  }

  #additive(): AwkExpression {
    let left = this.#multiplicative();
    while (this.#is("+") || this.#is("-")) {
      const operator = this.#take().text;
      left = { type: "binary", operator, left, right: this.#multiplicative() };
    }
    return left;
  }

  #multiplicative(): AwkExpression {
    let left = this.#unary();
    while (this.#is("*") || this.#is("/") || this.#is("%")) {
      const operator = this.#take().text;
      left = { type: "binary", operator, left, right: this.#unary() };
    }
    return left;
  }

  #unary(): AwkExpression {
    return this.#deeper(() => {
      for (const operator of ["!", "-", "+"] as const) {
        if (this.#accept(operator)) return { type: "unary", operator, of: this.#unary() } as const;
      }
      return this.#power();
    });
  }

  #power(): AwkExpression {
    const base = this.#postfix();
    if (!this.#is("^") && !this.#is("**")) return base;
    this.#take();
    return { type: "binary", operator: "^", left: base, right: this.#unary() };
  }

  #postfix(): AwkExpression {
    const of = this.#primary();
    if (isTarget(of) && (this.#is("++") || this.#is("--")))
      return { type: "step", delta: this.#take().text === "++" ? 1 : -1, isPrefix: false, target: of };
    return of;
  }

  #primary(): AwkExpression {
    const token = this.#take();
    switch (token.type) {
      case "number":
        return { type: "number", value: Number(token.text) };
      case "string":
        return { type: "string", value: token.text };
      case "regex":
        return { type: "regex", source: token.text };
      case "name": {
        if (!this.#accept("[")) return { type: "variable", name: token.text };
        const subscript = this.#list("]");
        this.#expect("]");
        return { type: "element", array: token.text, subscript };
      }
      case "call":
      case "builtin": {
        if (token.type === "builtin" && !this.#is("(")) {
          if (token.text !== "length") throw this.#unexpected();
          return { type: "call", name: "length", args: [], isBuiltin: true };
        }
        this.#expect("(");
        const args = this.#list(")");
        this.#expect(")");
        return { type: "call", name: token.text, args, isBuiltin: token.type === "builtin" };
      }
      case "keyword":
        if (token.text === "getline") {
          const target = this.#optionalTarget();
          if (this.#accept("<")) return { type: "getline", source: "file", from: this.#postfix(), target };
          return { type: "getline", source: "main", from: undefined, target };
        }
        break;
      case "operator":
        if (token.text === "$") {
          if (this.#is("++") || this.#is("--")) return { type: "field", index: this.#primary() };
          return { type: "field", index: this.#deeper(() => this.#primary()) };
        }
        if (token.text === "++" || token.text === "--") {
          const target = this.#primary();
          if (!isTarget(target)) throw this.#unexpected();
          return { type: "step", delta: token.text === "++" ? 1 : -1, isPrefix: true, target };
        }
        if (token.text === "(") {
          const items = this.#list(")");
          this.#expect(")");
          if (items.length === 0) throw this.#unexpected();
          return items.length === 1 ? { type: "group", of: items[0] as AwkExpression } : { type: "list", items };
        }
    }
    this.#token = token;
    throw this.#unexpected();
  }

  #optionalTarget(): AwkTarget | undefined {
    if (this.#token.type !== "name" && !this.#is("$")) return undefined;
    const target = this.#primary();
    return isTarget(target) ? target : undefined;
  }
}

function isTarget(expression: AwkExpression): expression is AwkTarget {
  return expression.type === "variable" || expression.type === "field" || expression.type === "element";
}
