import { twoDigits } from "../../sim/date.ts";
import type { ConntrackRow } from "./conntrack.ts";
import type { IpvsStats } from "./ipvs-stats.ts";
import { byAddress, type IpvsDestination, type IpvsService, type IpvsTable } from "./ipvs-table.ts";

/** How many connections of a virtual server lead to a destination. */
export interface IpvsConnections {
  readonly active: number;
  readonly inactive: number;
}

/** Connections as conntrack knows them: established TCP (and SCTP) is active, all else inactive. @source ip_vs_proto_tcp.c, set_tcp_state */
export function countConnections(rows: readonly ConntrackRow[], service: IpvsService, destination: IpvsDestination): IpvsConnections {
  let active = 0;
  let inactive = 0;
  for (const row of rows) {
    if (row.protocol !== service.protocol) continue;
    if (row.original.destination !== service.address || row.reply.source !== destination.address) continue;
    if (row.state === "ESTABLISHED") active++;
    else inactive++;
  }
  return { active, inactive };
}

/**
 * `ipvsadm -Ln`, or `ipvsadm -L -n -t ADDRESS` for one service.
 * @source ipvsadm 1.31, print_service_entry, print_title
 */
export function printIpvs(table: IpvsTable, rows: readonly ConntrackRow[], services: readonly IpvsService[] = table.services()): string {
  const lines = [
    "IP Virtual Server version 1.2.1 (size=4096)",
    "Prot LocalAddress:Port Scheduler Flags",
    "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
  ];
  for (const service of services) {
    const persistent = service.persistentSeconds > 0 ? ` persistent ${service.persistentSeconds}` : "";
    lines.push(`${service.protocol.toUpperCase().padEnd(4)} ${service.address.text} ${service.scheduler}${persistent}`);
    for (const destination of [...service.destinations].sort((a, b) => byAddress(a.address, b.address))) {
      const { active, inactive } = countConnections(rows, service, destination);
      const weight = `${destination.weight}`.padEnd(6);
      lines.push(`  -> ${destination.address.text.padEnd(28)} Masq    ${weight} ${`${active}`.padEnd(10)} ${`${inactive}`.padEnd(10)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Which figures `ipvsadm -L` tells instead of weights. */
export type IpvsFiguresOf = "stats" | "rate";

/** `ipvsadm -L -n --stats` and `--rate`. @source ipvsadm 1.31, print_title, print_largenum */
export function printIpvsFigures(services: readonly IpvsService[], of: IpvsFiguresOf, nowUs: number): string {
  const titles = of === "stats" ? ["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"] : ["CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"];
  const row = (name: string, stats: IpvsStats): string => {
    const { connections, inPackets, outPackets, inBytes, outBytes } = of === "stats" ? stats.counts : stats.rates(nowUs);
    return name.padEnd(33) + [connections, inPackets, outPackets, inBytes, outBytes].map(largeNumber).join("");
  };
  const lines = [
    "IP Virtual Server version 1.2.1 (size=4096)",
    `${"Prot LocalAddress:Port".padEnd(33)} ${titles.map((title) => title.padStart(8)).join(" ")}`,
    "  -> RemoteAddress:Port",
  ];
  for (const service of services) {
    lines.push(row(`${service.protocol.toUpperCase().padEnd(4)} ${service.address.text}`, service.stats));
    for (const destination of [...service.destinations].sort((a, b) => byAddress(a.address, b.address)))
      lines.push(row(`  -> ${destination.address.text}`, destination.stats));
  }
  return `${lines.join("\n")}\n`;
}

function largeNumber(value: number): string {
  if (value < 100_000_000) return `${value}`.padStart(9);
  return value < 1_000_000_000 ? `${`${Math.floor(value / 1000)}`.padStart(8)}K` : `${`${Math.floor(value / 1_000_000)}`.padStart(8)}M`;
}

/** Seconds that IPVS remembers a connection after its last packet, by its state. @source net/netfilter/ipvs/ip_vs_proto_tcp.c, tcp_timeouts; ip_vs_proto_udp.c */
const connectionTimeouts: Readonly<Record<string, number>> = {
  ESTABLISHED: 900,
  SYN_RECV: 60,
  FIN_WAIT: 120,
  TIME_WAIT: 120,
  CLOSE: 10,
  CLOSE_WAIT: 60,
  UDP: 300,
};

/** IPVS names the phases by what both sides have sent. */
const connectionStates: Readonly<Record<string, string>> = { SYN_SENT: "SYN_RECV", SYN_SENT2: "SYN_RECV", LAST_ACK: "TIME_WAIT" };

/** `ipvsadm -L -n -c`: the connections that IPVS leads. @source ipvsadm 1.31, print_conn */
export function printIpvsConnections(rows: readonly ConntrackRow[], nowUs: number): string {
  const lines = ["IPVS connection entries", printConnection("pro", "expire", "state", "source", "virtual", "destination")];
  for (const { protocol, state, original, reply, ipvsLastUs } of rows) {
    if (ipvsLastUs === undefined) continue;
    const shown = state === undefined ? protocol.toUpperCase() : (connectionStates[state] ?? state);
    const left = (connectionTimeouts[shown] ?? 60) - Math.floor((nowUs - ipvsLastUs) / 1_000_000);
    if (left <= 0) continue;
    const expire = `${twoDigits(Math.floor(left / 60))}:${twoDigits(left % 60)}`;
    lines.push(printConnection(protocol.toUpperCase(), expire, shown, original.source.text, original.destination.text, reply.source.text));
  }
  return `${lines.join("\n")}\n`;
}

function printConnection(protocol: string, expire: string, state: string, source: string, virtual: string, destination: string): string {
  return `${protocol.padEnd(3)} ${expire.padEnd(6)} ${state.padEnd(11)} ${source.padEnd(18)} ${virtual.padEnd(18)} ${destination}`;
}

const protocolFlag = { tcp: "-t", udp: "-u", sctp: "--sctp-service", icmp: "-f" } as const;

/** `-A -t 10.96.0.1:443 -s rr`: a virtual server as `ipvsadm -Sn` saves it. */
export function printIpvsService(service: IpvsService): string {
  const persistent = service.persistentSeconds > 0 ? ` -p ${service.persistentSeconds}` : "";
  return `-A ${protocolFlag[service.protocol]} ${service.address.text} -s ${service.scheduler}${persistent}`;
}

/** `-a -t 10.96.0.1:443 -r 192.168.0.254:6443 -m -w 1` */
export function printIpvsDestination(service: IpvsService, destination: IpvsDestination): string {
  return `-a ${protocolFlag[service.protocol]} ${service.address.text} -r ${destination.address.text} -m -w ${destination.weight}`;
}

/** `ipvsadm -Sn`. */
export function printIpvsSave(table: IpvsTable): string {
  const lines: string[] = [];
  for (const service of table.services()) {
    lines.push(printIpvsService(service));
    const sorted = [...service.destinations].sort((a, b) => byAddress(a.address, b.address));
    for (const destination of sorted) lines.push(printIpvsDestination(service, destination));
  }
  return lines.map((line) => `${line}\n`).join("");
}
