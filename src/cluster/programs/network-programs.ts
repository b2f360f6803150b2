import type { ProgramEntry } from "../machine/syscall.ts";
import { at } from "./at.ts";
import { busyboxNslookup } from "./busybox-nslookup.ts";
import { busyboxWget } from "./busybox-wget.ts";
import { curl } from "./curl.ts";
import { dig } from "./dig.ts";
import { breakCommand, mend } from "./faults.ts";
import { getent } from "./getent.ts";
import { hops } from "./hops.ts";
import { host } from "./host.ts";
import { busyboxNc, nc } from "./nc.ts";
import { nslookup } from "./nslookup.ts";
import { busyboxPing, ping } from "./ping.ts";
import { trace } from "./trace.ts";
import { wget } from "./wget.ts";

/** Kubehop's own commands: on every machine. */
const ownTools: readonly ProgramEntry[] = [hops, trace];

/** Network tools of a Debian machine. */
export const gnuNetworkPrograms: readonly ProgramEntry[] = [curl, dig, getent, host, nc, nslookup, ping, wget, ...ownTools];

/** Network tools of busybox. */
export const busyboxNetworkPrograms: readonly ProgramEntry[] = [busyboxNc, busyboxNslookup, busyboxPing, busyboxWget, ...ownTools];

/** What stands on clients and nodes alone: the way to other machines, and faults. */
export const operatorPrograms: readonly ProgramEntry[] = [at, breakCommand, mend];

/** What only clients have. */
export const clientNetworkPrograms: readonly ProgramEntry[] = [...operatorPrograms];

/** What only nodes have. */
export const nodeNetworkPrograms: readonly ProgramEntry[] = [...operatorPrograms];
