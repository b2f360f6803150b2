/**
 * IP addresses, socket addresses and CIDRs as interned, immutable values: equal ones are the same object, so that a packet's way compares
 * references and numbers, never text. One `AddressBook` a cluster; ids are positions in it.
 */
export interface Ip {
  readonly id: number;
  readonly family: 4 | 6;
  /** `10.244.1.7`, or IPv6 in its shortest form (RFC 5952). */
  readonly text: string;
  /** IPv4: one unsigned 32-bit number; IPv6: four, the most significant first. */
  readonly words: readonly number[];
}

export interface SocketAddress {
  /** Below 2^26, so that two of them make one exact number: conntrack's key. */
  readonly id: number;
  readonly ip: Ip;
  /** 0 where the protocol has no ports (ICMP). */
  readonly port: number;
  /** `10.244.1.7:8080`, `[fd00::7]:8080`; ICMP: the address alone. */
  readonly text: string;
}

/** Its text is made when somebody reads it: most ephemeral ports are never printed. */
class InternedSocket implements SocketAddress {
  readonly id: number;
  readonly ip: Ip;
  readonly port: number;
  #text: string | undefined = undefined;

  constructor(id: number, ip: Ip, port: number) {
    this.id = id;
    this.ip = ip;
    this.port = port;
  }

  get text(): string {
    if (this.#text === undefined) {
      const host = this.ip.family === 6 ? `[${this.ip.text}]` : this.ip.text;
      this.#text = this.port === 0 ? this.ip.text : `${host}:${this.port}`;
    }
    return this.#text;
  }
}

export interface Cidr {
  readonly text: string;
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly length: number;
}

export class AddressBook {
  #ips = new Map<string, Ip>();
  #ipList: Ip[] = [];
  #sockets: Map<number, SocketAddress>[] = [];
  #socketCount = 0;

  /** The address that `text` writes. @throws Error when it is none: callers validate what users wrote before */
  ip(text: string): Ip {
    const known = this.#ips.get(text);
    if (known !== undefined) return known;
    const parsed = parseIp(text);
    if (parsed === undefined) throw new Error(`not an IP address: ${text}`);
    const canonical = formatIp(parsed.family, parsed.words);
    let ip = this.#ips.get(canonical);
    if (ip === undefined) {
      ip = { id: this.#ipList.length, family: parsed.family, text: canonical, words: parsed.words };
      this.#ipList.push(ip);
      this.#ips.set(canonical, ip);
    }
    if (text !== canonical) this.#ips.set(text, ip);
    return ip;
  }

  /** The address of that id; undefined when this book gave none. */
  ofId(id: number): Ip | undefined {
    return this.#ipList[id];
  }

  socket(ip: Ip, port: number): SocketAddress {
    let ports = this.#sockets[ip.id];
    if (ports === undefined) {
      ports = new Map();
      this.#sockets[ip.id] = ports;
    }
    let socket = ports.get(port);
    if (socket === undefined) {
      socket = new InternedSocket(this.#socketCount++, ip, port);
      ports.set(port, socket);
    }
    return socket;
  }
}

const zero = 48;
const dot = 46;

/** The numbers behind an address text; undefined when it is none. Leading zeros in IPv4 are refused, as Go's net.ParseIP does. */
export function parseIp(text: string): { family: 4 | 6; words: readonly number[] } | undefined {
  if (!text.includes(":")) {
    const v4 = parseIpv4(text);
    return v4 === undefined ? undefined : { family: 4, words: [v4] };
  }
  let head = text;
  const lastColon = head.lastIndexOf(":");
  if (head.slice(lastColon + 1).includes(".")) {
    const v4 = parseIpv4(head.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    head = `${head.slice(0, lastColon + 1)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  }
  const halves = head.split("::");
  if (halves.length > 2) return undefined;
  const left = halves[0] === "" ? [] : (halves[0] as string).split(":");
  const right = halves.length === 1 || halves[1] === "" ? [] : (halves[1] as string).split(":");
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = halves.length === 1 ? left : [...left, ...Array<string>(missing).fill("0"), ...right];
  const words: number[] = [0, 0, 0, 0];
  for (let i = 0; i < 8; i++) {
    const group = groups[i] as string;
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    words[i >> 1] = (((words[i >> 1] as number) << 16) | Number.parseInt(group, 16)) >>> 0;
  }
  return { family: 6, words };
}

/** Digit by digit: every endpoint of every Service is read this way. */
function parseIpv4(text: string): number | undefined {
  let value = 0;
  let parts = 0;
  for (let at = 0; ; at++) {
    const start = at;
    let part = 0;
    for (; at < text.length && text.charCodeAt(at) !== dot; at++) {
      const digit = text.charCodeAt(at) - zero;
      if (digit < 0 || digit > 9 || at - start === 3) return undefined;
      part = part * 10 + digit;
    }
    const hasLeadingZero = at - start > 1 && text.charCodeAt(start) === zero;
    if (at === start || part > 255 || hasLeadingZero) return undefined;
    value = value * 256 + part;
    parts++;
    if (at === text.length) return parts === 4 ? value : undefined;
    if (parts === 4) return undefined;
  }
}

/** The canonical text: dotted quad, or RFC 5952. */
export function formatIp(family: 4 | 6, words: readonly number[]): string {
  if (family === 4) {
    const w = words[0] as number;
    return `${w >>> 24}.${(w >>> 16) & 255}.${(w >>> 8) & 255}.${w & 255}`;
  }
  const groups: number[] = [];
  for (const w of words) groups.push(w >>> 16, w & 0xffff);
  let bestStart = -1;
  let bestLength = 1; // a single zero group is not shortened
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
  }
  const hex = groups.map((g) => g.toString(16));
  if (bestStart < 0) return hex.join(":");
  return `${hex.slice(0, bestStart).join(":")}::${hex.slice(bestStart + bestLength).join(":")}`;
}

/** `10.244.0.0/16` with the host bits cleared; undefined when the text is no CIDR. A bare address counts as /32 or /128. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (ip === undefined) return undefined;
  const bits = ip.family === 4 ? 32 : 128;
  const lengthText = slash < 0 ? `${bits}` : text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(lengthText) || Number(lengthText) > bits) return undefined;
  const length = Number(lengthText);
  const words = ip.words.map((w, i) => (w & maskWord(length - 32 * i)) >>> 0);
  return { text: `${formatIp(ip.family, words)}/${length}`, family: ip.family, words, length };
}

export function inCidr(ip: { readonly family: 4 | 6; readonly words: readonly number[] }, cidr: Cidr): boolean {
  if (ip.family !== cidr.family) return false;
  for (let i = 0; i < cidr.words.length; i++) {
    const mask = maskWord(cidr.length - 32 * i);
    if (mask === 0) return true;
    if (((ip.words[i] as number) & mask) >>> 0 !== cidr.words[i]) return false;
  }
  return true;
}

/** The address `offset` places behind the CIDR's first; offsets below 2^32. */
export function addressAt(cidr: Cidr, offset: number): string {
  const words = [...cidr.words];
  let carry = offset;
  for (let i = words.length - 1; i >= 0 && carry > 0; i--) {
    const sum = (words[i] as number) + carry;
    words[i] = sum >>> 0;
    carry = sum >= 4294967296 ? 1 : 0;
  }
  return formatIp(cidr.family, words);
}

/** How many addresses the CIDR holds, at most 2^32. */
export function cidrSize(cidr: Cidr): number {
  const hostBits = (cidr.family === 4 ? 32 : 128) - cidr.length;
  return hostBits >= 32 ? 4294967296 : 2 ** hostBits;
}

/** 32 bits of which the first `length` are set. */
export function maskWord(length: number): number {
  if (length <= 0) return 0;
  return length >= 32 ? 0xffffffff : (0xffffffff << (32 - length)) >>> 0;
}
