import type { SocketBuffer } from "../interface.ts";
import type { CompiledRule, IndexedSegment, RecentSegment } from "./compile.ts";
import { type MatchContext, matchesRule } from "./match.ts";
import type { Rule } from "./rule.ts";
import type { ChainSlot, Tables } from "./tables.ts";
import { ACCEPT, CONTINUE, DROP, REJECT, type Verdict } from "./verdict.ts";

/** What the rules with a rewriting target do; conntrack and NAT carry it out, a trace only notes it. */
export interface NatTargets {
  dnat(buffer: SocketBuffer, rule: Rule): void;
  snat(buffer: SocketBuffer, rule: Rule): void;
}

/**
 * Goes through chains as the kernel does. The one walker: forwarding draws where there is a choice, a trace takes every branch, by way of `context` alone.
 * @source iptables(8), "Targets"; net/ipv4/netfilter/ip_tables.c, ipt_do_table
 */
export class Walker {
  readonly #tables: Tables;
  readonly #context: MatchContext;
  readonly #targets: NatTargets;
  /** Only rules of built-in chains that count; undefined: all do. */
  readonly #counts: ((rule: Rule) => boolean) | undefined;
  /** A trace leaves the rules' counters as they are. */
  readonly #isDry: boolean;

  constructor(tables: Tables, context: MatchContext, targets: NatTargets, counts?: (rule: Rule) => boolean) {
    this.#tables = tables;
    this.#context = context;
    this.#targets = targets;
    this.#counts = counts;
    this.#isDry = context.isDry;
  }

  /** A built-in chain and all it leads to; its policy where no rule decided. */
  walkBuiltIn(slot: ChainSlot, buffer: SocketBuffer): Verdict {
    const verdict = this.#walk(slot, buffer);
    if (verdict !== CONTINUE) return verdict;
    if (slot.policy !== "DROP" || this.#counts !== undefined) return ACCEPT;
    buffer.rule = undefined;
    buffer.chain = slot.name;
    return DROP;
  }

  #walk(slot: ChainSlot, buffer: SocketBuffer): Verdict {
    const chain = this.#tables.compiled(slot);
    const rules = chain.rules;
    const segments = chain.segments;
    for (let s = 0; s < segments.length; s++) {
      const segment = segments[s] as (typeof segments)[number];
      let verdict: Verdict | typeof RETURN = CONTINUE;
      if (segment.kind === 0) {
        for (let at = segment.from; at < segment.to; at++) {
          verdict = this.#ask(slot, rules[at] as CompiledRule, buffer);
          if (verdict !== CONTINUE) break;
        }
      } else if (segment.kind === 1) verdict = this.#askIndexed(slot, rules, segment, buffer);
      else if (segment.kind === 2) {
        const size = segment.to - segment.from;
        const at = segment.from + (size === 1 ? 0 : this.#context.choose(size));
        verdict = this.#take(slot, rules[at] as CompiledRule, buffer);
        // A chosen chain that decides nothing: the rules after it are asked as they stand.
        for (let next = at + 1; verdict === CONTINUE && next < segment.to; next++) {
          verdict = this.#ask(slot, rules[next] as CompiledRule, buffer);
        }
      } else verdict = this.#askRecent(slot, rules, segment, buffer);
      if (verdict === RETURN) return CONTINUE;
      if (verdict !== CONTINUE) return verdict;
    }
    return CONTINUE;
  }

  /** The few rules that can match, in the order of the chain. */
  #askIndexed(slot: ChainSlot, rules: readonly CompiledRule[], segment: IndexedSegment, buffer: SocketBuffer): Verdict | typeof RETURN {
    const packet = buffer.packet;
    const ports = segment.byDestinationPort.get(packet.protocol)?.get(packet.destination.port);
    const first = ports?.byAddress.get(packet.destination.ip.text) ?? none;
    const second = ports === undefined ? none : ports.any;
    const third = segment.byDestination.size === 0 ? none : (segment.byDestination.get(packet.destination.ip.text) ?? none);
    const fourth = segment.bySource.size === 0 ? none : (segment.bySource.get(packet.source.ip.text) ?? none);
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (;;) {
      const atA = a < first.length ? (first[a] as number) : end;
      const atB = b < second.length ? (second[b] as number) : end;
      const atC = c < third.length ? (third[c] as number) : end;
      const atD = d < fourth.length ? (fourth[d] as number) : end;
      let at = atA;
      if (atB < at) at = atB;
      if (atC < at) at = atC;
      if (atD < at) at = atD;
      if (at === end) return CONTINUE;
      if (at === atA) a++;
      else if (at === atB) b++;
      else if (at === atC) c++;
      else d++;
      const verdict = this.#ask(slot, rules[at] as CompiledRule, buffer);
      if (verdict !== CONTINUE) return verdict;
    }
  }

  #askRecent(slot: ChainSlot, rules: readonly CompiledRule[], segment: RecentSegment, buffer: SocketBuffer): Verdict | typeof RETURN {
    const context = this.#context;
    const names = context.recent.listsOf(buffer.packet.source.ip);
    if (names === undefined) return CONTINUE;
    const earliestUs = segment.seconds === 0 ? -1 : context.nowUs() - segment.seconds * 1_000_000;
    const found: number[] = [];
    const stale: string[] = [];
    for (const [name, seenUs] of names) {
      const at = segment.positions.get(name);
      if (at === undefined) continue;
      if (seenUs >= earliestUs) found.push(at);
      else stale.push(name);
    }
    if (segment.reap && !context.isDry) for (const name of stale) context.recent.reap(name, segment.seconds, context.nowUs());
    found.sort((a, b) => a - b);
    for (const at of found) {
      const verdict = this.#take(slot, rules[at] as CompiledRule, buffer);
      if (verdict !== CONTINUE) return verdict;
    }
    return CONTINUE;
  }

  #ask(slot: ChainSlot, rule: CompiledRule, buffer: SocketBuffer): Verdict | typeof RETURN {
    if (this.#counts !== undefined && slot.isBuiltIn && !this.#counts(rule.rule)) return CONTINUE;
    return matchesRule(rule, buffer, this.#context) ? this.#take(slot, rule, buffer) : CONTINUE;
  }

  /** The rule matched: what its target does. */
  #take(slot: ChainSlot, compiled: CompiledRule, buffer: SocketBuffer): Verdict | typeof RETURN {
    const rule = compiled.rule;
    const target = rule.target;
    buffer.note(rule);
    if (!this.#isDry) {
      compiled.packets++;
      compiled.bytes += buffer.packet.bytes;
    }
    switch (target.type) {
      case "jump":
      case "goto": {
        let next = compiled.slot as ChainSlot | undefined;
        if (next === undefined || !next.exists) {
          next = this.#tables.slot(slot.table, target.chain);
          compiled.slot = next;
        }
        const verdict = this.#walk(next, buffer);
        return verdict === CONTINUE && target.type === "goto" ? RETURN : verdict;
      }
      case "mark":
        buffer.mark = ((buffer.mark & ~target.mask) ^ target.value) >>> 0;
        return CONTINUE;
      case "return":
        return RETURN;
      case "accept":
        return ACCEPT;
      case "none":
        return CONTINUE;
      case "drop":
        buffer.rule = rule;
        buffer.chain = slot.name;
        return DROP;
      case "reject":
        buffer.rule = rule;
        buffer.chain = slot.name;
        buffer.rejectWith = target.with;
        return REJECT;
      case "dnat":
        this.#targets.dnat(buffer, rule);
        return ACCEPT;
      case "snat":
      case "masquerade":
        this.#targets.snat(buffer, rule);
        return ACCEPT;
    }
  }
}

/** Back to the chain that jumped here. */
const RETURN = 9;
const end = 1_000_000_000;
const none: readonly number[] = [];
