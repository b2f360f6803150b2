import type { Random } from "../../sim/random.ts";
import type { AddressBook, Ip } from "../address.ts";
import { NEW, type SocketBuffer } from "../interface.ts";
import { Conntrack } from "./conntrack.ts";
import { DST_NAT_DONE, SRC_NAT_DONE } from "./conntrack-entry.ts";
import { type HookFunction, HookTable, priorities } from "./hooks.ts";
import type { MatchContext } from "./match.ts";
import { Nat, type Rewrite } from "./nat.ts";
import { RecentLists } from "./recent.ts";
import { builtInChain, type Hook, type Rule, type TableName, tablesAtHook } from "./rule.ts";
import { type ChainSlot, Tables } from "./tables.ts";
import { ACCEPT, DROP, REJECT, type Verdict } from "./verdict.ts";
import { Walker } from "./walk.ts";

/** What netfilter needs of the namespace it stands in. */
export interface NetfilterHost {
  readonly book: AddressBook;
  /** `kube-proxy/NODE`: the stream that endpoint choices are drawn from. */
  readonly choices: Random;
  readonly natPorts: Random;
  isLocal(ip: Ip): boolean;
  nowUs(): number;
  /** A rewrite is to happen: the host logs it and gives the buffer its new packet. `buffer.rule` is the rule that asked; undefined when conntrack alone knows. */
  onRewrite(buffer: SocketBuffer, rewrite: Rewrite): void;
}

type NatHook = Exclude<Hook, "forward">;

const hookNames: readonly Hook[] = ["prerouting", "input", "forward", "output", "postrouting"];
const tablePriority: Readonly<Record<Exclude<TableName, "nat">, number>> = {
  raw: priorities.raw,
  mangle: priorities.mangle,
  filter: priorities.filter,
};

/** Among the functions of `natHooks`; nftables' nat chains, at -100 and 100, are asked after these. */
const natTablesPriority = -200;

/**
 * Netfilter of one namespace: tables of both families, conntrack, NAT, and the hooks at which other evaluators (nftables, IPVS, a firewall) take part.
 * A namespace without rules and hooks tracks nothing, as in Linux.
 */
export class Netfilter {
  readonly conntrack: Conntrack;
  readonly nat: Nat;
  readonly recent = new RecentLists();
  /** iptables' and ip6tables' tables. */
  readonly tables: Tables;
  readonly tables6: Tables;
  /** Functions beside the tables. Conntrack has looked at the packet before the first of any priority above -200 runs; NAT is asked of `natHooks`. */
  readonly hooks = new HookTable();
  /** Who may give a NEW connection another end: asked in order of priority until one did. iptables' nat tables stand at -200. */
  readonly natHooks = new HookTable();
  readonly #host: NetfilterHost;
  readonly #walker: Walker;
  readonly #walker6: Walker;
  #isActive = false;
  #unregister: (() => void)[] = [];

  constructor(host: NetfilterHost) {
    this.#host = host;
    this.conntrack = new Conntrack(host.book);
    this.nat = new Nat(host.book, this.conntrack, host.natPorts);
    this.tables = new Tables(() => this.#retune());
    this.tables6 = new Tables(() => this.#retune());
    const targets = {
      dnat: (buffer: SocketBuffer, rule: Rule) => {
        if (rule.target.type !== "dnat") return;
        buffer.rule = rule;
        this.nat.setDestination(buffer, rule.target.to);
      },
      snat: (buffer: SocketBuffer, rule: Rule) => {
        buffer.rule = rule;
        if (rule.target.type === "snat") this.nat.setSource(buffer, rule.target.to, false, host.nowUs());
        else if (rule.target.type === "masquerade") this.masquerade(buffer, rule.target.randomFully);
      },
    };
    this.#walker = new Walker(this.tables, this.#context(this.tables), targets);
    this.#walker6 = new Walker(this.tables6, this.#context(this.tables6), targets);
  }

  /** Whether packets are tracked here at all. Set for good by whoever wants conntrack without rules. */
  get isActive(): boolean {
    return this.#isActive || this.hooks.size > 0 || this.natHooks.size > 0;
  }

  enableConntrack(): void {
    this.#isActive = true;
  }

  tablesOf(family: 4 | 6): Tables {
    return family === 4 ? this.tables : this.tables6;
  }

  /** MASQUERADE: the source becomes the address of the interface it leaves by. */
  masquerade(buffer: SocketBuffer, randomFully: boolean): void {
    const address = buffer.outInterface?.primary(buffer.packet.source.ip.family);
    if (address !== undefined) this.nat.setSource(buffer, address, randomFully, this.#host.nowUs());
  }

  /** The nat part of a hook: rules for a new connection, then the packet made to fit. */
  translate(hook: NatHook, buffer: SocketBuffer): Verdict {
    const entry = buffer.entry;
    if (entry === undefined) return ACCEPT;
    const isDestination = hook === "prerouting" || hook === "output";
    const done = isDestination ? DST_NAT_DONE : SRC_NAT_DONE;
    if (buffer.state === NEW && (entry.status & done) === 0) {
      const functions = this.natHooks.all(hook);
      for (let i = 0; i < functions.length && (entry.status & done) === 0; i++) {
        const verdict = (functions[i] as HookFunction)(buffer);
        if (verdict === DROP || verdict === REJECT) return verdict;
      }
      if ((entry.status & done) === 0) {
        entry.status |= done;
        if (!isDestination) this.nat.settleSource(buffer, this.#host.nowUs());
      }
    }
    const rewrite = isDestination ? this.nat.fitDestination(buffer) : this.nat.fitSource(buffer);
    if (rewrite !== undefined) this.#host.onRewrite(buffer, rewrite);
    return ACCEPT;
  }

  /** Everything as after a boot. Hooks of other evaluators stay: they empty their own rules. */
  reset(): void {
    this.tables.flush();
    this.tables6.flush();
    this.conntrack.clear();
    this.recent.clear();
  }

  #context(tables: Tables): MatchContext {
    const host = this.#host;
    return {
      isLocal: (ip) => host.isLocal(ip),
      sets: tables.sets,
      recent: this.recent,
      nowUs: () => host.nowUs(),
      choose: (count) => host.choices.below(count),
      chance: (probability) => host.choices.uint32() >>> 1 < probability,
      isDry: false,
    };
  }

  /** Only tables that have something to say stand at a hook. */
  #retune(): void {
    for (const unregister of this.#unregister) unregister();
    this.#unregister = [];
    for (const hook of hookNames) {
      for (const table of tablesAtHook[hook]) {
        const name = builtInChain[hook];
        const slot = this.tables.slot(table, name);
        const slot6 = this.tables6.slot(table, name);
        if (isIdle(slot) && isIdle(slot6)) continue;
        const run: HookFunction = (buffer) =>
          buffer.packet.source.ip.family === 4 ? this.#walker.walkBuiltIn(slot, buffer) : this.#walker6.walkBuiltIn(slot6, buffer);
        if (table === "nat") this.#unregister.push(this.natHooks.register(hook, natTablesPriority, run));
        else this.#unregister.push(this.hooks.register(hook, tablePriority[table], run));
      }
    }
  }
}

function isIdle(slot: ChainSlot): boolean {
  return slot.rules.length === 0 && slot.policy !== "DROP";
}
