import type { Run, Stream, Sys } from "../machine/syscall.ts";
import { isPayload } from "../protocols/duplex.ts";
import {
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  header,
  httpResponse,
  isChunked,
  keepsAlive,
  withoutHeader,
} from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { HttpReader } from "../protocols/http-reader.ts";
import { forVersion } from "./pages.ts";
import type { Endpoint } from "./upstream.ts";

export type Exchange =
  | { readonly type: "response"; readonly response: HttpResponse }
  | { readonly type: "refused" | "timeout"; readonly wasSent: boolean };

export interface ExchangeTimeouts {
  readonly connectUs: number;
  readonly readUs: number;
}

/** One request on a connection of nginx's own to a pod; the log keeps whose request it serves. */
export function* exchange(sys: Sys, client: Stream, endpoint: Endpoint, request: HttpRequest, timeouts: ExchangeTimeouts): Run<Exchange> {
  const to = sys.address(endpoint.ip, endpoint.port);
  if (to === undefined) return { type: "refused", wasSent: false };
  const connected = yield* sys.connect(to, { timeoutUs: timeouts.connectUs, parent: client.connection });
  if (!connected.ok) return { type: connected.error === "ETIMEDOUT" ? "timeout" : "refused", wasSent: false };
  const { stream } = connected;
  const reader = new HttpReader();
  reader.expectAnswerTo(request.method);
  const deadlineUs = sys.nowUs() + timeouts.readUs;
  try {
    if ((yield* stream.send(request)) !== undefined) return { type: "refused", wasSent: true };
    let isAtEnd = false;
    for (;;) {
      const result = reader.next(isAtEnd);
      if (result.type === "message" && result.message.kind === "http-response") return { type: "response", response: result.message };
      if (isAtEnd || result.type === "garbage") return { type: "refused", wasSent: true };
      const leftUs = deadlineUs - sys.nowUs();
      const received = leftUs <= 0 ? "ETIMEDOUT" : yield* stream.receive(leftUs);
      if (isPayload(received)) reader.push(received);
      else if (received === "end") isAtEnd = true;
      else return { type: received === "ETIMEDOUT" ? "timeout" : "refused", wasSent: true };
    }
  } finally {
    stream.close();
  }
}

/** nginx writes Date, framing and Connection itself, hides the backend's Server, and passes everything else on. */
export function fromUpstream(sys: Sys, request: HttpRequest, response: HttpResponse, more: HttpHeaders): HttpResponse {
  const type = header(response.headers, "Content-Type");
  const length = header(response.headers, "Content-Length");
  const chunked = isChunked(response.headers) || length === undefined;
  let rest: HttpHeaders = response.headers;
  for (const name of ["Server", "Date", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "X-Pad"])
    rest = withoutHeader(rest, name);
  const hasBody = response.status >= 200 && response.status !== 204 && response.status !== 304;
  const framing: HttpHeaders = !hasBody
    ? []
    : length !== undefined && !isChunked(response.headers)
      ? [["Content-Length", length]]
      : chunked && request.version === "HTTP/1.1"
        ? [["Transfer-Encoding", "chunked"]]
        : [];
  return forVersion(
    request,
    httpResponse({
      status: response.status,
      reason: response.reason,
      isToHead: request.method === "HEAD",
      headers: [
        ["Date", httpDate(sys.dateMs())],
        ...(type === undefined ? [] : [["Content-Type", type] as const]),
        ...framing,
        ["Connection", keepsAlive(request) && (framing.length > 0 || !hasBody) ? "keep-alive" : "close"],
        ...rest,
        ...more,
      ],
      body: response.body,
    }),
  );
}
