import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";
import type { ViewName } from "./model.ts";

/** What a packet means, told apart by shape, glyph and colour. */
export type Meaning = "request" | "reply" | "dns" | "probe" | "drop";

/** One hop with the box at which it is shown. Between two stops of one packet the dot travels. */
export interface Stop {
  readonly hop: HopRecord;
  readonly box: string;
  readonly meaning: Meaning;
  /** The first stop of its packet: nothing travels to it. */
  readonly isStart: boolean;
}

/** Where the outside world ends packets that nobody owns: no card, a point between outside and cluster. */
export const internetBox = "internet";

/**
 * The hops of a connection as stops on the canvas, in the order in which they happened. `boxOf` says which box shows a place or object,
 * undefined when none does: then the hop is told where the packet was last seen.
 */
export function stopsOf(
  connection: ConnectionInfo,
  hops: readonly HopRecord[],
  view: ViewName,
  boxOf: (placeOrObject: string) => string | undefined,
): readonly Stop[] {
  const stops: Stop[] = [];
  const lastBox = new Map<number, string>();
  const isRequest = new Map<number, boolean>();
  for (const hop of hops) {
    const isStart = !lastBox.has(hop.packet);
    if (isStart) isRequest.set(hop.packet, hop.at === connection.opener);
    const box = boxFor(hop, view, boxOf) ?? lastBox.get(hop.packet) ?? boxOf(connection.opener);
    if (box === undefined) continue;
    stops.push({ hop, box, meaning: meaningOf(connection, hop, isRequest.get(hop.packet) ?? true), isStart });
    lastBox.set(hop.packet, box);
  }
  return stops;
}

function boxFor(hop: HopRecord, view: ViewName, boxOf: (name: string) => string | undefined): string | undefined {
  if (hop.at === "internet") return internetBox;
  if (!hop.at.startsWith("node/")) return boxOf(hop.at);
  if (view === "physical") return boxOf(`rules/${hop.at.slice(5)}`);
  // Logically a node is nothing but the Service whose rule acted there.
  return hop.object === undefined ? undefined : boxOf(hop.object);
}

function meaningOf(connection: ConnectionInfo, hop: HopRecord, isRequest: boolean): Meaning {
  if (hop.action === "drop" || hop.action === "reject") return "drop";
  if (connection.purpose === "dns") return "dns";
  if (connection.purpose === "probe" || connection.purpose === "health") return "probe";
  return isRequest ? "request" : "reply";
}
