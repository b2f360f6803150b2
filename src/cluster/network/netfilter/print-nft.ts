import { type Cidr, formatIp, type Ip } from "../address.ts";
import type { NftChain, NftElement, NftMap, NftMatch, NftRule, NftSet, NftStatement, NftVerdict } from "./nft-rule.ts";
import type { NftTable } from "./nft-table.ts";
import type { Hook } from "./rule.ts";

/**
 * The text of `nft list ruleset` (all tables) or `nft list table ip kube-proxy` (one). It loads again with `nft -f`.
 * Verdict maps have no order in the kernel; they are printed by address, protocol and port.
 *
 * @source nft(8); nftables v1.0.6, whose output for these rules was compared
 */
export function printNftTables(tables: readonly NftTable[], nowUs: number): string {
  return tables.map((table) => printNftTable(table, nowUs)).join("");
}

export function printNftTable(table: NftTable, nowUs: number): string {
  const lines: string[] = [`table ${familyName(table.family)} ${table.name} {`];
  if (table.comment !== undefined) lines.push(`\tcomment "${table.comment}"`);
  const blocks: string[][] = [];
  const fixedSets = [...table.sets.values()].filter((set) => set.timeoutSeconds === undefined);
  const dynamicSets = [...table.sets.values()].filter((set) => set.timeoutSeconds !== undefined).sort(byName);
  for (const set of fixedSets) blocks.push(printSet(table, set, nowUs));
  for (const map of table.maps.values()) blocks.push(printMap(table, map));
  for (const set of dynamicSets) blocks.push(printSet(table, set, nowUs));
  for (const chain of orderedChains(table)) blocks.push(printChain(table, chain));
  lines.push(blocks.map((block) => block.join("\n")).join("\n\n"));
  lines.push("}\n");
  return lines.join("\n");
}

/** Chains made first stay first; those of Services follow by name, however they came. */
function orderedChains(table: NftTable): readonly NftChain[] {
  const chains = [...table.chains.values()];
  const isOfService = (chain: NftChain): boolean => chain.name.includes("/");
  return [...chains.filter((chain) => !isOfService(chain)), ...chains.filter(isOfService).sort(byName)];
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export function familyName(family: 4 | 6): "ip" | "ip6" {
  return family === 6 ? "ip6" : "ip";
}

function printSet(table: NftTable, set: NftSet, nowUs: number): string[] {
  const lines = [`\tset ${set.name} {`, `\t\ttype ${table.family === 6 ? "ipv6_addr" : "ipv4_addr"}`];
  if (set.timeoutSeconds !== undefined) {
    lines.push("\t\tsize 65535", "\t\tflags dynamic,timeout", `\t\ttimeout ${printTime(set.timeoutSeconds * 1000)}`);
  }
  if (set.comment !== undefined) lines.push(`\t\tcomment "${set.comment}"`);
  const elements =
    set.timeoutSeconds === undefined
      ? [...set.elements.values()].sort(byAddress).map((ip) => ip.text)
      : [...table.dynamicEntries(set.name, nowUs)]
          .sort((a, b) => byAddress(a.ip, b.ip))
          .map(({ ip, expiresUs }) => `${ip.text} expires ${printTime(Math.ceil((expiresUs - nowUs) / 1000))}`);
  const isTwoAColumn = table.family === 4 && set.timeoutSeconds === undefined;
  if (elements.length > 0) lines.push(printElements(elements, isTwoAColumn ? 2 : 1));
  lines.push("\t}");
  return lines;
}

function printMap(table: NftTable, map: NftMap): string[] {
  const address = table.family === 6 ? "ipv6_addr" : "ipv4_addr";
  const type = map.key === "service" ? `${address} . inet_proto . inet_service` : "inet_proto . inet_service";
  const lines = [`\tmap ${map.name} {`, `\t\ttype ${type} : verdict`];
  if (map.comment !== undefined) lines.push(`\t\tcomment "${map.comment}"`);
  const elements = [...map.elements.values()].sort(byKey).map(printElement);
  if (elements.length > 0) lines.push(printElements(elements, 1));
  lines.push("\t}");
  return lines;
}

function printElements(elements: readonly string[], aLine: number): string {
  let text = `\t\telements = { ${elements[0]}`;
  for (let i = 1; i < elements.length; i++) text += i % aLine === 0 ? `,\n\t\t\t     ${elements[i]}` : `, ${elements[i]}`;
  return `${text} }`;
}

export function printElement(element: NftElement): string {
  const address = element.address === undefined ? "" : `${element.address.text} . `;
  const comment = element.comment === undefined ? "" : ` comment "${element.comment}"`;
  return `${address}${element.protocol} . ${element.port}${comment} : ${printVerdict(element.verdict)}`;
}

function printChain(table: NftTable, chain: NftChain): string[] {
  const lines = [`\tchain ${chain.name} {`];
  if (chain.comment !== undefined) lines.push(`\t\tcomment "${chain.comment}"`);
  if (chain.base !== undefined) {
    const { type, hook, priority } = chain.base;
    lines.push(`\t\ttype ${type} hook ${hook} priority ${printPriority(hook, priority)}; policy accept;`);
  }
  for (const rule of chain.rules) lines.push(`\t\t${printNftRule(rule, table.family)}`);
  lines.push("\t}");
  return lines;
}

/** Named priorities where nft has a name near by for that hook. @source nftables v1.0.6, src/rule.c, prio2str */
function printPriority(hook: Hook, priority: number): string {
  const named: [number, string][] = [[0, "filter"]];
  if (hook === "prerouting") named.push([-100, "dstnat"]);
  if (hook === "postrouting") named.push([100, "srcnat"]);
  for (const [value, name] of named) {
    const offset = priority - value;
    if (offset === 0) return name;
    if (Math.abs(offset) <= 10) return `${name} ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`;
  }
  return `${priority}`;
}

/** One rule as `nft list` prints it within its chain. */
export function printNftRule(rule: NftRule, family: 4 | 6): string {
  const words = rule.matches.map((match) => printMatch(match, family));
  words.push(printStatement(rule.statement, family));
  if (rule.comment !== undefined) words.push(`comment "${rule.comment}"`);
  return words.join(" ");
}

function printMatch(match: NftMatch, family: 4 | 6): string {
  const ip = familyName(family);
  switch (match.type) {
    case "address":
      return `${ip} ${match.side} ${match.negated ? "!= " : ""}${printCidrs(match.cidrs)}`;
    case "set":
      return `${ip} ${match.side} @${match.set}`;
    case "local":
      return `fib ${match.side} type local`;
    case "new":
      return "ct state new";
    case "protocol":
      return `meta l4proto ${match.protocol}`;
    case "unmarked":
      return `meta mark & ${hex(match.bits)} == 0x00000000`;
  }
}

function printStatement(statement: NftStatement, family: 4 | 6): string {
  const ip = familyName(family);
  switch (statement.type) {
    case "lookup":
      return `${statement.key === "service" ? `${ip} daddr . ` : ""}meta l4proto . th dport vmap @${statement.map}`;
    case "choose": {
      const chains = statement.chains.map(({ chain }, i) => `${i} : goto ${chain}`).join(", ");
      return `numgen random mod ${statement.chains.length} vmap { ${chains} }`;
    }
    case "update":
      return `update @${statement.set} { ${ip} saddr }`;
    case "mark":
      return `meta mark set meta mark ${statement.operator} ${hex(statement.bits)}`;
    case "masquerade":
      return "masquerade fully-random";
    case "dnat":
      return `dnat to ${statement.to.text}`;
    default:
      return printVerdict(statement);
  }
}

export function printVerdict(verdict: NftVerdict): string {
  return verdict.type === "jump" || verdict.type === "goto" ? `${verdict.type} ${verdict.chain}` : verdict.type;
}

/** One address or prefix, or a set of intervals: nft joins those that overlap or touch. @source nftables v1.0.6, src/intervals.c, set_automerge */
function printCidrs(cidrs: readonly Cidr[]): string {
  if (cidrs.length === 1) return printCidr(cidrs[0] as Cidr);
  const joined: { from: bigint; to: bigint }[] = [];
  const [{ family } = { family: 4 as const }] = cidrs;
  const bits = family === 4 ? 32 : 128;
  for (const cidr of [...cidrs].sort(byCidr)) {
    const from = numberOf(cidr.words);
    const to = from + (1n << BigInt(bits - cidr.length)) - 1n;
    const last = joined[joined.length - 1];
    if (last !== undefined && from <= last.to + 1n) last.to = to > last.to ? to : last.to;
    else joined.push({ from, to });
  }
  const texts = joined.map(({ from, to }) => printInterval(from, to, family));
  return texts.length === 1 ? (texts[0] as string) : `{ ${texts.join(", ")} }`;
}

function printCidr({ text, family, length }: Cidr): string {
  return length === (family === 4 ? 32 : 128) ? text.slice(0, text.indexOf("/")) : text;
}

/** `10.0.0.0/8` where the interval is a prefix, else `10.0.0.1-10.0.0.5`. */
function printInterval(from: bigint, to: bigint, family: 4 | 6): string {
  const first = formatIp(family, wordsOf(from, family));
  if (from === to) return first;
  const size = to - from + 1n;
  const isPrefix = (size & (size - 1n)) === 0n && (from & (size - 1n)) === 0n;
  if (!isPrefix) return `${first}-${formatIp(family, wordsOf(to, family))}`;
  return `${first}/${(family === 4 ? 32 : 128) - (size.toString(2).length - 1)}`;
}

function numberOf(words: readonly number[]): bigint {
  return words.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

function wordsOf(value: bigint, family: 4 | 6): readonly number[] {
  const words: number[] = [];
  for (let shift = family === 4 ? 0n : 96n; shift >= 0n; shift -= 32n) words.push(Number((value >> shift) & 0xffffffffn));
  return words;
}

function hex(bits: number): string {
  return `0x${bits.toString(16).padStart(8, "0")}`;
}

/** `3h`, `1m30s`, `2h59m59s948ms`. @source nftables v1.0.6, src/datatype.c, time_print */
export function printTime(ms: number): string {
  const parts: [number, string][] = [
    [Math.floor(ms / 86_400_000), "d"],
    [Math.floor(ms / 3_600_000) % 24, "h"],
    [Math.floor(ms / 60_000) % 60, "m"],
    [Math.floor(ms / 1000) % 60, "s"],
    [ms % 1000, "ms"],
  ];
  const text = parts.map(([value, unit]) => (value > 0 ? `${value}${unit}` : "")).join("");
  return text === "" ? "0s" : text;
}

function byAddress(a: Ip, b: Ip): number {
  return byWords(a.words, b.words);
}

function byCidr(a: Cidr, b: Cidr): number {
  return byWords(a.words, b.words) || a.length - b.length;
}

function byKey(a: NftElement, b: NftElement): number {
  const address = a.address !== undefined && b.address !== undefined ? byAddress(a.address, b.address) : 0;
  return address || (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : a.port - b.port);
}

function byWords(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
