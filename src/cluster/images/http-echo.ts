import { type Program, type ProgramEntry, Signal, type Sys } from "../machine/syscall.ts";
import { utf8Length } from "../protocols/bytes.ts";
import { header } from "../protocols/http.ts";
import { plainDate } from "../protocols/http-date.ts";
import { goBadRequest, goIdleUs, goResponse } from "./go-http.ts";
import { imageOf } from "./image.ts";
import { listenHttp } from "./serve.ts";

/** `http-echo -text="hello world" [-listen=:5678] [-status-code=200]` @source github.com/hashicorp/http-echo 1.0.0, main.go and handlers.go */
function* runHttpEcho(sys: Sys): Program {
  let text = sys.env.get("ECHO_TEXT") ?? "";
  let listen = ":5678";
  let status = 200;
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const match = /^--?(text|listen|status-code)(?:=([\s\S]*))?$/.exec(args[i] as string);
    if (match === null) continue;
    const value = match[2] ?? args[++i] ?? "";
    if (match[1] === "text") text = value;
    else if (match[1] === "listen") listen = value;
    else status = Number(value) || 200;
  }
  if (text === "") {
    yield* sys.err("Missing -text option!\n");
    return 127;
  }
  const port = Number(listen.slice(listen.lastIndexOf(":") + 1));
  yield* sys.out(`${plainDate(sys.dateMs()).replaceAll("-", "/")} [INFO] server is listening on ${listen}\n`);
  try {
    const error = yield* listenHttp(sys, {
      port,
      idleUs: goIdleUs,
      badRequest: goBadRequest,
      *handle(request, stream) {
        const body = `${text}\n`;
        const date = plainDate(sys.dateMs()).replaceAll("-", "/");
        const line = `${request.method} ${request.target} ${request.version}`;
        yield* sys.out(
          `${date} ${header(request.headers, "Host") ?? ""} ${stream.remote.text} "${line}" ${status} ${utf8Length(body)} "${header(request.headers, "User-Agent") ?? ""}" 10.5µs\n`,
        );
        return goResponse(sys, request, {
          status,
          body,
          headers: [
            ["X-App-Name", "http-echo"],
            ["X-App-Version", "1.0.0"],
          ],
        });
      },
    });
    yield* sys.err(
      `${plainDate(sys.dateMs()).replaceAll("-", "/")} [ERR] server exited with: listen tcp ${listen}: bind: ${error === "EADDRINUSE" ? "address already in use" : error}\n`,
    );
    return 127;
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    return 0;
  }
}

const program: ProgramEntry = { name: "http-echo", run: runHttpEcho, path: "/http-echo", catches: ["SIGTERM"] };

/** From scratch: nothing but the server, so `kubectl exec` finds no shell. */
export const httpEcho = imageOf({ entrypoint: ["/http-echo"], sizeBytes: 3_100_000, programs: [[program]] });
