import type { Sys } from "../machine/syscall.ts";
import { utf8Length } from "../protocols/bytes.ts";
import { type HttpHeaders, type HttpRequest, type HttpResponse, httpResponse, keepsAlive, reasonPhrase } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";

/** Go's server keeps idle connections until told otherwise; three minutes stand for it where a program sets nothing. */
export const goIdleUs = 180_000_000;

/**
 * An answer as Go's net/http writes it: the handler's headers sorted, then Date, Content-Length and Content-Type.
 * @source Go net/http server.go, (*chunkWriter).writeHeader
 */
export function goResponse(
  sys: Sys,
  request: HttpRequest,
  answer: { readonly status?: number; readonly body?: string; readonly contentType?: string; readonly headers?: HttpHeaders },
): HttpResponse {
  const { status = 200, body = "", contentType = "text/plain; charset=utf-8", headers = [] } = answer;
  const isToHead = request.method === "HEAD";
  const sorted = headers.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const hasType = headers.some(([name]) => name === "Content-Type") || body === "";
  const closing: HttpHeaders = keepsAlive(request)
    ? request.version === "HTTP/1.0"
      ? [["Connection", "keep-alive"]]
      : []
    : [["Connection", "close"]];
  return httpResponse({
    status,
    reason: goReason(status),
    isToHead,
    headers: [
      ...sorted,
      ["Date", httpDate(sys.dateMs())],
      ["Content-Length", `${utf8Length(body)}`],
      ...(hasType ? [] : [["Content-Type", contentType] as const]),
      ...closing,
    ],
    body,
  });
}

function goReason(status: number): string {
  return reasonPhrase(status) || `status code ${status}`;
}

/** @source Go net/http server.go, badRequestError */
export function goBadRequest(): HttpResponse {
  return httpResponse({
    status: 400,
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["Connection", "close"],
    ],
    body: "400 Bad Request",
  });
}

/** Go's 404: `404 page not found` with a newline. */
export function goNotFound(sys: Sys, request: HttpRequest): HttpResponse {
  return goResponse(sys, request, {
    status: 404,
    body: "404 page not found\n",
    headers: [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["X-Content-Type-Options", "nosniff"],
    ],
  });
}

/** Path and query parameters of a request target; `+` is a blank. */
export function splitTarget(target: string): { readonly path: string; readonly query: ReadonlyMap<string, string> } {
  const mark = target.indexOf("?");
  const path = decode(mark < 0 ? target : target.slice(0, mark));
  const query = new Map<string, string>();
  if (mark >= 0) {
    for (const pair of target.slice(mark + 1).split("&")) {
      const equals = pair.indexOf("=");
      const name = decode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll("+", " "));
      if (name !== "" && !query.has(name)) query.set(name, equals < 0 ? "" : decode(pair.slice(equals + 1).replaceAll("+", " ")));
    }
  }
  return { path, query };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
