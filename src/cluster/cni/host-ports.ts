import { parseCidr, parseIp } from "../network/address.ts";
import type { Extension, IptablesWriter, Match, Rule, Target } from "../network/netfilter/rule.ts";
import type { Netns } from "../network/netns.ts";
import type { Simulation } from "../sim/simulation.ts";

/** A container port that the node lends its addresses to. */
export interface HostPort {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly hostPort: number;
  readonly containerPort: number;
  /** Only on this address of the node; undefined or unspecified: on all. */
  readonly hostIp?: string;
}

interface Mapping {
  readonly chain: string;
  readonly sandboxId: string;
  readonly ips: readonly string[];
  readonly ports: readonly HostPort[];
}

const dnatChain = "CNI-HOSTPORT-DNAT";
const markChain = "CNI-HOSTPORT-SETMARK";
const masqueradeChain = "CNI-HOSTPORT-MASQ";
const markBit = 0x2000;

/**
 * `hostPort` by rules: a chain for each pod that has one, entered for the node's own addresses.
 * @source containernetworking/plugins, plugins/meta/portmap/portmap_iptables.go
 */
export class HostPorts {
  readonly #netns: Netns;
  readonly #simulation: Simulation;
  readonly #mappings = new Map<string, Mapping>();

  constructor(netns: Netns, simulation: Simulation) {
    this.#netns = netns;
    this.#simulation = simulation;
  }

  /** `place` as hops name the pod: `pod/default/web`. */
  add(place: string, ips: readonly string[], ports: readonly HostPort[]): void {
    if (ports.length === 0) return;
    const random = this.#simulation.random(`hostPort/${place}`);
    let hex = "";
    while (hex.length < 64) hex += random.uint32().toString(16).padStart(8, "0");
    this.#mappings.set(place, { chain: `CNI-DN-${hex.slice(0, 21)}`, sandboxId: hex, ips, ports });
    this.write();
  }

  remove(place: string): void {
    const gone = this.#mappings.get(place);
    if (gone === undefined) return;
    this.#mappings.delete(place);
    this.write();
    for (const family of [4, 6] as const) this.#netns.netfilter.tablesOf(family).deleteChain("nat", gone.chain);
  }

  /** All rules anew: at each change, and when the node has booted. */
  write(): void {
    for (const family of [4, 6] as const) {
      const isUsed = [...this.#mappings.values()].some(({ ips }) => ips.some((ip) => parseIp(ip)?.family === family));
      const tables = this.#netns.netfilter.tablesOf(family);
      if (isUsed || tables.chain("nat", dnatChain) !== undefined) this.#writeFamily(tables, family);
    }
  }

  #writeFamily(tables: IptablesWriter, family: 4 | 6): void {
    const entries: Rule[] = [];
    for (const [place, mapping] of [...this.#mappings].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const ip = mapping.ips.find((one) => parseIp(one)?.family === family);
      if (ip === undefined) continue;
      const comment: Extension = { type: "comment", text: `dnat name: "kindnet" id: "${mapping.sandboxId}"` };
      for (const port of mapping.ports) {
        entries.push(
          rule({ protocol: port.protocol, extensions: [comment, portsOf(port)] }, { type: "jump", chain: mapping.chain }, place),
        );
      }
      tables.setChain("nat", mapping.chain, this.#podRules(place, ip, mapping.ports, family));
    }
    tables.setChain("nat", markChain, [
      rule(
        { extensions: [{ type: "comment", text: "CNI portfwd masquerade mark" }] },
        { type: "mark", value: markBit, mask: markBit },
        undefined,
      ),
    ]);
    tables.setChain("nat", masqueradeChain, [
      {
        match: { extensions: [{ type: "mark", value: markBit, mask: markBit, negated: false }] },
        target: { type: "masquerade", randomFully: false },
        object: undefined,
        because: { code: "cni-host-port-masquerade", args: {} },
      },
    ]);
    tables.setChain("nat", dnatChain, entries);
    const toLocal: Extension = { type: "addrtype", side: "dst", is: "LOCAL", negated: false };
    for (const chain of ["PREROUTING", "OUTPUT"]) this.#jump(tables, chain, dnatChain, [toLocal]);
    this.#jump(tables, "POSTROUTING", masqueradeChain, [{ type: "comment", text: "CNI portfwd requiring masquerade" }]);
  }

  /** The pod's own calls to its host port, and those from the node's loopback, must come back by the node. */
  #podRules(place: string, ip: string, ports: readonly HostPort[], family: 4 | 6): readonly Rule[] {
    const rules: Rule[] = [];
    for (const port of ports) {
      const hostIp =
        port.hostIp === undefined || port.hostIp === "0.0.0.0" || port.hostIp === "::" || port.hostIp === "" ? undefined : port.hostIp;
      if (hostIp !== undefined && parseIp(hostIp)?.family !== family) continue;
      const at = hostIp === undefined ? undefined : parseCidr(hostIp);
      const match: Match = {
        ...(at === undefined ? {} : { destination: { cidr: at, negated: false } }),
        protocol: port.protocol,
        extensions: [portsOf(port)],
      };
      for (const from of family === 4 ? [ip, "127.0.0.1"] : [ip]) {
        const cidr = parseCidr(from);
        if (cidr !== undefined) rules.push(rule({ ...match, source: { cidr, negated: false } }, { type: "jump", chain: markChain }, place));
      }
      const { book } = this.#netns;
      rules.push({
        match,
        target: { type: "dnat", to: book.socket(book.ip(ip), port.containerPort) },
        object: place,
        because: { code: "cni-host-port", args: { pod: place.replace(/^pod\//, ""), hostPort: port.hostPort, port: port.containerPort } },
      });
    }
    return rules;
  }

  #jump(tables: IptablesWriter, from: string, to: string, extensions: readonly Extension[]): void {
    const isThere = tables.chain("nat", from)?.rules.some(({ target }) => target.type === "jump" && target.chain === to) ?? false;
    if (!isThere) tables.appendRule("nat", from, rule({ extensions }, { type: "jump", chain: to }, undefined));
  }
}

function portsOf({ protocol, hostPort }: HostPort): Extension {
  return { type: "ports", protocol, destinationPorts: { from: hostPort, to: hostPort } };
}

function rule(match: Match, target: Target, object: string | undefined): Rule {
  return { match, target, object, because: undefined };
}
