import type { Clock } from "../sim/clock.ts";
import type { SocketAddress } from "./address.ts";
import type { SocketBuffer } from "./interface.ts";
import type { HopLog } from "./hop.ts";
import type { ObjectName, Place, Reason } from "./name.ts";
import type { AppliedRule, Hook } from "./netfilter/rule.ts";
import type { Connection, Hop, HopAction, Packet, Protocol } from "./packet.ts";
import type { ConnectionIntent } from "./sockets.ts";

/** The one shape of all hops. `rules` grows at a `send` until the packet leaves: what an OUTPUT chain matched belongs to no later hop. */
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
  rules: readonly AppliedRule[];
  readonly object: ObjectName | undefined;
  readonly reason: Reason;

  constructor(
    sequence: number,
    timeUs: number,
    at: Place,
    action: HopAction,
    packet: Packet,
    source: SocketAddress,
    destination: SocketAddress,
    hook: Hook | undefined,
    inInterface: string | undefined,
    outInterface: string | undefined,
    rule: AppliedRule | undefined,
    rules: readonly AppliedRule[],
    object: ObjectName | undefined,
    reason: Reason,
  ) {
    this.sequence = sequence;
    this.timeUs = timeUs;
    this.at = at;
    this.action = action;
    this.packet = packet;
    this.source = source;
    this.destination = destination;
    this.hook = hook;
    this.inInterface = inInterface;
    this.outInterface = outInterface;
    this.rule = rule;
    this.rules = rules;
    this.object = object;
    this.reason = reason;
  }
}

/** Shared by all connections that keep no hops. */
const notRecorded: Hop[] = [];

class OpenedConnection implements Connection {
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
  readonly hops: Hop[];
  readonly record: boolean;

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
    this.hops = record ? [] : notRecorded;
  }
}

const noRules: readonly AppliedRule[] = [];

/** A place in the tree of all lists of rules that matched: the list that leads here, and where the next rule leads. */
interface RulePath {
  readonly list: readonly AppliedRule[];
  last: AppliedRule | undefined;
  lastPath: RulePath | undefined;
  others: Map<AppliedRule, RulePath> | undefined;
}

const pathsMax = 50_000;

/** Equal lists are one list: packets meet the same few rules again and again, and hops are kept for long. */
class RuleLists {
  #root = pathOf(noRules);
  #count = 0;

  shared(rules: readonly AppliedRule[]): readonly AppliedRule[] {
    let path = this.#root;
    for (let i = 0; i < rules.length; i++) path = this.#next(path, rules[i] as AppliedRule);
    return path.list;
  }

  #next(path: RulePath, rule: AppliedRule): RulePath {
    if (path.last === rule) return path.lastPath as RulePath;
    let next = path.others?.get(rule);
    if (next === undefined) {
      next = pathOf([...path.list, rule]);
      path.others ??= new Map();
      path.others.set(rule, next);
      if (++this.#count > pathsMax) {
        this.#root = pathOf(noRules); // rules come and go; lists already in hops stay as they are
        this.#count = 0;
      }
    }
    path.last = rule;
    path.lastPath = next;
    return next;
  }
}

function pathOf(list: readonly AppliedRule[]): RulePath {
  return { list, last: undefined, lastPath: undefined, others: undefined };
}

/** Writes hops and connections into the log, with the order over the whole cluster. */
export class Recorder {
  readonly #clock: Clock;
  readonly #log: HopLog;
  /** False: no connection keeps hops, whatever it asks for (load experiments). */
  isRecording = true;
  #sequence = 0;
  readonly #rules = new RuleLists();

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
    if (!buffer.record) return;
    const packet = buffer.packet;
    this.#add(buffer, at, action, packet.source, packet.destination, hook, rule, rule?.object, reason);
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
    if (!buffer.record) return;
    this.#add(buffer, at, action, after.source, after.destination, buffer.hook, rule, object, reason);
  }

  /** Rules that matched after the last hop here, and lead to none: they are the last hop's. */
  settle(buffer: SocketBuffer): void {
    if (!buffer.record || buffer.rules.length === 0) return;
    const hops = buffer.packet.connection.hops;
    const last = hops[hops.length - 1];
    if (last !== undefined && last.packet.number === buffer.packet.number) {
      (last as LoggedHop).rules = last.rules.length === 0 ? buffer.rules : [...last.rules, ...buffer.rules];
    }
    buffer.rules = [];
  }

  #add(
    buffer: SocketBuffer,
    at: Place,
    action: HopAction,
    source: SocketAddress,
    destination: SocketAddress,
    hook: Hook | undefined,
    rule: AppliedRule | undefined,
    object: ObjectName | undefined,
    reason: Reason,
  ): void {
    let rules = noRules;
    if (buffer.rules.length > 0) {
      rules = this.#rules.shared(buffer.rules);
      buffer.rules = [];
    }
    this.#log.add(
      new LoggedHop(
        this.#sequence++,
        this.#clock.now(),
        at,
        action,
        buffer.packet,
        source,
        destination,
        hook,
        buffer.inInterface?.name,
        buffer.outInterface?.name,
        rule,
        rules,
        object,
        reason,
      ),
    );
  }
}
