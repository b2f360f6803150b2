import { tellMisfortune } from "../machine/misfortune.ts";
import type { ConnectOptions, Run, Stream, Sys } from "../machine/syscall.ts";
import type { SocketError } from "../network/sockets.ts";
import type { Duplex } from "../protocols/duplex.ts";
import type { ExchangeConnection } from "../protocols/http-exchange.ts";
import { HttpReader } from "../protocols/http-reader.ts";
import { type AddressFamily, libcOf, type ResolveResult, resolveHost } from "../protocols/resolver.ts";

/** What errno's names are called by strerror(3). */
const errorTexts: Readonly<Record<SocketError, string>> = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  ETIMEDOUT: "Connection timed out",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EACCES: "Permission denied",
  EPIPE: "Broken pipe",
};

/** glibc's words; musl says `Operation timed out` and `Address in use`. */
export function describeError(error: string): string {
  return errorTexts[error as SocketError] ?? error;
}

/** A numeric address as it is; else what getaddrinfo of this machine's libc gives. IPv6 first where the machine has an IPv6 address (RFC 6724). */
export function* resolveFor(sys: Sys, host: string, families: readonly AddressFamily[] = [4, 6]): Run<ResolveResult> {
  const numeric = sys.address(host, 0);
  if (numeric !== undefined) {
    return { ok: true, host: { canonicalName: host, addresses: [{ family: numeric.ip.family, ip: numeric.ip.text }] } };
  }
  const resolved = yield* resolveHost(sys, host, { libc: libcOf(sys.files), families });
  if (!resolved.ok) {
    tellMisfortune(sys, { type: "no-such-name", name: host });
    return resolved;
  }
  const hasIpv6 = sys.host.addresses().some((address) => address.includes(":"));
  const { addresses } = resolved.host;
  const v4 = addresses.filter((address) => address.family === 4);
  const v6 = addresses.filter((address) => address.family === 6);
  return { ok: true, host: { ...resolved.host, addresses: hasIpv6 ? [...v6, ...v4] : [...v4, ...v6] } };
}

export type DialResult =
  | { readonly ok: true; readonly stream: Stream; readonly ip: string }
  | { readonly ok: false; readonly error: SocketError };

/** Tries the addresses in turn until one accepts. The last error counts. */
export function* dial(
  sys: Sys,
  ips: readonly string[],
  port: number,
  options: {
    readonly deadlineUs: number;
    readonly onTry?: (ip: string) => Run<void>;
    readonly onFail?: (ip: string, error: SocketError, hasNext: boolean) => Run<void>;
    readonly connect?: Pick<ConnectOptions, "parent" | "record" | "sourcePort">;
  },
): Run<DialResult> {
  let error: SocketError = "EHOSTUNREACH";
  for (const [index, ip] of ips.entries()) {
    const to = sys.address(ip, port);
    if (to === undefined) continue;
    const leftUs = options.deadlineUs - sys.nowUs();
    if (leftUs <= 0) return { ok: false, error: "ETIMEDOUT" };
    if (options.onTry !== undefined) yield* options.onTry(ip);
    const result = yield* sys.connect(to, { ...options.connect, timeoutUs: leftUs });
    if (result.ok) return { ok: true, stream: result.stream, ip };
    error = result.error;
    if (options.onFail !== undefined) yield* options.onFail(ip, error, index + 1 < ips.length);
  }
  return { ok: false, error };
}

/** An open HTTP connection, with its socket. */
export interface HttpConnection extends ExchangeConnection {
  readonly stream: Stream;
}

export function httpConnection(stream: Stream, duplex: Duplex = stream): HttpConnection {
  return { stream, duplex, reader: new HttpReader() };
}
