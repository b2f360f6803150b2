import { goQuote } from "./go-value.ts";
import type { LabelSelector } from "./meta.ts";
import { labelValueCheck, qualifiedName } from "./names.ts";

/** Label selectors: parsed, matched, printed. @source apimachinery pkg/labels/selector.go, meta/v1 helpers.go */

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";
  readonly values: readonly string[];
}

/** All requirements must hold; none means everything. */
export type Selector = readonly Requirement[];

export type ParsedSelector = { readonly ok: true; readonly selector: Selector } | { readonly ok: false; readonly message: string };

export function matchesSelector(selector: Selector, labels: Labels | undefined): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labels ?? {}));
}

function matchesRequirement({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case ">":
    case "<": {
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return operator === ">" ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
    }
  }
}

/** A plain map, as in a Service: all must be equal. An empty one matches everything, so whoever means nothing must ask first. */
export function matchesLabels(wanted: Labels | undefined, labels: Labels | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels !== undefined && Object.hasOwn(labels, key) && labels[key] === value);
}

/** A missing selector matches nothing, an empty one everything. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  return selector !== undefined && matchesSelector(fromLabelSelector(selector), labels);
}

export function fromLabelSelector(selector: LabelSelector): Selector {
  const equal = Object.keys(selector.matchLabels ?? {})
    .sort()
    .map((key): Requirement => ({ key, operator: "in", values: [selector.matchLabels![key]!] }));
  const expressions = (selector.matchExpressions ?? []).map(
    (expression): Requirement => ({
      key: expression.key,
      operator: expressionOperators[expression.operator],
      values: expression.values ?? [],
    }),
  );
  return [...equal, ...expressions];
}

const expressionOperators = { In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "!" } as const;

/** `a=b,c=d`, sorted by key. */
export function formatLabels(labels: Labels | undefined, none = "<none>"): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? none : keys.map((key) => `${key}=${labels![key]}`).join(",");
}

/** As tables and describe print it: `a=b,k in (v1,v2),!x`; `<none>` for an empty one. @source meta/v1 FormatLabelSelector */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "<none>";
  const text = formatSelector(
    fromLabelSelector(selector).map(
      (requirement): Requirement =>
        requirement.operator === "in" && requirement.values.length === 1 && Object.hasOwn(selector.matchLabels ?? {}, requirement.key)
          ? { ...requirement, operator: "=" }
          : requirement,
    ),
  );
  return text === "" ? "<none>" : text;
}

/** The canonical text, requirements sorted by key. */
export function formatSelector(selector: Selector): string {
  return selector
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, operator, values }) => {
      if (operator === "exists") return key;
      if (operator === "!") return `!${key}`;
      if (operator === "in" || operator === "notin") return `${key} ${operator} (${values.toSorted().join(",")})`;
      return `${key}${operator}${values.join("")}`;
    })
    .join(",");
}

/** `a=b, c!=d, e in (f,g), h notin (i), j, !k, l>1`. */
export function parseSelector(text: string): ParsedSelector {
  const requirements = new SelectorParser(tokenize(text)).parse();
  if (typeof requirements === "string") return { ok: false, message: requirements };
  return { ok: true, selector: requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) };
}

function keyFault(key: string): string | undefined {
  const messages = qualifiedName(key);
  return messages.length === 0 ? undefined : `key: Invalid value: ${goQuote(key)}: ${messages.join("; ")}`;
}

function valuesFault({ key, operator, values }: Requirement): string | undefined {
  if ((operator === ">" || operator === "<") && !/^-?\d+$/.test(values[0] ?? "")) {
    return `values[0]: Invalid value: ${goQuote(values[0] ?? "")}: for 'Gt', 'Lt' operators, the value must be an integer`;
  }
  for (const [index, value] of values.entries()) {
    const messages = labelValueCheck(value);
    if (messages.length > 0) return `values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${messages.join("; ")}`;
  }
  return undefined;
}

interface Token {
  readonly type: "word" | "symbol" | "end";
  readonly text: string;
}

const symbols = ["==", "!=", "=", "!", ">", "<", "(", ")", ","];

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    if (/\s/.test(text[index]!)) {
      index++;
      continue;
    }
    const symbol = symbols.find((one) => text.startsWith(one, index));
    if (symbol !== undefined) {
      tokens.push({ type: "symbol", text: symbol });
      index += symbol.length;
      continue;
    }
    const start = index;
    while (index < text.length && !/[\s=!(),<>]/.test(text[index]!)) index++;
    tokens.push({ type: "word", text: text.slice(start, index) });
  }
  tokens.push({ type: "end", text: "" });
  return tokens;
}

class SelectorParser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The requirements, or what is wrong. */
  parse(): Requirement[] | string {
    const requirements: Requirement[] = [];
    while (true) {
      const first = this.#peek();
      if (first.type === "end") return requirements;
      if (first.type !== "word" && first.text !== "!") return `found '${first.text}', expected: !, identifier, or 'end of string'`;
      const requirement = this.#requirement();
      if (typeof requirement === "string") return `unable to parse requirement: ${requirement}`;
      requirements.push(requirement);
      const next = this.#next();
      if (next.type === "end") return requirements;
      if (next.text !== ",") return `found '${next.text}', expected: ',' or 'end of string'`;
      const after = this.#peek();
      if (after.type !== "word" && after.text !== "!") return `found '${after.text}', expected: identifier after ','`;
    }
  }

  #requirement(): Requirement | string {
    const isNegated = this.#peek().text === "!";
    if (isNegated) this.#next();
    const word = this.#next();
    if (word.type !== "word") return `found '${word.text}', expected: identifier`;
    const key = word.text;
    const fault = keyFault(key);
    if (fault !== undefined) return fault;
    if (isNegated) return { key, operator: "!", values: [] };
    const after = this.#peek();
    if (after.type === "end" || after.text === ",") return { key, operator: "exists", values: [] };
    const operator = this.#operator();
    if (operator === undefined) return `found '${after.text}', expected: in, notin, =, ==, !=, gt, lt`;
    const values = operator === "in" || operator === "notin" ? this.#set() : this.#exact();
    if (typeof values === "string") return values;
    const requirement: Requirement = { key, operator, values };
    return valuesFault(requirement) ?? requirement;
  }

  #operator(): Requirement["operator"] | undefined {
    const { text } = this.#next();
    return binaryOperators.find((operator) => operator === text);
  }

  #exact(): readonly string[] | string {
    const token = this.#peek();
    if (token.type === "end" || token.text === ",") return [""];
    this.#next();
    return token.type === "word" ? [token.text] : `found '${token.text}', expected: identifier`;
  }

  /** `(a, b)`; between two commas stands the empty value. */
  #set(): readonly string[] | string {
    const open = this.#next();
    if (open.text !== "(") return `found '${open.text}' expected: '('`;
    const first = this.#peek();
    if (first.text === ")") {
      this.#next();
      return [];
    }
    if (first.type !== "word" && first.text !== ",") return `found '${first.text}', expected: ',', ')' or identifier`;
    const values = new Set<string>();
    while (true) {
      const token = this.#next();
      const after = this.#peek();
      if (token.type === "word") {
        values.add(token.text);
        if (after.text !== "," && after.text !== ")") return `found '${after.text}', expected: ',' or ')'`;
      } else if (token.text === ",") {
        if (values.size === 0 || after.text === ")" || after.text === ",") values.add("");
      } else if (token.text === ")") return [...values];
      else return `found '${token.text}', expected: ',', or identifier`;
    }
  }

  #peek(): Token {
    return this.#tokens[this.#position]!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.type !== "end") this.#position++;
    return token;
  }
}

const binaryOperators: readonly Requirement["operator"][] = ["in", "notin", "=", "==", "!=", ">", "<"];
