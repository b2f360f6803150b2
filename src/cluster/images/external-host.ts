import type { Program, Run, Stream, Sys } from "../machine/syscall.ts";
import { utf8Length } from "../protocols/bytes.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpRequest, type HttpResponse, header, httpResponse } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { publicAuthority } from "../protocols/public-authority.ts";
import type { Certificate } from "../protocols/tls.ts";
import { tlsAccept } from "../protocols/tls-session.ts";
import { listenHttp, waitForEver } from "./serve.ts";

/** A host on the internet, as a scenario describes it. */
export interface ExternalSite {
  readonly name: string;
  readonly ports: readonly number[];
  /** Host headers it knows; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  readonly body: string;
}

const idleUs = 75_000_000;

/** Answers HTTP on its ports (TLS on 443) with its body; a Host header that it does not know gets 404, as from any server of many sites. */
export function externalHost(site: ExternalSite): (sys: Sys) => Program {
  return function* (sys) {
    for (const port of site.ports) sys.thread(`port-${port}`, serve(sys, site, port));
    return yield* waitForEver(sys);
  };
}

function* serve(sys: Sys, site: ExternalSite, port: number): Run<void> {
  yield* listenHttp(sys, {
    port,
    idleUs,
    badRequest: () => respond(sys, 400, "400 Bad Request\n", false),
    *handle(request) {
      yield* sys.work(1);
      return answer(sys, site, request);
    },
    ...(port === 443 ? { wrap: (stream: Stream) => accept(site, stream) } : {}),
  });
}

function answer(sys: Sys, site: ExternalSite, request: HttpRequest): HttpResponse {
  const host = (header(request.headers, "Host") ?? "").replace(/:\d+$/, "").toLowerCase();
  const isToHead = request.method === "HEAD";
  if (site.hosts !== undefined && !site.hosts.some((known) => known.toLowerCase() === host)) {
    return respond(sys, 404, `404 Not Found: no site ${host} on this server\n`, isToHead);
  }
  return respond(sys, 200, site.body.endsWith("\n") ? site.body : `${site.body}\n`, isToHead);
}

function respond(sys: Sys, status: number, body: string, isToHead: boolean): HttpResponse {
  return httpResponse({
    status,
    headers: [
      ["Date", httpDate(sys.dateMs())],
      ["Content-Type", "text/plain"],
      ["Content-Length", `${utf8Length(body)}`],
    ],
    body,
    isToHead,
  });
}

function* accept(site: ExternalSite, stream: Stream): Run<Duplex | undefined> {
  const accepted = yield* tlsAccept(stream, { certificatesFor: () => [certificateOf(site)], alpn: ["http/1.1"], timeoutUs: idleUs });
  return accepted.ok ? accepted.duplex : undefined;
}

/** Signed by the public authority that every client trusts. */
function certificateOf(site: ExternalSite): Certificate {
  const names = [...new Set([site.name, ...(site.hosts ?? [])])];
  return {
    subject: [{ type: "CN", value: site.name }],
    issuer: publicAuthority.subject,
    dnsNames: names,
    ipAddresses: [],
    notBeforeMs: 0,
    notAfterMs: 4_102_444_800_000,
    publicKey: `external:${site.name}`,
    keyType: "rsa",
    serialHex: "03",
    isCa: false,
    sizeBytes: 1200,
  };
}
