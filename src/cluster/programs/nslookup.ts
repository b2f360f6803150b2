import { tellMisfortune } from "../machine/misfortune.ts";
import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { absoluteName, type DnsMessage, type DnsRecord, type DnsType, dnsTypes, reverseName } from "../protocols/dns.ts";
import { readResolvConf } from "../protocols/resolver.ts";
import { searchCandidates } from "./dig.ts";
import { bindVersion, type DnsServer, lookUp, serverByName } from "./dns-lookup.ts";

interface Settings {
  type: DnsType | undefined;
  port: number;
  timeoutSeconds: number;
  tries: number;
  search: boolean;
  debug: boolean;
  recurse: boolean;
  useTcp: boolean;
  ndots: number | undefined;
  domain: string | undefined;
  server: DnsServer | undefined;
}

/** `nslookup [-option] [name | -] [server]` @source nslookup(1) of bind9 9.18, tried beside it; everything goes to standard output */
export function* runNslookup(sys: Sys): Program {
  const settings: Settings = {
    type: undefined,
    port: 53,
    timeoutSeconds: 5,
    tries: 3,
    search: true,
    debug: false,
    recurse: true,
    useTcp: false,
    ndots: undefined,
    domain: undefined,
    server: undefined,
  };
  const words: string[] = [];
  for (const arg of sys.args.slice(1)) {
    if (arg === "-version") {
      yield* sys.out(`nslookup ${bindVersion}\n`);
      return 0;
    }
    if (arg.startsWith("-") && arg.length > 1) yield* setOption(sys, settings, arg.slice(1));
    else words.push(arg);
  }
  const [name, server] = words;
  if (server !== undefined) {
    const found = yield* serverByName(sys, server, settings.port);
    if (found === undefined) {
      yield* sys.err(`nslookup: couldn't get address for '${server}': not found\n`);
      return 1;
    }
    settings.server = found;
  }
  if (name === undefined || name === "-") return yield* interactive(sys, settings);
  const exit = yield* lookUpName(sys, settings, name);
  return exit;
}

/** Commands from standard input: names, `set type=…`, `server …`, `exit`. */
function* interactive(sys: Sys, settings: Settings): Run<number> {
  for (;;) {
    const line = yield* sys.stdin.readLine(sys.stdin.kind === "tty" ? "> " : "");
    if (line === "") {
      if (sys.stdin.kind !== "tty") yield* sys.out("\n");
      return 0;
    }
    const [command, ...rest] = line.trim().split(/\s+/);
    if (command === undefined || command === "") continue;
    if (command === "exit") return 0;
    if (command === "set") {
      for (const option of rest) yield* setOption(sys, settings, option);
    } else if (command === "server" || command === "lserver") {
      const found = rest[0] === undefined ? undefined : yield* serverByName(sys, rest[0], settings.port);
      if (found === undefined) yield* sys.out(`nslookup: couldn't get address for '${rest[0] ?? ""}': not found\n`);
      else {
        settings.server = found;
        yield* sys.out(`Default server: ${found.shown}\nAddress: ${found.ip}#${found.port}\n`);
      }
    } else {
      const server = rest[0] === undefined ? undefined : yield* serverByName(sys, rest[0], settings.port);
      yield* lookUpName(sys, server === undefined ? settings : { ...settings, server }, command, false);
    }
  }
}

function* setOption(sys: Sys, settings: Settings, option: string): Run<void> {
  const equals = option.indexOf("=");
  const name = (equals < 0 ? option : option.slice(0, equals)).toLowerCase();
  const value = equals < 0 ? "" : option.slice(equals + 1);
  switch (name) {
    case "type":
    case "query":
    case "querytype":
    case "ty":
    case "q": {
      const type = dnsTypes.find((known) => known === value.toUpperCase());
      if (type === undefined) yield* sys.out(`unknown query type: ${value}\n`);
      else settings.type = type;
      return;
    }
    case "port":
    case "po":
      settings.port = Number(value);
      return;
    case "timeout":
      settings.timeoutSeconds = Math.max(1, Number(value) || 1);
      return;
    case "retry":
      settings.tries = Math.max(1, Number(value) + 1);
      return;
    case "ndots":
      settings.ndots = Number(value);
      return;
    case "domain":
    case "srchlist":
      settings.domain = value;
      return;
    case "search":
      settings.search = true;
      return;
    case "nosearch":
      settings.search = false;
      return;
    case "debug":
    case "deb":
      settings.debug = true;
      return;
    case "nodebug":
      settings.debug = false;
      return;
    case "vc":
      settings.useTcp = true;
      return;
    case "novc":
      settings.useTcp = false;
      return;
    case "recurse":
      settings.recurse = true;
      return;
    case "norecurse":
      settings.recurse = false;
      return;
    default:
      if (!/^(sil|d2|nod2|fail|nofail|cl.*|class|all)$/.test(name)) yield* sys.out(`*** Invalid option: ${option}\n`);
  }
}

function* lookUpName(sys: Sys, settings: Settings, typed: string, endsWithLine = true): Run<number> {
  const conf = readResolvConf(sys);
  const numeric = parseIp(typed);
  const isReverse = numeric !== undefined && (settings.type === undefined || settings.type === "PTR");
  const type: DnsType = isReverse ? "PTR" : (settings.type ?? "A");
  const servers =
    settings.server === undefined ? conf.nameservers.map((ip) => ({ ip, port: settings.port, shown: ip })) : [settings.server];
  const search = settings.domain === undefined ? conf.search : [settings.domain];
  const candidates =
    isReverse && numeric !== undefined
      ? [reverseName(numeric.family, numeric.words)]
      : settings.search
        ? searchCandidates(typed, search, settings.ndots ?? conf.ndots)
        : [absoluteName(typed)];
  const shown = isReverse && candidates[0] !== undefined ? candidates[0].slice(0, -1) : typed;
  const ask = function* (name: string, asked: DnsType): Run<DnsMessage | undefined> {
    const result = yield* lookUp(
      sys,
      { name, type: asked },
      {
        servers,
        timeoutUs: settings.timeoutSeconds * 1_000_000,
        tries: settings.tries,
        useTcp: settings.useTcp || asked === "ANY",
        ignoreTruncation: false,
        recursionDesired: settings.recurse,
        authenticData: false,
        edns: undefined,
        sourcePort: undefined,
      },
    );
    if (!result.ok) {
      yield* sys.out(`;; no servers could be reached\n${endsWithLine ? "\n" : ""}`);
      return undefined;
    }
    server = result.server;
    if (settings.recurse && !result.message.recursionAvailable && settings.server === undefined) {
      yield* sys.out(`;; Got recursion not available from ${result.server.ip}\n`);
    }
    return result.message;
  };
  let server = servers[0] as DnsServer;
  let exit = 0;
  for (const [index, name] of candidates.entries()) {
    const message = yield* ask(name, type);
    if (message === undefined) return 1;
    const isLast = index === candidates.length - 1;
    if (message.rcode === "NXDOMAIN" && !isLast) continue;
    if (!isReverse) yield* sys.out(`Server:\t\t${server.shown}\nAddress:\t${server.ip}#${server.port}\n\n`);
    if (settings.debug) yield* sys.out(debugText(message));
    if (message.rcode !== "NOERROR") {
      if (!isReverse) tellMisfortune(sys, { type: "no-such-name", name: typed });
      yield* sys.out(`** server can't find ${shown.replace(/(?!^)\.$/, "")}: ${message.rcode}\n`);
      exit = 1;
      break;
    }
    const hasData = message.answers.length > 0;
    if (!message.isAuthoritative && !isReverse) yield* sys.out("Non-authoritative answer:\n");
    if (hasData) yield* sys.out(message.answers.map(answerText).join(""));
    else if (settings.type !== undefined || isReverse) yield* sys.out(`*** Can't find ${shown}: No answer\n`);
    if (!message.isAuthoritative && type !== "A" && type !== "AAAA") {
      yield* sys.out(
        `\nAuthoritative answers can be found from:\n${[...message.authority, ...message.additional].map(answerText).join("")}`,
      );
    }
    if (settings.type === undefined && !isReverse) {
      const second = yield* ask(name, "AAAA");
      if (second === undefined) return 1;
      if (settings.debug) yield* sys.out(debugText(second));
      if (second.rcode !== "NOERROR") {
        yield* sys.out(`** server can't find ${name.slice(0, -1)}: ${second.rcode}\n`);
        exit = 1;
      } else if (second.answers.length > 0)
        yield* sys.out(
          second.answers
            .filter((record) => record.type !== "CNAME")
            .map(answerText)
            .join(""),
        );
      else if (!hasData) yield* sys.out(`*** Can't find ${name.slice(0, -1)}: No answer\n`);
    }
    break;
  }
  if (endsWithLine) yield* sys.out("\n");
  return exit;
}

function bare(name: string): string {
  return name.replace(/(?!^)\.$/, "");
}

function answerText(record: DnsRecord): string {
  const owner = bare(record.name);
  switch (record.type) {
    case "A":
    case "AAAA":
      return `Name:\t${owner}\nAddress: ${record.address}\n`;
    case "CNAME":
      return `${owner}\tcanonical name = ${record.target}\n`;
    case "PTR":
      return `${owner}\tname = ${record.target}\n`;
    case "NS":
      return `${owner}\tnameserver = ${record.target}\n`;
    case "SRV":
      return `${owner}\tservice = ${record.priority} ${record.weight} ${record.port} ${record.target}\n`;
    case "MX":
      return `${owner}\tmail exchanger = ${record.preference} ${record.target}\n`;
    case "TXT":
      return `${owner}\ttext = ${record.texts.map((text) => `"${text}"`).join(" ")}\n`;
    case "SOA":
      return `${owner}\n${soaText(record)}`;
  }
}

function soaText(record: Extract<DnsRecord, { type: "SOA" }>): string {
  return `\torigin = ${bare(record.primary)}\n\tmail addr = ${bare(record.mailbox)}\n\tserial = ${record.serial}\n\trefresh = ${record.refresh}\n\tretry = ${record.retry}\n\texpire = ${record.expire}\n\tminimum = ${record.minimum}\n`;
}

/** `-debug`: the sections in words. */
function debugText(message: DnsMessage): string {
  const detail = (record: DnsRecord): string => {
    switch (record.type) {
      case "A":
        return `\tinternet address = ${record.address}\n`;
      case "AAAA":
        return `\thas AAAA address ${record.address}\n`;
      case "CNAME":
        return `\tcanonical name = ${record.target}\n`;
      case "PTR":
        return `\tname = ${record.target}\n`;
      case "NS":
        return `\tnameserver = ${record.target}\n`;
      case "SRV":
        return `\tservice = ${record.priority} ${record.weight} ${record.port} ${record.target}\n`;
      case "MX":
        return `\tmail exchanger = ${record.preference} ${record.target}\n`;
      case "TXT":
        return `\ttext = ${record.texts.map((text) => `"${text}"`).join(" ")}\n`;
      case "SOA":
        return soaText(record);
    }
  };
  const section = (title: string, records: readonly DnsRecord[]): string =>
    `    ${title}:\n${records.map((record) => `    ->  ${bare(record.name)}\n${detail(record)}\tttl = ${record.ttl}\n`).join("")}`;
  const questions = message.questions.map((question) => `\t${bare(question.name)}, type = ${question.type}, class = IN\n`).join("");
  return `------------\n    QUESTIONS:\n${questions}${section("ANSWERS", message.answers)}${section("AUTHORITY RECORDS", message.authority)}${section("ADDITIONAL RECORDS", message.additional)}------------\n`;
}

export const nslookup: ProgramEntry = { name: "nslookup", run: runNslookup };
