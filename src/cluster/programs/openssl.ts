import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { decodeBase64, decodeHex } from "../protocols/bytes.ts";
import { type CertificateRequest, certificateOfDer, pemBlocks, printPem, rsaPublicKeyInfo, writeCertificate } from "../protocols/der.ts";
import { certificateDate, plainDate } from "../protocols/http-date.ts";
import { rsaKeys } from "../protocols/rsa-keys.ts";
import type { Certificate, NameAttribute } from "../protocols/tls.ts";

/** `openssl genrsa | req -x509 | x509 | version`: self-signed key pairs, as a learner makes them for a TLS Secret. @source OpenSSL 3.0 openssl(1) */
function* runOpenssl(sys: Sys): Program {
  const [command, ...args] = sys.args.slice(1);
  switch (command) {
    case "genrsa":
      return yield* genrsa(sys, args);
    case "req":
      return yield* req(sys, args);
    case "x509":
      return yield* x509(sys, args);
    case "version":
      yield* sys.out("OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n");
      return 0;
    default:
      yield* sys.err(`Invalid command '${command ?? ""}'; type "help" for a list.\n`);
      return 1;
  }
}

/** The next of the committed pairs by this machine's stream. */
function drawKey(sys: Sys): string {
  const key = rsaKeys[sys.random.below(rsaKeys.length)] as string;
  return printPem("PRIVATE KEY", decodeBase64(key) as Uint8Array);
}

function* put(sys: Sys, path: string | undefined, text: string): Run<number> {
  if (path === undefined) {
    yield* sys.out(text);
    return 0;
  }
  if (sys.files.write(sys.path(path), text, { mode: 0o600 }).ok) return 0;
  yield* sys.err(`Can't open "${path}" for writing, No such file or directory\n`);
  return 1;
}

function* genrsa(sys: Sys, args: readonly string[]): Run<number> {
  const out = args.indexOf("-out");
  return yield* put(sys, out < 0 ? undefined : args[out + 1], drawKey(sys));
}

function* req(sys: Sys, args: readonly string[]): Run<number> {
  let isX509 = false;
  let newKey = false;
  let keyPath: string | undefined;
  let keyOut: string | undefined;
  let out: string | undefined;
  let days = 30;
  let subject: string | undefined;
  const extensions: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = (args[i] as string).replace(/^--/, "-");
    switch (arg) {
      case "-x509":
        isX509 = true;
        break;
      case "-newkey":
        newKey = true;
        i++;
        break;
      case "-key":
        keyPath = args[++i];
        break;
      case "-keyout":
        keyOut = args[++i];
        break;
      case "-out":
        out = args[++i];
        break;
      case "-days":
        days = Number(args[++i]) || 30;
        break;
      case "-subj":
        subject = args[++i];
        break;
      case "-addext":
        extensions.push(args[++i] ?? "");
        break;
      case "-sha256":
      case "-nodes":
      case "-noenc":
      case "-new":
      case "-batch":
      case "-utf8":
        break;
      case "-config":
      case "-extensions":
      case "-pkeyopt":
        i++;
        break;
      default:
        yield* sys.err(`req: Unknown option or cipher: ${arg.replace(/^-/, "")}\nreq: Use -help for summary.\n`);
        return 1;
    }
  }
  let keyPem: string;
  if (keyPath !== undefined) {
    const file = sys.files.read(sys.path(keyPath));
    if (!file.ok) {
      yield* sys.err(`Could not open file or uri for loading private key from ${keyPath}\n`);
      return 1;
    }
    keyPem = file.value;
  } else {
    keyPem = drawKey(sys);
    if (!newKey && !isX509) newKey = true;
    yield* sys.err(".+++++++++++++++++++++++++++++++++++++++*...+++++++++++++++++++++++++++++++++++++++*.+......+.....+\n-----\n");
    const written = yield* put(sys, keyOut ?? "privkey.pem", keyPem);
    if (written !== 0) return written;
  }
  const publicKey = rsaPublicKeyInfo(keyPem);
  if (publicKey === undefined) {
    yield* sys.err(`Could not read private key from ${keyPath ?? ""}\n`);
    return 1;
  }
  if (!isX509) {
    yield* sys.err("req: signing requests need an authority; use -x509 for a self-signed certificate\n");
    return 1;
  }
  const name = subject === undefined ? defaultSubject : parseSubject(subject);
  if (name === undefined) {
    yield* sys.err(
      `req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${(subject ?? "").slice(1)}'\nreq: Error adding subject name to request\n`,
    );
    return 1;
  }
  const alternatives = extensions
    .filter((text) => text.startsWith("subjectAltName"))
    .flatMap((text) => text.slice(text.indexOf("=") + 1).split(","));
  const request: CertificateRequest = {
    subject: name,
    dnsNames: alternatives.filter((part) => part.trim().startsWith("DNS:")).map((part) => part.trim().slice(4)),
    ips: alternatives.filter((part) => part.trim().startsWith("IP:")).map((part) => ipBytes(part.trim().slice(3))),
    notBefore: compactDate(sys.dateMs()),
    notAfter: compactDate(sys.dateMs() + days * 86_400_000),
    serial: serialNumber(sys),
    isCa: true,
  };
  return yield* put(sys, out, printPem("CERTIFICATE", writeCertificate(request, publicKey)));
}

const defaultSubject: readonly NameAttribute[] = [
  { type: "C", value: "AU" },
  { type: "ST", value: "Some-State" },
  { type: "O", value: "Internet Widgits Pty Ltd" },
];

/** `/C=US/O=Org/CN=kubia.example.com` */
function parseSubject(text: string): readonly NameAttribute[] | undefined {
  if (!text.startsWith("/")) return undefined;
  const attributes: NameAttribute[] = [];
  for (const part of text.slice(1).split(/(?<!\\)\//)) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals <= 0) return undefined;
    const value = part.slice(equals + 1).replace(/\\(.)/g, "$1");
    if (value !== "") attributes.push({ type: part.slice(0, equals), value });
  }
  return attributes;
}

function ipBytes(text: string): Uint8Array {
  const parsed = parseIp(text);
  const words = parsed?.words ?? [0];
  return decodeHex(words.map((word) => word.toString(16).padStart(8, "0")).join("")) ?? new Uint8Array(4);
}

function compactDate(dateMs: number): string {
  return `${plainDate(dateMs).replace(/[-: ]/g, "")}Z`;
}

function serialNumber(sys: Sys): Uint8Array {
  const bytes = new Uint8Array(20);
  for (let i = 0; i < 20; i++) bytes[i] = sys.random.below(256);
  bytes[0] = 0x20 | ((bytes[0] as number) & 0x5f);
  return bytes;
}

function* x509(sys: Sys, args: readonly string[]): Run<number> {
  const at = args.indexOf("-in");
  const path = at < 0 ? undefined : args[at + 1];
  let text: string;
  if (path === undefined) text = yield* sys.readAll();
  else {
    const file = sys.files.read(sys.path(path));
    if (!file.ok) {
      yield* sys.err(`Could not open file or uri for loading certificate from ${path}\n`);
      return 1;
    }
    text = file.value;
  }
  const block = pemBlocks(text).find((candidate) => candidate.label === "CERTIFICATE");
  const certificate = block === undefined ? undefined : certificateOfDer(block.der);
  if (block === undefined || certificate === undefined) {
    yield* sys.err(`Could not read certificate from ${path ?? "<stdin>"}\nUnable to load certificate\n`);
    return 1;
  }
  let printed = "";
  if (args.includes("-text")) printed += certificateText(certificate);
  if (args.includes("-serial")) printed += `serial=${certificate.serialHex.toUpperCase()}\n`;
  if (args.includes("-subject")) printed += `subject=${nameText(certificate.subject)}\n`;
  if (args.includes("-issuer")) printed += `issuer=${nameText(certificate.issuer)}\n`;
  if (args.includes("-dates") || args.includes("-startdate")) printed += `notBefore=${certificateDate(certificate.notBeforeMs)}\n`;
  if (args.includes("-dates") || args.includes("-enddate")) printed += `notAfter=${certificateDate(certificate.notAfterMs)}\n`;
  if (args.includes("-modulus")) printed += `Modulus=${certificate.publicKey.toUpperCase()}\n`;
  const extension = args.indexOf("-ext");
  if (extension >= 0 && args[extension + 1] === "subjectAltName") printed += alternativesText(certificate, "");
  if (!args.includes("-noout")) printed += printPem("CERTIFICATE", block.der);
  yield* sys.out(printed);
  return 0;
}

function nameText(name: readonly NameAttribute[]): string {
  return name.map(({ type, value }) => `${type} = ${value}`).join(", ");
}

function alternativesText(certificate: Certificate, indent: string): string {
  const names = [...certificate.dnsNames.map((name) => `DNS:${name}`), ...certificate.ipAddresses.map((ip) => `IP Address:${ip}`)];
  return names.length === 0 ? "" : `${indent}X509v3 Subject Alternative Name: \n${indent}    ${names.join(", ")}\n`;
}

/** As much of `-text` as the reader knows of the certificate. */
function certificateText(certificate: Certificate): string {
  const serial = (certificate.serialHex.match(/../g) ?? []).join(":");
  return (
    `Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number:\n            ${serial}\n        Signature Algorithm: sha256WithRSAEncryption\n` +
    `        Issuer: ${nameText(certificate.issuer)}\n        Validity\n            Not Before: ${certificateDate(certificate.notBeforeMs)}\n            Not After : ${certificateDate(certificate.notAfterMs)}\n` +
    `        Subject: ${nameText(certificate.subject)}\n        Subject Public Key Info:\n            Public Key Algorithm: rsaEncryption\n                Public-Key: (2048 bit)\n${alternativesText(certificate, "            ")}`
  );
}

export const openssl: ProgramEntry = { name: "openssl", run: runOpenssl };
