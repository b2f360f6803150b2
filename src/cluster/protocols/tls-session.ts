import { type Duplex, isPayload, type Payload, type Step } from "./duplex.ts";
import { type Certificate, type TlsPayload, tlsPayload } from "./tls.ts";

export type TlsClientResult =
  | { readonly ok: true; readonly duplex: Duplex; readonly alpn: string | undefined; readonly certificates: readonly Certificate[] }
  /** `not-tls`: the server answered in clear; `alert`: it refused; else errno's name, or "end". */
  | { readonly ok: false; readonly error: string; readonly alert?: string };

/** The client's handshake; checking the certificate is the caller's. */
export function* tlsConnect(
  stream: Duplex,
  options: { readonly serverName: string | undefined; readonly alpn: readonly string[]; readonly timeoutUs?: number },
): Step<TlsClientResult> {
  const failed = yield* stream.send(tlsPayload({ type: "client-hello", serverName: options.serverName, alpn: options.alpn }));
  if (failed !== undefined) return { ok: false, error: failed };
  const hello = yield* stream.receive(options.timeoutUs);
  if (!isPayload(hello)) return { ok: false, error: hello };
  if (hello.kind !== "tls") return { ok: false, error: "not-tls" };
  const { record } = hello as TlsPayload;
  if (record.type === "alert") return { ok: false, error: "alert", alert: record.description };
  if (record.type !== "server-hello") return { ok: false, error: "not-tls" };
  return { ok: true, duplex: sealed(stream), alpn: record.alpn, certificates: record.certificates };
}

/** The client's last message of the handshake, once it trusts the certificate. `certificate`: its own, by which the server may know it. */
export function* tlsFinish(stream: Duplex, certificate?: Certificate): Step<string | undefined> {
  return yield* stream.send(tlsPayload({ type: "finished", ...(certificate === undefined ? {} : { certificate }) }));
}

export type TlsServerResult =
  | {
      readonly ok: true;
      readonly duplex: Duplex;
      readonly serverName: string | undefined;
      readonly alpn: string | undefined;
      readonly clientCertificate: Certificate | undefined;
    }
  /** What the client sent instead of a ClientHello; "end" or errno's name when nothing came. */
  | { readonly ok: false; readonly received: Payload | string };

/** The server's handshake: chooses the certificate by name and the first of its own protocols that the client offers. */
export function* tlsAccept(
  stream: Duplex,
  options: {
    readonly certificatesFor: (serverName: string | undefined) => readonly Certificate[];
    readonly alpn: readonly string[];
    readonly timeoutUs?: number;
  },
): Step<TlsServerResult> {
  const hello = yield* stream.receive(options.timeoutUs);
  if (!isPayload(hello)) return { ok: false, received: hello };
  if (hello.kind !== "tls" || (hello as TlsPayload).record.type !== "client-hello") return { ok: false, received: hello };
  const record = (hello as TlsPayload).record as Extract<TlsPayload["record"], { type: "client-hello" }>;
  const alpn = options.alpn.find((protocol) => record.alpn.includes(protocol));
  const failed = yield* stream.send(tlsPayload({ type: "server-hello", alpn, certificates: options.certificatesFor(record.serverName) }));
  if (failed !== undefined) return { ok: false, received: failed };
  const finished = yield* stream.receive(options.timeoutUs);
  if (!isPayload(finished)) return { ok: false, received: finished };
  const last = finished.kind === "tls" ? (finished as TlsPayload).record : undefined;
  if (last?.type !== "finished") {
    stream.close(); // the client did not like the certificate
    return { ok: false, received: finished };
  }
  return { ok: true, duplex: sealed(stream), serverName: record.serverName, alpn, clientCertificate: last.certificate };
}

/** The same connection, with every payload sealed in a record. */
function sealed(stream: Duplex): Duplex {
  return {
    *send(payload) {
      return yield* stream.send(tlsPayload({ type: "data", sealed: true, inner: payload }));
    },
    *receive(timeoutUs) {
      const received = yield* stream.receive(timeoutUs);
      if (!isPayload(received) || received.kind !== "tls") return received;
      const { record } = received as TlsPayload;
      if (record.type === "data") return record.inner;
      return record.type === "alert" ? "end" : received;
    },
    close: () => stream.close(),
    abort: () => stream.abort(),
  };
}
