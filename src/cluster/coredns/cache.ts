import type { DnsMessage, DnsRecord } from "../protocols/dns.ts";
import { absoluteName, isInZone } from "../protocols/dns.ts";
import type { Directive } from "./corefile.ts";
import type { Plugin, PluginContext, Query } from "./plugin.ts";

export interface CacheOptions {
  readonly zones: readonly string[];
  readonly positive: CacheLimits;
  readonly negative: CacheLimits;
  readonly servfailSeconds: number;
}

interface CacheLimits {
  readonly maximumSeconds: number;
  readonly minimumSeconds: number;
  readonly disabledZones: readonly string[];
}

/** `cache [TTL] [ZONES...] { success … denial … disable success|denial [ZONES...] servfail … }` @source coredns plugin/cache/setup.go */
export function cacheOptions(directive: Directive, serverZones: readonly string[]): CacheOptions | string {
  const [first, ...others] = directive.args;
  const ttl = first !== undefined && /^\d+$/.test(first) ? Number(first) : undefined;
  const zoneWords = ttl === undefined ? directive.args : others;
  const zones = (zoneWords.length > 0 ? zoneWords : serverZones).map((zone) => absoluteName(zone.toLowerCase()));
  let positive: CacheLimits = { maximumSeconds: ttl ?? 3600, minimumSeconds: 5, disabledZones: [] };
  let negative: CacheLimits = { maximumSeconds: ttl ?? 1800, minimumSeconds: 5, disabledZones: [] };
  let servfailSeconds = 5;
  for (const { name, args, line } of directive.block) {
    switch (name) {
      case "success":
      case "denial": {
        const old = name === "success" ? positive : negative;
        const limits = {
          ...old,
          maximumSeconds: Number(args[1] ?? old.maximumSeconds),
          minimumSeconds: Number(args[2] ?? old.minimumSeconds),
        };
        if (name === "success") positive = limits;
        else negative = limits;
        break;
      }
      case "disable": {
        const disabledZones = args.length > 1 ? args.slice(1).map((zone) => absoluteName(zone.toLowerCase())) : ["."];
        if (args[0] === "success") positive = { ...positive, disabledZones };
        else if (args[0] === "denial") negative = { ...negative, disabledZones };
        else return `Corefile:${line} - Error during parsing: cache type for disable must be "success" or "denial"`;
        break;
      }
      case "servfail":
        servfailSeconds = Number(/^(\d+)s?$/.exec(args[0] ?? "")?.[1] ?? 5);
        break;
      case "prefetch":
      case "serve_stale":
      case "keepttl":
        break;
      default:
        return `Corefile:${line} - Error during parsing: Wrong argument count or unexpected line ending after '${name}'`;
    }
  }
  return { zones, positive, negative, servfailSeconds };
}

interface Entry {
  readonly message: DnsMessage;
  readonly storedUs: number;
  readonly seconds: number;
}

const entriesMax = 9984;

/** Answers are kept as long as their shortest TTL allows, within the limits; their TTLs count down. @source coredns plugin/cache/cache.go, item.go */
export function cachePlugin(context: PluginContext, options: CacheOptions): Plugin {
  const { sys, metrics } = context;
  const entries = new Map<string, Entry>();
  return (next) =>
    function* (query) {
      const name = query.question.name.toLowerCase();
      if (!options.zones.some((zone) => isInZone(name, zone))) return yield* next(query);
      const key = `${name} ${query.question.type} ${query.message.edns?.isDnssecOk === true}`;
      const known = entries.get(key);
      if (known !== undefined) {
        const ageSeconds = Math.floor((sys.nowUs() - known.storedUs) / 1_000_000);
        if (ageSeconds < known.seconds) {
          metrics.cacheHits++;
          return { ok: true, message: fromCache(known, query, known.seconds - ageSeconds) };
        }
        entries.delete(key);
      }
      metrics.cacheMisses++;
      const reply = yield* next(query);
      if (!reply.ok) return reply;
      const seconds = secondsToKeep(options, name, reply.message);
      if (seconds === undefined) return reply;
      if (entries.size >= entriesMax) entries.delete(entries.keys().next().value as string);
      const entry = { message: reply.message, storedUs: sys.nowUs(), seconds };
      if (seconds > 0) entries.set(key, entry);
      return { ok: true, message: fromCache(entry, query, seconds) };
    };
}

/** undefined: it may not be kept and goes out with its own TTLs. */
function secondsToKeep(options: CacheOptions, name: string, message: DnsMessage): number | undefined {
  const isTransfer = message.isTruncated || message.rcode === "REFUSED" || message.rcode === "FORMERR" || message.rcode === "NOTIMP";
  if (isTransfer) return undefined;
  if (message.rcode === "SERVFAIL") return options.servfailSeconds;
  const isNegative = message.rcode === "NXDOMAIN" || message.answers.length === 0;
  if (isNegative && message.authority.length === 0) return undefined; // no SOA, so nobody says for how long
  const limits = isNegative ? options.negative : options.positive;
  if (limits.disabledZones.some((zone) => isInZone(name, zone))) return undefined;
  const ttls = [...message.answers, ...message.authority, ...message.additional].map((record) => record.ttl);
  const shortest = ttls.reduce((a, b) => Math.min(a, b), limits.maximumSeconds);
  return Math.max(Math.min(shortest, limits.maximumSeconds), limits.minimumSeconds);
}

function fromCache(entry: Entry, query: Query, ttl: number): DnsMessage {
  const aged = (records: readonly DnsRecord[]): readonly DnsRecord[] => records.map((record) => ({ ...record, ttl }));
  const { message } = entry;
  return {
    ...message,
    id: query.message.id,
    questions: [query.question],
    edns: query.message.edns,
    answers: aged(message.answers),
    authority: aged(message.authority),
    additional: aged(message.additional),
  };
}
