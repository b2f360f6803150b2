import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";

/** One hop of a course of events, as far as two courses are compared by it. */
export interface TwinStep {
  readonly hop: HopRecord;
  /** Which of the user's connections, counted from 0. */
  readonly number: number;
  readonly connection: ConnectionInfo;
}

export interface TwinRow {
  readonly left: TwinStep | undefined;
  readonly right: TwinStep | undefined;
  readonly differs: boolean;
}

export interface Twins {
  readonly rows: readonly TwinRow[];
  /** The first row in which the two do not go the same way; undefined where they never part. */
  readonly parting: number | undefined;
}

/** The steps of a course: its user's connections in the order in which they were opened, each with its hops in theirs. */
export function stepsOf(connections: readonly ConnectionInfo[], hopsOf: (connection: string) => readonly HopRecord[]): readonly TwinStep[] {
  const asked = connections.filter(
    (connection) => connection.purpose === "traffic" && (connection.session !== 0 || connection.parent !== undefined),
  );
  return asked.flatMap((connection, number) => hopsOf(connection.id).map((hop) => ({ hop, number, connection })));
}

/** Two courses side by side: connection by connection, hop by hop. `untilUs` is the moment up to which both are shown. */
export function twinsOf(left: readonly TwinStep[], right: readonly TwinStep[], untilUs: number): Twins {
  const seen = [left, right].map((steps) => steps.filter(({ hop }) => hop.timeUs <= untilUs)) as [TwinStep[], TwinStep[]];
  const rows: TwinRow[] = [];
  let parting: number | undefined;
  const last = Math.max(...seen.map((steps) => steps.at(-1)?.number ?? -1));
  for (let number = 0; number <= last; number++) {
    const [a, b] = seen.map((steps) => steps.filter((step) => step.number === number)) as [TwinStep[], TwinStep[]];
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      const differs = a[i] === undefined || b[i] === undefined || wayOf(a[i] as TwinStep) !== wayOf(b[i] as TwinStep);
      if (differs) parting ??= rows.length;
      rows.push({ left: a[i], right: b[i], differs });
    }
  }
  return { rows, parting };
}

/** What makes two hops the same: not when, and not by which random port, but where, what and by which decision. */
function wayOf({ hop }: TwinStep): string {
  const { at, action, protocol, source, destination, flags = "", summary = "", reason, object = "" } = hop;
  return [at, action, protocol, withoutEphemeralPort(source), withoutEphemeralPort(destination), flags, summary, reason.code, object].join(
    " ",
  );
}

/** Linux hands out 32768 to 60999; node ports end below. */
function withoutEphemeralPort(address: string): string {
  const colon = address.lastIndexOf(":");
  return Number(address.slice(colon + 1)) >= 32_768 ? address.slice(0, colon) : address;
}
