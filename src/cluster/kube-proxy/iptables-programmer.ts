import type { AddressBook } from "../network/address.ts";
import type { IptablesWriter, Rule, TableName } from "../network/netfilter/rule.ts";
import type { DesiredPort, NodeFacts } from "./desired.ts";
import { type PortRules, type SharedChain, sharedChains } from "./iptables.ts";
import { nodePortEntryRules, writeFixedPart } from "./iptables-fixed.ts";
import type { PortChange, Programmer } from "./programmer.ts";
import { sameValue } from "./same-value.ts";
import { sharedRules } from "./shared-rules.ts";

const largeClusterEndpoints = 1000;

/**
 * Puts what is desired into one node's tables of one family. After a change it writes the chains that differ and no others;
 * the result is the same as writing everything from nothing.
 * @source kubernetes pkg/proxy/iptables/proxier.go, syncProxyRules (partial sync)
 */
export class IptablesProgrammer implements Programmer {
  readonly #writer: IptablesWriter;
  readonly #book: AddressBook;
  readonly #onDelete: (chain: string) => void;
  #node: NodeFacts;
  /** By port key. */
  #desired = new Map<string, DesiredPort>();
  #rules = new Map<string, PortRules>();
  /** The port keys in order; undefined when one came or went. */
  #order: readonly string[] | undefined;
  #endpoints = 0;
  #isLargeCluster = false;
  /** Nothing was written since the start: what stands in the tables may be an earlier run's. */
  #isFresh = true;
  /** Chains of Service ports that stood there at the start: an earlier run's. */
  #leftOver: readonly string[] = [];

  /** `onDelete`: told of each chain that goes; the kernel's list of the same name, which affinity is kept in, goes with it. */
  constructor(writer: IptablesWriter, book: AddressBook, node: NodeFacts, onDelete: (chain: string) => void = () => {}) {
    this.#writer = writer;
    this.#onDelete = onDelete;
    this.#book = book;
    this.#node = node;
  }

  start(node: NodeFacts): void {
    this.#node = node;
    this.#desired.clear();
    this.#rules.clear();
    this.#order = undefined;
    this.#endpoints = 0;
    this.#isLargeCluster = false;
    this.#isFresh = true;
    this.#leftOver = this.#writer
      .chains("nat")
      .map((chain) => chain.name)
      .filter((name) => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(name));
    writeFixedPart(this.#writer, node);
  }

  apply(changes: readonly PortChange[]): void {
    for (const { key, desired } of changes) {
      const before = this.#desired.get(key);
      this.#endpoints += (desired?.endpoints.length ?? 0) - (before?.endpoints.length ?? 0);
      if ((before === undefined) !== (desired === undefined)) this.#order = undefined;
      if (desired === undefined) this.#desired.delete(key);
      else this.#desired.set(key, desired);
    }
    const isLargeCluster = this.#endpoints > largeClusterEndpoints;
    let keys = changes.map((change) => change.key);
    if (isLargeCluster !== this.#isLargeCluster) {
      this.#isLargeCluster = isLargeCluster;
      keys = [...new Set([...keys, ...this.#desired.keys()])]; // comments come or go everywhere
    }

    const touched = new Set<SharedChain>();
    for (const key of keys) this.#applyPort(key, touched);
    for (const shared of sharedChains) if (this.#isFresh || touched.has(shared)) this.#writeShared(shared);
    if (changes.length > 0) this.#zeroFixed();
    this.#isFresh = false;
  }

  /** Chains that serve all Services are restored at every sync, their rules with counters of zero. @source the same, MakeChainLine and --counters */
  #zeroFixed(): void {
    for (const shared of sharedChains) {
      const [table, name] = shared.split("/") as [TableName, string];
      this.#writer.zeroChain(table, name);
    }
    for (const name of ["KUBE-POSTROUTING", "KUBE-MARK-MASQ"]) this.#writer.zeroChain("nat", name);
    this.#writer.zeroChain("filter", "KUBE-FORWARD");
  }

  removeStale(): void {
    if (this.#leftOver.length === 0) return;
    const wanted = new Set<string>();
    for (const rules of this.#rules.values()) for (const name of rules.own.keys()) wanted.add(name);
    for (const name of this.#leftOver) if (!wanted.has(name)) this.#deleteChain(name);
    this.#leftOver = [];
  }

  #applyPort(key: string, touched: Set<SharedChain>): void {
    const desired = this.#desired.get(key);
    const before = this.#rules.get(key);
    const after = desired === undefined ? undefined : sharedRules(desired, this.#node, this.#book, this.#isLargeCluster);
    for (const shared of sharedChains) {
      if (!sameValue(before?.shared.get(shared), after?.shared.get(shared))) touched.add(shared);
    }
    if (after !== undefined) {
      for (const [name, rules] of after.own) {
        if (before === undefined || !sameValue(before.own.get(name), rules)) this.#writer.setChain("nat", name, rules);
        else this.#writer.zeroChain("nat", name);
      }
      this.#rules.set(key, after);
    } else {
      this.#rules.delete(key);
    }
    if (before !== undefined) {
      for (const name of before.own.keys()) if (after?.own.has(name) !== true) this.#deleteChain(name);
    }
  }

  #deleteChain(name: string): void {
    this.#writer.deleteChain("nat", name);
    this.#onDelete(name);
  }

  #writeShared(shared: SharedChain): void {
    const [table, name] = shared.split("/") as [TableName, string];
    this.#order ??= [...this.#desired.keys()].sort();
    const rules: Rule[] = [];
    for (const key of this.#order) {
      const added = this.#rules.get(key)?.shared.get(shared);
      if (added !== undefined) for (const rule of added) rules.push(rule);
    }
    if (shared === "nat/KUBE-SERVICES") rules.push(...nodePortEntryRules(this.#node, this.#book));
    this.#writer.setChain(table, name, rules);
  }
}
