import { type Ip, inCidr } from "../address.ts";
import type { SocketBuffer } from "../interface.ts";
import { isIcmpError } from "../wire.ts";
import type { CompiledExtension, CompiledRule } from "./compile.ts";
import { DST_NAT } from "./conntrack-entry.ts";
import type { RecentLists } from "./recent.ts";
import type { PortRange } from "./rule.ts";
import type { PacketSet } from "./tables.ts";

/** What rules may ask of the namespace they are in, and how chance is decided. */
export interface MatchContext {
  isLocal(ip: Ip): boolean;
  readonly sets: ReadonlyMap<string, PacketSet>;
  readonly recent: RecentLists;
  nowUs(): number;
  /** One of `count` equal chances. */
  choose(count: number): number;
  /** Whether something of this probability, in units of 2^-31, comes true. */
  chance(probability: number): boolean;
  /** A trace looks and leaves everything as it was: `recent --set` sets nothing. */
  readonly isDry: boolean;
}

/** All conditions that a rule gives must hold; a negated one must not. @source iptables(8), "Parameters" */
export function matchesRule(rule: CompiledRule, buffer: SocketBuffer, context: MatchContext): boolean {
  const packet = buffer.packet;
  if (rule.protocol !== undefined && rule.protocol !== packet.protocol) return false;
  if (rule.source !== undefined && inCidr(packet.source.ip, rule.source) === rule.sourceNegated) return false;
  if (rule.destination !== undefined && inCidr(packet.destination.ip, rule.destination) === rule.destinationNegated) return false;
  if (rule.destinationPorts !== undefined && !inRange(packet.destination.port, rule.destinationPorts)) return false;
  if (rule.sourcePorts !== undefined && !inRange(packet.source.port, rule.sourcePorts)) return false;
  if (rule.inInterface !== undefined && isNamed(buffer.inInterface?.name, rule.inInterface) === rule.inNegated) return false;
  if (rule.outInterface !== undefined && isNamed(buffer.outInterface?.name, rule.outInterface) === rule.outNegated) return false;
  const extensions = rule.extensions;
  for (let i = 0; i < extensions.length; i++) {
    if (!matchesExtension(extensions[i] as CompiledExtension, buffer, context)) return false;
  }
  return true;
}

function inRange(port: number, range: PortRange): boolean {
  return port >= range.from && port <= range.to;
}

/** A name that ends in `+` stands for all that begin so. */
function isNamed(name: string | undefined, pattern: string): boolean {
  if (name === undefined) return false;
  return pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function matchesExtension(compiled: CompiledExtension, buffer: SocketBuffer, context: MatchContext): boolean {
  const extension = compiled.extension;
  switch (extension.type) {
    case "conntrack": {
      const holds = (buffer.state & compiled.states) !== 0 || (buffer.entry !== undefined && (buffer.entry.status & compiled.status) !== 0);
      return holds !== extension.negated;
    }
    case "mark":
      return ((buffer.mark & extension.mask) >>> 0 === extension.value) !== extension.negated;
    case "addrtype": {
      const ip = extension.side === "src" ? buffer.packet.source.ip : buffer.packet.destination.ip;
      return context.isLocal(ip) !== extension.negated;
    }
    case "statistic":
      return context.chance(extension.probability);
    case "recent":
      if (extension.command === "set") {
        if (!context.isDry) context.recent.set(extension.name, buffer.packet.source.ip, context.nowUs());
        return true;
      }
      if (extension.reap === true && !context.isDry) context.recent.reap(extension.name, extension.seconds ?? 0, context.nowUs());
      return context.recent.check(extension.name, buffer.packet.source.ip, extension.seconds ?? 0, context.nowUs());
    case "physdev":
      return extension.negated; // pods hang on veth pairs of their own, so nothing ever comes in by a bridge
    case "ipvs": {
      const { entry } = buffer; // IPVS has a connection only where it gave the packet a destination
      if (entry === undefined || (entry.status & DST_NAT) === 0) return false;
      return entry.protocol === extension.protocol && entry.origDestination === extension.address;
    }
    case "set": {
      const set = context.sets.get(extension.name);
      const holds = set !== undefined && !isIcmpError(buffer.packet) && set.has(buffer.packet, extension.directions);
      return holds !== extension.negated;
    }
  }
}
