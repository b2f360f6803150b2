import type { SocketAddress } from "./address.ts";
import type { Connection } from "./hop.ts";

export type Protocol = "tcp" | "udp" | "sctp" | "icmp";

/**
 * What a packet carries. The network looks at `bytes` alone; who sends it knows the rest (`protocols/`).
 * HTTP, DNS and TLS ride as typed values whose `bytes` is the length of their printed form.
 */
export interface Payload {
  readonly kind: string;
  readonly bytes: number;
}

/** TCP flags as a bit set. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** The error in an ICMP message; `echo` and `echo-reply` are ping's. */
export type IcmpType = "echo" | "echo-reply" | "port-unreachable" | "host-unreachable" | "net-unreachable" | "admin-prohibited" | "time-exceeded";

/**
 * One TCP segment (up to 64 KiB of one write), UDP datagram, SCTP chunk or ICMP message. A rewrite makes a new packet; nobody changes one.
 */
export interface Packet {
  readonly protocol: Protocol;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  /** Which connection it belongs to, and its number in it from 1. */
  readonly connection: Connection;
  readonly number: number;
  /** TCP only. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: Payload | undefined;
  readonly icmp: IcmpMessage | undefined;
  readonly ttl: number;
  /** Total length as on the wire: headers and payload. */
  readonly bytes: number;
}

export interface IcmpMessage {
  readonly type: IcmpType;
  readonly identifier: number;
  readonly sequence: number;
  /** For an error: the packet it answers, as it looked where it died. */
  readonly about: Packet | undefined;
}
