/** IP addresses and CIDRs, as far as the API looks at them. @source k8s.io/utils/net (ParseIPSloppy), net.IP */

export interface ParsedIp {
  readonly family: "IPv4" | "IPv6";
  readonly bits: bigint;
}

export function parseIp(text: string): ParsedIp | undefined {
  if (text.includes(":")) {
    const bits = parseIpv6(text);
    if (bits === undefined) return undefined;
    // An IPv4 address in IPv6 clothes is the IPv4 address.
    return bits >> 32n === 0xffffn ? { family: "IPv4", bits: bits & 0xffffffffn } : { family: "IPv6", bits };
  }
  const bits = parseIpv4(text);
  return bits === undefined ? undefined : { family: "IPv4", bits };
}

export function isIpv6(text: string): boolean {
  return parseIp(text)?.family === "IPv6";
}

export interface ParsedCidr {
  readonly family: "IPv4" | "IPv6";
  readonly prefix: number;
  readonly network: bigint;
  readonly last: bigint;
}

export function parseCidr(text: string): ParsedCidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const ip = parseIp(text.slice(0, slash));
  const prefixText = text.slice(slash + 1);
  if (ip === undefined || !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  const length = ip.family === "IPv4" ? 32 : 128;
  if (prefix > length) return undefined;
  const host = (1n << BigInt(length - prefix)) - 1n;
  const network = (ip.bits | host) ^ host;
  return { family: ip.family, prefix, network, last: network | host };
}

export function cidrContains(cidr: ParsedCidr, ip: ParsedIp): boolean {
  return cidr.family === ip.family && ip.bits >= cidr.network && ip.bits <= cidr.last;
}

/** Why the address may not be used as an endpoint or external IP; none when it may. @source ValidateNonSpecialIP */
export function specialIpMessage(text: string): string | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return "must be a valid IP address";
  if (ip.bits === 0n) return `may not be unspecified (${ip.family === "IPv4" ? "0.0.0.0" : "::"})`;
  for (const { cidrs, message } of special()) if (cidrs.some((cidr) => cidrContains(cidr, ip))) return message;
  return undefined;
}

interface SpecialRange {
  readonly cidrs: readonly ParsedCidr[];
  readonly message: string;
}

/** Read once: every address of every endpoint is held against them, each time its slice is written. */
function special(): readonly SpecialRange[] {
  specialRanges ??= (
    [
      [["127.0.0.0/8", "::1/128"], "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
      [["169.254.0.0/16", "fe80::/10"], "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
      [["224.0.0.0/24", "ff02::/16"], "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
    ] as const
  ).map(([texts, message]) => ({ cidrs: texts.flatMap((text) => parseCidr(text) ?? []), message }));
  return specialRanges;
}

let specialRanges: readonly SpecialRange[] | undefined;

export const ipMessage = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
export const cidrMessage = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/** Leading zeros are borne, as the API has always done. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^\d{1,}$/.test(part) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(Number(part));
  }
  return bits;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = ipv6Groups(halves[0]!);
  const tail = halves.length === 2 ? ipv6Groups(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let bits = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) bits = (bits << 16n) | BigInt(group);
  return bits;
}

function ipv6Groups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes(".")) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
