import type { ConnectionInfo, HopSketch, PacketWay } from "../playground/protocol.ts";
import type { ViewName } from "./model.ts";
import { boxFor, internetBox, type Meaning, sentAs } from "./tracks.ts";

/** A counted packet that went from one box to another. */
export interface Crossing {
  /** undefined: of a packet that left no hops. */
  readonly connection: string | undefined;
  readonly packet: number;
  readonly from: string;
  readonly to: string;
  readonly meaning: Meaning;
  readonly isReply: boolean;
  readonly timeUs: number;
  /** Its addresses as it came in, and as it goes on: they differ where it was rewritten. */
  readonly source: string;
  readonly destination: string;
}

/** A packet that was dropped or rejected. */
export interface Death {
  readonly connection: string | undefined;
  readonly packet: number;
  readonly box: string;
  /** The box it came from last; undefined when it died where it began. */
  readonly from: string | undefined;
  readonly isReply: boolean;
  readonly timeUs: number;
}

export interface Crossings {
  readonly crossings: readonly Crossing[];
  readonly deaths: readonly Death[];
}

interface OpenPacket {
  readonly isReply: boolean;
  readonly isCounted: boolean;
  box: string | undefined;
  from: string | undefined;
}

interface OpenConnection {
  readonly packets: Map<number, OpenPacket>;
  /** Messages seen so far, of the opener and of the other side. */
  readonly messages: [number, number];
  readonly began: [boolean, boolean];
}

/** So many connections are remembered half-way; the oldest go first. */
const openMax = 5000;

/**
 * Follows packets from box to box while their hops come in, batch by batch, cut anywhere.
 *
 * What is counted is what a user sends and gets, so that numbers can be held against a load's: each attempt to connect (a SYN, or the first
 * datagram), each further message on the connection, and their answers likewise. Bare acknowledgements are not; a packet that dies always is a death.
 */
export class CrossingReader {
  #connections = new Map<string, OpenConnection>();

  take(info: ConnectionInfo, hops: readonly HopSketch[], view: ViewName, boxOf: (placeOrObject: string) => string | undefined): Crossings {
    const crossings: Crossing[] = [];
    const deaths: Death[] = [];
    const open = this.#open(info.id);
    for (const hop of hops) {
      let packet = open.packets.get(hop.packet);
      if (packet === undefined) {
        packet = begin(open, info, hop);
        open.packets.set(hop.packet, packet);
      }
      const box = boxFor(hop, view, boxOf) ?? packet.box;
      if (box !== undefined && packet.box !== undefined && box !== packet.box) {
        packet.from = packet.box;
        if (packet.isCounted)
          crossings.push({
            connection: info.id,
            packet: hop.packet,
            from: packet.box,
            to: box,
            meaning: sentAs(info, packet.isReply),
            isReply: packet.isReply,
            timeUs: hop.timeUs,
            source: hop.source,
            destination: hop.destination,
          });
      }
      packet.box = box;
      if (hop.action === "drop" || hop.action === "reject") {
        const { from, isReply } = packet;
        const diedAt = box ?? boxOf(info.opener) ?? internetBox;
        deaths.push({ connection: info.id, packet: hop.packet, box: diedAt, from, isReply, timeUs: hop.timeUs });
      }
      if (hop.action === "receive" || hop.action === "drop" || hop.action === "reject") open.packets.delete(hop.packet);
    }
    return { crossings, deaths };
  }

  #open(id: string): OpenConnection {
    const known = this.#connections.get(id);
    if (known !== undefined) return known;
    const made: OpenConnection = { packets: new Map(), messages: [0, 0], began: [false, false] };
    this.#connections.set(id, made);
    if (this.#connections.size > openMax) this.#connections.delete(this.#connections.keys().next().value as string);
    return made;
  }
}

function begin(open: OpenConnection, info: ConnectionInfo, hop: HopSketch): OpenPacket {
  const isReply = hop.at !== info.opener;
  const side = isReply ? 1 : 0;
  const isFirst = !open.began[side];
  open.began[side] = true;
  // The first message is what the connection was opened for: it is counted already.
  const isFurther = hop.isMessage && open.messages[side] > 0;
  if (hop.isMessage) open.messages[side]++;
  return { isReply, isCounted: isFirst || hop.isSyn || isFurther, box: undefined, from: undefined };
}

/** The same of a way that packets took which left no hops; once, however many they were. Pure. */
export function crossingsOfWay(
  { steps, opener, isReply, isCounted }: PacketWay,
  timeUs: number,
  view: ViewName,
  boxOf: (placeOrObject: string) => string | undefined,
): Crossings {
  const crossings: Crossing[] = [];
  const deaths: Death[] = [];
  const packet = { connection: undefined, packet: 0, isReply, timeUs };
  let at: string | undefined;
  let from: string | undefined;
  for (const step of steps) {
    const box = boxFor(step, view, boxOf) ?? at;
    if (box !== undefined && at !== undefined && box !== at) {
      from = at;
      if (isCounted) crossings.push({ ...packet, from: at, to: box, meaning: isReply ? "reply" : "request", source: "", destination: "" });
    }
    at = box;
    if (step.action === "drop" || step.action === "reject") deaths.push({ ...packet, box: box ?? boxOf(opener) ?? internetBox, from });
  }
  return { crossings, deaths };
}
