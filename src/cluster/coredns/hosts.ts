import { absoluteName, addressOfReverseName, type DnsRecord, dnsResponse, isInZone } from "../protocols/dns.ts";
import { parseHosts } from "../protocols/resolv-conf.ts";
import type { Directive } from "./corefile.ts";
import type { Plugin } from "./plugin.ts";

export interface HostsOptions {
  readonly zones: readonly string[];
  readonly rows: readonly { readonly address: string; readonly names: readonly string[] }[];
  readonly ttl: number;
  readonly fallthrough: readonly string[] | undefined;
  readonly hasReverse: boolean;
}

/** `hosts [FILE [ZONES...]] { ADDRESS NAMES… ttl SECONDS no_reverse fallthrough [ZONES...] }` @source coredns plugin/hosts/setup.go */
export function hostsOptions(
  directive: Directive,
  serverZones: readonly string[],
  readFile: (path: string) => string | undefined,
): HostsOptions {
  const [file, ...zoneWords] = directive.args;
  const zones = (zoneWords.length > 0 ? zoneWords : serverZones).map((zone) => absoluteName(zone.toLowerCase()));
  const rows = [...parseHosts(readFile(file ?? "/etc/hosts") ?? "")];
  let ttl = 3600;
  let fallthrough: readonly string[] | undefined;
  let hasReverse = true;
  for (const { name, args } of directive.block) {
    if (name === "ttl") ttl = Number(args[0]) || ttl;
    else if (name === "fallthrough") fallthrough = args.length === 0 ? ["."] : args.map((zone) => absoluteName(zone.toLowerCase()));
    else if (name === "no_reverse") hasReverse = false;
    else if (name !== "reload") rows.push({ address: name, names: args });
  }
  return { zones, rows, ttl, fallthrough, hasReverse };
}

export function hostsPlugin(options: HostsOptions): Plugin {
  const { rows, ttl } = options;
  return (next) =>
    function* (query) {
      const { question, message } = query;
      const name = question.name.toLowerCase();
      const reverse = options.hasReverse ? addressOfReverseName(name) : undefined;
      if (reverse === undefined && !options.zones.some((zone) => isInZone(name, zone))) return yield* next(query);
      const records: DnsRecord[] = [];
      let isKnown = false;
      for (const row of rows) {
        if (reverse !== undefined && question.type === "PTR" && row.address === reverse) {
          isKnown = true;
          for (const target of row.names) records.push({ name: question.name, ttl, type: "PTR", target: absoluteName(target) });
        }
        if (!row.names.some((known) => absoluteName(known.toLowerCase()) === name)) continue;
        isKnown = true;
        const type = row.address.includes(":") ? "AAAA" : "A";
        if (question.type === type) records.push({ name: question.name, ttl, type, address: row.address });
      }
      if (!isKnown) {
        const passesOn = reverse !== undefined || options.fallthrough?.some((zone) => isInZone(name, zone)) === true;
        if (passesOn) return yield* next(query);
        return { ok: true, message: dnsResponse(message, { isAuthoritative: true, rcode: "NXDOMAIN" }) };
      }
      return { ok: true, message: dnsResponse(message, { isAuthoritative: true, answers: records }) };
    };
}
