import type { Run, Stream, Sys } from "../machine/syscall.ts";
import { dial, httpConnection } from "../programs/http-client.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpRequest, type HttpResponse, header, httpRequest, httpResponse, withoutHeader } from "../protocols/http.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import type { ApiAnswer, ApiCall } from "./kube-apiserver.ts";

/** `/api/v1/namespaces/default/services/http:kubia:80/proxy/hostname` taken apart. */
export interface ProxyPath {
  readonly kind: "pods" | "services";
  readonly namespace: string;
  /** As it stands in the path. */
  readonly id: string;
  /** "" for HTTP too. */
  readonly scheme: string;
  readonly name: string;
  /** A number, a port's name, or "". */
  readonly port: string;
  /** Undefined when even the slash is missing: then the client is sent to the path with one. */
  readonly rest: string | undefined;
}

export function proxyPath(path: string): ProxyPath | undefined {
  const match = /^\/api\/v1\/namespaces\/([^/]+)\/(pods|services)\/([^/]+)\/proxy(\/.*)?$/.exec(path);
  if (match === null) return undefined;
  const [, namespace = "", kind = "", id = "", rest] = match;
  // `[SCHEME:]NAME[:PORT]`. @source apimachinery util/net/port_split.go, SplitSchemeNamePort
  const parts = id.split(":");
  const [scheme = "", name = "", port = ""] = parts.length < 3 ? ["", ...parts] : parts.length === 3 ? parts : [];
  return { kind: kind as ProxyPath["kind"], namespace, id, scheme, name, port, rest };
}

interface ProxyCall {
  readonly request: HttpRequest;
  readonly client: Stream;
  readonly target: ProxyPath;
  readonly answer: (call: ApiCall) => ApiAnswer;
}

/** Like the dialer of the API server's transport. */
const dialUs = 30_000_000;
const answerUs = 3_600_000_000;

/**
 * The API server as a way into the cluster: it calls the pod itself, past every Service rule, since it has read the endpoints.
 * @source apiserver pkg/registry/rest, kubernetes pkg/registry/core/pod/strategy.go and service/storage, ResourceLocation; apimachinery util/proxy/upgradeaware.go
 */
export function* proxyToCluster(sys: Sys, { request, client, target, answer }: ProxyCall): Run<ApiAnswer | HttpResponse> {
  if (target.name === "" || !["", "http", "https"].includes(target.scheme))
    return failure(400, "BadRequest", `invalid ${target.kind === "pods" ? "pod" : "service"} request ${JSON.stringify(target.id)}`);
  const get = (path: string): ApiAnswer =>
    answer({ method: "GET", path, query: new Map(), body: "", contentType: undefined, accept: undefined });
  const path = `/api/v1/namespaces/${target.namespace}/${target.kind}/${target.name}`;
  const found = get(path);
  if (found.status !== 200 || !("json" in found)) return found;
  const place =
    target.kind === "pods"
      ? podLocation(found.json as PodShape, target)
      : serviceLocation(found.json as ServiceShape, endpointsOf(get(path.replace("/services/", "/endpoints/"))), target, sys.random);
  if ("status" in place) return place;
  const [whole = "", query] = request.target.split(/\?(.*)/s);
  const tail = query === undefined ? "" : `?${query}`;
  if (target.rest === undefined) return redirect(`${whole}/${tail}`);
  const port = portNumber(place.port, target.scheme);
  if (typeof port === "string") return unavailable(`error trying to reach service: dial tcp: ${port}`);
  const dialed = yield* dial(sys, [place.ip], port, { deadlineUs: sys.nowUs() + dialUs, connect: { parent: client.connection } });
  const where = `${place.ip.includes(":") ? `[${place.ip}]` : place.ip}:${port}`;
  if (!dialed.ok) return unavailable(`error trying to reach service: dial tcp ${where}: ${dialError[dialed.error] ?? dialed.error}`);
  const forwarded = [header(request.headers, "X-Forwarded-For"), client.remote.ip.text].filter((one) => one !== undefined).join(", ");
  const sent = httpRequest({
    method: request.method,
    target: `${target.rest}${tail}`,
    headers: [
      ...withoutHeader(withoutHeader(withoutHeader(request.headers, "X-Forwarded-For"), "Connection"), "Authorization"),
      ["X-Forwarded-For", forwarded],
      ["X-Forwarded-Uri", whole],
    ],
    body: request.body,
  });
  let duplex: Duplex = dialed.stream;
  if (target.scheme === "https") {
    const tls = yield* tlsConnect(dialed.stream, { serverName: undefined, alpn: ["http/1.1"], timeoutUs: dialUs });
    if (!tls.ok) {
      dialed.stream.close();
      const why = tls.error === "not-tls" ? "http: server gave HTTP response to HTTPS client" : "EOF";
      return unavailable(`error trying to reach service: ${why}`);
    }
    yield* tlsFinish(dialed.stream); // whoever it says it is
    duplex = tls.duplex;
  }
  const result = yield* exchangeHttp(sys, httpConnection(dialed.stream, duplex), sent, sys.nowUs() + answerUs);
  dialed.stream.close();
  if (result.type !== "response") return unavailable("error trying to reach service: EOF");
  return { ...result.response, headers: withoutHeader(withoutHeader(result.response.headers, "Connection"), "Keep-Alive") };
}

interface PodShape {
  readonly spec: { readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[] };
  readonly status?: { readonly podIP?: string };
}

interface ServiceShape {
  readonly spec: { readonly ports?: readonly { readonly name?: string; readonly port: number }[] };
}

interface EndpointsShape {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

/** `port`: a number, a name that Go knows, or "" for the scheme's own. */
type Location = { readonly ip: string; readonly port: string } | ApiAnswer;

const knownPorts = new Map([
  ["", 80],
  ["http", 80],
  ["https", 443],
  ["domain", 53],
]);

/** In Go's words when it is none. @source Go net, LookupPort */
function portNumber(text: string, scheme: string): number | string {
  if (/^\d+$/.test(text)) return Number(text) <= 65_535 ? Number(text) : `address ${text}: invalid port`;
  return knownPorts.get(text === "" ? scheme : text) ?? `lookup tcp/${text}: unknown port`;
}

/** The port asked for, else the first that a container declares, else the scheme's own. */
function podLocation({ spec, status }: PodShape, { port }: ProxyPath): Location {
  const ip = status?.podIP;
  if (ip === undefined || ip === "") return failure(400, "BadRequest", "address not allowed");
  const declared = spec.containers.find(({ ports }) => (ports ?? []).length > 0)?.ports?.[0]?.containerPort;
  return { ip, port: port === "" ? `${declared ?? ""}` : port };
}

function endpointsOf(answer: ApiAnswer): EndpointsShape {
  return answer.status === 200 && "json" in answer ? (answer.json as EndpointsShape) : {};
}

/** One of the ready endpoints, by chance. */
function serviceLocation(
  service: ServiceShape,
  { subsets = [] }: EndpointsShape,
  { id, name, port }: ProxyPath,
  random: Sys["random"],
): Location {
  let portName = port;
  if (/^\d+$/.test(port)) {
    const declared = service.spec.ports?.find((one) => one.port === Number(port));
    if (declared === undefined) return unavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
    portName = declared.name ?? "";
  }
  const none = (what: string): ApiAnswer => unavailable(`no endpoints available for service ${JSON.stringify(what)}`);
  if (subsets.length === 0) return none(name);
  const from = random.below(subsets.length);
  for (const [i] of subsets.entries()) {
    const { addresses = [], ports = [] } = subsets[(from + i) % subsets.length] ?? {};
    const found = ports.find((one) => (one.name ?? "") === portName);
    if (addresses.length === 0 || found === undefined) continue;
    return { ip: (addresses[random.below(addresses.length)] as { readonly ip: string }).ip, port: `${found.port}` };
  }
  return none(id);
}

/** Go's words. */
const dialError: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
};

function redirect(to: string): HttpResponse {
  return httpResponse({
    status: 301,
    headers: [
      ["Location", to],
      ["Content-Length", "0"],
    ],
  });
}

function unavailable(message: string): ApiAnswer {
  return failure(503, "ServiceUnavailable", message);
}

function failure(code: number, reason: string, message: string): ApiAnswer {
  return { status: code, json: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code } };
}
