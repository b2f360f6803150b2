import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { type DnsMessage, type DnsRecord, type DnsType, dnsTypes, messageSize, recordData, reverseName } from "../protocols/dns.ts";
import { endOfChain, readResolvConf } from "../protocols/resolver.ts";
import { searchCandidates } from "./dig.ts";
import { bindVersion, type DnsServer, lookUp, serverByName } from "./dns-lookup.ts";
import { plainStyle, printHeader, printQuestion, printRecord } from "./dns-text.ts";

const usage = `Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
`;

/** `host [-v] [-t type] [-W wait] [-R retries] name [server]` @source host(1) of bind9 9.18, tried beside it */
export function* runHost(sys: Sys): Program {
  let type: DnsType | undefined;
  let isVerbose = false;
  let timeoutSeconds = 5;
  let tries = 2;
  let port = 53;
  let useTcp = false;
  let ndots: number | undefined;
  const words: string[] = [];
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-") || arg.length < 2) {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      if ("tWRpNcm".includes(letter)) {
        const value = arg.slice(at + 1) !== "" ? arg.slice(at + 1) : args[++i];
        if (letter === "t") {
          type = dnsTypes.find((known) => known === (value ?? "").toUpperCase());
          if (type === undefined) {
            yield* sys.err(`host: invalid type: ${value ?? ""}\n\n`);
            return 2;
          }
        } else if (letter === "W") timeoutSeconds = Math.max(1, Number(value) || 1);
        else if (letter === "R") tries = Math.max(1, (Number(value) || 0) + 1);
        else if (letter === "p") port = Number(value) || 53;
        else if (letter === "N") ndots = Number(value) || 0;
        break;
      }
      if (letter === "a") {
        type = "ANY";
        isVerbose = true;
      } else if (letter === "v" || letter === "d") isVerbose = true;
      else if (letter === "T") useTcp = true;
      else if (letter === "V") {
        yield* sys.err(`host ${bindVersion}\n`);
        return 0;
      } else if (!"CilrwsU46A".includes(letter)) {
        yield* sys.err(`host: invalid option -- '${letter}'\n${usage}`);
        return 1;
      }
    }
  }
  const [name, serverName] = words;
  if (name === undefined) {
    yield* sys.err(usage);
    return 1;
  }
  const conf = readResolvConf(sys);
  let servers: readonly DnsServer[] = conf.nameservers.map((ip) => ({ ip, port, shown: ip }));
  if (serverName !== undefined) {
    const server = yield* serverByName(sys, serverName, port);
    if (server === undefined) {
      yield* sys.err(`host: couldn't get address for '${serverName}': not found\n`);
      return 1;
    }
    servers = [server];
    yield* sys.out(`Using domain server:\nName: ${serverName}\nAddress: ${server.ip}#${port}\nAliases: \n\n`);
  }
  const numeric = parseIp(name);
  const isReverse = numeric !== undefined && type === undefined;
  const candidates =
    isReverse && numeric !== undefined
      ? [reverseName(numeric.family, numeric.words)]
      : searchCandidates(name, conf.search, ndots ?? conf.ndots);
  const shown = isReverse ? (candidates[0] as string) : name;
  const asks = function* (asked: string, askedType: DnsType): Run<DnsMessage | undefined> {
    if (isVerbose) yield* sys.out(`Trying "${asked.replace(/\.$/, "")}"\n`);
    const result = yield* lookUp(
      sys,
      { name: asked, type: askedType },
      {
        servers,
        timeoutUs: timeoutSeconds * 1_000_000,
        tries,
        useTcp,
        ignoreTruncation: false,
        recursionDesired: true,
        authenticData: false,
        edns: undefined,
        sourcePort: undefined,
      },
    );
    if (!result.ok) {
      yield* sys.out(";; no servers could be reached\n");
      return undefined;
    }
    if (isVerbose && result.message.rcode !== "NXDOMAIN") yield* sys.out(verboseText(result.message, result.server, result.elapsedUs));
    return result.message;
  };
  const firstType: DnsType = isReverse ? "PTR" : (type ?? "A");
  for (const [index, candidate] of candidates.entries()) {
    const message = yield* asks(candidate, firstType);
    if (message === undefined) return 1;
    if (message.rcode === "NXDOMAIN" && index < candidates.length - 1) continue;
    if (message.rcode !== "NOERROR") {
      yield* sys.out(
        `Host ${shown} not found: ${{ NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5, FORMERR: 1, NOTIMP: 4 }[message.rcode]}(${message.rcode})\n`,
      );
      return 1;
    }
    if (!isVerbose) {
      yield* sys.out(message.answers.map(answerText).join(""));
      if (message.answers.length === 0 && (type !== undefined || isReverse))
        yield* sys.out(`${candidate.slice(0, -1)} has no ${firstType} record\n`);
    }
    if (type === undefined && !isReverse) {
      const target = endOfChain(candidate, message.answers);
      for (const further of ["AAAA", "MX"] as const) {
        const more = yield* asks(target, further);
        if (more === undefined) return 1;
        if (!isVerbose) yield* sys.out(more.answers.map(answerText).join(""));
      }
    }
    return 0;
  }
  return 0;
}

function answerText(record: DnsRecord): string {
  const owner = record.name.replace(/(?!^)\.$/, "");
  switch (record.type) {
    case "A":
      return `${owner} has address ${record.address}\n`;
    case "AAAA":
      return `${owner} has IPv6 address ${record.address}\n`;
    case "CNAME":
      return `${owner} is an alias for ${record.target}\n`;
    case "PTR":
      return `${owner} domain name pointer ${record.target}\n`;
    case "NS":
      return `${owner} name server ${record.target}\n`;
    case "MX":
      return `${owner} mail is handled by ${recordData(record)}\n`;
    case "TXT":
      return `${owner} descriptive text ${recordData(record)}\n`;
    default:
      return `${owner} has ${record.type} record ${recordData(record)}\n`;
  }
}

function verboseText(message: DnsMessage, server: DnsServer, elapsedUs: number): string {
  const section = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? "" : `;; ${title} SECTION:\n${lines.join("")}\n`;
  const records = (list: readonly DnsRecord[]): readonly string[] => list.map((record) => printRecord(record, plainStyle));
  return (
    `${printHeader(message)}\n${section("QUESTION", message.questions.map(printQuestion))}${section("ANSWER", records(message.answers))}${section("AUTHORITY", records(message.authority))}` +
    `${section("ADDITIONAL", records(message.additional))}Received ${messageSize(message)} bytes from ${server.ip}#${server.port} in ${Math.floor(elapsedUs / 1000)} ms\n`
  );
}

export const host: ProgramEntry = { name: "host", run: runHost };
