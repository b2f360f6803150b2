import { KubectlError } from "./failure.ts";
import { goJson, goJsonIndented } from "./go-json.ts";

/**
 * kubectl's own dialect of JSONPath: text outside braces as it stands, inside them fields, indexes, slices, unions, filters, `range … end`.
 *
 * @source client-go util/jsonpath/parser.go, jsonpath.go
 */
type Step =
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "wildcard" }
  | { readonly type: "recursive" }
  | {
      readonly type: "slice";
      readonly from: number | undefined;
      readonly to: number | undefined;
      readonly step: number | undefined;
      readonly isIndex: boolean;
    }
  | { readonly type: "union"; readonly members: readonly (readonly Step[])[] }
  | { readonly type: "filter"; readonly left: readonly Step[]; readonly operator: string; readonly right: readonly Step[] }
  | { readonly type: "literal"; readonly value: string | number | boolean }
  | { readonly type: "range" }
  | { readonly type: "end" };

type Part = { readonly type: "text"; readonly text: string } | { readonly type: "action"; readonly steps: readonly Step[] };

export interface JsonPath {
  readonly text: string;
  readonly parts: readonly Part[];
}

/** @throws KubectlError */
export function parseJsonPath(text: string): JsonPath {
  return { text, parts: new Parser(text).parts() };
}

/** A template's output. @throws KubectlError */
export function printJsonPath(path: JsonPath, value: unknown, asJson = false): string {
  try {
    return new Printer(asJson).print(path.parts, value);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw new KubectlError(
      `error executing jsonpath ${JSON.stringify(path.text)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${path.text}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(value)}\n\n\n`,
    );
  }
}

/** Values that a path without `range` leads to: for columns and sorting. @throws KubectlError */
export function findJsonPath(path: JsonPath, value: unknown): readonly unknown[] {
  return path.parts.flatMap((part) => (part.type === "text" ? [part.text] : evaluate(part.steps, [value], value)));
}

/** `metadata.name`, `.metadata.name`, `{.metadata.name}` alike. @source kubectl pkg/cmd/get/customcolumn.go, RelaxedJSONPathExpression */
export function relaxedJsonPath(text: string): string {
  if (text === "") return text;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (match === null) {
    throw new KubectlError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  }
  return `{.${match[1] ?? match[2]}}`;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parts(): readonly Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf("{", this.#at);
      if (open !== this.#at) parts.push({ type: "text", text: this.#text.slice(this.#at, open < 0 ? undefined : open) });
      if (open < 0) break;
      this.#at = open + 1;
      parts.push({ type: "action", steps: this.#action() });
    }
    return parts;
  }

  #fail(message: string): never {
    throw new KubectlError(`error parsing jsonpath ${this.#text}, ${message}`);
  }

  #action(): readonly Step[] {
    const steps: Step[] = [];
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === "" || character === "\n") this.#fail("unclosed action");
      if (character === "}") {
        this.#at++;
        return steps;
      }
      if (character === " " || character === "@" || character === "$") this.#at++;
      else if (character === "[") steps.push(this.#bracket());
      else if (character === '"' || character === "'") steps.push({ type: "literal", value: this.#quoted() });
      else if (character === ".") {
        if (this.#text.charAt(this.#at + 1) === ".") {
          this.#at += 2;
          steps.push({ type: "recursive" });
          const next = this.#text.charAt(this.#at);
          if (/[^[\]{}\s.'"]/.test(next)) steps.push(...this.#field());
        } else {
          this.#at++;
          steps.push(...this.#field());
        }
      } else if (/[-+0-9]/.test(character)) {
        const number = /^[-+]?\d+(\.\d+)?/.exec(this.#text.slice(this.#at))?.[0] ?? this.#fail(`cannot parse number ${character}`);
        this.#at += number.length;
        steps.push({ type: "literal", value: Number(number) });
      } else if (/[A-Za-z_]/.test(character)) steps.push(this.#word());
      else
        this.#fail(
          `unrecognized character in action: U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")} '${character}'`,
        );
    }
  }

  #word(): Step {
    const word = /^[A-Za-z0-9_]+/.exec(this.#text.slice(this.#at))?.[0] ?? "";
    this.#at += word.length;
    if (word === "range") return { type: "range" };
    if (word === "end") return { type: "end" };
    if (word === "true" || word === "false") return { type: "literal", value: word === "true" };
    return this.#fail(`unrecognized identifier ${word}`);
  }

  /** A name; `\.` keeps a dot in it; `*` is everything. Empty after `$.` or `@.`. */
  #field(): readonly Step[] {
    let name = "";
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === "\\") {
        this.#at++;
        name += this.#text.charAt(this.#at);
      } else if (/[\s,.[\]$@{}]/.test(character)) break;
      else name += character;
    }
    if (name === "*") return [{ type: "wildcard" }];
    return name === "" ? [] : [{ type: "field", name }];
  }

  #quoted(): string {
    const quote = this.#text.charAt(this.#at++);
    let result = "";
    for (;;) {
      const character = this.#text.charAt(this.#at++);
      if (character === "") this.#fail("unterminated quoted string");
      if (character === quote) return result;
      if (character !== "\\") {
        result += character;
        continue;
      }
      const next = this.#text.charAt(this.#at++);
      const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };
      result += named[next] ?? next;
    }
  }

  #bracket(): Step {
    let depth = 0;
    let quote = "";
    const from = this.#at + 1;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (quote !== "") {
        if (character === "\\") this.#at++;
        else if (character === quote) quote = "";
      } else if (character === '"' || character === "'") quote = character;
      else if (character === "[") depth++;
      else if (character === "]" && --depth === 0) break;
    }
    if (depth !== 0) this.#fail("unterminated array");
    const inner = this.#text.slice(from, this.#at++).trim();
    if (inner.startsWith("?(")) {
      if (!inner.endsWith(")")) this.#fail("unterminated filter");
      return this.#filter(inner.slice(2, -1));
    }
    const members = splitOutside(inner, ",").map((member) => this.#member(member.trim()));
    const [only] = members;
    return members.length === 1 && only?.length === 1 ? (only[0] as Step) : { type: "union", members };
  }

  /** A quoted member is a path itself: `['metadata.name']`; a dot that belongs to a key is written `\\.`. */
  #member(text: string): readonly Step[] {
    if (text === "*") return [{ type: "wildcard" }];
    const quoted = /^'([^']*)'$/.exec(text);
    if (quoted !== null) {
      const action = new Parser(`{.${quoted[1] ?? ""}}`).parts()[0];
      return action?.type === "action" ? action.steps : [];
    }
    const slice = /^(-?\d*)(?:(:)(-?\d*))?(?::(-?\d*))?$/.exec(text);
    if (slice === null || text === "") return this.#fail(`invalid array index ${text}`);
    const number = (part: string | undefined): number | undefined => (part === undefined || part === "" ? undefined : Number(part));
    return [{ type: "slice", from: number(slice[1]), to: number(slice[3]), step: number(slice[4]), isIndex: slice[2] === undefined }];
  }

  #filter(text: string): Step {
    const match = splitComparison(text);
    const parse = (part: string): readonly Step[] => {
      const action = new Parser(`{${part.trim()}}`).parts()[0];
      return action?.type === "action" ? action.steps : [];
    };
    if (match === undefined) return { type: "filter", left: parse(text), operator: "exists", right: [] };
    return { type: "filter", left: parse(match.left), operator: match.operator, right: parse(match.right) };
  }
}

function splitOutside(text: string, separator: string): readonly string[] {
  const pieces: string[] = [];
  let quote = "";
  let piece = "";
  for (const character of text) {
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === separator) {
      pieces.push(piece);
      piece = "";
      continue;
    }
    piece += character;
  }
  return [...pieces, piece];
}

function splitComparison(text: string): { readonly left: string; readonly operator: string; readonly right: string } | undefined {
  let quote = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === "[") depth++;
    else if (character === "]") depth--;
    else if (depth === 0 && "=!<>".includes(character)) {
      const operator = /^(==|!=|<=|>=|<|>)/.exec(text.slice(i))?.[0];
      if (operator !== undefined) return { left: text.slice(0, i), operator, right: text.slice(i + operator.length) };
    }
  }
  return undefined;
}

class Printer {
  readonly #asJson: boolean;

  constructor(asJson: boolean) {
    this.#asJson = asJson;
  }

  print(parts: readonly Part[], root: unknown): string {
    return this.#parts(parts, [root], root);
  }

  #parts(parts: readonly Part[], current: readonly unknown[], root: unknown): string {
    let out = "";
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as Part;
      if (part.type === "text") {
        out += part.text;
        continue;
      }
      const { steps } = part;
      if (steps[0]?.type === "range") {
        const end = rangeEnd(parts, i);
        const items = evaluate(steps.slice(1), current, root);
        const body = parts.slice(i + 1, end);
        for (const item of items) out += this.#parts(body, [item], item);
        i = end;
      } else if (steps[0]?.type === "end") throw new KubectlError("not in range, nothing to end");
      else out += this.#results(evaluate(steps, current, root));
    }
    return out;
  }

  #results(results: readonly unknown[]): string {
    if (this.#asJson) return `${goJsonIndented(results)}\n`;
    return results.map((result) => (typeof result === "object" && result !== null ? goJson(result) : goText(result))).join(" ");
  }
}

function rangeEnd(parts: readonly Part[], from: number): number {
  let depth = 0;
  for (let i = from; i < parts.length; i++) {
    const part = parts[i] as Part;
    if (part.type !== "action") continue;
    if (part.steps[0]?.type === "range") depth++;
    if (part.steps[0]?.type === "end" && --depth === 0) return i;
  }
  throw new KubectlError("unterminated range, please add {end}");
}

/** As Go's %v prints a scalar. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number" && !Number.isInteger(value)) return `${value}`;
  return String(value);
}

function evaluate(steps: readonly Step[], current: readonly unknown[], root: unknown): readonly unknown[] {
  let values = current;
  for (const step of steps) values = values.flatMap((value) => evaluateStep(step, value, root));
  return values;
}

function evaluateStep(step: Step, value: unknown, root: unknown): readonly unknown[] {
  switch (step.type) {
    case "literal":
      return [step.value];
    case "field": {
      if (!isMap(value) || !Object.hasOwn(value, step.name)) return [];
      const found = value[step.name];
      return found === undefined ? [] : [found];
    }
    case "wildcard":
      return children(value);
    case "recursive":
      return descendants(value);
    case "union":
      return step.members.flatMap((member) => evaluate(member, [value], root));
    case "filter":
      return (Array.isArray(value) ? value : isMap(value) ? children(value) : []).filter((item) => passes(step, item, root));
    case "slice":
      return slice(step, value);
    case "range":
    case "end":
      return [];
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isMap(value)) return [];
  return Object.keys(value)
    .sort()
    .map((key) => value[key])
    .filter((item) => item !== undefined);
}

function descendants(value: unknown): readonly unknown[] {
  const result: unknown[] = [];
  const visit = (item: unknown): void => {
    result.push(item);
    for (const inner of children(item)) if (typeof inner === "object" && inner !== null) visit(inner);
  };
  visit(value);
  return result;
}

function slice({ from, to, step, isIndex }: Extract<Step, { type: "slice" }>, value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new KubectlError(`${goText(typeof value === "object" ? "map" : value)} is not array or slice`);
  const { length } = value;
  const stride = step ?? 1;
  if (stride <= 0) throw new KubectlError("step must be > 0");
  let begin = from ?? 0;
  if (begin < 0) begin += length;
  let end: number;
  if (isIndex) end = begin + 1;
  else {
    end = to ?? length;
    if (end < 0) end += length;
  }
  if (isIndex && (begin < 0 || begin >= length)) throw new KubectlError(`array index out of bounds: index ${from ?? 0}, length ${length}`);
  const result: unknown[] = [];
  for (let i = Math.max(0, begin); i < Math.min(end, length); i += stride) result.push(value[i]);
  return result;
}

function passes({ left, operator, right }: Extract<Step, { type: "filter" }>, item: unknown, root: unknown): boolean {
  const lefts = evaluate(left, [item], root);
  if (operator === "exists") return lefts.length > 0;
  if (lefts.length === 0) return false;
  const rights = evaluate(right, [item], root);
  if (rights.length === 0) return false;
  if (lefts.length > 1 || rights.length > 1) throw new KubectlError("can only compare one element at a time");
  const [a] = lefts as [string | number | boolean];
  const [b] = rights as [string | number | boolean];
  if (typeof a !== typeof b) {
    throw new KubectlError("incompatible types for comparison");
  }
  switch (operator) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}

/** As Go's %#v prints a decoded JSON value. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (isMap(value)) {
    return `map[string]interface {}{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`)
      .join(", ")}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
