/** The words of the hop log in one place: what the page, `hops`, lessons and tests read. */
export type { ObjectName, Place, Reason } from "./name.ts";
export type { Hook } from "./netfilter/rule.ts";
export type { Connection, Hop, HopAction } from "./packet.ts";

import type { Place } from "./name.ts";
import type { Connection, Hop } from "./packet.ts";

/** A connection as the log deals with it. */
export interface RecordedConnection extends Connection {
  readonly hopCount: number;
  /** Reads the hops up to now, whenever it is called: also when the log has long forgotten them. */
  hopsUntilNow(): () => readonly Hop[];
  /** Forgets the oldest hops, all or half of them. Gives how many went. */
  forget(share: "all" | "half"): number;
}

/** Where hops go. The cluster keeps them bounded; the page is told of new ones. */
export interface HopLog {
  /** The next number for a connection that `opener` opens, from 1. */
  nextNumber(opener: Place): number;
  opened(connection: Connection): void;
  /** The connection has one hop more. */
  added(connection: RecordedConnection): void;
}
