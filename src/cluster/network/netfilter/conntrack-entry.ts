import type { SocketAddress } from "../address.ts";
import type { ObjectName } from "../name.ts";
import type { Protocol } from "../packet.ts";
import type { IpvsConnection } from "./ipvs-stats.ts";

/** Bits of an entry's status. @source include/uapi/linux/netfilter/nf_conntrack_common.h (the names; values are ours) */
export const SEEN_REPLY = 1;
export const ASSURED = 2;
export const CONFIRMED = 4;
/** The destination was rewritten. */
export const DST_NAT = 8;
/** The source was rewritten. */
export const SRC_NAT = 16;
/** The nat tables have been asked for the destination, or the source: they never are again. */
export const DST_NAT_DONE = 32;
export const SRC_NAT_DONE = 64;

/**
 * One tracked connection: the tuple of its first packet, and the tuple that answers carry. NAT is nothing but a reply tuple that does not mirror the original.
 * ICMP echo: the identifier stands for the port of the side that asks; the other's is 0.
 */
export class ConntrackEntry {
  readonly protocol: Protocol;
  readonly origSource: SocketAddress;
  readonly origDestination: SocketAddress;
  replySource: SocketAddress;
  replyDestination: SocketAddress;
  status: number;
  /** TCP and SCTP: the state's number (tcp-tracking.ts); 0 otherwise. */
  state: number;
  mark: number;
  /** Who asked for the rewrite of the destination: later packets' hops name it too. */
  object: ObjectName | undefined;
  /** IPVS gave it its destination. */
  ipvs: IpvsConnection | undefined;
  createdUs: number;
  expiresUs: number;

  constructor(protocol: Protocol, source: SocketAddress, destination: SocketAddress, nowUs: number) {
    this.protocol = protocol;
    this.origSource = source;
    this.origDestination = destination;
    this.replySource = destination;
    this.replyDestination = source;
    this.status = 0;
    this.state = 0;
    this.mark = 0;
    this.object = undefined;
    this.ipvs = undefined;
    this.createdUs = nowUs;
    this.expiresUs = nowUs;
  }
}
