import { type Program, type ProgramEntry, type Run, Signal, type Stream, type Sys } from "../machine/syscall.ts";
import { gnuPrograms } from "../programs/index.ts";
import { utf8Length } from "../protocols/bytes.ts";
import {
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  header,
  httpResponse,
  keepsAlive,
  reasonPhrase,
} from "../protocols/http.ts";
import { accessLogDate, httpDate, plainDate } from "../protocols/http-date.ts";
import { splitTarget } from "./go-http.ts";
import { imageOf } from "./image.ts";
import { listenHttp } from "./serve.ts";

const version = "1.27.3";

const welcomePage = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

const errorPage = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
<p>If you are the system administrator of this resource then you should check
the error log for details.</p>
<p><em>Faithfully yours, nginx.</em></p>
</body>
</html>
`;

const defaultConf = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
`;

/** `nginx -g 'daemon off;'`: serves the files under /usr/share/nginx/html, ends at once on SIGTERM and SIGQUIT. @source nginx 1.27, the official image */
function* runNginx(sys: Sys): Program {
  const date = plainDate(sys.dateMs()).replaceAll("-", "/");
  yield* sys.err(
    "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n/docker-entrypoint.sh: Configuration complete; ready for start up\n" +
      `${date} [notice] 1#1: using the "epoll" event method\n${date} [notice] 1#1: nginx/${version}\n${date} [notice] 1#1: start worker processes\n`,
  );
  const conf = sys.files.read("/etc/nginx/conf.d/default.conf");
  const port = Number(/^\s*listen\s+(?:\S+:)?(\d+)/m.exec(conf.ok ? conf.value : "")?.[1] ?? 80);
  try {
    const error = yield* listenHttp(sys, {
      port,
      idleUs: 65_000_000,
      badRequest: () => page(sys, undefined, 400),
      handle: (request, stream) => answer(sys, request, stream),
    });
    yield* sys.err(
      `${date} [emerg] 1#1: bind() to 0.0.0.0:${port} failed (98: ${error === "EADDRINUSE" ? "Address already in use" : error})\n`,
    );
    return 1;
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    return 0;
  }
}

function* answer(sys: Sys, request: HttpRequest, stream: Stream): Run<HttpResponse> {
  const response = respond(sys, request);
  const agent = header(request.headers, "User-Agent") ?? "-";
  const forwarded = header(request.headers, "X-Forwarded-For") ?? "-";
  const line = `${request.method} ${request.target} ${request.version}`;
  yield* sys.out(
    `${stream.remote.ip.text} - - [${accessLogDate(sys.dateMs())}] "${line}" ${response.status} ${utf8Length(response.body)} "${header(request.headers, "Referer") ?? "-"}" "${agent}" "${forwarded}"\n`,
  );
  return response;
}

function respond(sys: Sys, request: HttpRequest): HttpResponse {
  const { path } = splitTarget(request.target);
  const root = "/usr/share/nginx/html";
  const wanted = path.endsWith("/") ? `${path}index.html` : path;
  const status = sys.files.status(root + wanted);
  if (status.ok && status.value.type === "directory")
    return page(sys, request, 301, [["Location", `http://${header(request.headers, "Host") ?? ""}${path}/`]]);
  const file = sys.files.read(root + wanted);
  if (!file.ok || !status.ok) return page(sys, request, path.endsWith("/") && sys.files.status(root + path).ok ? 403 : 404);
  if (request.method !== "GET" && request.method !== "HEAD") return page(sys, request, 405);
  const modifiedMs = wanted === "/index.html" && file.value === welcomePage ? 1_732_631_704_000 : status.value.modifiedMs;
  const length = utf8Length(file.value);
  return httpResponse({
    status: 200,
    isToHead: request.method === "HEAD",
    headers: [
      ["Server", `nginx/${version}`],
      ["Date", httpDate(sys.dateMs())],
      ["Content-Type", contentType(wanted)],
      ["Content-Length", `${length}`],
      ["Last-Modified", httpDate(modifiedMs)],
      ["Connection", keepsAlive(request) ? "keep-alive" : "close"],
      ["ETag", `"${Math.floor(modifiedMs / 1000).toString(16)}-${length.toString(16)}"`],
      ["Accept-Ranges", "bytes"],
    ],
    body: file.value,
  });
}

function contentType(path: string): string {
  const types: Readonly<Record<string, string>> = {
    html: "text/html",
    htm: "text/html",
    css: "text/css",
    js: "application/javascript",
    json: "application/json",
    txt: "text/plain",
    svg: "image/svg+xml",
    xml: "text/xml",
  };
  const dot = path.lastIndexOf(".");
  return types[path.slice(dot + 1)] ?? "application/octet-stream";
}

/** nginx' own small pages. */
function page(sys: Sys, request: HttpRequest | undefined, status: number, more: HttpHeaders = []): HttpResponse {
  const title = `${status} ${status === 405 ? "Not Allowed" : reasonPhrase(status)}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`;
  const keeps = request !== undefined && keepsAlive(request);
  return httpResponse({
    status,
    reason: title.slice(4),
    isToHead: request?.method === "HEAD",
    headers: [
      ["Server", `nginx/${version}`],
      ["Date", httpDate(sys.dateMs())],
      ["Content-Type", "text/html"],
      ["Content-Length", `${body.length}`],
      ...more,
      ["Connection", keeps ? "keep-alive" : "close"],
    ],
    body,
  });
}

const program: ProgramEntry = { name: "nginx", run: runNginx, path: "/usr/sbin/nginx", catches: ["SIGTERM"] };

export const nginx = imageOf({
  command: ["nginx", "-g", "daemon off;"],
  env: { NGINX_VERSION: version, NJS_VERSION: "0.8.7", NJS_RELEASE: "1~bookworm", PKG_RELEASE: "1~bookworm", DYNPKG_RELEASE: "1~bookworm" },
  sizeBytes: 72_950_530,
  programs: [gnuPrograms, [program]],
  files: {
    "/usr/share/nginx/html/index.html": welcomePage,
    "/usr/share/nginx/html/50x.html": errorPage,
    "/etc/nginx/conf.d/default.conf": defaultConf,
  },
});
