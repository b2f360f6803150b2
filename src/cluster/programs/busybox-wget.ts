import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { encodeBase64, utf8Length } from "../protocols/bytes.ts";
import { type HttpHeaders, type HttpResponse, header, httpRequest, printResponseHead } from "../protocols/http.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import { hostHeader, parseUrl, resolveUrl, type Url } from "../protocols/url.ts";
import { describeError, dial, type HttpConnection, httpConnection, resolveFor } from "./http-client.ts";

interface Options {
  output: string | undefined;
  isQuiet: boolean;
  showsHeaders: boolean;
  isSpider: boolean;
  timeoutUs: number;
  body: string | undefined;
  userAgent: string;
  headers: string[];
}

/** `wget [-qS] [-O FILE] [-T SEC] [--spider] [--header STR] [--post-data STR] URL` @source BusyBox 1.35 networking/wget.c, tried beside it */
function* runBusyboxWget(sys: Sys): Program {
  const options: Options = {
    output: undefined,
    isQuiet: false,
    showsHeaders: false,
    isSpider: false,
    timeoutUs: 900_000_000,
    body: undefined,
    userAgent: "Wget",
    headers: [],
  };
  let text: string | undefined;
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const long = /^--([a-z-]+)(?:=([\s\S]*))?$/.exec(arg);
    if (long !== null) {
      const value = (): string => long[2] ?? args[++i] ?? "";
      if (long[1] === "quiet") options.isQuiet = true;
      else if (long[1] === "spider") options.isSpider = true;
      else if (long[1] === "server-response") options.showsHeaders = true;
      else if (long[1] === "output-document") options.output = value();
      else if (long[1] === "header") options.headers.push(value());
      else if (long[1] === "post-data") options.body = value();
      else if (long[1] === "user-agent") options.userAgent = value();
      else if (long[1] === "timeout") options.timeoutUs = Number(value()) * 1_000_000;
      else if (long[1] !== "no-check-certificate") return yield* usage(sys, `unrecognized option: ${long[1]}`);
      continue;
    }
    if (!arg.startsWith("-") || arg === "-") {
      text ??= arg;
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      if (letter === "q") options.isQuiet = true;
      else if (letter === "S") options.showsHeaders = true;
      else if (letter === "c") continue;
      else if ("OTUPYo".includes(letter)) {
        const value = arg.slice(at + 1) !== "" ? arg.slice(at + 1) : (args[++i] ?? "");
        if (letter === "O") options.output = value;
        else if (letter === "T") options.timeoutUs = Number(value) * 1_000_000;
        else if (letter === "U") options.userAgent = value;
        break;
      } else return yield* usage(sys, `unrecognized option: ${letter}`);
    }
  }
  if (text === undefined) return yield* usage(sys, undefined);
  return yield* fetchUrl(sys, options, text);
}

function* usage(sys: Sys, problem: string | undefined): Run<number> {
  yield* sys.err(
    `${problem === undefined ? "" : `wget: ${problem}\n`}BusyBox v1.35.0 multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...\n`,
  );
  return 1;
}

function* fail(sys: Sys, message: string): Run<number> {
  yield* sys.err(`wget: ${message}\n`);
  return 1;
}

function* fetchUrl(sys: Sys, options: Options, first: string): Run<number> {
  let location = first;
  for (let redirects = 0; ; redirects++) {
    const parsed = parseUrl(location);
    if (!parsed.ok) return yield* fail(sys, `not an http or ftp url: ${location}`);
    const { url } = parsed;
    const resolved = yield* resolveFor(sys, url.host);
    if (!resolved.ok) return yield* fail(sys, `bad address '${url.host}'`);
    const ips = resolved.host.addresses.map((address) => address.ip);
    const first = ips[0] as string;
    if (!options.isQuiet) yield* sys.err(`Connecting to ${hostHeader(url)} (${first.includes(":") ? `[${first}]` : first}:${url.port})\n`);
    const deadlineUs = sys.nowUs() + options.timeoutUs;
    const dialed = yield* dial(sys, ips.slice(0, 1), url.port, { deadlineUs });
    if (!dialed.ok) {
      if (dialed.error === "ETIMEDOUT" && sys.nowUs() >= deadlineUs) return yield* fail(sys, "download timed out");
      return yield* fail(sys, `can't connect to remote host (${first}): ${describeError(dialed.error)}`);
    }
    let connection: HttpConnection = httpConnection(dialed.stream);
    if (url.scheme === "https") {
      const tls = yield* tlsConnect(dialed.stream, {
        serverName: sys.address(url.host, 0) === undefined ? url.host : undefined,
        alpn: [],
        timeoutUs: options.timeoutUs,
      });
      if (!tls.ok) {
        yield* sys.err(
          `wget: note: TLS certificate validation not implemented\nwget: TLS error from peer (alert code 80): internal error\n`,
        );
        return yield* fail(sys, "error getting response: Connection reset by peer");
      }
      yield* sys.err("wget: note: TLS certificate validation not implemented\n");
      yield* tlsFinish(dialed.stream);
      connection = httpConnection(dialed.stream, tls.duplex);
    }
    const result = yield* exchangeHttp(sys, connection, requestFor(options, url), sys.nowUs() + options.timeoutUs);
    dialed.stream.close();
    if (result.type === "error")
      return yield* fail(
        sys,
        result.error === "ETIMEDOUT" ? "download timed out" : `error getting response: ${describeError(result.error)}`,
      );
    if (result.type === "closed") return yield* fail(sys, "error getting response");
    if (result.type === "garbage") return yield* fail(sys, `bad header line: ${result.text.split("\n")[0]}`);
    const { response } = result;
    if (options.showsHeaders)
      yield* sys.err(
        printResponseHead(response)
          .split("\r\n")
          .slice(0, -1)
          .map((line) => `  ${line}\n`)
          .join(""),
      );
    const target = header(response.headers, "Location");
    if (response.status >= 300 && response.status < 400 && target !== undefined) {
      if (redirects >= 5) return yield* fail(sys, "too many redirections");
      location = resolveUrl(url, target);
      continue;
    }
    if (response.status >= 300) return yield* fail(sys, `server returned error: ${response.version} ${response.status} ${response.reason}`);
    return yield* save(sys, options, url, response);
  }
}

function requestFor(options: Options, url: Url): ReturnType<typeof httpRequest> {
  const custom = options.headers.map(
    (line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()] as const,
  );
  const isCustom = (name: string): boolean => custom.some(([known]) => known.toLowerCase() === name.toLowerCase());
  const own: HttpHeaders = [
    ["Host", hostHeader(url)],
    ["User-Agent", options.userAgent],
    ["Connection", "close"],
    ...(url.user === undefined ? [] : [["Authorization", `Basic ${encodeBase64(url.user)}`] as const]),
    ...(options.body === undefined
      ? []
      : [["Content-Type", "application/x-www-form-urlencoded"] as const, ["Content-Length", `${utf8Length(options.body)}`] as const]),
  ];
  const headers = [...own.filter(([name]) => !isCustom(name)), ...custom];
  return httpRequest({
    method: options.body !== undefined ? "POST" : options.isSpider ? "HEAD" : "GET",
    target: url.target,
    headers,
    body: options.body ?? "",
  });
}

function* save(sys: Sys, options: Options, url: Url, response: HttpResponse): Run<number> {
  if (options.isSpider) {
    if (!options.isQuiet) yield* sys.err("remote file exists\n");
    return 0;
  }
  const name = options.output ?? (url.target.replace(/\?.*$/s, "").split("/").pop() || "index.html");
  const toOutput = name === "-";
  if (!options.isQuiet) yield* sys.err(toOutput ? "writing to stdout\n" : `saving to '${name}'\n`);
  if (toOutput) yield* sys.out(response.body);
  else if (name !== "/dev/null" && !sys.files.write(sys.path(name), response.body).ok)
    return yield* fail(sys, `can't open '${name}': No such file or directory`);
  if (!options.isQuiet) {
    const bytes = utf8Length(response.body);
    yield* sys.err(`${name.slice(0, 20).padEnd(20)} 100% |${"*".repeat(32)}| ${`${bytes}`.padStart(5)}  0:00:00 ETA\n`);
    yield* sys.err(toOutput ? "written to stdout\n" : `'${name}' saved\n`);
  }
  return 0;
}

export const busyboxWget: ProgramEntry = { name: "wget", run: runBusyboxWget };
