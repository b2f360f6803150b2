import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { type ConntrackRow, type ConntrackTuple, type TablesService, tablesService } from "./services.ts";

/**
 * The tools by which a node shows what its kube-proxy programmed. They print the very data by which packets are decided.
 * @source iptables-save(8) 1.8.9, ipvsadm(8) 1.31, ipset(8) 7.17, nft(8) 1.0.6, conntrack(8) 1.4.7
 */
function tool(name: string, run: (sys: Sys, tables: TablesService) => Program): ProgramEntry {
  return {
    name,
    path: `/usr/sbin/${name}`,
    *run(sys) {
      const tables = sys.service(tablesService);
      if (tables === undefined) {
        yield* sys.err(`${name}: only a node of the cluster has these tables\n`);
        return 1;
      }
      return yield* run(sys, tables);
    },
  };
}

function saver(name: string, family: 4 | 6): ProgramEntry {
  return tool(name, function* (sys, tables) {
    let table: string | undefined;
    let withCounters = false;
    const args = sys.args.slice(1);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string;
      if (arg === "-t" || arg === "--table") table = args[++i];
      else if (arg.startsWith("--table=")) table = arg.slice(8);
      else if (arg === "-c" || arg === "--counters") withCounters = true;
      else if (arg.startsWith("-t")) table = arg.slice(2);
      else {
        yield* sys.err(`Unknown arguments found on commandline\n`);
        return 1;
      }
    }
    if (table !== undefined && !knownTables.includes(table)) {
      yield* sys.err(`Table \`${table}' does not exist\n`);
      return 1;
    }
    yield* sys.out(tables.iptablesSave({ family, table, withCounters }));
    return 0;
  });
}

export const iptablesSave = saver("iptables-save", 4);
export const ip6tablesSave = saver("ip6tables-save", 6);

const knownTables = ["nat", "filter", "mangle", "raw", "security"];

/** `iptables [-t TABLE] -S [CHAIN] [-v]`, `iptables [-t TABLE] -L [CHAIN] [-n] [-v] [-x] [--line-numbers] [-Z]`, `iptables [-t TABLE] -Z [CHAIN]` */
function lister(name: string, family: 4 | 6): ProgramEntry {
  const version = `${name} v1.8.9 (nf_tables)`;
  const help = `Try \`${name} -h' or '${name} --help' for more information.\n`;
  return tool(name, function* (sys, tables) {
    let table = "filter";
    let chain: string | undefined;
    let command: "S" | "L" | undefined;
    let zeroes = false;
    let style = { isNumeric: false, isVerbose: false, isExact: false, hasLineNumbers: false };
    const words = sys.args
      .slice(1)
      .flatMap((arg) => (/^-[A-Za-z]{2,}$/.test(arg) ? [...arg.slice(1)].map((letter) => `-${letter}`) : [arg]));
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (word === "-t" || word === "--table") table = words[++i] ?? table;
      else if (word === "-S" || word === "--list-rules") command = "S";
      else if (word === "-L" || word === "--list") command = "L";
      else if (word === "-n" || word === "--numeric") style = { ...style, isNumeric: true };
      else if (word === "-v" || word === "--verbose") style = { ...style, isVerbose: true };
      else if (word === "--line-numbers") style = { ...style, hasLineNumbers: true };
      else if (word === "-V" || word === "--version") {
        yield* sys.out(`${version}\n`);
        return 0;
      } else if (word === "-x" || word === "--exact") style = { ...style, isExact: true };
      else if (word === "-w" || word === "--wait") continue;
      else if (word === "-Z" || word === "--zero") zeroes = true;
      else if (!word.startsWith("-") && (command !== undefined || zeroes)) chain = word;
      else if (/^-[ADIRNXPFE]$/.test(word)) {
        yield* sys.err(`${name}: rules here are kube-proxy's and the network plugin's own: -S and -L show them\n`);
        return 2;
      } else {
        yield* sys.err(`${version}: unknown option "${word}"\n${help}`);
        return 2;
      }
    }
    if (command === undefined && !zeroes) {
      yield* sys.err(`${version}: no command specified\n${help}`);
      return 2;
    }
    if (!knownTables.includes(table)) {
      yield* sys.err(`${version}: table '${table}' does not exist\nPerhaps ${name} or your kernel needs to be upgraded.\n`);
      return 3;
    }
    const list = command === "L" ? style : undefined;
    const text = tables.iptablesRules({ family, table, chain, list, withCounters: style.isVerbose });
    if (text === undefined && command === undefined) {
      yield* sys.err(`${name}: No chain/target/match by that name.\n`);
      return 1;
    }
    if (text === undefined) {
      yield* sys.err(`${version}: chain \`${chain}' in table \`${table}' is incompatible, use 'nft' tool.\n`);
      return 1;
    }
    if (command !== undefined) yield* sys.out(text);
    if (!zeroes) return 0;
    const zeroed = tables.zeroIptables({ family, table, chain });
    if (style.isVerbose) yield* sys.out(zeroed.map((one) => `Zeroing chain \`${one}'\n`).join(""));
    return 0;
  });
}

export const iptables = lister("iptables", 4);
export const ip6tables = lister("ip6tables", 6);

const serviceProtocols: Readonly<Record<string, "tcp" | "udp" | "sctp">> = {
  "-t": "tcp",
  "--tcp-service": "tcp",
  "-u": "udp",
  "--udp-service": "udp",
  "--sctp-service": "sctp",
};

/** `ipvsadm -L|-S [-n] [--stats|--rate|-c] [-t|-u|--sctp-service ADDRESS:PORT] [-6]`, `ipvsadm -Z` */
export const ipvsadm = tool("ipvsadm", function* (sys, tables) {
  let service: { readonly protocol: "tcp" | "udp" | "sctp"; readonly address: string } | undefined;
  let command: "list" | "save" | "zero" | undefined = sys.args.length === 1 ? "list" : undefined;
  let figures: "stats" | "rate" | "connections" | undefined;
  let family: 4 | 6 | undefined;
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const protocol = serviceProtocols[arg];
    if (arg === "-6") family = 6;
    else if (protocol !== undefined) service = { protocol, address: args[++i] ?? "" };
    else if (/^-[lLnc]*[lL][lLnc]*$/.test(arg) || arg === "--list") {
      command = "list";
      if (arg.includes("c")) figures = "connections";
    } else if (arg === "--stats" || arg === "--rate") figures = arg === "--stats" ? "stats" : "rate";
    else if (arg === "-c" || arg === "-nc" || arg === "-cn" || arg === "--connection") figures = "connections";
    else if (arg === "-Z" || arg === "--zero") command = "zero";
    else if (/^-n?Sn?$/.test(arg) || arg === "--save") command = "save";
    else if (arg !== "-n" && arg !== "--numeric" && arg !== "--sort") {
      yield* sys.err("ipvsadm: the virtual servers are kube-proxy's own: -Ln and -Sn show them\n");
      return 2;
    }
  }
  if (command === undefined) {
    yield* sys.err("Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n");
    return 2;
  }
  if (command === "zero") {
    tables.zeroIpvs();
    return 0;
  }
  const text = tables.ipvsadm({ family, service, show: command === "save" ? "save" : (figures ?? "list") });
  if (text === undefined) {
    yield* sys.err("No such service\n");
    return 255;
  }
  yield* sys.out(text);
  return 0;
});

export const ipset = tool("ipset", function* (sys, tables) {
  const args = sys.args.slice(1);
  const namesOnly = args.includes("-n") || args.includes("-name");
  const asSave = args.includes("save") || args.includes("-S");
  const output = args.indexOf("-o");
  const words = args.filter((arg, i) => (!arg.startsWith("-") || arg === "-L" || arg === "-S") && (output < 0 || i !== output + 1));
  const [command, name] = words;
  if (command === undefined || !["list", "save", "-L", "-S"].includes(command)) {
    const unknown = command === undefined ? "." : `: unknown argument ${command}`;
    yield* sys.err(`ipset v7.17: No command specified${unknown}\nTry \`ipset help' for more information.\n`);
    return 1;
  }
  const text = tables.ipsetList(name, { namesOnly, asSave });
  if (text === undefined) {
    yield* sys.err("ipset v7.17: The set with the given name does not exist\n");
    return 1;
  }
  yield* sys.out(text);
  return 0;
});

const nftFamilies = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];
const nftLists = ["ruleset", "tables", "chains", "sets", "maps"] as const;

/** `nft list ruleset|tables|chains|sets|maps [FAMILY]`, `nft list table FAMILY NAME`, `nft list chain|map|set FAMILY TABLE NAME` */
export const nft = tool("nft", function* (sys, tables) {
  const args = sys.args.slice(1);
  if (args.includes("-v") || args.includes("--version")) {
    yield* sys.out("nftables v1.0.6 (Lester Gooch #5)\n");
    return 0;
  }
  const words = args
    .filter((arg) => !/^-[a-z]+$/.test(arg))
    .join(" ")
    .split(/\s+/)
    .filter((word) => word !== "");
  const [command, kind = "", ...rest] = words;
  const line = words.join(" ");
  if (command === undefined) {
    yield* sys.err("nft: no command specified\n");
    return 1;
  }
  /** The error as nft shows it: the line, and what of it is wrong. */
  const problem = (message: string, at: number, length: number) => `Error: ${message}\n${line}\n${" ".repeat(at)}${"^".repeat(length)}\n`;
  if (words.length === 1) {
    yield* sys.err(problem(`syntax error, unexpected newline${command === "list" ? "" : ", expecting string"}`, line.length, 1));
    return 1;
  }
  const hasFamily = nftFamilies.includes(rest[0] ?? "");
  const family = hasFamily ? (rest[0] as string) : "ip";
  const [table, name] = hasFamily ? rest.slice(1) : rest;
  const list = nftLists.find((one) => one === kind);
  let text: string | undefined;
  if (command !== "list" || (list === undefined && !["table", "chain", "map", "set"].includes(kind))) {
    const wrong = command === "list" ? kind : command;
    yield* sys.err(problem("syntax error, unexpected string", line.indexOf(wrong), wrong.length));
    return 1;
  }
  if (list !== undefined) text = tables.nftList({ kind: list, family: hasFamily ? family : undefined });
  else if (kind === "table" && table !== undefined) text = tables.nftList({ kind, family, table });
  else if ((kind === "chain" || kind === "map" || kind === "set") && table !== undefined && name !== undefined)
    text = tables.nftList({ kind, family, table, name });
  if (text === undefined) {
    const isTableThere = table !== undefined && tables.nftList({ kind: "table", family, table }) !== undefined;
    const wrong = (isTableThere ? name : table) ?? kind;
    yield* sys.err(problem("No such file or directory", line.lastIndexOf(` ${wrong}`) + 1, wrong.length));
    return 1;
  }
  yield* sys.out(text);
  return 0;
});

const conntrackHelp = "Try `conntrack -h' or 'conntrack --help' for more information.\n";
const protocolNumbers = { tcp: 6, udp: 17, icmp: 1, sctp: 132, icmpv6: 58 } as const;

/** `conntrack -L|-D|-C|-F [-o extended] [-p PROTO] [-s IP] [-d IP] [--dport PORT] [--sport PORT] [--reply-src IP] [-f FAMILY]` */
export const conntrack = tool("conntrack", function* (sys, tables) {
  const args = sys.args.slice(1);
  let command: "list" | "delete" | "count" | "flush" | undefined;
  let isExtended = false;
  let family: 4 | 6 = 4;
  const tests: ((row: ConntrackRow) => boolean)[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const option = /^(--[a-z-]+)(?:=(.*))?$/.exec(arg);
    const name = option?.[1] ?? arg;
    const value = (): string => option?.[2] ?? args[++i] ?? "";
    switch (name) {
      case "-L":
      case "--dump":
        command = "list";
        if (args[i + 1] === "conntrack") i++;
        break;
      case "-D":
      case "--delete":
        command = "delete";
        break;
      case "-C":
      case "--count":
        command = "count";
        break;
      case "-F":
      case "--flush":
        command = "flush";
        if (args[i + 1] === "conntrack") i++;
        break;
      case "-p":
      case "--proto":
      case "--protonum": {
        const wanted = value().toLowerCase();
        if (!(wanted in protocolNumbers) && !/^\d+$/.test(wanted)) {
          yield* sys.err(`conntrack v1.4.7 (conntrack-tools): \`${wanted}' unsupported protocol\n${conntrackHelp}`);
          return 2;
        }
        tests.push((row) => row.protocol === wanted || `${protocolNumbers[row.protocol]}` === wanted);
        break;
      }
      case "-s":
      case "--orig-src": {
        const wanted = value();
        tests.push((row) => row.original.source === wanted);
        break;
      }
      case "-d":
      case "--orig-dst": {
        const wanted = value();
        tests.push((row) => row.original.destination === wanted);
        break;
      }
      case "-r":
      case "--reply-src": {
        const wanted = value();
        tests.push((row) => row.reply.source === wanted);
        break;
      }
      case "-q":
      case "--reply-dst": {
        const wanted = value();
        tests.push((row) => row.reply.destination === wanted);
        break;
      }
      case "--sport":
      case "--orig-port-src": {
        const wanted = Number(value());
        tests.push((row) => row.original.sourcePort === wanted);
        break;
      }
      case "--dport":
      case "--orig-port-dst": {
        const wanted = Number(value());
        tests.push((row) => row.original.destinationPort === wanted);
        break;
      }
      case "-f":
      case "--family":
        family = value() === "ipv6" ? 6 : 4;
        break;
      case "--state": {
        const wanted = value();
        tests.push((row) => row.state === wanted);
        break;
      }
      case "-n":
      case "--src-nat":
      case "-g":
      case "--dst-nat":
        tests.push((row) =>
          name === "-n" || name === "--src-nat"
            ? row.reply.destination !== row.original.source
            : row.reply.source !== row.original.destination,
        );
        break;
      case "-o":
      case "--output":
        isExtended ||= value().split(",").includes("extended");
        break;
      default:
        yield* sys.err(`conntrack v1.4.7 (conntrack-tools): unknown option \`${arg}'\n${conntrackHelp}`);
        return 2;
    }
  }
  const accepts = (row: ConntrackRow): boolean => tests.every((test) => test(row));
  if (command === undefined) {
    yield* sys.err(`conntrack v1.4.7 (conntrack-tools): You need to supply parameters to this command\n${conntrackHelp}`);
    return 2;
  }
  if (command === "flush") {
    tables.deleteConntrack(4, () => true);
    tables.deleteConntrack(6, () => true);
    yield* sys.err("conntrack v1.4.7 (conntrack-tools): connection tracking table has been emptied.\n");
    return 0;
  }
  if (command === "count") {
    yield* sys.out(`${tables.conntrack(family).length}\n`);
    return 0;
  }
  const rows = command === "list" ? tables.conntrack(family).filter(accepts) : tables.deleteConntrack(family, accepts);
  return yield* show(sys, rows, command, isExtended ? (family === 4 ? "ipv4     2 " : "ipv6     10 ") : "");
});

function* show(sys: Sys, rows: readonly ConntrackRow[], command: "list" | "delete", before: string): Run<number> {
  yield* sys.out(rows.map((row) => `${before}${rowText(row)}\n`).join(""));
  const done = command === "list" ? "shown" : "deleted";
  yield* sys.err(`conntrack v1.4.7 (conntrack-tools): ${rows.length} flow entries have been ${done}.\n`);
  return command === "delete" && rows.length === 0 ? 1 : 0;
}

/** `tcp      6 86392 ESTABLISHED src=… dst=… sport=… dport=… src=… dst=… sport=… dport=… [ASSURED] mark=0 use=1` */
function rowText(row: ConntrackRow): string {
  const state = row.state === undefined ? "" : `${row.state} `;
  const unreplied = row.isReplied ? "" : "[UNREPLIED] ";
  const assured = row.isAssured ? "[ASSURED] " : "";
  return `${row.protocol.padEnd(8)} ${protocolNumbers[row.protocol]} ${row.timeoutSeconds} ${state}${tupleText(row.original)}${unreplied}${tupleText(row.reply)}${assured}mark=${row.mark} use=1`;
}

function tupleText(tuple: ConntrackTuple): string {
  const { icmp } = tuple;
  const rest =
    icmp === undefined ? `sport=${tuple.sourcePort} dport=${tuple.destinationPort}` : `type=${icmp.type} code=${icmp.code} id=${icmp.id}`;
  return `src=${tuple.source} dst=${tuple.destination} ${rest} `;
}
