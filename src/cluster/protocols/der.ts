import { epochMs } from "../sim/date.ts";
import { concatBytes, decodeBase64, decodeUtf8, encodeBase64, encodeHex, encodeUtf8, sha256 } from "./bytes.ts";
import { ipText } from "./ip-text.ts";
import type { Certificate, NameAttribute } from "./tls.ts";

/**
 * As much of ASN.1 as certificates and keys of a TLS Secret need: read, compared, and written for self-signed certificates.
 * @source ITU-T X.690 (DER); RFC 5280 (certificates); RFC 8017, 5208, 5915 (keys); RFC 7468 (PEM)
 */
interface Node {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The element with its header. */
  readonly whole: Uint8Array;
}

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

/** Every block of a PEM text whose base64 can be read; text around them is passed over. */
export function pemBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/g)) {
    const der = decodeBase64((match[2] as string).replace(/\s/g, ""));
    if (der !== undefined) blocks.push({ label: match[1] as string, der });
  }
  return blocks;
}

export function printPem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The elements that lie side by side in `bytes`; undefined when it is no DER. */
function readAll(bytes: Uint8Array): readonly Node[] | undefined {
  const nodes: Node[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] as number;
    let length = bytes[at + 1];
    let start = at + 2;
    if (length === undefined) return undefined;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) return undefined;
      length = 0;
      for (let i = 0; i < count; i++) {
        const byte = bytes[start++];
        if (byte === undefined) return undefined;
        length = length * 256 + byte;
      }
    }
    const end = start + length;
    if (end > bytes.length) return undefined;
    nodes.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return nodes;
}

function children(node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : (readAll(node.content) ?? []);
}

const attributeNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.5": "serialNumber",
  "1.2.840.113549.1.9.1": "emailAddress",
};

/** What the programs at the ends of a TLS connection need of a certificate; undefined when `der` is none. */
export function certificateOfDer(der: Uint8Array): Certificate | undefined {
  const [certificate] = readAll(der) ?? [];
  const [toBeSigned] = children(certificate);
  const fields = children(toBeSigned);
  const hasVersion = fields[0]?.tag === 0xa0;
  const [serial, , issuer, validity, subject, keyInfo] = fields.slice(hasVersion ? 1 : 0);
  if (serial === undefined || issuer === undefined || subject === undefined || keyInfo === undefined) return undefined;
  const [notBefore, notAfter] = children(validity).map(timeMs);
  const key = publicKeyOf(keyInfo);
  if (notBefore === undefined || notAfter === undefined || key === undefined) return undefined;
  const extensions = children(children(fields.find((field) => field.tag === 0xa3))[0]);
  const dnsNames: string[] = [];
  const ipAddresses: string[] = [];
  let isCa = false;
  for (const extension of extensions) {
    const parts = children(extension);
    const id = parts[0] === undefined ? "" : objectIdentifier(parts[0].content);
    const value = children(parts.at(-1))[0];
    if (id === "2.5.29.17") {
      for (const name of children(value)) {
        if (name.tag === 0x82) dnsNames.push(decodeUtf8(name.content));
        else if (name.tag === 0x87) ipAddresses.push(ipText(name.content));
      }
    } else if (id === "2.5.29.19") isCa = children(value)[0]?.content[0] === 0xff;
  }
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    dnsNames,
    ipAddresses,
    notBeforeMs: notBefore,
    notAfterMs: notAfter,
    publicKey: key.value,
    keyType: key.type,
    serialHex: encodeHex(serial.content),
    isCa,
    sizeBytes: der.length,
  };
}

/** The first certificate of a PEM text. */
export function certificateOfPem(text: string): Certificate | undefined {
  const block = pemBlocks(text).find((candidate) => candidate.label === "CERTIFICATE" || candidate.label === "X509 CERTIFICATE");
  return block === undefined ? undefined : certificateOfDer(block.der);
}

function nameOf(node: Node): readonly NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const set of children(node)) {
    for (const pair of children(set)) {
      const [type, value] = children(pair);
      if (type === undefined || value === undefined) continue;
      const id = objectIdentifier(type.content);
      attributes.push({ type: attributeNames[id] ?? id, value: decodeUtf8(value.content) });
    }
  }
  return attributes;
}

function objectIdentifier(bytes: Uint8Array): string {
  const first = bytes[0] ?? 0;
  const numbers = [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40))];
  let value = 0;
  for (const byte of bytes.subarray(1)) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  return numbers.join(".");
}

function timeMs(node: Node): number | undefined {
  const text = decodeUtf8(node.content);
  const match = (node.tag === 0x17 ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(text);
  if (match === null) return undefined;
  const short = Number(match[1]);
  const year = node.tag === 0x17 ? short + (short < 50 ? 2000 : 1900) : short;
  return epochMs(year, Number(match[2]), Number(match[3])) + ((Number(match[4]) * 60 + Number(match[5])) * 60 + Number(match[6])) * 1000;
}

interface PublicKey {
  readonly type: Certificate["keyType"];
  readonly value: string;
}

function publicKeyOf(keyInfo: Node): PublicKey | undefined {
  const [algorithm, bits] = children(keyInfo);
  const id = children(algorithm)[0];
  if (id === undefined || bits === undefined) return undefined;
  const material = bits.content.subarray(1);
  switch (objectIdentifier(id.content)) {
    case "1.2.840.113549.1.1.1": {
      const modulus = children(readAll(material)?.[0])[0];
      return modulus === undefined ? undefined : { type: "rsa", value: integerHex(modulus.content) };
    }
    case "1.2.840.10045.2.1":
      return { type: "ec", value: encodeHex(material) };
    case "1.3.101.112":
      return { type: "ed25519", value: encodeHex(material) };
    default:
      return undefined;
  }
}

function integerHex(bytes: Uint8Array): string {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  return encodeHex(bytes.subarray(start));
}

/** The public part of a private key: what a certificate must carry to be its pair. Undefined when the PEM holds no key that can be read. */
export function publicKeyOfPrivatePem(text: string): PublicKey | undefined {
  for (const block of pemBlocks(text)) {
    if (block.label === "RSA PRIVATE KEY") return rsaPublic(block.der);
    if (block.label === "EC PRIVATE KEY") return ecPublic(block.der);
    if (block.label === "PRIVATE KEY") {
      const [, algorithm, octets] = children(readAll(block.der)?.[0]);
      const id = children(algorithm)[0];
      if (id === undefined || octets === undefined) return undefined;
      const name = objectIdentifier(id.content);
      if (name === "1.2.840.113549.1.1.1") return rsaPublic(octets.content);
      return name === "1.2.840.10045.2.1" ? ecPublic(octets.content) : undefined;
    }
  }
  return undefined;
}

function rsaPublic(der: Uint8Array): PublicKey | undefined {
  const modulus = children(readAll(der)?.[0])[1];
  return modulus === undefined || modulus.tag !== 0x02 ? undefined : { type: "rsa", value: integerHex(modulus.content) };
}

function ecPublic(der: Uint8Array): PublicKey | undefined {
  const point = children(children(readAll(der)?.[0]).find((node) => node.tag === 0xa1))[0];
  return point === undefined ? undefined : { type: "ec", value: encodeHex(point.content.subarray(1)) };
}

/** Whether certificate and private key belong together: by modulus or public point. */
export function isPair(certificatePem: string, keyPem: string): boolean {
  const certificate = certificateOfPem(certificatePem);
  const key = publicKeyOfPrivatePem(keyPem);
  return certificate !== undefined && key !== undefined && certificate.keyType === key.type && certificate.publicKey === key.value;
}

function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(parts);
  const length = content.length;
  const header = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return concatBytes([new Uint8Array(header), content]);
}

function oid(text: string): Uint8Array {
  const numbers = text.split(".").map(Number);
  const bytes = [(numbers[0] as number) * 40 + (numbers[1] as number)];
  for (const number of numbers.slice(2)) {
    const digits = [number & 0x7f];
    for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return element(0x06, new Uint8Array(bytes));
}

function nameElement(name: readonly NameAttribute[]): Uint8Array {
  const sets = name.map(({ type, value }) => {
    const id = Object.entries(attributeNames).find(([, known]) => known === type)?.[0] ?? type;
    const tag = type === "C" ? 0x13 : type === "emailAddress" ? 0x16 : 0x0c;
    return element(0x31, element(0x30, oid(id), element(tag, encodeUtf8(value))));
  });
  return element(0x30, ...sets);
}

function timeElement(utc: string): Uint8Array {
  return utc.slice(0, 4) < "2050" ? element(0x17, encodeUtf8(utc.slice(2))) : element(0x18, encodeUtf8(utc));
}

export interface CertificateRequest {
  readonly subject: readonly NameAttribute[];
  readonly dnsNames: readonly string[];
  readonly ips: readonly Uint8Array[];
  /** `20260105090000Z`. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly serial: Uint8Array;
  readonly isCa: boolean;
}

/**
 * A self-signed certificate for a committed key pair. The layout is the real one; the signature is no RSA signature, since nothing here checks one:
 * its bytes come from the hash of what is signed.
 */
export function writeCertificate(request: CertificateRequest, publicKeyInfo: Uint8Array): Uint8Array {
  const algorithm = element(0x30, oid("1.2.840.113549.1.1.11"), element(0x05));
  const extensions: Uint8Array[] = [];
  const keyId = sha256(publicKeyInfo).subarray(0, 20);
  extensions.push(element(0x30, oid("2.5.29.14"), element(0x04, element(0x04, keyId))));
  extensions.push(element(0x30, oid("2.5.29.35"), element(0x04, element(0x30, element(0x80, keyId)))));
  if (request.isCa)
    extensions.push(
      element(
        0x30,
        oid("2.5.29.19"),
        element(0x01, new Uint8Array([0xff])),
        element(0x04, element(0x30, element(0x01, new Uint8Array([0xff])))),
      ),
    );
  if (request.dnsNames.length + request.ips.length > 0) {
    const names = [...request.dnsNames.map((name) => element(0x82, encodeUtf8(name))), ...request.ips.map((ip) => element(0x87, ip))];
    extensions.push(element(0x30, oid("2.5.29.17"), element(0x04, element(0x30, ...names))));
  }
  const name = nameElement(request.subject);
  const toBeSigned = element(
    0x30,
    element(0xa0, element(0x02, new Uint8Array([2]))),
    element(0x02, request.serial),
    algorithm,
    name,
    element(0x30, timeElement(request.notBefore), timeElement(request.notAfter)),
    name,
    publicKeyInfo,
    element(0xa3, element(0x30, ...extensions)),
  );
  const hash = sha256(toBeSigned);
  const signature = new Uint8Array(257);
  for (let i = 1; i < 257; i++) signature[i] = (hash[i % 32] as number) ^ (i & 0xff);
  return element(0x30, toBeSigned, algorithm, element(0x03, signature));
}

/** SubjectPublicKeyInfo of a private RSA key in PKCS#8. */
export function rsaPublicKeyInfo(privatePem: string): Uint8Array | undefined {
  const block = pemBlocks(privatePem)[0];
  if (block === undefined) return undefined;
  const inner = block.label === "PRIVATE KEY" ? children(readAll(block.der)?.[0])[2]?.content : block.der;
  const numbers = inner === undefined ? [] : children(readAll(inner)?.[0]);
  const modulus = numbers[1];
  const exponent = numbers[2];
  if (modulus === undefined || exponent === undefined) return undefined;
  const key = element(0x30, modulus.whole, exponent.whole);
  return element(0x30, element(0x30, oid("1.2.840.113549.1.1.1"), element(0x05)), element(0x03, new Uint8Array([0]), key));
}

/** The RSA key inside a PKCS#8 text, as `BEGIN RSA PRIVATE KEY` has it. */
export function pkcs1OfPkcs8(privatePem: string): Uint8Array | undefined {
  const block = pemBlocks(privatePem)[0];
  if (block === undefined || block.label !== "PRIVATE KEY") return block?.der;
  return children(readAll(block.der)?.[0])[2]?.content;
}
