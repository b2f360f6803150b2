import { absoluteName, type DnsMessage, type DnsRecord, type DnsType, dnsQuery } from "./dns.ts";
import { type DnsFailure, type DnsSystem, exchange } from "./dns-client.ts";
import type { Step } from "./duplex.ts";
import { parseHosts, parseResolvConf, type ResolvConf } from "./resolv-conf.ts";

/** What looking a name up needs of a machine. */
export interface ResolverSystem<A> extends DnsSystem<A> {
  readonly random: { below(bound: number): number };
  readonly files: { read(path: string): { readonly ok: true; readonly value: string } | { readonly ok: false } };
}

export type Libc = "glibc" | "musl";
export type AddressFamily = 4 | 6;

export interface ResolvedHost {
  /** The last name of the CNAME chain, without its dot. */
  readonly canonicalName: string;
  readonly addresses: readonly { readonly family: AddressFamily; readonly ip: string }[];
}

/** getaddrinfo's error names: NONAME "Name or service not known", NODATA "No address associated with hostname", AGAIN "Temporary failure in name resolution". */
export type ResolveError = "NONAME" | "NODATA" | "AGAIN" | "FAIL";
export type ResolveResult = { readonly ok: true; readonly host: ResolvedHost } | { readonly ok: false; readonly error: ResolveError };

/** Alpine's machines carry musl's loader; everything else here is glibc or behaves like it. */
export function libcOf(files: { status(path: string): { readonly ok: boolean } }): Libc {
  return files.status("/lib/ld-musl-x86_64.so.1").ok ? "musl" : "glibc";
}

export function readResolvConf<A>(system: ResolverSystem<A>): ResolvConf {
  const file = system.files.read("/etc/resolv.conf");
  return parseResolvConf(file.ok ? file.value : "");
}

/** The line of /etc/hosts that has the name: it is asked before DNS. */
export function lookUpHosts<A>(system: ResolverSystem<A>, name: string, families: readonly AddressFamily[]): ResolvedHost | undefined {
  const file = system.files.read("/etc/hosts");
  if (!file.ok) return undefined;
  const wanted = name.toLowerCase().replace(/\.$/, "");
  const rows = parseHosts(file.value).filter((row) => row.names.some((known) => known.toLowerCase() === wanted));
  const addresses = rows.map((row) => ({ family: (row.address.includes(":") ? 6 : 4) as AddressFamily, ip: row.address }));
  const fitting = addresses.filter((address) => families.includes(address.family));
  if (fitting.length === 0) return undefined;
  return { canonicalName: rows[0]?.names[0] ?? name, addresses: fitting };
}

/**
 * The names that are asked in turn.
 * @source resolv.conf(5), ndots; glibc res_query.c; musl src/network/lookup_name.c: with enough dots musl never uses the search list
 */
export function candidateNames(name: string, conf: ResolvConf, libc: Libc): readonly string[] {
  if (name.endsWith(".")) return [name];
  const dots = name.split(".").length - 1;
  const asItIs = `${name}.`;
  const searched = conf.search.map((suffix) => (suffix === "." ? asItIs : absoluteName(`${name}.${suffix}`)));
  if (dots < conf.ndots) return [...searched, asItIs];
  return libc === "musl" ? [asItIs] : [asItIs, ...searched];
}

/** getaddrinfo: /etc/hosts, then DNS by the search list, A and AAAA for each candidate; the first name with data wins. */
export function* resolveHost<A>(
  system: ResolverSystem<A>,
  name: string,
  options: { readonly libc: Libc; readonly families?: readonly AddressFamily[] },
): Step<ResolveResult> {
  const families = options.families ?? [4, 6];
  const inFile = lookUpHosts(system, name, families);
  if (inFile !== undefined) return { ok: true, host: inFile };
  const conf = readResolvConf(system);
  return options.libc === "musl" ? yield* resolveByMusl(system, name, conf, families) : yield* resolveByGlibc(system, name, conf, families);
}

/** @source glibc resolv/res_query.c, __res_context_search: NXDOMAIN, NODATA and SERVFAIL go on; a time-out ends the list but the plain name is still tried */
function* resolveByGlibc<A>(
  system: ResolverSystem<A>,
  name: string,
  conf: ResolvConf,
  families: readonly AddressFamily[],
): Step<ResolveResult> {
  const candidates = candidateNames(name, conf, "glibc");
  const asItIs = absoluteName(name);
  let sawNoData = false;
  let sawTrouble = false;
  let index = 0;
  while (index < candidates.length) {
    const candidate = candidates[index] as string;
    const answer = yield* askServersInTurn(system, candidate, typesOf(families), conf);
    if (!answer.ok) {
      if (answer.error === "refused" || candidate === asItIs) return { ok: false, error: "AGAIN" };
      const plainAt = candidates.indexOf(asItIs);
      sawTrouble = true;
      if (plainAt <= index) break; // the plain name was tried already
      index = plainAt;
      continue;
    }
    const host = hostOf(candidate, answer.messages);
    if (host.addresses.length > 0) return { ok: true, host };
    if (answer.messages.some((message) => message.rcode === "SERVFAIL" || message.rcode === "REFUSED")) sawTrouble = true;
    else if (answer.messages.some((message) => message.rcode === "NOERROR")) sawNoData = true;
    index++;
  }
  return { ok: false, error: sawNoData ? "NODATA" : sawTrouble ? "AGAIN" : "NONAME" };
}

/** @source musl src/network/lookup_name.c and res_msend.c: every nameserver at once; anything but NXDOMAIN ends the search */
function* resolveByMusl<A>(
  system: ResolverSystem<A>,
  name: string,
  conf: ResolvConf,
  families: readonly AddressFamily[],
): Step<ResolveResult> {
  for (const candidate of candidateNames(name, conf, "musl")) {
    const answer = yield* askServersAtOnce(system, candidate, typesOf(families), conf);
    if (!answer.ok || answer.messages.some((message) => message.rcode === "SERVFAIL")) return { ok: false, error: "AGAIN" };
    const host = hostOf(candidate, answer.messages);
    if (host.addresses.length > 0) return { ok: true, host };
    if (answer.messages.every((message) => message.rcode !== "NXDOMAIN")) return { ok: false, error: "NODATA" };
  }
  return { ok: false, error: "NONAME" };
}

function typesOf(families: readonly AddressFamily[]): readonly DnsType[] {
  return families.map((family) => (family === 4 ? "A" : "AAAA"));
}

export type AskResult =
  | { readonly ok: true; readonly messages: readonly DnsMessage[]; readonly server: string }
  | { readonly ok: false; readonly error: DnsFailure };

/** One name, several types: each server in turn, each round again up to `attempts`. @source glibc resolv/res_send.c */
export function* askServersInTurn<A>(
  system: ResolverSystem<A>,
  name: string,
  types: readonly DnsType[],
  conf: ResolvConf,
): Step<AskResult> {
  let error: DnsFailure = "timeout";
  let servfail: AskResult | undefined;
  for (let attempt = 0; attempt < conf.attempts; attempt++) {
    for (const [index, server] of conf.nameservers.entries()) {
      const seconds =
        index === 0 ? conf.timeoutSeconds : Math.max(1, Math.floor((conf.timeoutSeconds * 2 ** index) / conf.nameservers.length));
      const queries = types.map((type) => dnsQuery(system.random.below(65536), { name, type }));
      const result = yield* exchange(system, [{ ip: server, port: 53 }], queries, { timeoutUs: seconds * 1_000_000, useTcp: conf.usesTcp });
      if (result.ok) {
        const isServfail = result.messages.some((message) => message.rcode === "SERVFAIL" || message.rcode === "REFUSED");
        const answer: AskResult = { ok: true, messages: result.messages, server };
        if (!isServfail) return answer;
        servfail = answer;
        continue;
      }
      error = result.error;
    }
    if (servfail !== undefined) return servfail;
    if (error === "refused") break;
  }
  return { ok: false, error };
}

/** @source musl src/network/res_msend.c: the time-out is for all attempts together, so each waits its share */
function* askServersAtOnce<A>(system: ResolverSystem<A>, name: string, types: readonly DnsType[], conf: ResolvConf): Step<AskResult> {
  const servers = conf.nameservers.map((ip) => ({ ip, port: 53 }));
  const timeoutUs = Math.floor((conf.timeoutSeconds * 1_000_000) / conf.attempts);
  let error: DnsFailure = "timeout";
  for (let attempt = 0; attempt < conf.attempts; attempt++) {
    const queries = types.map((type) => dnsQuery(system.random.below(65536), { name, type }));
    const result = yield* exchange(system, servers, queries, { timeoutUs });
    if (result.ok) return { ok: true, messages: result.messages, server: conf.nameservers[0] as string };
    error = result.error;
  }
  return { ok: false, error };
}

/** Addresses of all answers, along the CNAME chain; IPv4 before IPv6, as the answers come. */
export function hostOf(name: string, messages: readonly DnsMessage[]): ResolvedHost {
  const addresses: { family: AddressFamily; ip: string }[] = [];
  let canonical = name;
  for (const message of messages) {
    canonical = endOfChain(name, message.answers);
    for (const record of message.answers) {
      if (record.type === "A") addresses.push({ family: 4, ip: record.address });
      else if (record.type === "AAAA") addresses.push({ family: 6, ip: record.address });
    }
    if (addresses.length > 0) break;
  }
  for (const message of messages) {
    for (const record of message.answers) {
      if (record.type === "AAAA" && !addresses.some((known) => known.ip === record.address))
        addresses.push({ family: 6, ip: record.address });
    }
  }
  return { canonicalName: canonical.replace(/\.$/, ""), addresses };
}

/** The last name of the CNAME chain that begins at `name`. */
export function endOfChain(name: string, answers: readonly DnsRecord[]): string {
  let at = name;
  for (let hops = 0; hops < 16; hops++) {
    const next = answers.find((record) => record.type === "CNAME" && record.name.toLowerCase() === at.toLowerCase());
    if (next?.type !== "CNAME") return at;
    at = next.target;
  }
  return at;
}
