import type { Random } from "../../sim/random.ts";
import type { AddressBook, Ip, SocketAddress } from "../address.ts";
import { RELATED, type SocketBuffer } from "../interface.ts";
import type { HopAction, Packet } from "../packet.ts";
import { withAddresses } from "../wire.ts";
import type { Conntrack } from "./conntrack.ts";
import { DST_NAT, DST_NAT_DONE, SRC_NAT, SRC_NAT_DONE } from "./conntrack-entry.ts";

/** What was done to a packet at one place; undefined: nothing, it fits already. */
export interface Rewrite {
  readonly packet: Packet;
  readonly action: Extract<HopAction, "dnat" | "snat" | "undnat" | "unsnat">;
}

/**
 * NAT is a reply tuple that does not mirror the original one. Rules choose it once, for the first packet; every packet is then made to fit it,
 * its destination where it comes in (prerouting, output), its source where it leaves (postrouting, input).
 * @source net/netfilter/nf_nat_core.c, nf_nat_packet, nf_nat_inet_fn
 */
export class Nat {
  readonly #book: AddressBook;
  readonly #conntrack: Conntrack;
  readonly #random: Random;

  /** `random`: the stream that ports are drawn from. */
  constructor(book: AddressBook, conntrack: Conntrack, random: Random) {
    this.#book = book;
    this.#conntrack = conntrack;
    this.#random = random;
  }

  /** The connection's packets go to `to` instead; port 0 keeps the port. Only for a NEW one. */
  setDestination(buffer: SocketBuffer, to: SocketAddress): void {
    const entry = buffer.entry;
    if (entry === undefined) return;
    const port = to.port === 0 || entry.protocol === "icmp" ? entry.origDestination.port : to.port;
    entry.replySource = this.#book.socket(to.ip, port);
    entry.status |= DST_NAT_DONE;
    entry.object = buffer.rule?.object;
    if (entry.replySource !== entry.origDestination) entry.status |= DST_NAT;
  }

  /** The connection's packets come from `from` instead; the port is kept where it is free and need not be random. */
  setSource(buffer: SocketBuffer, from: Ip, randomFully: boolean, nowUs: number): void {
    const entry = buffer.entry;
    if (entry === undefined) return;
    entry.status |= SRC_NAT_DONE;
    const kept = this.#book.socket(from, entry.origSource.port);
    const mayKeep = !randomFully || from === entry.origSource.ip;
    entry.replyDestination =
      mayKeep && !this.#conntrack.isReplyTaken(entry.protocol, entry.replySource, kept, nowUs) ? kept : this.#freePort(buffer, from, nowUs);
    if (entry.replyDestination !== entry.origSource) entry.status |= SRC_NAT;
  }

  /** No rule asked for a rewrite; still two connections may not have the same answers. True when the source port had to change. */
  settleSource(buffer: SocketBuffer, nowUs: number): boolean {
    const entry = buffer.entry;
    if (entry === undefined) return false;
    entry.status |= SRC_NAT_DONE;
    if (!this.#conntrack.isReplyTaken(entry.protocol, entry.replySource, entry.replyDestination, nowUs)) return false;
    entry.replyDestination = this.#freePort(buffer, entry.origSource.ip, nowUs);
    entry.status |= SRC_NAT;
    return true;
  }

  /** Makes the packet's destination fit its entry. */
  fitDestination(buffer: SocketBuffer): Rewrite | undefined {
    const entry = buffer.entry;
    if (entry === undefined || (entry.status & (DST_NAT | SRC_NAT)) === 0) return undefined;
    return this.#fit(buffer, buffer.isReply ? entry.origSource : entry.replySource, true, buffer.isReply ? "unsnat" : "dnat");
  }

  /** Makes the packet's source fit its entry. */
  fitSource(buffer: SocketBuffer): Rewrite | undefined {
    const entry = buffer.entry;
    if (entry === undefined || (entry.status & (DST_NAT | SRC_NAT)) === 0) return undefined;
    return this.#fit(buffer, buffer.isReply ? entry.origDestination : entry.replyDestination, false, buffer.isReply ? "undnat" : "snat");
  }

  #fit(buffer: SocketBuffer, to: SocketAddress, isDestination: boolean, action: Rewrite["action"]): Rewrite | undefined {
    const packet = buffer.packet;
    if (packet.icmp !== undefined) return this.#fitIcmp(buffer, to, isDestination, action);
    if (isDestination) {
      return packet.destination === to ? undefined : { packet: withAddresses(packet, packet.source, to, undefined), action };
    }
    return packet.source === to ? undefined : { packet: withAddresses(packet, to, packet.destination, undefined), action };
  }

  /** ICMP has no ports: ping's identifier stands for them, and an error tells of a packet that is rewritten along with it. */
  #fitIcmp(buffer: SocketBuffer, to: SocketAddress, isDestination: boolean, action: Rewrite["action"]): Rewrite | undefined {
    const packet = buffer.packet;
    const icmp = packet.icmp;
    if (icmp === undefined) return undefined;
    const address = this.#book.socket(to.ip, 0);
    const source = isDestination ? packet.source : address;
    const destination = isDestination ? address : packet.destination;
    if (buffer.state === RELATED && icmp.about !== undefined) {
      const about = icmp.about;
      const aboutEnd = about.icmp === undefined ? to : address;
      const aboutIcmp =
        about.icmp === undefined ? undefined : { ...about.icmp, identifier: to.port === 0 ? about.icmp.identifier : to.port };
      const inner = isDestination
        ? withAddresses(about, aboutEnd, about.destination, aboutIcmp)
        : withAddresses(about, about.source, aboutEnd, aboutIcmp);
      if (
        source === packet.source &&
        destination === packet.destination &&
        inner.source === about.source &&
        inner.destination === about.destination
      ) {
        return undefined;
      }
      return { packet: withAddresses(packet, source, destination, { ...icmp, about: inner }), action };
    }
    // The identifier belongs to the side that asks: it follows the source of a request and the destination of an answer.
    const carriesIdentifier = isDestination === buffer.isReply;
    const identifier = carriesIdentifier ? to.port : icmp.identifier;
    if (source === packet.source && destination === packet.destination && identifier === icmp.identifier) return undefined;
    return { packet: withAddresses(packet, source, destination, identifier === icmp.identifier ? icmp : { ...icmp, identifier }), action };
  }

  /** @source nf_nat_core.c, nf_nat_l4proto_unique_tuple: privileged ports stay privileged */
  #freePort(buffer: SocketBuffer, from: Ip, nowUs: number): SocketAddress {
    const entry = buffer.entry as NonNullable<SocketBuffer["entry"]>;
    const port = entry.origSource.port;
    let low = 1024;
    let high = 65_535;
    if (entry.protocol === "icmp") low = 0;
    else if (port < 512) {
      low = 1;
      high = 511;
    } else if (port < 1024) {
      low = 600;
      high = 1023;
    }
    const count = high - low + 1;
    const start = this.#random.below(count);
    for (let i = 0; i < count; i++) {
      const candidate = this.#book.socket(from, low + ((start + i) % count));
      if (!this.#conntrack.isReplyTaken(entry.protocol, entry.replySource, candidate, nowUs)) return candidate;
    }
    return this.#book.socket(from, low + start); // every port is taken: the newest connection wins its answers
  }
}
