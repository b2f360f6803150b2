import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { gnuPrograms } from "../programs/index.ts";
import { inetutilsPing } from "../programs/ping.ts";
import { type HttpHeaders, httpResponse, keepsAlive } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { imageOf } from "./image.ts";
import { listenHttp } from "./serve.ts";

const appSource = `const http = require('http');
const os = require('os');

console.log("Kubia server starting...");

var handler = function(request, response) {
  console.log("Received request from " + request.connection.remoteAddress);
  response.writeHead(200);
  response.end("You've hit " + os.hostname() + "\\n");
};

var www = http.createServer(handler);
www.listen(8080);
`;

const keepAlive = ["Connection", "keep-alive"] as const;
const close = ["Connection", "close"] as const;
const chunked = ["Transfer-Encoding", "chunked"] as const;

/**
 * `node app.js`: answers any method and path, keeps idle connections for 120 s, and, as pid 1, is deaf to SIGTERM.
 * @source "Kubernetes in Action", app.js; Node.js 7 lib/_http_outgoing.js: a body ended after writeHead goes out in chunks
 */
function* runNode(sys: Sys): Program {
  const body = `You've hit ${sys.host.hostname}\n`;
  yield* sys.out("Kubia server starting...\n");
  const error = yield* listenHttp(sys, {
    port: 8080,
    idleUs: 120_000_000,
    badRequest: () => httpResponse({ status: 400, headers: [["Connection", "close"]] }),
    *handle(request, stream) {
      const remote = stream.remote.ip.text;
      yield* sys.out(`Received request from ${remote.includes(":") ? remote : `::ffff:${remote}`}\n`);
      const date = ["Date", httpDate(sys.dateMs())] as const;
      const connection = keepsAlive(request) ? keepAlive : close;
      const headers: HttpHeaders = request.version === "HTTP/1.1" ? [date, connection, chunked] : [date, connection];
      return httpResponse({ status: 200, headers, body, isToHead: request.method === "HEAD" });
    },
  });
  yield* sys.err(`events.js:160\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen ${error} :::8080\n`);
  return 1;
}

const node: ProgramEntry = { name: "node", run: runNode, path: "/usr/local/bin/node" };

export const kubia = imageOf({
  entrypoint: ["node", "app.js"],
  env: { NODE_VERSION: "7.9.0", YARN_VERSION: "0.22.0" },
  sizeBytes: 263_040_512,
  programs: [gnuPrograms, [inetutilsPing, node]],
  files: { "/app.js": appSource },
});
