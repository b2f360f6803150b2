import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { clusterService } from "./services.ts";

const breakUsage = `Usage: break pod/NAME slow 2s | status 500 | hang | crash | bind 127.0.0.1
       break controller/NAME
`;

/** `break TARGET HOW`: a fault in an app or a controller. Kubehop's own command; faults of machines are real commands (`poweroff`, `tc`, `systemctl`). */
export const breakCommand: ProgramEntry = {
  name: "break",
  *run(sys: Sys): Program {
    const [target, ...how] = sys.args.slice(1);
    if (target === undefined || !target.includes("/")) {
      yield* sys.err(breakUsage);
      return 2;
    }
    const problem =
      sys.service(clusterService)?.breakTarget(target, how) ??
      (sys.service(clusterService) === undefined ? "there is no cluster here" : undefined);
    if (problem === undefined) return 0;
    yield* sys.err(`break: ${problem}\n${breakUsage}`);
    return 1;
  },
};

/** `mend TARGET`: takes the fault away. */
export const mend: ProgramEntry = {
  name: "mend",
  *run(sys: Sys): Program {
    const target = sys.args[1];
    if (target === undefined || !target.includes("/")) {
      yield* sys.err("Usage: mend pod/NAME | node/NAME | controller/NAME\n");
      return 2;
    }
    const cluster = sys.service(clusterService);
    const problem = cluster === undefined ? "there is no cluster here" : cluster.mendTarget(target);
    if (problem === undefined) return 0;
    yield* sys.err(`mend: ${problem}\n`);
    return 1;
  },
};
