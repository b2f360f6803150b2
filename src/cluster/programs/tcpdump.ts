import { type Program, type ProgramEntry, Signal, type Sys } from "../machine/syscall.ts";
import { inCidr, parseCidr } from "../network/address.ts";
import type { Hop, Packet } from "../network/packet.ts";
import { ACK, FIN, PSH, RST, SYN } from "../network/packet.ts";
import { Bell } from "../protocols/bell.ts";
import { type DnsPayload, recordData } from "../protocols/dns.ts";
import type { HttpRequest, HttpResponse } from "../protocols/http.ts";
import { plainDate } from "../protocols/http-date.ts";
import { hopLogService } from "./services.ts";

type Filter = (packet: Packet) => boolean;

/** `tcpdump [-n] [-i IFACE] [-c COUNT] [-t] [-q] [EXPRESSION]`: reads the record of packets seen at this machine. @source tcpdump(8) 4.99.3 */
function* runTcpdump(sys: Sys): Program {
  const log = sys.service(hopLogService);
  if (log === undefined) {
    yield* sys.err("tcpdump: any: You don't have permission to capture on that device\n");
    return 1;
  }
  let count: number | undefined;
  let device = "eth0";
  let showsTime = true;
  const words: string[] = [];
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-") || words.length > 0) {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      if ("icswrW".includes(letter)) {
        const value = arg.slice(at + 1) !== "" ? arg.slice(at + 1) : (args[++i] ?? "");
        if (letter === "i") device = value;
        else if (letter === "c") count = Number(value);
        break;
      }
      if (letter === "t") showsTime = false;
      else if (!"nvqelXASp#UK".includes(letter)) {
        yield* sys.err(`tcpdump: invalid option -- '${letter}'\n`);
        return 1;
      }
    }
  }
  const filter = parseFilter(words.join(" "));
  if (filter === undefined) {
    yield* sys.err(`tcpdump: can't parse filter expression: syntax error\n`);
    return 1;
  }
  if (device !== "any" && !sys.host.interfaces().some((one) => one.name === device)) {
    yield* sys.err(`tcpdump: ${device}: No such device exists\n(SIOCGIFHWADDR: No such device)\n`);
    return 1;
  }
  const link = device === "any" ? "LINUX_SLL2 (Linux cooked v2)" : "EN10MB (Ethernet)";
  yield* sys.err(
    `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${device}, link-type ${link}, snapshot length 262144 bytes\n`,
  );
  const pending: string[] = [];
  const bell = new Bell();
  const arrived = new Set<string>();
  let seen = 0;
  const sight = (hop: Hop, direction: "In" | "Out", via: string | undefined, source: string, destination: string): void => {
    if (device !== "any" && via !== device) return;
    if (!filter(addressed(hop.packet, hop, direction)) || (count !== undefined && seen >= count)) return;
    seen++;
    const time = showsTime ? `${clock(sys.dateMs(), hop.timeUs)} ` : "";
    const where = device === "any" ? `${(via ?? "lo").padEnd(5)} ${direction.padEnd(3)} ` : "";
    pending.push(`${time}${where}${describe(hop.packet, source, destination)}\n`);
    bell.ring();
  };
  /** A packet of this machine's own on its way out: its rewrites follow in the same instant, and the wire has it after them. */
  let leaving: { readonly hop: Hop; readonly via: string | undefined } | undefined;
  const flush = (): void => {
    if (leaving !== undefined) sight(leaving.hop, "Out", leaving.via, leaving.hop.source.text, leaving.hop.destination.text);
    leaving = undefined;
  };
  const stop = log.listen((hop) => {
    const { packet } = hop;
    if (leaving !== undefined) {
      const isSame = packet.connection === leaving.hop.packet.connection && packet.number === leaving.hop.packet.number;
      if (isSame && (hop.action === "dnat" || hop.action === "snat") && hop.at === sys.host.place) {
        leaving = { hop, via: hop.outInterface ?? leaving.via };
        return;
      }
      const isStopped = isSame && hop.at === sys.host.place && (hop.action === "drop" || hop.action === "reject");
      if (isStopped) leaving = undefined;
      else flush();
    }
    if (hop.at !== sys.host.place) return;
    const key = `${packet.connection.opener}#${packet.connection.number}/${packet.number}`;
    if (hop.inInterface !== undefined && !arrived.has(key)) {
      arrived.add(key);
      sight(hop, "In", hop.inInterface, packet.source.text, packet.destination.text);
    }
    if (hop.action === "forward") sight(hop, "Out", hop.outInterface, hop.source.text, hop.destination.text);
    if (hop.action === "send") {
      leaving = { hop, via: hop.outInterface };
      bell.ring();
    }
  });
  let printed = 0;
  try {
    while (count === undefined || printed < count) {
      yield* bell.wait();
      if (leaving !== undefined) {
        yield* sys.sleep(1); // when this instant is over, so are the rewrites
        flush();
      }
      for (const line of pending.splice(0)) {
        printed++;
        yield* sys.out(line);
      }
    }
  } catch (signal) {
    if (!(signal instanceof Signal) || (signal.name !== "SIGINT" && signal.name !== "SIGTERM")) throw signal;
    for (const line of pending.splice(0)) yield* sys.out(line);
  } finally {
    stop();
  }
  yield* sys.err(
    `${seen} packet${seen === 1 ? "" : "s"} captured\n${seen} packet${seen === 1 ? "" : "s"} received by filter\n0 packets dropped by kernel\n`,
  );
  return 0;
}

/** What stands on the wire at this side of the machine: before its rewrites, or after them. */
function addressed(packet: Packet, hop: Hop, direction: "In" | "Out"): Packet {
  return direction === "In" ? packet : { ...packet, source: hop.source, destination: hop.destination };
}

function clock(dateMs: number, timeUs: number): string {
  return `${plainDate(dateMs).slice(11)}.${`${timeUs % 1_000_000}`.padStart(6, "0")}`;
}

/** `IP 10.244.1.5.41234 > 10.96.0.41.80: Flags [S], seq 1, win 64240, length 0` */
function describe(packet: Packet, source: string, destination: string): string {
  const dotted = (text: string): string => text.replace(/^\[(.*)\]:(\d+)$/, "$1.$2").replace(/:(\d+)$/, ".$1");
  const isIpv6 = packet.source.ip.family === 6;
  const head = `IP${isIpv6 ? "6" : ""} ${dotted(source)} > ${dotted(destination)}: `;
  const length = packet.payload?.bytes ?? 0;
  if (packet.icmp !== undefined) {
    const { icmp } = packet;
    if (icmp.type === "echo" || icmp.type === "echo-reply")
      return `${head}ICMP echo ${icmp.type === "echo" ? "request" : "reply"}, id ${icmp.identifier}, seq ${icmp.sequence}, length ${packet.bytes - 20}`;
    const about = icmp.about;
    const what =
      icmp.type === "port-unreachable" && about !== undefined
        ? `${about.destination.ip.text} ${about.protocol} port ${about.destination.port} unreachable`
        : icmp.type.replace("-", " ");
    return `${head}ICMP ${what}, length ${packet.bytes - 20}`;
  }
  if (packet.protocol === "udp") {
    if (packet.payload?.kind === "dns") return `${head}${dnsText(packet.payload as DnsPayload)}`;
    return `${head}UDP, length ${length}`;
  }
  if (packet.protocol === "sctp") return `${head}sctp ${packet.flags & SYN ? (packet.flags & ACK ? "[INIT ACK]" : "[INIT]") : "[DATA]"}`;
  const flags = `${packet.flags & FIN ? "F" : ""}${packet.flags & SYN ? "S" : ""}${packet.flags & RST ? "R" : ""}${packet.flags & PSH || length > 0 ? "P" : ""}${packet.flags & ACK ? "." : ""}`;
  const sequence =
    length > 0
      ? `, seq ${packet.sequence}:${packet.sequence + length}`
      : packet.flags & (SYN | FIN | RST)
        ? `, seq ${packet.sequence}`
        : "";
  const acknowledged = packet.flags & ACK ? `, ack ${packet.acknowledgement}` : "";
  const http = httpText(packet);
  return `${head}Flags [${flags}]${sequence}${acknowledged}, win ${packet.flags & RST ? 0 : packet.flags & SYN ? 64_240 : 502}, length ${length}${http === "" ? "" : `: HTTP: ${http}`}`;
}

function httpText(packet: Packet): string {
  if (packet.payload?.kind === "http-request") {
    const request = packet.payload as HttpRequest;
    return `${request.method} ${request.target} ${request.version}`;
  }
  if (packet.payload?.kind === "http-response") {
    const response = packet.payload as HttpResponse;
    return `${response.version} ${response.status} ${response.reason}`;
  }
  return "";
}

function dnsText({ message, bytes }: DnsPayload): string {
  const question = message.questions[0];
  if (!message.isResponse)
    return `${message.id}${message.recursionDesired ? "+" : ""}${message.edns === undefined ? "" : " [1au]"} ${question?.type ?? ""}? ${question?.name ?? ""} (${bytes})`;
  const failed =
    message.rcode === "NOERROR"
      ? ""
      : ` ${message.rcode === "NXDOMAIN" ? "NXDomain" : message.rcode === "SERVFAIL" ? "ServFail" : message.rcode}`;
  const counts = `${message.answers.length}/${message.authority.length}/${message.additional.length + (message.edns === undefined ? 0 : 1)}`;
  const answers = message.answers.map((record) => ` ${record.type} ${recordData(record)}`).join(",");
  return `${message.id}${failed}${message.isAuthoritative ? "*" : ""}${message.recursionAvailable || !message.isAuthoritative ? "" : "-"} ${counts}${answers} (${bytes})`;
}

/** `host`, `net`, `port`, `portrange` with `src`/`dst`, protocol names, `and`/`or`/`not`, parentheses. @source pcap-filter(7) */
export function parseFilter(text: string): Filter | undefined {
  const tokens = text.match(/\(|\)|&&|\|\||!|[^\s()!]+/g) ?? [];
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  function alternatives(): Filter | undefined {
    let left = conjunction();
    while (left !== undefined && (peek() === "or" || peek() === "||")) {
      at++;
      const a: Filter = left;
      const b = conjunction();
      left = b === undefined ? undefined : (packet) => a(packet) || b(packet);
    }
    return left;
  }
  function conjunction(): Filter | undefined {
    let left = single();
    while (left !== undefined && peek() !== undefined && peek() !== ")" && peek() !== "or" && peek() !== "||") {
      if (peek() === "and" || peek() === "&&") at++;
      const a: Filter = left;
      const b = single();
      left = b === undefined ? undefined : (packet) => a(packet) && b(packet);
    }
    return left;
  }
  function single(): Filter | undefined {
    const token = tokens[at++];
    if (token === undefined) return undefined;
    if (token === "not" || token === "!") {
      const inner = single();
      return inner === undefined ? undefined : (packet) => !inner(packet);
    }
    if (token === "(") {
      const inner = alternatives();
      return tokens[at++] === ")" ? inner : undefined;
    }
    if (["tcp", "udp", "icmp", "sctp"].includes(token)) {
      const isProtocol: Filter = (packet) => packet.protocol === token;
      if (!["port", "src", "dst"].includes(peek() ?? "")) return isProtocol;
      const rest = single();
      return rest === undefined ? undefined : (packet) => isProtocol(packet) && rest(packet);
    }
    if (token === "ip" || token === "ip6") return (packet) => (packet.source.ip.family === 4) === (token === "ip");
    let side: "src" | "dst" | undefined;
    let kind = token;
    if (token === "src" || token === "dst") {
      side = token;
      kind = ["host", "port", "net"].includes(peek() ?? "") ? (tokens[at++] as string) : "host";
    }
    const sides = (packet: Packet) => [...(side !== "dst" ? [packet.source] : []), ...(side !== "src" ? [packet.destination] : [])];
    const value = tokens[at++];
    if (value === undefined) return undefined;
    if (kind === "host") return (packet) => sides(packet).some((address) => address.ip.text === value);
    if (kind === "port") {
      const port = { http: 80, https: 443, domain: 53, ssh: 22 }[value] ?? Number(value);
      return Number.isInteger(port) ? (packet) => sides(packet).some((address) => address.port === port) : undefined;
    }
    if (kind === "net") {
      const cidr = parseCidr(value);
      return cidr === undefined ? undefined : (packet) => sides(packet).some((address) => inCidr(address.ip, cidr));
    }
    if (kind === "portrange") {
      const range = /^(\d+)-(\d+)$/.exec(value);
      return range === null
        ? undefined
        : (packet) => sides(packet).some((address) => address.port >= Number(range[1]) && address.port <= Number(range[2]));
    }
    return undefined;
  }
  if (tokens.length === 0) return () => true;
  const filter = alternatives();
  return at === tokens.length ? filter : undefined;
}

export const tcpdump: ProgramEntry = { name: "tcpdump", run: runTcpdump, catches: ["SIGINT", "SIGTERM"] };
