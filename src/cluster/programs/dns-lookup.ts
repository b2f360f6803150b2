import type { Run, Sys } from "../machine/syscall.ts";
import { type DnsMessage, type DnsQuestion, dnsQuery, type Edns } from "../protocols/dns.ts";
import { type DnsFailure, exchange } from "../protocols/dns-client.ts";
import { resolveFor } from "./http-client.ts";

/** The version of bind9's tools on machines that have them. */
export const bindVersion = "9.18.49-1~deb12u3-Debian";

export interface DnsServer {
  readonly ip: string;
  readonly port: number;
  /** As the user wrote it, or the address. */
  readonly shown: string;
}

export interface LookupOptions {
  readonly servers: readonly DnsServer[];
  readonly timeoutUs: number;
  readonly tries: number;
  readonly useTcp: boolean;
  readonly ignoreTruncation: boolean;
  readonly recursionDesired: boolean;
  readonly authenticData: boolean;
  readonly edns: Edns | undefined;
  readonly sourcePort: number | undefined;
}

export type LookupResult =
  | {
      readonly ok: true;
      readonly query: DnsMessage;
      readonly message: DnsMessage;
      readonly server: DnsServer;
      readonly elapsedUs: number;
      readonly usedTcp: boolean;
    }
  | { readonly ok: false };

/** Asks the servers in turn, `tries` times over, and tells each failure as bind9's tools do, on standard output. */
export function* lookUp(sys: Sys, question: DnsQuestion, options: LookupOptions): Run<LookupResult> {
  const plainName = question.name === "." ? "." : question.name.replace(/\.$/, "");
  for (let attempt = 0; attempt < options.tries; attempt++) {
    for (const server of options.servers) {
      const query = dnsQuery(sys.random.below(65536), question, {
        recursionDesired: options.recursionDesired,
        authenticData: options.authenticData,
        ...(options.edns === undefined ? {} : { edns: options.edns }),
      });
      const startUs = sys.nowUs();
      const result = yield* exchange(sys, [server], [query], {
        timeoutUs: options.timeoutUs,
        useTcp: options.useTcp,
        ignoreTruncation: true,
        ...(options.sourcePort === undefined ? {} : { sourcePort: options.sourcePort }),
      });
      if (!result.ok) {
        yield* sys.out(failureLine(result.error, server, plainName, options.useTcp));
        if (result.error === "unreachable" || options.useTcp) return { ok: false };
        continue;
      }
      let message = result.messages[0] as DnsMessage;
      let usedTcp = result.usedTcp;
      if (message.isTruncated && !options.ignoreTruncation && !usedTcp) {
        yield* sys.out(";; Truncated, retrying in TCP mode.\n");
        const again = yield* exchange(sys, [server], [query], { timeoutUs: options.timeoutUs, useTcp: true });
        if (!again.ok) {
          yield* sys.out(failureLine(again.error, server, plainName, true));
          return { ok: false };
        }
        message = again.messages[0] as DnsMessage;
        usedTcp = true;
      }
      return { ok: true, query, message, server, elapsedUs: sys.nowUs() - startUs, usedTcp };
    }
  }
  return { ok: false };
}

function failureLine(error: DnsFailure, server: DnsServer, name: string, isTcp: boolean): string {
  const where = `${server.ip}#${server.port}`;
  if (error === "unreachable" && !isTcp) return `;; UDP setup with ${where}(${server.shown}) for ${name} failed: network unreachable.\n`;
  if (isTcp)
    return `;; Connection to ${where}(${server.shown}) for ${name} failed: ${error === "refused" ? "connection refused" : error === "timeout" ? "timed out" : "host unreachable"}.\n`;
  return `;; communications error to ${where}: ${error === "refused" ? "connection refused" : "timed out"}\n`;
}

/** `@server` or nslookup's second argument: a number, or a name that the resolver knows. */
export function* serverByName(sys: Sys, name: string, port: number): Run<DnsServer | undefined> {
  const resolved = yield* resolveFor(sys, name);
  const ip = resolved.ok ? resolved.host.addresses[0]?.ip : undefined;
  return ip === undefined ? undefined : { ip, port, shown: name };
}

/** The client's half of a DNS cookie. */
export function drawCookie(sys: Sys): string {
  return sys.random.uint32().toString(16).padStart(8, "0") + sys.random.uint32().toString(16).padStart(8, "0");
}
