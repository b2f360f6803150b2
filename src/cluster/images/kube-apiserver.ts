import type { Program, Stream, Sys } from "../machine/syscall.ts";
import { utf8Length } from "../protocols/bytes.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpRequest, type HttpResponse, header, httpResponse } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import type { Certificate } from "../protocols/tls.ts";
import { tlsAccept } from "../protocols/tls-session.ts";
import { proxyPath, proxyToCluster } from "./api-proxy.ts";
import { splitTarget } from "./go-http.ts";
import { listenHttp } from "./serve.ts";

/** What the API server answers to one request; `json` is printed with two blanks of indentation, as it does for curl and browsers. */
export type ApiAnswer = { readonly status: number; readonly json: unknown } | { readonly status: number; readonly text: string };

/** One request as it came over the wire. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: string;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
}

/** Anybody may ask for these. @source Kubernetes RBAC, system:public-info-viewer */
const publicPaths = new Set(["/version", "/version/", "/healthz", "/livez", "/readyz"]);

/**
 * The API server's socket: HTTPS with a certificate of the cluster's own authority. Without a token or a certificate of that authority
 * only the public paths are open; the rest is answered by the same handler as kubectl's calls, or by a pod or Service behind `/proxy`.
 */
export function apiServerProgram(options: {
  readonly port: number;
  readonly ips: readonly string[];
  readonly clusterDomain: string;
  readonly answer: (call: ApiCall) => ApiAnswer;
}): (sys: Sys) => Program {
  return function* (sys) {
    const certificate = servingCertificate(options.ips, options.clusterDomain);
    const known = new WeakSet<Duplex>();
    const error = yield* listenHttp(sys, {
      port: options.port,
      idleUs: 180_000_000,
      badRequest: () =>
        httpResponse({
          status: 400,
          headers: [
            ["Content-Type", "text/plain; charset=utf-8"],
            ["Connection", "close"],
          ],
          body: "400 Bad Request",
        }),
      *wrap(stream: Stream) {
        const accepted = yield* tlsAccept(stream, {
          certificatesFor: () => [certificate],
          alpn: ["h2", "http/1.1"],
          timeoutUs: 10_000_000,
        });
        if (accepted.ok) {
          if (accepted.clientCertificate !== undefined && isSignedByCluster(accepted.clientCertificate)) known.add(accepted.duplex);
          return accepted.duplex;
        }
        if (typeof accepted.received !== "string" && accepted.received.kind !== "tls") yield* stream.send(plainToHttps());
        return undefined as Duplex | undefined;
      },
      *handle(request, stream, duplex) {
        yield* sys.work(1000);
        const { path, query } = splitTarget(request.target);
        const hasToken = (header(request.headers, "Authorization") ?? "").startsWith("Bearer ");
        if (!hasToken && !known.has(duplex) && !publicPaths.has(path)) return respond(sys, request, forbidden(request.method, path));
        const proxied = proxyPath(path);
        if (proxied !== undefined) {
          const answer = yield* proxyToCluster(sys, { request, client: stream, target: proxied, answer: options.answer });
          return "kind" in answer ? withServerHeaders(sys, request, answer) : respond(sys, request, answer);
        }
        const contentType = header(request.headers, "Content-Type");
        const accept = header(request.headers, "Accept");
        return respond(sys, request, options.answer({ method: request.method, path, query, body: request.body, contentType, accept }));
      },
    });
    yield* sys.err(`listen tcp :${options.port}: ${error}\n`);
    return 1;
  };
}

/** @source Go net/http server.go: what a TLS server says to plain HTTP */
function plainToHttps(): HttpResponse {
  return httpResponse({ version: "HTTP/1.0", status: 400, headers: [], body: "Client sent an HTTP request to an HTTPS server.\n" });
}

/** What a pod said, as the API server hands it on. */
function withServerHeaders(sys: Sys, request: HttpRequest, response: HttpResponse): HttpResponse {
  const isHttp2 = request.version === "HTTP/2";
  const own = [
    ["Audit-Id", auditId(sys)],
    ["Cache-Control", "no-cache, private"],
  ] as const;
  const headers = [...own, ...response.headers];
  return httpResponse({
    ...response,
    version: isHttp2 ? "HTTP/2" : "HTTP/1.1",
    headers: isHttp2 ? headers.map(([name, value]) => [name.toLowerCase(), value] as const) : headers,
    isToHead: request.method === "HEAD",
  });
}

function respond(sys: Sys, request: HttpRequest, result: ApiAnswer): HttpResponse {
  const { path } = splitTarget(request.target);
  const body = "json" in result ? `${JSON.stringify(result.json, null, 2)}${path.startsWith("/version") ? "" : "\n"}` : result.text;
  const type = "json" in result ? "application/json" : "text/plain; charset=utf-8";
  const isHttp2 = request.version === "HTTP/2";
  const headers = [
    ["Audit-Id", auditId(sys)],
    ["Cache-Control", "no-cache, private"],
    ["Content-Type", type],
    ["Date", httpDate(sys.dateMs())],
    ["Content-Length", `${utf8Length(body)}`],
  ] as const;
  return httpResponse({
    version: isHttp2 ? "HTTP/2" : "HTTP/1.1",
    status: result.status,
    headers: isHttp2 ? headers.map(([name, value]) => [name.toLowerCase(), value] as const) : headers,
    isToHead: request.method === "HEAD",
    body,
  });
}

function auditId(sys: Sys): string {
  const hex = (digits: number): string => sys.random.uint32().toString(16).padStart(8, "0").slice(0, digits);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`;
}

/** @source apiserver pkg/endpoints/handlers/responsewriters/errors.go, Forbidden; the words for resources name the verb */
function forbidden(method: string, path: string): ApiAnswer {
  const resource = /^\/(?:api|apis\/([^/]+))\/[^/]+\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+)(?:\/([^/]+)(?:\/.*)?)?)?$/.exec(path);
  const verb =
    {
      GET: resource?.[4] === undefined && resource !== null ? "list" : "get",
      POST: "create",
      PUT: "update",
      PATCH: "patch",
      DELETE: "delete",
    }[method] ?? method.toLowerCase();
  if (resource === null) {
    const message = `forbidden: User "system:anonymous" cannot ${method.toLowerCase()} path "${path}"`;
    return {
      status: 403,
      json: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason: "Forbidden", details: {}, code: 403 },
    };
  }
  const [, group = "", namespace, plural, name, subresource] = resource;
  const scope = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const subject =
    name === undefined
      ? `${plural}${group === "" ? "" : `.${group}`} is forbidden`
      : `${plural}${group === "" ? "" : `.${group}`} "${name}" is forbidden`;
  const message = `${subject}: User "system:anonymous" cannot ${verb} resource "${plural}${subresource === undefined ? "" : `/${subresource}`}" in API group "${group}" ${scope}`;
  const details = { ...(name === undefined ? {} : { name }), ...(group === "" ? {} : { group }), kind: plural };
  return {
    status: 403,
    json: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason: "Forbidden", details, code: 403 },
  };
}

/** @source apiserver pkg/authentication/request/x509: who comes with a certificate of the cluster's authority is who it says */
function isSignedByCluster({ issuer }: Certificate): boolean {
  return issuer.some(({ type, value }) => type === "CN" && value === "kubernetes");
}

/** Signed by the cluster's own authority, which no client outside trusts: hence `-k`. @source kubeadm's apiserver.crt */
function servingCertificate(ips: readonly string[], clusterDomain: string): Certificate {
  return {
    subject: [{ type: "CN", value: "kube-apiserver" }],
    issuer: [{ type: "CN", value: "kubernetes" }],
    dnsNames: ["kubernetes", "kubernetes.default", "kubernetes.default.svc", `kubernetes.default.svc.${clusterDomain}`],
    ipAddresses: ips,
    notBeforeMs: 1_735_689_600_000,
    notAfterMs: 1_893_456_000_000,
    publicKey: "kube-apiserver",
    keyType: "rsa",
    serialHex: "02",
    isCa: false,
    sizeBytes: 1150,
  };
}
