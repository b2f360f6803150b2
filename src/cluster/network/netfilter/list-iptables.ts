import { portNames } from "../port-names.ts";
import { protocolNumber } from "../protocol.ts";
import { hex, type PrintableTables, printPorts, printProbability } from "./print-iptables.ts";
import { type Chain, type Count, type Extension, nothingCounted, type PortRange, type Rule, type TableName, type Target } from "./rule.ts";

/** The options of `iptables -L` that change what a line looks like. */
export interface ListStyle {
  /** `-n`: neither names of services nor of networks. */
  readonly isNumeric: boolean;
  /** `-v`: counters and interfaces. */
  readonly isVerbose: boolean;
  /** `-x`: counters in full, not as `12K`. */
  readonly isExact: boolean;
  readonly hasLineNumbers: boolean;
}

/**
 * `iptables [-t TABLE] -L [CHAIN]`; undefined when there is no such chain.
 * @source iptables v1.8.9 (nf_tables), whose output for these rules was compared byte for byte
 */
export function listIptables(
  tables: PrintableTables,
  table: TableName,
  chain: string | undefined,
  family: 4 | 6,
  style: ListStyle,
): string | undefined {
  const all = tables.chains(table);
  const shown = chain === undefined ? all : all.filter(({ name }) => name === chain);
  if (shown.length === 0) return undefined;
  const references = new Map<string, number>();
  for (const { rules } of all) {
    for (const { target } of rules) {
      if (target.type === "jump" || target.type === "goto") references.set(target.chain, (references.get(target.chain) ?? 0) + 1);
    }
  }
  return shown.map((one) => listChain(one, references.get(one.name) ?? 0, family, style)).join("\n");
}

function listChain(chain: Chain, references: number, family: 4 | 6, style: ListStyle): string {
  const counted = style.isVerbose ? " 0 packets, 0 bytes" : ""; // this iptables has a policy count nothing
  const state = chain.policy === undefined ? `${references} references` : `policy ${chain.policy}${counted}`;
  const columns = `target     prot opt ${style.isVerbose ? "in     out     " : ""}source               destination         `;
  const head = `${style.hasLineNumbers ? "num  " : ""}${style.isVerbose ? (style.isExact ? "    pkts      bytes " : " pkts bytes ") : ""}${columns}`;
  const lines = chain.rules.map(
    (rule, i) => (style.hasLineNumbers ? `${i + 1}`.padEnd(5) : "") + listRule(rule, chain.countAt?.(i) ?? nothingCounted, family, style),
  );
  return [`Chain ${chain.name} (${state})`, head, ...lines, ""].join("\n");
}

/** `99999`, then `100K`. @source iptables libxtables/xtables.c, xtables_print_num */
function shortened(number: number, { isExact }: ListStyle): string {
  if (isExact || number <= 99_999) return `${number}`;
  let value = number;
  for (const unit of ["K", "M", "G"]) {
    value = Math.floor((value + 500) / 1000);
    if (value <= 9999) return `${value}${unit}`;
  }
  return `${Math.floor((value + 500) / 1000)}T`;
}

function listRule(rule: Rule, count: Count, family: 4 | 6, style: ListStyle): string {
  const { match, target } = rule;
  const counter = (number: number): string => `${shortened(number, style).padStart(style.isExact ? 8 : 5)} `;
  const counters = style.isVerbose ? counter(count.packets) + counter(count.bytes) : "";
  const protocol = listProtocol(match.protocol, family, style.isNumeric);
  const interfaces = style.isVerbose ? ` ${listInterface(match.inInterface, style)} ${listInterface(match.outInterface, style)} ` : "";
  const source = listAddress(match.source, family, style.isNumeric);
  const destination = listAddress(match.destination, family, style.isNumeric);
  const addresses = `${targetName(target).padEnd(9)}  ${protocol.padEnd(4)} -- ${interfaces}${source} ${destination} `;
  const jump = target.type === "goto" ? " [goto]" : "";
  const extensions = match.extensions.map((extension) => ` ${listExtension(extension, family, style.isNumeric)}`).join("");
  return `${counters}${addresses}${jump}${extensions}${listTarget(target)}`;
}

function targetName(target: Target): string {
  if (target.type === "jump" || target.type === "goto") return target.chain;
  return target.type === "none" ? "" : target.type.toUpperCase();
}

function listProtocol(protocol: Rule["match"]["protocol"], family: 4 | 6, isNumeric: boolean): string {
  if (protocol === undefined) return isNumeric ? "0" : "all";
  if (protocol === "icmp" && family === 6) return isNumeric ? "58" : "ipv6-icmp";
  return isNumeric ? `${protocolNumber[protocol]}` : protocol;
}

function listInterface(match: Rule["match"]["inInterface"], { isNumeric }: ListStyle): string {
  return (match === undefined ? (isNumeric ? "*" : "any") : `${match.negated ? "!" : ""}${match.name}`).padEnd(6);
}

/** `/etc/hosts` and `/etc/networks` of a node name these; the whole world is `anywhere`. */
const addressNames: Readonly<Record<string, string>> = { "127.0.0.1/32": "localhost", "127.0.0.0/8": "loopback/8", "::1/128": "localhost" };

function listAddress(match: Rule["match"]["source"], family: 4 | 6, isNumeric: boolean): string {
  if (match === undefined) return ` ${(isNumeric ? (family === 4 ? "0.0.0.0/0" : "::/0") : "anywhere").padEnd(19)}`;
  const { text, length } = match.cidr;
  const name = isNumeric ? undefined : addressNames[text];
  const plain = length === (family === 4 ? 32 : 128) ? text.slice(0, text.lastIndexOf("/")) : text;
  return `${match.negated ? "!" : " "}${(name ?? plain).padEnd(19)}`;
}

function listExtension(extension: Extension, family: 4 | 6, isNumeric: boolean): string {
  switch (extension.type) {
    case "comment":
      return `/* ${extension.text} */`;
    case "ports": {
      const { protocol, sourcePorts, destinationPorts } = extension;
      const parts: string[] = [protocol];
      if (sourcePorts !== undefined) parts.push(`s${listPorts(sourcePorts, isNumeric)}`);
      if (destinationPorts !== undefined) parts.push(`d${listPorts(destinationPorts, isNumeric)}`);
      return parts.join(" ");
    }
    case "addrtype":
      return `ADDRTYPE match ${extension.side}-type ${extension.negated ? "!" : ""}${extension.is}`;
    case "mark":
      return `mark match ${extension.negated ? "! " : ""}${hex(extension.value)}${extension.mask === 0xffffffff ? "" : `/${hex(extension.mask)}`}`;
    case "conntrack":
      return `${extension.negated ? "! " : ""}ctstate ${extension.states.join(",")}`;
    case "statistic":
      return `statistic mode random probability ${printProbability(extension.probability)}`;
    case "recent": {
      const seconds = extension.seconds === undefined ? "" : ` seconds: ${extension.seconds}`;
      const mask = family === 6 ? "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "255.255.255.255";
      const what = extension.command === "set" ? "SET" : "CHECK";
      return `recent: ${what}${seconds}${extension.reap === true ? " reap" : ""} name: ${extension.name} side: source mask: ${mask}`;
    }
    case "physdev":
      return `PHYSDEV match${extension.negated ? " !" : ""} --physdev-is-in`;
    case "ipvs":
      return `vproto ${protocolNumber[extension.protocol]} vaddr ${extension.address.ip.text} vport ${extension.address.port}`;
    case "set":
      return `${extension.negated ? "! " : ""}match-set ${extension.name} ${extension.directions.join(",")}`;
  }
}

function listPorts(range: PortRange, isNumeric: boolean): string {
  if (isNumeric) return `pt${range.from === range.to ? "" : "s"}:${printPorts(range)}`;
  const name = (port: number) => portNames[port] ?? `${port}`;
  return range.from === range.to ? `pt:${name(range.from)}` : `pts:${name(range.from)}:${name(range.to)}`;
}

function listTarget(target: Target): string {
  switch (target.type) {
    case "dnat":
    case "snat":
      return ` to:${target.to.text}`;
    case "masquerade":
      return target.randomFully ? " random-fully" : "";
    case "reject":
      return ` reject-with ${target.with}`;
    case "mark":
      return ` MARK ${listMark(target.value, target.mask)}`;
    default:
      return "";
  }
}

/** @source iptables extensions/libxt_MARK.c, mark_tg_print */
function listMark(value: number, mask: number): string {
  if (value === 0) return `and ${hex(~mask >>> 0)}`;
  if (value === mask) return `or ${hex(value)}`;
  if (mask === 0) return `xor ${hex(value)}`;
  return mask === 0xffffffff ? `set ${hex(value)}` : `xset ${hex(value)}/${hex(mask)}`;
}
