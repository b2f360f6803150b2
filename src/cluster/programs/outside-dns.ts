import type { DatagramSocket, Program, Run, Stream, Sys } from "../machine/syscall.ts";
import { type DnsMessage, type DnsPayload, type DnsRecord, dnsPayload, dnsResponse, truncateMessage } from "../protocols/dns.ts";
import { isPayload } from "../protocols/duplex.ts";

const ttlSeconds = 300;
const idleUs = 10_000_000;

/**
 * The outside world's resolver: it knows the scenario's `dns` and its external hosts, and nothing of the cluster. It recurses (`ra`), so it is
 * never authoritative; a name that it does not know does not exist.
 */
export function outsideDns(names: Readonly<Record<string, string>>): (sys: Sys) => Program {
  return function* (sys) {
    const bound = sys.udp(53);
    const listening = sys.listen(53);
    if (!bound.ok || !listening.ok) return 1;
    sys.thread("udp", serveUdp(sys, bound.socket, names));
    const { listener } = listening;
    for (;;) sys.thread("tcp", serveTcp(yield* listener.accept(), names));
  };
}

function* serveUdp(sys: Sys, socket: DatagramSocket, names: Readonly<Record<string, string>>): Run<void> {
  for (;;) {
    const datagram = yield* socket.receive();
    if (typeof datagram === "string" || datagram.payload.kind !== "dns") continue;
    const { message } = datagram.payload as DnsPayload;
    if (message.isResponse) continue;
    yield* sys.work(1);
    const fitted = truncateMessage(answer(message, names), message.edns?.udpSize ?? 512);
    yield* socket.send(datagram.from, dnsPayload(fitted), { inReplyTo: datagram, purpose: "dns" });
  }
}

function* serveTcp(stream: Stream, names: Readonly<Record<string, string>>): Run<void> {
  for (;;) {
    const received = yield* stream.receive(idleUs);
    if (!isPayload(received) || received.kind !== "dns") break;
    yield* stream.send(dnsPayload(answer((received as DnsPayload).message, names), "tcp"));
  }
  stream.close();
}

/** Pure: the answer to a query. */
export function answer(query: DnsMessage, names: Readonly<Record<string, string>>): DnsMessage {
  const question = query.questions[0];
  if (question === undefined) return dnsResponse(query, { rcode: "FORMERR", recursionAvailable: true });
  const name = question.name.toLowerCase().replace(/\.$/, "");
  const address = Object.hasOwn(names, name) ? names[name] : undefined;
  if (address === undefined) return dnsResponse(query, { rcode: "NXDOMAIN", recursionAvailable: true });
  const type = address.includes(":") ? "AAAA" : "A";
  const isAsked = question.type === type || question.type === "ANY";
  const answers: readonly DnsRecord[] = isAsked ? [{ name: question.name, ttl: ttlSeconds, type, address }] : [];
  return dnsResponse(query, { rcode: "NOERROR", recursionAvailable: true, answers });
}
