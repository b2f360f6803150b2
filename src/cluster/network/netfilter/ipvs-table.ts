import type { SocketAddress } from "../address.ts";
import type { ObjectName, Reason } from "../name.ts";
import type { Protocol } from "../protocol.ts";
import { IpvsStats } from "./ipvs-stats.ts";
import { serviceKey } from "./nft-rule.ts";

/** One place that a virtual server sends to. */
export interface IpvsDestination {
  readonly address: SocketAddress;
  /** 0: no new connections; it stays while old ones are alive. */
  weight: number;
  /** Given to whoever asks why it was chosen. */
  readonly because: Reason | undefined;
  readonly stats: IpvsStats;
}

/** One virtual address, protocol and port. @source ipvsadm(8) */
export interface IpvsService {
  readonly protocol: Protocol;
  readonly address: SocketAddress;
  /** Round robin: strict turns. */
  readonly scheduler: "rr";
  /** Seconds that a client stays with its destination; 0: not persistent. */
  readonly persistentSeconds: number;
  readonly object: ObjectName | undefined;
  /** Why it refuses when it has no destination. */
  readonly becauseEmpty: Reason | undefined;
  readonly destinations: IpvsDestination[];
  readonly stats: IpvsStats;
  /** The position of the one whose turn was last. */
  turn: number;
  /** Persistent clients: their destination and until when, by the id of their address. */
  readonly templates: Map<number, { readonly destination: IpvsDestination; expiresUs: number }>;
}

/** All virtual servers of one namespace. */
export class IpvsTable {
  #services = new Map<number, IpvsService>();
  /** Counts changes, for whoever shows or remembers the table. */
  revision = 0;

  /** Sorted by family, protocol, address and port, as `ipvsadm -L` lists them. */
  services(): readonly IpvsService[] {
    return [...this.#services.values()].sort(byProtocolAndAddress);
  }

  get isEmpty(): boolean {
    return this.#services.size === 0;
  }

  service(protocol: Protocol, address: SocketAddress): IpvsService | undefined {
    return this.#services.get(serviceKey(protocol, address));
  }

  /** Adds it, or changes what it is while its destinations stay. */
  setService(service: Pick<IpvsService, "protocol" | "address" | "persistentSeconds" | "object" | "becauseEmpty">): IpvsService {
    const key = serviceKey(service.protocol, service.address);
    const before = this.#services.get(key);
    const made: IpvsService = {
      ...service,
      scheduler: "rr",
      destinations: before?.destinations ?? [],
      turn: before?.turn ?? -1,
      templates: before?.templates ?? new Map(),
      stats: before?.stats ?? new IpvsStats(),
    };
    this.#services.set(key, made);
    this.revision++;
    return made;
  }

  deleteService(protocol: Protocol, address: SocketAddress): void {
    if (this.#services.delete(serviceKey(protocol, address))) this.revision++;
  }

  clear(): void {
    this.#services.clear();
    this.revision++;
  }
}

/** The next in turn that takes new connections; undefined when none does. @source net/netfilter/ipvs/ip_vs_rr.c, ip_vs_rr_schedule */
export function nextInTurn(service: IpvsService): { readonly destination: IpvsDestination; readonly position: number } | undefined {
  const count = service.destinations.length;
  for (let step = 1; step <= count; step++) {
    const position = (service.turn + step) % count;
    const destination = service.destinations[position] as IpvsDestination;
    if (destination.weight > 0) return { destination, position };
  }
  return undefined;
}

const protocolOrder: Readonly<Record<Protocol, number>> = { icmp: 1, tcp: 6, udp: 17, sctp: 132 };

function byProtocolAndAddress(a: IpvsService, b: IpvsService): number {
  return (
    a.address.ip.family - b.address.ip.family || protocolOrder[a.protocol] - protocolOrder[b.protocol] || byAddress(a.address, b.address)
  );
}

export function byAddress(a: SocketAddress, b: SocketAddress): number {
  for (let i = 0; i < a.ip.words.length; i++) {
    const difference = (a.ip.words[i] as number) - (b.ip.words[i] as number);
    if (difference !== 0) return difference;
  }
  return a.port - b.port;
}
