import type { Program, ProgramEntry, Run, Stream, Sys } from "../machine/syscall.ts";
import type { SocketError } from "../network/sockets.ts";
import { Bell } from "../protocols/bell.ts";
import { encodeBase64, utf8Length } from "../protocols/bytes.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpHeaders, type HttpResponse, header, httpRequest, keepsAlive } from "../protocols/http.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import { hostHeader, parseUrl, resolveUrl, type Url } from "../protocols/url.ts";
import { type HeyOptions, parseHey } from "./hey-options.ts";
import { HeyReport, type HeyResult } from "./hey-report.ts";
import { describeError, type HttpConnection, httpConnection, resolveFor } from "./http-client.ts";
import { type LoadLog, loadService } from "./services.ts";

/** Idle connections that the transport keeps for one host. @source requester/requester.go, maxIdleConn */
const idleMax = 500;
const redirectsMax = 10;
/** A run by count keeps the hops of its first connections, to be looked at; what follows would only push others out of the log. */
const recordedMax = 10;
const farFuture = Number.MAX_SAFE_INTEGER;

/** A connection and who answers on it. */
interface Line extends HttpConnection {
  readonly key: string;
  readonly answerer: string;
}

/** What all workers share, as Go's Transport is shared. */
interface Attack {
  readonly sys: Sys;
  readonly options: HeyOptions;
  readonly body: string;
  readonly startUs: number;
  readonly report: HeyReport;
  readonly log: LoadLog | undefined;
  /** Newest last. */
  readonly idle: Line[];
  isStopped: boolean;
  opened: number;
}

/** Why a request failed, as Go words it behind `Get "URL": `; and whom it was on the way to. */
class Failure {
  readonly text: string;
  readonly at: string | undefined;
  constructor(text: string, at?: string) {
    this.text = text;
    this.at = at;
  }
}

interface Times {
  connectUs: number;
  dnsUs: number;
  writeUs: number;
  waitUs: number;
  answerer: string | undefined;
}

/** `hey [options...] <url>`: a load generator. @source github.com/rakyll/hey v0.1.4 */
export function* runHey(sys: Sys): Program {
  const command = parseHey(sys.args.slice(1), encodeBase64);
  if (command.type === "refused") {
    yield* sys.err(command.text);
    return command.exit;
  }
  const { options } = command;
  let { body } = options;
  if (options.bodyFile !== undefined) {
    const file = sys.files.read(sys.path(options.bodyFile));
    if (!file.ok) {
      yield* sys.err(`open ${options.bodyFile}: no such file or directory\n`);
      return 1;
    }
    body = file.value;
  }
  const log = sys.service(loadService)?.begin({
    place: sys.host.place,
    command: sys.args.join(" "),
    url: options.url,
    keepsAlive: options.keepsAlive,
    rate: options.rate * options.workers,
  });
  const attack: Attack = {
    sys,
    options,
    body,
    startUs: sys.nowUs(),
    report: new HeyReport(options.asCsv),
    log,
    idle: [],
    isStopped: false,
    opened: 0,
  };
  sys.onSignal("SIGINT", () => {
    attack.isStopped = true;
  });
  const ended = new Bell();
  let running = options.workers;
  const perWorker = Math.floor(options.requests / options.workers);
  for (let i = 0; i < options.workers; i++) {
    sys.thread(
      `worker ${i}`,
      (function* (): Run<void> {
        yield* work(attack, perWorker);
        running--;
        if (running === 0) ended.ring();
      })(),
    );
  }
  const { durationUs } = options;
  if (durationUs !== undefined) {
    sys.thread(
      "timer",
      (function* (): Run<void> {
        yield* sys.sleep(durationUs);
        attack.isStopped = true;
      })(),
    );
  }
  try {
    yield* ended.wait();
  } finally {
    log?.end();
  }
  for (const line of attack.idle) line.duplex.close();
  yield* sys.out(attack.report.print(sys.nowUs() - attack.startUs));
  return 0;
}

/** One worker: a request at each tick of its own clock, else one after the other. */
function* work(attack: Attack, requests: number): Run<void> {
  const { sys, options } = attack;
  const intervalUs = options.rate > 0 ? Math.max(1, Math.floor(1_000_000 / options.rate)) : 0;
  const startUs = sys.nowUs();
  let taken = 0;
  for (let i = 0; i < requests && !attack.isStopped; i++) {
    if (intervalUs > 0) {
      // A ticker holds one tick that nobody took; others that were missed are gone.
      const passed = Math.floor((sys.nowUs() - startUs) / intervalUs);
      if (passed <= taken) yield* sys.sleep(startUs + (taken + 1) * intervalUs - sys.nowUs());
      taken = Math.max(passed, taken + 1);
    }
    yield* request(attack);
  }
}

function* request(attack: Attack): Run<void> {
  const { sys, options, report, log } = attack;
  const beganUs = sys.nowUs();
  const times: Times = { connectUs: 0, dnsUs: 0, writeUs: 0, waitUs: 0, answerer: undefined };
  const outcome = yield* answerTo(attack, beganUs, times);
  const totalUs = sys.nowUs() - beganUs;
  const isFailed = outcome instanceof Failure;
  const verb = options.method.slice(0, 1) + options.method.slice(1).toLowerCase();
  const result: HeyResult = {
    error: isFailed ? `${verb} "${options.url}": ${outcome.text}` : undefined,
    status: isFailed ? 0 : outcome.status,
    offsetUs: beganUs - attack.startUs,
    totalUs,
    connectUs: times.connectUs,
    dnsUs: times.dnsUs,
    writeUs: times.writeUs,
    waitUs: times.waitUs,
    readUs: isFailed ? 0 : Math.max(0, totalUs - times.connectUs - times.writeUs - times.waitUs),
    bodyBytes: isFailed || header(outcome.headers, "Content-Length") === undefined ? 0 : utf8Length(outcome.body),
  };
  report.add(result);
  if (isFailed) log?.failed(outcome.at ?? times.answerer, shortReason(outcome.text));
  else log?.answered(times.answerer ?? "", outcome.status, totalUs);
}

/** The answer, redirects followed, within the time that one request has. */
function* answerTo(attack: Attack, beganUs: number, times: Times): Run<HttpResponse | Failure> {
  const { options } = attack;
  const deadlineUs = options.timeoutUs > 0 ? beganUs + options.timeoutUs : farFuture;
  let location = options.url;
  let { method } = options;
  for (let redirects = 0; ; redirects++) {
    const parsed = parseUrl(location);
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(location)?.[1];
    if (scheme === undefined || !parsed.ok) {
      return new Failure(`unsupported protocol scheme "${parsed.ok ? "" : (parsed.scheme ?? "")}"`);
    }
    const { url } = parsed;
    const answer = yield* exchange(attack, url, method, deadlineUs, times);
    if (answer instanceof Failure) return answer;
    const next = header(answer.headers, "Location");
    const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && next !== undefined;
    if (!isRedirect || !options.followsRedirects) return answer;
    if (redirects + 1 >= redirectsMax) return new Failure(`stopped after ${redirectsMax} redirects`);
    if (answer.status < 307 && method !== "HEAD") method = "GET";
    location = resolveUrl(url, next);
  }
}

/** One request and its answer, on a kept connection where there is one. */
function* exchange(attack: Attack, url: Url, method: string, deadlineUs: number, times: Times): Run<HttpResponse | Failure> {
  const { sys, options, idle } = attack;
  for (;;) {
    const beganUs = sys.nowUs();
    const kept = takeIdle(idle, keyOf(url));
    const line = kept ?? (yield* open(attack, url, deadlineUs, times));
    if (line instanceof Failure) return line;
    times.answerer = line.answerer;
    times.connectUs = sys.nowUs() - beganUs;
    const sentUs = sys.nowUs();
    const body = method === options.method ? attack.body : "";
    const result = yield* exchangeHttp(
      sys,
      line,
      httpRequest({ method, target: url.target, headers: headersFor(options, url, body), body }),
      deadlineUs,
    );
    times.writeUs = 1;
    times.waitUs = Math.max(0, sys.nowUs() - sentUs - 1);
    if (result.type === "response") {
      if (options.keepsAlive && keepsAlive(result.response) && idle.length < Math.min(options.workers, idleMax)) idle.push(line);
      else line.duplex.close();
      return result.response;
    }
    line.duplex.abort();
    const hasPart = result.type !== "garbage" && result.partial !== undefined;
    // The server may close a kept connection at any moment: a request that is lost by that is sent again on another.
    if (kept !== undefined && !hasPart && !(result.type === "error" && result.error === "ETIMEDOUT")) continue;
    if (result.type === "garbage") return new Failure(`net/http: HTTP/1.x transport connection broken: malformed HTTP response`);
    if (result.type === "closed") return new Failure(hasPart ? "unexpected EOF" : "EOF");
    if (result.error === "ETIMEDOUT") return new Failure(deadlineText);
    const { local, remote } = line.stream;
    return new Failure(`read tcp ${local.text}->${remote.text}: read: ${goError(result.error)}`);
  }
}

const deadlineText = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";

/** The newest idle connection to that place that is still open. */
function takeIdle(idle: Line[], key: string): Line | undefined {
  for (let i = idle.length - 1; i >= 0; i--) {
    const line = idle[i] as Line;
    if (line.key !== key) continue;
    idle.splice(i, 1);
    if (!line.stream.isEnded) return line;
    line.duplex.close();
  }
  return undefined;
}

function* open(attack: Attack, url: Url, deadlineUs: number, times: Times): Run<Line | Failure> {
  const { sys, options, log } = attack;
  const beganUs = sys.nowUs();
  const resolved = yield* resolveFor(sys, url.host);
  const isName = sys.address(url.host, 0) === undefined;
  times.dnsUs = isName ? sys.nowUs() - beganUs : 0;
  if (!resolved.ok) return new Failure(`dial tcp: lookup ${url.host}: no such host`);
  let error: SocketError = "EHOSTUNREACH";
  let tried = "";
  let at: string | undefined;
  for (const { ip } of resolved.host.addresses) {
    const to = sys.address(ip, url.port);
    if (to === undefined) continue;
    const leftUs = deadlineUs - sys.nowUs();
    if (leftUs <= 0) return new Failure(deadlineText, at);
    const record = options.durationUs === undefined && attack.opened < recordedMax;
    attack.opened++;
    const result = yield* sys.connect(to, { record, ...(deadlineUs === farFuture ? {} : { timeoutUs: leftUs }) });
    const answerer = log?.connected(result.ok ? result.stream.connection : result.connection) ?? "";
    if (result.ok) return yield* secured(attack, url, result.stream, answerer, deadlineUs);
    error = result.error;
    at = answerer;
    tried = to.text;
  }
  if (error === "ETIMEDOUT" && sys.nowUs() >= deadlineUs) return new Failure(deadlineText, at);
  return new Failure(`dial tcp ${tried}: connect: ${goError(error)}`, at);
}

/** https with whatever certificate there is: hey does not look at it. */
function* secured(attack: Attack, url: Url, stream: Stream, answerer: string, deadlineUs: number): Run<Line | Failure> {
  const key = keyOf(url);
  if (url.scheme !== "https") return { ...httpConnection(stream), key, answerer };
  const isAddress = attack.sys.address(url.host, 0) !== undefined;
  const serverName = attack.options.hostHeader ?? (isAddress ? undefined : url.host);
  const tls = yield* tlsConnect(stream as Duplex, {
    serverName,
    alpn: [],
    ...(deadlineUs === farFuture ? {} : { timeoutUs: deadlineUs - attack.sys.nowUs() }),
  });
  if (!tls.ok) {
    stream.abort();
    if (tls.error === "not-tls") return new Failure("http: server gave HTTP response to HTTPS client", answerer);
    return new Failure(tls.error === "ETIMEDOUT" ? deadlineText : "EOF", answerer);
  }
  yield* tlsFinish(stream as Duplex);
  return { ...httpConnection(stream, tls.duplex), key, answerer };
}

function keyOf(url: Url): string {
  return `${url.scheme}://${url.host}:${url.port}`;
}

/** @source Go net/http request.go, (*Request).write: Host, User-Agent and the length first, then by name */
function headersFor(options: HeyOptions, url: Url, body: string): HttpHeaders {
  const agent = options.headers.filter(([name]) => name === "User-Agent");
  const others = options.headers.filter(([name]) => name !== "User-Agent");
  return [
    ["Host", options.hostHeader ?? hostHeader(url)],
    ...agent,
    ...(body === "" ? [] : [["Content-Length", `${utf8Length(body)}`] as const]),
    ...others,
    ...(options.acceptsGzip && options.method !== "HEAD" ? [["Accept-Encoding", "gzip"] as const] : []),
    ...(options.keepsAlive ? [] : [["Connection", "close"] as const]),
  ];
}

/** errno as Go prints it: strerror's words in small letters. */
function goError(error: string): string {
  const text = describeError(error);
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** What distinguishes one failure from others, without addresses and ports. */
function shortReason(text: string): string {
  return text.replace(/^(dial|read) tcp[^ ]*( [^ ]*)?: (connect|read|lookup [^:]*): /, "").replace(/^dial tcp: lookup [^:]*: /, "");
}

export const hey: ProgramEntry = { name: "hey", path: "/usr/local/bin/hey", run: runHey, catches: ["SIGINT"] };
