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
    | "match-other"
    | "longer-path-won"
    | "needs-slash";
}

/** `tried` is worked out when somebody asks for it: with many rules it is long, and most requests are never looked at. */
export type Routed =
  | { readonly type: "location"; readonly server: Server; readonly location: Location; readonly tried: readonly Tried[] }
  /** A Prefix with a final slash, asked for without it: nginx sends 301. */
  | { readonly type: "slash"; readonly server: Server; readonly location: Location; readonly tried: readonly Tried[] };

/** Host, then path. The query takes no part. @source nginx ngx_http_core_module, "server_name", "location" */
export function route(configuration: Configuration, hostHeader: string, target: string): Routed {
  const host = hostHeader.replace(/:\d+$/, "").toLowerCase();
  const server = serverFor(configuration, host);
  const path = normalizedPath(target);
  const index = indexOf(server);
  const at = index.firstMatch(path);
  const slash = index.firstLackingSlash(path);
  const chosen = at === undefined ? undefined : (server.locations[at] as Location);
  // The redirect stands before what was found; an exact path still wins over it.
  const redirect = slash !== undefined && (at === undefined || (slash < at && chosen?.match !== "exact")) ? slash : undefined;
  const location = redirect === undefined ? (chosen ?? (server.locations.at(-1) as Location)) : (server.locations[redirect] as Location);
  return {
    type: redirect === undefined ? "location" : "slash",
    server,
    location,
    get tried() {
      return [...triedHosts(configuration, host), ...triedPaths(server, path, at, redirect !== undefined)];
    },
  };
}

/** Every location that was asked, in order, and what became of it; `at` is the one that matched. */
function triedPaths(server: Server, path: string, at: number | undefined, isRedirect: boolean): Tried[] {
  return server.locations.slice(0, isRedirect && at !== undefined ? at + 1 : undefined).map((location, i): Tried => {
    const rule = describe(location);
    if (i === at) {
      const reason = location.match === "exact" ? "path-exact" : location.match === "regex" ? "path-regex" : "path-prefix";
      return { rule, outcome: "chosen", reason };
    }
    if (at !== undefined && i > at) return { rule, outcome: "passed", reason: "longer-path-won" };
    return { rule, outcome: "passed", reason: lacksSlash(location, path) ? "needs-slash" : "path-other" };
  });
}

function lacksSlash(location: Location, path: string): boolean {
  return location.match === "prefix" && location.path === `${path}/` && location.backend !== undefined;
}

/** The locations of a server, found by their path: as in nginx's tree, many cost hardly more than few. Gives positions in the order in which they are tried. */
class LocationIndex {
  readonly #exact = new Map<string, number>();
  readonly #prefixes = new Map<string, number>();
  readonly #prefixLengths: readonly number[];
  /** Prefixes that lead somewhere: who asks for them without their final slash is sent there. */
  readonly #leading = new Map<string, number>();
  readonly #patterns: readonly { readonly at: number; readonly pattern: RegExp }[];

  constructor(locations: readonly Location[]) {
    const patterns: { at: number; pattern: RegExp }[] = [];
    for (const [at, { path, match, backend }] of locations.entries()) {
      if (match === "regex") {
        const pattern = compileLocation(path);
        if (pattern !== undefined) patterns.push({ at, pattern });
        continue;
      }
      const table = match === "exact" ? this.#exact : this.#prefixes;
      if (!table.has(path)) table.set(path, at);
      if (match === "prefix" && backend !== undefined && !this.#leading.has(path)) this.#leading.set(path, at);
    }
    this.#patterns = patterns;
    this.#prefixLengths = [...new Set([...this.#prefixes.keys()].map(({ length }) => length))];
  }

  firstMatch(path: string): number | undefined {
    let first = this.#exact.get(path);
    for (const length of this.#prefixLengths) {
      if (length > path.length) continue;
      const at = this.#prefixes.get(path.slice(0, length));
      if (at !== undefined && (first === undefined || at < first)) first = at;
    }
    for (const { at, pattern } of this.#patterns) {
      if (first !== undefined && at > first) break;
      if (pattern.test(path)) return at;
    }
    return first;
  }

  firstLackingSlash(path: string): number | undefined {
    return this.#leading.get(`${path}/`);
  }
}

const indexes = new WeakMap<Server, LocationIndex>();

function indexOf(server: Server): LocationIndex {
  let index = indexes.get(server);
  if (index === undefined) {
    index = new LocationIndex(server.locations);
    indexes.set(server, index);
  }
  return index;
}

function serverFor(configuration: Configuration, host: string): Server {
  const equal = host === "_" ? undefined : configuration.servers.get(host);
  return equal ?? wildcardFor(configuration, host) ?? configuration.catchAll;
}

function wildcardFor(configuration: Configuration, host: string): Server | undefined {
  const dot = host.indexOf(".");
  return dot > 0 ? configuration.servers.get(`*${host.slice(dot)}`) : undefined;
}

function triedHosts(configuration: Configuration, host: string): Tried[] {
  if (host !== "_" && configuration.servers.has(host)) return [{ rule: `host ${host}`, outcome: "chosen", reason: "host-equal" }];
  const wildcard = wildcardFor(configuration, host);
  if (wildcard !== undefined) return [{ rule: `host ${wildcard.host}`, outcome: "chosen", reason: "host-wildcard" }];
  const others = [...configuration.servers.keys()].filter((known) => known !== "_").sort();
  return [
    ...others.map((name): Tried => ({ rule: `host ${name}`, outcome: "passed", reason: "host-other" })),
    { rule: "host _ (any other)", outcome: "chosen", reason: "no-such-host" },
  ];
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
