import type { Ip, SocketAddress } from "./address.ts";
import type { Connection } from "./hop.ts";
import type { IcmpMessage, Packet, Payload, Protocol } from "./packet.ts";

/** What the kernel answers a program; the names are errno's. `ETIMEDOUT` comes after the SYN retries (127 s) or the caller's own limit. */
export type SocketError =
  | "ECONNREFUSED"
  | "ECONNRESET"
  | "ETIMEDOUT"
  | "EHOSTUNREACH"
  | "ENETUNREACH"
  | "EADDRINUSE"
  | "EADDRNOTAVAIL"
  | "EACCES"
  | "EPIPE";

/** What a new connection is for, handed down to the log. */
export interface ConnectionIntent {
  readonly purpose?: Connection["purpose"];
  /** The shell session whose command opens it; 0 for none. */
  readonly session?: number;
  readonly parent?: Connection | undefined;
  readonly record?: boolean;
  /** Bind to this local address or port instead of the route's source and a random port. */
  readonly sourceIp?: Ip;
  readonly sourcePort?: number;
  readonly owner?: SocketOwner;
}

/**
 * One end of an established or opening TCP connection. Callbacks, since the network knows nothing of programs;
 * `machine` wraps them into generators. A callback may be replaced at any time; what arrives meanwhile waits in order.
 */
export interface TcpSocket {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly connection: Connection;
  readonly state:
    | "SYN-SENT"
    | "SYN-RECV"
    | "ESTAB"
    | "FIN-WAIT-1"
    | "FIN-WAIT-2"
    | "CLOSE-WAIT"
    | "CLOSING"
    | "LAST-ACK"
    | "TIME-WAIT"
    | "CLOSED";
  /** Called when something changed: connected, data, end of data, error. */
  onChange: (() => void) | undefined;
  /** Why it failed or was reset; undefined while it is well. */
  readonly error: SocketError | undefined;
  /** Queued payloads not read yet; undefined when none. Takes the first. */
  read(): Payload | undefined;
  /** The other side has sent its FIN and everything before it was read. */
  readonly isEnded: boolean;
  /** Queues a payload for sending. After `close` or a reset: returns "EPIPE". */
  write(payload: Payload): SocketError | undefined;
  /** FIN after what is queued. */
  close(): void;
  /** RST. */
  abort(): void;
}

export interface TcpListener {
  readonly local: SocketAddress | undefined;
  readonly port: number;
  onConnection: ((socket: TcpSocket) => void) | undefined;
  close(): void;
}

export interface UdpSocket {
  readonly port: number;
  onChange: (() => void) | undefined;
  read():
    | { readonly payload: Payload; readonly from: SocketAddress; readonly to: SocketAddress; readonly connection: Connection }
    | undefined;
  /** An ICMP error came back for what was sent (connected sockets only); reading it clears it. */
  takeError(): SocketError | undefined;
  /** Answers keep the connection of the datagram they answer: pass it as `inReplyTo`. `from` chooses the local address (a server answers from the address asked). */
  sendTo(
    to: SocketAddress,
    payload: Payload,
    options?: { readonly intent?: ConnectionIntent; readonly inReplyTo?: Connection; readonly from?: Ip },
  ): SocketError | undefined;
  close(): void;
}

/** The process that holds a socket, for `ss`. */
export interface SocketOwner {
  readonly name: string;
  readonly pid: number;
  /** Set when it has ended. */
  readonly exitStatus?: number | undefined;
}

/** A row of `ss`. */
export interface SocketRow {
  readonly protocol: Protocol;
  readonly state: TcpSocket["state"] | "LISTEN" | "UNCONN";
  readonly local: string;
  readonly remote: string;
  /** Undefined where none is known, or none is left. */
  readonly owner: SocketOwner | undefined;
}

/** The socket side of one network namespace (`Netns` in netns.ts implements it). */
export interface Sockets {
  /** `protocol` "sctp": the association is set up and used as a connection is. */
  connectTcp(to: SocketAddress, intent: ConnectionIntent, protocol?: "tcp" | "sctp"): TcpSocket;
  /** `ip` undefined: all addresses; `port` 0: a random free one. */
  listenTcp(
    port: number,
    options?: { readonly ip?: Ip; readonly owner?: SocketOwner; readonly protocol?: "tcp" | "sctp" },
  ): TcpListener | SocketError;
  /** `port` 0: a random free ephemeral port. */
  bindUdp(
    port: number,
    options?: { readonly ip?: Ip; readonly owner?: SocketOwner; readonly connectedTo?: SocketAddress },
  ): UdpSocket | SocketError;
  /** Sends one echo request, or with `udpPort` a datagram that asks for an error; `onAnswer` gets the reply or the error message, never called when nothing comes back. Returns a function that forgets it. */
  ping(
    to: Ip,
    message: {
      readonly identifier: number;
      readonly sequence: number;
      readonly dataBytes: number;
      readonly ttl?: number;
      readonly udpPort?: number;
    },
    intent: ConnectionIntent,
    onAnswer: (answer: { readonly from: Ip; readonly message: IcmpMessage; readonly packet: Packet }) => void,
  ): (() => void) | SocketError;
  rows(): readonly SocketRow[];
}
