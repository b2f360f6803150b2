import type { Listener, Run, Stream, Sys } from "../machine/syscall.ts";
import type { Duplex } from "../protocols/duplex.ts";
import { type HttpRequest, type HttpResponse, httpResponse } from "../protocols/http.ts";
import { type HttpAnswer, serveHttp } from "../protocols/http-server.ts";
import { type AppFaults, appFaultsService, noFault } from "./app-faults.ts";

export interface HttpApp {
  readonly port: number;
  /** How long an idle connection is kept, in microseconds. */
  readonly idleUs: number;
  /** What its HTTP library answers to what is no HTTP. */
  readonly badRequest: (sys: Sys) => HttpResponse;
  handle(request: HttpRequest, stream: Stream, duplex: Duplex): Run<HttpResponse>;
  /** Wraps a new connection (TLS); undefined: it was no good, and is closed. */
  readonly wrap?: (stream: Stream) => Run<Duplex | undefined>;
}

/**
 * Listens for ever, a thread for each connection. Obeys the pod's faults, so that every image can be broken the same way.
 * Comes back only when the port is taken, with the error.
 */
export function* listenHttp(sys: Sys, app: HttpApp): Run<string> {
  const faults = sys.service(appFaultsService);
  const onlyIp = (): string | undefined => (faults?.current.type === "bind" ? faults.current.ip : undefined);
  for (;;) {
    const ip = onlyIp();
    const listening = sys.listen(app.port, ip === undefined ? {} : { ip });
    if (!listening.ok) return listening.error;
    const { listener } = listening;
    let isOpen = true;
    const isMoved = (): boolean => onlyIp() !== ip;
    if (faults !== undefined)
      sys.thread(
        "faults",
        wakeAtChange(faults, listener, () => isOpen),
      );
    try {
      while (!isMoved()) {
        const stream = yield* listener.accept(isMoved);
        if (stream !== undefined) sys.thread("connection", serveConnection(sys, app, stream));
      }
    } finally {
      isOpen = false;
      listener.close();
    }
  }
}

/** One thread that waits for faults beside all accepts: to race each of them with a change would cost more than the request. */
function* wakeAtChange(faults: AppFaults, listener: Listener, isOpen: () => boolean): Run<void> {
  while (isOpen()) {
    yield* faults.changed();
    listener.wake();
  }
}

function* serveConnection(sys: Sys, app: HttpApp, stream: Stream): Run<void> {
  const duplex = app.wrap === undefined ? stream : yield* app.wrap(stream);
  if (duplex === undefined) {
    stream.close();
    return;
  }
  yield* serveHttp(duplex, { idleUs: app.idleUs, badRequest: () => app.badRequest(sys) }, function* (request): Run<HttpAnswer> {
    const fault = sys.service(appFaultsService)?.current ?? noFault;
    if (fault.type === "slow") yield* sys.sleep(fault.delayUs);
    if (fault.type === "hang") yield* waitForEver(sys);
    const answer = yield* app.handle(request, stream, duplex);
    if (fault.type !== "status") return answer;
    return httpResponse({ ...answer, status: fault.status, reason: httpResponse({ status: fault.status, headers: [] }).reason });
  });
}

/** Waits without a clock: `wait settled` is not held up by it. */
export function* waitForEver(sys: Sys): Run<never> {
  const pipe = sys.pipe();
  for (;;) yield* pipe.input.read();
}

/** The peer's address as text, as a server on the dual-stack wildcard address sees it when it asks for IPv6 form. */
export function peerIp(stream: Stream): string {
  return stream.remote.ip.text;
}
