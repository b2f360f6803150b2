import type { Run, Stream, Sys } from "../machine/syscall.ts";
import { dial, httpConnection } from "../programs/http-client.ts";
import { type HttpRequest, type HttpResponse, header, httpRequest, httpResponse, withoutHeader } from "../protocols/http.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import type { ApiAnswer, ApiCall } from "./kube-apiserver.ts";

/** `/api/v1/namespaces/default/services/http:kubia:80/proxy/hostname` taken apart. */
export interface ProxyPath {
  readonly kind: "pods" | "services";
  readonly namespace: string;
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
  const [name = "", port = ""] = parts.length === 3 ? parts.slice(1) : parts;
  return { kind: kind as ProxyPath["kind"], namespace, name, port, rest };
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
  const dialed = yield* dial(sys, [place.ip], place.port, { deadlineUs: sys.nowUs() + dialUs, connect: { parent: client.connection } });
  const where = `${place.ip.includes(":") ? `[${place.ip}]` : place.ip}:${place.port}`;
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
  const result = yield* exchangeHttp(sys, httpConnection(dialed.stream), sent, sys.nowUs() + answerUs);
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

type Location = { readonly ip: string; readonly port: number } | ApiAnswer;

/** The port asked for, else the first that a container declares, else 80. */
function podLocation({ spec, status }: PodShape, { port }: ProxyPath): Location {
  const ip = status?.podIP;
  if (ip === undefined || ip === "") return failure(400, "BadRequest", "address not allowed");
  const declared = spec.containers.find(({ ports }) => (ports ?? []).length > 0)?.ports?.[0]?.containerPort;
  return { ip, port: port === "" ? (declared ?? 80) : Number(port) };
}

function endpointsOf(answer: ApiAnswer): EndpointsShape {
  return answer.status === 200 && "json" in answer ? (answer.json as EndpointsShape) : {};
}

/** One of the ready endpoints, by chance. */
function serviceLocation(
  service: ServiceShape,
  { subsets = [] }: EndpointsShape,
  { name, port }: ProxyPath,
  random: Sys["random"],
): Location {
  let portName = port;
  if (/^\d+$/.test(port)) {
    const declared = service.spec.ports?.find((one) => one.port === Number(port));
    if (declared === undefined) return unavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
    portName = declared.name ?? "";
  }
  const none = (id: string): ApiAnswer => unavailable(`no endpoints available for service ${JSON.stringify(id)}`);
  if (subsets.length === 0) return none(name);
  const from = random.below(subsets.length);
  for (const [i] of subsets.entries()) {
    const { addresses = [], ports = [] } = subsets[(from + i) % subsets.length] ?? {};
    const found = ports.find((one) => (one.name ?? "") === portName);
    if (addresses.length === 0 || found === undefined) continue;
    return { ip: (addresses[random.below(addresses.length)] as { readonly ip: string }).ip, port: found.port };
  }
  return none(port === "" ? name : `${name}:${port}`);
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
