import type { AddressBook, Ip, SocketAddress } from "../address.ts";
import { CT_ESTABLISHED, INVALID_STATE, NEW, RELATED, type SocketBuffer } from "../interface.ts";
import { type Packet, type Protocol, RST } from "../packet.ts";
import { protocolNumber } from "../protocol.ts";
import { TupleMap } from "../tuple-map.ts";
import { ASSURED, CONFIRMED, ConntrackEntry, SEEN_REPLY } from "./conntrack-entry.ts";
import {
  CLOSE,
  ESTABLISHED,
  IGNORED,
  INVALID,
  NONE,
  nextTcpState,
  SYN_RECV,
  SYN_SENT,
  sctpStateNames,
  sctpTimeoutsUs,
  TIME_WAIT,
  tcpStateNames,
  tcpTimeoutsUs,
} from "./tcp-tracking.ts";

const secondUs = 1_000_000;
/** @source Documentation/networking/nf_conntrack-sysctl.rst: nf_conntrack_udp_timeout, _udp_timeout_stream, _icmp_timeout */
const udpTimeoutUs = 30 * secondUs;
const udpStreamTimeoutUs = 120 * secondUs;
const icmpTimeoutUs = 30 * secondUs;
/** A UDP flow is a stream once it was answered and is older than this. @source nf_conntrack_proto_udp.c, stream_ts */
const udpStreamAfterUs = 2 * secondUs;
/** @source kube-proxy, --conntrack-min */
const entriesMaxDefault = 131_072;

type Table = TupleMap<ConntrackEntry>;

/** A row of `conntrack -L`, as data. */
export interface ConntrackRow {
  readonly protocol: Protocol;
  readonly protocolNumber: number;
  /** Whole seconds until it is forgotten. */
  readonly timeoutS: number;
  /** TCP and SCTP only. */
  readonly state: string | undefined;
  /** ICMP: the asking side's port is the identifier (`id=`). */
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly isReplied: boolean;
  readonly isAssured: boolean;
  readonly mark: number;
  /** When its last packet passed, where IPVS leads it. */
  readonly ipvsLastUs: number | undefined;
}

export interface Tuple {
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
}

/** What `conntrack -D` selects; what is not given may be anything. */
export interface ConntrackFilter {
  readonly protocol?: Protocol;
  readonly family?: 4 | 6;
  readonly originalSource?: Ip;
  readonly originalDestination?: Ip;
  readonly originalSourcePort?: number;
  readonly originalDestinationPort?: number;
  readonly replySource?: Ip;
  readonly replyDestination?: Ip;
  readonly mark?: number;
}

/**
 * The connections that one namespace tracks. Entries end in simulated time without any timer: an expired one is as good as gone, and swept when there are many.
 * @source net/netfilter/nf_conntrack_core.c
 */
export class Conntrack {
  readonly #book: AddressBook;
  #tcp: Table = new TupleMap();
  #udp: Table = new TupleMap();
  #sctp: Table = new TupleMap();
  #icmp: Table = new TupleMap();
  /** Tuples kept, two an entry. */
  #tuplesBeforeSweep = 2048;
  /** Entries beyond this are refused when none can be given up (`nf_conntrack_max`). */
  entriesMax = entriesMaxDefault;
  /** Counts entries made and deleted, for whoever remembers the table. */
  revision = 0;

  constructor(book: AddressBook) {
    this.#book = book;
  }

  /**
   * Finds or makes the packet's entry and sets the buffer's state. A new entry counts only once it is confirmed: a first packet that is dropped leaves nothing.
   */
  track(buffer: SocketBuffer, nowUs: number): void {
    const packet = buffer.packet;
    let source = packet.source;
    let destination = packet.destination;
    if (packet.icmp !== undefined) {
      if (packet.icmp.about !== undefined) {
        this.#trackError(buffer, packet.icmp.about, nowUs);
        return;
      }
      // The identifier stands for the port of the side that asks.
      if (packet.icmp.type === "echo") source = this.#book.socket(source.ip, packet.icmp.identifier);
      else destination = this.#book.socket(destination.ip, packet.icmp.identifier);
    }
    const table = this.#table(packet.protocol);
    let entry = table.get(source, destination);
    if (entry !== undefined && entry.expiresUs <= nowUs) {
      this.#remove(table, entry);
      entry = undefined;
    }
    const tracksStates = packet.protocol === "tcp" || packet.protocol === "sctp";
    if (entry !== undefined && tracksStates) {
      const isReply = source !== entry.origSource || destination !== entry.origDestination;
      const next = nextTcpState(entry.state, packet.flags, isReply);
      if (next === INVALID) {
        buffer.state = INVALID_STATE;
        return;
      }
      if (next === SYN_SENT && (entry.state === TIME_WAIT || entry.state === CLOSE)) {
        this.#remove(table, entry); // the same ports again: a connection of its own
        entry = undefined;
      } else if (next !== IGNORED) this.#advanceTcp(table, entry, next, isReply, packet, nowUs);
    }
    if (entry === undefined) {
      const state = tracksStates ? nextTcpState(NONE, packet.flags, false) : 0;
      if (state === INVALID || packet.icmp?.type === "echo-reply") {
        buffer.state = INVALID_STATE;
        return;
      }
      const made = new ConntrackEntry(packet.protocol, source, destination, nowUs);
      made.state = state;
      buffer.entry = made;
      buffer.state = NEW;
      return;
    }
    buffer.entry = entry;
    if (source !== entry.origSource || destination !== entry.origDestination) {
      buffer.isReply = true;
      buffer.state = CT_ESTABLISHED;
      entry.status |= SEEN_REPLY;
    } else {
      buffer.isReply = false;
      buffer.state = (entry.status & SEEN_REPLY) !== 0 ? CT_ESTABLISHED : NEW;
    }
    if (!tracksStates) this.#refresh(entry, nowUs);
    if (entry.ipvs !== undefined) entry.ipvs.passed(buffer.isReply, packet.bytes, nowUs);
  }

  /** The first packet got through: the entry is there from now on. False when the table is full. */
  confirm(entry: ConntrackEntry, nowUs: number): boolean {
    if ((entry.status & CONFIRMED) !== 0) return true;
    const table = this.#table(entry.protocol);
    if (table.size >= this.#tuplesBeforeSweep) this.#sweep(nowUs);
    if (table.size >= 2 * this.entriesMax && !this.#dropEarly(table)) return false;
    entry.status |= CONFIRMED;
    if (entry.protocol === "tcp") entry.expiresUs = nowUs + (tcpTimeoutsUs[entry.state] as number);
    else if (entry.protocol === "sctp") entry.expiresUs = nowUs + (sctpTimeoutsUs[entry.state] as number);
    else entry.expiresUs = nowUs + (entry.protocol === "udp" ? udpTimeoutUs : icmpTimeoutUs);
    table.set(entry.origSource, entry.origDestination, entry);
    table.set(entry.replySource, entry.replyDestination, entry);
    this.revision++;
    return true;
  }

  /** Whether answers from `source` to `destination` already belong to another connection. */
  isReplyTaken(protocol: Protocol, source: SocketAddress, destination: SocketAddress, nowUs: number): boolean {
    const entry = this.#table(protocol).get(source, destination);
    return entry !== undefined && entry.expiresUs > nowUs;
  }

  /** As `conntrack -L` lists them: by protocol, then by the original tuple. */
  rows(nowUs: number, filter: ConntrackFilter = {}): readonly ConntrackRow[] {
    return this.#select(nowUs, filter).map((entry) => rowOf(entry, nowUs));
  }

  /** `conntrack -D`: deletes what the filter selects and gives what it was. */
  delete(nowUs: number, filter: ConntrackFilter): readonly ConntrackRow[] {
    const selected = this.#select(nowUs, filter);
    for (const entry of selected) this.#remove(this.#table(entry.protocol), entry);
    return selected.map((entry) => rowOf(entry, nowUs));
  }

  /** Deletes entries that `isMeant` names: for writers whose condition is no plain filter (kube-proxy's clean-up of UDP). Returns how many. */
  deleteWhere(protocol: Protocol, nowUs: number, isMeant: (original: Tuple, reply: Tuple) => boolean): number {
    const table = this.#table(protocol);
    let count = 0;
    for (const entry of this.#live(table, nowUs)) {
      if (!isMeant(originalOf(entry), replyOf(entry))) continue;
      this.#remove(table, entry);
      count++;
    }
    return count;
  }

  get entryCount(): number {
    return (this.#tcp.size + this.#udp.size + this.#sctp.size + this.#icmp.size) >> 1;
  }

  clear(): void {
    for (const table of [this.#tcp, this.#udp, this.#sctp, this.#icmp]) table.clear();
    this.revision++;
  }

  #table(protocol: Protocol): Table {
    if (protocol === "tcp") return this.#tcp;
    if (protocol === "udp") return this.#udp;
    return protocol === "icmp" ? this.#icmp : this.#sctp;
  }

  /** An ICMP error belongs to the connection of the packet it tells of. @source nf_conntrack_proto_icmp.c, nf_conntrack_inet_error */
  #trackError(buffer: SocketBuffer, about: Packet, nowUs: number): void {
    let source = about.source;
    let destination = about.destination;
    if (about.icmp !== undefined) {
      if (about.icmp.type === "echo") source = this.#book.socket(source.ip, about.icmp.identifier);
      else destination = this.#book.socket(destination.ip, about.icmp.identifier);
    }
    // The error travels against the packet it tells of: the inverted tuple is the one of its own direction.
    const entry = this.#table(about.protocol).get(destination, source);
    if (entry === undefined || entry.expiresUs <= nowUs) {
      buffer.state = INVALID_STATE;
      return;
    }
    buffer.entry = entry;
    buffer.isReply = destination !== entry.origSource || source !== entry.origDestination;
    buffer.state = RELATED;
  }

  #advanceTcp(table: Table, entry: ConntrackEntry, next: number, isReply: boolean, packet: Packet, nowUs: number): void {
    if (isReply && (entry.status & SEEN_REPLY) === 0 && (packet.flags & RST) !== 0) {
      this.#remove(table, entry); // refused: nothing worth remembering
      return;
    }
    if ((entry.status & ASSURED) === 0 && (entry.state === SYN_RECV || entry.state === ESTABLISHED) && next === ESTABLISHED) {
      entry.status |= ASSURED;
    }
    entry.state = next;
    const timeouts = entry.protocol === "tcp" ? tcpTimeoutsUs : sctpTimeoutsUs;
    if ((entry.status & CONFIRMED) !== 0) entry.expiresUs = nowUs + (timeouts[next] as number);
  }

  #refresh(entry: ConntrackEntry, nowUs: number): void {
    if ((entry.status & CONFIRMED) === 0) return;
    if (entry.protocol === "icmp") {
      entry.expiresUs = nowUs + icmpTimeoutUs;
      return;
    }
    if ((entry.status & SEEN_REPLY) !== 0 && nowUs > entry.createdUs + udpStreamAfterUs) {
      entry.status |= ASSURED;
      entry.expiresUs = nowUs + udpStreamTimeoutUs;
    } else entry.expiresUs = nowUs + udpTimeoutUs;
  }

  #remove(table: Table, entry: ConntrackEntry): void {
    if (table.get(entry.origSource, entry.origDestination) === entry) table.delete(entry.origSource, entry.origDestination);
    if (table.get(entry.replySource, entry.replyDestination) === entry) table.delete(entry.replySource, entry.replyDestination);
    this.revision++;
  }

  /** Expired entries leave; how long until the next sweep grows with what is alive, so that the cost per entry stays the same. */
  #sweep(nowUs: number): void {
    let largest = 0;
    for (const table of [this.#tcp, this.#udp, this.#sctp, this.#icmp]) {
      table.deleteWhere((entry) => entry.expiresUs <= nowUs);
      if (table.size > largest) largest = table.size;
    }
    this.#tuplesBeforeSweep = largest < 1024 ? 2048 : 2 * largest;
  }

  /** The oldest entry that is not assured is given up for a new one. @source nf_conntrack_core.c, early_drop */
  #dropEarly(table: Table): boolean {
    let oldest: ConntrackEntry | undefined;
    table.forEach((entry) => {
      if ((entry.status & ASSURED) === 0 && (oldest === undefined || entry.createdUs < oldest.createdUs)) oldest = entry;
    });
    if (oldest === undefined) return false;
    this.#remove(table, oldest);
    return true;
  }

  #live(table: Table, nowUs: number): ConntrackEntry[] {
    const entries = new Set<ConntrackEntry>(); // each stands there twice
    table.forEach((entry) => {
      if (entry.expiresUs > nowUs) entries.add(entry);
    });
    return [...entries];
  }

  #select(nowUs: number, filter: ConntrackFilter): ConntrackEntry[] {
    const entries: ConntrackEntry[] = [];
    for (const table of [this.#icmp, this.#tcp, this.#udp, this.#sctp]) {
      entries.push(
        ...this.#live(table, nowUs)
          .filter((entry) => isSelected(entry, filter))
          .sort((a, b) => byText(a.origSource.text, b.origSource.text) || byText(a.origDestination.text, b.origDestination.text)),
      );
    }
    return entries;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSelected(entry: ConntrackEntry, filter: ConntrackFilter): boolean {
  if (filter.protocol !== undefined && filter.protocol !== entry.protocol) return false;
  if (filter.family !== undefined && filter.family !== entry.origSource.ip.family) return false;
  if (filter.originalSource !== undefined && filter.originalSource !== entry.origSource.ip) return false;
  if (filter.originalDestination !== undefined && filter.originalDestination !== entry.origDestination.ip) return false;
  if (filter.originalSourcePort !== undefined && filter.originalSourcePort !== entry.origSource.port) return false;
  if (filter.originalDestinationPort !== undefined && filter.originalDestinationPort !== entry.origDestination.port) return false;
  if (filter.replySource !== undefined && filter.replySource !== entry.replySource.ip) return false;
  if (filter.replyDestination !== undefined && filter.replyDestination !== entry.replyDestination.ip) return false;
  if (filter.mark !== undefined && filter.mark !== entry.mark) return false;
  return true;
}

function originalOf(entry: ConntrackEntry): Tuple {
  return { source: entry.origSource, destination: entry.origDestination };
}

function replyOf(entry: ConntrackEntry): Tuple {
  return { source: entry.replySource, destination: entry.replyDestination };
}

function rowOf(entry: ConntrackEntry, nowUs: number): ConntrackRow {
  const states = entry.protocol === "tcp" ? tcpStateNames : entry.protocol === "sctp" ? sctpStateNames : undefined;
  return {
    protocol: entry.protocol,
    protocolNumber: protocolNumber[entry.protocol],
    timeoutS: Math.floor((entry.expiresUs - nowUs) / secondUs),
    state: states?.[entry.state],
    original: originalOf(entry),
    reply: replyOf(entry),
    isReplied: (entry.status & SEEN_REPLY) !== 0,
    isAssured: (entry.status & ASSURED) !== 0,
    mark: entry.mark,
    ipvsLastUs: entry.ipvs?.lastUs,
  };
}
