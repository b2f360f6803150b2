import { parseIp } from "../api/ip.ts";
import type { Container, Handler, HTTPGetAction, Probe } from "../api/pod/types.ts";
import { Exchange } from "../machine/exchange.ts";
import type { Machine } from "../machine/machine.ts";
import type { MachineNetwork } from "../machine/net.ts";
import { createSink } from "../machine/streams.ts";
import type { Payload } from "../protocols/duplex.ts";
import { type HttpHeaders, type HttpRequest, type HttpResponse, header, httpRequest } from "../protocols/http.ts";
import { HttpReader } from "../protocols/http-reader.ts";
import { type TlsPayload, tlsPayload } from "../protocols/tls.ts";
import type { Clock } from "../sim/clock.ts";
import type { ProbeOutcome, ProbeRun } from "./probe-worker.ts";

/** Where probes and hooks of one container go. */
export interface ProbeTarget {
  readonly clock: Clock;
  /** The node's network: the packets are real, from the node to the pod. */
  readonly network: MachineNetwork;
  readonly machine: Machine;
  readonly podIp: string;
  readonly container: Container;
  readonly clusterMinor: number;
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
  ECONNRESET: "connect: connection reset by peer",
};

/** The probe that its handler asks for. @source pkg/kubelet/prober/prober.go, runProbe; pkg/probe/{exec,http,tcp,grpc} */
export function probeRun(target: ProbeTarget, probe: Probe): ProbeRun {
  return handlerRun(target, probe, (probe.timeoutSeconds ?? 1) * 1_000_000, "probe");
}

export function handlerRun(target: ProbeTarget, handler: Handler, timeoutUs: number, purpose: "probe" | "hook"): ProbeRun {
  if (handler.exec !== undefined) return execRun(target, handler.exec.command ?? [], timeoutUs);
  if (handler.httpGet !== undefined) return httpRun(target, handler.httpGet, timeoutUs, purpose);
  if (handler.tcpSocket !== undefined) return tcpRun(target, handler.tcpSocket, timeoutUs);
  if (handler.grpc !== undefined) return grpcRun(target, handler.grpc, timeoutUs);
  return (done) => {
    const timer = target.clock.after((handler.sleep?.seconds ?? 0) * 1_000_000, done, { type: "success", output: "" });
    return () => target.clock.cancel(timer);
  };
}

/** A command in the container; its output is the probe's. */
function execRun(target: ProbeTarget, command: readonly string[], timeoutUs: number): ProbeRun {
  return (done) => {
    const { clock, machine } = target;
    let output = "";
    const sink = createSink(clock, (text) => {
      if (output.length < 10_240) output += text;
    });
    const started = machine.spawn({ args: command, stdout: sink, stderr: sink });
    if (!started.ok) {
      const problem = started.error === "ENOENT" ? "executable file not found in $PATH" : "permission denied";
      const text = `rpc error: code = Unknown desc = failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: "${command[0]}": ${problem}: unknown`;
      const timer = clock.after(0, done, { type: "error", output: text });
      return () => clock.cancel(timer);
    }
    const { process } = started;
    let isOver = false;
    const end = (outcome: ProbeOutcome): void => {
      if (isOver) return;
      isOver = true;
      clock.cancel(timer);
      done(outcome);
    };
    const timer = clock.after(timeoutUs, () => {
      process.kill("SIGKILL");
      end({ type: "failure", output: `command timed out: "${command.join(" ")}" timed out after ${timeoutUs / 1_000_000}s` });
    });
    process.onExit((status) => end({ type: status === 0 ? "success" : "failure", output }));
    return () => {
      isOver = true;
      clock.cancel(timer);
      process.kill("SIGKILL");
    };
  };
}

/** A container port by number or name. */
export function portNumber(container: Container, port: number | string): number | undefined {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

function tcpRun(target: ProbeTarget, action: { readonly port: number | string; readonly host?: string }, timeoutUs: number): ProbeRun {
  const host = action.host || target.podIp;
  const port = portNumber(target.container, action.port) ?? 0;
  const ip = addressOf(host);
  return (done) => {
    if (ip === undefined) return failAtOnce(target.clock, done, noSuchHost(host));
    const exchange = new Exchange(target.clock, target.network, ip, port, "probe", timeoutUs, {
      connected: (open) => {
        open.end();
        done({ type: "success", output: "" });
      },
      data: () => {},
      failed: (error) => done({ type: "failure", output: dialText(host, port, error) }),
    });
    return () => exchange.end(true);
  };
}

/** The kubelet runs on the node, which knows no name but its own `localhost`: cluster names are not for it. */
function addressOf(host: string): string | undefined {
  if (host === "localhost") return "127.0.0.1";
  return parseIp(host) === undefined ? undefined : host;
}

function noSuchHost(host: string): string {
  return `dial tcp: lookup ${host}: no such host`;
}

function failAtOnce(clock: Clock, done: (outcome: ProbeOutcome) => void, output: string): () => void {
  const timer = clock.after(0, done, { type: "failure", output });
  return () => clock.cancel(timer);
}

function dialText(host: string, port: number, error: string): string {
  return `dial tcp ${hostPort(host, port)}: ${words[error] ?? error}`;
}

function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function httpRun(target: ProbeTarget, action: HTTPGetAction, timeoutUs: number, purpose: "probe" | "hook"): ProbeRun {
  const host = action.host || target.podIp;
  const port = portNumber(target.container, action.port) ?? 0;
  const path = action.path === undefined || action.path === "" ? "/" : action.path.startsWith("/") ? action.path : `/${action.path}`;
  const given = (action.httpHeaders ?? []).map(({ name, value }) => [name, value] as const);
  const named = (name: string) => given.some(([field]) => field.toLowerCase() === name);
  const agent = purpose === "probe" ? `kube-probe/1.${target.clusterMinor}` : `kube-lifecycle/1.${target.clusterMinor}`;
  const headers: HttpHeaders = [
    ...(named("host") ? [] : [["Host", hostPort(host, port)] as const]),
    ...(named("user-agent") ? [] : [["User-Agent", agent] as const]),
    ...given,
    ...(named("accept") ? [] : [["Accept", "*/*"] as const]),
    ["Connection", "close"],
  ];
  const request = httpRequest({ method: "GET", target: path, headers });
  const url = `${(action.scheme ?? "HTTP").toLowerCase()}://${hostPort(host, port)}${path}`;
  const ip = addressOf(host);
  return (done) => {
    if (ip === undefined) return failAtOnce(target.clock, done, `Get "${url}": ${noSuchHost(host)}`);
    const exchange = exchangeHttp(target, ip, port, timeoutUs, request, action.scheme === "HTTPS", (answer) => {
      if (typeof answer === "string") done({ type: "failure", output: `Get "${url}": ${answer}` });
      else if (answer.status >= 200 && answer.status < 400) done({ type: "success", output: answer.body });
      else done({ type: "failure", output: `HTTP probe failed with statuscode: ${answer.status}` });
    });
    return () => exchange.end(true);
  };
}

/** The answer, or Go's words for what went wrong. */
function exchangeHttp(
  target: ProbeTarget,
  host: string,
  port: number,
  timeoutUs: number,
  request: HttpRequest,
  isTls: boolean,
  done: (answer: HttpResponse | string) => void,
): Exchange {
  const reader = new HttpReader();
  let problem: string | undefined;
  const exchange: Exchange = new Exchange(target.clock, target.network, host, port, "probe", timeoutUs, {
    connected: ({ socket }) => {
      reader.expectAnswerTo(request.method);
      socket.write(isTls ? tlsPayload({ type: "client-hello", serverName: undefined, alpn: ["h2", "http/1.1"] }) : request);
    },
    data: (open) => {
      for (let payload = open.socket.read(); payload !== undefined; payload = open.socket.read()) {
        if (isTls) problem ??= takeTls(open, payload, reader, request);
        else reader.push(payload);
      }
      if (problem !== undefined) {
        if (open.end()) done(problem);
        return;
      }
      const got = reader.next(open.socket.isEnded);
      if (got.type === "message" && got.message.kind === "http-response") {
        if (open.end()) done(got.message);
      } else if (got.type === "garbage") {
        if (open.end()) done(`net/http: HTTP/1.x transport connection broken: malformed HTTP response ${JSON.stringify(got.text)}`);
      } else if (open.socket.isEnded) {
        if (open.end()) done("EOF");
      }
    },
    failed: (error, wasConnected) => {
      const { local, remote } = exchange.socket;
      if (error === "ETIMEDOUT" && wasConnected) done("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
      else if (wasConnected) done(`read tcp ${local.text}->${remote.text}: read: connection reset by peer`);
      else if (error === "ETIMEDOUT")
        done(`dial tcp ${hostPort(host, port)}: i/o timeout (Client.Timeout exceeded while awaiting headers)`);
      else done(dialText(host, port, error));
    },
  });
  return exchange;
}

/** The kubelet takes any certificate. What is wrong with the record, in Go's words; undefined when all is well. */
function takeTls(open: Exchange, payload: Payload, reader: HttpReader, request: HttpRequest): string | undefined {
  if (payload.kind !== "tls") return "http: server gave HTTP response to HTTPS client";
  const { record } = payload as TlsPayload;
  if (record.type === "alert") return `remote error: tls: ${record.description.replaceAll("_", " ")}`;
  if (record.type === "data") reader.push(record.inner);
  else if (record.type === "server-hello") {
    open.socket.write(tlsPayload({ type: "finished" }));
    open.socket.write(tlsPayload({ type: "data", sealed: true, inner: request }));
  }
  return undefined;
}

/** gRPC's health check as HTTP/2. @source grpc/doc/health-checking.md; pkg/probe/grpc/grpc.go */
function grpcRun(target: ProbeTarget, action: { readonly port: number; readonly service?: string }, timeoutUs: number): ProbeRun {
  const host = target.podIp;
  const address = hostPort(host, action.port);
  const headers: HttpHeaders = [
    [":authority", address],
    ["content-type", "application/grpc"],
    ["user-agent", `kube-probe/1.${target.clusterMinor} grpc-go/1.65.0`],
  ];
  const request = httpRequest({
    method: "POST",
    target: "/grpc.health.v1.Health/Check",
    version: "HTTP/2",
    headers,
    body: action.service ?? "",
  });
  return (done) => {
    const exchange = exchangeHttp(target, host, action.port, timeoutUs, request, false, (answer) => {
      // What speaks no HTTP/2 is dialled again until the time is over.
      if (typeof answer === "string" || answer.version !== "HTTP/2") {
        done({
          type: "failure",
          output: `timeout: failed to connect service "${address}" within ${timeoutUs / 1_000_000}s: context deadline exceeded`,
        });
        return;
      }
      const status = header(answer.headers, "grpc-status");
      const message = header(answer.headers, "grpc-message") ?? "";
      if (status === "0" && answer.body === "SERVING") done({ type: "success", output: "service healthy" });
      else if (status === "0") done({ type: "failure", output: `service unhealthy (responded with ${JSON.stringify(answer.body)})` });
      else if (status === "5") {
        done({ type: "failure", output: `error: health rpc probe failed: rpc error: code = NotFound desc = ${message}` });
      } else {
        const output = `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message || `unexpected HTTP status code received from server: ${answer.status}`}`;
        done({ type: "failure", output });
      }
    });
    return () => exchange.end(true);
  };
}
