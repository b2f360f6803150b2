import type { HTTPBackendRef, HTTPRouteFilter } from "../api/gateway/types.ts";
import type { Secret } from "../api/secret/types.ts";
import { type ApiClient, apiClientService } from "../apiclient/client.ts";
import { exchange, fromUpstream } from "../ingress-nginx/exchange.ts";
import { nginxPage } from "../ingress-nginx/pages.ts";
import { decisionService } from "../ingress-nginx/program.ts";
import { normalizedPath, type Tried } from "../ingress-nginx/route.ts";
import { certificateOfSecret } from "../ingress-nginx/tls-secret.ts";
import { type Backends, type Endpoint, watchBackends } from "../ingress-nginx/upstream.ts";
import { type Program, type ProgramEntry, type Run, Signal, type Stream, type Sys } from "../machine/syscall.ts";
import { Bell } from "../protocols/bell.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpHeaders, type HttpRequest, type HttpResponse, header, httpRequest, httpResponse } from "../protocols/http.ts";
import { serveHttp } from "../protocols/http-server.ts";
import type { Certificate } from "../protocols/tls.ts";
import { tlsAccept } from "../protocols/tls-session.ts";
import { type AttachedGateway, type AttachedListener, attach, type GatewayWorld, resolveBackend } from "./attach.ts";
import { watchGatewayWorld } from "./controller.ts";
import { durationUs, filterOf, modifiedHeaders, modifiedTarget, redirectLocation } from "./filters.ts";
import { compareHosts, matchesHost } from "./hostnames.ts";
import { type Asked, type Entry, misfit, nameOf, queryOf } from "./match.ts";

const idleUs = 75_000_000;
/** nginx's own, where a route sets none. */
const connectUs = 60_000_000;
const readUs = 60_000_000;

interface Context {
  readonly sys: Sys;
  readonly world: GatewayWorld;
  readonly backends: Backends;
  gateway(): AttachedGateway | undefined;
  certificate(secret: string): Certificate | undefined;
}

interface Arrival {
  readonly stream: Stream;
  readonly port: number;
  readonly isHttps: boolean;
}

/** `--gateway=NAMESPACE/NAME`: serves the listeners of one Gateway. @source NGINX Gateway Fabric 2, the nginx of a Gateway */
function* runGateway(sys: Sys): Program {
  const client = sys.service(apiClientService);
  const [namespace, name] = (sys.args.find((arg) => arg.startsWith("--gateway="))?.slice(10) ?? "").split("/");
  if (client === undefined || name === undefined) {
    yield* sys.err("nginx-gateway: no Gateway to serve\n");
    return 1;
  }
  const changed = new Bell();
  const context = contextOf(sys, client, namespace ?? "", name, changed);
  const ready = sys.listen(8081);
  if (ready.ok)
    sys.thread(
      "ready",
      acceptAll(sys, ready.listener, (stream) => serveReady(sys, stream)),
    );
  const open = new Set<number>();
  try {
    for (;;) {
      for (const { listener } of context.gateway()?.listeners ?? []) {
        const { port } = listener;
        if (open.has(port)) continue;
        const listening = sys.listen(port);
        if (!listening.ok) continue;
        open.add(port);
        sys.thread(
          `port-${port}`,
          acceptAll(sys, listening.listener, (stream) => serveConnection(context, stream, port)),
        );
      }
      yield* changed.wait();
    }
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    return 0;
  }
}

function contextOf(sys: Sys, client: ApiClient, namespace: string, name: string, changed: Bell): Context {
  let current: AttachedGateway | undefined;
  let isKnown = false;
  const secrets = client.informer<Secret>("Secret");
  const world = watchGatewayWorld(client, () => {
    isKnown = false;
    changed.ring();
  });
  return {
    sys,
    world,
    backends: watchBackends(client),
    gateway() {
      if (!isKnown)
        current = attach(world).gateways.find(({ gateway }) => gateway.metadata.namespace === namespace && gateway.metadata.name === name);
      isKnown = true;
      return current;
    },
    certificate(secret) {
      const [secretNamespace, secretName] = secret.split("/");
      return certificateOfSecret(secrets.get(secretNamespace, secretName ?? ""));
    },
  };
}

function* acceptAll(sys: Sys, listener: { accept(): Run<Stream> }, serve: (stream: Stream) => Run<void>): Run<void> {
  for (;;) sys.thread("connection", serve(yield* listener.accept()));
}

function serveReady(sys: Sys, stream: Stream): Run<void> {
  return serveHttp(stream, { idleUs, badRequest: () => nginxPage(undefined, 400, sys.dateMs()) }, function* () {
    yield* sys.work(1);
    return httpResponse({ status: 200, headers: [["Content-Length", "0"]] });
  });
}

function* serveConnection(context: Context, stream: Stream, port: number): Run<void> {
  const { sys } = context;
  const listeners = listenersAt(context, port);
  if (listeners.length === 0) {
    stream.abort();
    return;
  }
  if (listeners[0]?.listener.protocol !== "HTTPS") return yield* serve(context, { stream, port, isHttps: false }, stream);
  const accepted = yield* tlsAccept(stream, {
    alpn: ["h2", "http/1.1"],
    timeoutUs: 60_000_000,
    certificatesFor: (serverName) => {
      const secret = listenerFor(listeners, (serverName ?? "").toLowerCase())?.secret;
      const certificate = secret === undefined ? undefined : context.certificate(secret);
      return certificate === undefined ? [] : [certificate];
    },
  });
  if (!accepted.ok) {
    if (typeof accepted.received !== "string" && accepted.received.kind !== "tls")
      yield* stream.send(nginxPage(undefined, 400, sys.dateMs()));
    stream.close();
    return;
  }
  yield* serve(context, { stream, port, isHttps: true }, accepted.duplex);
}

function serve(context: Context, arrival: Arrival, duplex: Duplex): Run<void> {
  const { sys } = context;
  return serveHttp(duplex, { idleUs, badRequest: () => nginxPage(undefined, 400, sys.dateMs()) }, (request) =>
    answer(context, arrival, request),
  );
}

function listenersAt(context: Context, port: number): readonly AttachedListener[] {
  return (context.gateway()?.listeners ?? []).filter(
    ({ listener, accepted, resolved, conflicted }) => listener.port === port && accepted.ok && resolved.ok && !conflicted.ok,
  );
}

/** The listener of a host: exact, then the wildcard with most labels, then that of every host. */
function listenerFor(listeners: readonly AttachedListener[], host: string): AttachedListener | undefined {
  return listeners
    .filter(({ listener }) => matchesHost(listener.hostname ?? "", host))
    .toSorted((a, b) => compareHosts(a.listener.hostname ?? "", b.listener.hostname ?? ""))[0];
}

interface Outcome {
  readonly response: HttpResponse;
  readonly outcome: string;
  readonly endpoints: readonly Endpoint[];
}

/** One request from the client to its answer. */
function* answer(context: Context, arrival: Arrival, request: HttpRequest): Run<HttpResponse> {
  const { sys } = context;
  const hostHeader = header(request.headers, "Host");
  if (hostHeader === undefined && request.version === "HTTP/1.1") return nginxPage(request, 400, sys.dateMs());
  const host = (hostHeader ?? "").replace(/:\d+$/, "").toLowerCase();
  const asked: Asked = {
    host,
    path: normalizedPath(request.target),
    query: queryOf(request.target),
    method: request.method,
    header: (name) => header(request.headers, name),
  };
  const listener = listenerFor(listenersAt(context, arrival.port), host);
  const entry = listener?.entries.find((one) => misfit(one, asked) === undefined);
  const result =
    entry === undefined
      ? { response: nginxPage(request, 404, sys.dateMs()), outcome: "no rule matches", endpoints: [] }
      : yield* act(context, arrival, request, asked, entry);
  sys.service(decisionService)?.decided(arrival.stream, {
    request: `${request.method} ${request.target}`,
    host,
    get tried() {
      return triedOf(listener, asked, entry);
    },
    outcome: result.outcome,
    endpoints: result.endpoints.map(({ ip, port }) => `${ip}:${port}`),
    status: result.response.status,
  });
  return fromNginx(result.response);
}

/** This nginx says who it is, though not its version. */
function fromNginx(response: HttpResponse): HttpResponse {
  const name = response.version === "HTTP/2" ? "server" : "Server";
  return httpResponse({ ...response, headers: [[name, "nginx"], ...response.headers] });
}

/** Every rule that was asked, in order, and what became of it. */
function triedOf(listener: AttachedListener | undefined, asked: Asked, chosen: Entry | undefined): readonly Tried[] {
  if (listener === undefined) return [{ rule: `host ${asked.host}`, outcome: "passed", reason: "no-such-host" }];
  const { name, hostname } = listener.listener;
  const first: Tried = {
    rule: `listener ${name}${hostname === undefined ? "" : ` ${hostname}`}`,
    outcome: "chosen",
    reason: hostname === undefined ? "no-such-host" : hostname.startsWith("*") ? "host-wildcard" : "host-equal",
  };
  let isOver = false;
  return [
    first,
    ...listener.entries.map((entry): Tried => {
      const { type = "PathPrefix", value = "/" } = entry.match.path ?? {};
      const rule = `${entry.host === "" ? "" : `${entry.host} `}path ${value} (${type}) of ${nameOf(entry.route)}`;
      if (entry === chosen) {
        isOver = true;
        return { rule, outcome: "chosen", reason: type === "Exact" ? "path-exact" : "path-prefix" };
      }
      const why = misfit(entry, asked);
      if (isOver && why === undefined) return { rule, outcome: "passed", reason: "longer-path-won" };
      return { rule, outcome: "passed", reason: why === "host" ? "host-other" : why === "path" ? "path-other" : "match-other" };
    }),
  ];
}

function* act(context: Context, arrival: Arrival, request: HttpRequest, asked: Asked, entry: Entry): Run<Outcome> {
  const { sys } = context;
  const own = (status: number, outcome: string, more: HttpHeaders = []): Outcome => ({
    response: nginxPage(request, status, sys.dateMs(), more),
    outcome,
    endpoints: [],
  });
  const { rule, match, route } = entry;
  const redirect = filterOf(rule.filters, "RequestRedirect")?.requestRedirect;
  if (redirect !== undefined) {
    const from = {
      scheme: arrival.isHttps ? ("https" as const) : ("http" as const),
      host: asked.host,
      port: arrival.port,
      target: request.target,
    };
    return own(redirect.statusCode ?? 302, "redirect", [["Location", redirectLocation(redirect, from, match)]]);
  }
  const backend = chooseBackend(sys, rule.backendRefs ?? []);
  if (backend === undefined) return own(500, "no backend");
  const namespace = backend.namespace ?? route.metadata.namespace ?? "";
  const verdict = resolveBackend(context.world, route, backend);
  if (!verdict.ok) return own(500, verdict.reason);
  const upstream = context.backends.upstream({ namespace, service: backend.name, port: { number: backend.port as number } }, false);
  const endpoints = upstream.type === "endpoints" ? upstream.endpoints : [];
  if (endpoints.length === 0) return own(503, upstream.name);
  const filters = [...(rule.filters ?? []), ...(backend.filters ?? [])];
  const sent = upstreamRequest(arrival, request, asked, entry, filters);
  for (const { requestMirror } of filters) {
    if (requestMirror !== undefined) mirror(context, arrival, entry, requestMirror, sent);
  }
  const limitUs = durationUs(rule.timeouts?.backendRequest) ?? durationUs(rule.timeouts?.request);
  const deadlineUs = sys.nowUs() + (durationUs(rule.timeouts?.request) ?? Number.MAX_SAFE_INTEGER);
  const tried: Endpoint[] = [];
  let status = 502;
  while (tried.length < endpoints.length) {
    const rest = endpoints.filter((one) => !tried.includes(one));
    const endpoint = rest[sys.random.below(rest.length)] as Endpoint;
    tried.push(endpoint);
    const leftUs = deadlineUs - sys.nowUs();
    const result = yield* exchange(sys, arrival.stream, endpoint, sent, {
      connectUs: Math.max(1, Math.min(limitUs ?? connectUs, leftUs)),
      readUs: Math.max(1, Math.min(limitUs ?? readUs, leftUs)),
    });
    if (result.type === "response")
      return { response: answered(sys, request, result.response, filters), outcome: upstream.name, endpoints: tried };
    status = result.type === "timeout" ? 504 : 502;
    // A request that may have had its effect is not repeated.
    if (result.wasSent && (result.type === "timeout" || request.method === "POST" || request.method === "PATCH")) break;
    if (sys.nowUs() >= deadlineUs) break;
  }
  return { response: nginxPage(request, status, sys.dateMs()), outcome: upstream.name, endpoints: tried };
}

/** By weight; a backend that leads nowhere keeps its share, and answers 500 for it. */
function chooseBackend(sys: Sys, backends: readonly HTTPBackendRef[]): HTTPBackendRef | undefined {
  const total = backends.reduce((sum, { weight = 1 }) => sum + weight, 0);
  if (total === 0) return undefined;
  if (backends.length === 1) return backends[0];
  let left = sys.random.below(total);
  for (const backend of backends) {
    left -= backend.weight ?? 1;
    if (left < 0) return backend;
  }
  return undefined;
}

/** @source NGINX Gateway Fabric internal/controller/nginx/config/servers.go, baseHeaders */
function upstreamRequest(
  arrival: Arrival,
  request: HttpRequest,
  asked: Asked,
  { match }: Entry,
  filters: readonly HTTPRouteFilter[],
): HttpRequest {
  const rewrite = filterOf(filters, "URLRewrite")?.urlRewrite;
  const peer = arrival.stream.remote.ip.text;
  const scheme = arrival.isHttps ? "https" : "http";
  const before = header(request.headers, "X-Forwarded-For");
  const own: HttpHeaders = [
    ["Host", rewrite?.hostname ?? header(request.headers, "Host") ?? asked.host],
    ["X-Forwarded-For", before === undefined ? peer : `${before}, ${peer}`],
    ["X-Real-IP", peer],
    ["X-Forwarded-Proto", scheme],
    ["X-Forwarded-Host", asked.host],
    ["X-Forwarded-Port", `${arrival.port}`],
  ];
  const dropped = new Set([...own.map(([name]) => name.toLowerCase()), "connection", "keep-alive", "upgrade", "proxy-connection", "te"]);
  let headers: HttpHeaders = [...own, ...request.headers.filter(([name]) => !dropped.has(name.toLowerCase()))];
  for (const { requestHeaderModifier } of filters) headers = modifiedHeaders(headers, requestHeaderModifier);
  return httpRequest({
    method: request.method,
    target: modifiedTarget(request.target, rewrite?.path, match),
    version: "HTTP/1.1",
    headers,
    body: request.body,
  });
}

function answered(sys: Sys, request: HttpRequest, response: HttpResponse, filters: readonly HTTPRouteFilter[]): HttpResponse {
  let { headers } = response;
  for (const { responseHeaderModifier } of filters) headers = modifiedHeaders(headers, responseHeaderModifier);
  return fromUpstream(sys, request, { ...response, headers }, []);
}

/** Sends a copy aside; what comes back is thrown away. */
function mirror(
  context: Context,
  arrival: Arrival,
  { route }: Entry,
  filter: NonNullable<HTTPRouteFilter["requestMirror"]>,
  request: HttpRequest,
): void {
  const { sys } = context;
  const { backendRef, percent = 100 } = filter;
  if (sys.random.below(100) >= percent || !resolveBackend(context.world, route, backendRef).ok) return;
  const namespace = backendRef.namespace ?? route.metadata.namespace ?? "";
  const upstream = context.backends.upstream({ namespace, service: backendRef.name, port: { number: backendRef.port as number } }, false);
  if (upstream.type !== "endpoints" || upstream.endpoints.length === 0) return;
  const endpoint = upstream.endpoints[sys.random.below(upstream.endpoints.length)] as Endpoint;
  sys.thread("mirror", send());
  function* send(): Run<void> {
    yield* exchange(sys, arrival.stream, endpoint, request, { connectUs, readUs });
  }
}

export const gatewayProgram: ProgramEntry = {
  name: "nginx-gateway",
  run: runGateway,
  path: "/usr/sbin/nginx-gateway",
  catches: ["SIGTERM"],
};
