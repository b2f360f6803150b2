import type { Connection } from "../network/hop.ts";
import type { SocketError, TcpSocket } from "../network/sockets.ts";
import type { Clock, Timer } from "../sim/clock.ts";
import type { MachineNetwork } from "./net.ts";

export interface ExchangeHandlers {
  connected(exchange: Exchange): void;
  /** Something came, or the other side has ended: read what is there. */
  data(exchange: Exchange): void;
  /** `ETIMEDOUT` also when the time limit passed. The exchange is over. */
  failed(error: SocketError, wasConnected: boolean): void;
}

/**
 * One short TCP connection of a component that is no program (a kubelet's probe, a load balancer's health check): opened, used, closed, over at its time limit.
 * Callbacks instead of a process, since thousands of them pass in an idle hour.
 */
export class Exchange {
  readonly socket: TcpSocket;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #on: ExchangeHandlers;
  #isOver = false;
  #isConnected = false;
  #isQueued = false;

  constructor(
    clock: Clock,
    network: Pick<MachineNetwork, "sockets" | "book">,
    host: string,
    port: number,
    purpose: Connection["purpose"],
    timeoutUs: number,
    on: ExchangeHandlers,
  ) {
    this.#clock = clock;
    this.#on = on;
    this.socket = network.sockets.connectTcp(network.book.socket(network.book.ip(host), port), { purpose, session: 0 });
    this.#timer = clock.after(timeoutUs, () => {
      if (this.end(true)) on.failed("ETIMEDOUT", this.#isConnected);
    });
    // The network calls from inside its own work: we look later in the same instant.
    this.socket.onChange = () => {
      if (this.#isQueued || this.#isOver) return;
      this.#isQueued = true;
      clock.after(0, this.#look);
    };
  }

  /** Closes (or resets) the connection. False when it was over already. */
  end(isReset = false): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#clock.cancel(this.#timer);
    this.socket.onChange = undefined;
    if (isReset) this.socket.abort();
    else this.socket.close();
    return true;
  }

  readonly #look = (): void => {
    this.#isQueued = false;
    if (this.#isOver) return;
    const { error, state } = this.socket;
    if (error !== undefined) {
      if (this.end(true)) this.#on.failed(error, this.#isConnected);
      return;
    }
    if (!this.#isConnected) {
      if (state === "SYN-SENT" || state === "SYN-RECV") return;
      this.#isConnected = true;
      this.#on.connected(this);
    }
    if (!this.#isOver) this.#on.data(this);
  };
}
