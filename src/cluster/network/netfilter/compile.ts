import type { Cidr } from "../address.ts";
import { CT_ESTABLISHED, INVALID_STATE, NEW, RELATED } from "../interface.ts";
import type { Protocol } from "../protocol.ts";
import { DST_NAT, SRC_NAT } from "./conntrack-entry.ts";
import type { Extension, Match, PortRange, Rule } from "./rule.ts";

/**
 * A chain prepared for walking. Rules that ask for one exact address or port stand in indexes, so that a packet meets the few that can match it and
 * the length of KUBE-SERVICES costs nothing; the outcome is the same as going through the rules one by one (a property test holds this).
 */
export interface CompiledChain {
  readonly rules: readonly CompiledRule[];
  readonly segments: readonly Segment[];
}

/** A stretch of a chain, from rule `from` up to rule `to` (not included). */
export type Segment = PlainSegment | IndexedSegment | RandomSegment | RecentSegment;

interface PlainSegment {
  readonly kind: 0;
  readonly from: number;
  readonly to: number;
}

/** Every rule here asks for an exact value; each map gives the positions of the rules that ask for the packet's. */
export interface IndexedSegment {
  readonly kind: 1;
  readonly from: number;
  readonly to: number;
  /** By protocol, then by port, then by address text's id; see `indexKeys`. */
  readonly byDestinationPort: ReadonlyMap<Protocol, ReadonlyMap<number, PortIndex>>;
  readonly byDestination: ReadonlyMap<string, readonly number[]>;
  readonly bySource: ReadonlyMap<string, readonly number[]>;
}

export interface PortIndex {
  /** Rules that ask for the port alone. */
  readonly any: number[];
  /** Rules that also ask for an address, by its text. */
  readonly byAddress: Map<string, number[]>;
}

/** `statistic` rules with 1/n, 1/(n-1), … and a last one without: one uniform draw among `to - from`. */
export interface RandomSegment {
  readonly kind: 2;
  readonly from: number;
  readonly to: number;
}

/** `recent --rcheck` rules that differ in the list's name alone: one look-up of the source. */
export interface RecentSegment {
  readonly kind: 3;
  readonly from: number;
  readonly to: number;
  readonly positions: ReadonlyMap<string, number>;
  readonly seconds: number;
  readonly reap: boolean;
}

/** A rule with its conditions laid out for quick asking. */
export class CompiledRule {
  readonly rule: Rule;
  readonly source: Cidr | undefined;
  readonly sourceNegated: boolean;
  readonly destination: Cidr | undefined;
  readonly destinationNegated: boolean;
  readonly inInterface: string | undefined;
  readonly inNegated: boolean;
  readonly outInterface: string | undefined;
  readonly outNegated: boolean;
  readonly protocol: Protocol | undefined;
  readonly sourcePorts: PortRange | undefined;
  readonly destinationPorts: PortRange | undefined;
  /** What remains to be asked one by one: neither comments nor what stands above. */
  readonly extensions: readonly CompiledExtension[];
  /** Filled by the walker when the jump is first taken. */
  slot: { readonly exists: boolean } | undefined = undefined;
  /** What matched, and its bytes. */
  packets = 0;
  bytes = 0;

  constructor(rule: Rule) {
    const match = rule.match;
    this.rule = rule;
    this.source = match.source?.cidr;
    this.sourceNegated = match.source?.negated === true;
    this.destination = match.destination?.cidr;
    this.destinationNegated = match.destination?.negated === true;
    this.inInterface = match.inInterface?.name;
    this.inNegated = match.inInterface?.negated === true;
    this.outInterface = match.outInterface?.name;
    this.outNegated = match.outInterface?.negated === true;
    let protocol = match.protocol;
    let sourcePorts: PortRange | undefined;
    let destinationPorts: PortRange | undefined;
    const extensions: CompiledExtension[] = [];
    for (const extension of match.extensions) {
      if (extension.type === "comment") continue;
      if (extension.type === "ports") {
        protocol ??= extension.protocol;
        sourcePorts = extension.sourcePorts ?? sourcePorts;
        destinationPorts = extension.destinationPorts ?? destinationPorts;
        continue;
      }
      extensions.push(compileExtension(extension));
    }
    this.protocol = protocol;
    this.sourcePorts = sourcePorts;
    this.destinationPorts = destinationPorts;
    this.extensions = extensions;
  }
}

export interface CompiledExtension {
  readonly extension: Exclude<Extension, { type: "comment" | "ports" }>;
  /** conntrack: states as bits of the buffer's `state`, and bits of the entry's status. */
  readonly states: number;
  readonly status: number;
}

function compileExtension(extension: CompiledExtension["extension"]): CompiledExtension {
  let states = 0;
  let status = 0;
  if (extension.type === "conntrack") {
    for (const state of extension.states) {
      if (state === "NEW") states |= NEW;
      else if (state === "ESTABLISHED") states |= CT_ESTABLISHED;
      else if (state === "RELATED") states |= RELATED;
      else if (state === "INVALID") states |= INVALID_STATE;
      else if (state === "DNAT") status |= DST_NAT;
      else status |= SRC_NAT;
    }
  }
  return { extension, states, status };
}

export function compileChain(rules: readonly Rule[]): CompiledChain {
  const compiled = rules.map((rule) => new CompiledRule(rule));
  const segments: Segment[] = [];
  let at = 0;
  while (at < rules.length) {
    const end = randomEnd(rules, at);
    if (end > at) {
      segments.push({ kind: 2, from: at, to: end });
      at = end;
      continue;
    }
    const recent = recentSegment(rules, at);
    if (recent !== undefined) {
      segments.push(recent);
      at = recent.to;
      continue;
    }
    const keyed = keyedEnd(compiled, at);
    if (keyed - at >= indexedLengthMin) {
      segments.push(indexedSegment(compiled, at, keyed));
      at = keyed;
      continue;
    }
    const last = segments.at(-1);
    if (last?.kind === 0) segments[segments.length - 1] = { kind: 0, from: last.from, to: at + 1 };
    else segments.push({ kind: 0, from: at, to: at + 1 });
    at++;
  }
  return { rules: compiled, segments };
}

const indexedLengthMin = 4;

/** `only`: the match has nothing but comments beside what `is` finds; gives that one extension. */
function soleExtension(match: Match): Extension | undefined {
  if (match.source || match.destination || match.inInterface || match.outInterface || match.protocol) return undefined;
  let found: Extension | undefined;
  for (const extension of match.extensions) {
    if (extension.type === "comment") continue;
    if (found !== undefined) return undefined;
    found = extension;
  }
  return found;
}

function isUnconditional(match: Match): boolean {
  if (match.source || match.destination || match.inInterface || match.outInterface || match.protocol) return false;
  return match.extensions.every((extension) => extension.type === "comment");
}

const probabilityOne = 2_147_483_648;

/** Where a run of equal chances that begins at `at` ends; `at` when there is none. */
function randomEnd(rules: readonly Rule[], at: number): number {
  let count = 0;
  for (;;) {
    const rule = rules[at + count];
    if (rule === undefined || !leavesChain(rule)) return at;
    const sole = soleExtension(rule.match);
    if (sole?.type === "statistic") {
      count++;
      continue;
    }
    if (count === 0 || !isUnconditional(rule.match)) return at;
    break;
  }
  const size = count + 1;
  for (let i = 0; i < count; i++) {
    const sole = soleExtension((rules[at + i] as Rule).match);
    if (sole?.type !== "statistic") return at;
    // kube-proxy writes 1/(n-i) with ten decimals; the kernel rounds it to units of 2^-31.
    if (Math.abs(sole.probability - probabilityOne / (size - i)) > 2) return at;
  }
  return at + size;
}

/** Whether a rule that matches ends the run: the rules after it are then not asked, unless its chain gives nothing. */
function leavesChain(rule: Rule): boolean {
  return rule.target.type === "jump" || rule.target.type === "goto" || rule.target.type === "dnat" || rule.target.type === "accept";
}

function recentSegment(rules: readonly Rule[], at: number): RecentSegment | undefined {
  const positions = new Map<string, number>();
  let seconds = -1;
  let reap = false;
  let end = at;
  for (; end < rules.length; end++) {
    const rule = rules[end] as Rule;
    const sole = soleExtension(rule.match);
    if (sole?.type !== "recent" || sole.command !== "rcheck" || !leavesChain(rule)) break;
    if (seconds < 0) {
      seconds = sole.seconds ?? 0;
      reap = sole.reap === true;
    } else if ((sole.seconds ?? 0) !== seconds || (sole.reap === true) !== reap) break;
    if (positions.has(sole.name)) break;
    positions.set(sole.name, end);
  }
  return end - at >= 2 ? { kind: 3, from: at, to: end, positions, seconds, reap } : undefined;
}

function hostText(cidr: Cidr | undefined, negated: boolean): string | undefined {
  if (cidr === undefined || negated || cidr.length !== (cidr.family === 4 ? 32 : 128)) return undefined;
  return cidr.text.slice(0, cidr.text.indexOf("/"));
}

function exactPort(rule: CompiledRule): number | undefined {
  const ports = rule.destinationPorts;
  return ports !== undefined && rule.protocol !== undefined && ports.from === ports.to ? ports.from : undefined;
}

function isKeyed(rule: CompiledRule): boolean {
  return (
    exactPort(rule) !== undefined ||
    hostText(rule.destination, rule.destinationNegated) !== undefined ||
    hostText(rule.source, rule.sourceNegated) !== undefined
  );
}

function keyedEnd(rules: readonly CompiledRule[], at: number): number {
  let end = at;
  while (end < rules.length && isKeyed(rules[end] as CompiledRule)) end++;
  return end;
}

function indexedSegment(rules: readonly CompiledRule[], from: number, to: number): IndexedSegment {
  const byDestinationPort = new Map<Protocol, Map<number, PortIndex>>();
  const byDestination = new Map<string, number[]>();
  const bySource = new Map<string, number[]>();
  for (let at = from; at < to; at++) {
    const rule = rules[at] as CompiledRule;
    const port = exactPort(rule);
    const destination = hostText(rule.destination, rule.destinationNegated);
    const source = hostText(rule.source, rule.sourceNegated);
    if (port !== undefined && rule.protocol !== undefined) {
      const ports = getOrMake(byDestinationPort, rule.protocol, () => new Map<number, PortIndex>());
      const index = getOrMake(ports, port, () => ({ any: [], byAddress: new Map<string, number[]>() }));
      if (destination === undefined) index.any.push(at);
      else getOrMake(index.byAddress, destination, () => [] as number[]).push(at);
    } else if (destination !== undefined) getOrMake(byDestination, destination, () => [] as number[]).push(at);
    else if (source !== undefined) getOrMake(bySource, source, () => [] as number[]).push(at);
  }
  return { kind: 1, from, to, byDestinationPort, byDestination, bySource };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
