import { type DnsMessage, type DnsQuestion, type DnsRecord, recordData } from "../protocols/dns.ts";

export interface RecordStyle {
  readonly showTtl: boolean;
  readonly showClass: boolean;
  /** `30s` instead of `30`. */
  readonly ttlUnits: boolean;
  readonly multiline: boolean;
}

export const plainStyle: RecordStyle = { showTtl: true, showClass: true, ttlUnits: false, multiline: false };

/**
 * A record in columns 0, 24, 32, 40, 48. To go from column c to t: at least one place; tabs as far as they reach, then spaces.
 * @source bind9 lib/dns/masterdump.c, indent(); tried against dig 9.18
 */
export function printRecord(record: DnsRecord, style: RecordStyle): string {
  const isWide = style.multiline;
  let line = record.name;
  let column = record.name.length;
  const move = (to: number): void => {
    const target = Math.max(to, column + 1);
    const tabs = Math.floor(target / 8) - Math.floor(column / 8);
    if (tabs > 0) {
      line += "\t".repeat(tabs);
      column = 8 * Math.floor(target / 8);
    }
    line += " ".repeat(target - column);
    column = target;
  };
  const put = (to: number, text: string): void => {
    move(to);
    line += text;
    column += text.length;
  };
  if (style.showTtl) put(24, style.ttlUnits ? ttlWithUnits(record.ttl) : `${record.ttl}`);
  if (isWide) {
    line += ` ${style.showClass ? "IN " : ""}${record.type} ${multilineData(record)}`;
    return `${line}\n`;
  }
  if (style.showClass) put(style.showTtl ? 32 : 24, "IN");
  put(style.showTtl && style.showClass ? 40 : 32, record.type);
  put(style.showTtl && style.showClass ? 48 : 40, recordData(record));
  return `${line}\n`;
}

/** `;NAME.<to 32>IN<to 40>A`, the `;` not counted. */
export function printQuestion(question: DnsQuestion): string {
  let line = "";
  let column = 0;
  for (const [to, text] of [
    [0, question.name],
    [32, "IN"],
    [40, question.type],
  ] as const) {
    if (to > 0) {
      const target = Math.max(to, column + 1);
      const tabs = Math.floor(target / 8) - Math.floor(column / 8);
      if (tabs > 0) {
        line += "\t".repeat(tabs);
        column = 8 * Math.floor(target / 8);
      }
      line += " ".repeat(target - column);
      column = target;
    }
    line += text;
    column += text.length;
  }
  return `;${line}\n`;
}

function multilineData(record: DnsRecord): string {
  if (record.type !== "SOA") return recordData(record);
  const tabs = "\t\t\t\t";
  const row = (value: number, what: string): string => `${tabs}${`${value}`.padEnd(10)} ; ${what}\n`;
  const spoken = (value: number, what: string): string => row(value, `${what} (${inWords(value)})`);
  return `${record.primary} ${record.mailbox} (\n${row(record.serial, "serial")}${spoken(record.refresh, "refresh")}${spoken(record.retry, "retry")}${spoken(record.expire, "expire")}${spoken(record.minimum, "minimum")}${tabs})`;
}

function units(seconds: number): readonly (readonly [number, string])[] {
  return (
    [
      [Math.floor(seconds / 604_800), "week"],
      [Math.floor(seconds / 86_400) % 7, "day"],
      [Math.floor(seconds / 3600) % 24, "hour"],
      [Math.floor(seconds / 60) % 60, "minute"],
      [seconds % 60, "second"],
    ] as const
  ).filter(([count]) => count > 0);
}

function inWords(seconds: number): string {
  if (seconds === 0) return "0 seconds";
  return units(seconds)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`)
    .join(" ");
}

function ttlWithUnits(seconds: number): string {
  if (seconds === 0) return "0s";
  return units(seconds)
    .map(([count, unit]) => `${count}${unit.charAt(0)}`)
    .join("");
}

/** The header's two lines and the warning, as dig and `host -v` print them. */
export function printHeader(message: DnsMessage): string {
  const flags = [
    message.isResponse ? "qr" : "",
    message.isAuthoritative ? "aa" : "",
    message.isTruncated ? "tc" : "",
    message.recursionDesired ? "rd" : "",
    message.recursionAvailable ? "ra" : "",
    message.authenticData ? "ad" : "",
  ].filter((flag) => flag !== "");
  const additional = message.additional.length + (message.edns === undefined ? 0 : 1);
  return (
    `;; ->>HEADER<<- opcode: QUERY, status: ${message.rcode}, id: ${message.id}\n` +
    `;; flags:${flags.map((flag) => ` ${flag}`).join("")}; QUERY: ${message.questions.length}, ANSWER: ${message.answers.length}, AUTHORITY: ${message.authority.length}, ADDITIONAL: ${additional}\n`
  );
}
