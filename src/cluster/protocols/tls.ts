import type { Payload } from "./duplex.ts";

/** A certificate as the programs at the ends need it; `der.ts` makes it from a PEM. */
export interface Certificate {
  /** `O = Acme Co, CN = x`: attributes in the order of the certificate. */
  readonly subject: readonly NameAttribute[];
  readonly issuer: readonly NameAttribute[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Milliseconds of the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The modulus or the point, in hexadecimal: what a private key must match. */
  readonly publicKey: string;
  readonly keyType: "rsa" | "ec" | "ed25519";
  readonly serialHex: string;
  readonly isCa: boolean;
  readonly sizeBytes: number;
}

export interface NameAttribute {
  /** `CN`, `O`, `OU`, `C`, `ST`, `L`, `emailAddress`, or a dotted object identifier. */
  readonly type: string;
  readonly value: string;
}

/** One flight or record of TLS 1.3, as data. @source RFC 8446 */
export type TlsRecord =
  | { readonly type: "client-hello"; readonly serverName: string | undefined; readonly alpn: readonly string[] }
  | { readonly type: "server-hello"; readonly alpn: string | undefined; readonly certificates: readonly Certificate[] }
  | { readonly type: "finished" }
  | { readonly type: "alert"; readonly level: "warning" | "fatal"; readonly description: string }
  /** Only the programs at the two ends look inside. */
  | { readonly type: "data"; readonly sealed: true; readonly inner: Payload };

export interface TlsPayload extends Payload {
  readonly kind: "tls";
  readonly record: TlsRecord;
}

/** Sizes are those of a usual TLS 1.3 handshake by OpenSSL 3: a padded ClientHello, one flight of the server, 22 bytes around each record of data. */
export function tlsPayload(record: TlsRecord): TlsPayload {
  return { kind: "tls", record, bytes: recordBytes(record) };
}

function recordBytes(record: TlsRecord): number {
  switch (record.type) {
    case "client-hello":
      return 517;
    case "server-hello":
      // ServerHello 127, ChangeCipherSpec 6, EncryptedExtensions, CertificateVerify and Finished with their headers 400, and the certificates.
      return record.certificates.reduce((sum, certificate) => sum + certificate.sizeBytes + 5, 533);
    case "finished":
      return 80;
    case "alert":
      return 24;
    case "data":
      return record.inner.bytes + 22;
  }
}
