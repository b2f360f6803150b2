import { decodeHex, utf8Length } from "./bytes.ts";
import type { Payload } from "./duplex.ts";
import { ipText } from "./ip-text.ts";

export type DnsType =
  | "A"
  | "AAAA"
  | "CNAME"
  | "SRV"
  | "PTR"
  | "TXT"
  | "SOA"
  | "NS"
  | "MX"
  | "ANY"
  | "HTTPS"
  | "CAA"
  | "NAPTR"
  | "DS"
  | "DNSKEY";
export const dnsTypes: readonly DnsType[] = [
  "A",
  "AAAA",
  "CNAME",
  "SRV",
  "PTR",
  "TXT",
  "SOA",
  "NS",
  "MX",
  "ANY",
  "HTTPS",
  "CAA",
  "NAPTR",
  "DS",
  "DNSKEY",
];

export type Rcode = "NOERROR" | "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "NOTIMP" | "REFUSED";
export const rcodeNumber: Readonly<Record<Rcode, number>> = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

/** Names are written with their final dot: `kubia.default.svc.cluster.local.`. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: DnsType;
}

export type DnsRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR" | "NS"; readonly target: string }
  | { readonly type: "SRV"; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  | { readonly type: "MX"; readonly preference: number; readonly target: string }
  | { readonly type: "TXT"; readonly texts: readonly string[] }
  | {
      readonly type: "SOA";
      readonly primary: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
);

/** The OPT record. @source RFC 6891; RFC 7873 for the cookie */
export interface Edns {
  readonly udpSize: number;
  readonly isDnssecOk: boolean;
  /** Hexadecimal. */
  readonly cookie?: string;
}

export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly rcode: Rcode;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  readonly edns: Edns | undefined;
  /** Whether names are compressed when written: it decides the size alone. */
  readonly isCompressed: boolean;
}

export interface DnsPayload extends Payload {
  readonly kind: "dns";
  readonly message: DnsMessage;
}

export function dnsQuery(
  id: number,
  question: DnsQuestion,
  options: { readonly recursionDesired?: boolean; readonly authenticData?: boolean; readonly edns?: Edns } = {},
): DnsMessage {
  return {
    id,
    isResponse: false,
    isAuthoritative: false,
    isTruncated: false,
    recursionDesired: options.recursionDesired ?? true,
    recursionAvailable: false,
    authenticData: options.authenticData ?? false,
    rcode: "NOERROR",
    questions: [question],
    answers: [],
    authority: [],
    additional: [],
    edns: options.edns,
    isCompressed: true,
  };
}

/** An answer to `query` with the question and the OPT record echoed. */
export function dnsResponse(query: DnsMessage, fields: Partial<DnsMessage>): DnsMessage {
  return { ...query, isResponse: true, authenticData: false, isCompressed: false, answers: [], authority: [], additional: [], ...fields };
}

/** `transport` tcp adds the two bytes of the length before each message. @source RFC 1035, 4.2.2 */
export function dnsPayload(message: DnsMessage, transport: "udp" | "tcp" = "udp"): DnsPayload {
  return { kind: "dns", message, bytes: messageSize(message) + (transport === "tcp" ? 2 : 0) };
}

/** Length on the wire in bytes. @source RFC 1035, 4.1 */
export function messageSize(message: DnsMessage): number {
  const size = new SizeCounter(message.isCompressed);
  size.add(12);
  for (const question of message.questions) {
    size.name(question.name, true);
    size.add(4);
  }
  for (const section of [message.answers, message.authority, message.additional]) for (const record of section) recordSize(size, record);
  if (message.edns !== undefined) size.add(11 + (message.edns.cookie === undefined ? 0 : 4 + message.edns.cookie.length / 2));
  return size.bytes;
}

function recordSize(size: SizeCounter, record: DnsRecord): void {
  size.name(record.name, true);
  size.add(10);
  switch (record.type) {
    case "A":
      size.add(4);
      return;
    case "AAAA":
      size.add(16);
      return;
    case "CNAME":
    case "PTR":
    case "NS":
      size.name(record.target, true);
      return;
    case "SRV":
      size.add(6);
      size.name(record.target, false); // RFC 2782: not compressed
      return;
    case "MX":
      size.add(2);
      size.name(record.target, true);
      return;
    case "TXT":
      for (const text of record.texts) size.add(1 + utf8Length(text));
      return;
    case "SOA":
      size.name(record.primary, true);
      size.name(record.mailbox, true);
      size.add(20);
      return;
  }
}

class SizeCounter {
  bytes = 0;
  readonly #isCompressed: boolean;
  readonly #seen = new Set<string>();

  constructor(isCompressed: boolean) {
    this.#isCompressed = isCompressed;
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }

  name(name: string, mayPoint: boolean): void {
    let rest = name.toLowerCase();
    while (rest !== "." && rest !== "") {
      if (this.#isCompressed) {
        if (mayPoint && this.#seen.has(rest)) {
          this.bytes += 2;
          return;
        }
        if (this.bytes < 0x4000) this.#seen.add(rest);
      }
      const dot = rest.indexOf(".");
      const label = dot < 0 ? rest : rest.slice(0, dot);
      this.bytes += 1 + utf8Length(label);
      rest = dot < 0 ? "" : rest.slice(dot + 1);
    }
    this.bytes += 1;
  }
}

/**
 * Makes the message fit `size` bytes as the server does: as it is when it fits, else with compressed names, else with the records that fit and TC set.
 * @source github.com/miekg/dns msg_truncate.go
 */
export function truncateMessage(message: DnsMessage, size: number): DnsMessage {
  const limit = Math.max(size, 512);
  if (messageSize({ ...message, isCompressed: false }) <= limit) return { ...message, isCompressed: false };
  const compressed = { ...message, isCompressed: true };
  if (messageSize(compressed) <= limit) return compressed;
  const empty = { ...compressed, answers: [], authority: [], additional: [] };
  const answers = fitting(empty, "answers", message.answers, limit);
  const withAnswers = { ...empty, answers };
  const authority = answers.length < message.answers.length ? [] : fitting(withAnswers, "authority", message.authority, limit);
  const withAuthority = { ...withAnswers, authority };
  const isCut = answers.length < message.answers.length || authority.length < message.authority.length;
  const additional = isCut ? [] : fitting(withAuthority, "additional", message.additional, limit);
  const isTruncated = isCut || additional.length < message.additional.length;
  return { ...withAuthority, additional, isTruncated };
}

function fitting(
  message: DnsMessage,
  section: "answers" | "authority" | "additional",
  records: readonly DnsRecord[],
  limit: number,
): readonly DnsRecord[] {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (messageSize({ ...message, [section]: records.slice(0, middle) }) <= limit) low = middle;
    else high = middle - 1;
  }
  return records.slice(0, low);
}

/** The data part as master files write it: `0 100 80 target.`. */
export function recordData(record: DnsRecord): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "CNAME":
    case "PTR":
    case "NS":
      return record.target;
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${record.target}`;
    case "MX":
      return `${record.preference} ${record.target}`;
    case "TXT":
      return record.texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(" ");
    case "SOA":
      return `${record.primary} ${record.mailbox} ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minimum}`;
  }
}

/** `4.3.2.1.in-addr.arpa.` for 1.2.3.4, the nibbles under ip6.arpa for IPv6; undefined when the text is no address. */
export function reverseName(family: 4 | 6, words: readonly number[]): string {
  if (family === 4) {
    const word = words[0] as number;
    return `${word & 255}.${(word >>> 8) & 255}.${(word >>> 16) & 255}.${word >>> 24}.in-addr.arpa.`;
  }
  let text = "";
  for (const word of words) text += word.toString(16).padStart(8, "0");
  return `${[...text].reverse().join(".")}.ip6.arpa.`;
}

/** The address that a reverse name stands for, as text; undefined when it is none. */
export function addressOfReverseName(name: string): string | undefined {
  const lower = name.toLowerCase();
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa\.$/.exec(lower);
  if (v4 !== null) return `${v4[4]}.${v4[3]}.${v4[2]}.${v4[1]}`;
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa\.$/.exec(lower);
  if (v6 === null) return undefined;
  const digits = (v6[1] as string).split(".").slice(0, 32).reverse().join("");
  return ipText(decodeHex(digits) as Uint8Array);
}

/** With its final dot. */
export function absoluteName(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}

/** Whether `name` is `zone` or below it; without regard to case. */
export function isInZone(name: string, zone: string): boolean {
  const lowerName = name.toLowerCase();
  const lowerZone = zone.toLowerCase();
  return lowerZone === "." || lowerName === lowerZone || lowerName.endsWith(`.${lowerZone}`);
}
