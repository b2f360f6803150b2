import type { ProgramEntry } from "../machine/syscall.ts";
import { shellProgram } from "../shell/program.ts";
import { busyboxNslookup } from "./busybox-nslookup.ts";
import { curl } from "./curl.ts";
import { dig } from "./dig.ts";
import { host } from "./host.ts";
import { nslookup } from "./nslookup.ts";
import { busyboxPing, ping } from "./ping.ts";
import { seq } from "./seq.ts";
import { sleep } from "./sleep.ts";
import { sort } from "./sort.ts";
import type { Toolset } from "./toolset.ts";
import { uniq } from "./uniq.ts";

/** The commands of a toolset that need no network: what every image of that kind has. */
export function basicPrograms(toolset: Toolset): readonly ProgramEntry[] {
  const shells =
    toolset === "gnu"
      ? [
          shellProgram("bash", "bash", "/usr/bin/bash"),
          shellProgram("sh", "dash", "/usr/bin/sh"),
          shellProgram("dash", "dash", "/usr/bin/dash"),
        ]
      : [shellProgram("sh", "ash", "/bin/sh"), shellProgram("ash", "ash", "/bin/ash")];
  return [...shells, seq(toolset), sleep(toolset), sort(toolset), uniq(toolset)];
}

/** Programs by name, as a Machine takes them. A later one of the same name replaces an earlier. */
export function programMap(...lists: readonly (readonly ProgramEntry[])[]): ReadonlyMap<string, ProgramEntry> {
  return new Map(lists.flat().map((entry) => [entry.name, entry]));
}

/** What a Debian image with network tools holds. */
export const gnuPrograms: readonly ProgramEntry[] = [...basicPrograms("gnu"), curl, dig, nslookup, host, ping];

/** What busybox and alpine hold. */
export const busyboxPrograms: readonly ProgramEntry[] = [...basicPrograms("busybox"), busyboxNslookup, busyboxPing];

/** Machines outside the cluster; kubectl comes on top. */
export const clientPrograms: readonly ProgramEntry[] = gnuPrograms;

/** The cluster's nodes; kubectl comes on top. */
export const nodePrograms: readonly ProgramEntry[] = gnuPrograms;
