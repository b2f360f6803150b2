import type { SocketRow } from "../network/sockets.ts";
import { inCidrText } from "../protocols/ip-text.ts";

/** Which sockets `ss` is to show: those in one of the states for which the expression holds. */
export interface SocketFilter {
  /** Undefined: not said. */
  readonly states: ReadonlySet<SocketRow["state"]> | undefined;
  readonly holds: (row: SocketRow) => boolean;
}

const stateNames = new Map<string, SocketRow["state"]>([
  ["established", "ESTAB"],
  ["syn-sent", "SYN-SENT"],
  ["syn-recv", "SYN-RECV"],
  ["fin-wait-1", "FIN-WAIT-1"],
  ["fin-wait-2", "FIN-WAIT-2"],
  ["time-wait", "TIME-WAIT"],
  ["closed", "UNCONN"],
  ["close-wait", "CLOSE-WAIT"],
  ["last-ack", "LAST-ACK"],
  ["listening", "LISTEN"],
]);
const allStates = [...stateNames.values()];
const groups = new Map<string, readonly SocketRow["state"][]>([
  ["all", allStates],
  ["connected", allStates.filter((state) => state !== "LISTEN" && state !== "UNCONN")],
  ["synchronized", allStates.filter((state) => state !== "LISTEN" && state !== "UNCONN" && state !== "SYN-SENT")],
  ["bucket", ["SYN-RECV", "TIME-WAIT"]],
  ["big", allStates.filter((state) => state !== "SYN-RECV" && state !== "TIME-WAIT")],
]);

/** `[state STATE]… [exclude STATE]… [EXPRESSION]`; undefined when it can't be read. @source iproute2 6.1 ss(8), STATE-FILTER and EXPRESSION; misc/ssfilter.y */
export function parseSocketFilter(words: readonly string[]): SocketFilter | undefined {
  const tokens = words.join(" ").match(/[()]|&&?|\|\|?|!=|!|[<>=]=?|[^\s()&|!<>=]+/g) ?? [];
  let at = 0;
  let states: Set<SocketRow["state"]> | undefined;
  while (tokens[at] === "state" || tokens[at] === "exclude") {
    const name = tokens[at + 1] ?? "";
    const one = stateNames.get(name);
    const named = groups.get(name) ?? (one === undefined ? undefined : [one]);
    if (named === undefined) return undefined;
    if (tokens[at] === "state") states = new Set([...(states ?? []), ...named]);
    else states = new Set([...(states ?? allStates)].filter((state) => !named.includes(state)));
    at += 2;
  }
  const reader = new Expression(tokens.slice(at));
  const holds = tokens.length === at ? () => true : reader.read();
  return holds === undefined ? undefined : { states, holds };
}

type Holds = (row: SocketRow) => boolean;

class Expression {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  read(): Holds | undefined {
    const holds = this.#either();
    return this.#at === this.#tokens.length ? holds : undefined;
  }

  #takes(...words: readonly string[]): boolean {
    if (!words.includes(this.#tokens[this.#at] ?? "")) return false;
    this.#at++;
    return true;
  }

  #either(): Holds | undefined {
    let left = this.#both();
    while (left !== undefined && this.#takes("or", "|", "||")) {
      const [a, b] = [left, this.#both()];
      left = b === undefined ? undefined : (row) => a(row) || b(row);
    }
    return left;
  }

  /** Terms side by side must hold together, with or without `and`. */
  #both(): Holds | undefined {
    let left = this.#term();
    while (left !== undefined && this.#at < this.#tokens.length && ![")", "or", "|", "||"].includes(this.#tokens[this.#at] as string)) {
      this.#takes("and", "&", "&&");
      const [a, b] = [left, this.#term()];
      left = b === undefined ? undefined : (row) => a(row) && b(row);
    }
    return left;
  }

  #term(): Holds | undefined {
    if (this.#takes("not", "!")) {
      const term = this.#term();
      return term === undefined ? undefined : (row) => !term(row);
    }
    if (this.#takes("(")) {
      const inner = this.#either();
      return this.#takes(")") ? inner : undefined;
    }
    const subject = this.#tokens[this.#at++];
    const comparison = this.#comparison();
    const value = this.#tokens[this.#at++];
    if (value === undefined) return undefined;
    if (subject === "dst" || subject === "src") {
      const fits = hostCondition(value);
      if (fits === undefined || (comparison !== equal && comparison !== unequal)) return undefined;
      return (row) => fits(subject === "dst" ? row.remote : row.local) === (comparison === equal);
    }
    if (subject !== "dport" && subject !== "sport") return undefined;
    const port = portNumber(value.replace(/^.*:/, ""));
    if (port === undefined) return undefined;
    return (row) => comparison(Number(splitAddress(subject === "dport" ? row.remote : row.local).port), port);
  }

  /** Without a word for it, things are to be equal. */
  #comparison(): Comparison {
    for (const [comparison, words] of comparisons) if (this.#takes(...words)) return comparison;
    return equal;
  }
}

type Comparison = (a: number, b: number) => boolean;

const equal: Comparison = (a, b) => a === b;
const unequal: Comparison = (a, b) => a !== b;
const comparisons: readonly (readonly [Comparison, readonly string[]])[] = [
  [equal, ["=", "==", "eq"]],
  [unequal, ["!=", "ne", "neq"]],
  [(a, b) => a <= b, ["<=", "le", "leq"]],
  [(a, b) => a >= b, [">=", "ge", "geq"]],
  [(a, b) => a < b, ["<", "lt"]],
  [(a, b) => a > b, [">", "gt"]],
];

/** `10.0.0.0/8`, `10.96.0.10:53`, `:80`, `[::1]:80`. An IPv4 address also fits its mapped form. */
function hostCondition(text: string): ((address: string) => boolean) | undefined {
  const match = /^(\[[^\]]+\]|[^:]*|[0-9a-f:]+::?[0-9a-f:]*(?:\/\d+)?)(?::(\w+))?$/i.exec(text);
  if (match === null) return undefined;
  const host = (match[1] ?? "").replace(/^\[|\]$/g, "");
  const port = match[2] === undefined ? undefined : portNumber(match[2]);
  if (match[2] !== undefined && port === undefined) return undefined;
  const family = host.includes(":") ? 128 : 32;
  return (address) => {
    const one = splitAddress(address);
    if (port !== undefined && Number(one.port) !== port) return false;
    if (host === "" || host === "*") return true;
    if (one.host === "*" || (one.host.includes(":") ? 128 : 32) !== family) return false;
    return inCidrText(one.host, host.includes("/") ? host : `${host}/${family}`);
  };
}

function splitAddress(text: string): { readonly host: string; readonly port: string } {
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, colon).replace(/^\[|\]$/g, "");
  return { host: host.replace(/^::ffff:(?=\d+\.)/, ""), port: text.slice(colon + 1) };
}

const services = new Map([
  ["domain", 53],
  ["http", 80],
  ["https", 443],
  ["ssh", 22],
]);

function portNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : services.get(text);
}
