import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { Bell } from "../protocols/bell.ts";
import { encodeBase64, utf8Length } from "../protocols/bytes.ts";
import type { Duplex } from "../protocols/duplex.ts";
import {
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  header,
  headerValues,
  httpRequest,
  isChunked,
  keepsAlive,
  printRequest,
  printResponse,
  printResponseHead,
} from "../protocols/http.ts";
import { certificateDate } from "../protocols/http-date.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { publicAuthority } from "../protocols/public-authority.ts";
import { type Certificate, commonName, matchingName, type NameAttribute, tlsPayload } from "../protocols/tls.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import { hostHeader, parseUrl, printUrl, removeDotSegments, resolveUrl, type Url } from "../protocols/url.ts";
import { readCertificates, verifyChain } from "./certificate-check.ts";
import { CookieJar } from "./cookie-jar.ts";
import { formBody, parseFormPart } from "./curl-form.ts";
import { type CurlOptions, expandGlob, parseCurl } from "./curl-options.ts";
import { type Progress, progressHeader, progressLine } from "./curl-progress.ts";
import { proxyFor } from "./curl-proxy.ts";
import { type TransferReport, writeOut } from "./curl-write-out.ts";
import { describeError, dial, type HttpConnection, httpConnection, resolveFor } from "./http-client.ts";

export const curlVersion = "7.88.1";
const versionText = `curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13 brotli/1.0.9 zstd/1.5.4 libidn2/2.3.3 libpsl/0.21.2 (+libidn2/2.3.3) libssh2/1.10.0 nghttp2/1.52.0 librtmp/2.3 OpenLDAP/2.5.13
Release-Date: 2023-02-20, security patched: 7.88.1-10+deb12u14
Protocols: http https
Features: AsynchDNS HTTP2 IPv6 Largefile SSL UnixSockets
`;
const helpText = `Usage: curl [options...] <url>
 -d, --data <data>          HTTP POST data
 -f, --fail                 Fail fast with no output on HTTP errors
 -h, --help <category>      Get help for commands
 -i, --include              Include protocol response headers in the output
 -o, --output <file>        Write to file instead of stdout
 -O, --remote-name          Write output to a file named as the remote file
 -s, --silent               Silent mode
 -T, --upload-file <file>   Transfer local FILE to destination
 -u, --user <user:password> Server user and password
 -A, --user-agent <name>    Send User-Agent <name> to server
 -v, --verbose              Make the operation more talkative
 -V, --version              Show version number and quit

This is not the full help, this menu is stripped into categories.
Use "--help category" to get an overview of all categories.
For all options use the manual or "--help all".
`;

interface PooledConnection extends HttpConnection {
  readonly key: string;
  readonly number: number;
  readonly ip: string;
  readonly isTls: boolean;
  readonly isHttp2: boolean;
  readonly hostShown: string;
  /** Requests name the whole URL. */
  readonly isProxied: boolean;
  isOpen: boolean;
}

/** Why a transfer failed: curl's exit code and message. */
interface Failure {
  readonly exit: number;
  readonly message: string;
  /** Lines of advice after the message. */
  readonly advice?: string;
}

interface State {
  readonly sys: Sys;
  readonly options: CurlOptions;
  readonly pool: PooledConnection[];
  readonly jar: CookieJar | undefined;
  /** The body and its boundary, with `-F`. */
  readonly form: { readonly boundary: string; readonly body: string } | undefined;
  connections: number;
}

/** `curl [options...] <url>...` @source curl(1) 7.88.1, tried beside the real one */
export function* runCurl(sys: Sys): Program {
  const command = parseCurl(sys.args.slice(1), (path) => {
    const file = sys.files.read(sys.path(path));
    return file.ok ? file.value : undefined;
  });
  switch (command.type) {
    case "version":
      yield* sys.out(versionText);
      return 0;
    case "help":
      yield* sys.out(helpText);
      return 0;
    case "error":
      yield* sys.err(command.message);
      return command.exit;
  }
  const { options } = command;
  // Drawn for a form alone: what follows in the machine's stream is nobody else's to shift.
  const boundary = options.form.length === 0 ? "" : `------------------------${hex(sys, 16)}`;
  const body =
    options.form.length === 0
      ? ""
      : formBody(
          options.form.flatMap((text) => parseFormPart(text) ?? []),
          boundary,
          (path) => {
            const file = sys.files.read(sys.path(path));
            return file.ok ? file.value : undefined;
          },
        );
  const form = body === undefined || body === "" ? undefined : { boundary, body };
  const state: State = { sys, options, pool: [], jar: yield* openJar(sys, options), form, connections: 0 };
  if (body === undefined) {
    yield* report(state, { exit: 26, message: "Failed to open/read local data from file/application" });
    return 26;
  }
  if (options.isParallel) return yield* inParallel(state);
  let exit = 0;
  let transfers = 0;
  let lastStartUs: number | undefined;
  for (const [urlIndex, pattern] of options.urls.entries()) {
    const expanded = options.globoff ? [pattern] : expandGlob(pattern);
    if (expanded === undefined) {
      yield* report(state, {
        exit: 3,
        message: `bad range in URL position ${pattern.indexOf("[") + 2}:\n${pattern}\n${" ".repeat(pattern.indexOf("[") + 1)}^`,
      });
      exit = 3;
      continue;
    }
    for (const text of expanded) {
      if (options.rateIntervalUs !== undefined && lastStartUs !== undefined) {
        const waitUs = lastStartUs + options.rateIntervalUs - sys.nowUs();
        if (waitUs > 0) yield* sys.sleep(waitUs);
      }
      lastStartUs = sys.nowUs();
      exit = yield* transferWithRetries(state, text, urlIndex, transfers++);
      if (exit !== 0 && options.failEarly) break;
    }
    if (exit !== 0 && options.failEarly) break;
  }
  for (const connection of state.pool) if (connection.isOpen) connection.duplex.close();
  if (options.cookieJar !== undefined && state.jar !== undefined) {
    if (options.cookieJar === "-") yield* sys.out(state.jar.print());
    else sys.files.write(sys.path(options.cookieJar), state.jar.print());
  }
  return exit;
}

/** `-Z`: each transfer on a connection of its own, so many at once. @source curl(1), --parallel, --parallel-max; its progress meter is not drawn */
function* inParallel(state: State): Run<number> {
  const { sys, options } = state;
  const waiting = options.urls.flatMap((pattern, urlIndex) =>
    (options.globoff ? [pattern] : (expandGlob(pattern) ?? [])).map((text) => ({ text, urlIndex })),
  );
  let exit = 0;
  let running = 0;
  let transfers = 0;
  const ended = new Bell();
  const one = function* (text: string, urlIndex: number, transfer: number): Run<void> {
    const own: State = { ...state, pool: [], connections: transfer };
    const status = yield* transferWithRetries(own, text, urlIndex, transfer);
    if (status !== 0) exit = status;
    for (const connection of own.pool) if (connection.isOpen) connection.duplex.close();
    running--;
    ended.ring();
  };
  while (waiting.length > 0 || running > 0) {
    const next = running < options.parallelMax ? waiting.shift() : undefined;
    if (next === undefined) {
      yield* ended.wait();
      continue;
    }
    running++;
    const transfer = transfers++;
    sys.thread(`transfer-${transfer}`, one(next.text, next.urlIndex, transfer));
  }
  return exit;
}

function hex(sys: Sys, digits: number): string {
  let text = "";
  while (text.length < digits) text += sys.random.uint32().toString(16).padStart(8, "0");
  return text.slice(0, digits);
}

function* openJar(sys: Sys, options: CurlOptions): Run<CookieJar | undefined> {
  const files = options.cookies.filter((cookie) => !cookie.includes("="));
  if (files.length === 0 && options.cookieJar === undefined) return undefined;
  const jar = new CookieJar();
  for (const path of files) {
    const file = sys.files.read(sys.path(path));
    if (file.ok) jar.load(file.value, sys.dateMs());
    else if (path !== "" && path !== "/dev/null" && options.verbose) yield* sys.err(`* WARNING: failed to open cookie file "${path}"\n`);
  }
  return jar;
}

function* transferWithRetries(state: State, text: string, urlIndex: number, transfer: number): Run<number> {
  const { sys, options } = state;
  let waitUs = options.retryDelayUs ?? 1_000_000;
  for (let left = options.retries; ; left--) {
    const outcome = yield* transferFollowing(state, text, urlIndex, transfer);
    const why = left > 0 ? retryReason(outcome, options) : undefined;
    if (why === undefined) return outcome.exit;
    const seconds = Math.floor(waitUs / 1_000_000);
    if (!options.silent)
      yield* sys.err(`Warning: Problem : ${why}. Will retry in ${seconds} seconds. ${left} ${left === 1 ? "retry" : "retries"} left.\n`);
    yield* sys.sleep(waitUs);
    if (options.retryDelayUs === undefined) waitUs = Math.min(waitUs * 2, 600_000_000);
  }
}

/** @source curl(1), --retry: time-outs and 408, 429, 500, 502, 503, 504 are transient */
function retryReason(outcome: { readonly exit: number; readonly status: number }, options: CurlOptions): string | undefined {
  if (outcome.exit === 28 || outcome.exit === 6) return "timeout";
  if (options.retryConnrefused && outcome.exit === 7) return "connection refused";
  if ((outcome.exit === 0 || outcome.exit === 22) && [408, 429, 500, 502, 503, 504].includes(outcome.status)) return "HTTP error";
  return options.retryAllErrors && outcome.exit !== 0 ? "(retrying all errors)" : undefined;
}

/** One URL of the command line, with the redirects that `-L` follows. */
function* transferFollowing(
  state: State,
  text: string,
  urlIndex: number,
  transfer: number,
): Run<{ readonly exit: number; readonly status: number }> {
  const { sys, options } = state;
  const startUs = sys.nowUs();
  const output = openOutput(state, text, transfer);
  const meter = new Meter(state, startUs, output.path !== undefined);
  let location = text;
  let method = options.method;
  let keepsBody = true;
  let redirects = 0;
  let redirectUs = 0;
  const total = emptyReport(text, urlIndex);
  for (;;) {
    const attemptUs = sys.nowUs();
    const result: OneResult = yield* transferOnce(state, location, {
      method,
      keepsBody,
      startUs,
      attemptUs,
      meter,
      output,
      report: total,
      redirects,
    });
    const { response } = result;
    const next = response === undefined ? undefined : header(response.headers, "Location");
    const isRedirect =
      response !== undefined && response.status >= 300 && response.status < 400 && response.status !== 304 && next !== undefined;
    if (isRedirect && result.url !== undefined) total.redirectUrl = withPath(resolveUrl(result.url, next));
    let { failure } = result;
    if (isRedirect && options.location && failure === undefined && result.url !== undefined) {
      if (redirects < options.maxRedirects) {
        redirects++;
        redirectUs = sys.nowUs() - startUs;
        location = total.redirectUrl ?? next;
        total.redirects = redirects;
        total.redirectUs = redirectUs;
        total.redirectUrl = undefined;
        if (options.verbose) yield* sys.err(`* Issue another request to this URL: '${location}'\n`);
        const turnsToGet = response.status === 303 || ((response.status === 301 || response.status === 302) && !options.post301);
        if (turnsToGet && options.data !== undefined) keepsBody = false;
        method = options.method;
        continue;
      }
      failure = { exit: 47, message: `Maximum (${options.maxRedirects}) redirects followed` };
    }
    total.totalUs = sys.nowUs() - startUs;
    total.exit = failure?.exit ?? 0;
    total.errorMessage = failure?.message;
    // A name that is not found ends the transfer before the meter could draw its last line.
    if (failure?.exit !== 6) yield* meter.finish(result.received, result.expected, result.sent, total.totalUs, failure !== undefined);
    output.flush();
    if (failure !== undefined) yield* report(state, failure);
    if (options.writeOut !== undefined) {
      const written = writeOut(options.writeOut, total);
      if (written.out !== "") yield* sys.out(written.out);
      if (written.err !== "") yield* sys.err(written.err);
    }
    return { exit: total.exit, status: total.status };
  }
}

function emptyReport(url: string, urlIndex: number): TransferReport {
  return {
    url,
    urlEffective: url,
    urlIndex,
    status: 0,
    httpVersion: "0",
    contentType: undefined,
    remoteIp: "",
    remotePort: 0,
    localIp: "",
    localPort: 0,
    scheme: "",
    method: "GET",
    redirectUrl: undefined,
    redirects: 0,
    connects: 0,
    headers: [],
    sizeDownload: 0,
    sizeHeader: 0,
    sizeRequest: 0,
    sizeUpload: 0,
    nameUs: 0,
    connectUs: 0,
    appconnectUs: 0,
    pretransferUs: 0,
    startUs: 0,
    totalUs: 0,
    redirectUs: 0,
    exit: 0,
    errorMessage: undefined,
    file: undefined,
    verifyResult: 0,
  };
}

function* report(state: State, failure: Failure): Run<void> {
  const { sys, options } = state;
  if (options.silent && !options.showError) return;
  yield* sys.err(`curl: (${failure.exit}) ${failure.message}\n${failure.advice ?? ""}`);
}

interface Output {
  readonly path: string | undefined;
  write(text: string): Run<boolean>;
  flush(): void;
}

/** Where a transfer's body goes: `-o` by position, `-O`, else standard output. */
function openOutput(state: State, url: string, transfer: number): Output {
  const { sys, options } = state;
  const named = options.outputs[transfer];
  const remote = options.outputs.length === 0 && transfer < options.remoteNames ? (parsedPath(url).split("/").pop() ?? "") : undefined;
  const shown = named === undefined ? remote : named.replace(/#(\d)/g, "$1");
  if (shown === undefined || shown === "-") {
    return {
      path: undefined,
      *write(text) {
        yield* sys.out(text);
        return true;
      },
      flush: () => undefined,
    };
  }
  const path = sys.path(shown);
  let isOpen = false;
  return {
    path: shown,
    *write(text) {
      if (shown === "/dev/null") return true;
      if (options.createDirs && path.lastIndexOf("/") > 0) sys.files.makeDirectory(path.slice(0, path.lastIndexOf("/")), { parents: true });
      const written = sys.files.write(path, text, { append: isOpen });
      isOpen = true;
      return written.ok;
    },
    flush: () => undefined,
  };
}

function parsedPath(url: string): string {
  const parsed = parseUrl(url);
  return parsed.ok ? parsed.url.target.replace(/\?.*$/s, "") : "";
}

/** The progress meter: shown unless silent, when the body does not go to a terminal. Seconds that passed are drawn when the transfer goes on. */
class Meter {
  readonly #state: State;
  readonly #startUs: number;
  readonly #isShown: boolean;
  #drawnSeconds = 0;
  #isStarted = false;

  constructor(state: State, startUs: number, hasFile: boolean) {
    const { sys, options } = state;
    this.#state = state;
    this.#startUs = startUs;
    this.#isShown = !options.silent && !options.noProgress && (hasFile || sys.stdout.kind !== "tty");
  }

  *start(): Run<void> {
    if (!this.#isShown || this.#isStarted) return;
    this.#isStarted = true;
    yield* this.#state.sys.err(progressHeader + progressLine({ elapsedUs: 0, received: 0, expected: undefined, sent: 0, toSend: 0 }));
  }

  /** Draws what the meter would have shown at each whole second since it was last drawn. */
  *catchUp(progress: Omit<Progress, "elapsedUs">): Run<void> {
    if (!this.#isStarted) return;
    const seconds = Math.floor((this.#state.sys.nowUs() - this.#startUs) / 1_000_000);
    let text = "";
    while (this.#drawnSeconds < seconds) {
      this.#drawnSeconds++;
      text += progressLine({ ...progress, elapsedUs: this.#drawnSeconds * 1_000_000 });
    }
    if (text !== "") yield* this.#state.sys.err(text);
  }

  *finish(received: number, expected: number | undefined, sent: number, elapsedUs: number, hasFailed: boolean): Run<void> {
    if (!this.#isStarted) return;
    const seconds = Math.floor(elapsedUs / 1_000_000);
    yield* this.catchUp({ received: 0, expected: undefined, sent: 0, toSend: sent });
    if (!hasFailed || seconds === 0) yield* this.#state.sys.err(progressLine({ elapsedUs, received, expected, sent, toSend: sent }));
    yield* this.#state.sys.err("\n");
  }
}

interface OneRequest {
  readonly method: string | undefined;
  readonly keepsBody: boolean;
  readonly startUs: number;
  readonly attemptUs: number;
  readonly meter: Meter;
  readonly output: Output;
  readonly report: TransferReport;
  readonly redirects: number;
}

interface OneResult {
  readonly url: Url | undefined;
  readonly response: HttpResponse | undefined;
  readonly failure: Failure | undefined;
  readonly received: number;
  readonly expected: number | undefined;
  readonly sent: number;
}

function* transferOnce(state: State, text: string, one: OneRequest): Run<OneResult> {
  const { sys, options } = state;
  const total = one.report;
  const parsed = parseUrl(text);
  const nothing = { url: undefined, response: undefined, received: 0, expected: undefined, sent: 0 };
  if (!parsed.ok) {
    const message =
      parsed.problem === "scheme"
        ? `Protocol "${parsed.scheme}" not supported or disabled in libcurl`
        : "URL using bad/illegal format or missing URL";
    return { ...nothing, failure: { exit: parsed.problem === "scheme" ? 1 : 3, message } };
  }
  const url: Url = options.pathAsIs ? parsed.url : { ...parsed.url, target: removeDotSegments(parsed.url.target) };
  total.urlEffective = printUrl(url);
  total.scheme = url.scheme.toUpperCase();
  yield* one.meter.start();
  const opened = yield* openConnection(state, url, one);
  if (!opened.ok) return { ...nothing, url, failure: opened.failure };
  const { connection } = opened;
  total.remoteIp = connection.stream.remote.ip.text;
  total.remotePort = connection.stream.remote.port;
  total.localIp = connection.stream.local.ip.text;
  total.localPort = connection.stream.local.port;
  const request = buildRequest(state, url, one, connection);
  total.method = request.method;
  total.pretransferUs = sys.nowUs() - one.startUs;
  total.sizeRequest += request.bytes - utf8Length(request.body);
  total.sizeUpload += utf8Length(request.body);
  if (options.verbose) yield* showRequest(state, connection, request);
  return yield* receive(state, url, one, connection, request);
}

/** Sends the request and deals with whatever comes back. */
function* receive(state: State, url: Url, one: OneRequest, connection: PooledConnection, request: HttpRequest): Run<OneResult> {
  const { sys, options } = state;
  const total = one.report;
  const sent = utf8Length(request.body);
  const deadlineUs = options.maxTimeUs === undefined ? Number.MAX_SAFE_INTEGER : one.startUs + options.maxTimeUs + 1000;
  const result = yield* exchangeHttp(sys, connection, request, deadlineUs);
  const fail = function* (failure: Failure, received: number, expected: number | undefined): Run<OneResult> {
    yield* one.meter.catchUp({ received, expected, sent, toSend: sent });
    if (options.verbose) yield* sys.err(`* ${failure.message}\n`);
    yield* closeConnection(state, connection);
    return { url, response: undefined, failure, received, expected, sent };
  };
  switch (result.type) {
    case "garbage":
      if (options.http09) {
        yield* one.output.write(result.text);
        return yield* fail({ exit: 0, message: "" }, result.text.length, undefined);
      }
      return yield* fail({ exit: 1, message: "Received HTTP/0.9 when not allowed" }, 0, undefined);
    case "closed":
    case "error": {
      const { partial } = result;
      const got = partial === undefined ? 0 : utf8Length(partial.body);
      if (partial?.status !== undefined) {
        total.status = partial.status;
        if (options.include && partial.head !== undefined) yield* one.output.write(partial.head);
        if (partial.body !== "") yield* one.output.write(partial.body);
        total.sizeDownload = got;
      }
      if (result.type === "error" && result.error === "ETIMEDOUT") {
        const ms = Math.floor((sys.nowUs() - one.startUs) / 1000);
        const outOf = partial?.contentLength === undefined ? `${got}` : `${got} out of ${partial.contentLength}`;
        return yield* fail(
          { exit: 28, message: `Operation timed out after ${ms} milliseconds with ${outOf} bytes received` },
          got,
          partial?.contentLength,
        );
      }
      if (result.type === "error")
        return yield* fail({ exit: 56, message: `Recv failure: ${describeError(result.error)}` }, got, partial?.contentLength);
      if (partial?.status === undefined) return yield* fail({ exit: 52, message: "Empty reply from server" }, 0, undefined);
      if (partial.missingBytes !== undefined && partial.missingBytes > 0) {
        return yield* fail(
          { exit: 18, message: `transfer closed with ${partial.missingBytes} bytes remaining to read` },
          got,
          partial.contentLength,
        );
      }
      return yield* fail({ exit: 18, message: "transfer closed with outstanding read data remaining" }, got, undefined);
    }
    case "response":
      return yield* deliver(state, url, one, connection, request, result.response);
  }
}

function* deliver(
  state: State,
  url: Url,
  one: OneRequest,
  connection: PooledConnection,
  request: HttpRequest,
  response: HttpResponse,
): Run<OneResult> {
  const { sys, options } = state;
  const total = one.report;
  const body = response.body;
  const received = utf8Length(body);
  const expected = request.method === "HEAD" ? 0 : header(response.headers, "Content-Length") === undefined ? undefined : received;
  const isHttpError = response.status >= 400 && (options.fail || options.failWithBody);
  const willFollow =
    options.location &&
    response.status >= 300 &&
    response.status < 400 &&
    response.status !== 304 &&
    header(response.headers, "Location") !== undefined;
  const printed = printResponseHead(response);
  total.status = response.status;
  total.httpVersion = response.version.slice("HTTP/".length);
  total.contentType = header(response.headers, "Content-Type");
  total.headers = response.headers;
  total.startUs = sys.nowUs() - one.startUs;
  total.sizeHeader += utf8Length(printed);
  total.file = one.output.path;
  yield* one.meter.catchUp({ received: 0, expected: undefined, sent: 0, toSend: 0 });
  if (options.verbose) {
    if (connection.isTls) yield* showData(state, "{", 5);
    const added: string[] = [];
    for (const line of printed.slice(0, -4).split("\r\n")) {
      added.push(`< ${line}\r\n`);
      if (/^set-cookie:/i.test(line)) added.unshift(...cookieNote(state, url, line));
    }
    yield* sys.err(`${reorderCookieNotes(added)}< \r\n`);
  }
  const requestFacts = cookieFacts(state, url);
  for (const value of headerValues(response.headers, "Set-Cookie")) state.jar?.accept(value, requestFacts, sys.dateMs());
  if (options.dumpHeader !== undefined) {
    if (options.dumpHeader === "-") yield* sys.out(printed);
    else sys.files.write(sys.path(options.dumpHeader), printed, { append: one.redirects > 0 });
  }
  if (isHttpError && options.fail) {
    const failure = { exit: 22, message: `The requested URL returned error: ${response.status}` };
    if (options.verbose) yield* sys.err(`* ${failure.message}\n`);
    yield* closeConnection(state, connection);
    return { url, response, failure, received: 0, expected, sent: utf8Length(request.body) };
  }
  if (options.include || options.head) yield* one.output.write(printed);
  if (options.verbose && willFollow && body !== "") yield* sys.err("* Ignoring the response-body\n");
  if (options.verbose && body !== "")
    yield* showData(state, "{", isChunked(response.headers) ? utf8Length(printResponse(response)) - utf8Length(printed) : received);
  let failure: Failure | undefined;
  if (!willFollow && body !== "") {
    total.sizeDownload += received;
    if (!(yield* one.output.write(body))) {
      yield* sys.err(`Warning: Failed to open the file ${one.output.path}: No such file or directory\n`);
      failure = { exit: 23, message: "Failure writing output to destination" };
    }
  }
  if (
    keepsAlive(response) &&
    keepsAlive(request) &&
    (isChunked(response.headers) || expected !== undefined || response.status === 204 || response.status === 304 || connection.isHttp2)
  ) {
    if (options.verbose) yield* sys.err(`* Connection #${connection.number} to host ${connection.hostShown} left intact\n`);
  } else yield* closeConnection(state, connection);
  if (isHttpError) failure ??= { exit: 22, message: `The requested URL returned error: ${response.status}` };
  return { url, response, failure, received, expected: received, sent: utf8Length(request.body) };
}

/** Whose cookies these are: a Host header of the user's own counts, as in curl's cookiehost. */
function cookieFacts(state: State, url: Url): { readonly host: string; readonly target: string; readonly isHttps: boolean } {
  const custom = state.options.headers.findLast((line) => /^host:\s*\S/i.test(line));
  const host =
    custom === undefined
      ? url.host
      : custom
          .slice(custom.indexOf(":") + 1)
          .trim()
          .replace(/:\d+$/, "");
  return { host, target: url.target, isHttps: url.scheme === "https" };
}

/** curl tells of a cookie that it keeps just before the header that brought it. */
function cookieNote(state: State, url: Url, line: string): string[] {
  if (state.jar === undefined) return [];
  const probe = new CookieJar();
  const cookie = probe.accept(line.slice(line.indexOf(":") + 1).trim(), cookieFacts(state, url), state.sys.dateMs());
  if (cookie === undefined) return [];
  return [
    `* ${probe.size > 0 ? "Added" : "Replaced"} cookie ${cookie.name}="${cookie.value}" for domain ${cookie.domain}, path ${cookie.path}, expire ${cookie.expires}\n`,
  ];
}

function reorderCookieNotes(lines: readonly string[]): string {
  const notes = lines.filter((line) => line.startsWith("* "));
  let text = "";
  for (const line of lines) {
    if (line.startsWith("* ")) continue;
    if (/^< set-cookie:/i.test(line)) text += notes.shift() ?? "";
    text += line;
  }
  return text;
}

/** `{ [6 bytes data]`: shown unless the data itself appears on the same terminal. */
function* showData(state: State, mark: "{" | "}", bytes: number): Run<void> {
  if (state.sys.stdout.kind !== "tty" || state.options.outputs.length > 0) yield* state.sys.err(`${mark} [${bytes} bytes data]\n`);
}

function* showRequest(state: State, connection: PooledConnection, request: HttpRequest): Run<void> {
  const { sys } = state;
  if (connection.isHttp2) {
    yield* showData(state, "}", 5);
    yield* sys.err("* using HTTP/2\n");
    const pseudo = [
      [":method", request.method],
      [":path", request.target],
      [":scheme", "https"],
      [":authority", header(request.headers, "Host") ?? ""],
    ];
    const rest = request.headers.filter(([name]) => name.toLowerCase() !== "host");
    for (const [name, value] of [...pseudo, ...rest]) yield* sys.err(`* h2h3 [${name}: ${value}]\n`);
    yield* sys.err(
      `* Using Stream ID: 1 (easy handle 0x${(0x55d0_0000 + sys.random.below(0x7ff_ffff)).toString(16)}${sys.random.below(0xffff).toString(16).padStart(4, "0")})\n`,
    );
    yield* showData(state, "}", 5);
  } else if (connection.isTls) {
    yield* sys.err("* using HTTP/1.1\n");
    yield* showData(state, "}", 5);
  }
  const lines = [
    `${request.method} ${request.target} ${request.version}`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
    "",
  ];
  yield* sys.err(lines.map((line) => `> ${line}\r\n`).join(""));
  if (request.body !== "") yield* showData(state, "}", utf8Length(request.body));
  if (connection.isTls && connection.isHttp2) {
    yield* showData(state, "{", 5);
    yield* sys.err("* TLSv1.3 (IN), TLS handshake, Newsession Ticket (4):\n");
    yield* showData(state, "{", 265);
    yield* sys.err("* TLSv1.3 (IN), TLS handshake, Newsession Ticket (4):\n");
    yield* showData(state, "{", 265);
    yield* sys.err("* old SSL session ID is stale, removing\n");
  }
}

function* closeConnection(state: State, connection: PooledConnection): Run<void> {
  connection.isOpen = false;
  connection.duplex.close();
  if (state.options.verbose) yield* state.sys.err(`* Closing connection ${connection.number}\n`);
}

/** Headers in the order in which curl sends them; `-H` replaces, adds (`Name:` removes, `Name;` sends it empty). @source curl lib/http.c, Curl_http */
function buildRequest(state: State, url: Url, one: OneRequest, { isHttp2, isProxied }: PooledConnection): HttpRequest {
  const { options, sys } = state;
  const custom = options.headers.map((line) => {
    const colon = line.indexOf(":");
    if (colon > 0)
      return { name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim(), isRemoval: line.slice(colon + 1).trim() === "" };
    return { name: line.replace(/;$/, "").trim(), value: "", isRemoval: false };
  });
  const isCustom = (name: string): boolean => custom.some((header) => header.name.toLowerCase() === name.toLowerCase());
  let target = url.target;
  let body = one.keepsBody && options.data !== undefined ? options.data.join("&") : "";
  const isGetWithData = options.get && options.data !== undefined;
  if (isGetWithData) {
    target += `${target.includes("?") ? "&" : "?"}${body}`;
    body = "";
  }
  let upload: string | undefined;
  if (options.uploadFile !== undefined) {
    const file = sys.files.read(sys.path(options.uploadFile));
    upload = file.ok ? file.value : "";
    body = upload;
    if (target.endsWith("/")) target += options.uploadFile.split("/").pop() ?? "";
  }
  const form = one.keepsBody ? state.form : undefined;
  if (form !== undefined) body = form.body;
  const hasData = form !== undefined || (options.data !== undefined && one.keepsBody && !isGetWithData);
  const method = one.method ?? (options.head ? "HEAD" : upload !== undefined ? "PUT" : hasData ? "POST" : "GET");
  const headers: [string, string][] = [];
  const hostCustom = custom.find((header) => header.name.toLowerCase() === "host");
  if (hostCustom === undefined) headers.push(["Host", hostHeader(url)]);
  else if (!hostCustom.isRemoval) headers.push(["Host", hostCustom.value]);
  const user = options.user ?? url.user;
  if (user !== undefined && !isCustom("Authorization"))
    headers.push(["Authorization", `Basic ${encodeBase64(user.includes(":") ? user : `${user}:`)}`]);
  if (options.range !== undefined) headers.push(["Range", `bytes=${options.range}`]);
  if (!isCustom("User-Agent") && options.userAgent !== "") headers.push(["User-Agent", options.userAgent ?? `curl/${curlVersion}`]);
  if (!isCustom("Accept")) headers.push(["Accept", "*/*"]);
  if (options.referer !== undefined && !isCustom("Referer")) headers.push(["Referer", options.referer]);
  if (isProxied && !isCustom("Proxy-Connection")) headers.push(["Proxy-Connection", "Keep-Alive"]);
  const pairs = options.cookies.filter((cookie) => cookie.includes("=")).join("; ");
  const kept = state.jar?.headerFor(cookieFacts(state, url), sys.dateMs());
  const cookies = [kept, pairs].filter((part) => part !== undefined && part !== "").join("; ");
  if (cookies !== "" && !isCustom("Cookie")) headers.push(["Cookie", cookies]);
  for (const header of custom) if (header.name.toLowerCase() !== "host" && !header.isRemoval) headers.push([header.name, header.value]);
  if (hasData || upload !== undefined) {
    if (!isCustom("Content-Length")) headers.push(["Content-Length", `${utf8Length(body)}`]);
    const type = form === undefined ? "application/x-www-form-urlencoded" : `multipart/form-data; boundary=${form.boundary}`;
    if (hasData && !isCustom("Content-Type")) headers.push(["Content-Type", type]);
  }
  const version = isHttp2 ? "HTTP/2" : options.http10 ? "HTTP/1.0" : "HTTP/1.1";
  const sent: HttpHeaders = isHttp2
    ? headers.map(([name, value]) => [name === "Host" ? name : name.toLowerCase(), value] as const)
    : headers;
  const asked = isProxied ? `http://${hostHeader(url)}${target}` : target;
  return httpRequest({ method, target: asked, version, headers: sent, body });
}

type Opened = { readonly ok: true; readonly connection: PooledConnection } | { readonly ok: false; readonly failure: Failure };

/** Takes a kept connection, or resolves, dials and, for https, shakes hands. */
function* openConnection(state: State, url: Url, one: OneRequest): Run<Opened> {
  const { sys, options, pool } = state;
  const total = one.report;
  const proxy = proxyFor(sys, url, options.proxy, options.noProxy);
  if (proxy !== undefined && "exit" in proxy) return { ok: false, failure: proxy };
  const peer = proxy ?? url;
  const isProxied = proxy !== undefined && url.scheme === "http";
  const origin = `${url.scheme}://${url.host.toLowerCase()}:${url.port}`;
  const key = proxy === undefined ? origin : `${isProxied ? "" : origin} by ${proxy.host}:${proxy.port}`;
  const kept = pool.find((connection) => connection.isOpen && connection.key === key);
  if (kept !== undefined) {
    if (!kept.stream.isEnded) {
      if (options.verbose) {
        const bundle = kept.isHttp2 ? "Multiplexed connection found" : "Can not multiplex, even if we wanted to";
        yield* sys.err(
          `* Found bundle for host: 0x${(0x55d0_0000 + sys.random.below(0x7ff_ffff)).toString(16)}${sys.random.below(0xffff).toString(16).padStart(4, "0")} [${kept.isHttp2 ? "can multiplex" : "serially"}]\n* ${bundle}\n`,
        );
        yield* sys.err(`* Re-using existing connection #${kept.number} with host ${url.host}\n`);
      }
      return { ok: true, connection: kept };
    }
    if (options.verbose) yield* sys.err(`* Connection ${kept.number} seems to be dead\n`);
    yield* closeConnection(state, kept);
  }
  const deadlineUs =
    Math.min(
      options.maxTimeUs === undefined ? Number.MAX_SAFE_INTEGER : one.startUs + options.maxTimeUs,
      one.attemptUs + options.connectTimeoutUs,
    ) + 1000;
  const isConnectTimeout = options.maxTimeUs === undefined || one.attemptUs + options.connectTimeoutUs < one.startUs + options.maxTimeUs;
  const elapsedMs = (): number => Math.floor((sys.nowUs() - one.attemptUs) / 1000);
  const found = yield* findAddresses(state, peer, deadlineUs, one, proxy !== undefined);
  if (!found.ok) return found;
  total.nameUs = sys.nowUs() - one.startUs;
  const dialed = yield* dial(sys, found.ips, found.port, {
    deadlineUs,
    ...(options.localPort === undefined ? {} : { connect: { sourcePort: options.localPort } }),
    *onTry(ip) {
      if (options.verbose) yield* sys.err(`*   Trying ${ip.includes(":") ? `[${ip}]` : ip}:${found.port}...\n`);
    },
    *onFail(ip, error) {
      if (!options.verbose || (error === "ETIMEDOUT" && sys.nowUs() >= deadlineUs)) return;
      if (error === "ENETUNREACH") yield* sys.err(`* Immediate connect fail for ${ip}: Network is unreachable\n`);
      else yield* sys.err(`* connect to ${ip} port ${found.port} failed: ${describeError(error)}\n`);
    },
  });
  if (!dialed.ok) {
    yield* one.meter.catchUp({ received: 0, expected: undefined, sent: 0, toSend: 0 });
    const isOurs = dialed.error === "ETIMEDOUT" && sys.nowUs() >= deadlineUs - 1000;
    const where = `Failed to connect to ${peer.host} port ${peer.port} after ${elapsedMs()} ms`;
    const failure: Failure = !isOurs
      ? { exit: dialed.error === "ETIMEDOUT" ? 28 : 7, message: `${where}: Couldn't connect to server` }
      : isConnectTimeout
        ? { exit: 28, message: `${where}: Timeout was reached` }
        : { exit: 28, message: `Connection timed out after ${elapsedMs()} milliseconds` };
    if (options.verbose) yield* sys.err(`* ${failure.message}\n* Closing connection ${state.connections++}\n`);
    return { ok: false, failure };
  }
  const { stream, ip } = dialed;
  const number = state.connections++;
  total.connects++;
  total.connectUs = sys.nowUs() - one.startUs;
  total.remoteIp = ip;
  total.remotePort = found.port;
  if (options.verbose) yield* sys.err(`* Connected to ${peer.host} (${ip}) port ${found.port} (#${number})\n`);
  let duplex: Duplex = stream;
  let isHttp2 = false;
  if (url.scheme === "https") {
    const tunnel = proxy === undefined ? undefined : yield* openTunnel(state, url, stream, deadlineUs, total);
    if (tunnel !== undefined) {
      stream.close();
      return { ok: false, failure: tunnel };
    }
    const tls = yield* shakeHands(state, url, stream, deadlineUs, total);
    if (!tls.ok) {
      yield* one.meter.catchUp({ received: 0, expected: undefined, sent: 0, toSend: 0 });
      if (options.verbose) yield* sys.err(`* ${tls.failure.message}\n* Closing connection ${number}\n`);
      stream.close();
      return { ok: false, failure: tls.failure };
    }
    duplex = tls.duplex;
    isHttp2 = tls.alpn === "h2";
    total.appconnectUs = sys.nowUs() - one.startUs;
  }
  const connection: PooledConnection = {
    ...httpConnection(stream, duplex),
    key,
    number,
    ip,
    isTls: url.scheme === "https",
    isHttp2,
    hostShown: peer.host,
    isProxied,
    isOpen: true,
  };
  pool.push(connection);
  return { ok: true, connection };
}

/** Asks the proxy for a way to the server itself, so that TLS goes from end to end. @source curl 7.88.1 lib/http_proxy.c */
function* openTunnel(
  state: State,
  url: Url,
  stream: HttpConnection["stream"],
  deadlineUs: number,
  total: TransferReport,
): Run<Failure | undefined> {
  const { sys, options } = state;
  const target = `${url.host.includes(":") ? `[${url.host}]` : url.host}:${url.port}`;
  const request = httpRequest({
    method: "CONNECT",
    target,
    headers: [
      ["Host", target],
      ["User-Agent", options.userAgent ?? `curl/${curlVersion}`],
      ["Proxy-Connection", "Keep-Alive"],
    ],
  });
  if (options.verbose) {
    yield* sys.err(`* allocate connect buffer\n* Establish HTTP proxy tunnel to ${target}\n`);
    yield* sys.err(
      `${printRequest(request)
        .trimEnd()
        .split("\r\n")
        .map((line) => `> ${line}\n`)
        .join("")}> \n`,
    );
  }
  const result = yield* exchangeHttp(sys, httpConnection(stream), request, deadlineUs);
  if (result.type !== "response") return { exit: 56, message: "Proxy CONNECT aborted" };
  total.status = 0;
  const { status } = result.response;
  if (options.verbose)
    yield* sys.err(
      `${printResponseHead(result.response)
        .trimEnd()
        .split("\r\n")
        .map((line) => `< ${line}\n`)
        .join("")}< \n`,
    );
  if (status < 200 || status > 299) return { exit: 56, message: `CONNECT tunnel failed, response ${status}` };
  if (options.verbose) yield* sys.err(`* CONNECT phase completed\n* CONNECT tunnel established, response ${status}\n`);
  return undefined;
}

type Found =
  | { readonly ok: true; readonly ips: readonly string[]; readonly port: number }
  | { readonly ok: false; readonly failure: Failure };

/** `--resolve` and `--connect-to` first, then the resolver. */
function* findAddresses(
  state: State,
  url: { readonly host: string; readonly port: number },
  deadlineUs: number,
  one: OneRequest,
  isProxy: boolean,
): Run<Found> {
  const { sys, options } = state;
  if (options.verbose && one.redirects === 0) {
    for (const entry of options.resolve) yield* sys.err(`* Added ${entry.host}:${entry.port}:${entry.ips.join(",")} to DNS cache\n`);
  }
  let host = url.host;
  let port = url.port;
  for (const rule of options.connectTo) {
    const match = /^(\[[^\]]*\]|[^:]*):(\d*):(\[[^\]]*\]|[^:]*):(\d*)$/.exec(rule);
    if (match === null) continue;
    if (match[1] !== "" && (match[1] as string).toLowerCase() !== host.toLowerCase()) continue;
    if (match[2] !== "" && Number(match[2]) !== port) continue;
    host = match[3] === "" ? host : (match[3] as string).replace(/^\[|\]$/g, "");
    port = match[4] === "" ? port : Number(match[4]);
    if (options.verbose) yield* sys.err(`* Connecting to hostname: ${host}\n* Connecting to port: ${port}\n`);
    break;
  }
  const pinned = options.resolve.findLast((entry) => (entry.host === host.toLowerCase() || entry.host === "*") && entry.port === port);
  if (pinned !== undefined) {
    if (options.verbose) yield* sys.err(`* Hostname ${host} was found in DNS cache\n`);
    return { ok: true, ips: pinned.ips, port };
  }
  const families = options.useIpv4 ? ([4] as const) : options.useIpv6 ? ([6] as const) : ([4, 6] as const);
  const leftUs = deadlineUs - sys.nowUs();
  const resolved = yield* sys.within(Math.max(1, leftUs), resolveFor(sys, host, families));
  if (!resolved.ok) {
    yield* one.meter.catchUp({ received: 0, expected: undefined, sent: 0, toSend: 0 });
    return yield* refuse({
      exit: 28,
      message: `Resolving timed out after ${Math.floor((sys.nowUs() - one.attemptUs) / 1000)} milliseconds`,
    });
  }
  if (!resolved.value.ok || resolved.value.host.addresses.length === 0) {
    yield* one.meter.catchUp({ received: 0, expected: undefined, sent: 0, toSend: 0 });
    return yield* refuse(
      isProxy ? { exit: 5, message: `Could not resolve proxy: ${host}` } : { exit: 6, message: `Could not resolve host: ${host}` },
    );
  }
  return { ok: true, ips: resolved.value.host.addresses.map((address) => address.ip), port };

  function* refuse(failure: Failure): Run<Found> {
    if (options.verbose) yield* sys.err(`* ${failure.message}\n* Closing connection ${state.connections++}\n`);
    return { ok: false, failure };
  }
}

type Shaken =
  | { readonly ok: true; readonly duplex: Duplex; readonly alpn: string | undefined }
  | { readonly ok: false; readonly failure: Failure };

const advice = `More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.
`;

/** @source curl 7.88.1 with OpenSSL 3.0: what `-v` shows of a TLS 1.3 handshake, tried against nginx */
function* shakeHands(state: State, url: Url, stream: HttpConnection["stream"], deadlineUs: number, total: TransferReport): Run<Shaken> {
  const { sys, options } = state;
  const say = function* (text: string): Run<void> {
    if (options.verbose) yield* sys.err(text);
  };
  const data = function* (mark: "{" | "}", bytes: number): Run<void> {
    if (options.verbose) yield* showData(state, mark, bytes);
  };
  const isNumeric = sys.address(url.host, 0) !== undefined;
  const alpn = options.http10 ? ["http/1.0"] : ["h2", "http/1.1"];
  yield* say(`* ALPN: offers ${alpn.join(",")}\n`);
  yield* data("}", 5);
  yield* say("* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n");
  yield* data("}", 512);
  let trusted: readonly Certificate[] = [];
  const caPath = options.caFile ?? "/etc/ssl/certs/ca-certificates.crt";
  const fromFile = readCertificates(sys, caPath);
  if (options.caFile !== undefined && (fromFile === undefined || fromFile.length === 0) && !options.insecure) {
    return {
      ok: false,
      failure: { exit: 77, message: `error setting certificate verify locations:  CAfile: ${options.caFile} CApath: /etc/ssl/certs` },
    };
  }
  trusted = fromFile ?? [publicAuthority];
  if (!options.insecure) yield* say(`*  CAfile: ${caPath}\n*  CApath: /etc/ssl/certs\n`);
  const hello = yield* tlsConnect(stream, {
    serverName: isNumeric ? undefined : url.host,
    alpn,
    timeoutUs: Math.max(1, deadlineUs - sys.nowUs()),
  });
  if (!hello.ok) return { ok: false, failure: handshakeFailure(hello, url) };
  const chain = hello.certificates;
  const leaf = chain[0];
  const chainBytes = chain.reduce((sum, certificate) => sum + certificate.sizeBytes + 5, 8);
  if (!options.insecure) yield* data("{", 5);
  yield* say("* TLSv1.3 (IN), TLS handshake, Server hello (2):\n");
  yield* data("{", 122);
  yield* say("* TLSv1.3 (IN), TLS handshake, Encrypted Extensions (8):\n");
  yield* data("{", hello.alpn === "h2" ? 19 : 25);
  yield* say("* TLSv1.3 (IN), TLS handshake, Certificate (11):\n");
  yield* data("{", chainBytes);
  const problem = verifyChain(chain, trusted, sys.dateMs());
  if (problem !== undefined && !options.insecure) {
    yield* say(`* TLSv1.3 (OUT), TLS alert, ${problem.code === 10 ? "certificate expired (557)" : "unknown CA (560)"}:\n`);
    yield* data("}", 2);
    yield* stream.send(tlsPayload({ type: "alert", level: "fatal", description: "unknown CA" }));
    total.verifyResult = problem.code;
    return { ok: false, failure: { exit: 60, message: `SSL certificate problem: ${problem.text}`, advice } };
  }
  const failed = yield* tlsFinish(stream);
  if (failed !== undefined) return { ok: false, failure: handshakeFailure({ error: failed }, url) };
  yield* say("* TLSv1.3 (IN), TLS handshake, CERT verify (15):\n");
  yield* data("{", 264);
  yield* say("* TLSv1.3 (IN), TLS handshake, Finished (20):\n");
  yield* data("{", 52);
  yield* say("* TLSv1.3 (OUT), TLS change cipher, Change cipher spec (1):\n");
  yield* data("}", 1);
  yield* say("* TLSv1.3 (OUT), TLS handshake, Finished (20):\n");
  yield* data("}", 52);
  yield* say("* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n");
  yield* say(
    hello.alpn === undefined ? "* ALPN: server did not agree on a protocol. Uses default.\n" : `* ALPN: server accepted ${hello.alpn}\n`,
  );
  if (leaf !== undefined) {
    yield* say(
      `* Server certificate:\n*  subject: ${nameText(leaf.subject)}\n*  start date: ${certificateDate(leaf.notBeforeMs)}\n*  expire date: ${certificateDate(leaf.notAfterMs)}\n`,
    );
    if (!options.insecure) {
      const fitting = matchingName(leaf, url.host, isNumeric);
      if (fitting === undefined) {
        const hasNames = leaf.dnsNames.length > 0 || leaf.ipAddresses.length > 0;
        const message = hasNames
          ? `SSL: no alternative certificate subject name matches target host name '${url.host}'`
          : `SSL: certificate subject name '${commonName(leaf) ?? ""}' does not match target host name '${url.host}'`;
        if (hasNames) yield* say(`*  subjectAltName does not match ${url.host}\n`);
        return { ok: false, failure: { exit: 60, message, advice } };
      }
      yield* say(
        leaf.dnsNames.length > 0 || isNumeric
          ? `*  subjectAltName: host "${url.host}" matched cert's "${fitting}"\n`
          : `*  common name: ${fitting} (matched)\n`,
      );
    }
    yield* say(`*  issuer: ${nameText(leaf.issuer)}\n`);
    total.verifyResult = problem?.code ?? 0;
    yield* say(
      problem === undefined
        ? "*  SSL certificate verify ok.\n"
        : `*  SSL certificate verify result: ${problem.text} (${problem.code}), continuing anyway.\n`,
    );
  }
  return { ok: true, duplex: hello.duplex, alpn: hello.alpn };
}

function handshakeFailure(result: { readonly error: string; readonly alert?: string }, url: Url): Failure {
  const where = `in connection to ${url.host}:${url.port} `;
  if (result.error === "not-tls") return { exit: 35, message: "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number" };
  if (result.error === "ETIMEDOUT") return { exit: 28, message: "SSL connection timeout" };
  if (result.error === "alert")
    return { exit: 35, message: `OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert ${result.alert ?? "handshake failure"}` };
  if (result.error === "end") return { exit: 35, message: `OpenSSL SSL_connect: SSL_ERROR_SYSCALL ${where}` };
  return { exit: 35, message: `OpenSSL SSL_connect: ${describeError(result.error)} ${where}` };
}

/** `O=Acme Co; CN=x`: curl joins with a semicolon. */
function nameText(name: readonly NameAttribute[]): string {
  return name.map((attribute) => `${attribute.type}=${attribute.value}`).join("; ");
}

/** A URL without a path has `/`. @source curl 7.88.1 lib/urlapi.c, curl_url_get */
function withPath(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(?=[?#]|$)/i, "$1/");
}

export const curl: ProgramEntry = { name: "curl", run: runCurl };
