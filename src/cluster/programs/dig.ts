import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { absoluteName, type DnsMessage, type DnsType, dnsTypes, messageSize, recordData, reverseName } from "../protocols/dns.ts";
import { ctimeUtc } from "../protocols/http-date.ts";
import { readResolvConf } from "../protocols/resolver.ts";
import { bindVersion, type DnsServer, drawCookie, type LookupResult, lookUp, serverByName } from "./dns-lookup.ts";
import { printHeader, printQuestion, printRecord, type RecordStyle } from "./dns-text.ts";

interface DigLookup {
  readonly name: string;
  readonly isReverse: boolean;
  type: DnsType;
  hasType: boolean;
  readonly settings: DigSettings;
}

interface DigSettings {
  server: string | undefined;
  port: number;
  sourcePort: number | undefined;
  cmd: boolean;
  comments: boolean;
  question: boolean;
  answer: boolean;
  authority: boolean;
  additional: boolean;
  stats: boolean;
  short: boolean;
  search: boolean;
  showSearch: boolean;
  recurse: boolean;
  ad: boolean;
  edns: boolean;
  cookie: boolean;
  dnssec: boolean;
  tcp: boolean;
  ignore: boolean;
  identify: boolean;
  trace: boolean;
  showQuery: boolean;
  showTtl: boolean;
  showClass: boolean;
  ttlUnits: boolean;
  multiline: boolean;
  bufferSize: number;
  timeoutSeconds: number;
  tries: number;
  ndots: number | undefined;
  domain: string | undefined;
}

const defaults: DigSettings = {
  server: undefined,
  port: 53,
  sourcePort: undefined,
  cmd: true,
  comments: true,
  question: true,
  answer: true,
  authority: true,
  additional: true,
  stats: true,
  short: false,
  search: false,
  showSearch: false,
  recurse: true,
  ad: false,
  edns: true,
  cookie: true,
  dnssec: false,
  tcp: false,
  ignore: false,
  identify: false,
  trace: false,
  showQuery: false,
  showTtl: true,
  showClass: true,
  ttlUnits: false,
  multiline: false,
  bufferSize: 1232,
  timeoutSeconds: 5,
  tries: 3,
  ndots: undefined,
  domain: undefined,
};

const usage = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`;

type BooleanSetting = keyof { [K in keyof DigSettings as DigSettings[K] extends boolean ? K : never]: true };

/** `+name` settings that are on or off. Unique prefixes count. @source dig(1) 9.18 */
const switches: Readonly<Record<string, BooleanSetting | "all" | "none">> = {
  cmd: "cmd",
  comments: "comments",
  question: "question",
  answer: "answer",
  authority: "authority",
  additional: "additional",
  stats: "stats",
  short: "short",
  search: "search",
  defname: "search",
  showsearch: "showSearch",
  recurse: "recurse",
  rdflag: "recurse",
  adflag: "ad",
  cookie: "cookie",
  dnssec: "dnssec",
  tcp: "tcp",
  vc: "tcp",
  ignore: "ignore",
  identify: "identify",
  qr: "showQuery",
  ttlid: "showTtl",
  class: "showClass",
  ttlunits: "ttlUnits",
  multiline: "multiline",
  all: "all",
  aaonly: "none",
  aaflag: "none",
  cdflag: "none",
  crypto: "none",
  badcookie: "none",
  besteffort: "none",
  expire: "none",
  fail: "none",
  idnin: "none",
  idnout: "none",
  keepopen: "none",
  mapped: "none",
  nsid: "none",
  onesoa: "none",
  raflag: "none",
  rrcomments: "none",
  sit: "none",
  subnet: "none",
  tcflag: "none",
  trace: "trace",
  unexpected: "none",
  unknownformat: "none",
  zflag: "none",
  keepalive: "none",
  opcode: "none",
  dns64prefix: "none",
  nssearch: "none",
};

/** `dig [@server] [-b address] [-t type] [-x addr] [name] [type] [queryopt...]` @source dig(1) of bind9 9.18, tried beside it */
export function* runDig(sys: Sys): Program {
  const args = sys.args.slice(1);
  const initial: DigSettings = { ...defaults };
  const lookups: DigLookup[] = [];
  let pendingType: DnsType | undefined;
  let current: DigLookup | undefined;
  const settings = (): DigSettings => current?.settings ?? initial;
  const warnings: string[] = [];
  const begin = (name: string, isReverse: boolean, type?: DnsType): void => {
    const lookup: DigLookup = {
      name,
      isReverse,
      type: type ?? pendingType ?? "A",
      hasType: pendingType !== undefined,
      settings: { ...initial },
    };
    lookups.push(lookup);
    current = lookup;
  };
  const setType = (type: DnsType): void => {
    if (current === undefined) pendingType = type;
    else {
      if (current.hasType) warnings.push(";; Warning, extra type option\n");
      current.type = type;
      current.hasType = true;
    }
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const value = (): string | undefined => (arg.length > 2 ? arg.slice(2) : args[++i]);
    if (arg.startsWith("@")) settings().server = arg.slice(1);
    else if (arg.startsWith("+")) {
      const problem = applyOption(settings(), arg.slice(1));
      if (problem !== undefined) {
        yield* sys.err(`${problem}\n${usage}`);
        return 1;
      }
    } else if (/^-[xtcpbqkyf]/.test(arg)) {
      const given = value();
      if (given === undefined) {
        yield* sys.err(`Invalid option: ${arg}\n${usage}`);
        return 1;
      }
      switch (arg.charAt(1)) {
        case "x": {
          const parsed = parseIp(given);
          if (parsed === undefined) {
            yield* sys.err(`Invalid IP address ${given}\n`);
            return 1;
          }
          begin(reverseName(parsed.family, parsed.words), true, "PTR");
          break;
        }
        case "t": {
          const type = typeOf(given);
          if (type === undefined) warnings.push(`;; Warning, ignoring invalid type ${given}\n`);
          else setType(type);
          break;
        }
        case "p":
          settings().port = Number(given);
          break;
        case "q":
          begin(given, false);
          break;
        case "b": {
          const hash = given.indexOf("#");
          if (hash >= 0) settings().sourcePort = Number(given.slice(hash + 1));
          break;
        }
      }
    } else if (arg === "-v") {
      yield* sys.err(`DiG ${bindVersion}\n`);
      return 0;
    } else if (arg === "-h") {
      yield* sys.out(usage);
      return 0;
    } else if (/^-[46umri]+$/.test(arg)) continue;
    else if (arg.startsWith("-")) {
      yield* sys.err(`Invalid option: ${arg}\n${usage}`);
      return 1;
    } else {
      const type = typeOf(arg);
      if (type !== undefined) setType(type);
      else if (!/^(in|ch|hs|any)$/i.test(arg)) begin(arg, false);
    }
  }
  if (lookups.length === 0) begin(".", false, pendingType ?? "NS");
  for (const warning of warnings) yield* sys.out(warning);
  let exit = 0;
  for (const [index, lookup] of lookups.entries()) {
    const asked = lookup.settings.trace ? rootLookup(lookup) : lookup;
    const status = yield* runLookup(sys, asked, index === 0 ? args : undefined);
    if (status !== 0) exit = status;
  }
  return exit;
}

function typeOf(word: string): DnsType | undefined {
  const upper = word.toUpperCase();
  return dnsTypes.find((type) => type === upper);
}

function applyOption(settings: DigSettings, option: string): string | undefined {
  const equals = option.indexOf("=");
  const given = (equals < 0 ? option : option.slice(0, equals)).toLowerCase();
  const value = equals < 0 ? undefined : option.slice(equals + 1);
  const isOff = given.startsWith("no") && given !== "notcp" ? true : given === "notcp";
  const name = isOff ? given.slice(2) : given;
  const number = Number(value);
  switch (name) {
    case "time":
    case "timeout":
      settings.timeoutSeconds = isOff ? 5 : Math.max(1, number || 1);
      return undefined;
    case "tries":
      settings.tries = isOff ? 3 : Math.max(1, number || 1);
      return undefined;
    case "retry":
      settings.tries = isOff ? 3 : Math.max(1, (number || 0) + 1);
      return undefined;
    case "bufsize":
      settings.bufferSize = isOff ? 0 : number || 1232;
      return undefined;
    case "edns":
    case "ednsflags":
    case "ednsopt":
    case "ednsnegotiation":
      if (name === "edns") settings.edns = !isOff;
      return undefined;
    case "ndots":
      settings.ndots = isOff ? undefined : number || 0;
      return undefined;
    case "domain":
      settings.domain = value;
      settings.search = true;
      return undefined;
    case "padding":
    case "split":
      return undefined;
  }
  const exact = switches[name];
  const candidates = exact !== undefined ? [name] : Object.keys(switches).filter((known) => name !== "" && known.startsWith(name));
  const chosen = candidates[0];
  if (chosen === undefined) return `Invalid option: +${option}`;
  const target = switches[chosen] as BooleanSetting | "all" | "none";
  if (target === "all") {
    for (const part of ["cmd", "comments", "question", "answer", "authority", "additional", "stats"] as const) settings[part] = !isOff;
  } else if (target === "short") {
    settings.short = !isOff;
    if (!isOff) for (const part of ["cmd", "comments", "question", "authority", "additional", "stats"] as const) settings[part] = false;
  } else if (target === "trace") {
    settings.trace = !isOff;
    if (!isOff) Object.assign(settings, traceSettings);
  } else if (target !== "none") settings[target] = !isOff;
  return undefined;
}

/** What `+trace` turns on and off. @source bind9 9.18 bin/dig/dig.c, plus_option */
const traceSettings: Partial<DigSettings> = {
  recurse: false,
  identify: true,
  comments: false,
  stats: false,
  additional: false,
  authority: true,
  question: false,
  dnssec: true,
  cookie: true,
  search: false,
};

/**
 * `+trace` asks the machine's server for the root's name servers, then those, and so on down. This world's DNS has no root zone (its resolvers know every
 * name by themselves), so the first answer names nobody and dig is done: so it goes behind any resolver that keeps the root to itself.
 *
 * @source dig(1) 9.18, +trace; bind9 9.18 bin/dig/dighost.c, followup_lookup
 */
function rootLookup(lookup: DigLookup): DigLookup {
  return { ...lookup, name: ".", type: "NS", settings: { ...lookup.settings, recurse: true } };
}

function* runLookup(sys: Sys, lookup: DigLookup, commandLine: readonly string[] | undefined): Run<number> {
  const { settings } = lookup;
  const conf = readResolvConf(sys);
  let servers: readonly DnsServer[] = conf.nameservers.map((ip) => ({ ip, port: settings.port, shown: ip }));
  if (settings.server !== undefined) {
    const server = yield* serverByName(sys, settings.server, settings.port);
    if (server === undefined) {
      yield* sys.err(`dig: couldn't get address for '${settings.server}': not found\n`);
      return 1;
    }
    servers = [server];
  }
  const banner =
    commandLine === undefined || !settings.cmd
      ? ""
      : `\n; <<>> DiG ${bindVersion} <<>>${commandLine.map((arg) => ` ${arg}`).join("")}\n${settings.server === undefined ? "" : "; (1 server found)\n"};; global options: +cmd\n`;
  const edns =
    settings.edns && settings.bufferSize > 0
      ? { udpSize: settings.bufferSize, isDnssecOk: settings.dnssec, ...(settings.cookie ? { cookie: drawCookie(sys) } : {}) }
      : undefined;
  let result: LookupResult = { ok: false };
  const candidates = candidatesOf(lookup, conf.search, settings.ndots ?? conf.ndots);
  for (const [index, candidate] of candidates.entries()) {
    result = yield* lookUp(
      sys,
      { name: candidate, type: lookup.type },
      {
        servers,
        edns,
        timeoutUs: settings.timeoutSeconds * 1_000_000,
        tries: settings.tries,
        useTcp: settings.tcp || lookup.type === "ANY",
        ignoreTruncation: settings.ignore,
        recursionDesired: settings.recurse,
        authenticData: settings.ad,
        sourcePort: settings.sourcePort,
      },
    );
    if (!result.ok) {
      yield* sys.out(`${banner};; no servers could be reached\n`);
      return 9;
    }
    const isLast = index === candidates.length - 1;
    if (result.message.rcode !== "NXDOMAIN" || isLast || settings.showSearch) {
      yield* sys.out((index === 0 || isLast || !settings.showSearch ? banner : "") + printAnswer(sys, settings, result));
      if (result.message.rcode !== "NXDOMAIN") break;
    }
  }
  return 0;
}

/** bind's tools ask either by the search list or the absolute name first, by ndots; with enough dots they never come back to the list. */
function candidatesOf(lookup: DigLookup, search: readonly string[], ndots: number): readonly string[] {
  const { name, settings } = lookup;
  if (!settings.search || lookup.isReverse || name.endsWith(".") || name === ".") return [absoluteName(name)];
  return searchCandidates(name, settings.domain === undefined ? search : [settings.domain], ndots);
}

/** Also nslookup's and host's way through the search list. */
export function searchCandidates(name: string, search: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith(".")) return [name];
  if (name.split(".").length - 1 >= ndots) return [`${name}.`];
  return [...search.map((suffix) => absoluteName(`${name}.${suffix}`)), `${name}.`];
}

function printAnswer(sys: Sys, settings: DigSettings, result: Extract<LookupResult, { ok: true }>): string {
  const { message, server } = result;
  const ms = Math.floor(result.elapsedUs / 1000);
  if (settings.short) {
    const by = settings.identify ? ` from server ${server.ip} in ${ms} ms.` : "";
    return message.answers.map((record) => `${recordData(record)}${by}\n`).join("");
  }
  let text = "";
  if (settings.showQuery && settings.comments) text += `;; Sending:\n${printMessage(settings, result.query)}`;
  text += printMessage(settings, message);
  if (settings.stats) {
    const date = ctimeUtc(sys.dateMs());
    text += `;; Query time: ${ms} msec\n;; SERVER: ${server.ip}#${server.port}(${server.shown}) (${result.usedTcp ? "TCP" : "UDP"})\n;; WHEN: ${date}\n;; MSG SIZE  rcvd: ${messageSize(message)}\n\n`;
  } else if (settings.identify) {
    text += `;; Received ${messageSize(message)} bytes from ${server.ip}#${server.port}(${server.shown}) in ${ms} ms\n\n`;
  }
  return text;
}

function printMessage(settings: DigSettings, message: DnsMessage): string {
  const style: RecordStyle = {
    showTtl: settings.showTtl,
    showClass: settings.showClass,
    ttlUnits: settings.ttlUnits,
    multiline: settings.multiline,
  };
  let text = "";
  if (settings.comments) {
    if (message.isResponse) {
      text += ";; Got answer:\n";
      if (message.questions.some((question) => /(^|\.)local\.$/i.test(question.name))) {
        text +=
          ";; WARNING: .local is reserved for Multicast DNS\n;; You are currently testing what happens when an mDNS query is leaked to DNS\n";
      }
    }
    text += printHeader(message);
    if (message.isResponse && message.recursionDesired && !message.recursionAvailable) {
      text += ";; WARNING: recursion requested but not available\n";
    }
    text += "\n";
    if (message.edns !== undefined) {
      text += `;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:${message.edns.isDnssecOk ? " do" : ""}; udp: ${message.edns.udpSize}\n`;
      if (message.edns.cookie !== undefined) text += `; COOKIE: ${message.edns.cookie}${message.isResponse ? " (echoed)" : ""}\n`;
    }
  }
  const section = (isShown: boolean, title: string, lines: readonly string[]): void => {
    if (!isShown || lines.length === 0) return;
    text += settings.comments ? `;; ${title} SECTION:\n${lines.join("")}\n` : lines.join("");
  };
  section(settings.question, "QUESTION", message.questions.map(printQuestion));
  section(
    settings.answer,
    "ANSWER",
    message.answers.map((record) => printRecord(record, style)),
  );
  section(
    settings.authority,
    "AUTHORITY",
    message.authority.map((record) => printRecord(record, style)),
  );
  section(
    settings.additional,
    "ADDITIONAL",
    message.additional.map((record) => printRecord(record, style)),
  );
  return text;
}

export const dig: ProgramEntry = { name: "dig", run: runDig };
