import type { Configuration, Location, Server } from "./configuration.ts";

/** Why a host or path was taken or passed over, for those who want to see the decision. */
export interface Tried {
  /** `host kubia.example.com`, `path /foo (Prefix) of default/kubia`. */
  readonly rule: string;
  readonly outcome: "chosen" | "passed";
  readonly reason:
    | "host-equal"
    | "host-wildcard"
    | "host-other"
    | "no-such-host"
    | "path-exact"
    | "path-prefix"
    | "path-regex"
    | "path-other"
    | "longer-path-won"
    | "needs-slash";
}

export type Routed =
  | { readonly type: "location"; readonly server: Server; readonly location: Location; readonly tried: readonly Tried[] }
  /** A Prefix with a final slash, asked for without it: nginx sends 301. */
  | { readonly type: "slash"; readonly server: Server; readonly location: Location; readonly tried: readonly Tried[] };

/** Host, then path. The query takes no part. @source nginx ngx_http_core_module, "server_name", "location" */
export function route(configuration: Configuration, hostHeader: string, target: string): Routed {
  const tried: Tried[] = [];
  const host = hostHeader.replace(/:\d+$/, "").toLowerCase();
  const server = serverFor(configuration, host, tried);
  const path = normalizedPath(target);
  let redirect: Location | undefined;
  for (const location of server.locations) {
    const rule = describe(location);
    if (
      location.match === "exact"
        ? path === location.path
        : location.match === "regex"
          ? matchesRegex(location.path, path)
          : path.startsWith(location.path)
    ) {
      tried.push({
        rule,
        outcome: "chosen",
        reason: location.match === "exact" ? "path-exact" : location.match === "regex" ? "path-regex" : "path-prefix",
      });
      if (redirect !== undefined && location.match !== "exact") break;
      for (const later of server.locations.slice(server.locations.indexOf(location) + 1))
        tried.push({ rule: describe(later), outcome: "passed", reason: "longer-path-won" });
      return { type: "location", server, location, tried };
    }
    const lacksSlash = location.match === "prefix" && location.path === `${path}/` && location.backend !== undefined;
    if (lacksSlash) redirect ??= location;
    tried.push({ rule, outcome: "passed", reason: lacksSlash ? "needs-slash" : "path-other" });
  }
  const fallback = redirect ?? (server.locations.at(-1) as Location);
  return { type: redirect === undefined ? "location" : "slash", server, location: fallback, tried };
}

function serverFor(configuration: Configuration, host: string, tried: Tried[]): Server {
  const equal = configuration.servers.get(host);
  if (equal !== undefined && host !== "_") {
    tried.push({ rule: `host ${host}`, outcome: "chosen", reason: "host-equal" });
    return equal;
  }
  const dot = host.indexOf(".");
  const wildcard = dot > 0 ? configuration.servers.get(`*${host.slice(dot)}`) : undefined;
  if (wildcard !== undefined) {
    tried.push({ rule: `host ${wildcard.host}`, outcome: "chosen", reason: "host-wildcard" });
    return wildcard;
  }
  for (const name of [...configuration.servers.keys()].filter((known) => known !== "_").sort())
    tried.push({ rule: `host ${name}`, outcome: "passed", reason: "host-other" });
  tried.push({ rule: "host _ (any other)", outcome: "chosen", reason: "no-such-host" });
  return configuration.catchAll;
}

function describe(location: Location): string {
  const owner =
    location.ingress === undefined ? "the controller's default backend" : `${location.ingress.namespace}/${location.ingress.name}`;
  return `path ${location.match === "exact" ? "= " : location.match === "regex" ? "~* ^" : ""}${location.path} (${location.pathType} ${location.ingressPath}) of ${owner}`;
}

/** nginx looks at the path with `%xx` decoded, `.` and `..` resolved and slashes merged. @source ngx_http_parse_complex_uri */
export function normalizedPath(target: string): string {
  const raw = target.replace(/[?#].*$/s, "");
  let decoded = raw;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    // what can't be decoded is looked at as it stands
  }
  const kept: string[] = [];
  const segments = decoded
    .replace(/\/{2,}/g, "/")
    .split("/")
    .slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
    if (isLast && (segment === "." || segment === "..")) kept.push("");
  }
  return `/${kept.join("/")}`;
}

/** Anchored at the start, without regard to case. A pattern that could run away (nested repetition) matches nothing. */
export function compileLocation(path: string): RegExp | undefined {
  if (/[*+}][^()]*\)[*+{]/.test(path)) return undefined;
  try {
    return new RegExp(`^${path}`, "i");
  } catch {
    return undefined;
  }
}

function matchesRegex(pattern: string, path: string): boolean {
  return compileLocation(pattern)?.test(path) ?? false;
}
