import { type Program, type ProgramEntry, type Run, Signal, type Sys } from "../machine/syscall.ts";
import { gnuPrograms } from "../programs/index.ts";
import { goBadRequest, goIdleUs, goResponse } from "./go-http.ts";
import { type Image, imageOf } from "./image.ts";
import { listenHttp, waitForEver } from "./serve.ts";

/** The annotation by which a pod says what an image that nobody knows answers. */
export const servesAnnotation = "kubehop.dev/serves";

/** A stand-in for an image that is not known: HTTP on the ports that the container declares. `http` or `http TEXT`; undefined for anything else. */
export function annotatedImage(serves: string, ports: readonly number[]): Image | undefined {
  const match = /^http(?:\s+([\s\S]+))?$/.exec(serves.trim());
  if (match === null || ports.length === 0) return undefined;
  const text = match[1];
  const program: ProgramEntry = {
    name: "app",
    catches: ["SIGTERM"],
    *run(sys: Sys): Program {
      try {
        for (const port of ports.slice(1)) sys.thread(`port-${port}`, serve(sys, port, text));
        yield* serve(sys, ports[0] as number, text);
        return yield* waitForEver(sys);
      } catch (signal) {
        if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
        return 0;
      }
    },
  };
  return imageOf({ entrypoint: ["app"], sizeBytes: 50_000_000, programs: [gnuPrograms, [program]] });
}

function* serve(sys: Sys, port: number, text: string | undefined): Run<void> {
  yield* listenHttp(sys, {
    port,
    idleUs: goIdleUs,
    badRequest: goBadRequest,
    *handle(request) {
      yield* sys.work(1);
      return goResponse(sys, request, { body: `${text ?? `You've hit ${sys.host.hostname}`}\n` });
    },
  });
}
