import type { Ip } from "../address.ts";
import type { NftChain, NftElement, NftMap, NftRule, NftSet } from "./nft-rule.ts";
import type { Hook } from "./rule.ts";

/** One table, `ip kube-proxy`: written by its owner, walked by packets, printed by `nft`. */
export class NftTable {
  readonly family: 4 | 6;
  readonly name: string;
  readonly comment: string | undefined;
  #chains = new Map<string, NftChain>();
  #sets = new Map<string, NftSet & { readonly elements: Map<number, Ip> }>();
  #maps = new Map<string, NftMap & { readonly elements: Map<number, NftElement> }>();
  /** Entries that rules made in sets with a timeout: when they end, by the id of the address. */
  #dynamic = new Map<string, Map<number, { readonly ip: Ip; expiresUs: number }>>();
  #baseChains: readonly NftChain[] | undefined;
  /** Counts changes, for whoever shows or remembers the table. */
  revision = 0;

  constructor(family: 4 | 6, name: string, comment: string | undefined) {
    this.family = family;
    this.name = name;
    this.comment = comment;
  }

  get chains(): ReadonlyMap<string, NftChain> {
    return this.#chains;
  }

  get sets(): ReadonlyMap<string, NftSet> {
    return this.#sets;
  }

  get maps(): ReadonlyMap<string, NftMap> {
    return this.#maps;
  }

  /** All but the base chains' places, as after a boot. */
  clear(): void {
    for (const chain of [...this.#chains.values()]) {
      if (chain.base === undefined) this.#chains.delete(chain.name);
      else this.#chains.set(chain.name, { ...chain, rules: [] });
    }
    this.#sets.clear();
    this.#maps.clear();
    this.#dynamic.clear();
    this.#baseChains = undefined;
    this.revision++;
  }

  addChain(chain: NftChain): void {
    this.#chains.set(chain.name, chain);
    this.#baseChains = undefined;
    this.revision++;
  }

  /** Creates the chain or replaces its rules; a base chain keeps its place. */
  setRules(name: string, rules: readonly NftRule[]): void {
    const before = this.#chains.get(name);
    this.#chains.set(name, { name, comment: before?.comment, base: before?.base, rules });
    if (before?.base !== undefined) this.#baseChains = undefined;
    this.revision++;
  }

  deleteChain(name: string): void {
    if (this.#chains.get(name)?.base !== undefined) this.#baseChains = undefined;
    if (this.#chains.delete(name)) this.revision++;
  }

  addSet(set: Omit<NftSet, "elements">): void {
    if (this.#sets.has(set.name)) return;
    this.#sets.set(set.name, { ...set, elements: new Map() });
    if (set.timeoutSeconds !== undefined) this.#dynamic.set(set.name, new Map());
    this.revision++;
  }

  deleteSet(name: string): void {
    this.#sets.delete(name);
    this.#dynamic.delete(name);
    this.revision++;
  }

  addAddress(set: string, ip: Ip): void {
    this.#sets.get(set)?.elements.set(ip.id, ip);
    this.revision++;
  }

  deleteAddress(set: string, ip: Ip): void {
    this.#sets.get(set)?.elements.delete(ip.id);
    this.revision++;
  }

  addMap(map: Omit<NftMap, "elements">): void {
    if (!this.#maps.has(map.name)) this.#maps.set(map.name, { ...map, elements: new Map() });
    this.revision++;
  }

  setElement(map: string, key: number, element: NftElement): void {
    this.#maps.get(map)?.elements.set(key, element);
    this.revision++;
  }

  deleteElement(map: string, key: number): void {
    this.#maps.get(map)?.elements.delete(key);
    this.revision++;
  }

  /** Whether the set holds the address now. */
  hasAddress(set: string, ip: Ip, nowUs: number): boolean {
    const dynamic = this.#dynamic.get(set);
    if (dynamic === undefined) return this.#sets.get(set)?.elements.has(ip.id) === true;
    const entry = dynamic.get(ip.id);
    if (entry === undefined) return false;
    if (entry.expiresUs > nowUs) return true;
    dynamic.delete(ip.id);
    return false;
  }

  /** `update @SET { ip saddr }`: the entry's time begins anew. */
  touchAddress(set: string, ip: Ip, nowUs: number): void {
    const timeout = this.#sets.get(set)?.timeoutSeconds;
    if (timeout === undefined) return;
    this.#dynamic.get(set)?.set(ip.id, { ip, expiresUs: nowUs + timeout * 1_000_000 });
  }

  /** What a set with a timeout holds now, by address. */
  dynamicEntries(set: string, nowUs: number): readonly { readonly ip: Ip; readonly expiresUs: number }[] {
    return [...(this.#dynamic.get(set)?.values() ?? [])].filter((entry) => entry.expiresUs > nowUs);
  }

  /** The base chains of a hook in the order in which the kernel calls them. */
  baseChains(hook: Hook): readonly NftChain[] {
    this.#baseChains ??= [...this.#chains.values()].filter((chain) => chain.base !== undefined).sort(byPriority);
    return this.#baseChains.filter((chain) => chain.base?.hook === hook);
  }
}

function byPriority(a: NftChain, b: NftChain): number {
  return (a.base?.priority ?? 0) - (b.base?.priority ?? 0);
}
