import { assert } from "../../sim/assert.ts";
import type { Packet } from "../packet.ts";
import { type CompiledChain, compileChain } from "./compile.ts";
import {
  builtInChain,
  type Chain,
  type Count,
  type Hook,
  type IptablesWriter,
  nothingCounted,
  type Rule,
  type TableName,
  tablesAtHook,
} from "./rule.ts";

/** A set of `ipset`, as `-m set` asks it. */
export interface PacketSet {
  /** Whether the packet's addresses and ports, taken from the sides given, are in the set. */
  has(packet: Packet, directions: readonly ("src" | "dst")[]): boolean;
}

/** A chain's place: it stays while rules come and go, so that a compiled jump may hold it. */
export class ChainSlot implements Chain {
  readonly name: string;
  readonly table: TableName;
  readonly isBuiltIn: boolean;
  policy: "ACCEPT" | "DROP" | undefined;
  rules: readonly Rule[] = [];
  exists: boolean;
  /** Follows from the rules alone; made when the first packet comes. It counts. */
  compiled: CompiledChain | undefined;
  /** What rules counted that were not written anew when others came or went. */
  #kept: Map<Rule, Count> | undefined;

  constructor(table: TableName, name: string, isBuiltIn: boolean) {
    this.table = table;
    this.name = name;
    this.isBuiltIn = isBuiltIn;
    this.policy = isBuiltIn ? "ACCEPT" : undefined;
    this.exists = isBuiltIn;
  }

  countAt(index: number): Count {
    const counted = this.compiled === undefined ? this.#kept?.get(this.rules[index] as Rule) : this.compiled.rules[index];
    return counted === undefined ? nothingCounted : { packets: counted.packets, bytes: counted.bytes };
  }

  compile(): CompiledChain {
    const made = compileChain(this.rules);
    for (const [rule, { packets, bytes }] of this.#kept ?? []) {
      const compiled = made.rules.find((one) => one.rule === rule);
      if (compiled !== undefined) Object.assign(compiled, { packets, bytes });
    }
    this.#kept = undefined;
    this.compiled = made;
    return made;
  }

  /** The rules have changed; those that stayed go on counting from what they had. */
  keepCounts(): void {
    for (const { rule, packets, bytes } of this.compiled?.rules ?? []) {
      if (packets === 0) continue;
      this.#kept ??= new Map();
      this.#kept.set(rule, { packets, bytes });
    }
    this.compiled = undefined;
  }

  zero(): void {
    this.#kept = undefined;
    this.compiled = undefined;
  }
}

export const tableNames: readonly TableName[] = ["raw", "mangle", "nat", "filter"];
const hooks: readonly Hook[] = ["prerouting", "input", "forward", "output", "postrouting"];

/** All iptables (or ip6tables) tables of one namespace. */
export class Tables implements IptablesWriter {
  readonly sets = new Map<string, PacketSet>();
  #slots = new Map<TableName, Map<string, ChainSlot>>();
  /** Where each rule of the chains that packets have met stands, or stood: hops name rules that may be gone by the time someone reads them. */
  #places = new WeakMap<Rule, ChainSlot>();
  #onChange: () => void;
  /** Counts changes, for whoever shows or remembers the tables. */
  revision = 0;

  /** `onChange` is called after each change of a built-in chain. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    for (const table of tableNames) {
      const slots = new Map<string, ChainSlot>();
      for (const hook of hooks) {
        if (tablesAtHook[hook].includes(table)) slots.set(builtInChain[hook], new ChainSlot(table, builtInChain[hook], true));
      }
      this.#slots.set(table, slots);
    }
  }

  setChain(table: TableName, name: string, rules: readonly Rule[]): void {
    const slot = this.slot(table, name);
    slot.zero();
    this.#replace(slot, rules);
  }

  zeroChain(table: TableName, name: string): void {
    this.#slots.get(table)?.get(name)?.zero();
  }

  setPolicy(table: TableName, name: string, policy: "ACCEPT" | "DROP"): void {
    const slot = this.slot(table, name);
    assert(slot.isBuiltIn, `only built-in chains have a policy: ${name}`);
    slot.policy = policy;
    this.#replace(slot, slot.rules);
  }

  deleteChain(table: TableName, name: string): void {
    const slot = this.#slots.get(table)?.get(name);
    if (slot === undefined || slot.isBuiltIn) return;
    slot.exists = false;
    slot.rules = [];
    slot.zero();
    // Out of the map, so that chains which come and go leave nothing behind; a jump compiled before finds it empty, as in a real table it could not be deleted.
    this.#slots.get(table)?.delete(name);
    this.revision++;
  }

  insertRule(table: TableName, chain: string, rule: Rule): void {
    const slot = this.slot(table, chain);
    this.#replace(slot, [rule, ...slot.rules]);
  }

  appendRule(table: TableName, chain: string, rule: Rule): void {
    const slot = this.slot(table, chain);
    this.#replace(slot, [...slot.rules, rule]);
  }

  removeRules(table: TableName, chain: string, isMine: (rule: Rule) => boolean): void {
    const slot = this.#slots.get(table)?.get(chain);
    if (slot === undefined || !slot.rules.some(isMine)) return;
    this.#replace(
      slot,
      slot.rules.filter((rule) => !isMine(rule)),
    );
  }

  chain(table: TableName, name: string): Chain | undefined {
    const slot = this.#slots.get(table)?.get(name);
    return slot?.exists === true ? slot : undefined;
  }

  chains(table: TableName): readonly Chain[] {
    const slots = [...(this.#slots.get(table) as Map<string, ChainSlot>).values()].filter((slot) => slot.exists);
    const own = slots.filter((slot) => !slot.isBuiltIn).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return [...slots.filter((slot) => slot.isBuiltIn), ...own];
  }

  /** Everything gone, as after a boot. */
  flush(): void {
    for (const slots of this.#slots.values()) {
      for (const slot of [...slots.values()]) {
        if (slot.isBuiltIn) {
          slot.policy = "ACCEPT";
          slot.zero();
          this.#replace(slot, []);
        } else this.deleteChain(slot.table, slot.name);
      }
    }
    this.sets.clear();
  }

  /** The chain's place, made where it does not exist yet: a rule may name a chain before it is written. */
  slot(table: TableName, name: string): ChainSlot {
    const slots = this.#slots.get(table) as Map<string, ChainSlot>;
    let slot = slots.get(name);
    if (slot === undefined) {
      slot = new ChainSlot(table, name, false);
      slots.set(name, slot);
    }
    return slot;
  }

  compiled(slot: ChainSlot): CompiledChain {
    const known = slot.compiled;
    if (known !== undefined) return known;
    for (const rule of slot.rules) this.#places.set(rule, slot);
    return slot.compile();
  }

  /** The chain that holds, or held, a rule that was asked; undefined for a rule of other tables. */
  chainOf(rule: Rule): string | undefined {
    return this.#places.get(rule)?.name;
  }

  #replace(slot: ChainSlot, rules: readonly Rule[]): void {
    slot.rules = rules;
    slot.exists = true;
    slot.keepCounts();
    this.revision++;
    if (slot.isBuiltIn) this.#onChange();
  }
}
