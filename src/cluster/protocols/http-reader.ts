import { utf8Length } from "./bytes.ts";
import type { Payload } from "./duplex.ts";
import {
  type HttpRequest,
  type HttpResponse,
  header,
  httpRequest,
  httpResponse,
  isChunked,
  type ParsedHead,
  parseHead,
  printRequest,
  printResponse,
} from "./http.ts";
import type { TextPayload } from "./text.ts";

/** What a reader has to tell after each piece. */
export type ReadResult =
  | { readonly type: "message"; readonly message: HttpRequest | HttpResponse }
  | { readonly type: "more" }
  /** What came is no HTTP; `text` is all of it so far. */
  | { readonly type: "garbage"; readonly text: string };

/**
 * Puts HTTP messages together from what a connection delivers. Whole typed messages pass untouched; text (nc, or a server that stops halfway)
 * is parsed as it comes.
 */
export class HttpReader {
  #text = "";
  #ready: (HttpRequest | HttpResponse)[] = [];
  /** Methods of the requests whose answers are awaited: HEAD's have no body. */
  readonly #awaited: string[] = [];

  /** The client tells which request it sent, since the answer to HEAD has no body. */
  expectAnswerTo(method: string): void {
    this.#awaited.push(method);
  }

  push(payload: Payload): void {
    const isTyped = payload.kind === "http-request" || payload.kind === "http-response";
    if (this.#text === "" && isTyped && isWhole(payload as HttpRequest | HttpResponse)) {
      const message = payload as HttpRequest | HttpResponse;
      if (message.kind === "http-response" && message.status >= 200) this.#awaited.shift();
      this.#ready.push(message);
      return;
    }
    if (payload.kind === "http-request") this.#text += printRequest(payload as HttpRequest);
    else if (payload.kind === "http-response") this.#text += printResponse(payload as HttpResponse);
    else if (payload.kind === "text") this.#text += (payload as TextPayload).text;
    else this.#text += "\u0016\u0003\u0001"; // a TLS record's first bytes: no HTTP
  }

  /** How many bytes of a body came, and how many are missing, when the connection ends in the middle of a message. */
  unfinished():
    | { readonly head: ParsedHead | undefined; readonly bodyText: string; readonly missingBytes: number | undefined }
    | undefined {
    if (this.#text === "") return undefined;
    const split = splitHead(this.#text);
    if (split === undefined) return { head: undefined, bodyText: "", missingBytes: undefined };
    const head = parseHead(split.head);
    const length = head === undefined ? undefined : header(head.headers, "Content-Length");
    return {
      head,
      bodyText: head !== undefined && isChunked(head.headers) ? unchunkSoFar(split.rest) : split.rest,
      missingBytes: length === undefined ? undefined : Number(length) - utf8Length(split.rest),
    };
  }

  /** The next message. `isAtEnd`: the peer has sent its FIN, so a body without length is whole. */
  next(isAtEnd = false): ReadResult {
    const ready = this.#ready.shift();
    if (ready !== undefined) return { type: "message", message: ready };
    if (this.#text === "") return { type: "more" };
    const split = splitHead(this.#text);
    if (split === undefined) {
      const couldStart = /^(\r?\n)*([A-Za-z]|$)/.test(this.#text) && !/^[^\r\n]*\n/.test(this.#text.replace(/^(\r?\n)+/, ""));
      if (couldStart && !isAtEnd) return { type: "more" };
      const firstLine = this.#text.split(/\r?\n/)[0] ?? "";
      if (!isAtEnd && parseHead(firstLine) !== undefined) return { type: "more" };
      return { type: "garbage", text: this.#text };
    }
    const head = parseHead(split.head);
    if (head === undefined) return { type: "garbage", text: this.#text };
    return this.#body(head, split.rest, isAtEnd);
  }

  #body(head: ParsedHead, rest: string, isAtEnd: boolean): ReadResult {
    const method = this.#awaited[0];
    const isToHead = head.type === "response" && method === "HEAD";
    let body = "";
    let left = rest;
    const lengthText = header(head.headers, "Content-Length");
    const isBodyless = isToHead || (head.type === "response" && (head.status < 200 || head.status === 204 || head.status === 304));
    if (isBodyless) {
      // nothing follows, whatever the headers say
    } else if (isChunked(head.headers)) {
      const chunks = takeChunks(rest);
      if (chunks === undefined) return { type: "more" };
      body = chunks.body;
      left = chunks.rest;
    } else if (lengthText !== undefined) {
      const taken = takeBytes(rest, Number(lengthText));
      if (taken === undefined) return { type: "more" };
      body = taken;
      left = rest.slice(taken.length);
    } else if (head.type === "response") {
      if (!isAtEnd) return { type: "more" };
      body = rest;
      left = "";
    }
    this.#text = left;
    if (head.type === "request") {
      const { type: _request, ...fields } = head;
      return { type: "message", message: httpRequest({ ...fields, body }) };
    }
    const { type: _response, ...fields } = head;
    if (head.status >= 200) this.#awaited.shift();
    return { type: "message", message: httpResponse({ ...fields, body, isToHead }) };
  }
}

/** Whether a typed message carries all that its headers promise. */
function isWhole(message: HttpRequest | HttpResponse): boolean {
  if (message.kind === "http-response" && (message.isToHead || message.status < 200 || message.status === 204 || message.status === 304))
    return true;
  const length = header(message.headers, "Content-Length");
  if (length !== undefined) return utf8Length(message.body) === Number(length);
  return message.kind === "http-request" || message.version === "HTTP/2" || isChunked(message.headers);
}

function splitHead(text: string): { readonly head: string; readonly rest: string } | undefined {
  const start = /^(\r?\n)*/.exec(text)?.[0].length ?? 0;
  const match = /\r?\n\r?\n/.exec(text.slice(start));
  if (match === null) return undefined;
  return { head: text.slice(start, start + match.index), rest: text.slice(start + match.index + match[0].length) };
}

/** The longest start of `text` that has exactly `bytes` bytes; undefined when there are not so many yet. */
function takeBytes(text: string, bytes: number): string | undefined {
  if (text.length === bytes && utf8Length(text) === bytes) return text;
  let used = 0;
  let at = 0;
  while (used < bytes) {
    if (at >= text.length) return undefined;
    const width = (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
    used += utf8Length(text.slice(at, at + width));
    at += width;
  }
  return text.slice(0, at);
}

function takeChunks(text: string): { readonly body: string; readonly rest: string } | undefined {
  let body = "";
  let rest = text;
  for (;;) {
    const line = /^([0-9a-fA-F]+)[^\r\n]*\r\n/.exec(rest);
    if (line === null) return undefined;
    const size = Number.parseInt(line[1] as string, 16);
    rest = rest.slice(line[0].length);
    if (size === 0) return rest.startsWith("\r\n") ? { body, rest: rest.slice(2) } : undefined;
    const chunk = takeBytes(rest, size);
    if (chunk === undefined) return undefined;
    body += chunk;
    rest = rest.slice(chunk.length);
    if (!rest.startsWith("\r\n")) return undefined;
    rest = rest.slice(2);
  }
}

function unchunkSoFar(text: string): string {
  let body = "";
  let rest = text;
  for (;;) {
    const line = /^([0-9a-fA-F]+)[^\r\n]*\r\n/.exec(rest);
    if (line === null) return body;
    const size = Number.parseInt(line[1] as string, 16);
    rest = rest.slice(line[0].length);
    const chunk = takeBytes(rest, size) ?? rest;
    body += chunk;
    rest = rest.slice(chunk.length).replace(/^\r\n/, "");
    if (size === 0) return body;
  }
}
