import type { SocketAddress } from "./address.ts";
import type { Decision } from "./matched-rules.ts";
import type { ObjectName, Place, Reason } from "./name.ts";
import type { AppliedRule, Hook } from "./netfilter/rule.ts";
import type { Connection, Hop, HopAction, Packet, Protocol } from "./packet.ts";
import type { ConnectionIntent } from "./sockets.ts";
import { CountedSides } from "./way-counter.ts";

/** Where a hop was seen and what it was: the part that packets share, so it is kept once. */
export interface Spot {
  readonly at: Place;
  readonly action: HopAction;
  readonly hook: Hook | undefined;
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
}

/** A hop as everybody reads it. */
class LoggedHop implements Hop {
  readonly sequence: number;
  readonly timeUs: number;
  readonly at: Place;
  readonly action: HopAction;
  readonly packet: Packet;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly hook: Hook | undefined;
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly rule: AppliedRule | undefined;
  /** At a `send` it grows until the packet leaves: what an OUTPUT chain matched belongs to no later hop. */
  rules: readonly AppliedRule[];
  readonly object: ObjectName | undefined;
  readonly reason: Reason;

  constructor(sequence: number, timeUs: number, spot: Spot, packet: Packet, after: Packet, decision: Decision) {
    this.sequence = sequence;
    this.timeUs = timeUs;
    this.at = spot.at;
    this.action = spot.action;
    this.packet = packet;
    this.source = after.source;
    this.destination = after.destination;
    this.hook = spot.hook;
    this.inInterface = spot.inInterface;
    this.outInterface = spot.outInterface;
    this.rule = decision.rule;
    this.rules = decision.matched.list;
    this.object = decision.object;
    this.reason = decision.reason;
  }
}

const cellsPerHop = 6;
/** Room for the hops of a probe, or of a handshake between two nodes, so that the array seldom has to grow. */
const cellsAtFirst = 20 * cellsPerHop;
type Cell = number | Spot | Packet | Decision | undefined;

const noHops: readonly Hop[] = [];

/** Adds to `hops` those of `cells` that it does not have yet. */
function readHops(hops: LoggedHop[], cells: readonly Cell[], used: number, openedUs: number): void {
  for (let i = hops.length * cellsPerHop; i < used; i += cellsPerHop) {
    const [sequence, sinceUs, spot, packet, after, decision] = cells.slice(i, i + cellsPerHop);
    hops.push(
      new LoggedHop(
        sequence as number,
        openedUs + (sinceUs as number),
        spot as Spot,
        packet as Packet,
        after as Packet,
        decision as Decision,
      ),
    );
  }
}

/**
 * A connection with its hops. Hops are noted in six cells of one array each and become objects when somebody looks: packets move by the hundred thousand,
 * and most of their hops are never read.
 */
export class OpenedConnection implements Connection {
  readonly opener: Place;
  readonly number: number;
  readonly purpose: Connection["purpose"];
  readonly session: number;
  readonly parent: Connection | undefined;
  readonly protocol: Protocol;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly openedUs: number;
  packets = 0;
  leadsTo: SocketAddress | undefined = undefined;
  readonly record: boolean;
  readonly counted: CountedSides | undefined;
  #cells: Cell[] | undefined = undefined;
  /** How many cells are filled. */
  #used = 0;
  #hops: LoggedHop[] | undefined = undefined;

  constructor(
    opener: Place,
    number: number,
    protocol: Protocol,
    source: SocketAddress,
    destination: SocketAddress,
    openedUs: number,
    intent: ConnectionIntent,
    record: boolean,
  ) {
    this.opener = opener;
    this.number = number;
    this.purpose = intent.purpose ?? "traffic";
    this.session = intent.session ?? 0;
    this.parent = intent.parent;
    this.protocol = protocol;
    this.source = source;
    this.destination = destination;
    this.openedUs = openedUs;
    this.record = record;
    // A command asked for no hops, or it was opened for such a one: its packets are counted.
    const isCounted = intent.record === false ? this.session !== 0 : intent.parent?.counted !== undefined;
    this.counted = !record && isCounted ? new CountedSides() : undefined;
  }

  get hopCount(): number {
    return this.#used / cellsPerHop;
  }

  get hops(): readonly Hop[] {
    const cells = this.#cells;
    if (cells === undefined) return noHops;
    this.#hops ??= [];
    readHops(this.#hops, cells, this.#used, this.openedUs);
    return this.#hops;
  }

  hopsUntilNow(): () => readonly Hop[] {
    const cells = this.#cells;
    const used = this.#used;
    return () => {
      const hops: LoggedHop[] = [];
      if (cells !== undefined) readHops(hops, cells, used, this.openedUs);
      return hops;
    };
  }

  note(sequence: number, timeUs: number, spot: Spot, packet: Packet, after: Packet, decision: Decision): void {
    this.#cells ??= new Array<Cell>(cellsAtFirst);
    const cells = this.#cells;
    const at = this.#used;
    cells[at] = sequence;
    cells[at + 1] = timeUs - this.openedUs;
    cells[at + 2] = spot;
    cells[at + 3] = packet;
    cells[at + 4] = after;
    cells[at + 5] = decision;
    this.#used = at + cellsPerHop;
  }

  newestPacket(): Packet | undefined {
    const cells = this.#cells;
    return cells === undefined ? undefined : (cells[this.#used - 3] as Packet);
  }

  newestDecision(): Decision | undefined {
    const cells = this.#cells;
    return cells === undefined ? undefined : (cells[this.#used - 1] as Decision);
  }

  /** Rules that turned out to belong to the newest hop. */
  amend(decision: Decision): void {
    const cells = this.#cells;
    if (cells === undefined) return;
    const isRead = this.#hops !== undefined && this.#hops.length * cellsPerHop === this.#used;
    cells[this.#used - 1] = decision;
    const newest = isRead ? this.#hops?.at(-1) : undefined;
    if (newest !== undefined) newest.rules = decision.matched.list;
  }

  /** Forgets the oldest hops, all or half of them. Gives how many went. */
  forget(share: "all" | "half"): number {
    const count = this.hopCount;
    if (share === "all") {
      this.#cells = undefined;
      this.#used = 0;
      this.#hops = undefined;
      return count;
    }
    const gone = count >> 1;
    this.#cells = this.#cells?.slice(gone * cellsPerHop); // a new array: the old one may be held by who reads it later
    this.#used -= gone * cellsPerHop;
    this.#hops = undefined;
    return gone;
  }
}
