import type { ConntrackRow } from "./conntrack.ts";
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
