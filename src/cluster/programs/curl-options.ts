/**
 * curl's command line. @source curl(1) 7.88.1; wording of errors as that version prints them
 */
export interface CurlOptions {
  readonly urls: readonly string[];
  silent: boolean;
  showError: boolean;
  insecure: boolean;
  verbose: boolean;
  include: boolean;
  head: boolean;
  location: boolean;
  fail: boolean;
  failWithBody: boolean;
  get: boolean;
  globoff: boolean;
  pathAsIs: boolean;
  noKeepalive: boolean;
  noProgress: boolean;
  http09: boolean;
  http2: boolean;
  http10: boolean;
  useIpv4: boolean;
  useIpv6: boolean;
  junkSessionCookies: boolean;
  post301: boolean;
  retryConnrefused: boolean;
  retryAllErrors: boolean;
  failEarly: boolean;
  createDirs: boolean;
  outputs: string[];
  remoteNames: number;
  writeOut: string | undefined;
  headers: string[];
  method: string | undefined;
  data: string[] | undefined;
  /** `-F`, each as it was given. */
  form: string[];
  isParallel: boolean;
  parallelMax: number;
  userAgent: string | undefined;
  referer: string | undefined;
  user: string | undefined;
  cookies: string[];
  cookieJar: string | undefined;
  dumpHeader: string | undefined;
  caFile: string | undefined;
  /** `-x`; "" for none at all. */
  proxy: string | undefined;
  noProxy: string | undefined;
  uploadFile: string | undefined;
  interface: string | undefined;
  localPort: number | undefined;
  range: string | undefined;
  maxTimeUs: number | undefined;
  connectTimeoutUs: number;
  maxRedirects: number;
  retries: number;
  retryDelayUs: number | undefined;
  rateIntervalUs: number | undefined;
  resolve: { readonly host: string; readonly port: number; readonly ips: readonly string[] }[];
  connectTo: string[];
}

export type CurlCommand =
  | { readonly type: "transfer"; readonly options: CurlOptions }
  | { readonly type: "version" }
  | { readonly type: "help" }
  | { readonly type: "error"; readonly message: string; readonly exit: number };

type Flag = keyof { [K in keyof CurlOptions as CurlOptions[K] extends boolean ? K : never]: true };

const flags: Readonly<Record<string, Flag>> = {
  s: "silent",
  silent: "silent",
  S: "showError",
  "show-error": "showError",
  k: "insecure",
  insecure: "insecure",
  v: "verbose",
  verbose: "verbose",
  i: "include",
  include: "include",
  I: "head",
  head: "head",
  L: "location",
  location: "location",
  "location-trusted": "location",
  f: "fail",
  fail: "fail",
  "fail-with-body": "failWithBody",
  G: "get",
  get: "get",
  g: "globoff",
  globoff: "globoff",
  "path-as-is": "pathAsIs",
  "no-keepalive": "noKeepalive",
  "no-progress-meter": "noProgress",
  "http0.9": "http09",
  http2: "http2",
  "0": "http10",
  "http1.0": "http10",
  "4": "useIpv4",
  ipv4: "useIpv4",
  "6": "useIpv6",
  ipv6: "useIpv6",
  j: "junkSessionCookies",
  "junk-session-cookies": "junkSessionCookies",
  post301: "post301",
  "retry-connrefused": "retryConnrefused",
  "retry-all-errors": "retryAllErrors",
  "fail-early": "failEarly",
  "create-dirs": "createDirs",
  Z: "isParallel",
  parallel: "isParallel",
};

/** Accepted, and without effect on what is simulated. */
const ignoredFlags = new Set([
  "#",
  "progress-bar",
  "N",
  "no-buffer",
  "compressed",
  "tcp-nodelay",
  "raw",
  "tlsv1",
  "tlsv1.2",
  "tlsv1.3",
  "tcp-fastopen",
  "q",
  "disable",
  "http2-prior-knowledge",
  "R",
  "remote-time",
  "styled-output",
  "no-alpn",
  "no-npn",
  "ssl-no-revoke",
]);
const ignoredValues = new Set([
  "tls-max",
  "ciphers",
  "stderr-file",
  "max-filesize",
  "keepalive-time",
  "limit-rate",
  "dns-servers",
  "happy-eyeballs-timeout-ms",
  "expect100-timeout",
]);

/** Long names of options that take a value, and the letters that stand for them. */
const valueLetters: Readonly<Record<string, string>> = {
  o: "output",
  w: "write-out",
  H: "header",
  X: "request",
  d: "data",
  A: "user-agent",
  e: "referer",
  u: "user",
  b: "cookie",
  c: "cookie-jar",
  D: "dump-header",
  m: "max-time",
  T: "upload-file",
  r: "range",
  x: "proxy",
  F: "form",
  K: "config",
  E: "cert",
};
const valueNames = new Set([
  ...Object.values(valueLetters),
  "connect-timeout",
  "parallel-max",
  "max-redirs",
  "retry",
  "retry-delay",
  "retry-max-time",
  "rate",
  "resolve",
  "connect-to",
  "cacert",
  "data-raw",
  "data-binary",
  "data-ascii",
  "data-urlencode",
  "json",
  "url",
  "interface",
  "local-port",
  "oauth2-bearer",
  "key",
  "capath",
  "noproxy",
  ...ignoredValues,
]);

const tryHelp = "curl: try 'curl --help' or 'curl --manual' for more information\n";

export function parseCurl(args: readonly string[], readFile: (path: string) => string | undefined): CurlCommand {
  const urls: string[] = [];
  const options: CurlOptions = {
    urls,
    silent: false,
    showError: false,
    insecure: false,
    verbose: false,
    include: false,
    head: false,
    location: false,
    fail: false,
    failWithBody: false,
    get: false,
    globoff: false,
    pathAsIs: false,
    noKeepalive: false,
    noProgress: false,
    http09: false,
    http2: false,
    http10: false,
    useIpv4: false,
    useIpv6: false,
    junkSessionCookies: false,
    post301: false,
    retryConnrefused: false,
    retryAllErrors: false,
    failEarly: false,
    createDirs: false,
    outputs: [],
    remoteNames: 0,
    writeOut: undefined,
    headers: [],
    method: undefined,
    data: undefined,
    form: [],
    isParallel: false,
    parallelMax: 50,
    userAgent: undefined,
    referer: undefined,
    user: undefined,
    cookies: [],
    cookieJar: undefined,
    dumpHeader: undefined,
    caFile: undefined,
    proxy: undefined,
    noProxy: undefined,
    uploadFile: undefined,
    interface: undefined,
    localPort: undefined,
    range: undefined,
    maxTimeUs: undefined,
    connectTimeoutUs: 300_000_000,
    maxRedirects: 50,
    retries: 0,
    retryDelayUs: undefined,
    rateIntervalUs: undefined,
    resolve: [],
    connectTo: [],
  };
  let index = 0;
  let onlyUrls = false;
  let problem: CurlCommand | undefined;

  const fail = (message: string, exit = 2): void => {
    problem ??= { type: "error", message: `curl: ${message}\n${tryHelp}`, exit };
  };
  const setValue = (shown: string, name: string, value: string): void => {
    const seconds = (): number | undefined => {
      if (!/^\d+(\.\d+)?$|^\.\d+$/.test(value)) {
        fail(`option ${shown}: expected a proper numerical parameter`);
        return undefined;
      }
      return Math.round(Number(value) * 1_000_000);
    };
    const whole = (): number | undefined => {
      if (/^\d+$/.test(value)) return Number(value);
      fail(`option ${shown}: expected a proper numerical parameter`);
      return undefined;
    };
    const addData = (text: string): void => {
      if (options.data === undefined) options.data = [text];
      else options.data.push(text);
    };
    const fromFile = (text: string, keepsNewlines: boolean): string | undefined => {
      if (!text.startsWith("@")) return text;
      const content = readFile(text.slice(1));
      if (content === undefined) {
        problem ??= { type: "error", message: `curl: option ${shown}: error encountered when reading a file\n${tryHelp}`, exit: 26 };
        return undefined;
      }
      return keepsNewlines ? content : content.replace(/[\r\n]/g, "");
    };
    switch (name) {
      case "output":
        options.outputs.push(value);
        return;
      case "write-out": {
        const text = value.startsWith("@") ? readFile(value.slice(1)) : value;
        options.writeOut = text ?? "";
        return;
      }
      case "header": {
        if (!value.startsWith("@")) options.headers.push(value);
        else for (const line of (readFile(value.slice(1)) ?? "").split(/\r?\n/)) if (line !== "") options.headers.push(line);
        return;
      }
      case "request":
        options.method = value;
        return;
      case "data":
      case "data-ascii": {
        const text = fromFile(value, false);
        if (text !== undefined) addData(text);
        return;
      }
      case "data-binary": {
        const text = fromFile(value, true);
        if (text !== undefined) addData(text);
        return;
      }
      case "data-raw":
        addData(value);
        return;
      case "data-urlencode":
        addData(urlEncodeData(value));
        return;
      case "json": {
        const text = fromFile(value, true);
        if (text !== undefined) addData(text);
        options.headers.push("Content-Type: application/json", "Accept: application/json");
        return;
      }
      case "user-agent":
        options.userAgent = value;
        return;
      case "referer":
        options.referer = value;
        return;
      case "user":
        options.user = value;
        return;
      case "oauth2-bearer":
        options.headers.push(`Authorization: Bearer ${value}`);
        return;
      case "cookie":
        options.cookies.push(value);
        return;
      case "cookie-jar":
        options.cookieJar = value;
        return;
      case "dump-header":
        options.dumpHeader = value;
        return;
      case "cacert":
        options.caFile = value;
        return;
      case "upload-file":
        options.uploadFile = value;
        return;
      case "range":
        options.range = value;
        return;
      case "interface":
        options.interface = value;
        return;
      case "local-port":
        options.localPort = Number.parseInt(value, 10);
        return;
      case "url":
        urls.push(value);
        return;
      case "max-time": {
        const us = seconds();
        if (us !== undefined && us > 0) options.maxTimeUs = us;
        return;
      }
      case "connect-timeout": {
        const us = seconds();
        if (us !== undefined && us > 0) options.connectTimeoutUs = us;
        return;
      }
      case "max-redirs": {
        if (value === "-1") options.maxRedirects = 1_000_000;
        else options.maxRedirects = whole() ?? options.maxRedirects;
        return;
      }
      case "retry":
        options.retries = whole() ?? 0;
        return;
      case "retry-delay": {
        const us = seconds();
        if (us !== undefined) options.retryDelayUs = us;
        return;
      }
      case "rate": {
        const match = /^(\d+)(?:\/([smhd]))?$/.exec(value);
        if (match === null || Number(match[1]) === 0) {
          fail(`option ${shown}: expected a proper numerical parameter`);
          return;
        }
        const unitUs = { s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 }[(match[2] ?? "h") as "s" | "m" | "h" | "d"];
        options.rateIntervalUs = Math.floor(unitUs / Number(match[1]));
        return;
      }
      case "resolve": {
        const match = /^[+]?(\[[^\]]+\]|[^:]*):(\d+):(.+)$/.exec(value);
        if (match === null) {
          problem ??= { type: "error", message: `curl: (49) Couldn't parse CURLOPT_RESOLVE entry '${value}'\n`, exit: 49 };
          return;
        }
        const ips = (match[3] as string).split(",").map((ip) => ip.replace(/^\[|\]$/g, ""));
        options.resolve.push({ host: (match[1] as string).toLowerCase(), port: Number(match[2]), ips });
        return;
      }
      case "connect-to":
        options.connectTo.push(value);
        return;
      case "form":
        options.form.push(value);
        if (!value.includes("="))
          problem ??= {
            type: "error",
            message: `Warning: Illegally formatted input field!\ncurl: option ${shown}: is badly used here\n${tryHelp}`,
            exit: 2,
          };
        return;
      case "parallel-max":
        options.parallelMax = Math.max(1, Number(value) || 50);
        return;
      case "proxy":
        options.proxy = value;
        return;
      case "noproxy":
        options.noProxy = value;
        return;
      case "config":
      case "cert":
      case "key":
        problem ??= { type: "error", message: `curl: option ${shown}: the installed libcurl version doesn't support this\n`, exit: 4 };
        return;
    }
  };

  while (index < args.length && problem === undefined) {
    const arg = args[index++] as string;
    if (onlyUrls || arg === "-" || !arg.startsWith("-")) {
      urls.push(arg);
      continue;
    }
    if (arg === "--") {
      onlyUrls = true;
      continue;
    }
    if (arg.startsWith("--")) {
      const name = arg.slice(2);
      if (name === "version") return { type: "version" };
      if (name === "help") return { type: "help" };
      if (name === "remote-name") options.remoteNames++;
      else if (name === "http1.1") options.http2 = false;
      else if (flags[name] !== undefined) options[flags[name] as Flag] = true;
      else if (name.startsWith("no-") && flags[name.slice(3)] !== undefined) options[flags[name.slice(3)] as Flag] = false;
      else if (ignoredFlags.has(name)) continue;
      else if (valueNames.has(name)) {
        const value = args[index++];
        if (value === undefined) fail(`option ${arg}: requires parameter`);
        else if (!ignoredValues.has(name)) setValue(arg, name, value);
      } else fail(`option ${arg}: is unknown`);
      continue;
    }
    for (let at = 1; at < arg.length && problem === undefined; at++) {
      const letter = arg.charAt(at);
      if (letter === "V") return { type: "version" };
      if (letter === "h") return { type: "help" };
      if (letter === "O") options.remoteNames++;
      else if (flags[letter] !== undefined) options[flags[letter] as Flag] = true;
      else if (ignoredFlags.has(letter)) continue;
      else if (valueLetters[letter] !== undefined) {
        const attached = arg.slice(at + 1);
        const value = attached !== "" ? attached : args[index++];
        if (value === undefined) fail(`option -${letter}: requires parameter`);
        else setValue(`-${letter}`, valueLetters[letter] as string, value);
        break;
      } else if ("Y y C P t z a l p n M B U Q".split(" ").includes(letter) && at + 1 === arg.length && args[index] === undefined)
        fail(`option -${letter}: requires parameter`);
      else fail(`option ${arg}: is unknown`);
    }
  }
  if (problem !== undefined) return problem;
  if (urls.length === 0) return { type: "error", message: tryHelp, exit: 2 };
  return { type: "transfer", options };
}

/** `content`, `=content`, `name=content`: the content is percent-encoded. @source curl(1), --data-urlencode */
function urlEncodeData(value: string): string {
  const equals = value.indexOf("=");
  if (equals < 0) return percentEncode(value);
  const name = value.slice(0, equals);
  return `${name}${name === "" ? "" : "="}${percentEncode(value.slice(equals + 1))}`;
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** curl's URL globbing: `{a,b}` and `[1-3]`, `[a-c]`, `[01-10:2]`. */
export function expandGlob(url: string): readonly string[] | undefined {
  const match = /\{([^{}]*)\}|\[(?:(\d+)-(\d+)|([a-zA-Z])-([a-zA-Z]))(?::(\d+))?\]/.exec(url);
  if (match === null) return [url];
  const before = url.slice(0, match.index);
  const rest = expandGlob(url.slice(match.index + match[0].length));
  if (rest === undefined) return undefined;
  const step = Number(match[6] ?? 1);
  const words: string[] = [];
  if (match[1] !== undefined) words.push(...match[1].split(","));
  else if (match[2] !== undefined) {
    const from = match[2];
    if (Number(match[3]) < Number(from) || step === 0) return undefined;
    for (let n = Number(from); n <= Number(match[3]); n += step)
      words.push(from.startsWith("0") ? `${n}`.padStart(from.length, "0") : `${n}`);
  } else {
    for (let code = (match[4] as string).charCodeAt(0); code <= (match[5] as string).charCodeAt(0); code += step)
      words.push(String.fromCharCode(code));
  }
  return words.flatMap((word) => rest.map((end) => before + word + end));
}
