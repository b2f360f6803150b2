import { tellMisfortune } from "../machine/misfortune.ts";
import { type PingAnswer, type PingRequest, type Program, type ProgramEntry, type Run, Signal, type Sys } from "../machine/syscall.ts";
import { reverseName } from "../protocols/dns.ts";
import { type AddressFamily, askServersInTurn, readResolvConf } from "../protocols/resolver.ts";
import { describeError, resolveFor } from "./http-client.ts";

/** Which ping it is: iputils (Debian and most), BusyBox, or GNU inetutils. Their words differ, what they send does not. */
type Flavour = "iputils" | "busybox" | "inetutils";

interface PingOptions {
  readonly host: string;
  readonly count: number | undefined;
  readonly intervalUs: number;
  /** How long after the last request answers are waited for. */
  readonly lingerUs: number;
  readonly deadlineUs: number | undefined;
  readonly dataBytes: number;
  readonly ttl: number | undefined;
  readonly isNumeric: boolean;
  readonly isQuiet: boolean;
  readonly families: readonly AddressFamily[];
}

/** @source iputils 20221126 ping.c; BusyBox 1.35 networking/ping.c; inetutils 2.4 ping */
function pingOf(flavour: Flavour): (sys: Sys) => Program {
  return function* run(sys: Sys): Program {
    const parsed = parse(sys.args.slice(1), flavour);
    if (typeof parsed === "string") {
      yield* sys.err(parsed);
      return flavour === "iputils" ? 2 : flavour === "busybox" ? 1 : 64;
    }
    const resolved = yield* resolveFor(sys, parsed.host, parsed.families);
    const address = resolved.ok ? resolved.host.addresses[0] : undefined;
    if (!resolved.ok || address === undefined) {
      const error = resolved.ok ? "NODATA" : resolved.error;
      yield* sys.err(unknownHost(flavour, parsed.host, error));
      return flavour === "iputils" ? 2 : 1;
    }
    return yield* pingAddress(sys, flavour, parsed, address.ip, resolved.host.canonicalName);
  };
}

function unknownHost(flavour: Flavour, host: string, error: string): string {
  if (flavour === "busybox") return `ping: bad address '${host}'\n`;
  if (flavour === "inetutils") return "ping: unknown host\n";
  const texts: Readonly<Record<string, string>> = {
    NONAME: "Name or service not known",
    NODATA: "No address associated with hostname",
    AGAIN: "Temporary failure in name resolution",
    FAIL: "Non-recoverable failure in name resolution",
  };
  return `ping: ${host}: ${texts[error] ?? error}\n`;
}

/** iputils has words of their own for IPv6: `PING HOST(NAME (ADDRESS)) 56 data bytes`. */
function* heading(sys: Sys, flavour: Flavour, options: PingOptions, ip: string, host: string, typedNumber: boolean): Run<string> {
  const bytes = options.dataBytes;
  if (flavour !== "iputils") return `PING ${host} (${ip}): ${bytes} data bytes\n`;
  if (!ip.includes(":")) return `PING ${host} (${ip}) ${bytes}(${bytes + 28}) bytes of data.\n`;
  if (typedNumber || options.isNumeric) return `PING ${host}(${ip}) ${bytes} data bytes\n`;
  return `PING ${host}(${(yield* reverseLookUp(sys, ip)) ?? ip} (${ip})) ${bytes} data bytes\n`;
}

interface Counts {
  sent: number;
  received: number;
  errors: number;
  pending: number;
  readonly timesUs: number[];
  lastEventUs: number;
}

function* pingAddress(sys: Sys, flavour: Flavour, options: PingOptions, ip: string, canonical: string): Run<number> {
  const to = sys.address(ip, 0);
  if (to === undefined) return 2;
  const typedNumber = sys.address(options.host, 0) !== undefined;
  const shownHost = flavour === "busybox" ? options.host : canonical;
  yield* sys.out(yield* heading(sys, flavour, options, ip, shownHost, typedNumber));
  const identifier = flavour === "iputils" ? sys.random.below(65536) : sys.pid & 0xffff;
  const counts: Counts = { sent: 0, received: 0, errors: 0, pending: 0, timesUs: [], lastEventUs: 0 };
  const firstSequence = flavour === "iputils" ? 1 : 0;
  const startUs = sys.nowUs();
  let names: KnownName | undefined;
  const nameOf = function* (from: string): Run<string> {
    if (flavour !== "iputils" || typedNumber || options.isNumeric) return from;
    names ??= { ip: from, name: yield* reverseLookUp(sys, from) };
    return names.ip === from && names.name !== undefined ? `${names.name} (${from})` : `${from} (${from})`;
  };
  const tell = function* (answer: PingAnswer | string, sequence: number): Run<void> {
    counts.pending--;
    if (typeof answer === "string" || answer.kind === "timeout") return;
    counts.lastEventUs = sys.nowUs();
    const from = answer.from ?? ip;
    if (answer.kind === "reply") {
      counts.received++;
      counts.timesUs.push(answer.roundTripUs ?? 0);
      if (options.isQuiet) return;
      const bytes = options.dataBytes + 8;
      const ttl = answer.ttl ?? 64;
      const time = flavour === "iputils" ? roundTrip(answer.roundTripUs ?? 0) : ms(answer.roundTripUs ?? 0);
      const where = yield* nameOf(from);
      const word = flavour === "busybox" ? "seq" : "icmp_seq";
      yield* sys.out(`${bytes} bytes from ${where}: ${word}=${sequence} ttl=${ttl} time=${time} ms\n`);
      return;
    }
    counts.errors++;
    const text = errorText(answer.type ?? "");
    if (options.isQuiet) return;
    if (flavour === "iputils") yield* sys.out(`From ${from} icmp_seq=${sequence} ${text}\n`);
    else if (flavour === "inetutils") yield* sys.out(`${options.dataBytes + 36} bytes from ${from}: ${text}\n`);
  };
  try {
    for (let index = 0; options.count === undefined || index < options.count; index++) {
      const atUs = startUs + index * options.intervalUs;
      if (sys.nowUs() < atUs) yield* sys.sleep(atUs - sys.nowUs());
      if (options.deadlineUs !== undefined && sys.nowUs() >= startUs + options.deadlineUs) break;
      const sequence = firstSequence + index;
      counts.sent++;
      counts.pending++;
      counts.lastEventUs = sys.nowUs();
      const request: PingRequest = {
        sequence,
        identifier,
        dataBytes: options.dataBytes,
        timeoutUs: options.lingerUs,
        ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
      };
      if (index === 0) {
        // The first one tells whether there is a route at all, so it is not sent from a thread of its own.
        const first = yield* sys.within(options.count === 1 ? options.lingerUs : options.intervalUs, sys.ping(to, request));
        if (first.ok) {
          if (typeof first.value === "string") return yield* noRoute(sys, flavour, first.value);
          yield* tell(first.value, sequence);
          continue;
        }
        counts.pending--;
        continue;
      }
      sys.thread(`ping-${sequence}`, answerOf(sequence, request));
    }
    const endUs =
      sys.nowUs() + (options.deadlineUs === undefined ? options.lingerUs : Math.max(0, startUs + options.deadlineUs - sys.nowUs()));
    while (counts.pending > 0 && sys.nowUs() < endUs) yield* sys.sleep(Math.min(10_000, Math.max(1, endUs - sys.nowUs())));
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGINT") throw signal;
  }
  yield* sys.out(summary(flavour, shownHost, counts, counts.lastEventUs - startUs));
  if (counts.received === 0) tellMisfortune(sys, { type: "ping-unanswered", ip });
  return counts.received > 0 ? 0 : 1;

  function* answerOf(sequence: number, request: Parameters<Sys["ping"]>[1]): Run<void> {
    yield* tell(yield* sys.ping(to as NonNullable<typeof to>, request), sequence);
  }
}

/** The reverse name of the last address asked about; looked up once. */
interface KnownName {
  readonly ip: string;
  readonly name: string | undefined;
}

/** The name that DNS has for an address; undefined when it has none. */
export function* reverseLookUp(sys: Sys, ip: string): Run<string | undefined> {
  const numeric = sys.address(ip, 0)?.ip;
  if (numeric === undefined) return undefined;
  const answer = yield* askServersInTurn(sys, reverseName(numeric.family, numeric.words), ["PTR"], readResolvConf(sys));
  const record = answer.ok ? answer.messages[0]?.answers.find((candidate) => candidate.type === "PTR") : undefined;
  return record?.type === "PTR" ? record.target.replace(/\.$/, "") : undefined;
}

function* noRoute(sys: Sys, flavour: Flavour, error: string): Run<number> {
  if (flavour === "iputils") {
    yield* sys.err(`ping: connect: ${describeError(error)}\n`);
    return 2;
  }
  yield* sys.err(flavour === "busybox" ? `ping: sendto: ${describeError(error)}\n` : `ping: sending packet: ${describeError(error)}\n`);
  return 1;
}

function errorText(type: string): string {
  const texts: Readonly<Record<string, string>> = {
    "port-unreachable": "Destination Port Unreachable",
    "host-unreachable": "Destination Host Unreachable",
    "net-unreachable": "Destination Net Unreachable",
    "admin-prohibited": "Packet filtered",
    "time-exceeded": "Time to live exceeded",
  };
  return texts[type] ?? "Destination Host Unreachable";
}

/** iputils shows fewer digits the longer it took. */
function roundTrip(us: number): string {
  if (us >= 100_000) return `${Math.floor(us / 1000)}`;
  if (us >= 10_000) return `${Math.floor(us / 1000)}.${Math.floor((us % 1000) / 100)}`;
  if (us >= 1000) return `${Math.floor(us / 1000)}.${`${Math.floor((us % 1000) / 10)}`.padStart(2, "0")}`;
  return ms(us);
}

function ms(us: number): string {
  return `${Math.floor(us / 1000)}.${`${Math.floor(us % 1000)}`.padStart(3, "0")}`;
}

function summary(flavour: Flavour, host: string, counts: Counts, elapsedUs: number): string {
  const { sent, received, errors, timesUs } = counts;
  const loss = sent === 0 ? 0 : ((sent - received) * 100) / sent;
  const lost = Number.isInteger(loss) || flavour !== "iputils" ? `${Math.floor(loss)}` : `${Math.floor(loss * 10_000) / 10_000}`;
  const minimum = ms(timesUs.reduce((a, b) => Math.min(a, b), timesUs[0] ?? 0));
  const maximum = ms(timesUs.reduce((a, b) => Math.max(a, b), 0));
  const mean = timesUs.length === 0 ? 0 : timesUs.reduce((a, b) => a + b, 0) / timesUs.length;
  const squares = timesUs.length === 0 ? 0 : timesUs.reduce((a, b) => a + b * b, 0) / timesUs.length;
  const deviation = ms(Math.floor(Math.sqrt(Math.max(0, squares - mean * mean))));
  const average = ms(Math.floor(mean));
  switch (flavour) {
    case "iputils": {
      const failed = errors > 0 ? `+${errors} errors, ` : "";
      const times = timesUs.length === 0 ? "" : `rtt min/avg/max/mdev = ${minimum}/${average}/${maximum}/${deviation} ms`;
      return `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} received, ${failed}${lost}% packet loss, time ${Math.floor(elapsedUs / 1000)}ms\n${times}\n`;
    }
    case "busybox": {
      const times = timesUs.length === 0 ? "" : `round-trip min/avg/max = ${minimum}/${average}/${maximum} ms\n`;
      return `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} packets received, ${lost}% packet loss\n${times}`;
    }
    case "inetutils": {
      const times = timesUs.length === 0 ? "" : `round-trip min/avg/max/stddev = ${minimum}/${average}/${maximum}/${deviation} ms\n`;
      return `--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} packets received, ${lost}% packet loss\n${times}`;
    }
  }
}

const iputilsUsage = "ping: usage error: Destination address required\n";

function parse(args: readonly string[], flavour: Flavour): PingOptions | string {
  let count: number | undefined;
  let intervalUs = 1_000_000;
  let lingerUs = 10_000_000;
  let deadlineUs: number | undefined;
  let dataBytes = 56;
  let ttl: number | undefined;
  let isNumeric = false;
  let isQuiet = false;
  let families: readonly AddressFamily[] = [4, 6];
  const hosts: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const long = /^--(count|interval|size|timeout|linger|numeric|quiet)(?:=(.*))?$/.exec(arg);
    const spelled =
      long === null
        ? arg
        : `-${{ count: "c", interval: "i", size: "s", timeout: "w", linger: "W", numeric: "n", quiet: "q" }[long[1] as "count"]}${long[2] ?? ""}`;
    if (!spelled.startsWith("-") || spelled.length < 2) {
      hosts.push(arg);
      continue;
    }
    for (let at = 1; at < spelled.length; at++) {
      const letter = spelled.charAt(at);
      if ("ciswWtIQMpSTml".includes(letter)) {
        const value = spelled.slice(at + 1) !== "" ? spelled.slice(at + 1) : args[++i];
        if (value === undefined) return `ping: option requires an argument -- '${letter}'\n`;
        const number = Number(value);
        if ("ciswW".includes(letter) && !(number >= 0)) return `ping: invalid argument: '${value}'\n`;
        if (letter === "c") {
          if (number < 1) return `ping: invalid argument: '${value}': out of range: 1 <= value <= 9223372036854775807\n`;
          count = number;
        } else if (letter === "i") intervalUs = Math.max(1000, Math.round(number * 1_000_000));
        else if (letter === "s") dataBytes = number;
        else if (letter === "t") {
          if (number === 0) return "ping: cannot set unicast time-to-live: Invalid argument\n";
          if (!(number >= 1 && number <= 255)) return `ping: invalid argument: '${value}': out of range: 0 <= value <= 255\n`;
          ttl = number;
        } else if (letter === "w") deadlineUs = Math.round(number * 1_000_000);
        else if (letter === "W") lingerUs = Math.max(1000, Math.round(number * 1_000_000));
        break;
      }
      if (letter === "n") isNumeric = true;
      else if (letter === "q") isQuiet = true;
      else if (letter === "4") families = [4];
      else if (letter === "6") families = [6];
      else if (!"DOvAabdfLrRUV".includes(letter)) return `ping: invalid option -- '${letter}'\n`;
    }
  }
  const host = hosts.at(-1);
  if (host === undefined) {
    if (flavour === "iputils") return iputilsUsage;
    return flavour === "busybox"
      ? "BusyBox v1.35.0 multi-call binary.\n\nUsage: ping [OPTIONS] HOST\n"
      : "ping: missing host operand\nTry 'ping --help' or 'ping --usage' for more information.\n";
  }
  return { host, count, intervalUs, lingerUs, deadlineUs, dataBytes, ttl, isNumeric, isQuiet, families };
}

export const ping: ProgramEntry = { name: "ping", run: pingOf("iputils"), catches: ["SIGINT"] };
export const busyboxPing: ProgramEntry = { name: "ping", run: pingOf("busybox"), catches: ["SIGINT"] };
export const inetutilsPing: ProgramEntry = { name: "ping", run: pingOf("inetutils"), catches: ["SIGINT"] };
