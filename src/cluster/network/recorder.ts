import type { Clock } from "../sim/clock.ts";
import type { SocketAddress } from "./address.ts";
import type { HopLog } from "./hop.ts";
import type { NetworkInterface, SocketBuffer } from "./interface.ts";
import type { ObjectName, Place, Reason } from "./name.ts";
import type { AppliedRule, Hook } from "./netfilter/rule.ts";
import { type Decision, OpenedConnection, type Spot } from "./opened-connection.ts";
import type { Connection, HopAction, Packet, Protocol } from "./packet.ts";
import type { ConnectionIntent } from "./sockets.ts";

const noRules: readonly AppliedRule[] = [];

/** Writes hops and connections into the log, with the order over the whole cluster. */
export class Recorder {
  readonly #clock: Clock;
  readonly #log: HopLog;
  /** False: no connection keeps hops, whatever it asks for (load experiments). */
  isRecording = true;
  #sequence = 0;
  readonly #decisions = new Decisions();
  #spotsOfPlaces = new Map<Place, Spot[]>();

  constructor(clock: Clock, log: HopLog) {
    this.#clock = clock;
    this.#log = log;
  }

  open(opener: Place, protocol: Protocol, source: SocketAddress, destination: SocketAddress, intent: ConnectionIntent): Connection {
    const record = this.isRecording && intent.record !== false;
    const number = this.#log.nextNumber(opener);
    const connection = new OpenedConnection(opener, number, protocol, source, destination, this.#clock.now(), intent, record);
    if (record) this.#log.opened(connection);
    return connection;
  }

  /** A hop that leaves the packet as it is. */
  sight(buffer: SocketBuffer, at: Place, action: HopAction, hook: Hook | undefined, rule: AppliedRule | undefined, reason: Reason): void {
    if (buffer.record) this.#add(buffer, at, action, buffer.packet, hook, rule, rule?.object, reason);
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
    if (!buffer.record || buffer.rules.length === 0) return;
    const connection = buffer.packet.connection as OpenedConnection;
    const newest = connection.newestDecision();
    if (newest !== undefined && connection.newestPacket()?.number === buffer.packet.number) {
      const rules = [...newest.rules, ...buffer.rules];
      connection.amend(this.#decisions.of(newest.rule, rules, newest.object, newest.reason));
    }
    buffer.rules = [];
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
    const decision = this.#decisions.of(rule, buffer.rules, object, reason);
    if (buffer.rules.length > 0) buffer.rules = [];
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

/** A place in the tree of all lists of rules that matched: the list that leads here, what was decided after it, and where the next rule leads. */
interface RulePath {
  readonly list: readonly AppliedRule[];
  readonly decisions: Map<Reason, Decision>;
  lastDecision: Decision | undefined;
  last: AppliedRule | undefined;
  lastPath: RulePath | undefined;
  others: Map<AppliedRule, RulePath> | undefined;
}

const pathsMax = 50_000;
const decisionsMax = 1000;

/** Equal decisions are one value: packets meet the same few rules again and again, and hops are kept for long. */
class Decisions {
  #root = pathOf(noRules);
  #count = 0;

  of(rule: AppliedRule | undefined, rules: readonly AppliedRule[], object: ObjectName | undefined, reason: Reason): Decision {
    let path = this.#root;
    for (let i = 0; i < rules.length; i++) path = this.#next(path, rules[i] as AppliedRule);
    // The same as last time, more often than not: packets come in runs.
    const last = path.lastDecision;
    if (last !== undefined && last.reason === reason && last.rule === rule && last.object === object) return last;
    const known = path.decisions.get(reason);
    if (known !== undefined && known.rule === rule && known.object === object) {
      path.lastDecision = known;
      return known;
    }
    const made: Decision = { rule, rules: path.list, object, reason };
    if (path.decisions.size >= decisionsMax) path.decisions.clear(); // reasons with arguments are values of their own
    path.decisions.set(reason, made);
    path.lastDecision = made;
    return made;
  }

  #next(path: RulePath, rule: AppliedRule): RulePath {
    if (path.last === rule) return path.lastPath as RulePath;
    let next = path.others?.get(rule);
    if (next === undefined) {
      next = pathOf([...path.list, rule]);
      path.others ??= new Map();
      path.others.set(rule, next);
      if (++this.#count > pathsMax) {
        this.#root = pathOf(noRules); // rules come and go; what hops hold stays as it is
        this.#count = 0;
      }
    }
    path.last = rule;
    path.lastPath = next;
    return next;
  }
}

function pathOf(list: readonly AppliedRule[]): RulePath {
  return { list, decisions: new Map(), lastDecision: undefined, last: undefined, lastPath: undefined, others: undefined };
}
