import { type Run, Signal } from "../machine/syscall.ts";
import { type HttpRequest, type HttpResponse, header, httpRequest, httpResponse, withoutHeader } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { type HttpAnswer, serveHttp } from "../protocols/http-server.ts";
import { type ApiConnection, apiConnection } from "./api-connection.ts";
import type { Command } from "./command.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { goPattern } from "./go-pattern.ts";
import { klogPrefix } from "./klog.ts";
import type { Session } from "./session.ts";

/** `kubectl proxy`: the API in plain HTTP on this machine, with the kubeconfig's rights. @source kubectl pkg/cmd/proxy/proxy.go; kubectl pkg/proxy/proxy_server.go */
export const proxyCommand: Command = {
  name: "proxy",
  short: "Run a proxy to the Kubernetes API server",
  usage: "[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
  flags: [
    { name: "accept-hosts", type: "string", default: "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$" },
    { name: "accept-paths", type: "string", default: "^.*" },
    { name: "address", type: "string", default: "127.0.0.1", usage: "The IP address on which to serve on." },
    { name: "api-prefix", type: "string", default: "/", usage: "Prefix to serve the proxied API under." },
    { name: "disable-filter", type: "bool", default: "false" },
    { name: "keepalive", type: "duration", default: "0s" },
    {
      name: "port",
      short: "p",
      type: "int",
      default: "8001",
      usage: "The port on which to run the proxy. Set to 0 to pick a random port.",
    },
    { name: "reject-methods", type: "string", default: "^$" },
    { name: "reject-paths", type: "string", default: "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach" },
  ],
  run: proxy,
};

/** Which requests pass. */
export interface ProxyFilter {
  readonly acceptHosts: readonly RegExp[];
  readonly acceptPaths: readonly RegExp[];
  readonly rejectPaths: readonly RegExp[];
  readonly rejectMethods: readonly RegExp[];
}

/** @source kubectl pkg/proxy/proxy_server.go, FilterServer.accept and extractHost */
export function isAccepted(filter: ProxyFilter, request: HttpRequest): boolean {
  const matches = (patterns: readonly RegExp[], text: string): boolean => patterns.some((pattern) => pattern.test(text));
  const path = request.target.split("?")[0] ?? "";
  const host = (header(request.headers, "Host") ?? "").replace(/:\d+$/, "");
  if (matches(filter.rejectPaths, path)) return false;
  if (matches(filter.rejectMethods, request.method)) return false;
  return matches(filter.acceptPaths, path) && matches(filter.acceptHosts, host);
}

function* proxy(session: Session, flags: Flags): Run<number> {
  const { sys } = session;
  const filter = flags.is("disable-filter") ? undefined : filterOf(flags);
  const prefix = `/${flags.text("api-prefix").replace(/^\/|\/$/g, "")}/`.replace("//", "/");
  const address = flags.text("address");
  const port = flags.number("port");
  if (port < 0 || port > 65535) throw new KubectlError(`listen tcp: address ${port}: invalid port`);
  const everywhere = address === "0.0.0.0" || address === "::";
  const listening = sys.listen(port, everywhere ? {} : { ip: address });
  if (!listening.ok) {
    const reason = listening.error === "EADDRINUSE" ? "address already in use" : "cannot assign requested address";
    throw new KubectlError(`listen tcp ${address}:${port}: bind: ${reason}`);
  }
  const { listener } = listening;
  yield* session.out(`Starting to serve on ${everywhere ? "[::]" : address}:${listener.port}\n`);
  const api = apiConnection(sys, session.options.apiServer);
  try {
    for (;;) {
      const stream = yield* listener.accept();
      const answer = (request: HttpRequest): Run<HttpAnswer> => forward(session, api, filter, prefix, request);
      sys.thread(
        "connection",
        serveHttp(stream, { idleUs: 180_000_000, badRequest: () => plain(session, 400, "400 Bad Request") }, answer),
      );
    }
  } catch (signal) {
    if (signal instanceof Signal) api.close();
    throw signal;
  }
}

function filterOf(flags: Flags): ProxyFilter {
  const patterns = (name: string): readonly RegExp[] => flags.text(name).split(",").map(goPattern);
  return {
    acceptHosts: patterns("accept-hosts"),
    acceptPaths: patterns("accept-paths"),
    rejectPaths: patterns("reject-paths"),
    rejectMethods: patterns("reject-methods"),
  };
}

function* forward(
  session: Session,
  api: ApiConnection,
  filter: ProxyFilter | undefined,
  prefix: string,
  request: HttpRequest,
): Run<HttpResponse> {
  if (filter !== undefined && !isAccepted(filter, request)) return plain(session, 403, "Forbidden");
  if (!request.target.startsWith(prefix)) return plain(session, 404, "404 page not found");
  const forwardedFor = [header(request.headers, "X-Forwarded-For"), "127.0.0.1"].filter((one) => one !== undefined).join(", ");
  const kept = ["Host", "Connection", "X-Forwarded-For"].reduce(withoutHeader, request.headers);
  const answer = yield* api.exchange(
    httpRequest({
      method: request.method,
      target: request.target.slice(prefix.length - 1),
      version: "HTTP/2",
      headers: [["Host", session.options.apiServer], ...kept, ["X-Forwarded-For", forwardedFor]],
      body: request.body,
    }),
  );
  if (!("error" in answer)) {
    const headers = answer.headers.map(([name, value]) => [goName(name), value] as const);
    return httpResponse({ ...answer, version: "HTTP/1.1", headers, isToHead: request.method === "HEAD" });
  }
  yield* session.err(`${klogPrefix(session, "E", "proxy_server.go:147")}Error while proxying request: ${answer.error}\n`);
  return plain(session, 502, "");
}

/** `audit-id`, as HTTP/2 has it, is `Audit-Id` here. @source Go net/textproto, CanonicalMIMEHeaderKey */
function goName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** @source Go net/http, Error */
function plain(session: Session, status: number, text: string): HttpResponse {
  const body = text === "" ? "" : `${text}\n`;
  return httpResponse({
    status,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["X-Content-Type-Options", "nosniff"],
      ["Date", httpDate(session.sys.dateMs())],
      ["Content-Length", `${body.length}`],
    ],
    body,
  });
}
