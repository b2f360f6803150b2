import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";

/** A connection as people draw it on a board: machines as columns, packets as arrows between them. */
export interface Sequence {
  /** Places in the order in which packets met them, the opener first. */
  readonly columns: readonly string[];
  readonly rows: readonly SequenceRow[];
}

export interface SequenceRow {
  readonly packet: number;
  /** Index of the first hop among those given. */
  readonly hop: number;
  /** Columns that it passed, in order, each once. */
  readonly path: readonly number[];
  readonly label: string;
  readonly isReply: boolean;
  /** How it ended; undefined while it is under way. */
  readonly end: "receive" | "drop" | "reject" | undefined;
}

/** Pure. Packets in the order in which they were first seen. */
export function sequenceOf(info: ConnectionInfo, hops: readonly HopRecord[]): Sequence {
  const columns: string[] = [info.opener];
  const rows = new Map<number, SequenceRow & { path: number[] }>();
  hops.forEach((hop, i) => {
    let column = columns.indexOf(hop.at);
    if (column < 0) column = columns.push(hop.at) - 1;
    const before = rows.get(hop.packet);
    const end = hop.action === "receive" || hop.action === "drop" || hop.action === "reject" ? hop.action : before?.end;
    if (before === undefined) {
      const label = hop.summary ?? hop.flags ?? hop.protocol;
      rows.set(hop.packet, { packet: hop.packet, hop: i, path: [column], label, isReply: hop.at !== info.opener, end });
      return;
    }
    const path = before.path.at(-1) === column ? before.path : [...before.path, column];
    rows.set(hop.packet, { ...before, path, end });
  });
  return { columns, rows: [...rows.values()] };
}
