import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { utf8Length } from "../protocols/bytes.ts";
import { type HttpHeaders, header, headerValues, httpRequest, keepsAlive } from "../protocols/http.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { publicAuthority } from "../protocols/public-authority.ts";
import { matchingName } from "../protocols/tls.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import { hostHeader, parseUrl, resolveUrl, type Url } from "../protocols/url.ts";
import { verifyChain } from "./certificate-check.ts";
import { CookieJar } from "./cookie-jar.ts";
import { dial, type HttpConnection, httpConnection, resolveFor } from "./http-client.ts";

const usage = "Usage: browser URL [--reload N] [--insecure]\n";

/** What every page load shares: like a browser window, it keeps connections open and remembers cookies. */
interface Window {
  readonly sys: Sys;
  readonly jar: CookieJar;
  readonly connections: Map<string, HttpConnection>;
  readonly acceptsAnyCertificate: boolean;
}

/**
 * `browser URL [--reload N]`: loads a page, and again N times, as a browser does: over one kept connection, with cookies and redirects.
 * Kubehop's own command; the error names are Chromium's.
 */
function* runBrowser(sys: Sys): Program {
  let reloads = 0;
  let acceptsAnyCertificate = false;
  let text: string | undefined;
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const reload = /^--reload(?:=(.*))?$/.exec(arg);
    if (reload !== null) {
      const value = Number(reload[1] ?? args[++i]);
      if (!(value >= 0 && value <= 100_000)) {
        yield* sys.err(`browser: --reload needs a number\n${usage}`);
        return 2;
      }
      reloads = Math.floor(value);
    } else if (arg === "--insecure" || arg === "-k") acceptsAnyCertificate = true;
    else if (arg.startsWith("-") || text !== undefined) {
      yield* sys.err(`browser: unexpected argument ${arg}\n${usage}`);
      return 2;
    } else text = arg;
  }
  if (text === undefined) {
    yield* sys.err(usage);
    return 2;
  }
  const window: Window = { sys, jar: new CookieJar(), connections: new Map(), acceptsAnyCertificate };
  let exit = 0;
  for (let i = 0; i <= reloads; i++) {
    const status = yield* load(window, text);
    if (status !== 0) exit = status;
  }
  for (const connection of window.connections.values()) connection.duplex.close();
  return exit;
}

function* load(window: Window, first: string): Run<number> {
  const { sys, jar } = window;
  let location = first;
  for (let redirects = 0; redirects < 20; redirects++) {
    const parsed = parseUrl(location);
    if (!parsed.ok) return yield* problem(sys, "ERR_INVALID_URL");
    const { url } = parsed;
    const facts = { host: url.host, target: url.target, isHttps: url.scheme === "https" };
    for (let attempt = 0; ; attempt++) {
      const opened = yield* open(window, url);
      if (typeof opened === "string") return yield* problem(sys, opened);
      const cookies = jar.headerFor(facts, sys.dateMs());
      const headers: HttpHeaders = [
        ["Host", hostHeader(url)],
        ["Connection", "keep-alive"],
        ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"],
        ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
        ...(cookies === undefined ? [] : [["Cookie", cookies] as const]),
      ];
      const result = yield* exchangeHttp(
        sys,
        opened.connection,
        httpRequest({ method: "GET", target: url.target, headers }),
        sys.nowUs() + 300_000_000,
      );
      if (result.type !== "response") {
        opened.connection.duplex.close();
        window.connections.delete(keyOf(url));
        // A kept connection may have died unseen: a browser tries once more on a new one.
        if (opened.wasKept && attempt === 0) continue;
        return yield* problem(
          sys,
          result.type === "closed"
            ? "ERR_EMPTY_RESPONSE"
            : result.type === "garbage"
              ? "ERR_INVALID_HTTP_RESPONSE"
              : result.error === "ETIMEDOUT"
                ? "ERR_TIMED_OUT"
                : "ERR_CONNECTION_RESET",
        );
      }
      const { response } = result;
      for (const value of headerValues(response.headers, "Set-Cookie")) jar.accept(value, facts, sys.dateMs());
      if (!keepsAlive(response)) {
        opened.connection.duplex.close();
        window.connections.delete(keyOf(url));
      }
      const target = header(response.headers, "Location");
      if ([301, 302, 303, 307, 308].includes(response.status) && target !== undefined) {
        location = resolveUrl(url, target);
        break;
      }
      const ok = response.status < 400;
      if (!ok && utf8Length(response.body) === 0) yield* sys.out(`HTTP ERROR ${response.status}\n`);
      yield* sys.out(response.body.endsWith("\n") || response.body === "" ? response.body : `${response.body}\n`);
      return 0;
    }
  }
  return yield* problem(sys, "ERR_TOO_MANY_REDIRECTS");
}

function* problem(sys: Sys, code: string): Run<number> {
  yield* sys.err(`browser: This site can’t be reached (${code})\n`);
  return 1;
}

function keyOf(url: Url): string {
  return `${url.scheme}://${url.host.toLowerCase()}:${url.port}`;
}

/** The kept connection, or a new one; else Chromium's name for what went wrong. */
function* open(window: Window, url: Url): Run<{ readonly connection: HttpConnection; readonly wasKept: boolean } | string> {
  const { sys, connections } = window;
  const kept = connections.get(keyOf(url));
  if (kept !== undefined && !kept.stream.isEnded) return { connection: kept, wasKept: true };
  kept?.duplex.close();
  const resolved = yield* resolveFor(sys, url.host);
  if (!resolved.ok) return "ERR_NAME_NOT_RESOLVED";
  const dialed = yield* dial(
    sys,
    resolved.host.addresses.map((address) => address.ip),
    url.port,
    { deadlineUs: sys.nowUs() + 240_000_000 },
  );
  if (!dialed.ok) {
    const names: Readonly<Record<string, string>> = {
      ECONNREFUSED: "ERR_CONNECTION_REFUSED",
      ETIMEDOUT: "ERR_CONNECTION_TIMED_OUT",
      ENETUNREACH: "ERR_ADDRESS_UNREACHABLE",
      EHOSTUNREACH: "ERR_ADDRESS_UNREACHABLE",
    };
    return names[dialed.error] ?? "ERR_CONNECTION_FAILED";
  }
  let connection = httpConnection(dialed.stream);
  if (url.scheme === "https") {
    const isNumeric = sys.address(url.host, 0) !== undefined;
    const tls = yield* tlsConnect(dialed.stream, { serverName: isNumeric ? undefined : url.host, alpn: ["http/1.1"] });
    if (!tls.ok) return "ERR_SSL_PROTOCOL_ERROR";
    const leaf = tls.certificates[0];
    const distrust = verifyChain(tls.certificates, [publicAuthority], sys.dateMs());
    const wrongName = leaf === undefined || matchingName(leaf, url.host, isNumeric) === undefined;
    if (!window.acceptsAnyCertificate && (distrust !== undefined || wrongName)) {
      dialed.stream.close();
      return distrust === undefined
        ? "ERR_CERT_COMMON_NAME_INVALID"
        : distrust.code === 10
          ? "ERR_CERT_DATE_INVALID"
          : "ERR_CERT_AUTHORITY_INVALID";
    }
    yield* tlsFinish(dialed.stream);
    connection = httpConnection(dialed.stream, tls.duplex);
  }
  connections.set(keyOf(url), connection);
  return { connection, wasKept: false };
}

export const browser: ProgramEntry = { name: "browser", run: runBrowser };
