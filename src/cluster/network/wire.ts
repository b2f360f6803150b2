import type { SocketAddress } from "./address.ts";
import { ACK, type Connection, FIN, type IcmpMessage, type Packet, type Payload, type Protocol, PSH, RST, SYN } from "./packet.ts";

/** The one shape all packets have, so that the hot paths stay monomorphic. Made only by the functions below. */
export class WirePacket implements Packet {
  readonly protocol: Protocol;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly connection: Connection;
  readonly number: number;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: Payload | undefined;
  readonly icmp: IcmpMessage | undefined;
  readonly ttl: number;
  readonly bytes: number;

  constructor(
    protocol: Protocol,
    source: SocketAddress,
    destination: SocketAddress,
    connection: Connection,
    number: number,
    flags: number,
    sequence: number,
    acknowledgement: number,
    payload: Payload | undefined,
    icmp: IcmpMessage | undefined,
    ttl: number,
    bytes: number,
  ) {
    this.protocol = protocol;
    this.source = source;
    this.destination = destination;
    this.connection = connection;
    this.number = number;
    this.flags = flags;
    this.sequence = sequence;
    this.acknowledgement = acknowledgement;
    this.payload = payload;
    this.icmp = icmp;
    this.ttl = ttl;
    this.bytes = bytes;
  }
}

export const defaultTtl = 64;

function ipHeaderBytes(address: SocketAddress): number {
  return address.ip.family === 6 ? 40 : 20;
}

/**
 * Length of IP and TCP header. Linux puts 20 bytes of options on a SYN (MSS, SACK, timestamps, window scale), timestamps on all that follow, and
 * nothing on a reset. @source net/ipv4/tcp_output.c, tcp_syn_options, tcp_established_options; tcp_ipv4.c, tcp_v4_send_reset
 */
export function tcpHeaderBytes(address: SocketAddress, flags: number): number {
  const options = (flags & RST) !== 0 ? 0 : (flags & SYN) !== 0 ? 20 : 12;
  return ipHeaderBytes(address) + 20 + options;
}

/** `dataBytes` of the payload ride in this segment (a long write takes several). */
export function tcpSegment(
  protocol: Protocol,
  source: SocketAddress,
  destination: SocketAddress,
  connection: Connection,
  flags: number,
  sequence: number,
  acknowledgement: number,
  payload: Payload | undefined,
  dataBytes: number,
): Packet {
  return new WirePacket(
    protocol,
    source,
    destination,
    connection,
    ++connection.packets,
    flags,
    sequence,
    acknowledgement,
    payload,
    undefined,
    defaultTtl,
    tcpHeaderBytes(source, flags) + dataBytes,
  );
}

export function udpDatagram(
  source: SocketAddress,
  destination: SocketAddress,
  connection: Connection,
  payload: Payload,
  ttl = defaultTtl,
): Packet {
  const bytes = ipHeaderBytes(source) + 8 + payload.bytes;
  return new WirePacket("udp", source, destination, connection, ++connection.packets, 0, 0, 0, payload, undefined, ttl, bytes);
}

export function icmpPacket(
  source: SocketAddress,
  destination: SocketAddress,
  connection: Connection,
  icmp: IcmpMessage,
  dataBytes: number,
  ttl = defaultTtl,
): Packet {
  const bytes = ipHeaderBytes(source) + 8 + dataBytes;
  return new WirePacket("icmp", source, destination, connection, ++connection.packets, 0, 0, 0, undefined, icmp, ttl, bytes);
}

/** An ICMP error carries the header and the first bytes of the packet it answers: at most 548 bytes (RFC 1812 4.3.2.3). */
export function icmpErrorDataBytes(about: Packet): number {
  return Math.min(about.bytes, 548);
}

/** The same packet with other ends: what NAT makes of it. */
export function withAddresses(packet: Packet, source: SocketAddress, destination: SocketAddress, icmp: IcmpMessage | undefined): Packet {
  return new WirePacket(
    packet.protocol,
    source,
    destination,
    packet.connection,
    packet.number,
    packet.flags,
    packet.sequence,
    packet.acknowledgement,
    packet.payload,
    icmp,
    packet.ttl,
    packet.bytes,
  );
}

/** The same packet with so many hops left. */
export function withTtl(packet: Packet, ttl: number): Packet {
  return new WirePacket(
    packet.protocol,
    packet.source,
    packet.destination,
    packet.connection,
    packet.number,
    packet.flags,
    packet.sequence,
    packet.acknowledgement,
    packet.payload,
    packet.icmp,
    ttl,
    packet.bytes,
  );
}

export function isIcmpError(packet: Packet): boolean {
  return packet.icmp !== undefined && packet.icmp.about !== undefined;
}

/** `SYN`, `SYN,ACK`, `PSH,ACK`: flags as hops print them; undefined where the protocol has none. */
export function flagsText(packet: Packet): string | undefined {
  if (packet.protocol !== "tcp" && packet.protocol !== "sctp") return undefined;
  const names: string[] = [];
  if (packet.flags & SYN) names.push("SYN");
  if (packet.flags & FIN) names.push("FIN");
  if (packet.flags & RST) names.push("RST");
  if (packet.flags & PSH) names.push("PSH");
  if (packet.flags & ACK) names.push("ACK");
  return names.join(",");
}
