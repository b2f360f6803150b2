import type { AddressBook, SocketAddress } from "../network/address.ts";
import { IpSet } from "../network/netfilter/ipset.ts";
import { IpvsStats } from "../network/netfilter/ipvs-stats.ts";
import type { IpvsDestination, IpvsTable } from "../network/netfilter/ipvs-table.ts";
import type { IptablesWriter, Rule, TableName } from "../network/netfilter/rule.ts";
import type { PacketSet } from "../network/netfilter/tables.ts";
import type { Protocol } from "../network/packet.ts";
import type { NodeFacts } from "./desired.ts";
import { type DesiredVirtualServer, type IpvsPortRules, type IpvsSetName, ipvsRules, ipvsSetName, ipvsSets } from "./ipvs.ts";
import { ipvsChains, writeIpvsEntries } from "./ipvs-iptables.ts";
import type { PortChange, Programmer } from "./programmer.ts";
import { sameValue } from "./same-value.ts";

/** The parts of the node that ipvs mode writes to. */
export interface IpvsKernel {
  readonly table: IpvsTable;
  readonly writer: IptablesWriter;
  /** Where `-m set` finds the sets. */
  readonly sets: Map<string, PacketSet>;
  /** Addresses of `kube-ipvs0`. */
  bind(ip: string): void;
  unbind(ip: string): void;
  bound(): readonly string[];
  /** Whether a connection of the virtual server still leads to the destination. */
  hasConnections(protocol: Protocol, service: SocketAddress, destination: SocketAddress): boolean;
}

/** Puts what is desired into IPVS, its sets and its few iptables rules. @source kubernetes pkg/proxy/ipvs/proxier.go */
export class IpvsProgrammer implements Programmer {
  readonly #kernel: IpvsKernel;
  readonly #book: AddressBook;
  #node: NodeFacts;
  #rules = new Map<string, IpvsPortRules>();
  #sets = new Map<IpvsSetName, IpSet>();
  #bound = new Map<string, number>();
  #written = new Map<string, readonly Rule[]>();
  /** Of the ports that have such: most have none. */
  #closedToNode = new Map<string, IpvsPortRules["closedToNode"]>();
  /** Virtual servers with a destination that waits for its connections to end. */
  #draining = new Map<string, Pick<DesiredVirtualServer, "protocol" | "address">>();

  constructor(kernel: IpvsKernel, book: AddressBook, node: NodeFacts) {
    this.#kernel = kernel;
    this.#book = book;
    this.#node = node;
  }

  start(node: NodeFacts): void {
    this.#node = node;
    this.#rules.clear();
    this.#bound.clear();
    this.#written.clear();
    this.#closedToNode.clear();
    for (const name of Object.keys(ipvsSets) as IpvsSetName[]) {
      const set = new IpSet(ipvsSetName(name, node.family), ipvsSets[name][0], node.family);
      this.#sets.set(name, set);
      this.#kernel.sets.set(set.name, set);
    }
    writeIpvsEntries(this.#kernel.writer, node);
    this.#writeChains();
  }

  apply(changes: readonly PortChange[]): void {
    for (const { key, desired } of changes) {
      const before = this.#rules.get(key);
      const after = desired === undefined ? undefined : ipvsRules(desired, this.#node, this.#book);
      for (const { set, entry } of after?.members ?? []) this.#sets.get(set)?.add(entry);
      for (const { set, entry } of before?.members ?? []) this.#sets.get(set)?.delete(entry);
      for (const ip of after?.bound ?? []) this.#count(ip, 1);
      for (const ip of before?.bound ?? []) this.#count(ip, -1);
      for (const server of after?.servers ?? []) this.#syncServer(server);
      for (const { protocol, address } of before?.servers ?? []) {
        const stays = after?.servers.some((server) => server.protocol === protocol && server.address === address) === true;
        if (!stays) this.#kernel.table.deleteService(protocol, address);
      }
      if (after === undefined) this.#rules.delete(key);
      else this.#rules.set(key, after);
      if (after === undefined || after.closedToNode.length === 0) this.#closedToNode.delete(key);
      else this.#closedToNode.set(key, after.closedToNode);
    }
    this.#writeChains();
    this.deleteDrained();
  }

  removeStale(): void {
    const wanted = new Set<string>();
    for (const rules of this.#rules.values()) for (const server of rules.servers) wanted.add(`${server.protocol} ${server.address.text}`);
    for (const service of this.#kernel.table.services()) {
      if (service.address.ip.family !== this.#node.family) continue;
      if (!wanted.has(`${service.protocol} ${service.address.text}`)) this.#kernel.table.deleteService(service.protocol, service.address);
    }
    for (const ip of this.#kernel.bound()) {
      if (this.#book.ip(ip).family === this.#node.family && !this.#bound.has(ip)) this.#kernel.unbind(ip);
    }
  }

  /** Deletes destinations of weight 0 whose last connection has ended. @source ipvs/graceful_termination.go, tryDeleteRs */
  deleteDrained(): void {
    for (const [key, { protocol, address }] of [...this.#draining]) {
      const destinations = this.#kernel.table.service(protocol, address)?.destinations ?? [];
      for (const destination of [...destinations]) {
        if (destination.weight > 0 || this.#kernel.hasConnections(protocol, address, destination.address)) continue;
        destinations.splice(destinations.indexOf(destination), 1);
        this.#kernel.table.revision++;
      }
      if (destinations.every((destination) => destination.weight > 0)) this.#draining.delete(key);
    }
  }

  /** Whether some destination waits for its connections to end. */
  get isDraining(): boolean {
    return this.#draining.size > 0;
  }

  #syncServer(wanted: DesiredVirtualServer): void {
    const { protocol, address } = wanted;
    const known = this.#kernel.table.service(protocol, address);
    const isSame = known !== undefined && known.persistentSeconds === wanted.persistentSeconds && known.object === wanted.object;
    const service = isSame ? known : this.#kernel.table.setService(wanted);
    const before = new Map(service.destinations.map((destination) => [destination.address, destination]));
    const whose = service.destinations[service.turn]?.address;
    const after: IpvsDestination[] = wanted.destinations.map(({ address: to, because }) => ({
      address: to,
      because,
      weight: 1,
      stats: before.get(to)?.stats ?? new IpvsStats(),
    }));
    const wantedAddresses = new Set(wanted.destinations.map((destination) => destination.address));
    for (const [to, destination] of before) {
      if (wantedAddresses.has(to)) continue;
      // UDP and SCTP have no graceful end: what sends on is balanced anew.
      const waits = protocol === "tcp" && this.#kernel.hasConnections(protocol, address, to);
      if (!waits) continue;
      after.push({ ...destination, weight: 0 });
      this.#draining.set(`${protocol} ${address.text}`, { protocol, address });
    }
    for (const template of [...service.templates]) {
      const kept = after.find((destination) => destination.address === template[1].destination.address && destination.weight > 0);
      if (kept === undefined) service.templates.delete(template[0]);
      else service.templates.set(template[0], { destination: kept, expiresUs: template[1].expiresUs });
    }
    service.destinations.splice(0, service.destinations.length, ...after);
    // Whose turn it was stays known, so that the next one follows it.
    service.turn = after.findIndex((destination) => destination.address === whose);
    this.#kernel.table.revision++;
  }

  #count(ip: string, by: 1 | -1): void {
    const count = (this.#bound.get(ip) ?? 0) + by;
    if (count > 0) {
      this.#bound.set(ip, count);
      if (count === by) this.#kernel.bind(ip);
    } else {
      this.#bound.delete(ip);
      this.#kernel.unbind(ip);
    }
  }

  #writeChains(): void {
    const closedToNode = [...this.#closedToNode.keys()].sort().flatMap((key) => this.#closedToNode.get(key) ?? []);
    const chains = ipvsChains({ node: this.#node, isFilled: (set) => (this.#sets.get(set)?.size ?? 0) > 0, closedToNode });
    for (const { table, name, rules } of chains) this.#writeChain(table, name, rules);
  }

  #writeChain(table: TableName, name: string, rules: readonly Rule[]): void {
    const key = `${table}/${name}`;
    // All chains are restored at every sync: their counters begin anew.
    if (sameValue(this.#written.get(key), rules)) return this.#kernel.writer.zeroChain(table, name);
    this.#written.set(key, rules);
    this.#kernel.writer.setChain(table, name, rules);
  }
}
