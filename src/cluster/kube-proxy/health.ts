import type { Ip } from "../network/address.ts";
import type { Sockets, TcpListener, TcpSocket } from "../network/sockets.ts";
import { utf8Length } from "../protocols/bytes.ts";
import { type HttpHeaders, type HttpRequest, type HttpResponse, httpResponse, keepsAlive } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { civilDate, twoDigits } from "../sim/date.ts";

/** What a load balancer learns of one Service on this node. */
export interface ServiceHealth {
  readonly namespace: string;
  readonly name: string;
  /** Distinct addresses of local endpoints that are ready; terminating ones do not count, even while they get traffic. */
  readonly localEndpoints: number;
}

interface Answer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/** The answer of a health check node port, whatever path was asked. @source kubernetes pkg/proxy/healthcheck/service_health.go, ServeHTTP */
export function serviceHealthAnswer(health: ServiceHealth): Answer {
  const { namespace, name, localEndpoints } = health;
  const body = `{
\t"service": {
\t\t"namespace": "${namespace}",
\t\t"name": "${name}"
\t},
\t"localEndpoints": ${localEndpoints},
\t"serviceProxyHealthy": true
}`;
  return {
    status: localEndpoints > 0 ? 200 : 503,
    headers: [...jsonHeaders, ["X-Load-Balancing-Endpoint-Weight", `${localEndpoints}`]],
    body,
  };
}

const jsonHeaders: HttpHeaders = [
  ["Content-Type", "application/json"],
  ["X-Content-Type-Options", "nosniff"],
];

const plainHeaders: HttpHeaders = [
  ["Content-Type", "text/plain; charset=utf-8"],
  ["X-Content-Type-Options", "nosniff"],
];

export interface ProxyHealth {
  readonly lastUpdatedMs: number;
  readonly nowMs: number;
  /** False while the node is being deleted: load balancers shall leave it. */
  readonly isNodeEligible: boolean;
}

export const healthzPort = 10256;
/** On the node's own loopback address alone. @source kube-proxy --metrics-bind-address */
export const metricsPort = 10249;

/** What kube-proxy tells of itself on its metrics port. @source kubernetes cmd/kube-proxy/app/server.go, serveMetrics */
export function metricsAnswer(target: string, mode: string): Answer {
  const path = target.split("?")[0];
  const text = path === "/proxyMode" ? mode : path === "/healthz" ? "ok" : undefined;
  return { status: text === undefined ? 404 : 200, headers: plainHeaders, body: text ?? "404 page not found\n" };
}

/** @source kubernetes pkg/proxy/healthcheck/proxy_health.go */
export function proxyHealthAnswer(target: string, health: ProxyHealth): Answer {
  const path = target.split("?")[0];
  if (path !== "/healthz" && path !== "/livez") {
    return {
      status: 404,
      headers: plainHeaders,
      body: "404 page not found\n",
    };
  }
  const isHealthy = path === "/livez" || health.isNodeEligible;
  const eligible = path === "/livez" ? "" : `, "nodeEligible": ${health.isNodeEligible}`;
  const body = `{"lastUpdated": "${goTime(health.lastUpdatedMs)}","currentTime": "${goTime(health.nowMs)}"${eligible}}`;
  return { status: isHealthy ? 200 : 503, headers: jsonHeaders, body };
}

/** `2026-01-05 09:00:00.25 +0000 UTC`. @source Go time.Time.String */
function goTime(dateMs: number): string {
  const d = civilDate(dateMs);
  const date = `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)}`;
  const fraction = d.millisecond === 0 ? "" : `.${`${d.millisecond}`.padStart(3, "0").replace(/0+$/, "")}`;
  return `${date} ${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)}${fraction} +0000 UTC`;
}

/** It runs beside the node's own processes, not among those that the machine counts from a thousand up. */
const kubeProxy = { name: "kube-proxy", pid: 812 };

/** A listening port of kube-proxy itself, on every address unless one is given; undefined when somebody else has it. */
export function serveHealth(
  sockets: Sockets,
  { port, ip }: { readonly port: number; readonly ip?: Ip },
  dateMs: () => number,
  answer: (request: HttpRequest) => Answer,
): TcpListener | undefined {
  const listener = sockets.listenTcp(port, { owner: kubeProxy, ...(ip === undefined ? {} : { ip }) });
  if (typeof listener === "string") return undefined;
  listener.onConnection = (socket) => {
    const serve = (): void => serveConnection(socket, (request) => respond(answer(request), request, dateMs()));
    socket.onChange = serve;
    serve();
  };
  return listener;
}

function serveConnection(socket: TcpSocket, respondTo: (request: HttpRequest) => HttpResponse): void {
  for (let payload = socket.read(); payload !== undefined; payload = socket.read()) {
    if (payload.kind !== "http-request") continue;
    const request = payload as HttpRequest;
    socket.write(respondTo(request));
    if (!keepsAlive(request)) socket.close();
  }
  if (socket.isEnded) socket.close();
}

function respond(answer: Answer, request: HttpRequest, nowMs: number): HttpResponse {
  return httpResponse({
    status: answer.status,
    headers: [...answer.headers, ["Date", httpDate(nowMs)], ["Content-Length", `${utf8Length(answer.body)}`]],
    body: answer.body,
    isToHead: request.method === "HEAD",
  });
}
