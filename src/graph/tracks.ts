import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";
import type { ViewName } from "./model.ts";

/** What a packet means, told apart by shape, glyph and colour. */
export type Meaning = "request" | "reply" | "dns" | "probe" | "drop";

/** As much of a hop as it takes to know where it is shown and what its packet means. */
export type Sight = Pick<HopRecord, "at" | "action" | "object">;

/** One hop with the box at which it is shown. Between two stops of one packet the dot travels. */
export interface Stop {
  readonly hop: HopRecord;
  readonly box: string;
  readonly meaning: Meaning;
  /** On its way back to who opened the connection: a lane of its own. */
  readonly isReply: boolean;
  /** The first stop of its packet: nothing travels to it. */
  readonly isStart: boolean;
}

/** The name of the pod at which a packet is, where another box stands for it: its group, its node, a sign that it is hidden. */
export function podWithin({ hop, box }: Stop): string | undefined {
  return hop.at.startsWith("pod/") && box !== hop.at ? hop.at.slice(hop.at.lastIndexOf("/") + 1) : undefined;
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
  const boxes = boxesOf(connection, hops, view, boxOf);
  const isRequest = new Map<number, boolean>();
  return hops.map((hop, i): Stop => {
    const isStart = !isRequest.has(hop.packet);
    if (isStart) isRequest.set(hop.packet, hop.at === connection.opener);
    const isReply = isRequest.get(hop.packet) === false;
    return { hop, box: boxes[i] as string, meaning: meaningOf(connection, hop, isReply), isReply, isStart };
  });
}

/** A box for each hop, one to one: a place that is not drawn is shown where its packet was before, else where it goes next. */
function boxesOf(
  connection: ConnectionInfo,
  hops: readonly HopRecord[],
  view: ViewName,
  boxOf: (placeOrObject: string) => string | undefined,
): readonly string[] {
  const own = hops.map((hop) => boxFor(hop, view, boxOf));
  const before = new Map<number, string>();
  const after = new Map<number, string>();
  const filled = own.map((box, i) => {
    const packet = hops[i]?.packet ?? 0;
    if (box !== undefined) before.set(packet, box);
    return box ?? before.get(packet);
  });
  for (let i = filled.length - 1; i >= 0; i--) {
    const packet = hops[i]?.packet ?? 0;
    const box = filled[i];
    if (box !== undefined) after.set(packet, box);
    else filled[i] = after.get(packet);
  }
  const anywhere = boxOf(connection.opener) ?? filled.find((box) => box !== undefined) ?? internetBox;
  return filled.map((box) => box ?? anywhere);
}

/** The box of the hop's own place; undefined when that is not drawn. */
export function boxFor(hop: Sight, view: ViewName, boxOf: (name: string) => string | undefined): string | undefined {
  if (hop.at === "internet") return internetBox;
  if (!hop.at.startsWith("node/")) return boxOf(hop.at);
  if (view === "physical") return boxOf(`rules/${hop.at.slice(5)}`);
  // Logically a node is nothing but the Service whose rule acted there.
  return hop.object === undefined ? undefined : boxOf(hop.object);
}

export function meaningOf(connection: ConnectionInfo, { action }: Sight, isReply: boolean): Meaning {
  return action === "drop" || action === "reject" ? "drop" : sentAs(connection, isReply);
}

/** What a packet was sent as, however it ends. */
export function sentAs({ purpose }: ConnectionInfo, isReply: boolean): Meaning {
  if (purpose === "dns") return "dns";
  if (purpose === "probe" || purpose === "health") return "probe";
  return isReply ? "reply" : "request";
}
