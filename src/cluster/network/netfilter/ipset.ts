import { type Cidr, type Ip, inCidr, type SocketAddress } from "../address.ts";
import type { Packet } from "../packet.ts";
import type { Protocol } from "../protocol.ts";
import { serviceKey } from "./nft-rule.ts";
import type { PacketSet } from "./tables.ts";

/** What an entry of each type of set holds. @source ipset(8) */
export type IpSetEntry =
  | { readonly type: "hash:ip"; readonly ip: Ip }
  | { readonly type: "bitmap:port"; readonly port: number }
  | { readonly type: "hash:ip,port"; readonly protocol: Protocol; readonly address: SocketAddress }
  | { readonly type: "hash:ip,port,ip"; readonly protocol: Protocol; readonly address: SocketAddress; readonly ip: Ip }
  | { readonly type: "hash:ip,port,net"; readonly protocol: Protocol; readonly address: SocketAddress; readonly net: Cidr };

export type IpSetType = IpSetEntry["type"];

/** One set of `ipset`: what `-m set --match-set` asks and `ipset list` prints. */
export class IpSet implements PacketSet {
  readonly name: string;
  readonly type: IpSetType;
  readonly family: 4 | 6;
  /** By text, each with how many have added it. */
  #entries = new Map<string, { readonly entry: IpSetEntry; count: number }>();
  #keys = new Map<number, number>();
  #nets = new Map<number, Cidr[]>();
  #ips = new Map<number, Ip[]>();

  constructor(name: string, type: IpSetType, family: 4 | 6) {
    this.name = name;
    this.type = type;
    this.family = family;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Members as `ipset list` prints them, sorted. */
  members(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }

  /** Adding twice needs deleting twice: Services may ask for the same entry. */
  add(entry: IpSetEntry): void {
    const text = printIpSetEntry(entry);
    const known = this.#entries.get(text);
    if (known !== undefined) {
      known.count++;
      return;
    }
    this.#entries.set(text, { entry, count: 1 });
    this.#index(entry, 1);
  }

  delete(entry: IpSetEntry): void {
    const text = printIpSetEntry(entry);
    const known = this.#entries.get(text);
    if (known === undefined) return;
    known.count--;
    if (known.count > 0) return;
    this.#entries.delete(text);
    this.#index(entry, -1);
  }

  clear(): void {
    this.#entries.clear();
    this.#keys.clear();
    this.#nets.clear();
    this.#ips.clear();
  }

  has(packet: Packet, directions: readonly ("src" | "dst")[]): boolean {
    const first = directions[0] === "src" ? packet.source : packet.destination;
    switch (this.type) {
      case "hash:ip":
        return this.#keys.has(first.ip.id);
      case "bitmap:port":
        return packet.icmp === undefined && this.#keys.has(first.port);
      case "hash:ip,port":
        return packet.icmp === undefined && this.#keys.has(serviceKey(packet.protocol, first));
      case "hash:ip,port,ip": {
        const other = directions[2] === "src" ? packet.source.ip : packet.destination.ip;
        return packet.icmp === undefined && this.#ips.get(serviceKey(packet.protocol, first))?.includes(other) === true;
      }
      case "hash:ip,port,net": {
        const other = directions[2] === "src" ? packet.source.ip : packet.destination.ip;
        return packet.icmp === undefined && this.#nets.get(serviceKey(packet.protocol, first))?.some((net) => inCidr(other, net)) === true;
      }
    }
  }

  #index(entry: IpSetEntry, by: 1 | -1): void {
    switch (entry.type) {
      case "hash:ip":
        countIn(this.#keys, entry.ip.id, by);
        break;
      case "bitmap:port":
        countIn(this.#keys, entry.port, by);
        break;
      case "hash:ip,port":
        countIn(this.#keys, serviceKey(entry.protocol, entry.address), by);
        break;
      case "hash:ip,port,ip":
        change(this.#ips, serviceKey(entry.protocol, entry.address), entry.ip, by, (a, b) => a === b);
        break;
      case "hash:ip,port,net":
        change(this.#nets, serviceKey(entry.protocol, entry.address), entry.net, by, (a, b) => a.text === b.text);
        break;
    }
  }
}

function countIn(counts: Map<number, number>, key: number, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function change<T>(lists: Map<number, T[]>, key: number, value: T, by: 1 | -1, isSame: (a: T, b: T) => boolean): void {
  const list = lists.get(key) ?? [];
  const after = by === 1 ? [...list, value] : list.filter((other) => !isSame(other, value));
  if (after.length > 0) lists.set(key, after);
  else lists.delete(key);
}

/** `10.96.0.1,tcp:443`, `10.96.0.1,tcp:443,10.244.1.0/24`, `30080`. */
export function printIpSetEntry(entry: IpSetEntry): string {
  switch (entry.type) {
    case "hash:ip":
      return entry.ip.text;
    case "bitmap:port":
      return `${entry.port}`;
    case "hash:ip,port":
      return `${entry.address.ip.text},${entry.protocol}:${entry.address.port}`;
    case "hash:ip,port,ip":
      return `${entry.address.ip.text},${entry.protocol}:${entry.address.port},${entry.ip.text}`;
    case "hash:ip,port,net":
      return `${entry.address.ip.text},${entry.protocol}:${entry.address.port},${printNet(entry.net)}`;
  }
}

function printNet(net: Cidr): string {
  return net.length === (net.family === 4 ? 32 : 128) ? net.text.slice(0, net.text.indexOf("/")) : net.text;
}

/** Bytes of the empty set and of one member, as the kernel counts them on a 64-bit machine. */
const setBytes: Readonly<Record<IpSetType, readonly [number, number]>> = {
  "hash:ip": [200, 48],
  "bitmap:port": [8264, 0],
  "hash:ip,port": [200, 64],
  "hash:ip,port,ip": [200, 64],
  "hash:ip,port,net": [456, 64],
};

const setRevision: Readonly<Record<IpSetType, number>> = {
  "hash:ip": 6,
  "bitmap:port": 3,
  "hash:ip,port": 7,
  "hash:ip,port,ip": 6,
  "hash:ip,port,net": 8,
};

/** @source ipset 7.17 on Linux 6.1: what a set was made with */
function headerOf(set: IpSet): string {
  if (set.type === "bitmap:port") return "range 0-65535";
  return `family ${set.family === 6 ? "inet6" : "inet"} hashsize 1024 maxelem 65536 bucketsize 12 initval 0x${seedOf(set.name)}`;
}

/** The kernel draws a hash's seed; here it follows from the name (FNV-1a). */
function seedOf(name: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/**
 * `ipset list [NAME]`. Members are sorted; the kernel has them in the order of its hash.
 * @param references how many iptables rules ask the set
 * @source ipset(8) 7.17, tried beside it
 */
export function printIpSets(sets: readonly IpSet[], references: (set: IpSet) => number): string {
  return sets
    .map((set) => {
      const [empty, one] = setBytes[set.type];
      const lines = [
        `Name: ${set.name}`,
        `Type: ${set.type}`,
        `Revision: ${setRevision[set.type]}`,
        `Header: ${headerOf(set)}`,
        `Size in memory: ${empty + one * set.size}`,
        `References: ${references(set)}`,
        `Number of entries: ${set.size}`,
        "Members:",
        ...set.members(),
      ];
      return `${lines.join("\n")}\n`;
    })
    .join("\n");
}

/** `ipset save [NAME]` */
export function saveIpSets(sets: readonly IpSet[]): string {
  const lines = sets.flatMap((set) => [
    `create ${set.name} ${set.type} ${headerOf(set)}`,
    ...set.members().map((member) => `add ${set.name} ${member}`),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}
