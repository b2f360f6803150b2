import type { SocketBuffer } from "../interface.ts";
import type { Hook } from "./rule.ts";
import { ACCEPT, CONTINUE, type Verdict } from "./verdict.ts";

/**
 * What is asked of a packet at a hook. CONTINUE and ACCEPT both let it pass to the next function; for DROP and REJECT the function sets the buffer's
 * `rule`, `chain` and `rejectWith` (or `dropReason`) first. Rules that matched are told by `buffer.note`.
 */
export type HookFunction = (buffer: SocketBuffer) => Verdict;

/** @source include/uapi/linux/netfilter_ipv4.h, enum nf_ip_hook_priorities; ipvs: ip_vs_core.c */
export const priorities = {
  raw: -300,
  conntrack: -200,
  mangle: -150,
  natDestination: -100,
  filter: 0,
  ipvs: 99,
  natSource: 100,
} as const;

interface Registered {
  readonly priority: number;
  readonly run: HookFunction;
}

/** The functions at each hook of one namespace, by priority; equal ones in the order registered. */
export class HookTable {
  #byHook: Record<Hook, Registered[]> = { prerouting: [], input: [], forward: [], output: [], postrouting: [] };
  #beforeNat: Record<Hook, readonly HookFunction[]> = { prerouting: [], input: [], forward: [], output: [], postrouting: [] };
  #all: Record<Hook, readonly HookFunction[]> = { prerouting: [], input: [], forward: [], output: [], postrouting: [] };
  #afterNat: Record<Hook, readonly HookFunction[]> = { prerouting: [], input: [], forward: [], output: [], postrouting: [] };
  /** How many functions stand here in all. */
  size = 0;

  /** Returns what takes it away again. */
  register(hook: Hook, priority: number, run: HookFunction): () => void {
    const entry: Registered = { priority, run };
    this.#byHook[hook] = [...this.#byHook[hook], entry].sort((a, b) => a.priority - b.priority);
    this.size++;
    this.#refresh(hook);
    return () => {
      if (!this.#byHook[hook].includes(entry)) return;
      this.#byHook[hook] = this.#byHook[hook].filter((other) => other !== entry);
      this.size--;
      this.#refresh(hook);
    };
  }

  all(hook: Hook): readonly HookFunction[] {
    return this.#all[hook];
  }

  /** Those whose priority comes before NAT's at this hook. */
  beforeNat(hook: Hook): readonly HookFunction[] {
    return this.#beforeNat[hook];
  }

  afterNat(hook: Hook): readonly HookFunction[] {
    return this.#afterNat[hook];
  }

  #refresh(hook: Hook): void {
    const nat = natPriority[hook];
    this.#all[hook] = this.#byHook[hook].map((entry) => entry.run);
    this.#beforeNat[hook] = this.#byHook[hook].filter((entry) => entry.priority <= nat).map((entry) => entry.run);
    this.#afterNat[hook] = this.#byHook[hook].filter((entry) => entry.priority > nat).map((entry) => entry.run);
  }
}

/** Where NAT stands at each hook; at forward it does not. */
const natPriority: Readonly<Record<Hook, number>> = {
  prerouting: priorities.natDestination,
  output: priorities.natDestination,
  input: priorities.natSource,
  postrouting: priorities.natSource,
  forward: Number.POSITIVE_INFINITY,
};

/** Asks them in turn: the first verdict that is no pass. */
export function runHooks(functions: readonly HookFunction[], buffer: SocketBuffer): Verdict {
  for (let i = 0; i < functions.length; i++) {
    const verdict = (functions[i] as HookFunction)(buffer);
    if (verdict !== CONTINUE && verdict !== ACCEPT) return verdict;
  }
  return ACCEPT;
}
