import type { Connection, Hop, HopLog, Place, RecordedConnection } from "./hop.ts";

const hopsMaxDefault = 200_000;
const sessionConnectionsMax = 1000;

/** `client/laptop#7` */
export function connectionId(connection: Connection): string {
  return `${connection.opener}#${connection.number}`;
}

/**
 * The one record of what happened: bounded, oldest connections first to go. Counts are per opener, so that noise elsewhere never shifts a number.
 */
export class BoundedHopLog implements HopLog {
  readonly #hopsMax: number;
  #numbers = new Map<Place, number>();
  #bySession = new Map<number, Connection[]>();
  #children = new Map<Connection, Connection[]>();
  /** Every kept connection, in the order opened; those before `#oldest` are gone. */
  #connections: RecordedConnection[] = [];
  #oldest = 0;
  #hopCount = 0;
  #listeners: ((hop: Hop) => void)[] = [];
  #openListeners: ((connection: Connection) => void)[] = [];

  constructor(hopsMax = hopsMaxDefault) {
    this.#hopsMax = hopsMax;
  }

  nextNumber(opener: Place): number {
    const number = (this.#numbers.get(opener) ?? 0) + 1;
    this.#numbers.set(opener, number);
    return number;
  }

  opened(connection: Connection): void {
    if (!connection.record) return;
    if (connection.session !== 0) {
      const opened = this.#bySession.get(connection.session);
      if (opened === undefined) this.#bySession.set(connection.session, [connection]);
      else {
        opened.push(connection);
        if (opened.length > 2 * sessionConnectionsMax) opened.splice(0, sessionConnectionsMax);
      }
    }
    if (connection.parent !== undefined) {
      const siblings = this.#children.get(connection.parent);
      if (siblings === undefined) this.#children.set(connection.parent, [connection]);
      else siblings.push(connection);
    }
    for (const listener of this.#openListeners) listener(connection);
  }

  added(connection: RecordedConnection): void {
    // At its first hop; also at the first after it was forgotten, for a connection that lives long.
    if (connection.hopCount === 1) this.#connections.push(connection);
    this.#hopCount++;
    const listeners = this.#listeners;
    if (listeners.length > 0) {
      const hop = connection.hops.at(-1) as Hop;
      for (let i = 0; i < listeners.length; i++) (listeners[i] as (hop: Hop) => void)(hop);
    }
    if (this.#hopCount > this.#hopsMax) this.#forgetOldest();
  }

  /** Told of each new hop, at the moment it is logged. Returns what ends it. */
  onHop(listener: (hop: Hop) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((l) => l !== listener);
    };
  }

  /** Told of each new connection, before its first hop. Returns what ends it. */
  onOpened(listener: (connection: Connection) => void): () => void {
    this.#openListeners.push(listener);
    return () => {
      this.#openListeners = this.#openListeners.filter((l) => l !== listener);
    };
  }

  /** The connection named `client/laptop#7`; undefined when there is none, or no more. */
  find(id: string): Connection | undefined {
    const mark = id.lastIndexOf("#");
    const opener = id.slice(0, mark);
    const number = Number(id.slice(mark + 1));
    for (let i = this.#connections.length - 1; i >= this.#oldest; i--) {
      const connection = this.#connections[i] as Connection;
      if (connection.number === number && connection.opener === opener) return connection;
    }
    return undefined;
  }

  /** Connections that commands of that shell session opened, oldest first. */
  ofSession(session: number): readonly Connection[] {
    return this.#bySession.get(session) ?? [];
  }

  /** Connections opened in consequence of that one. */
  childrenOf(connection: Connection): readonly Connection[] {
    return this.#children.get(connection) ?? [];
  }

  /** Every connection kept, in the order opened. */
  connections(): readonly Connection[] {
    return this.#connections.slice(this.#oldest);
  }

  get hopCount(): number {
    return this.#hopCount;
  }

  /** A connection goes with all its hops, and stays known only to who holds it. The newest is never dropped: half its hops are. */
  #forgetOldest(): void {
    const connection = this.#connections[this.#oldest];
    if (connection === undefined) return;
    if (this.#oldest === this.#connections.length - 1) {
      this.#hopCount -= connection.forget("half");
      return;
    }
    this.#hopCount -= connection.forget("all");
    this.#oldest++;
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#connections.length) {
      this.#connections = this.#connections.slice(this.#oldest);
      this.#oldest = 0;
    }
    this.#children.delete(connection);
    const opened = this.#bySession.get(connection.session);
    if (opened !== undefined && opened[0] === connection) opened.shift();
  }
}
