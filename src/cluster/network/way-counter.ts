import type { ObjectName, Place } from "./name.ts";
import type { HopAction, Packet } from "./packet.ts";

/** One step of a way: what a hop would say of where the packet was. */
export interface WayStep {
  readonly at: Place;
  readonly action: HopAction;
  /** The object that asked for the rule which acted there. */
  readonly object: ObjectName | undefined;
}

/** A way that packets took, from where they were sent to where they were received, dropped or refused. */
export interface PacketWay {
  readonly opener: Place;
  readonly isReply: boolean;
  /**
   * Of an attempt to connect, of a further message, or of an answer to such: what a user counts. Of other packets only those that died
   * are told.
   */
  readonly isCounted: boolean;
  readonly steps: readonly WayStep[];
}

export interface WayCount {
  readonly id: number;
  readonly count: number;
  /** Told with the first count. */
  readonly way?: PacketWay;
}

/** What a counted connection has sent so far, either way. */
export class CountedSides {
  readonly #messages: [number, number] = [0, 0];
  readonly #began: [boolean, boolean] = [false, false];

  /** The first packet is what the connection was opened for, and its first message is counted with it; a SYN is an attempt each time. */
  counts(isReply: boolean, isSyn: boolean, isMessage: boolean): boolean {
    const side = isReply ? 1 : 0;
    const isFirst = !this.#began[side];
    this.#began[side] = true;
    const isFurther = isMessage && this.#messages[side] > 0;
    if (isMessage) this.#messages[side]++;
    return isFirst || isSyn || isFurther;
  }
}

/** A step on a way, in a tree: packets that went alike so far share it. */
export class WayNode implements WayStep {
  readonly before: WayNode | undefined;
  readonly at: Place;
  readonly action: HopAction;
  readonly object: ObjectName | undefined;
  readonly isReply: boolean;
  readonly isCounted: boolean;
  readonly opener: Place;
  readonly #next: WayNode[] = [];
  count = 0;
  id = 0;

  constructor(before: WayNode | undefined, begun: Pick<PacketWay, "opener" | "isReply" | "isCounted">, step: WayStep) {
    this.before = before;
    this.at = step.at;
    this.action = step.action;
    this.object = step.object;
    this.opener = begun.opener;
    this.isReply = begun.isReply;
    this.isCounted = begun.isCounted;
  }

  next(at: Place, action: HopAction, object: ObjectName | undefined): WayNode {
    const all = this.#next;
    for (let i = 0; i < all.length; i++) {
      const node = all[i] as WayNode;
      if (node.at === at && node.action === action && node.object === object) return node;
    }
    const made = new WayNode(this, this, { at, action, object });
    all.push(made);
    return made;
  }
}

/** So many first steps are remembered; packets in flight keep those that they are on. */
const rootsMax = 2000;

/**
 * Counts the ways of packets that leave no hops (a load's), exactly and at the cost of a step in a tree: thousands of requests a second
 * become a few numbers. Who reads them learns which way how many packets went, not which packet.
 */
export class WayCounter {
  #roots = new Map<string, WayNode>();
  #touched: WayNode[] = [];
  #ids = 0;

  /** The packet is sent. */
  begin(packet: Packet, sides: CountedSides, at: Place, isSyn: boolean): WayNode {
    const { opener } = packet.connection;
    const isReply = at !== opener;
    const isCounted = sides.counts(isReply, isSyn, packet.payload !== undefined);
    const key = `${at} ${opener} ${isCounted ? 1 : 0}`;
    let root = this.#roots.get(key);
    if (root === undefined) {
      if (this.#roots.size >= rootsMax) this.#roots = new Map();
      root = new WayNode(undefined, { opener, isReply, isCounted }, { at, action: "send", object: undefined });
      this.#roots.set(key, root);
    }
    return root;
  }

  /** It was seen again; where it ends it is counted. */
  step(node: WayNode, at: Place, action: HopAction, object: ObjectName | undefined): WayNode {
    const next = node.next(at, action, object);
    const hasDied = action === "drop" || action === "reject";
    if (hasDied || (action === "receive" && next.isCounted)) {
      if (next.count === 0) this.#touched.push(next);
      next.count++;
    }
    return next;
  }

  /** What was counted since the last call. */
  take(): readonly WayCount[] {
    const touched = this.#touched;
    if (touched.length === 0) return none;
    this.#touched = [];
    return touched.map((node) => {
      const { count } = node;
      node.count = 0;
      if (node.id > 0) return { id: node.id, count };
      node.id = ++this.#ids;
      return { id: node.id, count, way: wayOf(node) };
    });
  }
}

const none: readonly WayCount[] = [];

function wayOf(end: WayNode): PacketWay {
  const steps: WayStep[] = [];
  for (let node: WayNode | undefined = end; node !== undefined; node = node.before) {
    steps.push({ at: node.at, action: node.action, object: node.object });
  }
  return { opener: end.opener, isReply: end.isReply, isCounted: end.isCounted, steps: steps.reverse() };
}
