import type { Ip, SocketAddress } from "./address.ts";
import type { SocketBuffer } from "./interface.ts";
import type { Connection, IcmpType, Packet, Payload } from "./packet.ts";
import { reasonOf, reasonWith } from "./reason.ts";
import type { ConnectionIntent, SocketError, SocketOwner, SocketRow, UdpSocket } from "./sockets.ts";
import { ephemeralPort, type Stack } from "./stack.ts";
import { errorOf } from "./tcp.ts";
import { udpDatagram } from "./wire.ts";

const receivedDatagram = reasonOf("received-datagram");
/** How many destinations one socket keeps apart in the log before it starts anew. */
const exchangesMax = 1024;

type Arrived = NonNullable<ReturnType<UdpSocket["read"]>>;

class UdpEnd implements UdpSocket {
  readonly port: number;
  readonly ip: Ip | undefined;
  readonly connectedTo: SocketAddress | undefined;
  readonly owner: SocketOwner | undefined;
  onChange: (() => void) | undefined = undefined;
  readonly #layer: UdpLayer;
  #arrived: Arrived[] = [];
  #error: SocketError | undefined = undefined;
  /** By local and remote address: one exchange each. */
  #exchanges = new Map<SocketAddress, Map<SocketAddress, Connection>>();
  #isClosed = false;

  constructor(layer: UdpLayer, port: number, ip: Ip | undefined, connectedTo: SocketAddress | undefined, owner: SocketOwner | undefined) {
    this.#layer = layer;
    this.port = port;
    this.ip = ip;
    this.connectedTo = connectedTo;
    this.owner = owner;
  }

  read(): Arrived | undefined {
    return this.#arrived.shift();
  }

  takeError(): SocketError | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  sendTo(to: SocketAddress, payload: Payload, options: Parameters<UdpSocket["sendTo"]>[2] = {}): SocketError | undefined {
    if (this.#isClosed) return "EPIPE";
    const { stack } = this.#layer;
    const ip = options.from ?? this.ip ?? options.intent?.sourceIp ?? stack.sourceFor(to.ip);
    if (ip === undefined) return "ENETUNREACH";
    const local = stack.book.socket(ip, this.port);
    const connection = options.inReplyTo ?? this.#exchange(local, to, options.intent ?? {});
    stack.output(udpDatagram(local, to, connection, payload));
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#layer.remove(this);
  }

  arrive(packet: Packet): void {
    if (packet.payload === undefined) return;
    this.#arrived.push({ payload: packet.payload, from: packet.source, to: packet.destination, connection: packet.connection });
    this.onChange?.();
  }

  /** Only a connected socket is told. @source udp(7): "all fatal errors will be passed" once connected */
  unreachable(type: IcmpType): void {
    if (this.connectedTo === undefined) return;
    this.#error = errorOf(type);
    this.onChange?.();
  }

  #exchange(local: SocketAddress, to: SocketAddress, intent: ConnectionIntent): Connection {
    let exchanges = this.#exchanges.get(local);
    if (exchanges === undefined) {
      exchanges = new Map();
      this.#exchanges.set(local, exchanges);
    }
    let connection = exchanges.get(to);
    if (connection === undefined) {
      if (exchanges.size >= exchangesMax) exchanges.clear();
      connection = this.#layer.stack.open("udp", local, to, intent);
      exchanges.set(to, connection);
    }
    return connection;
  }
}

/** UDP of one namespace. @source RFC 768, udp(7) */
export class UdpLayer {
  readonly stack: Stack;
  /** By port; made when the first is bound. */
  #sockets: Map<number, UdpEnd[]> | undefined = undefined;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  bind(
    port: number,
    options: { readonly ip?: Ip; readonly owner?: SocketOwner; readonly connectedTo?: SocketAddress },
  ): UdpSocket | SocketError {
    this.#sockets ??= new Map();
    const sockets = this.#sockets;
    const there = sockets.get(port);
    if (there?.some((socket) => socket.ip === undefined || options.ip === undefined || socket.ip === options.ip)) return "EADDRINUSE";
    if (options.ip !== undefined && !this.stack.isLocal(options.ip)) return "EADDRNOTAVAIL";
    const chosen = port !== 0 ? port : ephemeralPort(this.stack.ephemeral, (candidate) => !sockets.has(candidate));
    if (chosen === undefined) return "EADDRINUSE";
    const socket = new UdpEnd(this, chosen, options.ip, options.connectedTo, options.owner);
    const list = sockets.get(chosen);
    if (list === undefined) sockets.set(chosen, [socket]);
    else list.push(socket);
    return socket;
  }

  remove(socket: UdpEnd): void {
    const rest = (this.#sockets?.get(socket.port) ?? []).filter((other) => other !== socket);
    if (rest.length === 0) this.#sockets?.delete(socket.port);
    else this.#sockets?.set(socket.port, rest);
  }

  receive(buffer: SocketBuffer): void {
    const packet = buffer.packet;
    const socket = this.#find(packet.destination, packet.source);
    if (socket === undefined) {
      this.stack.refused(buffer, reasonWith("port-closed", { port: packet.destination.port }));
      this.stack.sendIcmpError(buffer, "port-unreachable");
      return;
    }
    this.stack.received(buffer, receivedDatagram);
    socket.arrive(packet);
  }

  icmpError(about: Packet, type: IcmpType): void {
    this.#find(about.source, about.destination)?.unreachable(type);
  }

  rows(): SocketRow[] {
    const rows: SocketRow[] = [];
    for (const list of this.#sockets?.values() ?? []) {
      for (const socket of list) {
        const local = socket.ip === undefined ? `*:${socket.port}` : this.stack.book.socket(socket.ip, socket.port).text;
        rows.push({ protocol: "udp", state: "UNCONN", local, remote: socket.connectedTo?.text ?? "*:*", owner: socket.owner });
      }
    }
    return rows;
  }

  clear(): void {
    this.#sockets = undefined;
  }

  /** A connected socket takes what its peer sends, and nothing else. */
  #find(local: SocketAddress, remote: SocketAddress): UdpEnd | undefined {
    const list = this.#sockets?.get(local.port);
    if (list === undefined) return undefined;
    let found: UdpEnd | undefined;
    for (const socket of list) {
      if (socket.ip !== undefined && socket.ip !== local.ip) continue;
      if (socket.connectedTo !== undefined && socket.connectedTo !== remote) continue;
      if (found === undefined || socket.ip !== undefined) found = socket;
    }
    return found;
  }
}
