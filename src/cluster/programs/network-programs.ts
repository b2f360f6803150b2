import type { ProgramEntry } from "../machine/syscall.ts";
import { poweroff, reboot, systemctl, tc } from "./administration.ts";
import { at } from "./at.ts";
import { browser } from "./browser.ts";
import { busyboxNslookup } from "./busybox-nslookup.ts";
import { busyboxWget } from "./busybox-wget.ts";
import { curl } from "./curl.ts";
import { dig } from "./dig.ts";
import { breakCommand, mend } from "./faults.ts";
import { getent } from "./getent.ts";
import { hey } from "./hey.ts";
import { hops } from "./hops.ts";
import { host } from "./host.ts";
import { ip } from "./ip.ts";
import { busyboxNc, nc } from "./nc.ts";
import { busyboxNetstat, netstat } from "./netstat.ts";
import { conntrack, ip6tables, ip6tablesSave, ipset, iptables, iptablesSave, ipvsadm, nft } from "./node-tables.ts";
import { nslookup } from "./nslookup.ts";
import { openssl } from "./openssl.ts";
import { busyboxPing, ping } from "./ping.ts";
import { ss } from "./ss.ts";
import { sysctl } from "./sysctl.ts";
import { tcpdump } from "./tcpdump.ts";
import { trace } from "./trace.ts";
import { busyboxTraceroute, traceroute } from "./traceroute.ts";
import { wget } from "./wget.ts";

/** Kubehop's own, wherever there is a shell. */
const everywhere: readonly ProgramEntry[] = [hops, trace, tcpdump];

/** The network tools of a Debian system. */
export const gnuNetworkPrograms: readonly ProgramEntry[] = [
  curl,
  wget,
  dig,
  nslookup,
  host,
  ping,
  nc,
  getent,
  ss,
  ip,
  openssl,
  netstat,
  traceroute,
  ...everywhere,
];

/** Those that busybox brings. */
export const busyboxNetworkPrograms: readonly ProgramEntry[] = [
  busyboxNslookup,
  busyboxPing,
  busyboxWget,
  busyboxNc,
  busyboxTraceroute,
  busyboxNetstat,
  getent,
  ip,
  ...everywhere,
];

/** What a machine with an administrator has besides. */
const administered: readonly ProgramEntry[] = [at, breakCommand, mend, poweroff, reboot, systemctl, tc];

export const clientNetworkPrograms: readonly ProgramEntry[] = [...gnuNetworkPrograms, ...administered, browser, hey];

export const nodeNetworkPrograms: readonly ProgramEntry[] = [
  ...gnuNetworkPrograms,
  ...administered,
  hey,
  iptablesSave,
  ip6tablesSave,
  iptables,
  ip6tables,
  ipvsadm,
  ipset,
  nft,
  conntrack,
  sysctl,
];
