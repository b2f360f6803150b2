import type { ApiResponse, Status } from "../apiserver/request.ts";
import type { Run, Stream, Sys } from "../machine/syscall.ts";
import { type HttpRequest, type HttpResponse, httpRequest } from "../protocols/http.ts";
import { type ExchangeConnection, exchangeHttp } from "../protocols/http-exchange.ts";
import { HttpReader } from "../protocols/http-reader.ts";
import type { Certificate } from "../protocols/tls.ts";
import { tlsConnect, tlsFinish } from "../protocols/tls-session.ts";
import { KubectlFatal, notFoundInTheRequest, StatusError } from "./failure.ts";
import type { Session } from "./session.ts";

/**
 * The way to the API server by packets: TLS with the certificate of the kubeconfig. What is an object is asked of it directly (`Session.request`);
 * what goes on from there, to a pod or a Service, has to travel.
 */
export interface ApiConnection {
  /** Undefined: there is no connection any more; `error` says why it could not be made. */
  exchange(request: HttpRequest): Run<HttpResponse | { readonly error: string }>;
  close(): void;
}

const dialUs = 30_000_000;
const answerUs = 3_600_000_000;

/** Idle connections are kept and used again, as Go's transport does. */
export function apiConnection(sys: Sys, apiServer: string): ApiConnection {
  const idle: { readonly stream: Stream; readonly connection: ExchangeConnection }[] = [];

  function* open(): Run<{ readonly stream: Stream; readonly connection: ExchangeConnection } | { readonly error: string }> {
    const colon = apiServer.lastIndexOf(":");
    const to = sys.address(apiServer.slice(0, colon).replace(/^\[|\]$/g, ""), Number(apiServer.slice(colon + 1)));
    if (to === undefined) return { error: `dial tcp: lookup ${apiServer.slice(0, colon)}: no such host` };
    const connected = yield* sys.connect(to, { timeoutUs: dialUs });
    if (!connected.ok) return { error: `dial tcp ${apiServer}: ${dialError[connected.error] ?? connected.error}` };
    const { stream } = connected;
    const tls = yield* tlsConnect(stream, { serverName: undefined, alpn: ["h2", "http/1.1"], timeoutUs: 10_000_000 });
    if (!tls.ok) {
      stream.close();
      return { error: "EOF" };
    }
    yield* tlsFinish(stream, adminCertificate);
    return { stream, connection: { duplex: tls.duplex, reader: new HttpReader() } };
  }

  return {
    *exchange(request) {
      let used = idle.pop();
      while (used?.stream.isEnded === true) used = idle.pop();
      const found = used ?? (yield* open());
      if ("error" in found) return found;
      const result = yield* exchangeHttp(sys, found.connection, request, sys.nowUs() + answerUs);
      if (result.type !== "response") {
        found.stream.close();
        return { error: "EOF" };
      }
      idle.push(found);
      return result.response;
    },
    close() {
      for (const { stream } of idle.splice(0)) stream.close();
    },
  };
}

/** Go's words. */
const dialError: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
};

/** What kubeadm writes into admin.conf. @source kubeadm cmd/phases/init/kubeconfig.go, since 1.29 */
const adminCertificate: Certificate = {
  subject: [
    { type: "O", value: "kubeadm:cluster-admins" },
    { type: "CN", value: "kubernetes-admin" },
  ],
  issuer: [{ type: "CN", value: "kubernetes" }],
  dnsNames: [],
  ipAddresses: [],
  notBeforeMs: 1_735_689_600_000,
  notAfterMs: 1_893_456_000_000,
  publicKey: "kubernetes-admin",
  keyType: "rsa",
  serialHex: "03",
  isCa: false,
  sizeBytes: 820,
};

/** `get --raw` of what lies behind `/proxy`. @throws StatusError, KubectlFatal @source client-go rest/request.go, transformResponse and newUnstructuredResponseError */
export function* rawByPackets(session: Session, target: string): Run<ApiResponse> {
  const api = apiConnection(session.sys, session.options.apiServer);
  const headers = [
    ["Host", session.options.apiServer],
    ["User-Agent", `kubectl/${session.version.text} (linux/amd64) kubernetes/0000000`],
    ["Accept", "application/json, */*"],
    ["Accept-Encoding", "gzip"],
  ] as const;
  const answer = yield* api.exchange(httpRequest({ method: "GET", target, version: "HTTP/2", headers }));
  api.close();
  if ("error" in answer) throw new KubectlFatal(`Unable to connect to the server: ${answer.error}`);
  if (answer.status < 400) return { code: answer.status, body: answer.body, warnings: [] };
  throw refusalOf(answer);
}

function refusalOf({ status, body }: HttpResponse): StatusError {
  try {
    const value = JSON.parse(body) as Partial<Status>;
    if (value.kind === "Status") return new StatusError(value as Status);
  } catch {
    // What a pod says is no Status of the API's.
  }
  if (status === 404) return notFoundInTheRequest();
  const known = { 503: ["ServiceUnavailable", "the server is currently unable to handle the request"] } as const;
  const [reason, message] = known[status as keyof typeof known] ?? [
    "InternalError",
    `an error on the server (${JSON.stringify(body.trim() || "unknown")}) has prevented the request from succeeding`,
  ];
  return new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code: status });
}
