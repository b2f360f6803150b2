import type { HeaderFilter, HTTPRouteFilter, HTTPRouteMatch, PathModifier } from "../api/gateway/types.ts";
import type { HttpHeaders } from "../protocols/http.ts";

/** Sets, adds (to what is there, after a comma) and removes header fields. @source gateway-api apis/v1 HTTPHeaderFilter */
export function modifiedHeaders(headers: HttpHeaders, filter: HeaderFilter | undefined): HttpHeaders {
  if (filter === undefined) return headers;
  let result = [...headers];
  const indexOf = (name: string) => result.findIndex(([other]) => other.toLowerCase() === name.toLowerCase());
  for (const { name, value } of filter.set ?? []) {
    const at = indexOf(name);
    if (at < 0) result.push([name, value]);
    else
      result = result.flatMap((field, i) =>
        i === at ? [[name, value] as const] : field[0].toLowerCase() === name.toLowerCase() ? [] : [field],
      );
  }
  for (const { name, value } of filter.add ?? []) {
    const at = indexOf(name);
    if (at < 0) result.push([name, value]);
    else result = result.map((field, i) => (i === at ? [field[0], `${field[1]},${value}`] : field));
  }
  const removed = new Set((filter.remove ?? []).map((name) => name.toLowerCase()));
  return result.filter(([name]) => !removed.has(name.toLowerCase()));
}

export function filterOf(filters: readonly HTTPRouteFilter[] | undefined, type: string): HTTPRouteFilter | undefined {
  return filters?.find((filter) => filter.type === type);
}

/** The target's path by the modifier; the query stays. */
export function modifiedTarget(target: string, modifier: PathModifier | undefined, match: HTTPRouteMatch): string {
  if (modifier === undefined) return target;
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark);
  if (modifier.type === "ReplaceFullPath") return `${modifier.replaceFullPath === "" ? "/" : (modifier.replaceFullPath ?? "/")}${query}`;
  const prefix = (match.path?.value ?? "/").replace(/\/$/, "");
  const rest = path.slice(prefix.length);
  const to = (modifier.replacePrefixMatch ?? "").replace(/\/$/, "");
  const made = `${to}${rest}`;
  // Never an empty path.
  return `${made === "" ? "/" : made}${query}`;
}

/** Where a redirect leads. The listener's port stands in when neither port nor scheme is given; 80 and 443 of their schemes are left out. */
export function redirectLocation(
  redirect: NonNullable<HTTPRouteFilter["requestRedirect"]>,
  request: { readonly scheme: "http" | "https"; readonly host: string; readonly port: number; readonly target: string },
  match: HTTPRouteMatch,
): string {
  const scheme = redirect.scheme ?? request.scheme;
  const wellKnown = scheme === "https" ? 443 : 80;
  const port = redirect.port ?? (redirect.scheme === undefined ? request.port : wellKnown);
  const host = redirect.hostname ?? request.host;
  return `${scheme}://${host}${port === wellKnown ? "" : `:${port}`}${modifiedTarget(request.target, redirect.path, match)}`;
}

/** `10s`, `500ms`, `1m30s` in microseconds; `0s` is no limit. @source gateway-api apis/v1 Duration (GEP-2257) */
export function durationUs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const units: Readonly<Record<string, number>> = { h: 3_600_000_000, m: 60_000_000, s: 1_000_000, ms: 1000 };
  let us = 0;
  for (const [, number, unit] of text.matchAll(/(\d+)(ms|h|m|s)/g)) us += Number(number) * (units[unit as string] as number);
  return us === 0 ? undefined : us;
}
