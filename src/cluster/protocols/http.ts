import { utf8Length } from "./bytes.ts";
import type { Payload } from "./duplex.ts";

/** Header fields in the order sent, with the spelling sent; comparing ignores case. */
export type HttpHeaders = readonly (readonly [name: string, value: string])[];
export type HttpVersion = "HTTP/1.0" | "HTTP/1.1" | "HTTP/2";

export interface HttpRequest extends Payload {
  readonly kind: "http-request";
  readonly method: string;
  /** As in the request line: `/path?query`, or a whole URL to a proxy. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HttpHeaders;
  readonly body: string;
}

export interface HttpResponse extends Payload {
  readonly kind: "http-response";
  readonly version: HttpVersion;
  readonly status: number;
  readonly reason: string;
  readonly headers: HttpHeaders;
  readonly body: string;
  /** An answer to HEAD: its headers speak of a body that does not come. */
  readonly isToHead: boolean;
}

/** @source RFC 9112, section 3 */
export function httpRequest(fields: {
  readonly method: string;
  readonly target: string;
  readonly version?: HttpVersion;
  readonly headers: HttpHeaders;
  readonly body?: string;
}): HttpRequest {
  const { method, target, version = "HTTP/1.1", headers, body = "" } = fields;
  const bytes = headBytes(`${method} ${target} ${version}`, headers) + bodyBytes(headers, body);
  return { kind: "http-request", version, body, method, target, headers, bytes };
}

/** @source RFC 9112, section 4 */
export function httpResponse(fields: {
  readonly version?: HttpVersion;
  readonly status: number;
  readonly reason?: string;
  readonly headers: HttpHeaders;
  readonly body?: string;
  readonly isToHead?: boolean;
}): HttpResponse {
  const { version = "HTTP/1.1", status, reason = reasonPhrase(status), headers, isToHead = false } = fields;
  const hasBody = !isToHead && mayHaveBody(status);
  const body = hasBody ? (fields.body ?? "") : "";
  const bytes = headBytes(statusLineOf(version, status, reason), headers) + (hasBody ? bodyBytes(headers, body) : 0);
  return { kind: "http-response", version, reason, isToHead, status, headers, body, bytes };
}

function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

function headBytes(startLine: string, headers: HttpHeaders): number {
  let bytes = utf8Length(startLine) + 4; // its CR LF and the empty line's
  for (const [name, value] of headers) bytes += utf8Length(name) + utf8Length(value) + 4;
  return bytes;
}

function bodyBytes(headers: HttpHeaders, body: string): number {
  const length = utf8Length(body);
  if (!isChunked(headers)) return length;
  return length === 0 ? 5 : length.toString(16).length + 2 + length + 2 + 5;
}

/** The request as it stands on the wire. */
export function printRequest(request: HttpRequest): string {
  return `${request.method} ${request.target} ${request.version}\r\n${printHeaders(request.headers)}\r\n${printBody(request.headers, request.body)}`;
}

/** The response as it stands on the wire. */
export function printResponse(response: HttpResponse): string {
  const head = printResponseHead(response);
  return response.isToHead || !mayHaveBody(response.status) ? head : head + printBody(response.headers, response.body);
}

/** Status line, headers and the empty line, as `curl -i` shows them. */
export function printResponseHead(response: HttpResponse): string {
  return `${statusLineOf(response.version, response.status, response.reason)}\r\n${printHeaders(response.headers)}\r\n`;
}

/** HTTP/2 has no reason phrase; curl prints the line with the space behind the number. */
export function statusLineOf(version: HttpVersion, status: number, reason: string): string {
  return version === "HTTP/2" ? `HTTP/2 ${status} ` : `${version} ${status} ${reason}`;
}

function printHeaders(headers: HttpHeaders): string {
  let text = "";
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return text;
}

function printBody(headers: HttpHeaders, body: string): string {
  if (!isChunked(headers)) return body;
  const length = utf8Length(body);
  return length === 0 ? "0\r\n\r\n" : `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

/** The first field of that name, whatever its case; undefined when there is none. */
export function header(headers: HttpHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  // By length first: most names differ in it, and this is asked many times for each message.
  for (const [field, value] of headers) if (field.length === wanted.length && field.toLowerCase() === wanted) return value;
  return undefined;
}

/** Every field of that name, in order. */
export function headerValues(headers: HttpHeaders, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}

export function withoutHeader(headers: HttpHeaders, name: string): HttpHeaders {
  const wanted = name.toLowerCase();
  return headers.filter(([field]) => field.toLowerCase() !== wanted);
}

export function isChunked(headers: HttpHeaders): boolean {
  return header(headers, "Transfer-Encoding")?.toLowerCase() === "chunked";
}

/** Whether the connection stays open after this message. @source RFC 9112, section 9.3 */
export function keepsAlive(message: { readonly version: HttpVersion; readonly headers: HttpHeaders }): boolean {
  if (message.version === "HTTP/2") return true;
  const asked = header(message.headers, "Connection");
  if (asked === undefined) return message.version === "HTTP/1.1";
  if (asked === "close") return false; // nearly all say one word
  if (asked === "keep-alive") return true;
  const options = asked
    .toLowerCase()
    .split(",")
    .map((option) => option.trim());
  if (options.includes("close")) return false;
  return message.version === "HTTP/1.1" || options.includes("keep-alive");
}

/** @source IANA HTTP status code registry, with nginx' 499 left out; RFC 9110 section 15 */
const reasonPhrases: Readonly<Record<number, string>> = {
  100: "Continue",
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Request Entity Too Large",
  414: "Request-URI Too Large",
  415: "Unsupported Media Type",
  418: "I'm a teapot",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

export function reasonPhrase(status: number): string {
  return reasonPhrases[status] ?? "";
}

const methodPattern = /^[A-Z!#$%&'*+.^_`|~a-z0-9-]+$/;

/** What the head of a message says; the text holds the head without its last empty line. */
export type ParsedHead =
  | {
      readonly type: "request";
      readonly method: string;
      readonly target: string;
      readonly version: HttpVersion;
      readonly headers: HttpHeaders;
    }
  | {
      readonly type: "response";
      readonly version: HttpVersion;
      readonly status: number;
      readonly reason: string;
      readonly headers: HttpHeaders;
    };

export function parseHead(text: string): ParsedHead | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines[0] ?? "";
  const headers: [string, string][] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon <= 0) return undefined;
    headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  const response = /^(HTTP\/1\.[01]|HTTP\/2) (\d{3})(?: (.*))?$/.exec(start);
  if (response !== null) {
    return { type: "response", version: response[1] as HttpVersion, status: Number(response[2]), reason: response[3] ?? "", headers };
  }
  const words = start.split(" ");
  const [method, target, version] = words;
  if (words.length !== 3 || method === undefined || target === undefined || !methodPattern.test(method)) return undefined;
  if (version !== "HTTP/1.0" && version !== "HTTP/1.1") return undefined;
  return { type: "request", method, target, version, headers };
}
