import { type AddressBook, type Ip, parseIp, type SocketAddress } from "../network/address.ts";
import type { Connection } from "../network/hop.ts";
import type { Payload } from "../network/packet.ts";
import type { ConnectionIntent, SocketError, SocketRow, Sockets, TcpListener, TcpSocket, UdpSocket } from "../network/sockets.ts";
import type { Clock } from "../sim/clock.ts";
import { Waiters } from "./pipe.ts";
import type { ProcessState } from "./process.ts";
import { tick } from "./streams.ts";
import type {
  ConnectOptions,
  Datagram,
  DatagramSocket,
  InterfaceInfo,
  Listener,
  PingAnswer,
  PingRequest,
  Run,
  Stream,
  Wait,
} from "./syscall.ts";

/** The network as a machine has it: the sockets of its namespace, and what `ip addr` shows. Containers of a pod share one. */
export interface MachineNetwork {
  readonly sockets: Sockets;
  readonly book: AddressBook;
  interfaces(): readonly InterfaceInfo[];
  /** Primary address per family, the first one first. */
  addresses(): readonly string[];
}

/** Waits until `isReady`, woken by the socket; the answer is "timeout" when `timeoutUs` have passed. */
function untilOrTimeout(clock: Clock, waiters: Waiters, isReady: () => boolean, timeoutUs: number | undefined): Wait {
  if (timeoutUs === undefined) return waiters.until(clock, isReady);
  return (resume) => {
    const timer = clock.after(Math.max(1, timeoutUs), () => {
      cancel?.();
      resume("timeout");
    });
    const cancel = waiters.until(
      clock,
      isReady,
    )(() => {
      clock.cancel(timer);
      resume("ready");
    });
    return () => {
      clock.cancel(timer);
      cancel?.();
    };
  };
}

/** Wakes those who wait on a socket later in the instant in which it changed: the network calls from inside its own work. */
function wakeLater(clock: Clock, waiters: Waiters): () => void {
  let isQueued = false;
  const wake = (): void => {
    isQueued = false;
    waiters.wake();
  };
  return () => {
    if (isQueued) return;
    isQueued = true;
    clock.after(0, wake);
  };
}

class TcpStream implements Stream {
  readonly #clock: Clock;
  readonly #socket: TcpSocket;
  readonly #forget: () => void;
  readonly #waiters = new Waiters();
  #isClosed = false;

  constructor(clock: Clock, socket: TcpSocket, process: ProcessState) {
    this.#clock = clock;
    this.#socket = socket;
    this.#forget = process.keep(this);
    socket.onChange = wakeLater(clock, this.#waiters);
  }

  get local(): SocketAddress {
    return this.#socket.local;
  }
  get remote(): SocketAddress {
    return this.#socket.remote;
  }
  get connection(): Connection {
    return this.#socket.connection;
  }
  get isEnded(): boolean {
    return this.#isClosed || this.#socket.isEnded || this.#socket.error !== undefined;
  }

  /** Waits for the handshake; undefined when it has succeeded. */
  *established(timeoutUs: number | undefined): Run<SocketError | undefined> {
    const socket = this.#socket;
    const isDecided = (): boolean => socket.error !== undefined || (socket.state !== "SYN-SENT" && socket.state !== "SYN-RECV");
    const how = yield untilOrTimeout(this.#clock, this.#waiters, isDecided, timeoutUs);
    if (how === "timeout") {
      this.abort();
      return "ETIMEDOUT";
    }
    if (socket.error !== undefined) this.close();
    return socket.error;
  }

  *send(payload: Payload): Run<SocketError | undefined> {
    yield tick(this.#clock);
    if (this.#isClosed) return "EPIPE";
    return this.#socket.write(payload);
  }

  *receive(timeoutUs?: number): Run<Payload | "end" | SocketError> {
    const socket = this.#socket;
    let payload: Payload | undefined;
    const isReady = (): boolean => {
      payload = socket.read();
      return payload !== undefined || socket.isEnded || socket.error !== undefined || this.#isClosed;
    };
    const how = yield untilOrTimeout(this.#clock, this.#waiters, isReady, timeoutUs);
    if (payload !== undefined) return payload;
    if (how === "timeout") return "ETIMEDOUT";
    if (socket.error !== undefined) return socket.error;
    return "end";
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#forget();
    this.#socket.close();
  }

  abort(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#forget();
    this.#socket.abort();
  }
}

/** The sockets of one process, as generators over the network's callbacks. */
export class ProcessNet {
  readonly #clock: Clock;
  readonly #network: MachineNetwork;
  readonly #process: ProcessState;

  constructor(clock: Clock, network: MachineNetwork, process: ProcessState) {
    this.#clock = clock;
    this.#network = network;
    this.#process = process;
  }

  address(ip: string, port: number): SocketAddress | undefined {
    const known = tryIp(this.#network.book, ip);
    return known === undefined ? undefined : this.#network.book.socket(known, port);
  }

  *connect(
    to: SocketAddress,
    options: ConnectOptions = {},
  ): Run<
    { readonly ok: true; readonly stream: Stream } | { readonly ok: false; readonly error: SocketError; readonly connection: Connection }
  > {
    yield tick(this.#clock);
    const intent: ConnectionIntent = {
      session: this.#process.session,
      owner: this.#process,
      ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
      ...(options.parent === undefined ? {} : { parent: options.parent }),
      ...(options.sourcePort === undefined ? {} : { sourcePort: options.sourcePort }),
      ...(options.record === undefined ? {} : { record: options.record }),
    };
    const stream = new TcpStream(this.#clock, this.#network.sockets.connectTcp(to, intent, options.protocol), this.#process);
    const error = yield* stream.established(options.timeoutUs);
    return error === undefined ? { ok: true, stream } : { ok: false, error, connection: stream.connection };
  }

  listen(
    port: number,
    options?: { readonly ip?: string; readonly protocol?: "tcp" | "sctp" },
  ): { readonly ok: true; readonly listener: Listener } | { readonly ok: false; readonly error: SocketError } {
    const ip = options?.ip === undefined ? undefined : tryIp(this.#network.book, options.ip);
    if (options?.ip !== undefined && ip === undefined) return { ok: false, error: "EADDRNOTAVAIL" };
    const owner = this.#process;
    const socket = this.#network.sockets.listenTcp(port, {
      owner,
      ...(ip === undefined ? {} : { ip }),
      ...(options?.protocol === undefined ? {} : { protocol: options.protocol }),
    });
    if (typeof socket === "string") return { ok: false, error: socket };
    return { ok: true, listener: this.#listener(socket) };
  }

  udp(
    port = 0,
    options?: { readonly connectedTo?: SocketAddress },
  ): { readonly ok: true; readonly socket: DatagramSocket } | { readonly ok: false; readonly error: SocketError } {
    const owner = this.#process;
    const connectedTo = options?.connectedTo;
    const socket = this.#network.sockets.bindUdp(port, connectedTo === undefined ? { owner } : { owner, connectedTo });
    if (typeof socket === "string") return { ok: false, error: socket };
    return { ok: true, socket: this.#datagramSocket(socket) };
  }

  *ping(to: SocketAddress, options: PingRequest): Run<PingAnswer | SocketError> {
    const clock = this.#clock;
    const { sockets } = this.#network;
    const sentUs = clock.now();
    const { timeoutUs: _, ...message } = options;
    const answer = yield (resume) => {
      let forget: (() => void) | SocketError | undefined;
      const timer = clock.after(Math.max(1, options.timeoutUs), () => {
        if (typeof forget === "function") forget();
        resume({ kind: "timeout" } satisfies PingAnswer);
      });
      forget = sockets.ping(to.ip, message, { session: this.#process.session }, (got) => {
        clock.cancel(timer);
        const isReply = got.message.type === "echo-reply";
        const result: PingAnswer = {
          kind: isReply ? "reply" : "unreachable",
          type: got.message.type,
          from: got.from.text,
          ttl: got.packet.ttl,
          roundTripUs: clock.now() - sentUs,
        };
        clock.after(0, resume, result as unknown);
      });
      if (typeof forget === "string") {
        clock.cancel(timer);
        clock.after(1, resume, forget as unknown);
        return undefined;
      }
      const stop = forget;
      return () => {
        clock.cancel(timer);
        stop();
      };
    };
    return answer as PingAnswer | SocketError;
  }

  rows(): readonly SocketRow[] {
    return this.#network.sockets.rows();
  }

  #listener(socket: TcpListener): Listener {
    const clock = this.#clock;
    const waiters = new Waiters();
    const wake = wakeLater(clock, waiters);
    const arrived: TcpSocket[] = [];
    const process = this.#process;
    socket.onConnection = (connection) => {
      arrived.push(connection);
      wake();
    };
    const closeable = {
      close(): void {
        forget();
        socket.close();
        for (const waiting of arrived.splice(0)) waiting.abort(); // never accepted: the kernel resets them
      },
    };
    const forget = process.keep(closeable);
    return {
      port: socket.port,
      *accept(isInterrupted: () => boolean = never) {
        yield waiters.until(clock, () => arrived.length > 0 || isInterrupted());
        const socket = arrived.shift();
        // Only who asks to be interrupted is: everybody else waits for a connection.
        return (socket === undefined ? undefined : new TcpStream(clock, socket, process)) as TcpStream;
      },
      wake,
      close: closeable.close,
    };
  }

  #datagramSocket(socket: UdpSocket): DatagramSocket {
    const clock = this.#clock;
    const waiters = new Waiters();
    socket.onChange = wakeLater(clock, waiters);
    const { session } = this.#process;
    const closeable = {
      close(): void {
        forget();
        socket.close();
      },
    };
    const forget = this.#process.keep(closeable);
    return {
      port: socket.port,
      *send(to, payload, options): Run<SocketError | undefined> {
        yield tick(clock);
        const inReplyTo = options?.inReplyTo;
        if (inReplyTo !== undefined) return socket.sendTo(to, payload, { inReplyTo: inReplyTo.connection, from: inReplyTo.to.ip });
        const intent: ConnectionIntent = { session, ...(options?.purpose === undefined ? {} : { purpose: options.purpose }) };
        return socket.sendTo(to, payload, { intent });
      },
      *receive(timeoutUs): Run<Datagram | SocketError> {
        let got: Datagram | SocketError | undefined;
        const isReady = (): boolean => {
          got = socket.read() ?? socket.takeError();
          return got !== undefined;
        };
        yield untilOrTimeout(clock, waiters, isReady, timeoutUs);
        return got ?? "ETIMEDOUT";
      },
      close: closeable.close,
    };
  }
}

function never(): boolean {
  return false;
}

function tryIp(book: AddressBook, text: string): Ip | undefined {
  return parseIp(text) === undefined ? undefined : book.ip(text);
}
