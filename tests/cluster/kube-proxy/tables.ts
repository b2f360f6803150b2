import type { Chain, IptablesWriter, Rule, TableName } from "../../../src/cluster/network/netfilter/rule.ts";

const builtIn: Readonly<Record<TableName, readonly string[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
};

/** A node's tables that only remember: what was written, and how often. */
export class RememberedTables implements IptablesWriter {
  readonly writes: string[] = [];
  readonly #tables = new Map<TableName, Map<string, readonly Rule[]>>();

  setChain(table: TableName, name: string, rules: readonly Rule[]): void {
    this.writes.push(`${table}/${name}`);
    let chains = this.#tables.get(table);
    if (chains === undefined) {
      chains = new Map();
      this.#tables.set(table, chains);
    }
    chains.set(name, rules);
  }

  deleteChain(table: TableName, name: string): void {
    this.writes.push(`-${table}/${name}`);
    this.#tables.get(table)?.delete(name);
  }

  insertRule(table: TableName, chain: string, rule: Rule): void {
    this.setChain(table, chain, [rule, ...(this.chain(table, chain)?.rules ?? [])]);
  }

  appendRule(table: TableName, chain: string, rule: Rule): void {
    this.setChain(table, chain, [...(this.chain(table, chain)?.rules ?? []), rule]);
  }

  removeRules(table: TableName, chain: string, isMine: (rule: Rule) => boolean): void {
    this.setChain(
      table,
      chain,
      (this.chain(table, chain)?.rules ?? []).filter((rule) => !isMine(rule)),
    );
  }

  /** Nothing is counted here. */
  zeroChain(): void {}

  chain(table: TableName, name: string): Chain | undefined {
    const isBuiltIn = builtIn[table].includes(name);
    const rules = this.#tables.get(table)?.get(name);
    if (rules === undefined && !isBuiltIn) return undefined;
    return { name, policy: isBuiltIn ? "ACCEPT" : undefined, rules: rules ?? [] };
  }

  chains(table: TableName): readonly Chain[] {
    const own = [...(this.#tables.get(table)?.keys() ?? [])].filter((name) => !builtIn[table].includes(name)).sort();
    return [...builtIn[table], ...own].map((name) => this.chain(table, name) as Chain);
  }
}
