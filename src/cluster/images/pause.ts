import { type Program, type ProgramEntry, Signal, type Sys } from "../machine/syscall.ts";
import { imageOf } from "./image.ts";
import { waitForEver } from "./serve.ts";

/** Holds a pod's namespaces and waits; SIGTERM ends it. @source kubernetes/kubernetes build/pause/linux/pause.c */
function* runPause(sys: Sys): Program {
  try {
    return yield* waitForEver(sys);
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    yield* sys.err("Shutting down, got signal: Terminated\n");
    return 0;
  }
}

const program: ProgramEntry = { name: "pause", run: runPause, path: "/pause", catches: ["SIGTERM"] };
export const pause = imageOf({ entrypoint: ["/pause"], sizeBytes: 318_731, programs: [[program]] });
