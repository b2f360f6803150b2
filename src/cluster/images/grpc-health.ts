import type { Run, Sys } from "../machine/syscall.ts";
import { httpResponse } from "../protocols/http.ts";
import { goBadRequest, goIdleUs, goNotFound, goResponse, splitTarget } from "./go-http.ts";
import { listenHttp } from "./serve.ts";

/**
 * `agnhost grpc-health-checking [--port 5000] [--http-port 8080] [--service NAME] [--delay-unhealthy-sec N]`: says SERVING, or NOT_SERVING
 * after the delay or when told so by /make-not-serving. The answer's message is written as its name.
 *
 * @source kubernetes/kubernetes test/images/agnhost/grpc-health-checking; grpc/doc/health-checking.md, PROTOCOL-HTTP2.md
 */
export function* grpcHealthChecking(sys: Sys, flags: ReadonlyMap<string, string>): Run<number> {
  const startUs = sys.nowUs();
  const delaySeconds = Number(flags.get("delay-unhealthy-sec") ?? -1);
  const service = flags.get("service") ?? "";
  const port = Number(flags.get("port") ?? 5000);
  const httpPort = Number(flags.get("http-port") ?? 8080);
  let forced: boolean | undefined;

  function* switches(): Run<void> {
    yield* listenHttp(sys, {
      port: httpPort,
      idleUs: goIdleUs,
      badRequest: goBadRequest,
      *handle(request) {
        const { path } = splitTarget(request.target);
        if (path !== "/make-serving" && path !== "/make-not-serving") return goNotFound(sys, request);
        forced = path === "/make-serving";
        yield* sys.err(forced ? "Mark as healthy\n" : "Mark as unhealthy\n");
        return goResponse(sys, request, { body: `${(sys.nowUs() - startUs) / 1_000_000}s` });
      },
    });
  }

  yield* sys.err(`Http server starting to listen on :${httpPort}\ngRPC server starting to listen on :${port}\n`);
  sys.thread("http", switches());
  yield* listenHttp(sys, {
    port,
    idleUs: goIdleUs,
    badRequest: goBadRequest,
    *handle(request) {
      const isCheck = request.target === "/grpc.health.v1.Health/Check";
      if (isCheck) yield* sys.err("Serving the Check request for health check\n");
      const isKnown = request.body === service;
      const isOver = delaySeconds >= 0 && sys.nowUs() - startUs >= delaySeconds * 1_000_000;
      const isServing = forced ?? !isOver;
      // 12 UNIMPLEMENTED, 5 NOT_FOUND, 0 OK.
      const [status, message] = !isCheck ? ["12", "unknown service or method"] : isKnown ? ["0", ""] : ["5", "unknown service"];
      return httpResponse({
        version: "HTTP/2",
        status: 200,
        headers: [
          ["content-type", "application/grpc"],
          ["grpc-status", status],
          ["grpc-message", message],
        ],
        body: status === "0" ? (isServing ? "SERVING" : "NOT_SERVING") : "",
      });
    },
  });
  yield* sys.err(`Error while starting the listening service listen tcp :${port}: bind: address already in use\n`);
  return 1;
}
