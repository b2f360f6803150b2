import type { Clock } from "../sim/clock.ts";
import type { SocketAddress } from "./address.ts";
import type { HopLog } from "./hop.ts";
import type { NetworkInterface, SocketBuffer } from "./interface.ts";
import { MatchedRules } from "./matched-rules.ts";
import type { ObjectName, Place, Reason } from "./name.ts";
import type { AppliedRule, Hook } from "./netfilter/rule.ts";
import { OpenedConnection, type Spot } from "./opened-connection.ts";
import { type Connection, type HopAction, type Packet, type Protocol, SYN } from "./packet.ts";
import type { ConnectionIntent } from "./sockets.ts";
import { WayCounter } from "./way-counter.ts";

/** So many lists of rules are remembered: rules come and go, and what hops hold stays as it is. */
const listsMax = 50_000;

/** Writes hops and connections into the log, with the order over the whole cluster. */
export class Recorder {
  readonly #clock: Clock;
  readonly #log: HopLog;
  /** False: no connection keeps hops, whatever it asks for (load experiments). */
  isRecording = true;
  /** Counts the packets of connections that were asked to leave no hops. */
  readonly ways = new WayCounter();
  #sequence = 0;
  #noRules = new MatchedRules();
  #spotsOfPlaces = new Map<Place, Spot[]>();

  constructor(clock: Clock, log: HopLog) {
    this.#clock = clock;
    this.#log = log;
  }

  /** What a new packet begins with: no rule matched yet. */
  get noRules(): MatchedRules {
    if (this.#noRules.size > listsMax) this.#noRules = new MatchedRules();
    return this.#noRules;
  }

  open(opener: Place, protocol: Protocol, source: SocketAddress, destination: SocketAddress, intent: ConnectionIntent): Connection {
    // What is opened for a load's request is as much a load's.
    const record = this.isRecording && intent.record !== false && intent.parent?.counted === undefined;
    const number = this.#log.nextNumber(opener);
    const connection = new OpenedConnection(opener, number, protocol, source, destination, this.#clock.now(), intent, record);
    if (record) this.#log.opened(connection);
    return connection;
  }

  /** A hop that leaves the packet as it is. */
  sight(buffer: SocketBuffer, at: Place, action: HopAction, hook: Hook | undefined, rule: AppliedRule | undefined, reason: Reason): void {
    if (buffer.record) this.#add(buffer, at, action, buffer.packet, hook, rule, rule?.object, reason);
    else if (buffer.packet.connection.counted !== undefined) this.passed(buffer, at, action, rule?.object);
  }

  /** A step of a packet that is counted. */
  passed(buffer: SocketBuffer, at: Place, action: HopAction, object: ObjectName | undefined): void {
    const { packet, way } = buffer;
    const { counted } = packet.connection;
    if (counted === undefined) return;
    if (way !== undefined) buffer.way = this.ways.step(way, at, action, object);
    else buffer.way = this.ways.begin(packet, counted, at, (packet.flags & SYN) !== 0);
  }

  /** A hop that gives the packet other ends. */
  rewrite(
    buffer: SocketBuffer,
    at: Place,
    action: HopAction,
    after: Packet,
    rule: AppliedRule | undefined,
    object: ObjectName | undefined,
    reason: Reason,
  ): void {
    if (buffer.record) this.#add(buffer, at, action, after, buffer.hook, rule, object, reason);
  }

  /** Rules that matched after the last hop here, and lead to none: they are the last hop's. */
  settle(buffer: SocketBuffer): void {
    if (!buffer.record || buffer.matched === buffer.matched.none) return;
    const connection = buffer.packet.connection as OpenedConnection;
    const newest = connection.newestDecision();
    if (newest !== undefined && connection.newestPacket()?.number === buffer.packet.number) {
      let { matched } = newest;
      for (const rule of buffer.matched.list) matched = matched.and(rule);
      connection.amend(matched.decision(newest.rule, newest.object, newest.reason));
    }
    buffer.matched = buffer.matched.none;
  }

  #add(
    buffer: SocketBuffer,
    at: Place,
    action: HopAction,
    after: Packet,
    hook: Hook | undefined,
    rule: AppliedRule | undefined,
    object: ObjectName | undefined,
    reason: Reason,
  ): void {
    const decision = buffer.matched.decision(rule, object, reason);
    buffer.matched = buffer.matched.none;
    const spot = this.#spot(at, action, hook, buffer.inInterface, buffer.outInterface);
    const connection = buffer.packet.connection as OpenedConnection;
    connection.note(this.#sequence++, this.#clock.now(), spot, buffer.packet, after, decision);
    this.#log.added(connection);
  }

  /** The one value for this place, action and pair of interfaces. */
  #spot(
    at: Place,
    action: HopAction,
    hook: Hook | undefined,
    inInterface: NetworkInterface | undefined,
    outInterface: NetworkInterface | undefined,
  ): Spot {
    const spots = this.#spots(at, inInterface, outInterface);
    for (let i = 0; i < spots.length; i++) {
      const spot = spots[i] as Spot;
      if (spot.action === action && spot.hook === hook && spot.inInterface === inInterface?.name && spot.at === at) return spot;
    }
    const made: Spot = { at, action, hook, inInterface: inInterface?.name, outInterface: outInterface?.name };
    spots.push(made);
    return made;
  }

  #spots(at: Place, inInterface: NetworkInterface | undefined, outInterface: NetworkInterface | undefined): Spot[] {
    const owner = inInterface ?? outInterface;
    if (owner === undefined) {
      let spots = this.#spotsOfPlaces.get(at);
      if (spots === undefined) {
        spots = [];
        this.#spotsOfPlaces.set(at, spots);
      }
      return spots;
    }
    owner.spots ??= new Map();
    let spots = owner.spots.get(outInterface) as Spot[] | undefined;
    if (spots === undefined) {
      spots = [];
      owner.spots.set(outInterface, spots);
    }
    return spots;
  }
}
