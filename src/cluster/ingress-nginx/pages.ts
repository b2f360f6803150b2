import { type HttpHeaders, type HttpRequest, type HttpResponse, httpResponse, keepsAlive } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";

const titles: Readonly<Record<number, string>> = {
  301: "301 Moved Permanently",
  302: "302 Found",
  303: "303 See Other",
  307: "307 Temporary Redirect",
  308: "308 Permanent Redirect",
  400: "400 Bad Request",
  403: "403 Forbidden",
  404: "404 Not Found",
  405: "405 Not Allowed",
  500: "500 Internal Server Error",
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
};

/** A page that nginx itself makes. @source nginx ngx_http_special_response.c, with server_tokens off */
export function nginxPage(request: HttpRequest | undefined, status: number, dateMs: number, more: HttpHeaders = []): HttpResponse {
  const title = titles[status] ?? `${status}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  const keeps = request !== undefined && keepsAlive(request);
  const connection: HttpHeaders = request?.version === "HTTP/2" ? [] : [["Connection", keeps ? "keep-alive" : "close"]];
  return forVersion(
    request,
    httpResponse({
      status,
      reason: title.slice(4),
      isToHead: request?.method === "HEAD",
      headers: [["Date", httpDate(dateMs)], ["Content-Type", "text/html"], ["Content-Length", `${body.length}`], ...connection, ...more],
      body,
    }),
  );
}

/** The answer in the request's version of HTTP: HTTP/2 has lower-case names and no framing headers. */
export function forVersion(request: HttpRequest | undefined, response: HttpResponse): HttpResponse {
  if (request?.version !== "HTTP/2") return response;
  const dropped = new Set(["connection", "transfer-encoding", "keep-alive"]);
  const headers = response.headers.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => !dropped.has(name));
  return httpResponse({ ...response, version: "HTTP/2", headers });
}
