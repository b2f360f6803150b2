import type { DatagramSocket, Program, ProgramEntry, Run, Stream, Sys } from "../machine/syscall.ts";
import type { SocketAddress } from "../network/address.ts";
import { portNames } from "../network/port-names.ts";
import { isPayload } from "../protocols/duplex.ts";
import { payloadText } from "../protocols/summary.ts";
import { textPayload } from "../protocols/text.ts";
import { describeError, resolveFor } from "./http-client.ts";

interface NcOptions {
  isListening: boolean;
  isScan: boolean;
  isVerbose: boolean;
  isUdp: boolean;
  isNumeric: boolean;
  keepsListening: boolean;
  closesAtEnd: boolean;
  ignoresInput: boolean;
  timeoutUs: number | undefined;
  quitUs: number | undefined;
  sourcePort: number | undefined;
  families: readonly (4 | 6)[];
}

const usage = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
	  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
	  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
	  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
	  [destination] [port]
`;

/** `nc [-46klNnuvz] [-p port] [-q seconds] [-w timeout] [destination] [port[-port]]` @source OpenBSD netcat (Debian patchlevel 1.219-1), tried beside it */
function* runNc(sys: Sys): Program {
  const options: NcOptions = {
    isListening: false,
    isScan: false,
    isVerbose: false,
    isUdp: false,
    isNumeric: false,
    keepsListening: false,
    closesAtEnd: false,
    ignoresInput: false,
    timeoutUs: undefined,
    quitUs: undefined,
    sourcePort: undefined,
    families: [4, 6],
  };
  const words: string[] = [];
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      if ("wqpsiIOPTVWXxMm".includes(letter)) {
        const value = arg.slice(at + 1) !== "" ? arg.slice(at + 1) : args[++i];
        if (value === undefined) {
          yield* sys.err(`nc: option requires an argument -- '${letter}'\n${usage}`);
          return 1;
        }
        if (letter === "w") options.timeoutUs = Number(value) * 1_000_000;
        else if (letter === "q") options.quitUs = Math.max(0, Number(value)) * 1_000_000;
        else if (letter === "p") options.sourcePort = Number(value);
        break;
      }
      if (letter === "l") options.isListening = true;
      else if (letter === "z") options.isScan = true;
      else if (letter === "v") options.isVerbose = true;
      else if (letter === "u") options.isUdp = true;
      else if (letter === "n") options.isNumeric = true;
      else if (letter === "k") options.keepsListening = true;
      else if (letter === "N") options.closesAtEnd = true;
      else if (letter === "d") options.ignoresInput = true;
      else if (letter === "4") options.families = [4];
      else if (letter === "6") options.families = [6];
      else if (letter === "h") {
        yield* sys.err(`OpenBSD netcat (Debian patchlevel 1.219-1)\n${usage}`);
        return 0;
      } else if (!"CDFrStUZb".includes(letter)) {
        yield* sys.err(`nc: invalid option -- '${letter}'\n${usage}`);
        return 1;
      }
    }
  }
  if (options.isListening) return yield* listen(sys, options, words);
  const [host, ports] = words;
  if (host === undefined) {
    yield* sys.err(usage);
    return 1;
  }
  if (ports === undefined) {
    yield* sys.err("nc: missing port number\n");
    return 1;
  }
  const range = /^(\d+)(?:-(\d+))?$/.exec(ports);
  if (range === null) {
    yield* sys.err(`nc: port number invalid: ${ports}\n`);
    return 1;
  }
  const numeric = sys.address(host, 0) !== undefined;
  const resolved =
    options.isNumeric && !numeric ? ({ ok: false, error: "NONAME" } as const) : yield* resolveFor(sys, host, options.families);
  if (!resolved.ok) {
    const why =
      resolved.error === "AGAIN"
        ? "Temporary failure in name resolution"
        : resolved.error === "NODATA"
          ? "No address associated with hostname"
          : "Name or service not known";
    yield* sys.err(`nc: getaddrinfo for host "${host}" port ${range[1]}: ${why}\n`);
    return 1;
  }
  const ips = resolved.host.addresses.map((address) => address.ip);
  let exit = 1;
  for (let port = Number(range[1]); port <= Number(range[2] ?? range[1]); port++) {
    const status = options.isUdp ? yield* udpPort(sys, options, host, ips, port) : yield* tcpPort(sys, options, host, ips, port, numeric);
    if (status === 0) exit = 0;
    if (!options.isScan) return status;
  }
  return exit;
}

function* tcpPort(sys: Sys, options: NcOptions, host: string, ips: readonly string[], port: number, isNumeric: boolean): Run<number> {
  for (const ip of ips) {
    const to = sys.address(ip, port);
    if (to === undefined) continue;
    const connected = yield* sys.connect(to, {
      ...(options.timeoutUs === undefined ? {} : { timeoutUs: options.timeoutUs }),
      ...(options.sourcePort === undefined ? {} : { sourcePort: options.sourcePort }),
    });
    if (!connected.ok) {
      const isOurs = connected.error === "ETIMEDOUT" && options.timeoutUs !== undefined;
      if (options.isVerbose)
        yield* sys.err(
          `nc: connect to ${host}${isNumeric ? "" : ` (${ip})`} port ${port} (tcp) ${isOurs ? "timed out: Operation now in progress" : `failed: ${describeError(connected.error)}`}\n`,
        );
      continue;
    }
    if (options.isVerbose)
      yield* sys.err(
        `Connection to ${host}${isNumeric ? "" : ` (${ip})`} ${port} port [tcp/${options.isNumeric ? "*" : (portNames[port] ?? "*")}] succeeded!\n`,
      );
    if (options.isScan) connected.stream.close();
    else yield* talk(sys, options, connected.stream);
    return 0;
  }
  return 1;
}

/** Standard input goes out while what comes in is printed, until the peer closes. */
function* talk(sys: Sys, options: NcOptions, stream: Stream): Run<void> {
  let inputEndUs: number | undefined;
  if (!options.ignoresInput) {
    sys.thread(
      "input",
      (function* (): Run<void> {
        for (;;) {
          const text = yield* sys.stdin.read();
          if (text === "") break;
          if ((yield* stream.send(textPayload(text))) !== undefined) return;
        }
        inputEndUs = sys.nowUs();
        if (options.closesAtEnd || options.quitUs !== undefined) {
          if (options.quitUs !== undefined && options.quitUs > 0) yield* sys.sleep(options.quitUs);
          if (options.closesAtEnd || options.quitUs !== undefined) stream.close();
        }
      })(),
    );
  }
  try {
    for (;;) {
      const received = yield* stream.receive(options.timeoutUs);
      if (!isPayload(received)) break;
      yield* sys.out(payloadText(received));
      if (options.quitUs !== undefined && inputEndUs !== undefined && sys.nowUs() > inputEndUs + options.quitUs) break;
    }
  } finally {
    stream.close();
  }
}

function* udpPort(sys: Sys, options: NcOptions, host: string, ips: readonly string[], port: number): Run<number> {
  const to = sys.address(ips[0] ?? "", port);
  const bound = to === undefined ? undefined : sys.udp(options.sourcePort ?? 0, { connectedTo: to });
  if (to === undefined || bound === undefined || !bound.ok) return 1;
  const { socket } = bound;
  if (options.isScan) {
    // Four letters are sent; silence counts as open. Without -v nothing is tested.
    for (let i = 0; i < 4; i++) {
      yield* socket.send(to, textPayload("X"));
      if ((yield* socket.receive(1_000_000)) === "ECONNREFUSED") {
        socket.close();
        return 1;
      }
    }
    socket.close();
    if (options.isVerbose)
      yield* sys.err(`Connection to ${host} (${to.ip.text}) ${port} port [udp/${portNames[port] ?? "*"}] succeeded!\n`);
    return 0;
  }
  if (options.isVerbose) yield* sys.err(`Connection to ${host} (${to.ip.text}) ${port} port [udp/${portNames[port] ?? "*"}] succeeded!\n`);
  sys.thread("input", sendLines(sys, socket, to));
  for (;;) {
    const received = yield* socket.receive(options.timeoutUs ?? (options.quitUs !== undefined ? options.quitUs + 1_000_000 : undefined));
    if (typeof received === "string") {
      socket.close();
      if (received === "ECONNREFUSED") return 1;
      return 0;
    }
    yield* sys.out(payloadText(received.payload));
  }
}

function* sendLines(sys: Sys, socket: DatagramSocket, to: SocketAddress): Run<void> {
  for (;;) {
    const text = yield* sys.stdin.read();
    if (text === "") return;
    yield* socket.send(to, textPayload(text));
  }
}

function* listen(sys: Sys, options: NcOptions, words: readonly string[]): Run<number> {
  const portText = options.sourcePort === undefined ? words.at(-1) : `${options.sourcePort}`;
  const ip = words.length > 1 ? words[0] : undefined;
  const port = Number(portText);
  if (!(port > 0)) {
    yield* sys.err(portText === undefined ? usage : `nc: port number invalid: ${portText}\n`);
    return 1;
  }
  if (options.isUdp) return yield* listenUdp(sys, port);
  const listening = sys.listen(port, ip === undefined ? {} : { ip });
  if (!listening.ok) {
    yield* sys.err(`nc: ${describeError(listening.error)}\n`);
    return 1;
  }
  if (options.isVerbose) yield* sys.err(`Listening on ${ip ?? "0.0.0.0"} ${port}\n`);
  const { listener } = listening;
  try {
    do {
      const stream = yield* listener.accept();
      if (options.isVerbose) yield* sys.err(`Connection received on ${stream.remote.ip.text} ${stream.remote.port}\n`);
      yield* talk(sys, options, stream);
    } while (options.keepsListening);
  } finally {
    listener.close();
  }
  return 0;
}

function* listenUdp(sys: Sys, port: number): Run<number> {
  const bound = sys.udp(port);
  if (!bound.ok) {
    yield* sys.err(`nc: ${describeError(bound.error)}\n`);
    return 1;
  }
  let peer: SocketAddress | undefined;
  for (;;) {
    const received = yield* bound.socket.receive();
    if (typeof received === "string") continue;
    if (peer === undefined) {
      peer = received.from;
      sys.thread("input", sendLines(sys, bound.socket, peer));
    }
    yield* sys.out(payloadText(received.payload));
  }
}

export const nc: ProgramEntry = { name: "nc", run: runNc };

/** `nc [-lw] [-p PORT] IPADDR PORT` @source BusyBox 1.35 networking/nc.c (small version), tried beside it */
function* runBusyboxNc(sys: Sys): Program {
  let isListening = false;
  let port: number | undefined;
  let timeoutUs: number | undefined;
  const words: string[] = [];
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg.charAt(at);
      if ("pwife".includes(letter)) {
        const value = arg.slice(at + 1) !== "" ? arg.slice(at + 1) : (args[++i] ?? "");
        if (letter === "p") port = Number(value);
        else if (letter === "w") timeoutUs = Number(value) * 1_000_000;
        break;
      }
      if (letter === "l") isListening = true;
      else {
        yield* sys.err(`nc: unrecognized option: ${letter}\n${busyboxUsage}`);
        return 1;
      }
    }
  }
  const options: NcOptions = {
    isListening,
    isScan: false,
    isVerbose: false,
    isUdp: false,
    isNumeric: false,
    keepsListening: false,
    closesAtEnd: !isListening,
    ignoresInput: false,
    timeoutUs: undefined,
    quitUs: undefined,
    sourcePort: port,
    families: [4, 6],
  };
  if (isListening) return yield* listen(sys, { ...options, closesAtEnd: false }, port === undefined ? words : []);
  const [host, portText] = words;
  if (host === undefined || portText === undefined) {
    yield* sys.err(busyboxUsage);
    return 1;
  }
  const resolved = yield* resolveFor(sys, host);
  const ip = resolved.ok ? resolved.host.addresses[0]?.ip : undefined;
  const to = ip === undefined ? undefined : sys.address(ip, Number(portText));
  if (to === undefined) {
    yield* sys.err(`nc: bad address '${host}'\n`);
    return 1;
  }
  const connected = yield* sys.connect(to, timeoutUs === undefined ? {} : { timeoutUs });
  if (!connected.ok) {
    yield* sys.err(
      connected.error === "ETIMEDOUT" && timeoutUs !== undefined
        ? "nc: timed out\n"
        : `nc: can't connect to remote host (${to.ip.text}): ${describeError(connected.error)}\n`,
    );
    return 1;
  }
  yield* talk(sys, options, connected.stream);
  return 0;
}

const busyboxUsage = `BusyBox v1.35.0 multi-call binary.

Usage: nc [-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]

Open a pipe to IP:PORT or FILE

	-l	Listen mode, for inbound connects
		(use -ll with -e for persistent server)
	-p PORT	Local port
	-w SEC	Connect timeout
	-i SEC	Delay interval for lines sent
	-f FILE	Use file (ala /dev/ttyS0) instead of network
	-e PROG	Run PROG after connect
`;

export const busyboxNc: ProgramEntry = { name: "nc", run: runBusyboxNc };
