import { type Ip, inCidr, type SocketAddress } from "../address.ts";
import { NEW, type SocketBuffer } from "../interface.ts";
import { type NftChain, type NftChoice, type NftElement, type NftMatch, type NftRule, nodePortKey, serviceKey } from "./nft-rule.ts";
import type { NftTable } from "./nft-table.ts";
import { familyName, printElement, printNftRule } from "./print-nft.ts";
import type { TextRule } from "./rule.ts";
import { ACCEPT, CONTINUE, DROP, REJECT, type Verdict } from "./verdict.ts";

/** What nftables rules may ask of the namespace they are in, and how chance is decided. */
export interface NftContext {
  isLocal(ip: Ip): boolean;
  nowUs(): number;
  /** One of `count` equal chances. */
  choose(count: number): number;
  /** A trace looks and leaves everything as it was: `update` updates nothing. */
  readonly isDry: boolean;
}

/** What the rules with a rewriting statement do. */
export interface NftTargets {
  dnat(buffer: SocketBuffer, to: SocketAddress): void;
  masquerade(buffer: SocketBuffer): void;
}

/**
 * Goes through the chains of one table as the kernel does. Forwarding draws where there is a choice; a trace takes every branch, by way of `context` alone.
 * @source nft(8), "Verdict statement"; net/netfilter/nf_tables_core.c, nft_do_chain
 */
export class NftWalker {
  readonly #table: NftTable;
  readonly #context: NftContext;
  readonly #targets: NftTargets;
  readonly #applied: AppliedNftRules;

  constructor(table: NftTable, context: NftContext, targets: NftTargets, applied: AppliedNftRules) {
    this.#table = table;
    this.#context = context;
    this.#targets = targets;
    this.#applied = applied;
  }

  /** A base chain and all it leads to; the policy is accept. */
  walkBase(chain: NftChain, buffer: SocketBuffer): Verdict {
    const verdict = this.#walk(chain, buffer, undefined);
    return verdict === CONTINUE ? ACCEPT : verdict;
  }

  /** `via`: the map's element by which the chain was entered; it says whose packet this is where the rule itself serves all Services. */
  #walk(chain: NftChain, buffer: SocketBuffer, via: TextRule | undefined): Verdict {
    const { rules } = chain;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as NftRule;
      if (!this.#matches(rule, buffer)) continue;
      const { statement } = rule;
      switch (statement.type) {
        case "lookup": {
          const { destination, protocol } = buffer.packet;
          const key = statement.key === "service" ? serviceKey(protocol, destination) : nodePortKey(protocol, destination.port);
          const element = this.#table.maps.get(statement.map)?.elements.get(key);
          if (element === undefined) break;
          this.#note(buffer, rule, chain.name);
          const entered = buffer.record ? this.#applied.ofElement(element, statement.map, this.#table.family) : undefined;
          if (entered !== undefined) buffer.note(entered);
          if (element.verdict.type === "drop" || element.verdict.type === "reject") {
            return this.#end(buffer, element.verdict.type, entered, chain.name);
          }
          if (element.verdict.type === "goto") return this.#enter(element.verdict.chain, buffer, entered);
          break;
        }
        case "choose": {
          const choice = statement.chains[this.#context.choose(statement.chains.length)] as NftChoice;
          if (buffer.record) buffer.note(this.#applied.ofChoice(choice, rule, chain.name, this.#table.family));
          return this.#enter(choice.chain, buffer, undefined);
        }
        case "jump": {
          this.#note(buffer, rule, chain.name);
          const verdict = this.#enter(statement.chain, buffer, undefined);
          if (verdict !== CONTINUE) return verdict;
          break;
        }
        case "goto":
          this.#note(buffer, rule, chain.name);
          return this.#enter(statement.chain, buffer, undefined);
        case "return":
          this.#note(buffer, rule, chain.name);
          return CONTINUE;
        case "drop":
        case "reject": {
          const applied = this.#note(buffer, rule, chain.name);
          return this.#end(buffer, statement.type, rule.object === undefined && via !== undefined ? via : applied, chain.name);
        }
        case "update":
          this.#note(buffer, rule, chain.name);
          if (!this.#context.isDry) this.#table.touchAddress(statement.set, buffer.packet.source.ip, this.#context.nowUs());
          break;
        case "mark":
          this.#note(buffer, rule, chain.name);
          buffer.mark = statement.operator === "|" ? buffer.mark | statement.bits : buffer.mark ^ statement.bits;
          break;
        case "masquerade":
          buffer.rule = this.#note(buffer, rule, chain.name);
          this.#targets.masquerade(buffer);
          return ACCEPT;
        case "dnat":
          buffer.rule = this.#note(buffer, rule, chain.name);
          this.#targets.dnat(buffer, statement.to);
          return ACCEPT;
      }
    }
    return CONTINUE;
  }

  #enter(name: string, buffer: SocketBuffer, via: TextRule | undefined): Verdict {
    const chain = this.#table.chains.get(name);
    return chain === undefined ? CONTINUE : this.#walk(chain, buffer, via);
  }

  #end(buffer: SocketBuffer, type: "drop" | "reject", rule: TextRule | undefined, chain: string): Verdict {
    buffer.rule = rule;
    buffer.chain = chain;
    if (type === "drop") return DROP;
    buffer.rejectWith = this.#table.family === 6 ? "icmp6-port-unreachable" : "icmp-port-unreachable";
    return REJECT;
  }

  /** The rule as hops name it; nothing where no hops are kept. */
  #note(buffer: SocketBuffer, rule: NftRule, chain: string): TextRule | undefined {
    if (!buffer.record) return undefined;
    const applied = this.#applied.ofRule(rule, chain, this.#table.family);
    buffer.note(applied);
    return applied;
  }

  #matches(rule: NftRule, buffer: SocketBuffer): boolean {
    const { matches } = rule;
    for (let i = 0; i < matches.length; i++) if (!this.#holds(matches[i] as NftMatch, buffer)) return false;
    return true;
  }

  #holds(match: NftMatch, buffer: SocketBuffer): boolean {
    const { packet } = buffer;
    switch (match.type) {
      case "new":
        return buffer.state === NEW;
      case "protocol":
        return packet.protocol === match.protocol;
      case "unmarked":
        return (buffer.mark & match.bits) === 0;
      case "address": {
        const ip = match.side === "saddr" ? packet.source.ip : packet.destination.ip;
        return match.cidrs.some((cidr) => inCidr(ip, cidr)) !== match.negated;
      }
      case "set":
        return this.#table.hasAddress(match.set, match.side === "saddr" ? packet.source.ip : packet.destination.ip, this.#context.nowUs());
      case "local":
        return this.#context.isLocal(match.side === "saddr" ? packet.source.ip : packet.destination.ip);
    }
  }
}

/** Rules as hops name them. Their texts are made when a packet first meets them, once. */
export class AppliedNftRules {
  readonly #tableName: string;
  #rules = new WeakMap<NftRule, TextRule>();
  #elements = new WeakMap<NftElement, TextRule>();
  #choices = new WeakMap<NftChoice, TextRule>();

  constructor(tableName: string) {
    this.#tableName = tableName;
  }

  ofRule(rule: NftRule, chain: string, family: 4 | 6): TextRule {
    let applied = this.#rules.get(rule);
    if (applied === undefined) {
      const text = `add rule ${familyName(family)} ${this.#tableName} ${chain} ${printNftRule(rule, family)}`;
      applied = { text, object: rule.object, because: rule.because };
      this.#rules.set(rule, applied);
    }
    return applied;
  }

  ofElement(element: NftElement, map: string, family: 4 | 6): TextRule {
    let applied = this.#elements.get(element);
    if (applied === undefined) {
      const text = `add element ${familyName(family)} ${this.#tableName} ${map} { ${printElement(element)} }`;
      applied = { text, object: element.object, because: element.because };
      this.#elements.set(element, applied);
    }
    return applied;
  }

  /** The rule with the one way that was taken: all ways of a thousand endpoints would be no explanation. */
  ofChoice(choice: NftChoice, rule: NftRule, chain: string, family: 4 | 6): TextRule {
    let applied = this.#choices.get(choice);
    if (applied === undefined) {
      const count = rule.statement.type === "choose" ? rule.statement.chains.length : 1;
      const at = rule.statement.type === "choose" ? rule.statement.chains.indexOf(choice) : 0;
      const dots =
        count > 1 ? (at === 0 ? [`0 : goto ${choice.chain}`, "…"] : ["…", `${at} : goto ${choice.chain}`]) : [`0 : goto ${choice.chain}`];
      const text = `add rule ${familyName(family)} ${this.#tableName} ${chain} numgen random mod ${count} vmap { ${dots.join(", ")} }`;
      applied = { text, object: rule.object, because: choice.because };
      this.#choices.set(choice, applied);
    }
    return applied;
  }
}
