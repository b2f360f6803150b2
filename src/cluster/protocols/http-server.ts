import { type Duplex, isPayload, type Step } from "./duplex.ts";
import { type HttpRequest, type HttpResponse, keepsAlive } from "./http.ts";
import { HttpReader } from "./http-reader.ts";

export interface HttpServerOptions {
  /** How long an idle connection is kept, in microseconds. */
  readonly idleUs: number;
  /** What the server says to a request that it can't read; then it closes. */
  readonly badRequest: (text: string) => HttpResponse;
}

/** A request to a proxy names the whole URL: a server that is none takes host and path from it. @source RFC 9112, section 3.2.2 */
function withOriginForm(request: HttpRequest): HttpRequest {
  const match = /^https?:\/\/([^/?#]+)(.*)$/is.exec(request.target);
  if (match === null) return request;
  const [, host = "", path = ""] = match;
  const headers = request.headers.map(([name, value]) => [name, name.toLowerCase() === "host" ? host : value] as const);
  return { ...request, target: path.startsWith("/") ? path : `/${path}`, headers };
}

/** What a handler gives: an answer (HttpServer sends it), or "abort" (reset), or "close" (FIN without a word). */
export type HttpAnswer = HttpResponse | "abort" | "close";

/**
 * Serves one connection: request after request while both sides keep it open. The handler says `Connection` itself, as the program it stands for does.
 * Used by every image's server, CoreDNS' health ports and the Ingress controller.
 */
export function* serveHttp(duplex: Duplex, options: HttpServerOptions, handle: (request: HttpRequest) => Step<HttpAnswer>): Step<void> {
  const reader = new HttpReader();
  for (;;) {
    const result = reader.next();
    if (result.type === "more") {
      const received = yield* duplex.receive(options.idleUs);
      if (!isPayload(received)) break;
      reader.push(received);
      continue;
    }
    if (result.type === "garbage" || result.message.kind !== "http-request") {
      yield* duplex.send(options.badRequest(result.type === "garbage" ? result.text : ""));
      break;
    }
    const request = withOriginForm(result.message);
    const answer = yield* handle(request);
    if (answer === "abort") {
      duplex.abort();
      return;
    }
    if (answer === "close") break;
    if ((yield* duplex.send(answer)) !== undefined) break;
    if (!keepsAlive(request) || !keepsAlive(answer)) break;
  }
  duplex.close();
}
