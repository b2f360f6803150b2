import type { Timer } from "../sim/clock.ts";
import type { Ip, SocketAddress } from "./address.ts";
import type { SocketBuffer } from "./interface.ts";
import type { Reason } from "./name.ts";
import { ACK, type Connection, FIN, type IcmpType, type Packet, type Payload, PSH, RST, SYN } from "./packet.ts";
import { reasonOf, reasonWith } from "./reason.ts";
import type { ConnectionIntent, SocketError, SocketOwner, SocketRow, TcpListener, TcpSocket } from "./sockets.ts";
import { ephemeralPort, type Stack } from "./stack.ts";
import { TupleMap } from "./tuple-map.ts";
import { tcpHeaderBytes, tcpSegment } from "./wire.ts";

const msUs = 1000;
const secondUs = 1_000_000;
/** @source tcp(7), tcp_syn_retries: 6, the last wait ends after 127 s; tcp_synack_retries: 5; tcp_retries2: 15 */
const synRetries = 6;
const synAckRetries = 5;
const dataRetries = 15;
const synTimeoutUs = secondUs;
/** @source include/net/tcp.h: TCP_RTO_MIN (above the smoothed round trip), TCP_RTO_MAX, TCP_DELACK_MIN, TCP_TIMEWAIT_LEN, TCP_FIN_TIMEOUT */
const rtoMinUs = 200 * msUs;
const rtoMaxUs = 120 * secondUs;
const delayedAckUs = 40 * msUs;
const timeWaitUs = 60 * secondUs;
/** One segment carries at most this much of a write (decision 4). */
const segmentBytesMax = 65_536;
/** The kind of the pieces that come before a long write's last segment; only that one carries the value itself. */
const partKind = "tcp-part";

const receivedHandshake = reasonOf("received-handshake");
const receivedConnection = reasonOf("received-connection");
const receivedData = reasonOf("received-data");
const receivedAck = reasonOf("received-ack");
const receivedFin = reasonOf("received-fin");
const receivedAgain = reasonOf("received-again");
const receivedReset = reasonOf("received-reset");
const receivedByNobody = reasonOf("received-by-nobody");
const noSuchConnection = reasonOf("no-such-connection");

/** A piece under way: kept until it is acknowledged. */
interface Segment {
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Payload | undefined;
  readonly bytes: number;
  next: Segment | undefined;
}

/** One end of a connection. @source RFC 9293; tcp(7) for what Linux makes of it */
class TcpEnd implements TcpSocket {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly connection: Connection;
  readonly owner: SocketOwner | undefined;
  readonly layer: TcpLayer;
  readonly listener: TcpListenerEnd | undefined;
  state: TcpSocket["state"];
  onChange: (() => void) | undefined = undefined;
  error: SocketError | undefined = undefined;
  /** TIME-WAIT, and FIN-WAIT-2 after close: gone at this time, for which no timer is kept; 0: stays. */
  expiresUs = 0;
  #sendNext: number;
  #receiveNext = 0;
  /** What is not acknowledged yet, oldest first. */
  #firstWaiting: Segment | undefined = undefined;
  #lastWaiting: Segment | undefined = undefined;
  /** Written before the handshake ended. */
  #early: Payload[] | undefined = undefined;
  #closeEarly = false;
  #arrived: Payload[] | undefined = undefined;
  /** Segments that came before their turn, by sequence. */
  #ahead: Map<number, Packet> | undefined = undefined;
  #finReceived = false;
  #resend: Timer | undefined = undefined;
  #attempts = 0;
  #delayedAck: Timer | undefined = undefined;
  #sentUs = 0;
  #rtoUs = rtoMinUs;

  constructor(
    layer: TcpLayer,
    local: SocketAddress,
    remote: SocketAddress,
    connection: Connection,
    state: TcpSocket["state"],
    listener: TcpListenerEnd | undefined,
    owner: SocketOwner | undefined,
  ) {
    this.layer = layer;
    this.local = local;
    this.remote = remote;
    this.connection = connection;
    this.state = state;
    this.listener = listener;
    this.owner = owner;
    this.#sendNext = layer.initialSequence();
  }

  get isEnded(): boolean {
    return this.#finReceived && (this.#arrived === undefined || this.#arrived.length === 0);
  }

  read(): Payload | undefined {
    return this.#arrived?.shift();
  }

  write(payload: Payload): SocketError | undefined {
    if (this.error !== undefined) return this.error === "ECONNRESET" ? "ECONNRESET" : "EPIPE";
    if (this.state === "SYN-SENT" || this.state === "SYN-RECV") {
      this.#early ??= [];
      this.#early.push(payload);
      return undefined;
    }
    if (this.state !== "ESTAB" && this.state !== "CLOSE-WAIT") return "EPIPE";
    this.#sendData(payload);
    return undefined;
  }

  close(): void {
    if (this.state === "SYN-RECV") this.#closeEarly = true;
    else if (this.state === "SYN-SENT") this.#vanish();
    else if (this.state === "ESTAB" || this.state === "CLOSE-WAIT") {
      this.state = this.state === "ESTAB" ? "FIN-WAIT-1" : "LAST-ACK";
      this.#sendKept(FIN | ACK, undefined, 0, 1);
    }
  }

  abort(): void {
    if (this.state === "CLOSED") return;
    if (this.state !== "SYN-SENT" && this.state !== "TIME-WAIT") this.#emit(RST | ACK, this.#sendNext, undefined, 0, undefined);
    this.#vanish();
  }

  /** The first packet of a connection that this end opens. */
  start(): void {
    this.#sendKept(SYN, undefined, 0, 1);
  }

  /** The first packet of a connection that came to a listener. */
  accept(syn: Packet): void {
    this.#receiveNext = (syn.sequence + 1) >>> 0;
    this.#sendKept(SYN | ACK, undefined, 0, 1);
  }

  receive(buffer: SocketBuffer): void {
    const packet = buffer.packet;
    const stack = this.layer.stack;
    const flags = packet.flags;
    if ((flags & RST) !== 0) {
      stack.received(buffer, receivedReset);
      this.#reset();
      return;
    }
    if (this.state === "SYN-SENT") {
      if ((flags & (SYN | ACK)) !== (SYN | ACK)) {
        stack.received(buffer, receivedAgain);
        return;
      }
      stack.received(buffer, receivedHandshake);
      this.#receiveNext = (packet.sequence + 1) >>> 0;
      this.#acknowledged(packet.acknowledgement);
      this.state = "ESTAB";
      this.#emit(ACK, this.#sendNext, undefined, 0, undefined);
      this.#sendEarly();
      this.#notify();
      return;
    }
    if ((flags & SYN) !== 0) {
      stack.received(buffer, receivedAgain);
      // Our answer was lost: the SYN-ACK, or the ACK of the other's SYN-ACK.
      if (this.state === "SYN-RECV") this.#sendAgain(undefined);
      else this.#emit(ACK, this.#sendNext, undefined, 0, undefined);
      return;
    }
    const dataBytes = packet.bytes - tcpHeaderBytes(packet.source, packet.flags);
    const ahead = (packet.sequence - this.#receiveNext) | 0;
    if ((flags & FIN) === 0 && dataBytes === 0) {
      stack.received(buffer, this.state === "SYN-RECV" ? receivedHandshake : receivedAck);
      this.#takeAck(packet);
      return;
    }
    stack.received(buffer, ahead < 0 ? receivedAgain : (flags & FIN) !== 0 ? receivedFin : receivedData);
    if (!this.#takeAck(packet)) return;
    if (ahead !== 0) {
      if (ahead > 0) {
        this.#ahead ??= new Map();
        this.#ahead.set(packet.sequence, packet);
      }
      this.#ackNow();
      return;
    }
    this.#takeInOrder(packet, dataBytes);
    while (this.#ahead !== undefined && this.#ahead.size > 0) {
      const next = this.#ahead.get(this.#receiveNext);
      if (next === undefined) break;
      this.#ahead.delete(this.#receiveNext);
      this.#takeInOrder(next, next.bytes - tcpHeaderBytes(next.source, next.flags));
    }
    if (this.#finReceived) this.#ackNow();
    else if (this.#delayedAck === undefined) this.#delayedAck = stack.clock.after(delayedAckUs, delayedAckDue, this as TcpEnd);
    this.#notify();
  }

  /** An ICMP error about a packet of ours. Only an opening connection ends by it. @source net/ipv4/tcp_ipv4.c, tcp_v4_err */
  unreachable(type: IcmpType): void {
    if (this.state !== "SYN-SENT") return;
    this.error = errorOf(type);
    this.#vanish();
    this.#notify();
  }

  /** Gone without a word: the machine was switched off. */
  forget(): void {
    this.#stopTimers();
    this.state = "CLOSED";
    this.onChange = undefined;
  }

  fail(error: SocketError): void {
    this.error = error;
    this.state = "CLOSED";
    this.layer.stack.clock.after(0, notifyDue, this as TcpEnd);
  }

  resendDue(): void {
    this.#resend = undefined;
    const opening = this.state === "SYN-SENT";
    const retries = opening ? synRetries : this.state === "SYN-RECV" ? synAckRetries : dataRetries;
    if (this.#attempts >= retries) {
      if (this.state !== "SYN-RECV") this.error = "ETIMEDOUT";
      this.#vanish();
      this.#notify();
      return;
    }
    this.#attempts++;
    const reason = reasonWith(opening ? "send-syn-again" : "send-again", { attempt: this.#attempts });
    this.#sendAgain(reason);
    this.#armResend();
  }

  ackDue(): void {
    this.#delayedAck = undefined;
    this.#emit(ACK, this.#sendNext, undefined, 0, undefined);
  }

  notifyDue(): void {
    this.#notify();
  }

  /** What the ACK says. False when the connection ended by it. */
  #takeAck(packet: Packet): boolean {
    if ((packet.flags & ACK) === 0) return true;
    const finOurs = this.#lastWaiting;
    this.#acknowledged(packet.acknowledgement);
    const allAcknowledged = this.#firstWaiting === undefined;
    if (this.state === "SYN-RECV") {
      if (!allAcknowledged) return true;
      this.state = "ESTAB";
      this.#sendEarly();
      this.listener?.established(this);
      return true;
    }
    if (!allAcknowledged || finOurs === undefined || (finOurs.flags & FIN) === 0) return true;
    if (this.state === "FIN-WAIT-1") {
      this.state = "FIN-WAIT-2";
      this.expiresUs = this.layer.stack.clock.now() + timeWaitUs;
      this.layer.expireLater(this);
    } else if (this.state === "CLOSING") this.#enterTimeWait();
    else if (this.state === "LAST-ACK") {
      this.#vanish();
      this.#notify();
      return false;
    }
    return true;
  }

  #acknowledged(acknowledgement: number): void {
    let segment = this.#firstWaiting;
    while (segment !== undefined) {
      const length = segment.bytes + ((segment.flags & (SYN | FIN)) !== 0 ? 1 : 0);
      if (((acknowledgement - segment.sequence - length) | 0) < 0) break;
      segment = segment.next;
    }
    if (segment === this.#firstWaiting) return;
    if (this.#attempts === 0) this.#rtoUs = rtoMinUs + (this.layer.stack.clock.now() - this.#sentUs);
    this.#firstWaiting = segment;
    if (segment === undefined) this.#lastWaiting = undefined;
    this.#attempts = 0;
    this.layer.stack.clock.cancel(this.#resend);
    this.#resend = undefined;
    if (segment !== undefined) this.#armResend();
  }

  #takeInOrder(packet: Packet, dataBytes: number): void {
    this.#receiveNext = (this.#receiveNext + dataBytes) >>> 0;
    if (packet.payload !== undefined && packet.payload.kind !== partKind) {
      this.#arrived ??= [];
      this.#arrived.push(packet.payload);
    }
    if ((packet.flags & FIN) === 0 || this.#finReceived) return;
    this.#receiveNext = (this.#receiveNext + 1) >>> 0;
    this.#finReceived = true;
    if (this.state === "ESTAB") this.state = "CLOSE-WAIT";
    else if (this.state === "FIN-WAIT-1") this.state = "CLOSING";
    else if (this.state === "FIN-WAIT-2") this.#enterTimeWait();
  }

  #sendEarly(): void {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) for (const payload of early) this.#sendData(payload);
    if (this.#closeEarly) this.close();
  }

  #sendData(payload: Payload): void {
    let rest = payload.bytes;
    while (rest > segmentBytesMax) {
      this.#sendKept(ACK, { kind: partKind, bytes: segmentBytesMax }, segmentBytesMax, 0);
      rest -= segmentBytesMax;
    }
    this.#sendKept(PSH | ACK, payload, rest, 0);
  }

  /** Sends what must be acknowledged. `phantom`: SYN and FIN take one number of their own. */
  #sendKept(flags: number, payload: Payload | undefined, bytes: number, phantom: number): void {
    const sequence = this.#sendNext;
    this.#sendNext = (sequence + bytes + phantom) >>> 0;
    const segment: Segment = { flags, sequence, payload, bytes, next: undefined };
    if (this.#lastWaiting === undefined) this.#firstWaiting = segment;
    else this.#lastWaiting.next = segment;
    this.#lastWaiting = segment;
    this.#sentUs = this.layer.stack.clock.now();
    if (this.#resend === undefined) this.#armResend();
    this.#emit(flags, sequence, payload, bytes, undefined);
  }

  #sendAgain(reason: Reason | undefined): void {
    for (let segment = this.#firstWaiting; segment !== undefined; segment = segment.next) {
      this.#emit(segment.flags, segment.sequence, segment.payload, segment.bytes, reason);
    }
  }

  #emit(flags: number, sequence: number, payload: Payload | undefined, bytes: number, reason: Reason | undefined): void {
    if (this.#delayedAck !== undefined) {
      this.layer.stack.clock.cancel(this.#delayedAck);
      this.#delayedAck = undefined;
    }
    const acknowledgement = (flags & ACK) !== 0 ? this.#receiveNext : 0;
    const packet = tcpSegment(
      this.layer.protocol,
      this.local,
      this.remote,
      this.connection,
      flags,
      sequence,
      acknowledgement,
      payload,
      bytes,
    );
    this.layer.stack.output(packet, reason);
  }

  #ackNow(): void {
    this.#emit(ACK, this.#sendNext, undefined, 0, undefined);
  }

  #armResend(): void {
    const first = this.state === "SYN-SENT" || this.state === "SYN-RECV" ? synTimeoutUs : this.#rtoUs;
    let delayUs = first;
    for (let i = 0; i < this.#attempts && delayUs < rtoMaxUs; i++) delayUs *= 2;
    this.#resend = this.layer.stack.clock.after(Math.min(delayUs, rtoMaxUs), resendDue, this as TcpEnd);
  }

  #reset(): void {
    if (this.state === "TIME-WAIT") return; // RFC 1337: a reset does not shorten it
    const opening = this.state === "SYN-SENT";
    const unseen = this.state === "SYN-RECV";
    this.error = opening ? "ECONNREFUSED" : "ECONNRESET";
    this.#vanish();
    if (!unseen) this.#notify();
  }

  #enterTimeWait(): void {
    this.state = "TIME-WAIT";
    this.#stopTimers();
    this.expiresUs = this.layer.stack.clock.now() + timeWaitUs;
    this.layer.expireLater(this);
  }

  #vanish(): void {
    this.#stopTimers();
    this.state = "CLOSED";
    this.layer.remove(this);
  }

  #stopTimers(): void {
    const clock = this.layer.stack.clock;
    clock.cancel(this.#resend);
    clock.cancel(this.#delayedAck);
    this.#resend = undefined;
    this.#delayedAck = undefined;
  }

  #notify(): void {
    this.onChange?.();
  }
}

/** @source net/ipv4/icmp.c, icmp_err_convert */
export function errorOf(type: IcmpType): SocketError {
  if (type === "port-unreachable") return "ECONNREFUSED";
  return type === "net-unreachable" ? "ENETUNREACH" : "EHOSTUNREACH";
}

function resendDue(end: TcpEnd): void {
  end.resendDue();
}

function delayedAckDue(end: TcpEnd): void {
  end.ackDue();
}

function notifyDue(end: TcpEnd): void {
  end.notifyDue();
}

class TcpListenerEnd implements TcpListener {
  readonly local: SocketAddress | undefined;
  readonly port: number;
  readonly owner: SocketOwner | undefined;
  readonly #layer: TcpLayer;
  #waiting: TcpEnd[] = [];
  #onConnection: ((socket: TcpSocket) => void) | undefined;

  constructor(layer: TcpLayer, port: number, local: SocketAddress | undefined, owner: SocketOwner | undefined) {
    this.#layer = layer;
    this.port = port;
    this.local = local;
    this.owner = owner;
  }

  get onConnection(): ((socket: TcpSocket) => void) | undefined {
    return this.#onConnection;
  }

  /** What came meanwhile is handed over at once. */
  set onConnection(take: ((socket: TcpSocket) => void) | undefined) {
    this.#onConnection = take;
    while (this.#onConnection !== undefined && this.#waiting.length > 0) this.#onConnection(this.#waiting.shift() as TcpEnd);
  }

  established(end: TcpEnd): void {
    if (this.#onConnection === undefined) this.#waiting.push(end);
    else this.#onConnection(end);
  }

  close(): void {
    this.#layer.stopListening(this);
    for (const end of this.#waiting) end.abort();
    this.#waiting = [];
  }
}

/** TCP of one namespace; SCTP's handshake is played by the same machine under its own protocol number. */
export class TcpLayer {
  readonly stack: Stack;
  readonly protocol: "tcp" | "sctp";
  /** By local and remote address. */
  #ends = new TupleMap<TcpEnd>();
  #listeners = new Map<number, TcpListenerEnd[]>();
  /** Ends that go at their time, in the order of it; looked at when one is added. Those before `#firstExpiring` have gone. */
  #expiring: TcpEnd[] = [];
  #firstExpiring = 0;

  constructor(stack: Stack, protocol: "tcp" | "sctp") {
    this.stack = stack;
    this.protocol = protocol;
  }

  /** Below 2^30: engines keep small numbers without a box, and a sequence of ours seldom counts further. */
  initialSequence(): number {
    return this.stack.ephemeral.uint32() >>> 2;
  }

  connect(to: SocketAddress, intent: ConnectionIntent): TcpSocket {
    const book = this.stack.book;
    const ip = intent.sourceIp ?? this.stack.sourceFor(to.ip);
    if (ip === undefined) return this.#failed(book.socket(to.ip, 0), to, intent, "ENETUNREACH");
    const port = intent.sourcePort ?? ephemeralPort(this.stack.ephemeral, (candidate) => this.#isFree(book.socket(ip, candidate), to));
    const local = book.socket(ip, port ?? 0);
    if (port === undefined) return this.#failed(local, to, intent, "EADDRNOTAVAIL");
    if (intent.sourcePort !== undefined && !this.#isFree(local, to)) return this.#failed(local, to, intent, "EADDRINUSE");
    const connection = this.stack.open(this.protocol, local, to, intent);
    const end = new TcpEnd(this, local, to, connection, "SYN-SENT", undefined, intent.owner);
    this.#ends.set(local, to, end);
    end.start();
    return end;
  }

  listen(port: number, ip: Ip | undefined, owner: SocketOwner | undefined): TcpListener | SocketError {
    const there = this.#listeners.get(port);
    if (there?.some((listener) => listener.local === undefined || ip === undefined || listener.local.ip === ip)) return "EADDRINUSE";
    if (ip !== undefined && !this.stack.isLocal(ip)) return "EADDRNOTAVAIL";
    const chosen = port !== 0 ? port : ephemeralPort(this.stack.ephemeral, (candidate) => !this.#listeners.has(candidate));
    if (chosen === undefined) return "EADDRINUSE";
    const listener = new TcpListenerEnd(this, chosen, ip === undefined ? undefined : this.stack.book.socket(ip, chosen), owner);
    const list = this.#listeners.get(chosen);
    if (list === undefined) this.#listeners.set(chosen, [listener]);
    else list.push(listener);
    return listener;
  }

  stopListening(listener: TcpListenerEnd): void {
    const rest = (this.#listeners.get(listener.port) ?? []).filter((other) => other !== listener);
    if (rest.length === 0) this.#listeners.delete(listener.port);
    else this.#listeners.set(listener.port, rest);
  }

  receive(buffer: SocketBuffer): void {
    const packet = buffer.packet;
    const end = this.#find(packet.destination, packet.source);
    const isSyn = (packet.flags & (SYN | ACK | RST)) === SYN;
    if (end !== undefined && !(isSyn && end.state === "TIME-WAIT")) {
      end.receive(buffer);
      return;
    }
    if (isSyn) {
      const listener = this.#listenerAt(packet.destination);
      if (listener !== undefined) {
        if (end !== undefined) this.remove(end);
        this.stack.received(buffer, receivedConnection);
        const accepted = new TcpEnd(this, packet.destination, packet.source, packet.connection, "SYN-RECV", listener, listener.owner);
        this.#ends.set(packet.destination, packet.source, accepted);
        accepted.accept(packet);
        return;
      }
    }
    if ((packet.flags & RST) !== 0) {
      this.stack.received(buffer, receivedByNobody);
      return;
    }
    this.stack.refused(buffer, isSyn ? reasonWith("port-closed", { port: packet.destination.port }) : noSuchConnection);
    this.sendReset(packet, packet.destination);
  }

  /** The RST that answers `packet`, from `local` (its destination, or who rejects in its name). @source RFC 9293 3.10.7.1 */
  sendReset(packet: Packet, local: SocketAddress): void {
    const hasAck = (packet.flags & ACK) !== 0;
    const length = packet.bytes - tcpHeaderBytes(packet.source, packet.flags) + ((packet.flags & (SYN | FIN)) !== 0 ? 1 : 0);
    const acknowledgement = hasAck ? 0 : (packet.sequence + length) >>> 0;
    const sequence = hasAck ? packet.acknowledgement : 0;
    const flags = hasAck ? RST : RST | ACK;
    this.stack.output(tcpSegment(this.protocol, local, packet.source, packet.connection, flags, sequence, acknowledgement, undefined, 0));
  }

  icmpError(about: Packet, type: IcmpType): void {
    this.#find(about.source, about.destination)?.unreachable(type);
  }

  remove(end: TcpEnd): void {
    if (this.#ends.get(end.local, end.remote) === end) this.#ends.delete(end.local, end.remote);
  }

  expireLater(end: TcpEnd): void {
    const expiring = this.#expiring;
    const nowUs = this.stack.clock.now();
    let at = this.#firstExpiring;
    for (; at < expiring.length && (expiring[at] as TcpEnd).expiresUs <= nowUs; at++) {
      const old = expiring[at] as TcpEnd;
      if (old.state !== "TIME-WAIT" && old.state !== "FIN-WAIT-2") continue;
      old.state = "CLOSED";
      this.remove(old);
    }
    // Those who went are let go of when they are the larger half: each is moved but once in a while.
    if (at * 2 > expiring.length) {
      expiring.splice(0, at);
      at = 0;
    }
    this.#firstExpiring = at;
    expiring.push(end);
  }

  rows(): SocketRow[] {
    const rows: SocketRow[] = [];
    for (const list of this.#listeners.values()) {
      for (const listener of list) {
        rows.push({
          protocol: this.protocol,
          state: "LISTEN",
          local: listener.local?.text ?? `*:${listener.port}`,
          remote: "*:*",
          owner: listener.owner,
        });
      }
    }
    const nowUs = this.stack.clock.now();
    this.#ends.forEach((end) => {
      if (end.expiresUs !== 0 && end.expiresUs <= nowUs) return;
      // A server that listens on every address has an IPv6 socket, on which IPv4 addresses look mapped.
      const isMapped = end.local.ip.family === 4 && this.#listeners.get(end.local.port)?.some(({ local }) => local === undefined) === true;
      const shown = (address: SocketAddress) => (isMapped ? `[::ffff:${address.ip.text}]:${address.port}` : address.text);
      rows.push({ protocol: this.protocol, state: end.state, local: shown(end.local), remote: shown(end.remote), owner: end.owner });
    });
    return rows;
  }

  /** Everything gone without a word. */
  clear(): void {
    this.#ends.forEach((end) => {
      end.forget();
    });
    this.#ends.clear();
    this.#listeners.clear();
    this.#expiring = [];
    this.#firstExpiring = 0;
  }

  #find(local: SocketAddress, remote: SocketAddress): TcpEnd | undefined {
    const end = this.#ends.get(local, remote);
    if (end === undefined || end.expiresUs === 0 || end.expiresUs > this.stack.clock.now()) return end;
    end.state = "CLOSED";
    this.remove(end);
    return undefined;
  }

  #listenerAt(address: SocketAddress): TcpListenerEnd | undefined {
    const list = this.#listeners.get(address.port);
    if (list === undefined) return undefined;
    for (const listener of list) if (listener.local === address) return listener;
    for (const listener of list) if (listener.local === undefined) return listener;
    return undefined;
  }

  #isFree(local: SocketAddress, remote: SocketAddress): boolean {
    return this.#find(local, remote) === undefined && !this.#listeners.has(local.port);
  }

  #failed(local: SocketAddress, to: SocketAddress, intent: ConnectionIntent, error: SocketError): TcpSocket {
    const connection = this.stack.open(this.protocol, local, to, { ...intent, record: false });
    const end = new TcpEnd(this, local, to, connection, "CLOSED", undefined, intent.owner);
    end.fail(error);
    return end;
  }
}
