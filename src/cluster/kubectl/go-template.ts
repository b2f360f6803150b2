import { decodeBase64 } from "./base64.ts";
import { goValue } from "./custom-columns.ts";
import { KubectlError, TemplateError } from "./failure.ts";
import { goJson } from "./go-json.ts";

/**
 * `-o go-template`: Go's text/template as far as people use it on objects: fields, variables, pipelines, if, else, range, with, the comparisons,
 * printf and its kin, len, index, slice, and kubectl's base64decode and exists.
 *
 * @source Go text/template; kubectl cli-runtime printers/template.go
 */
type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "pipe"; readonly pipe: Pipe }
  | { readonly type: "if" | "range" | "with"; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly type: "break" | "continue" };

interface Pipe {
  readonly variables: readonly string[];
  readonly isAssignment: boolean;
  readonly commands: readonly (readonly Operand[])[];
  readonly text: string;
}

type Operand =
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "dot" }
  | { readonly type: "field"; readonly names: readonly string[] }
  | { readonly type: "variable"; readonly name: string; readonly names: readonly string[] }
  | { readonly type: "function"; readonly name: string }
  | { readonly type: "paren"; readonly pipe: Pipe; readonly names: readonly string[] };

export interface GoTemplate {
  readonly text: string;
  readonly nodes: readonly Node[];
}

/** @throws KubectlError */
export function parseGoTemplate(text: string): GoTemplate {
  try {
    const parser = new Parser(text);
    const nodes = parser.list();
    if (parser.next !== undefined) throw new KubectlError(`unexpected {{${parser.next}}}`);
    return { text, nodes };
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw new KubectlError(`error parsing template ${text}, template: output:1: ${error.message}`);
  }
}

/** `LINE:COLUMN` of the field chain that an error names: Go counts from the second field's dot. */
function place(text: string, message: string): string {
  const chain = /^<(\.\w+(?:\.\w+)*)>/.exec(message)?.[1];
  const start = chain === undefined ? -1 : text.indexOf(chain);
  if (chain === undefined || start < 0) return "1";
  const second = chain.indexOf(".", 1);
  const at = start + Math.max(0, second);
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  return `${text.slice(0, at).split("\n").length}:${at - lineStart}`;
}

class LoopExit extends Error {
  readonly type: "break" | "continue";
  constructor(type: "break" | "continue") {
    super(type);
    this.type = type;
  }
}

/** @throws KubectlError */
export function printGoTemplate(template: GoTemplate, data: unknown): string {
  const scope: Scope = { variables: [["$", data]] };
  try {
    return run(template.nodes, data, scope);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    const fault = `template: output:${place(template.text, error.message)}: executing "output" at ${error.message}`;
    throw new TemplateError(
      `error executing template ${JSON.stringify(template.text)}: ${fault}`,
      `Error executing template: ${fault}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template.text}\n\traw data was:\n\t\t${goJson(data)}\n\tobject given to template engine was:\n\t\t${goValue(data)}\n\n`,
    );
  }
}

interface Scope {
  readonly variables: [string, unknown][];
}

class Parser {
  readonly #pieces: { readonly text: string; readonly isAction: boolean }[] = [];
  #at = 0;
  next: string | undefined;

  constructor(text: string) {
    let rest = text;
    let trimsNext = false;
    while (rest !== "") {
      const open = rest.indexOf("{{");
      let plain = open < 0 ? rest : rest.slice(0, open);
      if (trimsNext) plain = plain.replace(/^\s+/, "");
      trimsNext = false;
      if (open < 0) {
        this.#pieces.push({ text: plain, isAction: false });
        return;
      }
      const close = endOfAction(rest, open + 2);
      if (close < 0) throw new KubectlError("unclosed action");
      let inner = rest.slice(open + 2, close);
      if (/^-\s/.test(inner)) {
        plain = plain.replace(/\s+$/, "");
        inner = inner.slice(1);
      }
      if (/\s-$/.test(inner)) {
        trimsNext = true;
        inner = inner.slice(0, -1);
      }
      if (plain !== "") this.#pieces.push({ text: plain, isAction: false });
      const action = inner.trim();
      if (!(action.startsWith("/*") && action.endsWith("*/"))) this.#pieces.push({ text: action, isAction: true });
      rest = rest.slice(close + 2);
    }
  }

  /** Nodes until `end` or `else`, which is left in `next`. */
  list(): readonly Node[] {
    const nodes: Node[] = [];
    this.next = undefined;
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++] as { text: string; isAction: boolean };
      if (!piece.isAction) {
        nodes.push({ type: "text", text: piece.text });
        continue;
      }
      const word = /^[a-z]+(?![\w(])/.exec(piece.text)?.[0];
      const rest = piece.text.slice(word?.length ?? 0).trim();
      if (word === "end" || word === "else") {
        this.next = piece.text;
        return nodes;
      }
      if (word === "if" || word === "range" || word === "with") nodes.push(this.#control(word, rest));
      else if (word === "break" || word === "continue") nodes.push({ type: word });
      else nodes.push({ type: "pipe", pipe: parsePipe(piece.text) });
    }
    return nodes;
  }

  #control(type: "if" | "range" | "with", text: string): Node {
    const pipe = parsePipe(text);
    const body = this.list();
    let otherwise: readonly Node[] = [];
    if (this.next?.startsWith("else") === true) {
      const chained = /^else\s+(if|with)\s+(.*)$/s.exec(this.next);
      if (chained !== null) otherwise = [this.#control(chained[1] as "if" | "with", chained[2] as string)];
      else {
        otherwise = this.list();
        if (this.next !== "end") throw new KubectlError("unexpected EOF");
        this.next = undefined;
      }
      return { type, pipe, body, otherwise };
    }
    if (this.next !== "end") throw new KubectlError("unexpected EOF");
    this.next = undefined;
    return { type, pipe, body, otherwise };
  }
}

function endOfAction(text: string, from: number): number {
  let quote = "";
  for (let i = from; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote !== "") {
      if (character === "\\" && quote === '"') i++;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "`") quote = character;
    else if (character === "}" && text.charAt(i + 1) === "}") return i;
  }
  return -1;
}

const token =
  /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)'|:=|=|\||,|\(|\)(?:\.[A-Za-z_][\w]*)*|\$[\w]*(?:\.[A-Za-z_][\w]*)*|(?:\.[A-Za-z_]\w*)+|\.|-?\d[\w.]*|[A-Za-z_]\w*|\S)/gy;

function parsePipe(text: string): Pipe {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const match = token.exec(text);
    if (match === null) break;
    tokens.push(match[1] as string);
  }
  const variables: string[] = [];
  let isAssignment = false;
  const defined = tokens.findIndex((word) => word === ":=" || word === "=");
  if (defined > 0) {
    variables.push(...tokens.slice(0, defined).filter((word) => word !== ","));
    isAssignment = tokens[defined] === "=";
    tokens.splice(0, defined + 1);
  }
  if (tokens.length === 0) throw new KubectlError("missing value for command");
  return { variables, isAssignment, commands: parseCommands(tokens), text };
}

function parseCommands(tokens: string[]): readonly (readonly Operand[])[] {
  const commands: Operand[][] = [[]];
  while (tokens.length > 0) {
    const word = tokens.shift() as string;
    if (word === "|") commands.push([]);
    else (commands.at(-1) as Operand[]).push(parseOperand(word, tokens));
  }
  if (commands.some((command) => command.length === 0)) throw new KubectlError("missing value for command");
  return commands;
}

function parseOperand(word: string, tokens: string[]): Operand {
  if (word === "(") {
    const inner: string[] = [];
    let depth = 1;
    let names: readonly string[] = [];
    for (;;) {
      const next = tokens.shift();
      if (next === undefined) throw new KubectlError("unclosed left paren");
      if (next === "(") depth++;
      if (next.startsWith(")") && --depth === 0) {
        names = next
          .slice(1)
          .split(".")
          .filter((name) => name !== "");
        break;
      }
      inner.push(next);
    }
    return { type: "paren", pipe: { variables: [], isAssignment: false, commands: parseCommands(inner), text: inner.join(" ") }, names };
  }
  if (word === ".") return { type: "dot" };
  if (word.startsWith(".")) return { type: "field", names: word.slice(1).split(".") };
  if (word.startsWith("$")) {
    const [name = "$", ...names] = word.split(".");
    return { type: "variable", name, names };
  }
  if (word.startsWith('"')) return { type: "value", value: unquote(word) };
  if (word.startsWith("`")) return { type: "value", value: word.slice(1, -1) };
  if (word.startsWith("'")) return { type: "value", value: unquote(`"${word.slice(1, -1)}"`).charCodeAt(0) };
  if (word === "true" || word === "false") return { type: "value", value: word === "true" };
  if (word === "nil") return { type: "value", value: null };
  if (/^-?\d/.test(word)) return { type: "value", value: Number(word) };
  if (functions[word] === undefined && word !== "and" && word !== "or")
    throw new KubectlError(`function ${JSON.stringify(word)} not defined`);
  return { type: "function", name: word };
}

function unquote(text: string): string {
  return text
    .slice(1, -1)
    .replace(
      /\\(?:([ntrabfv\\"'])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/g,
      (_, letter: string | undefined, hex2: string | undefined, hex4: string | undefined) => {
        if (letter !== undefined) return { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" }[letter] ?? letter;
        return String.fromCharCode(Number.parseInt(hex2 ?? hex4 ?? "0", 16));
      },
    );
}

function run(nodes: readonly Node[], dot: unknown, scope: Scope): string {
  let out = "";
  const depth = scope.variables.length;
  for (const node of nodes) {
    switch (node.type) {
      case "text":
        out += node.text;
        break;
      case "break":
      case "continue":
        throw new LoopExit(node.type);
      case "pipe": {
        const value = evaluatePipe(node.pipe, dot, scope);
        if (node.pipe.variables.length === 0) out += printed(value);
        break;
      }
      case "if":
      case "with": {
        const mark = scope.variables.length;
        const value = evaluatePipe(node.pipe, dot, scope);
        if (isTrue(value)) out += run(node.body, node.type === "with" ? value : dot, scope);
        else out += run(node.otherwise, dot, scope);
        scope.variables.length = mark;
        break;
      }
      case "range":
        out += runRange(node, dot, scope);
        break;
    }
  }
  scope.variables.length = depth;
  return out;
}

function runRange(node: Extract<Node, { body: readonly Node[] }>, dot: unknown, scope: Scope): string {
  const value = evaluatePipe({ ...node.pipe, variables: [] }, dot, scope);
  const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(value)
    ? value.map((item, i) => [i, item] as const)
    : typeof value === "object" && value !== null
      ? Object.keys(value)
          .sort()
          .map((key) => [key, (value as Record<string, unknown>)[key]] as const)
      : [];
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    throw new KubectlError(`<${node.pipe.text}>: range can't iterate over ${goValue(value)}`);
  if (entries.length === 0) return run(node.otherwise, dot, scope);
  let out = "";
  const mark = scope.variables.length;
  for (const [key, item] of entries) {
    const [first, second] = node.pipe.variables;
    if (second !== undefined) scope.variables.push([first as string, key], [second, item]);
    else if (first !== undefined) scope.variables.push([first, item]);
    try {
      out += run(node.body, item, scope);
    } catch (error) {
      if (!(error instanceof LoopExit)) throw error;
      if (error.type === "break") break;
    } finally {
      scope.variables.length = mark;
    }
  }
  return out;
}

function evaluatePipe(pipe: Pipe, dot: unknown, scope: Scope): unknown {
  let value: unknown;
  pipe.commands.forEach((command, i) => {
    value = evaluateCommand(command, dot, scope, i > 0 ? [value] : []);
  });
  const [variable] = pipe.variables;
  if (variable !== undefined) {
    const existing = pipe.isAssignment ? scope.variables.findLast(([name]) => name === variable) : undefined;
    if (existing !== undefined) existing[1] = value;
    else scope.variables.push([variable, value]);
  }
  return value;
}

function evaluateCommand(command: readonly Operand[], dot: unknown, scope: Scope, last: readonly unknown[]): unknown {
  const [head, ...rest] = command as [Operand, ...Operand[]];
  if (head.type !== "function") {
    if (rest.length > 0 || last.length > 0) throw new KubectlError("can't give argument to non-function");
    return evaluateOperand(head, dot, scope);
  }
  if (head.name === "and" || head.name === "or") {
    let value: unknown;
    for (const operand of rest) {
      value = evaluateOperand(operand, dot, scope);
      if (isTrue(value) === (head.name === "or")) return value;
    }
    return last.length > 0 ? last[0] : value;
  }
  const call = functions[head.name] as (...values: readonly unknown[]) => unknown;
  return call(...rest.map((operand) => evaluateOperand(operand, dot, scope)), ...last);
}

function evaluateOperand(operand: Operand, dot: unknown, scope: Scope): unknown {
  switch (operand.type) {
    case "value":
      return operand.value;
    case "dot":
      return dot;
    case "field":
      return fields(dot, operand.names);
    case "variable": {
      const found = scope.variables.findLast(([name]) => name === operand.name);
      if (found === undefined) throw new KubectlError(`undefined variable ${JSON.stringify(operand.name)}`);
      return fields(found[1], operand.names);
    }
    case "paren":
      return fields(evaluatePipe(operand.pipe, dot, scope), operand.names);
    case "function":
      return (functions[operand.name] as () => unknown)();
  }
}

function fields(value: unknown, names: readonly string[]): unknown {
  let current = value;
  names.forEach((name, i) => {
    if (current === undefined || current === null) {
      throw new KubectlError(`<.${names.join(".")}>: nil pointer evaluating interface {}.${name}`);
    }
    if (typeof current !== "object" || Array.isArray(current)) {
      const type = Array.isArray(current)
        ? "[]interface {}"
        : typeof current === "string"
          ? "string"
          : typeof current === "boolean"
            ? "bool"
            : "int64";
      throw new KubectlError(
        `<.${names.slice(0, i + 1).join(".")}>: can't evaluate field ${name} in type ${Array.isArray(current) ? "interface {}" : type}`,
      );
    }
    current = Object.hasOwn(current, name) ? (current as Record<string, unknown>)[name] : undefined;
  });
  return current;
}

function printed(value: unknown): string {
  return value === undefined || value === null ? "<no value>" : goValue(value);
}

function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== "" && value !== 0 && value !== false;
}

function compareValues(a: unknown, b: unknown, operator: (order: number) => boolean): boolean {
  if (typeof a !== typeof b) throw new KubectlError("error calling comparison: incompatible types for comparison");
  const x = a as string | number;
  const y = b as string | number;
  return operator(x < y ? -1 : x > y ? 1 : 0);
}

function equals(a: unknown, b: unknown): boolean {
  if (a !== undefined && b !== undefined && a !== null && b !== null && typeof a !== typeof b) {
    throw new KubectlError("error calling eq: incompatible types for comparison");
  }
  return (a ?? null) === (b ?? null);
}

const functions: Readonly<Record<string, (...values: never[]) => unknown>> = {
  len: (value: unknown) => {
    if (typeof value === "string") return utf8Length(value);
    if (Array.isArray(value)) return value.length;
    if (typeof value === "object" && value !== null) return Object.keys(value).length;
    throw new KubectlError(
      `<len>: error calling len: len of ${value === undefined || value === null ? "nil pointer" : `type ${typeof value}`}`,
    );
  },
  index: (value: unknown, ...keys: readonly unknown[]) =>
    keys.reduce<unknown>((current, key) => {
      if (Array.isArray(current)) {
        const at = Number(key);
        if (!(at >= 0 && at < current.length)) throw new KubectlError(`<index>: error calling index: reflect: slice index out of range`);
        return current[at];
      }
      if (typeof current === "object" && current !== null)
        return Object.hasOwn(current, String(key)) ? (current as Record<string, unknown>)[String(key)] : undefined;
      throw new KubectlError("<index>: error calling index: index of untyped nil");
    }, value),
  slice: (value: string | readonly unknown[], from?: number, to?: number) => value.slice(from ?? 0, to),
  not: (value: unknown) => !isTrue(value),
  eq: (first: unknown, ...others: readonly unknown[]) => others.some((other) => equals(first, other)),
  ne: (a: unknown, b: unknown) => !equals(a, b),
  lt: (a: unknown, b: unknown) => compareValues(a, b, (order) => order < 0),
  le: (a: unknown, b: unknown) => compareValues(a, b, (order) => order <= 0),
  gt: (a: unknown, b: unknown) => compareValues(a, b, (order) => order > 0),
  ge: (a: unknown, b: unknown) => compareValues(a, b, (order) => order >= 0),
  print: (...values: readonly unknown[]) => values.map(printed).join(""),
  println: (...values: readonly unknown[]) => `${values.map(printed).join(" ")}\n`,
  printf: (format: string, ...values: readonly unknown[]) => sprintf(format, values),
  html: (value: unknown) =>
    String(value).replace(
      /[&<>"']/g,
      (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" })[character] as string,
    ),
  urlquery: (value: unknown) => encodeURIComponent(String(value)).replaceAll("%20", "+"),
  base64decode: (value: string) => decodeBase64(value) ?? "",
  exists: (value: unknown, ...keys: readonly unknown[]) => {
    let current = value;
    for (const key of keys) {
      if (typeof current !== "object" || current === null || !Object.hasOwn(current, String(key))) return false;
      current = (current as Record<string, unknown>)[String(key)];
    }
    return true;
  },
};

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Go's fmt verbs that templates use, with flags and width: `%-10s`, `%05d`, `%.2f`, `%q`, `%v`, `%t`, `%x`. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let at = 0;
  return format.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (whole, left: string, zero: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === "%") return "%";
      if (at >= values.length) return `%!${verb}(MISSING)`;
      const value = values[at++];
      let text: string;
      if (verb === "q") text = JSON.stringify(String(value));
      else if (verb === "f") text = Number(value).toFixed(precision === undefined ? 6 : Number(precision));
      else if (verb === "x" && typeof value === "number") text = value.toString(16);
      else if (verb === "s" && precision !== undefined) text = String(value).slice(0, Number(precision));
      else if (verb === "s" || verb === "d" || verb === "v" || verb === "t")
        text = value === undefined || value === null ? "<nil>" : goValue(value);
      else return whole;
      const size = Number(width || "0");
      return left === "-" ? text.padEnd(size) : text.padStart(size, zero === "0" ? "0" : " ");
    },
  );
}
