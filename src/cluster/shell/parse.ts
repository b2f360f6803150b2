import type { Assignment, Command, Condition, Parameter, ParameterOperation, Redirection, Script, Word, WordPart } from "./ast.ts";

/** What is wrong with a text, in the terms in which bash and ash word it. */
export interface SyntaxProblem {
  readonly kind: "unexpected" | "endOfFile" | "unmatched" | "arrays" | "tooDeep" | "message";
  /** The token, the missing quote, or the message. */
  readonly token: string;
  readonly line: number;
  /** The text of that line. */
  readonly source: string;
  /** More lines could mend it: an interactive shell asks for them. */
  readonly isIncomplete: boolean;
}

export class ShellSyntaxError {
  readonly problem: SyntaxProblem;
  constructor(problem: SyntaxProblem) {
    this.problem = problem;
  }
}

type Token =
  | { readonly type: "word"; readonly word: Word; readonly start: number; readonly line: number }
  | { readonly type: "operator"; readonly text: string; readonly start: number; readonly line: number }
  | { readonly type: "number"; readonly value: number; readonly start: number; readonly line: number }
  | { readonly type: "newline" | "end"; readonly start: number; readonly line: number };

const operators = [
  "&>>",
  "<<<",
  "<<-",
  ";;&",
  "&&",
  "||",
  ";;",
  ";&",
  "<<",
  ">>",
  "<&",
  ">&",
  "<>",
  ">|",
  "&>",
  "|&",
  "|",
  "&",
  ";",
  "<",
  ">",
  "(",
  ")",
];
const redirectionOperators = new Set(["<", ">", ">>", "<<", "<<-", "<<<", "<&", ">&", "<>", ">|", "&>", "&>>"]);
/** Words that are commands of the language itself where a command may begin. */
export const reservedWords: ReadonlySet<string> = new Set([
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "do",
  "done",
  "case",
  "esac",
  "while",
  "until",
  "for",
  "in",
  "function",
  "{",
  "}",
  "!",
  "[[",
  "]]",
  "time",
]);

/** Reserved in bash and ash, ordinary commands in dash. */
const bashWords = new Set(["[[", "]]", "function", "time"]);

/** Nesting beyond this is refused, far below the engine's stack. */
const depthMax = 150;

/** Alias names and what they stand for. */
export type Aliases = ReadonlyMap<string, string>;

/**
 * Reads shell text one complete command line at a time, as a shell does: what stands above a mistake has run when the mistake is found.
 * @source POSIX.1-2017 XCU 2.10 "Shell Grammar"; bash 5.2 manual for `[[`, `((`, `<<<`, `&>`, `$'..'`
 */
export class ShellParser {
  readonly #source: string;
  #at: number;
  #line: number;
  #token: Token | undefined;
  /** Where the last token taken ended. */
  #tokenEnd = 0;
  #documents: {
    readonly redirection: { text: Word };
    readonly delimiter: string;
    readonly quoted: boolean;
    readonly stripTabs: boolean;
    readonly line: number;
  }[] = [];
  #openDocument: { readonly line: number; readonly delimiter: string } | undefined;
  #depth = 0;
  readonly #aliases: Aliases | undefined;
  /** dash: `[[`, `function` and `((` are nothing special. */
  readonly #isPosix: boolean;

  constructor(
    source: string,
    options?: {
      readonly at?: number;
      readonly line?: number;
      readonly aliases?: Aliases;
      readonly depth?: number;
      readonly isPosix?: boolean;
    },
  ) {
    this.#source = source;
    this.#at = options?.at ?? 0;
    this.#line = options?.line ?? 1;
    this.#aliases = options?.aliases;
    this.#depth = options?.depth ?? 0;
    this.#isPosix = options?.isPosix ?? false;
  }

  /** The commands up to the next newline; undefined at the end. @throws ShellSyntaxError */
  nextLine(): Script | undefined {
    for (;;) {
      const token = this.#peek();
      if (token.type === "newline") {
        this.#take();
        continue;
      }
      if (token.type === "end") return undefined;
      break;
    }
    const items: { command: Command; background: boolean }[] = [];
    for (;;) {
      const command = this.#andOr();
      const separator = this.#peek();
      if (separator.type === "operator" && (separator.text === ";" || separator.text === "&")) {
        this.#take();
        items.push({ command, background: separator.text === "&" });
        const after = this.#peek();
        if (after.type === "newline" || after.type === "end") break;
        continue;
      }
      items.push({ command, background: false });
      if (separator.type === "newline" || separator.type === "end") break;
      throw this.#unexpected(separator);
    }
    if (this.#peek().type === "newline") this.#take();
    if (this.#documents.length > 0) this.#readDocuments();
    return { items };
  }

  /** The whole text. @throws ShellSyntaxError */
  whole(): Script {
    const items: { command: Command; background: boolean }[] = [];
    for (let line = this.nextLine(); line !== undefined; line = this.nextLine()) items.push(...line.items);
    return { items };
  }

  /** What was not parsed yet. */
  rest(): string {
    return this.#source.slice(this.#token?.start ?? this.#at);
  }

  /** A here-document began and its last line is not there. */
  get openDocument(): { readonly line: number; readonly delimiter: string } | undefined {
    return this.#openDocument;
  }

  // ---- tokens

  #peek(): Token {
    this.#token ??= this.#read();
    return this.#token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#token = undefined;
    this.#tokenEnd = this.#at;
    if (token.type === "newline" && this.#documents.length > 0) this.#readDocuments();
    return token;
  }

  #read(): Token {
    const source = this.#source;
    for (;;) {
      const c = source[this.#at];
      if (c === " " || c === "\t" || c === "\r") this.#at++;
      else if (c === "\\" && source[this.#at + 1] === "\n") {
        this.#at += 2;
        this.#line++;
      } else if (c === "#") {
        while (this.#at < source.length && source[this.#at] !== "\n") this.#at++;
      } else break;
    }
    const start = this.#at;
    const line = this.#line;
    const c = source[start];
    if (c === undefined) return { type: "end", start, line };
    if (c === "\n") {
      this.#at++;
      this.#line++;
      return { type: "newline", start, line };
    }
    if (!this.#isPosix && source.startsWith("<(", start)) {
      const inner = new ShellParser(source, { at: start + 2, line, depth: this.#depth + 1, isPosix: this.#isPosix });
      const script = inner.#closed(line);
      this.#at = inner.#at;
      this.#line = inner.#line;
      return {
        type: "word",
        word: { parts: [{ type: "process", script, quoted: false }], source: source.slice(start, this.#at) },
        start,
        line,
      };
    }
    for (const text of operators) {
      if (source.startsWith(text, start)) {
        this.#at += text.length;
        return { type: "operator", text, start, line };
      }
    }
    const digits = /^\d+(?=[<>])/.exec(source.slice(start, start + 12));
    if (digits !== null) {
      this.#at += digits[0].length;
      return { type: "number", value: Number(digits[0]), start, line };
    }
    const parts = this.#wordParts((ch) => " \t\r\n|&;<>()".includes(ch));
    return { type: "word", word: { parts, source: source.slice(start, this.#at) }, start, line };
  }

  /** A word that has no quotes and no expansions: a reserved word, a name, an alias. */
  #plain(token: Token): string | undefined {
    if (token.type !== "word" || token.word.parts.length !== 1) return undefined;
    const part = token.word.parts[0] as WordPart;
    return part.type === "literal" && !part.quoted ? part.text : undefined;
  }

  #isReserved(token: Token, ...words: readonly string[]): boolean {
    const text = this.#plain(token);
    return text !== undefined && words.includes(text);
  }

  #expectReserved(word: string): void {
    const token = this.#peek();
    if (!this.#isReserved(token, word)) throw this.#unexpected(token);
    this.#take();
  }

  #expectOperator(text: string): void {
    const token = this.#peek();
    if (token.type !== "operator" || token.text !== text) throw this.#unexpected(token);
    this.#take();
  }

  #isOperator(token: Token, ...texts: readonly string[]): boolean {
    return token.type === "operator" && texts.includes(token.text);
  }

  #unexpected(token: Token): ShellSyntaxError {
    if (token.type === "end") return this.#problem("endOfFile", "", token.line, true);
    const text = tokenText(token);
    return this.#problem("unexpected", text, token.line, false);
  }

  #problem(kind: SyntaxProblem["kind"], token: string, line: number, isIncomplete: boolean): ShellSyntaxError {
    return new ShellSyntaxError({ kind, token, line, source: this.#source.split("\n")[line - 1] ?? "", isIncomplete });
  }

  #deeper<T>(body: () => T): T {
    if (++this.#depth > depthMax) throw this.#problem("tooDeep", "", this.#line, false);
    const result = body();
    this.#depth--;
    return result;
  }

  #skipNewlines(): void {
    while (this.#peek().type === "newline") this.#take();
  }

  #sourceFrom(start: number): string {
    return this.#source.slice(start, this.#tokenEnd).trim();
  }

  // ---- grammar

  #andOr(): Command {
    const { start, line } = this.#peek();
    let left = this.#pipeline();
    for (;;) {
      const token = this.#peek();
      if (!this.#isOperator(token, "&&", "||")) return left;
      this.#take();
      this.#skipNewlines();
      const right = this.#pipeline();
      left = { type: token.type === "operator" && token.text === "&&" ? "and" : "or", left, right, line, source: this.#sourceFrom(start) };
    }
  }

  #pipeline(): Command {
    const { start, line } = this.#peek();
    let negated = false;
    let timed = false;
    while (this.#isReserved(this.#peek(), "!", "time")) {
      const word = this.#plain(this.#take());
      if (word === "!") negated = !negated;
      else {
        timed = true;
        if (this.#isReserved(this.#peek(), "-p")) this.#take();
      }
    }
    const commands = [this.#command()];
    for (;;) {
      const token = this.#peek();
      if (!this.#isOperator(token, "|", "|&")) break;
      this.#take();
      if (token.type === "operator" && token.text === "|&") {
        const last = commands.pop() as Command;
        const redirection: Redirection = { type: "duplicate", fd: 2, input: false, target: literalWord("1") };
        commands.push({
          type: "group",
          body: { items: [{ command: last, background: false }] },
          redirections: [redirection],
          line: last.line,
          source: last.source,
        });
      }
      this.#skipNewlines();
      commands.push(this.#command());
    }
    if (commands.length === 1 && !negated && !timed) return commands[0] as Command;
    return { type: "pipeline", commands, negated, timed, line, source: this.#sourceFrom(start) };
  }

  #command(): Command {
    return this.#deeper(() => this.#commandHere());
  }

  #commandHere(): Command {
    const token = this.#peek();
    const { start, line } = token;
    const place = (): { readonly line: number; readonly source: string } => ({ line, source: this.#sourceFrom(start) });
    if (this.#isOperator(token, "(")) {
      if (!this.#isPosix && this.#source.startsWith("((", start)) {
        const arithmetic = this.#tryArithmetic(start + 2);
        if (arithmetic !== undefined) {
          this.#token = undefined;
          this.#tokenEnd = this.#at;
          const redirections = this.#redirections();
          return { type: "arithmetic", expression: arithmetic, redirections, ...place() };
        }
      }
      this.#take();
      const body = this.#list([")"], []);
      this.#expectOperator(")");
      const redirections = this.#redirections();
      return { type: "subshell", body, redirections, ...place() };
    }
    switch (this.#commandWord(token)) {
      case "{": {
        this.#take();
        const body = this.#list([], ["}"]);
        this.#expectReserved("}");
        const redirections = this.#redirections();
        return { type: "group", body, redirections, ...place() };
      }
      case "if": {
        this.#take();
        const branches: { condition: Script; body: Script }[] = [];
        let otherwise: Script | undefined;
        for (;;) {
          const condition = this.#list([], ["then"]);
          this.#expectReserved("then");
          const body = this.#list([], ["elif", "else", "fi"]);
          branches.push({ condition, body });
          if (this.#isReserved(this.#peek(), "elif")) {
            this.#take();
            continue;
          }
          if (this.#isReserved(this.#peek(), "else")) {
            this.#take();
            otherwise = this.#list([], ["fi"]);
          }
          break;
        }
        this.#expectReserved("fi");
        const redirections = this.#redirections();
        return { type: "if", branches, otherwise, redirections, ...place() };
      }
      case "while":
      case "until": {
        const until = this.#plain(this.#take()) === "until";
        const condition = this.#list([], ["do"]);
        const body = this.#doBody();
        const redirections = this.#redirections();
        return { type: "while", until, condition, body, redirections, ...place() };
      }
      case "for":
        return this.#forLoop(place);
      case "case":
        return this.#caseCommand(place);
      case "[[": {
        this.#take();
        const expression = this.#conditionOr();
        this.#expectReserved("]]");
        const redirections = this.#redirections();
        return { type: "condition", expression, redirections, ...place() };
      }
      case "function": {
        this.#take();
        const nameToken = this.#take();
        const name = this.#plain(nameToken);
        if (name === undefined) throw this.#unexpected(nameToken);
        if (this.#isOperator(this.#peek(), "(")) {
          this.#take();
          this.#expectOperator(")");
        }
        this.#skipNewlines();
        const body = this.#command();
        return { type: "function", name, body, ...place() };
      }
      default:
        return this.#simple(place);
    }
  }

  /** The reserved word that a command begins with, if it is one to this shell. */
  #commandWord(token: Token): string | undefined {
    const word = this.#plain(token);
    return this.#isPosix && word !== undefined && bashWords.has(word) ? undefined : word;
  }

  #forLoop(place: () => { readonly line: number; readonly source: string }): Command {
    this.#take();
    const token = this.#peek();
    if (this.#isOperator(token, "(") && this.#source.startsWith("((", token.start)) {
      const end = this.#arithmeticEnd(token.start + 2);
      if (end === undefined) throw this.#unexpected(token);
      const inside = this.#source.slice(token.start + 2, end);
      const clauses = splitClauses(inside);
      if (clauses.length !== 3) throw this.#problem("message", "syntax error: arithmetic expression required", token.line, false);
      this.#token = undefined;
      this.#at = end + 2;
      const [start, condition, step] = clauses.map((text) => this.#textAsWord(text)) as [Word, Word, Word];
      if (this.#isOperator(this.#peek(), ";")) this.#take();
      this.#skipNewlines();
      const body = this.#isReserved(this.#peek(), "{") ? this.#braceBody() : this.#doBody();
      const redirections = this.#redirections();
      return { type: "forArithmetic", start, condition, step, body, redirections, ...place() };
    }
    this.#take();
    const name = this.#plain(token);
    if (name === undefined) throw this.#unexpected(token);
    if (!/^[A-Za-z_]\w*$/.test(name)) throw this.#problem("message", `\`${name}': not a valid identifier`, token.line, false);
    this.#skipNewlines();
    let words: Word[] | undefined;
    if (this.#isReserved(this.#peek(), "in")) {
      this.#take();
      words = [];
      for (let next = this.#peek(); next.type === "word"; next = this.#peek()) {
        words.push(next.word);
        this.#take();
      }
      const end = this.#peek();
      if (end.type !== "newline" && !this.#isOperator(end, ";")) throw this.#unexpected(end);
      this.#take();
    } else if (this.#isOperator(this.#peek(), ";")) this.#take();
    this.#skipNewlines();
    const body = this.#isReserved(this.#peek(), "{") ? this.#braceBody() : this.#doBody();
    const redirections = this.#redirections();
    return { type: "for", name, words, body, redirections, ...place() };
  }

  #doBody(): Script {
    this.#expectReserved("do");
    const body = this.#list([], ["done"]);
    this.#expectReserved("done");
    return body;
  }

  #braceBody(): Script {
    this.#expectReserved("{");
    const body = this.#list([], ["}"]);
    this.#expectReserved("}");
    return body;
  }

  #caseCommand(place: () => { readonly line: number; readonly source: string }): Command {
    this.#take();
    const subjectToken = this.#take();
    if (subjectToken.type !== "word") throw this.#unexpected(subjectToken);
    this.#skipNewlines();
    this.#expectReserved("in");
    this.#skipNewlines();
    const clauses: { patterns: Word[]; body: Script; end: ";;" | ";&" | ";;&" }[] = [];
    while (!this.#isReserved(this.#peek(), "esac")) {
      if (this.#isOperator(this.#peek(), "(")) this.#take();
      const patterns: Word[] = [];
      for (;;) {
        const pattern = this.#take();
        if (pattern.type !== "word") throw this.#unexpected(pattern);
        patterns.push(pattern.word);
        if (!this.#isOperator(this.#peek(), "|")) break;
        this.#take();
      }
      this.#expectOperator(")");
      this.#skipNewlines();
      const isEmpty = this.#isOperator(this.#peek(), ";;", ";&", ";;&") || this.#isReserved(this.#peek(), "esac");
      const body = isEmpty ? { items: [] } : this.#list([";;", ";&", ";;&"], ["esac"]);
      const end = this.#peek();
      if (end.type === "operator" && (end.text === ";;" || end.text === ";&" || end.text === ";;&")) {
        this.#take();
        clauses.push({ patterns, body, end: end.text });
        this.#skipNewlines();
        continue;
      }
      clauses.push({ patterns, body, end: ";;" });
      break;
    }
    this.#expectReserved("esac");
    const redirections = this.#redirections();
    return { type: "case", subject: subjectToken.word, clauses, redirections, ...place() };
  }

  /** Commands up to one of these operators or reserved words, which stays. At least one. */
  #list(endOperators: readonly string[], endWords: readonly string[]): Script {
    const items: { command: Command; background: boolean }[] = [];
    this.#skipNewlines();
    for (;;) {
      const token = this.#peek();
      if (this.#isOperator(token, ...endOperators) || this.#isReserved(token, ...endWords)) {
        if (items.length === 0) throw this.#unexpected(token);
        return { items };
      }
      const command = this.#andOr();
      const separator = this.#peek();
      if (this.#isOperator(separator, ";", "&")) {
        this.#take();
        items.push({ command, background: this.#isOperator(separator, "&") });
      } else {
        items.push({ command, background: false });
        const isEnd = separator.type === "newline" || this.#isOperator(separator, ...endOperators);
        if (!isEnd) throw this.#unexpected(separator);
      }
      this.#skipNewlines();
    }
  }

  #redirections(): Redirection[] {
    const list: Redirection[] = [];
    for (;;) {
      const one = this.#redirection();
      if (one === undefined) return list;
      list.push(one);
    }
  }

  #redirection(): Redirection | undefined {
    const token = this.#peek();
    let fd: number | undefined;
    if (token.type === "number") {
      fd = token.value;
      this.#take();
    }
    const operator = this.#peek();
    if (operator.type !== "operator" || !redirectionOperators.has(operator.text)) {
      if (fd !== undefined) throw this.#unexpected(operator);
      return undefined;
    }
    this.#take();
    const targetToken = this.#peek();
    if (targetToken.type !== "word") {
      if (targetToken.type === "number") {
        // `>&2>x`: digits before another redirection are still this one's target.
        this.#take();
        return this.#redirectionTo(operator.text, fd, literalWord(`${targetToken.value}`));
      }
      throw this.#unexpected(targetToken);
    }
    if (operator.text === "<<" || operator.text === "<<-") {
      const document = { text: emptyWord };
      this.#documents.push({
        redirection: document,
        delimiter: unquotedText(targetToken.word.parts),
        quoted: targetToken.word.parts.some((part) => part.type === "literal" && part.quoted),
        stripTabs: operator.text === "<<-",
        line: operator.line,
      });
      this.#take();
      return { type: "text", fd: fd ?? 0, document };
    }
    this.#take();
    return this.#redirectionTo(operator.text, fd, targetToken.word);
  }

  #redirectionTo(operator: string, fd: number | undefined, target: Word): Redirection {
    switch (operator) {
      case "<":
        return { type: "in", fd: fd ?? 0, target };
      case ">":
        return { type: "out", fd: fd ?? 1, target };
      case ">|":
        return { type: "clobber", fd: fd ?? 1, target };
      case ">>":
        return { type: "append", fd: fd ?? 1, target };
      case "<>":
        return { type: "readWrite", fd: fd ?? 0, target };
      case "<<<":
        return { type: "hereString", fd: fd ?? 0, target };
      case "<&":
        return { type: "duplicate", fd: fd ?? 0, input: true, target };
      case "&>":
        return { type: "both", append: false, target };
      case "&>>":
        return { type: "both", append: true, target };
      default:
        // `>&word` with a word that is no number means both streams. @source bash manual, 3.6.4
        if (fd === undefined && !/^(\d+|-)$/.test(target.source) && !/[$`]/.test(target.source))
          return { type: "both", append: false, target };
        return { type: "duplicate", fd: fd ?? 1, input: false, target };
    }
  }

  #simple(place: () => { readonly line: number; readonly source: string }): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    const seenAliases = new Set<string>();
    for (;;) {
      const redirection = this.#redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      const token = this.#peek();
      if (token.type !== "word") {
        if (this.#isOperator(token, "(")) {
          const only = words.length === 1 && assignments.length === 0 ? words[0] : undefined;
          const part = only?.parts[0];
          if (only?.parts.length === 1 && part?.type === "literal" && !part.quoted && redirections.length === 0) {
            this.#take();
            this.#expectOperator(")");
            this.#skipNewlines();
            const body = this.#command();
            return { type: "function", name: part.text, body, ...place() };
          }
          const last = assignments.at(-1);
          if (words.length === 0 && last !== undefined && last.value.parts.length === 0)
            throw this.#problem("arrays", last.name, token.line, false);
        }
        break;
      }
      if (words.length === 0) {
        const plain = this.#plain(token);
        if (
          plain !== undefined &&
          assignments.length === 0 &&
          redirections.length === 0 &&
          reservedWords.has(plain) &&
          !(this.#isPosix && bashWords.has(plain)) &&
          plain !== "in" &&
          plain !== "time"
        )
          throw this.#unexpected(token);
        const alias = plain === undefined || seenAliases.has(plain) ? undefined : this.#aliases?.get(plain);
        if (plain !== undefined && alias !== undefined) {
          seenAliases.add(plain);
          this.#take();
          const inner = new ShellParser(alias, { line: token.line, depth: this.#depth, isPosix: this.#isPosix });
          const replaced = inner.nextLine()?.items[0]?.command;
          if (replaced?.type === "simple") {
            assignments.push(...replaced.assignments);
            words.push(...replaced.words);
            redirections.push(...replaced.redirections);
            continue;
          }
          if (replaced !== undefined) return replaced;
          continue;
        }
        const assignment = this.#assignment(token.word, token.line);
        if (assignment !== undefined) {
          assignments.push(assignment);
          this.#take();
          continue;
        }
      }
      words.push(token.word);
      this.#take();
    }
    if (words.length === 0 && assignments.length === 0 && redirections.length === 0) throw this.#unexpected(this.#peek());
    return { type: "simple", assignments, words, redirections, ...place() };
  }

  #assignment(word: Word, line: number): Assignment | undefined {
    const first = word.parts[0];
    if (first?.type !== "literal" || first.quoted) return undefined;
    const match = /^([A-Za-z_]\w*)(\[[^\]]*\])?(\+?)=/.exec(first.text);
    if (match === null) return undefined;
    const name = match[1] as string;
    if (match[2] !== undefined) throw this.#problem("arrays", name, line, false);
    const rest = first.text.slice(match[0].length);
    const parts: readonly WordPart[] =
      rest === "" ? word.parts.slice(1) : [{ type: "literal", text: rest, quoted: false }, ...word.parts.slice(1)];
    return { name, append: match[3] === "+", value: { parts, source: word.source.slice(match[0].length) } };
  }

  // ---- [[ ]]

  #conditionOr(): Condition {
    let left = this.#conditionAnd();
    this.#skipNewlines();
    while (this.#isOperator(this.#peek(), "||")) {
      this.#take();
      this.#skipNewlines();
      left = { type: "or", left, right: this.#conditionAnd() };
      this.#skipNewlines();
    }
    return left;
  }

  #conditionAnd(): Condition {
    let left = this.#conditionPrimary();
    this.#skipNewlines();
    while (this.#isOperator(this.#peek(), "&&")) {
      this.#take();
      this.#skipNewlines();
      left = { type: "and", left, right: this.#conditionPrimary() };
      this.#skipNewlines();
    }
    return left;
  }

  #conditionPrimary(): Condition {
    return this.#deeper(() => {
      this.#skipNewlines();
      const token = this.#peek();
      if (this.#isReserved(token, "!")) {
        this.#take();
        return { type: "not", of: this.#conditionPrimary() } as const;
      }
      if (this.#isOperator(token, "(")) {
        this.#take();
        const inner = this.#conditionOr();
        this.#expectOperator(")");
        return inner;
      }
      if (token.type !== "word" || this.#isReserved(token, "]]")) throw this.#unexpected(token);
      this.#take();
      const plain = this.#plain(token);
      if (plain !== undefined && /^-[a-zA-Z]$/.test(plain)) {
        const operand = this.#peek();
        if (operand.type === "word" && !this.#isReserved(operand, "]]")) {
          this.#take();
          return { type: "unary", operator: plain, operand: operand.word } as const;
        }
      }
      const operatorToken = this.#peek();
      const operator = operatorToken.type === "operator" ? operatorToken.text : this.#plain(operatorToken);
      const isBinary =
        operator !== undefined &&
        ["=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"].includes(operator);
      if (!isBinary) return { type: "unary", operator: "-n", operand: token.word } as const;
      this.#take();
      if (operator === "=~") return { type: "binary", operator, left: token.word, right: this.#regexWord() } as const;
      const right = this.#peek();
      if (right.type !== "word") throw this.#unexpected(right);
      this.#take();
      return { type: "binary", operator, left: token.word, right: right.word } as const;
    });
  }

  /** Behind `=~` parentheses and bars belong to the word. */
  #regexWord(): Word {
    while (this.#source[this.#at] === " " || this.#source[this.#at] === "\t") this.#at++;
    const start = this.#at;
    let open = 0;
    const parts = this.#wordParts((ch) => {
      if (ch === "(") open++;
      if (ch === ")" && open > 0) {
        open--;
        return false;
      }
      return open === 0 && " \t\n;)".includes(ch);
    });
    this.#tokenEnd = this.#at;
    return { parts, source: this.#source.slice(start, this.#at) };
  }

  // ---- words

  /** The parts of a word from here to a character at which it ends. */
  #wordParts(isEnd: (character: string) => boolean): WordPart[] {
    const source = this.#source;
    return this.#partsUntil(isEnd, false, (c, pieces) => {
      const next = source[this.#at + 1];
      if (c === "\\") {
        this.#at += 2;
        if (next === "\n") this.#line++;
        else {
          pieces.add({ type: "literal", text: next ?? "\\", quoted: true });
          if (next === undefined) this.#at--;
        }
      } else if (c === "'") pieces.add({ type: "literal", text: this.#singleQuoted(), quoted: true });
      else if (c === '"') this.#doubleQuoted(pieces.flushed());
      else if (c === "$" && next === "'") {
        this.#at++;
        pieces.add({ type: "literal", text: decodeEscapes(this.#ansiQuoted()), quoted: true });
      } else if (c === "$" && next === '"') this.#at++;
      else return false;
      return true;
    });
  }

  /** The one walk over a word's text: `takeSpecial` takes what is special in this kind of text and says whether it was. */
  #partsUntil(
    isEnd: (character: string) => boolean,
    quoted: boolean,
    takeSpecial: (character: string, pieces: Pieces) => boolean,
  ): WordPart[] {
    const pieces = new Pieces(quoted);
    for (;;) {
      const c = this.#source[this.#at];
      if (c === undefined || isEnd(c)) return pieces.flushed();
      if (takeSpecial(c, pieces)) continue;
      const expansion = c === "$" || c === "`" ? this.#expansion(quoted) : undefined;
      if (expansion !== undefined) pieces.add(expansion);
      else {
        if (c === "\n") this.#line++;
        pieces.text += c;
        this.#at++;
      }
    }
  }

  #singleQuoted(): string {
    const start = this.#at + 1;
    const end = this.#source.indexOf("'", start);
    if (end < 0) throw this.#problem("unmatched", "'", this.#line, true);
    const text = this.#source.slice(start, end);
    this.#line += countNewlines(text);
    this.#at = end + 1;
    return text;
  }

  /** Between `$'` and `'`, where a backslash quotes. */
  #ansiQuoted(): string {
    const source = this.#source;
    const start = this.#at + 1;
    let i = start;
    while (i < source.length && source[i] !== "'") i += source[i] === "\\" ? 2 : 1;
    if (i >= source.length) throw this.#problem("unmatched", "'", this.#line, true);
    const text = source.slice(start, i);
    this.#line += countNewlines(text);
    this.#at = i + 1;
    return text;
  }

  #doubleQuoted(parts: WordPart[]): void {
    const source = this.#source;
    const line = this.#line;
    this.#at++;
    let text = "";
    let isEmpty = true;
    const flush = (): void => {
      if (text !== "") {
        parts.push({ type: "literal", text, quoted: true });
        isEmpty = false;
      }
      text = "";
    };
    for (;;) {
      const c = source[this.#at];
      if (c === undefined) throw this.#problem("unmatched", '"', line, true);
      if (c === '"') {
        this.#at++;
        break;
      }
      if (c === "\\") {
        const next = source[this.#at + 1] ?? "";
        this.#at += 2;
        if (next === "\n") this.#line++;
        else text += '$`"\\'.includes(next) && next !== "" ? next : `\\${next}`;
      } else if (c === "$" || c === "`") {
        const expansion = this.#expansion(true);
        if (expansion === undefined) {
          text += c;
          this.#at++;
        } else {
          flush();
          parts.push(expansion);
          isEmpty = false;
        }
      } else {
        if (c === "\n") this.#line++;
        text += c;
        this.#at++;
      }
    }
    flush();
    if (isEmpty) parts.push({ type: "literal", text: "", quoted: true }); // "" is a word of its own
  }

  /** What `$` or a backtick begins here; undefined when the character means itself. */
  #expansion(quoted: boolean): WordPart | undefined {
    const source = this.#source;
    const line = this.#line;
    const start = this.#at;
    if (source[start] === "`") return this.#backticks(quoted);
    const next = source[start + 1];
    if (next === undefined) return undefined;
    if (next === "(") {
      if (source[start + 2] === "(") {
        const expression = this.#tryArithmetic(start + 3);
        if (expression !== undefined) return { type: "arithmetic", expression, quoted };
      }
      const inner = new ShellParser(source, {
        at: start + 2,
        line: this.#line,
        isPosix: this.#isPosix,
        depth: this.#depth + 1,
        ...(this.#aliases === undefined ? {} : { aliases: this.#aliases }),
      });
      if (this.#depth + 1 > depthMax) throw this.#problem("tooDeep", "", this.#line, false);
      const script = inner.#closed(line);
      this.#at = inner.#at;
      this.#line = inner.#line;
      return { type: "command", script, quoted };
    }
    if (next === "{") return this.#braced(quoted);
    const match = /^([A-Za-z_]\w*|[0-9]|[@*#?$!-])/.exec(source.slice(start + 1, start + 257));
    if (match === null) return undefined;
    const name = /^[A-Za-z_]\w*/.exec(source.slice(start + 1))?.[0] ?? (match[0] as string);
    this.#at = start + 1 + name.length;
    return { type: "parameter", parameter: { name, operation: undefined, source: `$${name}` }, quoted };
  }

  /** The commands of `$(...)`: an end of the text in them means that the parenthesis is open. */
  #closed(line: number): Script {
    try {
      return this.#substituted();
    } catch (error) {
      if (error instanceof ShellSyntaxError && error.problem.kind === "endOfFile") throw this.#problem("unmatched", ")", line, true);
      throw error;
    }
  }

  /** The commands of `$(...)`, up to and with the `)`. */
  #substituted(): Script {
    this.#skipNewlines();
    if (this.#isOperator(this.#peek(), ")")) {
      this.#take();
      return { items: [] };
    }
    const script = this.#list([")"], []);
    const close = this.#peek();
    if (!this.#isOperator(close, ")")) throw this.#unexpected(close);
    this.#token = undefined; // #at stands just behind it
    return script;
  }

  #backticks(quoted: boolean): WordPart {
    const source = this.#source;
    let text = "";
    let i = this.#at + 1;
    for (; ; i++) {
      const c = source[i];
      if (c === undefined) throw this.#problem("unmatched", "`", this.#line, true);
      if (c === "`") break;
      const next = source[i + 1];
      if (c === "\\" && next !== undefined && ("$`\\".includes(next) || (quoted && next === '"'))) {
        text += next;
        i++;
      } else text += c;
    }
    const script = new ShellParser(text, { line: this.#line, depth: this.#depth + 1, isPosix: this.#isPosix }).whole();
    this.#line += countNewlines(text);
    this.#at = i + 1;
    return { type: "command", script, quoted };
  }

  #braced(quoted: boolean): WordPart {
    return this.#deeper(() => {
      const source = this.#source;
      const start = this.#at;
      this.#at += 2;
      const done = (name: string, operation: ParameterOperation | undefined): WordPart => {
        const parameter: Parameter = { name, operation, source: source.slice(start, this.#at) };
        return { type: "parameter", parameter, quoted };
      };
      const bad = (): WordPart => {
        let depth = 1;
        while (this.#at < source.length) {
          const c = source[this.#at++];
          if (c === "{") depth++;
          if (c === "}" && --depth === 0) return done("", { type: "bad" });
        }
        throw this.#problem("unmatched", "}", this.#line, true);
      };
      const name = (): string | undefined => {
        const match = /^([A-Za-z_]\w*|[0-9]+|[@*#?$!-])/.exec(source.slice(this.#at, this.#at + 256));
        if (match === null) return undefined;
        this.#at += match[0].length;
        return match[0];
      };
      if (source[this.#at] === "#" && source[this.#at + 1] !== "}" && !/^#[:%#/=?+-]/.test(source.slice(this.#at, this.#at + 2))) {
        this.#at++;
        const of = name();
        if (of === undefined || source[this.#at] !== "}") return bad();
        this.#at++;
        return done(of, { type: "length" });
      }
      let isIndirect = false;
      if (source[this.#at] === "!" && /[A-Za-z_0-9#@]/.test(source[this.#at + 1] ?? "") && source[this.#at + 2] !== undefined) {
        isIndirect = true;
        this.#at++;
      }
      const of = name();
      if (of === undefined) return bad();
      if (source[this.#at] === "[") throw this.#problem("arrays", of, this.#line, false);
      if (source[this.#at] === "}") {
        this.#at++;
        return done(of, isIndirect ? { type: "indirect" } : undefined);
      }
      if (isIndirect) return bad();
      const rest = source.slice(this.#at, this.#at + 3);
      const conditional = /^(:?)([-=?+])/.exec(rest);
      if (conditional !== null) {
        this.#at += conditional[0].length;
        const word = this.#bracedWord("}", quoted);
        this.#at++;
        return done(of, { type: conditional[2] as "-" | "=" | "?" | "+", colon: conditional[1] === ":", word });
      }
      const trim = /^(##|#|%%|%)/.exec(rest);
      if (trim !== null) {
        this.#at += trim[0].length;
        const pattern = this.#bracedWord("}", false);
        this.#at++;
        return done(of, { type: trim[0] as "#" | "##" | "%" | "%%", pattern });
      }
      if (rest[0] === ":") {
        this.#at++;
        const offset = this.#bracedWord(":}", false);
        let length: Word | undefined;
        if (source[this.#at] === ":") {
          this.#at++;
          length = this.#bracedWord("}", false);
        }
        this.#at++;
        return done(of, { type: "substring", offset, length });
      }
      if (rest[0] === "/") {
        this.#at++;
        const all = source[this.#at] === "/";
        const anchor = source[this.#at] === "#" || source[this.#at] === "%" ? (source[this.#at] as "#" | "%") : undefined;
        if (all || anchor !== undefined) this.#at++;
        const pattern = this.#bracedWord("/}", false);
        let replacement = emptyWord;
        if (source[this.#at] === "/") {
          this.#at++;
          replacement = this.#bracedWord("}", false);
        }
        this.#at++;
        return done(of, { type: "replace", all, anchor, pattern, replacement });
      }
      const change = /^(\^\^|\^|,,|,)\}/.exec(rest);
      if (change !== null) {
        this.#at += change[0].length;
        const operator = change[1] as string;
        return done(of, { type: "case", upper: operator[0] === "^", all: operator.length === 2 });
      }
      return bad();
    });
  }

  /** A word inside `${...}`, up to one of these characters, which stays. In double quotes single quotes mean themselves. */
  #bracedWord(ends: string, quoted: boolean): Word {
    const start = this.#at;
    const line = this.#line;
    let parts: WordPart[];
    if (quoted) {
      parts = this.#quotedText((c) => ends.includes(c), true);
    } else parts = this.#wordParts((c) => ends.includes(c));
    if (this.#source[this.#at] === undefined) throw this.#problem("unmatched", "}", line, true);
    return { parts, source: this.#source.slice(start, this.#at) };
  }

  /** Text as in double quotes or a here-document: only `$`, backtick and backslash are special. */
  #quotedText(isEnd: (character: string) => boolean, allowsQuotes: boolean): WordPart[] {
    return this.#partsUntil(isEnd, true, (c, pieces) => {
      if (c === "\\") {
        const next = this.#source[this.#at + 1] ?? "";
        this.#at += 2;
        if (next === "\n") this.#line++;
        else if (next !== "" && ("$`\\".includes(next) || (allowsQuotes && '"}'.includes(next)))) pieces.text += next;
        else pieces.text += `\\${next}`;
      } else if (c === '"' && allowsQuotes) this.#doubleQuoted(pieces.flushed());
      else return false;
      return true;
    });
  }

  /** The expression between `((` (which ends before `from`) and its `))`; undefined when these parentheses mean something else. */
  #tryArithmetic(from: number): Word | undefined {
    const end = this.#arithmeticEnd(from);
    if (end === undefined) return undefined;
    const text = this.#source.slice(from, end);
    const word = this.#textAsWord(text);
    this.#line += countNewlines(text);
    this.#at = end + 2;
    return word;
  }

  #arithmeticEnd(from: number): number | undefined {
    const source = this.#source;
    let depth = 0;
    for (let i = from; i < source.length; i++) {
      const c = source[i];
      if (c === "(") depth++;
      else if (c === ")") {
        if (depth === 0) return source[i + 1] === ")" ? i : undefined;
        depth--;
      } else if (c === "\\") i++;
      else if (c === "'" || c === '"') {
        const close = source.indexOf(c, i + 1);
        if (close < 0) return undefined;
        i = close;
      }
    }
    return undefined;
  }

  #textAsWord(text: string): Word {
    const inner = new ShellParser(text, { line: this.#line, depth: this.#depth + 1, isPosix: this.#isPosix });
    return { parts: inner.#quotedText(() => false, true), source: text };
  }

  #readDocuments(): void {
    for (const { redirection, delimiter, quoted, stripTabs, line: startLine } of this.#documents.splice(0)) {
      const source = this.#source;
      const lines: string[] = [];
      const firstLine = this.#line;
      for (;;) {
        // At the end of the text the document ends too; bash only warns.
        if (this.#at >= source.length) {
          this.#openDocument = { line: startLine, delimiter };
          break;
        }
        const newline = source.indexOf("\n", this.#at);
        const end = newline < 0 ? source.length : newline;
        let line = source.slice(this.#at, end);
        this.#at = newline < 0 ? end : end + 1;
        this.#line++;
        if (stripTabs) line = line.replace(/^\t+/, "");
        if (line === delimiter) break;
        lines.push(`${line}\n`);
      }
      const text = lines.join("");
      if (quoted) redirection.text = { parts: text === "" ? [] : [{ type: "literal", text, quoted: true }], source: text };
      else {
        const inner = new ShellParser(text, { line: firstLine, depth: this.#depth + 1, isPosix: this.#isPosix });
        redirection.text = { parts: inner.#quotedText(() => false, false), source: text };
      }
    }
  }
}

/** The parts of a word as they are found: plain text between them becomes one. */
class Pieces {
  readonly #parts: WordPart[] = [];
  readonly #quoted: boolean;
  text = "";

  constructor(quoted: boolean) {
    this.#quoted = quoted;
  }

  add(part: WordPart): void {
    this.flushed().push(part);
  }

  /** All parts so far, the text before here included. */
  flushed(): WordPart[] {
    if (this.text !== "") this.#parts.push({ type: "literal", text: this.text, quoted: this.#quoted });
    this.text = "";
    return this.#parts;
  }
}

function tokenText(token: Token): string {
  switch (token.type) {
    case "operator":
      return token.text;
    case "number":
      return `${token.value}`;
    case "word":
      return token.word.source;
    default:
      return "newline";
  }
}

const emptyWord: Word = { parts: [], source: "" };

export function literalWord(text: string): Word {
  return { parts: [{ type: "literal", text, quoted: false }], source: text };
}

/** A word's text with its quotes removed and nothing expanded: a here-document's delimiter. */
function unquotedText(parts: readonly WordPart[]): string {
  return parts.map((part) => (part.type === "literal" ? part.text : part.type === "parameter" ? part.parameter.source : "")).join("");
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** `i=0; i<3; i++` at its top-level semicolons. */
function splitClauses(text: string): string[] {
  const clauses: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    else if (text[i] === ";" && depth === 0) {
      clauses.push(text.slice(from, i));
      from = i + 1;
    }
  }
  clauses.push(text.slice(from));
  return clauses;
}

/** The escapes of `$'...'`, `echo -e` and `printf`. @source bash 5.2 manual, 3.1.2.4 */
export function decodeEscapes(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|c[\s\S]|[0-7]{1,3}|[\s\S])/g, (whole, sequence: string) => {
    const kind = sequence[0] as string;
    if (kind >= "0" && kind <= "7") return String.fromCharCode(Number.parseInt(sequence, 8) & 255);
    if ((kind === "x" || kind === "u" || kind === "U") && sequence.length > 1) {
      const code = Number.parseInt(sequence.slice(1), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    if (kind === "c" && sequence.length > 1) return String.fromCharCode(sequence.charCodeAt(1) & 31);
    return simpleEscapes[sequence] ?? whole;
  });
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "?": "?",
};
