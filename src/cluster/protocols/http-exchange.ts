import { type Duplex, isPayload, type Step } from "./duplex.ts";
import { type HttpRequest, type HttpResponse, header } from "./http.ts";
import type { HttpReader } from "./http-reader.ts";

/** An open HTTP connection: where bytes go, and what puts the answers together. */
export interface ExchangeConnection {
  readonly duplex: Duplex;
  readonly reader: HttpReader;
}

export type ExchangeResult =
  | { readonly type: "response"; readonly response: HttpResponse }
  /** The peer closed before the answer was whole: `partial` is what came of it. */
  | { readonly type: "closed"; readonly partial: PartialResponse | undefined }
  | { readonly type: "error"; readonly error: string; readonly partial: PartialResponse | undefined }
  | { readonly type: "garbage"; readonly text: string };

export interface PartialResponse {
  readonly status: number | undefined;
  readonly head: string | undefined;
  readonly body: string;
  readonly contentLength: number | undefined;
  readonly missingBytes: number | undefined;
}

/** Sends a request and waits for its answer; interim answers (1xx) are passed over. */
export function* exchangeHttp(
  clock: { nowUs(): number },
  connection: ExchangeConnection,
  request: HttpRequest,
  deadlineUs: number,
): Step<ExchangeResult> {
  const { duplex, reader } = connection;
  reader.expectAnswerTo(request.method);
  const failed = yield* duplex.send(request);
  if (failed !== undefined && failed !== "EPIPE") return { type: "error", error: failed, partial: undefined };
  let isAtEnd = false;
  for (;;) {
    const result = reader.next(isAtEnd);
    if (result.type === "message" && result.message.kind === "http-response") {
      if (result.message.status >= 200 || result.message.status === 101) return { type: "response", response: result.message };
      continue;
    }
    if (result.type === "garbage") return { type: "garbage", text: result.text };
    if (isAtEnd) return { type: "closed", partial: partialOf(reader) };
    const leftUs = deadlineUs - clock.nowUs();
    if (leftUs <= 0) return { type: "error", error: "ETIMEDOUT", partial: partialOf(reader) };
    const received = yield* duplex.receive(leftUs);
    if (isPayload(received)) reader.push(received);
    else if (received === "end") isAtEnd = true;
    else return { type: "error", error: received, partial: partialOf(reader) };
  }
}

function partialOf(reader: HttpReader): PartialResponse | undefined {
  const unfinished = reader.unfinished();
  if (unfinished === undefined) return undefined;
  const { head, bodyText, missingBytes } = unfinished;
  const length = head === undefined ? undefined : header(head.headers, "Content-Length");
  return {
    status: head?.type === "response" ? head.status : undefined,
    head: head?.type === "response" ? printHead(head) : undefined,
    body: bodyText,
    contentLength: length === undefined ? undefined : Number(length),
    missingBytes,
  };
}

function printHead(head: {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: HttpResponse["headers"];
}): string {
  return `${head.version} ${head.status} ${head.reason}\r\n${head.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
