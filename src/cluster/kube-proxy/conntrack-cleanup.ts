import type { AddressBook } from "../network/address.ts";
import type { Conntrack } from "../network/netfilter/conntrack.ts";
import type { DesiredPort } from "./desired.ts";

/**
 * UDP has no end of connection, so a client that keeps its source port would go on to an endpoint that is gone, for as long as it sends.
 * After a sync the entries of these Service ports that do not lead to a serving endpoint are deleted; the next datagram is balanced anew.
 * Ports without any serving endpoint keep theirs until the first one appears.
 *
 * @returns how many entries were deleted
 * @source kubernetes pkg/proxy/conntrack/cleanup.go, CleanStaleEntries
 */
export function cleanUpUdp(conntrack: Conntrack, book: AddressBook, ports: readonly DesiredPort[], nowUs: number): number {
  const byAddress = new Map<number, ReadonlySet<number>>();
  const byNodePort = new Map<number, ReadonlySet<number>>();
  for (const { port, endpoints } of ports) {
    if (port.protocol !== "udp") continue;
    const serving = new Set<number>();
    for (const endpoint of endpoints) if (endpoint.isServing) serving.add(book.socket(book.ip(endpoint.ip), endpoint.port).id);
    if (serving.size === 0) continue;
    for (const ip of [port.clusterIp, ...port.externalIps, ...port.loadBalancerVips])
      byAddress.set(book.socket(book.ip(ip), port.port).id, serving);
    if (port.nodePort !== 0) byNodePort.set(port.nodePort, serving);
  }
  if (byAddress.size === 0) return 0;
  return conntrack.deleteWhere("udp", nowUs, (original, reply) => {
    const serving = byAddress.get(original.destination.id) ?? byNodePort.get(original.destination.port);
    return serving !== undefined && !serving.has(reply.source.id);
  });
}
