import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { encodeBase64, utf8Length } from "../protocols/bytes.ts";
import { type HttpHeaders, type HttpResponse, header, httpRequest, keepsAlive, printResponseHead } from "../protocols/http.ts";
import { plainDate } from "../protocols/http-date.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { publicAuthority } from "../protocols/public-authority.ts";
import { matchingName } from "../protocols/tls.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import { hostHeader, parseUrl, resolveUrl, type Url } from "../protocols/url.ts";
import { verifyChain } from "./certificate-check.ts";
import { describeError, dial, type HttpConnection, httpConnection, resolveFor } from "./http-client.ts";

interface WgetOptions {
  output: string | undefined;
  isQuiet: boolean;
  isTerse: boolean;
  showsHeaders: boolean;
  isSpider: boolean;
  checksCertificate: boolean;
  tries: number;
  timeoutUs: number;
  headers: string[];
  method: string | undefined;
  body: string | undefined;
  userAgent: string;
  user: string | undefined;
  password: string | undefined;
  maxRedirects: number;
  retriesRefused: boolean;
  families: readonly (4 | 6)[];
}

/** `wget [OPTION]... [URL]...` @source GNU Wget 1.21.3, tried beside it; all but the document goes to standard error */
function* runWget(sys: Sys): Program {
  const options: WgetOptions = {
    output: undefined,
    isQuiet: false,
    isTerse: false,
    showsHeaders: false,
    isSpider: false,
    checksCertificate: true,
    tries: 20,
    timeoutUs: 900_000_000,
    headers: [],
    method: undefined,
    body: undefined,
    userAgent: "Wget/1.21.3",
    user: undefined,
    password: undefined,
    maxRedirects: 20,
    retriesRefused: false,
    families: [4, 6],
  };
  const urls: string[] = [];
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-") || arg === "-") {
      urls.push(arg);
      continue;
    }
    const problem = setOption(options, arg, () => args[++i]);
    if (problem !== undefined) {
      yield* sys.err(`wget: ${problem}\nUsage: wget [OPTION]... [URL]...\n\nTry \`wget --help' for more options.\n`);
      return 2;
    }
  }
  if (urls.length === 0) {
    yield* sys.err("wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n");
    return 1;
  }
  let exit = 0;
  for (const url of urls) {
    const status = yield* fetchUrl(sys, options, url);
    if (status !== 0 && (exit === 0 || status < exit)) exit = status;
  }
  return exit;
}

function setOption(options: WgetOptions, arg: string, next: () => string | undefined): string | undefined {
  const long = /^--([a-z-]+)(?:=([\s\S]*))?$/.exec(arg);
  const value = (): string => long?.[2] ?? next() ?? "";
  const seconds = (text: string): number => Math.round((Number(text) || 900) * 1_000_000);
  if (long !== null) {
    switch (long[1]) {
      case "output-document":
        options.output = value();
        return;
      case "quiet":
        options.isQuiet = true;
        return;
      case "no-verbose":
        options.isTerse = true;
        return;
      case "server-response":
        options.showsHeaders = true;
        return;
      case "spider":
        options.isSpider = true;
        return;
      case "no-check-certificate":
        options.checksCertificate = false;
        return;
      case "tries":
        options.tries = Number(value()) || 20;
        return;
      case "timeout":
        options.timeoutUs = seconds(value());
        return;
      case "connect-timeout":
      case "dns-timeout":
      case "read-timeout":
        options.timeoutUs = seconds(value());
        return;
      case "header":
        options.headers.push(value());
        return;
      case "method":
        options.method = value().toUpperCase();
        return;
      case "post-data":
      case "body-data":
        options.body = value();
        options.method ??= "POST";
        return;
      case "user-agent":
        options.userAgent = value();
        return;
      case "user":
      case "http-user":
        options.user = value();
        return;
      case "password":
      case "http-password":
        options.password = value();
        return;
      case "max-redirect":
        options.maxRedirects = Number(value());
        return;
      case "retry-connrefused":
        options.retriesRefused = true;
        return;
      case "inet4-only":
        options.families = [4];
        return;
      case "inet6-only":
        options.families = [6];
        return;
      case "progress":
      case "waitretry":
      case "ca-certificate":
        value();
        return;
      case "no-proxy":
      case "no-cache":
      case "no-hsts":
      case "continue":
      case "no-clobber":
      case "verbose":
      case "show-progress":
        return;
      default:
        return `unrecognized option '${arg}'`;
    }
  }
  for (let at = 1; at < arg.length; at++) {
    const letter = arg.charAt(at);
    const rest = (): string => (arg.slice(at + 1) !== "" ? arg.slice(at + 1) : (next() ?? ""));
    if (letter === "n" && arg.charAt(at + 1) === "v") {
      options.isTerse = true;
      at++;
      continue;
    }
    switch (letter) {
      case "q":
        options.isQuiet = true;
        continue;
      case "S":
        options.showsHeaders = true;
        continue;
      case "4":
        options.families = [4];
        continue;
      case "6":
        options.families = [6];
        continue;
      case "v":
      case "c":
      case "N":
        continue;
      case "O":
        options.output = rest();
        return;
      case "T":
        options.timeoutUs = seconds(rest());
        return;
      case "t":
        options.tries = Number(rest()) || 20;
        return;
      case "U":
        options.userAgent = rest();
        return;
      case "P":
      case "o":
      case "e":
        rest();
        return;
      default:
        return `invalid option -- '${letter}'`;
    }
  }
}

function* fetchUrl(sys: Sys, options: WgetOptions, text: string): Run<number> {
  const say = function* (words: string): Run<void> {
    if (!options.isQuiet && !options.isTerse) yield* sys.err(words);
  };
  const error = function* (words: string): Run<void> {
    if (!options.isQuiet) yield* sys.err(words);
  };
  const now = (): string => plainDate(sys.dateMs());
  if (options.isSpider) yield* say("Spider mode enabled. Check if remote file exists.\n");
  let location = text;
  let redirects = 0;
  let kept: { readonly key: string; readonly connection: HttpConnection } | undefined;
  for (let attempt = 1; ; ) {
    const parsed = parseUrl(location);
    if (!parsed.ok) {
      yield* error(`${location}: ${parsed.problem === "scheme" ? `Unsupported scheme ‘${parsed.scheme}’.` : "Invalid host name."}\n`);
      return 1;
    }
    const { url } = parsed;
    const shownUrl = `${url.scheme}://${hostHeader(url)}${url.target}`;
    yield* say(`--${now()}--  ${attempt > 1 ? `(try:${`${attempt}`.padStart(2)})  ` : ""}${shownUrl}\n`);
    const key = `${url.scheme}://${url.host}:${url.port}`;
    let connection: HttpConnection;
    if (kept?.key === key && !kept.connection.stream.isEnded) {
      connection = kept.connection;
      yield* say(`Reusing existing connection to ${url.host}:${url.port}.\n`);
    } else {
      kept?.connection.duplex.close();
      const opened = yield* open(sys, options, url, say, error);
      if (!opened.ok) {
        if (opened.mayRetry && attempt < options.tries) {
          yield* say("Retrying.\n\n");
          yield* sys.sleep(Math.min(attempt, 10) * 1_000_000);
          attempt++;
          continue;
        }
        if (opened.mayRetry && attempt >= options.tries) yield* say("Giving up.\n\n");
        return opened.exit;
      }
      connection = opened.connection;
    }
    kept = { key, connection };
    const startUs = sys.nowUs();
    yield* say("HTTP request sent, awaiting response... ");
    const result = yield* exchangeHttp(sys, connection, requestFor(options, url), sys.nowUs() + options.timeoutUs);
    if (result.type !== "response") {
      connection.duplex.close();
      const why =
        result.type === "closed"
          ? "No data received."
          : result.type === "garbage"
            ? "200 No headers, assuming HTTP/0.9"
            : `Read error (${describeError(result.error)}) in headers.`;
      yield* say(`${why}\n`);
      if (attempt >= options.tries) {
        yield* say("Giving up.\n\n");
        return 4;
      }
      yield* say("Retrying.\n\n");
      yield* sys.sleep(Math.min(attempt, 10) * 1_000_000);
      attempt++;
      continue;
    }
    const { response } = result;
    if (!keepsAlive(response)) connection.duplex.close();
    yield* say(
      options.showsHeaders
        ? `\n${printResponseHead(response)
            .trimEnd()
            .split("\r\n")
            .map((line) => `  ${line}\n`)
            .join("")}`
        : `${response.status} ${response.reason}\n`,
    );
    const target = header(response.headers, "Location");
    if ([301, 302, 303, 307, 308].includes(response.status) && target !== undefined) {
      const to = resolveUrl(url, target);
      if (++redirects > options.maxRedirects) {
        yield* error(`${options.maxRedirects} redirections exceeded.\n`);
        return 8;
      }
      yield* say(`Location: ${to} [following]\n`);
      location = to;
      attempt = 1;
      continue;
    }
    const exit = yield* finish(sys, options, url, response, startUs, say, error);
    connection.duplex.close();
    return exit;
  }
}

function requestFor(options: WgetOptions, url: Url): ReturnType<typeof httpRequest> {
  const custom = options.headers.map(
    (line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()] as const,
  );
  const isCustom = (name: string): boolean => custom.some(([known]) => known.toLowerCase() === name.toLowerCase());
  const own: HttpHeaders = [
    ["Host", hostHeader(url)],
    ["User-Agent", options.userAgent],
    ["Accept", "*/*"],
    ["Accept-Encoding", "identity"],
    ["Connection", "Keep-Alive"],
    ...(options.user === undefined
      ? []
      : [["Authorization", `Basic ${encodeBase64(`${options.user}:${options.password ?? ""}`)}`] as const]),
    ...(options.body === undefined
      ? []
      : [["Content-Type", "application/x-www-form-urlencoded"] as const, ["Content-Length", `${utf8Length(options.body)}`] as const]),
  ];
  const headers = [...own.filter(([name]) => !isCustom(name)), ...custom];
  const sorted = [
    ...headers.filter(([name]) => name.toLowerCase() === "host"),
    ...headers.filter(([name]) => name.toLowerCase() !== "host"),
  ];
  return httpRequest({
    method: options.method ?? (options.isSpider ? "HEAD" : "GET"),
    target: url.target,
    headers: sorted,
    body: options.body ?? "",
  });
}

type Opened =
  | { readonly ok: true; readonly connection: HttpConnection }
  | { readonly ok: false; readonly exit: number; readonly mayRetry: boolean };
type Say = (text: string) => Run<void>;

function* open(sys: Sys, options: WgetOptions, url: Url, say: Say, error: Say): Run<Opened> {
  const isNumeric = sys.address(url.host, 0) !== undefined;
  if (!isNumeric) yield* say(`Resolving ${url.host} (${url.host})... `);
  const resolved = yield* resolveFor(sys, url.host, options.families);
  if (!resolved.ok) {
    yield* say(
      `failed: ${resolved.error === "AGAIN" ? "Temporary failure in name resolution" : resolved.error === "NODATA" ? "No address associated with hostname" : "Name or service not known"}.\n`,
    );
    yield* error(`wget: unable to resolve host address ‘${url.host}’\n`);
    return { ok: false, exit: 4, mayRetry: false };
  }
  const ips = resolved.host.addresses.map((address) => address.ip);
  if (!isNumeric) yield* say(`${ips.slice(0, 3).join(", ")}${ips.length > 3 ? ", ..." : ""}\n`);
  const where = (ip: string): string => (isNumeric ? `${url.host}:${url.port}` : `${url.host} (${url.host})|${ip}|:${url.port}`);
  const dialed = yield* dial(sys, ips, url.port, {
    deadlineUs: sys.nowUs() + options.timeoutUs * ips.length,
    *onTry(ip) {
      yield* say(`Connecting to ${where(ip)}... `);
    },
    *onFail(_ip, problem) {
      yield* say(`failed: ${describeError(problem)}.\n`);
    },
  });
  if (!dialed.ok)
    return { ok: false, exit: 4, mayRetry: dialed.error === "ETIMEDOUT" || (dialed.error === "ECONNREFUSED" && options.retriesRefused) };
  yield* say("connected.\n");
  if (url.scheme !== "https") return { ok: true, connection: httpConnection(dialed.stream) };
  const tls = yield* tlsConnect(dialed.stream, { serverName: isNumeric ? undefined : url.host, alpn: [], timeoutUs: options.timeoutUs });
  if (!tls.ok) {
    yield* say(
      tls.error === "not-tls"
        ? "GnuTLS: An unexpected TLS packet was received.\n"
        : "GnuTLS: The TLS connection was non-properly terminated.\n",
    );
    yield* say("Unable to establish SSL connection.\n");
    return { ok: false, exit: 4, mayRetry: false };
  }
  const leaf = tls.certificates[0];
  const untrusted = verifyChain(tls.certificates, [publicAuthority], sys.dateMs());
  const wrongName = leaf === undefined || matchingName(leaf, url.host, isNumeric) === undefined;
  const word = options.checksCertificate ? "ERROR" : "WARNING";
  if (untrusted !== undefined)
    yield* error(
      `${word}: The certificate of ‘${url.host}’ is not trusted.\n${word}: The certificate of ‘${url.host}’ ${untrusted.code === 10 ? "has expired" : "doesn't have a known issuer"}.\n`,
    );
  if (wrongName) yield* error(`The certificate's owner does not match hostname ‘${url.host}’\n`);
  if (options.checksCertificate && (untrusted !== undefined || wrongName)) {
    dialed.stream.close();
    return { ok: false, exit: 5, mayRetry: false };
  }
  yield* tlsFinish(dialed.stream);
  return { ok: true, connection: httpConnection(dialed.stream, tls.duplex) };
}

function* finish(sys: Sys, options: WgetOptions, url: Url, response: HttpResponse, startUs: number, say: Say, error: Say): Run<number> {
  const now = plainDate(sys.dateMs());
  if (response.status >= 400) {
    if (options.isSpider && response.status === 404) yield* say("Remote file does not exist -- broken link!!!\n\n");
    else yield* error(`${now} ERROR ${response.status}: ${response.reason}.\n`);
    if (!options.isQuiet && !options.isTerse && !options.isSpider) yield* sys.err("\n");
    return 8;
  }
  const length = header(response.headers, "Content-Length");
  const type = header(response.headers, "Content-Type")?.split(";")[0];
  yield* say(`Length: ${length ?? "unspecified"}${type === undefined ? "" : ` [${type}]`}\n`);
  if (options.isSpider) {
    yield* say("Remote file exists.\n\n");
    return 0;
  }
  const { body } = response;
  const bytes = utf8Length(body);
  const name = options.output ?? (url.target.replace(/\?.*$/s, "").split("/").pop() || "index.html");
  const toOutput = name === "-";
  yield* say(`Saving to: ‘${toOutput ? "STDOUT" : name}’\n`);
  if (toOutput) yield* sys.out(body);
  else if (name !== "/dev/null") {
    const written = sys.files.write(sys.path(name), body);
    if (!written.ok) {
      yield* error(`${name}: No such file or directory\n\nCannot write to ‘${name}’ (Success).\n`);
      return 3;
    }
  }
  const rate = speed(bytes, Math.max(1, sys.nowUs() - startUs));
  const share = length === undefined ? "   " : "100%";
  yield* say(`\n     0K                                                       ${share} ${rate.short}=0s\n\n`);
  const counted = length === undefined ? `[${bytes}]` : `[${bytes}/${length}]`;
  yield* say(`${now} (${rate.long}) - ${toOutput ? "written to stdout" : `‘${name}’ saved`} ${counted}\n\n`);
  if (options.isTerse && !options.isQuiet)
    yield* sys.err(`${now} URL:${url.scheme}://${hostHeader(url)}${url.target} ${counted} -> "${name}" [1]\n`);
  return 0;
}

/** Three digits, as Wget shows a rate. */
function speed(bytes: number, us: number): { readonly short: string; readonly long: string } {
  const perSecond = (bytes * 1_000_000) / us;
  const [value, unit, word] =
    perSecond < 1024
      ? [perSecond, "", "B/s"]
      : perSecond < 1_048_576
        ? [perSecond / 1024, "K", "KB/s"]
        : [perSecond / 1_048_576, "M", "MB/s"];
  const shown = value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  return { short: `${shown}${unit}`, long: `${shown} ${word}` };
}

export const wget: ProgramEntry = { name: "wget", run: runWget };
