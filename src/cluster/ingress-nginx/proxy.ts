import type { Run, Stream, Sys } from "../machine/syscall.ts";
import { encodeHex, utf8Length } from "../protocols/bytes.ts";
import { type HttpRequest, type HttpResponse, header, httpRequest, httpResponse } from "../protocols/http.ts";
import { accessLogDate } from "../protocols/http-date.ts";
import { inCidrText } from "../protocols/ip-text.ts";
import { libcOf, resolveHost } from "../protocols/resolver.ts";
import type { IngressOptions } from "./annotations.ts";
import { type Balancer, cookieValue, setCookie } from "./balancer.ts";
import type { BackendRef, Configuration, Location, Server } from "./configuration.ts";
import { exchange, fromUpstream } from "./exchange.ts";
import { nginxPage } from "./pages.ts";
import { compileLocation, normalizedPath, route, type Tried } from "./route.ts";
import type { Settings } from "./settings.ts";
import type { Backends, Endpoint } from "./upstream.ts";

/** How one request was decided, for those who want to see why. */
export interface IngressDecision {
  readonly request: string;
  readonly host: string;
  readonly tried: readonly Tried[];
  /** `default-kubia-80`, or what the controller did itself. */
  readonly outcome: string;
  readonly endpoints: readonly string[];
  readonly status: number;
}

export interface ProxyContext {
  readonly sys: Sys;
  readonly backends: Backends;
  readonly balancer: Balancer;
  configuration(): Configuration;
  settings(): Settings;
  decided(stream: Stream, decision: IngressDecision): void;
}

export interface Arrival {
  readonly stream: Stream;
  readonly isHttps: boolean;
}

interface Outcome {
  readonly response: HttpResponse;
  readonly upstream: string;
  readonly endpoints: readonly string[];
}

/** One request from the client to its answer. */
export function* proxyRequest(context: ProxyContext, arrival: Arrival, request: HttpRequest): Run<HttpResponse> {
  const { sys } = context;
  const startUs = sys.nowUs();
  const hostHeader = header(request.headers, "Host");
  const requestId = header(request.headers, "X-Request-ID") ?? encodeHex(randomBytes(sys, 16));
  if (hostHeader === undefined && request.version === "HTTP/1.1") return nginxPage(request, 400, sys.dateMs());
  // nginx is no tunnel and no echo. @source nginx ngx_http_request.c, ngx_http_process_request_header
  if (request.method === "CONNECT" || request.method === "TRACE") return nginxPage(request, 405, sys.dateMs());
  const routed = route(context.configuration(), hostHeader ?? "", request.target);
  const outcome = yield* act(context, arrival, request, hostHeader ?? "", routed, requestId);
  const response = withHsts(context.settings(), arrival, routed.server, outcome.response);
  context.decided(arrival.stream, {
    request: `${request.method} ${request.target}`,
    host: hostHeader ?? "",
    get tried() {
      return routed.tried;
    },
    outcome: outcome.upstream,
    endpoints: outcome.endpoints,
    status: response.status,
  });
  const seconds = ((sys.nowUs() - startUs) / 1_000_000).toFixed(3);
  const line = `${request.method} ${request.target} ${request.version === "HTTP/2" ? "HTTP/2.0" : request.version}`;
  const length = utf8Length(response.body);
  const through = outcome.endpoints.length === 0 ? "- - - -" : `${outcome.endpoints.join(", ")} ${length} ${seconds} ${response.status}`;
  yield* sys.out(
    `${arrival.stream.remote.ip.text} - - [${accessLogDate(sys.dateMs())}] "${line}" ${response.status} ${length} "${header(request.headers, "Referer") ?? "-"}" "${header(request.headers, "User-Agent") ?? "-"}" ${request.bytes} ${seconds} [${outcome.upstream}] [] ${through} ${requestId}\n`,
  );
  return response;
}

function randomBytes(sys: Sys, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = sys.random.below(256);
  return bytes;
}

function* act(
  context: ProxyContext,
  arrival: Arrival,
  request: HttpRequest,
  hostHeader: string,
  routed: ReturnType<typeof route>,
  requestId: string,
): Run<Outcome> {
  const { sys } = context;
  const { location, server } = routed;
  const settings = context.settings();
  const own = (response: HttpResponse): Outcome => ({ response, upstream: "-", endpoints: [] });
  const host = hostHeader.replace(/:\d+$/, "");
  if (routed.type === "slash") {
    const mark = request.target.indexOf("?");
    const to = mark < 0 ? `${request.target}/` : `${request.target.slice(0, mark)}/${request.target.slice(mark)}`;
    return own(nginxPage(request, 301, sys.dateMs(), [["Location", `${arrival.isHttps ? "https" : "http"}://${host}${to}`]]));
  }
  const { options } = location;
  if (!arrival.isHttps && mustUseHttps(options, settings, server)) {
    const uri = request.target.replace(/\/$/, "");
    return own(nginxPage(request, settings.redirectStatus, sys.dateMs(), [["Location", `https://${host}${uri}`]]));
  }
  if (options !== undefined) {
    const peer = arrival.stream.remote.ip.text;
    if (options.allowedSources.length > 0 && !options.allowedSources.some((cidr) => inCidrText(peer, cidr)))
      return own(nginxPage(request, 403, sys.dateMs()));
    if (options.redirect !== undefined)
      return own(nginxPage(request, options.redirect.status, sys.dateMs(), [["Location", options.redirect.to]]));
    if (options.appRoot !== undefined && normalizedPath(request.target) === "/") {
      return own(
        nginxPage(request, 302, sys.dateMs(), [["Location", `${arrival.isHttps ? "https" : "http"}://${host}${options.appRoot}`]]),
      );
    }
  }
  const backend = chooseBackend(sys, location, request);
  if (backend === undefined) return { ...own(nginxPage(request, 404, sys.dateMs())), upstream: "upstream-default-backend" };
  return yield* forward(context, arrival, request, hostHeader, location, backend, requestId);
}

/** A host in spec.tls sends plain requests to https; so does `force-ssl-redirect`. @source ingress-nginx lua_ingress.lua, redirect_to_https */
function mustUseHttps(options: IngressOptions | undefined, settings: Settings, server: Server): boolean {
  if (options?.forceSslRedirect ?? settings.forceSslRedirect) return true;
  return server.hasTls && (options?.sslRedirect ?? settings.sslRedirect);
}

/** The canary's backend for its share of the requests, by header, cookie or weight. */
function chooseBackend(sys: Sys, location: Location, request: HttpRequest): BackendRef | undefined {
  const { canary } = location;
  const rules = canary?.options.canary;
  if (canary === undefined || rules === undefined) return location.backend;
  if (rules.header !== undefined) {
    const value = header(request.headers, rules.header);
    if (rules.headerValue !== undefined && value === rules.headerValue) return canary.backend;
    if (rules.headerValue === undefined && value === "always") return canary.backend;
    if (rules.headerValue === undefined && value === "never") return location.backend;
  }
  if (rules.cookie !== undefined) {
    const value = cookieValue(header(request.headers, "Cookie"), rules.cookie);
    if (value === "always") return canary.backend;
    if (value === "never") return location.backend;
  }
  return sys.random.below(rules.weightTotal) < rules.weight ? canary.backend : location.backend;
}

function* forward(
  context: ProxyContext,
  arrival: Arrival,
  request: HttpRequest,
  hostHeader: string,
  location: Location,
  backend: BackendRef,
  requestId: string,
): Run<Outcome> {
  const { sys, balancer } = context;
  const { options } = location;
  const upstream = context.backends.upstream(backend, options?.serviceUpstream ?? false);
  let endpoints: readonly Endpoint[] = [];
  if (upstream.type === "endpoints") endpoints = upstream.endpoints;
  else if (upstream.type === "external") {
    const resolved = yield* resolveHost(sys, upstream.host, { libc: libcOf(sys.files), families: [4] });
    endpoints = resolved.ok ? resolved.host.addresses.map((address) => ({ ip: address.ip, port: upstream.port })) : [];
  }
  if (endpoints.length === 0) return { response: nginxPage(request, 503, sys.dateMs()), upstream: upstream.name, endpoints: [] };
  const affinity = options?.affinity;
  const cookie = affinity === undefined ? undefined : cookieValue(header(request.headers, "Cookie"), affinity.name);
  let session = affinity === undefined ? undefined : balancer.ofSession(cookie, endpoints);
  let newCookie: string | undefined;
  if (affinity !== undefined && session === undefined) {
    const made = balancer.newSession(upstream.name, endpoints, sys.dateMs());
    session = made.endpoint;
    newCookie = setCookie(affinity, made.value, location.ingressPath, arrival.isHttps, sys.dateMs());
  }
  const sent = upstreamRequest(context, arrival, request, hostHeader, location, requestId);
  const tried: Endpoint[] = [];
  let status = 502;
  for (let attempt = 0; attempt < Math.max(1, options?.tries ?? 3); attempt++) {
    const endpoint = attempt === 0 && session !== undefined ? session : balancer.next(upstream.name, endpoints, tried);
    tried.push(endpoint);
    const result = yield* exchange(sys, arrival.stream, endpoint, sent, {
      connectUs: options?.connectTimeoutUs ?? 5_000_000,
      readUs: options?.readTimeoutUs ?? 60_000_000,
    });
    if (result.type === "response") {
      const response = fromUpstream(sys, request, result.response, newCookie === undefined ? [] : [["Set-Cookie", newCookie]]);
      return { response, upstream: upstream.name, endpoints: tried.map((one) => `${one.ip}:${one.port}`) };
    }
    status = result.type === "timeout" ? 504 : 502;
    if (result.type === "timeout" && result.wasSent) break;
    const isRepeatable = !result.wasSent || ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].includes(request.method);
    if (!isRepeatable) break;
  }
  return {
    response: nginxPage(request, status, sys.dateMs()),
    upstream: upstream.name,
    endpoints: tried.map((one) => `${one.ip}:${one.port}`),
  };
}

/** @source ingress-nginx rootfs/etc/nginx/template/nginx.tmpl, "proxy_set_header" */
function upstreamRequest(
  context: ProxyContext,
  arrival: Arrival,
  request: HttpRequest,
  hostHeader: string,
  location: Location,
  requestId: string,
): HttpRequest {
  const settings = context.settings();
  const { options } = location;
  const peer = arrival.stream.remote.ip.text;
  const scheme = arrival.isHttps ? "https" : "http";
  const given = (name: string): string | undefined => header(request.headers, name);
  const trusted = (name: string, own: string): string => (settings.usesForwardedHeaders ? (given(name) ?? own) : own);
  const forwardedFor =
    settings.usesForwardedHeaders && settings.appendsForwardedFor && given("X-Forwarded-For") !== undefined
      ? `${given("X-Forwarded-For")}, ${peer}`
      : trusted("X-Forwarded-For", peer);
  const host = hostHeader.replace(/:\d+$/, "");
  const proto = trusted("X-Forwarded-Proto", scheme);
  const headers: [string, string][] = [
    ["Host", options?.upstreamVhost ?? hostHeader],
    ["X-Request-ID", requestId],
    ["X-Real-IP", settings.usesForwardedHeaders ? (forwardedFor.split(",")[0] as string).trim() : peer],
    ["X-Forwarded-For", forwardedFor],
    ["X-Forwarded-Host", trusted("X-Forwarded-Host", host === hostHeader ? host : hostHeader)],
    ["X-Forwarded-Port", trusted("X-Forwarded-Port", arrival.isHttps ? "443" : "80")],
    ["X-Forwarded-Proto", proto],
    ["X-Forwarded-Scheme", proto],
    ["X-Scheme", proto],
  ];
  const originalFor = given("X-Forwarded-For");
  if (originalFor !== undefined) headers.push(["X-Original-Forwarded-For", originalFor]);
  const originalHost = given("X-Forwarded-Host");
  if (originalHost !== undefined) headers.push(["X-Original-Forwarded-Host", originalHost]);
  if (options?.forwardedPrefix !== undefined) headers.push(["X-Forwarded-Prefix", options.forwardedPrefix]);
  const replaced = new Set([
    ...headers.map(([name]) => name.toLowerCase()),
    "connection",
    "keep-alive",
    "upgrade",
    "proxy-connection",
    "te",
  ]);
  const rest = request.headers.filter(([name]) => !replaced.has(name.toLowerCase()));
  return httpRequest({
    method: request.method,
    target: rewritten(location, request.target),
    version: "HTTP/1.1",
    headers: [...headers, ...rest],
    body: request.body,
  });
}

/** `rewrite-target` with the groups of the location's pattern; the query stays. */
function rewritten(location: Location, target: string): string {
  const to = location.options?.rewriteTarget;
  if (to === undefined || to === location.path) return target;
  const mark = target.indexOf("?");
  const path = normalizedPath(target);
  const match = compileLocation(location.path)?.exec(path);
  if (match === null || match === undefined) return target;
  const replaced = to.replace(/\$(\d)/g, (_, index: string) => match[Number(index)] ?? "");
  return `${replaced === "" ? "/" : replaced}${mark < 0 ? "" : target.slice(mark)}`;
}

/** Only where the host's own certificate is in use. */
function withHsts(settings: Settings, arrival: Arrival, server: Server, response: HttpResponse): HttpResponse {
  if (!settings.hsts || !arrival.isHttps || server.certificate === undefined) return response;
  const value = `max-age=${settings.hstsMaxAge}${settings.hstsIncludesSubdomains ? "; includeSubDomains" : ""}${settings.hstsPreload ? "; preload" : ""}`;
  const name = response.version === "HTTP/2" ? "strict-transport-security" : "Strict-Transport-Security";
  return httpResponse({ ...response, headers: [...response.headers, [name, value]] });
}
