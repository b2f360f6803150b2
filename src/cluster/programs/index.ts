import type { ProgramEntry } from "../machine/syscall.ts";
import { shellProgram } from "../shell/program.ts";
import { awk } from "./awk.ts";
import { cat } from "./cat.ts";
import { checksumTools } from "./checksums.ts";
import { chmod } from "./chmod.ts";
import { cmp } from "./cmp.ts";
import { cut } from "./cut.ts";
import { date } from "./date.ts";
import { diff } from "./diff.ts";
import { shellTwins } from "./echo.ts";
import { editors } from "./editor.ts";
import { env, printenv } from "./env.ts";
import { expr } from "./expr.ts";
import { fileTools } from "./files.ts";
import { find } from "./find.ts";
import { grepTools } from "./grep.ts";
import { head, tac, tail } from "./head-tail.ts";
import { identityTools } from "./identity.ts";
import { ls } from "./ls.ts";
import { busyboxNetworkPrograms, clientNetworkPrograms, gnuNetworkPrograms, nodeNetworkPrograms } from "./network-programs.ts";
import { pathTools } from "./paths.ts";
import { processTools } from "./processes.ts";
import { resourceTools } from "./resources.ts";
import { runnerTools } from "./runners.ts";
import { sed } from "./sed.ts";
import { seq } from "./seq.ts";
import { sleep } from "./sleep.ts";
import { sort } from "./sort.ts";
import { tee } from "./tee.ts";
import { textTools } from "./text-tools.ts";
import type { Toolset } from "./toolset.ts";
import { tr } from "./tr.ts";
import { uniq } from "./uniq.ts";
import { wc } from "./wc.ts";

/** The commands of a toolset that need no network: what every image of that kind has. */
export function basicPrograms(toolset: Toolset): readonly ProgramEntry[] {
  return [
    ...shells(toolset),
    ...shellTwins(toolset),
    awk(toolset),
    cat(toolset),
    ...checksumTools(toolset),
    chmod(toolset),
    cmp(toolset),
    cut(toolset),
    date(toolset),
    diff(toolset),
    ...editors(toolset),
    env(toolset),
    expr(toolset),
    ...fileTools(toolset),
    find(toolset),
    ...grepTools(toolset),
    head(toolset),
    ...identityTools(toolset),
    ls(toolset),
    ...pathTools(toolset),
    printenv(toolset),
    ...processTools(toolset),
    ...resourceTools(toolset),
    ...runnerTools(toolset),
    sed(toolset),
    seq(toolset),
    sleep(toolset),
    sort(toolset),
    tac(toolset),
    tail(toolset),
    tee(toolset),
    ...textTools(toolset),
    tr(toolset),
    uniq(toolset),
    wc(toolset),
  ];
}

/** bash and Debian's sh (dash), or busybox' ash. */
function shells(toolset: Toolset): readonly ProgramEntry[] {
  if (toolset === "busybox") return [shellProgram("sh", "ash", "/bin/sh"), shellProgram("ash", "ash", "/bin/ash")];
  return [
    shellProgram("bash", "bash", "/usr/bin/bash"),
    shellProgram("sh", "dash", "/usr/bin/sh"),
    shellProgram("dash", "dash", "/usr/bin/dash"),
  ];
}

/** Programs by name, as a Machine takes them. A later one of the same name replaces an earlier. */
export function programMap(...lists: readonly (readonly ProgramEntry[])[]): ReadonlyMap<string, ProgramEntry> {
  return new Map(lists.flat().map((entry) => [entry.name, entry]));
}

/** What a Debian image with network tools holds. */
export const gnuPrograms: readonly ProgramEntry[] = [...basicPrograms("gnu"), ...gnuNetworkPrograms];

/** What busybox and alpine hold. */
export const busyboxPrograms: readonly ProgramEntry[] = [...basicPrograms("busybox"), ...busyboxNetworkPrograms];

/** Machines outside the cluster; kubectl comes on top. */
export const clientPrograms: readonly ProgramEntry[] = [...gnuPrograms, ...clientNetworkPrograms];

/** The cluster's nodes; kubectl comes on top. */
export const nodePrograms: readonly ProgramEntry[] = [...gnuPrograms, ...nodeNetworkPrograms];
