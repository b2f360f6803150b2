import type { PingAnswer, Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { Bell } from "../protocols/bell.ts";
import type { AddressFamily } from "../protocols/resolver.ts";
import { describeError, resolveFor } from "./http-client.ts";
import { reverseLookUp } from "./ping.ts";

type Flavour = "linux" | "busybox";

interface Options {
  host: string;
  isNumeric: boolean;
  usesIcmp: boolean;
  hopsMax: number;
  firstHop: number;
  queries: number;
  waitUs: number;
  port: number;
  bytes: number;
  families: readonly AddressFamily[];
}

/** How many hops are asked about at once: with three probes each about as many as the real one has under way. BusyBox takes one after another. */
const hopsAtOnce: Readonly<Record<Flavour, number>> = { linux: 5, busybox: 1 };

/**
 * `traceroute [-46nI] [-f FIRST] [-m MAX] [-q QUERIES] [-w SECONDS] [-p PORT] HOST`: who answers when the packet's time to live runs out.
 * @source traceroute 2.1.2 (Dmitry Butskoy), run beside it; BusyBox 1.35 networking/traceroute.c
 */
function tracerouteOf(flavour: Flavour): (sys: Sys) => Program {
  return function* run(sys: Sys): Program {
    const options = parse(sys.args.slice(1), flavour);
    if (typeof options === "string") {
      yield* sys.err(options);
      return flavour === "linux" ? 2 : 1;
    }
    const resolved = yield* resolveFor(sys, options.host, options.families);
    const address = resolved.ok ? resolved.host.addresses[0] : undefined;
    if (address === undefined) {
      yield* sys.err(
        flavour === "busybox"
          ? `traceroute: bad address '${options.host}'\n`
          : `${options.host}: Name or service not known\nCannot handle "host" cmdline arg \`${options.host}' on position 1 (argc ${sys.args.length - 1})\n`,
      );
      return flavour === "linux" ? 2 : 1;
    }
    yield* sys.out(`traceroute to ${options.host} (${address.ip}), ${options.hopsMax} hops max, ${options.bytes} byte packets\n`);
    return yield* walk(sys, options, address.ip, flavour);
  };
}

type Answer = PingAnswer | string | undefined;

function* walk(sys: Sys, options: Options, ip: string, flavour: Flavour): Run<number> {
  const names = new Map<string, string>();
  for (let first = options.firstHop; first <= options.hopsMax; first += hopsAtOnce[flavour]) {
    const hops = Array.from({ length: Math.min(hopsAtOnce[flavour], options.hopsMax - first + 1) }, (_, i) => first + i);
    const answers = yield* ask(sys, options, ip, hops);
    for (const [i, ttl] of hops.entries()) {
      const row = answers.slice(i * options.queries, (i + 1) * options.queries);
      const refused = row.find((answer): answer is string => typeof answer === "string");
      if (refused !== undefined) {
        yield* sys.err(flavour === "busybox" ? `traceroute: sendto: ${describeError(refused)}\n` : `connect: ${describeError(refused)}\n`);
        return 1;
      }
      yield* sys.out(yield* line(sys, options, ttl, row, names));
      if (row.some((answer) => typeof answer === "object" && isEnd(answer))) return 0;
    }
  }
  return 0;
}

/** It got there, or somebody says that it never will. */
function isEnd({ kind, type }: PingAnswer): boolean {
  return kind === "reply" || (kind === "unreachable" && type !== "time-exceeded");
}

/** All probes of these hops at once, in order of hop and query. */
function* ask(sys: Sys, options: Options, ip: string, hops: readonly number[]): Run<readonly Answer[]> {
  const answers: Answer[] = [];
  const identifier = sys.pid & 0xffff;
  const to = sys.address(ip, 0);
  if (to === undefined) return hops.flatMap(() => new Array<Answer>(options.queries).fill(undefined));
  const ended = new Bell();
  let pending = 0;
  for (const ttl of hops) {
    for (let query = 0; query < options.queries; query++) {
      const sequence = (ttl - 1) * options.queries + query;
      const at = answers.length;
      answers.push(undefined);
      pending++;
      sys.thread(`probe-${sequence}`, one(to, at, ttl, sequence));
    }
  }
  if (pending > 0) yield* ended.wait();
  return answers;

  function* one(target: typeof to & object, at: number, ttl: number, sequence: number): Run<void> {
    const headers = ip.includes(":") ? 48 : 28;
    answers[at] = yield* sys.ping(target, {
      identifier,
      sequence,
      ttl,
      dataBytes: Math.max(0, options.bytes - headers),
      timeoutUs: options.waitUs,
      ...(options.usesIcmp ? {} : { udpPort: options.port + sequence }),
    });
    if (--pending === 0) ended.ring();
  }
}

/** ` 2  10.244.1.1 (10.244.1.1)  0.050 ms  0.010 ms  0.008 ms`; who is silent is a star. */
function* line(sys: Sys, options: Options, ttl: number, row: readonly Answer[], names: Map<string, string>): Run<string> {
  let text = `${`${ttl}`.padStart(2)} `;
  let last = "";
  for (const answer of row) {
    if (typeof answer !== "object" || answer.kind === "timeout" || answer.from === undefined) {
      text += " *";
      continue;
    }
    const { from, type = "", roundTripUs = 0 } = answer;
    if (from !== last) text += ` ${options.isNumeric ? from : `${yield* nameOf(sys, from, names)} (${from})`}`;
    last = from;
    text += `  ${(roundTripUs / 1000).toFixed(3)} ms${notes[type] ?? ""}`;
  }
  return `${text}\n`;
}

/** Why it ends there, unless because it arrived. @source traceroute(8), "LIST OF AVAILABLE METHODS" */
const notes: Readonly<Record<string, string>> = { "host-unreachable": " !H", "net-unreachable": " !N", "admin-prohibited": " !X" };

function* nameOf(sys: Sys, from: string, names: Map<string, string>): Run<string> {
  const known = names.get(from);
  if (known !== undefined) return known;
  const name = (yield* reverseLookUp(sys, from)) ?? from;
  names.set(from, name);
  return name;
}

function parse(args: readonly string[], flavour: Flavour): Options | string {
  const options: Options = {
    host: "",
    isNumeric: false,
    usesIcmp: false,
    hopsMax: 30,
    firstHop: 1,
    queries: 3,
    waitUs: 5_000_000,
    port: 33_434,
    bytes: flavour === "linux" ? 60 : 46,
    families: [4, 6],
  };
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      const number = (): number => {
        const text = at + 1 < arg.length ? arg.slice(at + 1) : (args[++i] ?? "");
        at = arg.length;
        return Number(text);
      };
      if (letter === "n") options.isNumeric = true;
      else if (letter === "I") options.usesIcmp = true;
      else if (letter === "4") options.families = [4];
      else if (letter === "6") options.families = [6];
      else if (letter === "f") options.firstHop = number();
      else if (letter === "m") options.hopsMax = number();
      else if (letter === "q") options.queries = number();
      else if (letter === "w") options.waitUs = number() * 1_000_000;
      else if (letter === "p") options.port = number();
      else if (letter !== "U")
        return flavour === "busybox" ? `traceroute: invalid option -- '${letter}'\n` : `Bad option \`-${letter}' (argc ${i + 1})\n`;
    }
  }
  const [host, bytes] = words;
  if (host === undefined)
    return flavour === "busybox"
      ? "BusyBox v1.36.1 multi-call binary.\n\nUsage: traceroute [-46Inr] [-f 1ST_TTL] [-m MAXTTL] [-q PROBES] [-p PORT]\n\t[-t TOS] [-w WAIT_SEC] [-s SRC_IP] [-i IFACE]\n\t[-z PAUSE_MSEC] HOST [BYTES]\n"
      : 'Specify "host" missing argument.\n';
  options.host = host;
  if (bytes !== undefined && /^\d+$/.test(bytes)) options.bytes = Number(bytes);
  return options;
}

export const traceroute: ProgramEntry = { name: "traceroute", run: tracerouteOf("linux") };
export const busyboxTraceroute: ProgramEntry = { name: "traceroute", run: tracerouteOf("busybox") };
