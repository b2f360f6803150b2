import { type DnsMessage, type DnsPayload, dnsPayload } from "./dns.ts";
import { isPayload, type Payload, type Step } from "./duplex.ts";

/** What asking a DNS server needs of a machine; `Sys` fits. `A` is the machine's socket address, which is opaque here. */
export interface DnsSystem<A> {
  nowUs(): number;
  address(ip: string, port: number): A | undefined;
  udp(
    port?: number,
    options?: { readonly connectedTo?: A },
  ): { readonly ok: true; readonly socket: DnsSocket<A> } | { readonly ok: false; readonly error: string };
  connect(
    to: A,
    options?: { readonly timeoutUs?: number; readonly purpose?: "dns" },
  ): Step<{ readonly ok: true; readonly stream: DnsStream } | { readonly ok: false; readonly error: string }>;
}

interface DnsSocket<A> {
  send(to: A, payload: Payload, options?: { readonly purpose?: "dns" }): Step<string | undefined>;
  receive(timeoutUs?: number): Step<{ readonly payload: Payload } | string>;
  close(): void;
}

interface DnsStream {
  send(payload: Payload): Step<string | undefined>;
  receive(timeoutUs?: number): Step<Payload | string>;
  close(): void;
}

export type DnsFailure = "timeout" | "refused" | "unreachable";

/** What came back, in the order of the queries. Local and remote ends as text for those who print them. */
export type ExchangeResult =
  | { readonly ok: true; readonly messages: readonly DnsMessage[]; readonly usedTcp: boolean }
  | { readonly ok: false; readonly error: DnsFailure };

/**
 * Asks all the queries from one socket, as getaddrinfo does with A and AAAA, and waits for every answer. Truncated ones are asked again by TCP.
 * Several servers are asked at once and the first answer to each query counts, as musl does.
 */
export function* exchange<A>(
  system: DnsSystem<A>,
  servers: readonly { readonly ip: string; readonly port: number }[],
  queries: readonly DnsMessage[],
  options: { readonly timeoutUs: number; readonly useTcp?: boolean; readonly ignoreTruncation?: boolean; readonly sourcePort?: number },
): Step<ExchangeResult> {
  const targets = servers.map((server) => system.address(server.ip, server.port)).filter((target) => target !== undefined);
  const first = targets[0];
  if (first === undefined) return { ok: false, error: "unreachable" };
  if (options.useTcp) return yield* exchangeByTcp(system, first, queries, options.timeoutUs);
  const bound = targets.length === 1 ? system.udp(options.sourcePort ?? 0, { connectedTo: first }) : system.udp(0);
  if (!bound.ok) return { ok: false, error: "unreachable" };
  const { socket } = bound;
  const answers = new Map<number, DnsMessage>();
  const deadlineUs = system.nowUs() + options.timeoutUs;
  try {
    for (const query of queries) {
      for (const target of targets) {
        const failed = yield* socket.send(target, dnsPayload(query), { purpose: "dns" });
        if (failed !== undefined && targets.length === 1) return { ok: false, error: failure(failed) };
      }
    }
    while (answers.size < queries.length) {
      const leftUs = deadlineUs - system.nowUs();
      if (leftUs <= 0) return { ok: false, error: "timeout" };
      const received = yield* socket.receive(leftUs);
      if (typeof received === "string") return { ok: false, error: failure(received) };
      if (received.payload.kind !== "dns") continue;
      const { message } = received.payload as DnsPayload;
      if (message.isResponse && queries.some((query) => query.id === message.id) && !answers.has(message.id))
        answers.set(message.id, message);
    }
  } finally {
    socket.close();
  }
  const messages = queries.map((query) => answers.get(query.id) as DnsMessage);
  if (!options.ignoreTruncation && messages.some((message) => message.isTruncated)) {
    return yield* exchangeByTcp(system, first, queries, options.timeoutUs);
  }
  return { ok: true, messages, usedTcp: false };
}

function* exchangeByTcp<A>(system: DnsSystem<A>, to: A, queries: readonly DnsMessage[], timeoutUs: number): Step<ExchangeResult> {
  const connected = yield* system.connect(to, { timeoutUs, purpose: "dns" });
  if (!connected.ok) return { ok: false, error: failure(connected.error) };
  const { stream } = connected;
  const messages: DnsMessage[] = [];
  try {
    for (const query of queries) {
      const failed = yield* stream.send(dnsPayload(query, "tcp"));
      if (failed !== undefined) return { ok: false, error: failure(failed) };
      const received = yield* stream.receive(timeoutUs);
      if (!isPayload(received)) return { ok: false, error: received === "end" ? "unreachable" : failure(received) };
      if (received.kind === "dns") messages.push((received as DnsPayload).message);
    }
  } finally {
    stream.close();
  }
  return { ok: true, messages, usedTcp: true };
}

function failure(error: string): DnsFailure {
  if (error === "ETIMEDOUT") return "timeout";
  return error === "ECONNREFUSED" ? "refused" : "unreachable";
}
