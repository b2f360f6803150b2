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
  /** The client's last flight; with its own certificate where the server is to know who it is. */
  | { readonly type: "finished"; readonly certificate?: Certificate }
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
      // Certificate and CertificateVerify come before Finished.
      return record.certificate === undefined ? 80 : 80 + record.certificate.sizeBytes + 5 + 286;
    case "alert":
      return 24;
    case "data":
      return record.inner.bytes + 22;
  }
}

/** Which name of the certificate fits the host; undefined when none does. @source RFC 6125; curl lib/vtls/openssl.c verifyhost */
export function matchingName(certificate: Certificate, host: string, isNumeric: boolean): string | undefined {
  if (isNumeric) return certificate.ipAddresses.find((ip) => ip === host);
  const lower = host.toLowerCase();
  if (certificate.dnsNames.length > 0) return certificate.dnsNames.find((name) => fitsName(name, lower));
  if (certificate.ipAddresses.length > 0) return undefined;
  const common = commonName(certificate);
  return common !== undefined && fitsName(common, lower) ? common : undefined;
}

export function commonName(certificate: Certificate): string | undefined {
  return certificate.subject.findLast((attribute) => attribute.type === "CN")?.value;
}

/** `*.example.com` stands for exactly one label. */
export function fitsName(pattern: string, host: string): boolean {
  const lower = pattern.toLowerCase();
  if (!lower.startsWith("*.")) return lower === host;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === lower.slice(1);
}

/** Whether a server may show this certificate for the host (or for the wildcard `*.…` itself). */
export function fitsHost(certificate: Certificate, host: string): boolean {
  if (host.startsWith("*."))
    return [...certificate.dnsNames, commonName(certificate) ?? ""].some((name) => name.toLowerCase() === host.toLowerCase());
  return matchingName(certificate, host, false) !== undefined;
}
