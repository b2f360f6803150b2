import type { Ip } from "../address.ts";

/** How many addresses one list holds; the one unseen longest goes first. @source xt_recent, module parameter ip_list_tot */
const listSizeMax = 100;
const nobody: ReadonlyMap<number, number> = new Map();

/**
 * The lists of `-m recent`, one per name: which source was last seen when. Also kept per source, so that a run of `--rcheck` rules is one look-up.
 * @source iptables-extensions(8), "recent"
 */
export class RecentLists {
  #lists = new Map<string, Map<number, number>>();
  #bySource = new Map<number, Map<string, number>>();

  /** `--set`: seen now. */
  set(name: string, source: Ip, nowUs: number): void {
    let list = this.#lists.get(name);
    if (list === undefined) {
      list = new Map();
      this.#lists.set(name, list);
    }
    list.delete(source.id); // to the end: the order is by last sight
    list.set(source.id, nowUs);
    let names = this.#bySource.get(source.id);
    if (names === undefined) {
      names = new Map();
      this.#bySource.set(source.id, names);
    }
    names.set(name, nowUs);
    if (list.size > listSizeMax) {
      const oldest = list.keys().next().value;
      if (oldest !== undefined) this.#forget(name, list, oldest);
    }
  }

  /** `--rcheck --seconds S`: whether it was seen within the last `seconds`; 0 asks for any time. */
  check(name: string, source: Ip, seconds: number, nowUs: number): boolean {
    const seenUs = this.#bySource.get(source.id)?.get(name);
    if (seenUs === undefined) return false;
    return seconds === 0 || seenUs >= nowUs - seconds * 1_000_000;
  }

  /** The lists that hold this source; undefined when none does. */
  listsOf(source: Ip): ReadonlyMap<string, number> | undefined {
    return this.#bySource.get(source.id);
  }

  /** When each source of the list was last seen, by the id of its address, the longest unseen first. */
  list(name: string): ReadonlyMap<number, number> {
    return this.#lists.get(name) ?? nobody;
  }

  /** `--reap`: entries of the list older than `seconds` go. */
  reap(name: string, seconds: number, nowUs: number): void {
    const list = this.#lists.get(name);
    if (list === undefined) return;
    for (const [source, seenUs] of list) {
      if (seenUs >= nowUs - seconds * 1_000_000) return; // ordered by last sight
      this.#forget(name, list, source);
    }
  }

  /** The last rule that named the list went, and the list with it. @source net/netfilter/xt_recent.c, recent_mt_destroy */
  delete(name: string): void {
    const list = this.#lists.get(name);
    if (list === undefined) return;
    for (const source of [...list.keys()]) this.#forget(name, list, source);
    this.#lists.delete(name);
  }

  clear(): void {
    this.#lists.clear();
    this.#bySource.clear();
  }

  #forget(name: string, list: Map<number, number>, source: number): void {
    list.delete(source);
    const names = this.#bySource.get(source);
    names?.delete(name);
    if (names?.size === 0) this.#bySource.delete(source);
  }
}
