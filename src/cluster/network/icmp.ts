import type { Ip, SocketAddress } from "./address.ts";
import type { SocketBuffer } from "./interface.ts";
import type { Connection, IcmpMessage, Packet } from "./packet.ts";
import { reasonOf, reasonWith } from "./reason.ts";
import type { ConnectionIntent, SocketError, Sockets } from "./sockets.ts";
import type { Stack } from "./stack.ts";
import { defaultTtl, icmpPacket, udpDatagram, withTtl } from "./wire.ts";

const receivedEcho = reasonOf("received-echo");
const receivedEchoReply = reasonOf("received-echo-reply");
const receivedByNobody = reasonOf("received-by-nobody");

type Message = Parameters<Sockets["ping"]>[1];
type OnAnswer = Parameters<Sockets["ping"]>[3];

interface Waiting {
  readonly identifier: number;
  readonly sequence: number;
  /** A UDP datagram instead of an echo request: its ends, by which an error about it is known. */
  readonly ends: { readonly source: SocketAddress; readonly destination: SocketAddress } | undefined;
  readonly onAnswer: OnAnswer;
}

/** ICMP of one namespace: ping at both ends, and errors handed to the socket they are about. @source RFC 792, RFC 4443 */
export class IcmpLayer {
  readonly #stack: Stack;
  #waiting: Waiting[] = [];
  /** One ping to one address is one connection of the log, however many requests it sends. */
  #pings: Map<number, Connection> | undefined = undefined;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  ping(to: Ip, message: Parameters<Sockets["ping"]>[1], intent: ConnectionIntent, onAnswer: OnAnswer): (() => void) | SocketError {
    const stack = this.#stack;
    const ip = intent.sourceIp ?? stack.sourceFor(to);
    if (ip === undefined) return "ENETUNREACH";
    if (message.udpPort !== undefined) return this.#probe(ip, to, message.udpPort, message, intent, onAnswer);
    const source = stack.book.socket(ip, 0);
    const destination = stack.book.socket(to, 0);
    let connection = this.#pings?.get(message.identifier);
    if (connection === undefined || connection.destination !== destination) {
      connection = stack.open("icmp", source, destination, intent);
      if (this.#pings === undefined || this.#pings.size >= pingsMax) this.#pings = new Map();
      this.#pings.set(message.identifier, connection);
    }
    const forget = this.#await({ identifier: message.identifier, sequence: message.sequence, ends: undefined, onAnswer });
    const icmp: IcmpMessage = { type: "echo", identifier: message.identifier, sequence: message.sequence, about: undefined };
    stack.output(icmpPacket(source, destination, connection, icmp, message.dataBytes, message.ttl ?? defaultTtl));
    return forget;
  }

  /** One datagram that asks for an ICMP error: traceroute's. */
  #probe(ip: Ip, to: Ip, port: number, message: Message, intent: ConnectionIntent, onAnswer: OnAnswer): () => void {
    const stack = this.#stack;
    const source = stack.book.socket(ip, probePortFrom + ((message.identifier * 64 + message.sequence) % probePorts));
    const destination = stack.book.socket(to, port);
    const connection = stack.open("udp", source, destination, intent);
    const ends = { source, destination };
    const forget = this.#await({ identifier: message.identifier, sequence: message.sequence, ends, onAnswer });
    stack.output(udpDatagram(source, destination, connection, { kind: "probe", bytes: message.dataBytes }, message.ttl ?? defaultTtl));
    return forget;
  }

  #await(waiting: Waiting): () => void {
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  receive(buffer: SocketBuffer): void {
    const packet = withTtl(buffer.packet, buffer.ttl);
    const icmp = packet.icmp as IcmpMessage;
    if (icmp.type === "echo") {
      this.#stack.received(buffer, receivedEcho);
      const dataBytes = packet.bytes - (packet.source.ip.family === 6 ? 48 : 28);
      const answer: IcmpMessage = { type: "echo-reply", identifier: icmp.identifier, sequence: icmp.sequence, about: undefined };
      this.#stack.output(icmpPacket(packet.destination, packet.source, packet.connection, answer, dataBytes));
      return;
    }
    if (icmp.type === "echo-reply") {
      const isAwaited = this.#isAwaited(icmp);
      this.#stack.received(buffer, isAwaited ? receivedEchoReply : receivedByNobody);
      this.#answer(icmp, packet, icmp);
      return;
    }
    this.#stack.received(buffer, reasonWith("received-icmp-error", { type: icmp.type }));
    const about = icmp.about;
    if (about === undefined) return;
    if (about.icmp !== undefined) this.#answer(about.icmp, packet, icmp);
    else if (!this.#answerProbe(about, packet, icmp)) this.#stack.unreachable(about, icmp.type);
  }

  clear(): void {
    this.#waiting = [];
    this.#pings = undefined;
  }

  #isAwaited(echo: IcmpMessage): boolean {
    for (const { identifier, sequence, ends } of this.#waiting)
      if (ends === undefined && identifier === echo.identifier && sequence === echo.sequence) return true;
    return false;
  }

  #answer(echo: IcmpMessage, packet: Packet, message: IcmpMessage): void {
    for (const waiting of [...this.#waiting]) {
      if (waiting.ends !== undefined || waiting.identifier !== echo.identifier || waiting.sequence !== echo.sequence) continue;
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      waiting.onAnswer({ from: packet.source.ip, message, packet });
    }
  }

  #answerProbe(about: Packet, packet: Packet, message: IcmpMessage): boolean {
    const found = this.#waiting.find(
      ({ ends }) => ends !== undefined && ends.source === about.source && ends.destination === about.destination,
    );
    if (found === undefined) return false;
    this.#waiting = this.#waiting.filter((other) => other !== found);
    found.onAnswer({ from: packet.source.ip, message, packet });
    return true;
  }
}

const pingsMax = 256;
/** Source ports of probes. */
const probePortFrom = 32_768;
const probePorts = 28_000;
