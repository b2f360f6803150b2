import type { HttpHeaders } from "../protocols/http.ts";

/** What `hey` was told to do. */
export interface HeyOptions {
  readonly url: string;
  readonly method: string;
  readonly headers: HttpHeaders;
  readonly body: string;
  readonly bodyFile: string | undefined;
  readonly hostHeader: string | undefined;
  readonly requests: number;
  readonly workers: number;
  /** Requests per second of each worker; 0: as fast as answers come. */
  readonly rate: number;
  /** Undefined: until all requests are made. */
  readonly durationUs: number | undefined;
  /** Of one request; 0: none. */
  readonly timeoutUs: number;
  readonly keepsAlive: boolean;
  readonly followsRedirects: boolean;
  readonly acceptsGzip: boolean;
  readonly asCsv: boolean;
}

export type HeyCommand =
  | { readonly type: "run"; readonly options: HeyOptions }
  /** Said on standard error; 2 for what Go's flag package finds, 1 for what hey itself does. */
  | { readonly type: "refused"; readonly text: string; readonly exit: number };

const cpus = 2;
const agent = "hey/0.0.1";
const requestsWithDuration = 2_147_483_647;

/** @source github.com/rakyll/hey hey.go, usage */
export const heyUsage = `Usage: hey [options...] <url>

Options:
  -n  Number of requests to run. Default is 200.
  -c  Number of workers to run concurrently. Total number of requests cannot
      be smaller than the concurrency level. Default is 50.
  -q  Rate limit, in queries per second (QPS) per worker. Default is no rate limit.
  -z  Duration of application to send requests. When duration is reached,
      application stops and exits. If duration is specified, n is ignored.
      Examples: -z 10s -z 3m.
  -o  Output type. If none provided, a summary is printed.
      "csv" is the only supported alternative. Dumps the response
      metrics in comma-separated values format.

  -m  HTTP method, one of GET, POST, PUT, DELETE, HEAD, OPTIONS.
  -H  Custom HTTP header. You can specify as many as needed by repeating the flag.
      For example, -H "Accept: text/html" -H "Content-Type: application/xml" .
  -t  Timeout for each request in seconds. Default is 20, use 0 for infinite.
  -A  HTTP Accept header.
  -d  HTTP request body.
  -D  HTTP request body from file. For example, /home/user/file.txt or ./file.txt.
  -T  Content-type, defaults to "text/html".
  -U  User-Agent, defaults to version "hey/0.0.1".
  -a  Basic authentication, username:password.
  -x  HTTP Proxy address as host:port.
  -h2 Enable HTTP/2.

  -host	HTTP Host header.

  -disable-compression  Disable compression.
  -disable-keepalive    Disable keep-alive, prevents re-use of TCP
                        connections between different HTTP requests.
  -disable-redirects    Disable following of HTTP redirects
  -cpus                 Number of used cpu cores.
                        (default for current machine is ${cpus} cores)
`;

type FlagKind = "text" | "int" | "float" | "duration" | "bool" | "list";

/** The proxy (`-x`) and HTTP/2 (`-h2`) are left out: nothing in this world speaks them in clear. */
const flags: Readonly<Record<string, FlagKind>> = {
  n: "int",
  c: "int",
  q: "float",
  z: "duration",
  o: "text",
  m: "text",
  h: "text",
  H: "list",
  t: "int",
  A: "text",
  d: "text",
  D: "text",
  T: "text",
  U: "text",
  a: "text",
  host: "text",
  cpus: "int",
  "disable-compression": "bool",
  "disable-keepalive": "bool",
  "disable-redirects": "bool",
};

/**
 * Reads the command line as Go's flag package does (`-n 10`, `-n=10`, `--n 10`; the first word that is no flag ends them), then checks it as
 * hey does. `encode` gives base64.
 * @source Go flag/flag.go, (*FlagSet).parseOne; hey.go, main
 */
export function parseHey(args: readonly string[], encode: (text: string) => string): HeyCommand {
  const parsed = parseFlags(args);
  if ("problem" in parsed) {
    if (parsed.problem === "") return { type: "refused", text: heyUsage, exit: 0 };
    return { type: "refused", text: `${parsed.problem}\n${heyUsage}`, exit: 2 };
  }
  const { values, list, words } = parsed;
  const complain = (message: string): HeyCommand => ({
    type: "refused",
    text: `${message === "" ? "" : `${message}\n\n`}${heyUsage}\n`,
    exit: 1,
  });
  const url = words[0];
  if (url === undefined) return complain("");
  const number = (name: string, otherwise: number) => Number(values.get(name) ?? otherwise);
  const requests = number("n", 200);
  const workers = number("c", 50);
  const durationUs = parseGoDuration(values.get("z") ?? "0") ?? 0;
  if (durationUs > 0) {
    if (workers <= 0) return complain("-c cannot be smaller than 1.");
  } else {
    if (requests <= 0 || workers <= 0) return complain("-n and -c cannot be smaller than 1.");
    if (requests < workers) return complain("-n cannot be less than -c.");
  }
  if ((values.get("h") ?? "") !== "") return complain("Flag '-h' is deprecated, please use '-H' instead.");
  const headers = new Map<string, string>([["Content-Type", values.get("T") ?? "text/html"]]);
  for (const text of list) {
    const match = /^([\w-]+):\s*(.+)/.exec(text);
    if (match === null) return complain(`could not parse the provided input; input = ${text}`);
    headers.set(canonical(match[1] as string), match[2] as string);
  }
  if ((values.get("A") ?? "") !== "") headers.set("Accept", values.get("A") as string);
  const user = values.get("a") ?? "";
  if (user !== "") {
    if (!/^.+:[^\s].+/.test(user)) return complain(`could not parse the provided input; input = ${user}`);
    headers.set("Authorization", `Basic ${encode(user)}`);
  }
  const own = headers.get("User-Agent");
  headers.set("User-Agent", own === undefined ? agent : `${own} ${agent}`);
  if ((values.get("U") ?? "") !== "") headers.set("User-Agent", `${values.get("U")} ${agent}`);
  return {
    type: "run",
    options: {
      url,
      method: (values.get("m") ?? "GET").toUpperCase(),
      headers: [...headers].sort(([a], [b]) => (a < b ? -1 : 1)),
      body: values.get("d") ?? "",
      bodyFile: values.get("D") || undefined,
      hostHeader: values.get("host") || undefined,
      requests: durationUs > 0 ? requestsWithDuration : requests,
      workers,
      rate: number("q", 0),
      durationUs: durationUs > 0 ? durationUs : undefined,
      timeoutUs: number("t", 20) * 1_000_000,
      keepsAlive: values.get("disable-keepalive") !== "true",
      followsRedirects: values.get("disable-redirects") !== "true",
      acceptsGzip: values.get("disable-compression") !== "true",
      asCsv: values.get("o") === "csv",
    },
  };
}

type Flags =
  | { readonly values: ReadonlyMap<string, string>; readonly list: readonly string[]; readonly words: readonly string[] }
  /** "" for `-help`. */
  | { readonly problem: string };

function parseFlags(args: readonly string[]): Flags {
  const values = new Map<string, string>();
  const list: string[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] as string;
    if (word === "--") {
      at++;
      break;
    }
    if (word === "-" || !word.startsWith("-")) break;
    const bare = word.replace(/^--?/, "");
    if (bare === "" || bare.startsWith("-") || bare.startsWith("=")) return { problem: `bad flag syntax: ${word}` };
    const equals = bare.indexOf("=");
    const name = equals < 0 ? bare : bare.slice(0, equals);
    const kind = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (kind === undefined) return { problem: name === "help" ? "" : `flag provided but not defined: -${name}` };
    let value = equals < 0 ? undefined : bare.slice(equals + 1);
    if (kind === "bool") value ??= "true";
    else if (value === undefined) {
      value = args[++at];
      if (value === undefined) return { problem: `flag needs an argument: -${name}` };
    }
    const isGood = {
      text: true,
      list: true,
      int: /^[+-]?\d+$/.test(value),
      float: /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value),
      duration: parseGoDuration(value) !== undefined,
      bool: value === "true" || value === "false",
    }[kind];
    if (!isGood)
      return {
        problem: `invalid ${kind === "bool" ? "boolean value" : "value"} "${value}" for ${kind === "bool" ? "" : "flag "}-${name}: parse error`,
      };
    if (kind === "list") list.push(value);
    else values.set(name, value);
  }
  return { values, list, words: args.slice(at) };
}

const unitsUs: Readonly<Record<string, number>> = { ns: 0.001, us: 1, µs: 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

/** `1m30s` in microseconds. @source Go time.ParseDuration */
export function parseGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let us = 0;
  for (const [, count, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g))
    us += Number(count) * (unitsUs[unit as string] as number);
  return Math.round(us);
}

/** `content-type` as Go's CanonicalHeaderKey writes it. */
function canonical(name: string): string {
  return name
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join("-");
}
