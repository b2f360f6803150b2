import { type OutputStream, type Program, type ProgramEntry, type Run, Signal, type Stream, type Sys } from "../machine/syscall.ts";
import { describeError, dial, httpConnection, resolveFor } from "../programs/http-client.ts";
import { gnuPrograms } from "../programs/index.ts";
import { isPayload } from "../protocols/duplex.ts";
import { type HttpRequest, type HttpResponse, header, httpRequest } from "../protocols/http.ts";
import { goDate } from "../protocols/http-date.ts";
import { exchangeHttp } from "../protocols/http-exchange.ts";
import { payloadText } from "../protocols/summary.ts";
import { textPayload } from "../protocols/text.ts";
import { goBadRequest, goIdleUs, goResponse, splitTarget } from "./go-http.ts";
import { grpcHealthChecking } from "./grpc-health.ts";
import { imageOf } from "./image.ts";
import { listenHttp, waitForEver } from "./serve.ts";

/** `agnhost COMMAND [flags]` @source kubernetes/kubernetes test/images/agnhost */
function* runAgnhost(sys: Sys): Program {
  const [command = "help", ...rest] = sys.args.slice(1);
  const { flags, words } = parseFlags(rest);
  try {
    switch (command) {
      case "netexec":
        return yield* netexec(sys, flags);
      case "serve-hostname":
        return yield* serveHostname(sys, flags);
      case "connect":
        return yield* connect(sys, flags, words);
      case "pause":
        yield* sys.out("Paused\n");
        return yield* waitForEver(sys);
      case "grpc-health-checking":
        return yield* grpcHealthChecking(sys, flags);
      case "porter":
        return yield* porter(sys);
      case "dns-suffix":
        return yield* dnsSuffix(sys);
      case "etc-hosts": {
        const file = sys.files.read("/etc/hosts");
        yield* sys.out(file.ok ? file.value : "");
        return 0;
      }
      default:
        yield* sys.err(`Error: unknown command "${command}" for "app"\nRun 'app --help' for usage.\n`);
        return 1;
    }
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    return 0;
  }
}

function parseFlags(args: readonly string[]): { readonly flags: ReadonlyMap<string, string>; readonly words: readonly string[] } {
  const flags = new Map<string, string>();
  const words: string[] = [];
  const switches = new Set(["http", "tcp", "udp", "close", "abort"]);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const name = arg.replace(/^--?/, "");
    const equals = name.indexOf("=");
    if (equals >= 0) flags.set(name.slice(0, equals), name.slice(equals + 1));
    else if (switches.has(name)) flags.set(name, "true");
    else flags.set(name, args[++i] ?? "");
  }
  return { flags, words };
}

function isOn(flags: ReadonlyMap<string, string>, name: string, otherwise: boolean): boolean {
  const value = flags.get(name);
  return value === undefined ? otherwise : value !== "false";
}

/** HTTP on 8080, UDP on 8081 unless told otherwise. @source netexec/netexec.go */
function* netexec(sys: Sys, flags: ReadonlyMap<string, string>): Run<number> {
  const httpPort = Number(flags.get("http-port") ?? 8080);
  const udpPort = Number(flags.get("udp-port") ?? 8081);
  if (udpPort > 0) {
    yield* sys.err(`Started UDP server on port  ${udpPort}\n`);
    sys.thread("udp", serveUdp(sys, udpPort));
  }
  const sctpPort = Number(flags.get("sctp-port") ?? -1);
  if (sctpPort > 0) {
    yield* sys.err(`Started SCTP server on port  ${sctpPort}\n`);
    sys.thread("sctp", serveSctp(sys, sctpPort));
  }
  yield* sys.err(`Started HTTP server on port ${httpPort}\n`);
  let isReady = true;
  const error = yield* listenHttp(sys, {
    port: httpPort,
    idleUs: goIdleUs,
    badRequest: goBadRequest,
    *handle(request, stream) {
      const { path, query } = splitTarget(request.target);
      switch (path) {
        case "/hostname":
        case "/hostName":
          return goResponse(sys, request, { body: sys.host.hostname });
        case "/clientip":
          return goResponse(sys, request, { body: stream.remote.text });
        case "/echo": {
          const code = Number(query.get("code") ?? 200);
          return goResponse(sys, request, { status: code || 200, body: `${query.get("msg") ?? ""}` });
        }
        case "/header": {
          const key = query.get("key");
          if (key === undefined || key === "") return goResponse(sys, request, { status: 400, body: "'key' is required\n" });
          return goResponse(sys, request, { body: header(request.headers, key) ?? "" });
        }
        case "/healthz":
          return goResponse(sys, request, { status: isReady ? 200 : 412 });
        case "/exit":
          isReady = false;
          sys.thread("exit", exitSoon(sys, Number(query.get("code")) || 0));
          return goResponse(sys, request, {});
        case "/redirect":
          return goResponse(sys, request, {
            status: Number(query.get("code") ?? 302) || 302,
            headers: [["Location", query.get("location") ?? "/"]],
          });
        case "/shell":
          return goResponse(sys, request, { body: JSON.stringify(yield* shell(sys, query.get("shellCommand") ?? query.get("cmd") ?? "")) });
        case "/upload":
          return upload(sys, request);
        case "/shutdown":
          sys.exit(0); // whoever asked gets no answer
          return goResponse(sys, request, {});
        case "/dial":
          return yield* dialHandler(sys, request, query);
        default: // "/" is the pattern for whatever no other one takes
          yield* sys.err("GET /\n");
          return goResponse(sys, request, { body: `NOW: ${goDate(sys.dateMs())}` });
      }
    },
  });
  yield* sys.err(`Error: listen tcp :${httpPort}: bind: ${describeError(error).toLowerCase()}\n`);
  return 1;
}

/** What `sh -c` says, both streams in one. @source netexec.go, shellHandler */
function* shell(sys: Sys, command: string): Run<Readonly<Record<string, string>>> {
  let output = "";
  const sink: OutputStream = {
    kind: "sink",
    *write(text) {
      yield* sys.sleep(1);
      output += text;
    },
    close: () => {},
    share: () => {},
  };
  const started = sys.spawn({ args: ["/bin/sh", "-c", command], stdout: sink, stderr: sink });
  if (!started.ok) return { error: `fork/exec /bin/sh: ${started.error}` };
  const status = yield* started.process.wait();
  return { ...(status === 0 ? {} : { error: `exit status ${status}` }), ...(output === "" ? {} : { output }) };
}

/** The form's `file`, kept below /uploads. @source netexec.go, uploadHandler */
function upload(sys: Sys, request: HttpRequest): HttpResponse {
  const boundary = /boundary=(\S+)/.exec(header(request.headers, "Content-Type") ?? "")?.[1];
  const parts = boundary === undefined ? [] : request.body.split(`--${boundary}`);
  const part = parts.find((one) => /name="file"/.test(one.split("\r\n\r\n")[0] ?? ""));
  if (part === undefined) return goResponse(sys, request, { body: JSON.stringify({ error: "Unable to upload file." }) });
  const content = part.slice(part.indexOf("\r\n\r\n") + 4, -2);
  const path = `/uploads/upload${sys.random.below(1_000_000_000)}`;
  sys.files.makeDirectory("/uploads", { parents: true });
  sys.files.write(path, content);
  return goResponse(sys, request, { status: 201, body: JSON.stringify({ output: path }) });
}

function* exitSoon(sys: Sys, code: number): Run<void> {
  yield* sys.sleep(1000);
  sys.exit(code);
}

/** `hostname`, `echo …`, `clientip`. @source netexec.go, startUDPServer */
function* serveUdp(sys: Sys, port: number): Run<void> {
  const bound = sys.udp(port);
  if (!bound.ok) return;
  for (;;) {
    const datagram = yield* bound.socket.receive();
    if (typeof datagram === "string") continue;
    const text = payloadText(datagram.payload).trim();
    const lower = text.toLowerCase();
    const answer =
      lower === "hostname"
        ? sys.host.hostname
        : lower.startsWith("echo ")
          ? text.slice(5)
          : lower === "clientip"
            ? datagram.from.text
            : undefined;
    if (answer !== undefined) yield* bound.socket.send(datagram.from, textPayload(answer), { inReplyTo: datagram });
  }
}

/** The same words over SCTP. @source netexec.go, startSCTPServer */
function* serveSctp(sys: Sys, port: number): Run<void> {
  const listening = sys.listen(port, { protocol: "sctp" });
  if (!listening.ok) return;
  for (;;) sys.thread("association", serveAssociation(sys, yield* listening.listener.accept()));
}

function* serveAssociation(sys: Sys, stream: Stream): Run<void> {
  for (;;) {
    const received = yield* stream.receive(goIdleUs);
    if (!isPayload(received)) break;
    const text = payloadText(received).trim();
    if (text.toLowerCase() === "hostname") yield* stream.send(textPayload(sys.host.hostname));
    else if (text.toLowerCase().startsWith("echo ")) yield* stream.send(textPayload(text.slice(5)));
    else if (text.toLowerCase() === "clientip") yield* stream.send(textPayload(stream.remote.text));
  }
  stream.close();
}

/** Calls another netexec: `/dial?host=H&port=P&request=hostname&protocol=http&tries=N`. */
function* dialHandler(sys: Sys, request: HttpRequest, query: ReadonlyMap<string, string>): Run<HttpResponse> {
  const host = query.get("host");
  const port = Number(query.get("port"));
  const wanted = query.get("request") ?? query.get("dialCommand") ?? "hostname";
  const protocol = (query.get("protocol") ?? "http").toLowerCase();
  if (host === undefined || !(port > 0)) return goResponse(sys, request, { status: 406, body: '{"errors":["No host or port"]}' });
  const responses: string[] = [];
  const errors: string[] = [];
  for (let i = 0; i < Math.max(1, Number(query.get("tries") ?? 1)); i++) {
    const answer = protocol === "udp" ? yield* askUdp(sys, host, port, wanted) : yield* askHttp(sys, host, port, `/${wanted}`);
    if (answer.ok) responses.push(answer.text);
    else errors.push(answer.text);
  }
  const body = JSON.stringify({ ...(responses.length > 0 ? { responses } : {}), ...(errors.length > 0 ? { errors } : {}) });
  return goResponse(sys, request, { body });
}

type Asked = { readonly ok: boolean; readonly text: string };

function* askUdp(sys: Sys, host: string, port: number, text: string): Run<Asked> {
  const resolved = yield* resolveFor(sys, host);
  const to = resolved.ok ? sys.address(resolved.host.addresses[0]?.ip ?? "", port) : undefined;
  const bound = to === undefined ? undefined : sys.udp(0, { connectedTo: to });
  if (to === undefined || bound === undefined || !bound.ok) return { ok: false, text: `lookup ${host}: no such host` };
  yield* bound.socket.send(to, textPayload(text));
  const answer = yield* bound.socket.receive(5_000_000);
  bound.socket.close();
  return typeof answer === "string"
    ? { ok: false, text: `reading from udp connection failed. err:'${describeError(answer)}'` }
    : { ok: true, text: payloadText(answer.payload) };
}

function* askHttp(sys: Sys, host: string, port: number, target: string): Run<Asked> {
  const resolved = yield* resolveFor(sys, host);
  const ips = resolved.ok ? resolved.host.addresses.map((address) => address.ip) : [];
  const where = `Get "http://${host}:${port}${target}"`;
  if (ips.length === 0) return { ok: false, text: `${where}: dial tcp: lookup ${host}: no such host` };
  const deadlineUs = sys.nowUs() + 5_000_000;
  const dialed = yield* dial(sys, ips, port, { deadlineUs });
  if (!dialed.ok)
    return {
      ok: false,
      text: `${where}: dial tcp ${ips[0]}:${port}: ${dialed.error === "ETIMEDOUT" ? "i/o timeout" : `connect: ${describeError(dialed.error).toLowerCase()}`}`,
    };
  const headers = [
    ["Host", `${host}:${port}`],
    ["User-Agent", "Go-http-client/1.1"],
    ["Connection", "close"],
  ] as const;
  const result = yield* exchangeHttp(sys, httpConnection(dialed.stream), httpRequest({ method: "GET", target, headers }), deadlineUs);
  dialed.stream.close();
  return result.type === "response" ? { ok: true, text: result.response.body } : { ok: false, text: `${where}: EOF` };
}

/** @source serve-hostname/serve_hostname.go */
function* serveHostname(sys: Sys, flags: ReadonlyMap<string, string>): Run<number> {
  const port = Number(flags.get("port") ?? 9376);
  if (isOn(flags, "udp", false)) {
    sys.thread("udp", hostnameByUdp(sys, port));
    if (!isOn(flags, "http", true)) return yield* waitForEver(sys);
  }
  yield* sys.err(`Serving on port ${port}.\n`);
  const error = yield* listenHttp(sys, {
    port,
    idleUs: goIdleUs,
    badRequest: goBadRequest,
    *handle(request, stream) {
      yield* sys.err(`HTTP request from ${stream.remote.text}\n`);
      return goResponse(sys, request, { body: sys.host.hostname });
    },
  });
  yield* sys.err(`listen tcp :${port}: bind: ${describeError(error).toLowerCase()}\n`);
  return 1;
}

function* hostnameByUdp(sys: Sys, port: number): Run<void> {
  const bound = sys.udp(port);
  if (!bound.ok) return;
  for (;;) {
    const datagram = yield* bound.socket.receive();
    if (typeof datagram !== "string") yield* bound.socket.send(datagram.from, textPayload(sys.host.hostname), { inReplyTo: datagram });
  }
}

/** `connect HOST:PORT [--timeout 1s] [--protocol tcp]`: silent when it works. @source connect/connect.go */
function* connect(sys: Sys, flags: ReadonlyMap<string, string>, words: readonly string[]): Run<number> {
  const target = words[0] ?? "";
  const colon = target.lastIndexOf(":");
  const host = target.slice(0, colon).replace(/^\[|\]$/g, "");
  const port = Number(target.slice(colon + 1));
  if (colon < 0 || !(port > 0)) {
    yield* sys.err(`OTHER: address ${target}: missing port in address\n`);
    return 1;
  }
  const resolved = yield* resolveFor(sys, host);
  const ip = resolved.ok ? resolved.host.addresses[0]?.ip : undefined;
  if (ip === undefined) {
    yield* sys.err(`DNS: lookup ${host}: no such host\n`);
    return 1;
  }
  const to = sys.address(ip, port);
  const protocol = flags.get("protocol") ?? "tcp";
  const timeoutUs = durationUs(flags.get("timeout") ?? "1s");
  if (to === undefined) return 1;
  if (protocol === "udp") {
    const bound = sys.udp(0, { connectedTo: to });
    if (!bound.ok) return 1;
    yield* bound.socket.send(to, textPayload("hostname"));
    const answer = yield* bound.socket.receive(timeoutUs);
    bound.socket.close();
    if (typeof answer !== "string") return 0;
    yield* sys.err(answer === "ECONNREFUSED" ? "REFUSED\n" : "TIMEOUT\n");
    return 1;
  }
  const result = yield* sys.connect(to, { timeoutUs, ...(protocol === "sctp" ? { protocol: "sctp" as const } : {}) });
  if (result.ok) {
    result.stream.close();
    return 0;
  }
  yield* sys.err(
    result.error === "ETIMEDOUT"
      ? "TIMEOUT\n"
      : result.error === "ECONNREFUSED"
        ? "REFUSED\n"
        : `OTHER: ${describeError(result.error).toLowerCase()}\n`,
  );
  return 1;
}

function durationUs(text: string): number {
  let us = 0;
  for (const match of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    us += Number(match[1]) * { ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 }[match[2] as "ms"];
  }
  return Math.max(1, Math.round(us));
}

/** A server for each `SERVE_PORT_N` of its environment that says its value. @source porter/porter.go */
function* porter(sys: Sys): Run<number> {
  for (const [name, body] of [...sys.env].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const match = /^SERVE_PORT_(\d+)$/.exec(name);
    if (match === null) continue;
    sys.thread(name, porterPort(sys, Number(match[1]), body));
  }
  return yield* waitForEver(sys);
}

function* porterPort(sys: Sys, port: number, body: string): Run<void> {
  yield* listenHttp(sys, {
    port,
    idleUs: goIdleUs,
    badRequest: goBadRequest,
    *handle(request) {
      yield* sys.work(1);
      return goResponse(sys, request, { body });
    },
  });
}

function* dnsSuffix(sys: Sys): Run<number> {
  const file = sys.files.read("/etc/resolv.conf");
  const search = file.ok ? /^search (.*)$/m.exec(file.value)?.[1] : undefined;
  yield* sys.out(`${(search ?? "").split(/\s+/).join(",")}\n`);
  return 0;
}

const agnhostProgram: ProgramEntry = { name: "agnhost", run: runAgnhost, path: "/agnhost", catches: ["SIGTERM"] };

export const agnhost = imageOf({
  entrypoint: ["/agnhost"],
  command: ["pause"],
  sizeBytes: 47_643_054,
  programs: [gnuPrograms, [agnhostProgram]],
});
