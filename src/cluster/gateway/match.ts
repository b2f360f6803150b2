import type { HTTPRoute, HTTPRouteMatch, HTTPRouteRule } from "../api/gateway/types.ts";
import { compareHosts, matchesHost } from "./hostnames.ts";

/** One match of one rule of a route, for one of the hosts that it serves. */
export interface Entry {
  readonly host: string;
  readonly route: HTTPRoute;
  readonly rule: HTTPRouteRule;
  readonly match: HTTPRouteMatch;
}

/** What a match looks at. `path` is decoded and without its query. */
export interface Asked {
  readonly host: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly method: string;
  header(name: string): string | undefined;
}

/** All matches in their order of precedence: the first that fits decides. @source gateway-api apis/v1 HTTPRouteRule.matches */
export function inOrder(entries: readonly Entry[]): readonly Entry[] {
  // The sort is stable: of equals the first rule of the list stays first.
  return entries.toSorted(
    (a, b) =>
      compareHosts(a.host, b.host) ||
      rankOf(a.match) - rankOf(b.match) ||
      (b.match.path?.value ?? "/").length - (a.match.path?.value ?? "/").length ||
      Number(a.match.method === undefined) - Number(b.match.method === undefined) ||
      (b.match.headers ?? []).length - (a.match.headers ?? []).length ||
      (b.match.queryParams ?? []).length - (a.match.queryParams ?? []).length ||
      compareTexts(a.route.metadata.creationTimestamp ?? "", b.route.metadata.creationTimestamp ?? "") ||
      compareTexts(nameOf(a.route), nameOf(b.route)),
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function nameOf(route: HTTPRoute): string {
  return `${route.metadata.namespace}/${route.metadata.name}`;
}

/** Exact paths first; patterns stand among the prefixes. */
function rankOf({ path }: HTTPRouteMatch): number {
  return path?.type === "Exact" ? 0 : 1;
}

/** Why a match does not fit; undefined when it does. */
export function misfit({ host, match }: Entry, asked: Asked): "host" | "path" | "method" | "header" | "query" | undefined {
  if (!matchesHost(host, asked.host)) return "host";
  if (!matchesPath(match, asked.path)) return "path";
  if (match.method !== undefined && match.method !== asked.method) return "method";
  const headers = firstOfEach(match.headers ?? [], (name) => name.toLowerCase());
  if (!headers.every((wanted) => matchesValue(wanted, asked.header(wanted.name)))) return "header";
  const query = firstOfEach(match.queryParams ?? [], (name) => name);
  return query.every((wanted) => matchesValue(wanted, asked.query.get(wanted.name))) ? undefined : "query";
}

function matchesPath({ path }: HTTPRouteMatch, asked: string): boolean {
  const value = path?.value ?? "/";
  switch (path?.type) {
    case "Exact":
      return asked === value;
    case "RegularExpression":
      return safePattern(value)?.test(asked) ?? false;
    default: {
      const prefix = value.replace(/\/$/, "");
      return asked === prefix || asked.startsWith(`${prefix}/`);
    }
  }
}

function matchesValue(wanted: { readonly type?: string; readonly value: string }, value: string | undefined): boolean {
  if (value === undefined) return false;
  return wanted.type === "RegularExpression" ? (safePattern(wanted.value)?.test(value) ?? false) : value === wanted.value;
}

/** Of a name that is given twice in one match, only the first counts. */
function firstOfEach<T extends { readonly name: string }>(list: readonly T[], key: (name: string) => string): readonly T[] {
  return list.filter((one, i) => list.findIndex((other) => key(other.name) === key(one.name)) === i);
}

/** A whole match. A pattern that could run away (nested repetition) matches nothing. */
function safePattern(text: string): RegExp | undefined {
  if (/[*+}][^()]*\)[*+{]/.test(text)) return undefined;
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return undefined;
  }
}

/** The first value of each query parameter, decoded. */
export function queryOf(target: string): ReadonlyMap<string, string> {
  const mark = target.indexOf("?");
  const values = new Map<string, string>();
  if (mark < 0) return values;
  for (const pair of target.slice(mark + 1).split("&")) {
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    if (!values.has(name)) values.set(name, equals < 0 ? "" : decoded(pair.slice(equals + 1)));
  }
  return values;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
