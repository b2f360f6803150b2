import type { Clock } from "../sim/clock.ts";
import type { Random } from "../sim/random.ts";
import type { AddressBook, Ip, SocketAddress } from "./address.ts";
import type { SocketBuffer } from "./interface.ts";
import type { Place, Reason } from "./name.ts";
import type { Connection, IcmpType, Packet, Protocol } from "./packet.ts";
import type { ConnectionIntent } from "./sockets.ts";

/** What the transports (tcp.ts, udp.ts, icmp.ts) need of the namespace they belong to. */
export interface Stack {
  readonly place: Place;
  readonly clock: Clock;
  readonly book: AddressBook;
  /** `ephemeral/PLACE`: source ports. */
  readonly ephemeral: Random;
  isLocal(ip: Ip): boolean;
  /** The address that a packet to `to` would carry as its source; undefined where no route leads there. */
  sourceFor(to: Ip): Ip | undefined;
  open(protocol: Protocol, source: SocketAddress, destination: SocketAddress, intent: ConnectionIntent): Connection;
  /** Sends a packet made here. `reason` where it is not what its kind says (a repetition). */
  output(packet: Packet, reason?: Reason): void;
  /** The packet's end here: taken by someone, or refused. Logged before anything is done about it. */
  received(buffer: SocketBuffer, reason: Reason): void;
  refused(buffer: SocketBuffer, reason: Reason): void;
  /** An ICMP error came: the socket that sent the packet hears of it. */
  unreachable(about: Packet, type: IcmpType): void;
  /** Tells the sender of a packet that it died here. */
  sendIcmpError(about: SocketBuffer, type: IcmpType): void;
}

const ephemeralFrom = 32_768;
const ephemeralCount = 60_999 - ephemeralFrom + 1;

/** A random port that `isFree` lets pass; undefined when all are taken. @source ip-sysctl.rst, ip_local_port_range */
export function ephemeralPort(random: Random, isFree: (port: number) => boolean): number | undefined {
  const start = random.below(ephemeralCount);
  for (let i = 0; i < ephemeralCount; i++) {
    const port = ephemeralFrom + ((start + i) % ephemeralCount);
    if (isFree(port)) return port;
  }
  return undefined;
}
