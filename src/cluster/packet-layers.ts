import type { Hop } from "./network/hop.ts";
import type { IcmpMessage, Packet } from "./network/packet.ts";
import { flagsText } from "./network/wire.ts";
import { type DnsPayload, recordData } from "./protocols/dns.ts";
import { type HttpRequest, type HttpResponse, printRequest, printResponse } from "./protocols/http.ts";
import { summarizePayload } from "./protocols/summary.ts";
import type { TextPayload } from "./protocols/text.ts";
import type { TlsPayload } from "./protocols/tls.ts";

/** One field of a header, as RFCs name it (`ttl`, `sourcePort`); `before` where this hop changed it. */
export interface PacketField {
  readonly name: string;
  readonly value: string;
  readonly before?: string;
}

/** A layer of a packet, outermost first: its fields, or its text where it is text. */
export interface PacketLayer {
  readonly protocol: string;
  readonly fields: readonly PacketField[];
  readonly text?: string;
}

/** So much of a message's text is shown. */
const textMax = 2000;

/**
 * What is in a packet when a hop has been done, layer by layer. `earlier`: the hops of the same packet before it.
 * @source RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 768 (UDP), RFC 792 (ICMP), RFC 1035 (DNS)
 */
export function packetLayers(hop: Hop, earlier: readonly Hop[]): readonly PacketLayer[] {
  const { packet } = hop;
  const transport = packet.protocol === "icmp" ? icmpLayer(packet.icmp) : transportLayer(hop);
  const payload = payloadLayer(packet);
  return [internetLayer(hop, earlier), transport, ...(payload === undefined ? [] : [payload])];
}

function changed(name: string, before: string | number, value: string | number): PacketField {
  return before === value ? { name, value: `${value}` } : { name, value: `${value}`, before: `${before}` };
}

function field(name: string, value: string | number): PacketField {
  return { name, value: `${value}` };
}

function internetLayer(hop: Hop, earlier: readonly Hop[]): PacketLayer {
  const { packet } = hop;
  const isV6 = packet.source.ip.family === 6;
  // Each machine that passes it on takes one.
  const ttlBefore = packet.ttl - earlier.filter(({ action }) => action === "forward").length;
  const ttl = hop.action === "forward" ? ttlBefore - 1 : ttlBefore;
  return {
    protocol: isV6 ? "IPv6" : "IPv4",
    fields: [
      changed("source", packet.source.ip.text, hop.source.ip.text),
      changed("destination", packet.destination.ip.text, hop.destination.ip.text),
      changed(isV6 ? "hopLimit" : "ttl", ttlBefore, ttl),
      field("length", packet.bytes),
    ],
  };
}

function transportLayer(hop: Hop): PacketLayer {
  const { packet } = hop;
  const ports = [
    changed("sourcePort", packet.source.port, hop.source.port),
    changed("destinationPort", packet.destination.port, hop.destination.port),
  ];
  const flags = flagsText(packet);
  if (flags === undefined) return { protocol: packet.protocol.toUpperCase(), fields: ports };
  const acknowledgement = flags.includes("ACK") ? [field("acknowledgement", packet.acknowledgement)] : [];
  return {
    protocol: packet.protocol.toUpperCase(),
    fields: [...ports, field("flags", flags), field("sequence", packet.sequence), ...acknowledgement],
  };
}

function icmpLayer(icmp: IcmpMessage | undefined): PacketLayer {
  if (icmp === undefined) return { protocol: "ICMP", fields: [] };
  const { about, type } = icmp;
  if (about === undefined) {
    return { protocol: "ICMP", fields: [field("type", type), field("identifier", icmp.identifier), field("sequence", icmp.sequence)] };
  }
  const answered = `${about.protocol.toUpperCase()} ${about.source.text} → ${about.destination.text}`;
  return { protocol: "ICMP", fields: [field("type", type), field("about", answered)] };
}

function payloadLayer({ payload }: Packet): PacketLayer | undefined {
  switch (payload?.kind) {
    case "http-request":
      return textLayer("HTTP", printRequest(payload as HttpRequest));
    case "http-response":
      return textLayer("HTTP", printResponse(payload as HttpResponse));
    case "text":
      return textLayer("data", (payload as TextPayload).text);
    case "tls":
      return { protocol: "TLS", fields: tlsFields(payload as TlsPayload) };
    case "dns":
      return { protocol: "DNS", fields: dnsFields(payload as DnsPayload) };
    default:
      return undefined;
  }
}

function textLayer(protocol: string, text: string): PacketLayer {
  const lines = text.replaceAll("\r\n", "\n").replace(/\n+$/, "");
  return { protocol, fields: [], text: lines.length > textMax ? `${lines.slice(0, textMax)}…` : lines };
}

function tlsFields(payload: TlsPayload): readonly PacketField[] {
  const { record } = payload;
  // What is sealed stays sealed: who stands on the wire reads no more than that.
  const said = field("record", summarizePayload(payload).replace(/^TLS /, ""));
  if (record.type !== "client-hello") return [said];
  return [field("record", "ClientHello"), ...(record.serverName === undefined ? [] : [field("serverName", record.serverName)])];
}

function dnsFields({ message }: DnsPayload): readonly PacketField[] {
  const question = message.questions[0];
  const asked = question === undefined ? [] : [field("question", `${question.type} ${question.name}`)];
  if (!message.isResponse) return [field("identifier", message.id), ...asked];
  const flags = [message.isAuthoritative ? "aa" : "", message.isTruncated ? "tc" : "", message.recursionAvailable ? "ra" : ""];
  return [
    field("identifier", message.id),
    ...asked,
    field("rcode", message.rcode),
    field("flags", ["qr", ...flags].filter((flag) => flag !== "").join(" ")),
    ...message.answers.map((record) => field("answer", `${record.name} ${record.ttl} ${record.type} ${recordData(record)}`)),
  ];
}
