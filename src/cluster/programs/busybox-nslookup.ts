import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { absoluteName, type DnsMessage, type DnsRecord, type DnsType, dnsQuery, dnsTypes, reverseName } from "../protocols/dns.ts";
import { exchange } from "../protocols/dns-client.ts";
import { readResolvConf } from "../protocols/resolver.ts";
import { serverByName } from "./dns-lookup.ts";

/**
 * `nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]`
 * @source BusyBox 1.35 networking/nslookup.c (big version), tried beside it: the search list is for names without a dot and only when no server is given
 */
export function* runBusyboxNslookup(sys: Sys): Program {
  const types: DnsType[] = [];
  const words: string[] = [];
  let port = 53;
  for (const arg of sys.args.slice(1)) {
    const option = /^-(?:type|querytype|query|t|q|ty)=?(.*)$/i.exec(arg);
    const portOption = /^-po(?:rt)?=(\d+)$/i.exec(arg);
    if (portOption !== null) port = Number(portOption[1]);
    else if (option !== null) {
      const type = dnsTypes.find((known) => known === (option[1] as string).toUpperCase());
      if (type === undefined) {
        yield* sys.err(`nslookup: invalid query type "${option[1]}"\n`);
        return 1;
      }
      types.push(type);
    } else if (!/^-(debug|retry=.*|timeout=.*|sil)$/.test(arg)) words.push(arg);
  }
  const [name, serverName] = words;
  if (name === undefined) {
    yield* sys.err(
      "BusyBox v1.35.0 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n\nQuery DNS about HOST\n\nQUERY_TYPE: soa,ns,a,aaaa,cname,mx,txt,ptr,srv,any\n",
    );
    return 1;
  }
  const conf = readResolvConf(sys);
  let servers: readonly { ip: string; port: number }[] = conf.nameservers.map((ip) => ({ ip, port }));
  if (serverName !== undefined) {
    const server = yield* serverByName(sys, serverName, port);
    if (server === undefined) {
      yield* sys.err(`nslookup: bad address '${serverName}'\n`);
      return 1;
    }
    servers = [server];
  }
  const numeric = parseIp(name);
  const asked: readonly DnsType[] = types.length > 0 ? types : numeric !== undefined ? ["PTR"] : ["A", "AAAA"];
  const names =
    numeric !== undefined && types.length === 0
      ? [reverseName(numeric.family, numeric.words)]
      : !name.includes(".") && serverName === undefined && conf.search.length > 0
        ? conf.search.map((suffix) => absoluteName(`${name}.${suffix}`))
        : [absoluteName(name)];
  const answers = yield* askAll(
    sys,
    servers,
    asked.flatMap((type) => names.map((candidate) => ({ name: candidate, type }))),
    conf.timeoutSeconds,
    conf.attempts,
  );
  if (!answers.ok) {
    if (answers.refusedBy !== undefined) yield* sys.err(`nslookup: write to '${answers.refusedBy}': Connection refused\n`);
    yield* sys.out(";; connection timed out; no servers could be reached\n\n");
    return 1;
  }
  yield* sys.out(`Server:\t\t${answers.server}\nAddress:\t${answers.server}:${port}\n\n`);
  let exit = 0;
  for (const message of answers.messages) {
    const question = message.questions[0];
    if (message.rcode !== "NOERROR") {
      yield* sys.out(`** server can't find ${bare(question?.name ?? "")}: ${message.rcode}\n`);
      exit = 1;
    } else {
      const authority = message.isAuthoritative ? "" : "Non-authoritative answer:\n";
      yield* sys.out(authority + message.answers.map(answerText).join(""));
    }
    yield* sys.out("\n");
  }
  return exit;
}

type Answers =
  | { readonly ok: true; readonly messages: readonly DnsMessage[]; readonly server: string }
  | { readonly ok: false; readonly refusedBy: string | undefined };

function* askAll(
  sys: Sys,
  servers: readonly { readonly ip: string; readonly port: number }[],
  questions: readonly { readonly name: string; readonly type: DnsType }[],
  timeoutSeconds: number,
  attempts: number,
): Run<Answers> {
  let refusedBy: string | undefined;
  for (const server of servers) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const queries = questions.map((question) => dnsQuery(sys.random.below(65536), question));
      const result = yield* exchange(sys, [server], queries, { timeoutUs: Math.floor((timeoutSeconds * 1_000_000) / attempts) });
      if (result.ok) return { ok: true, messages: result.messages, server: server.ip };
      if (result.error === "refused") {
        refusedBy = server.ip;
        break;
      }
    }
  }
  return { ok: false, refusedBy };
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
      return `${owner}\tcanonical name = ${bare(record.target)}\n`;
    case "PTR":
      return `${owner}\tname = ${bare(record.target)}\n`;
    case "NS":
      return `${owner}\tnameserver = ${bare(record.target)}\n`;
    case "SRV":
      return `${owner}\tservice = ${record.priority} ${record.weight} ${record.port} ${bare(record.target)}\n`;
    case "MX":
      return `${owner}\tmail exchanger = ${record.preference} ${bare(record.target)}\n`;
    case "TXT":
      return record.texts.map((text) => `${owner}\ttext = "${text}"\n`).join("");
    case "SOA":
      return `${owner}\n\torigin = ${bare(record.primary)}\n\tmail addr = ${bare(record.mailbox)}\n\tserial = ${record.serial}\n\trefresh = ${record.refresh}\n\tretry = ${record.retry}\n\texpire = ${record.expire}\n\tminimum = ${record.minimum}\n`;
  }
}

export const busyboxNslookup: ProgramEntry = { name: "nslookup", run: runBusyboxNslookup };
