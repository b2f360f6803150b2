import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decodeBase64 } from "../../../src/cluster/protocols/bytes.ts";
import {
  certificateOfPem,
  isPair,
  pkcs1OfPkcs8,
  printPem,
  publicKeyOfPrivatePem,
  rsaPublicKeyInfo,
  writeCertificate,
} from "../../../src/cluster/protocols/der.ts";
import { certificateDate } from "../../../src/cluster/protocols/http-date.ts";
import { rsaKeys } from "../../../src/cluster/protocols/rsa-keys.ts";

// Made with: openssl ecparam -name prime256v1 -genkey; openssl req -x509 -subj /O=Org/CN=api.example.com -addext subjectAltName=…
const certificate = `-----BEGIN CERTIFICATE-----
MIIB7jCCAZSgAwIBAgIUc9YwkDXPKff+5+1Jhk/UYRPThh4wCgYIKoZIzj0EAwIw
KDEMMAoGA1UECgwDT3JnMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5jb20wHhcNMjYx
MTI1MjAwNzMxWhcNMzYxMTIyMjAwNzMxWjAoMQwwCgYDVQQKDANPcmcxGDAWBgNV
BAMMD2FwaS5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN8H
SdXDTXTsTu8/cmraYEaWUC1AxAAJdK8BlpzjpDyYlo+3jeCxDdCK5MzySkgDxdV/
LNa8AQYMyAcmWZLyD9CjgZswgZgwHQYDVR0OBBYEFOzvTVdtcSJb1Yw19gf4o5SW
6KmuMB8GA1UdIwQYMBaAFOzvTVdtcSJb1Yw19gf4o5SW6KmuMA8GA1UdEwEB/wQF
MAMBAf8wRQYDVR0RBD4wPIIPYXBpLmV4YW1wbGUuY29tghEqLmFwaS5leGFtcGxl
LmNvbYcECgAAAYcQ/QAAAAAAAAAAAAAAAAAAATAKBggqhkjOPQQDAgNIADBFAiBn
4tqCVKdtiTv7PRB1/gxCce2JD0uIdsMrAAUHXqqMswIhAO9HCA3aijxX/33DUHfw
MnZp6qpeR5YnXc9i7+ZpOP1f
-----END CERTIFICATE-----
`;
const sec1 = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIGXBmFHjDIbpvBnONiCxPj6zp+xHiMdzogzjIa5M/LH6oAoGCCqGSM49
AwEHoUQDQgAE3wdJ1cNNdOxO7z9yatpgRpZQLUDEAAl0rwGWnOOkPJiWj7eN4LEN
0IrkzPJKSAPF1X8s1rwBBgzIByZZkvIP0A==
-----END EC PRIVATE KEY-----
`;
const pkcs8 = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZcGYUeMMhum8Gc42
ILE+PrOn7EeIx3OiDOMhrkz8sfqhRANCAATfB0nVw0107E7vP3Jq2mBGllAtQMQA
CXSvAZac46Q8mJaPt43gsQ3QiuTM8kpIA8XVfyzWvAEGDMgHJlmS8g/Q
-----END PRIVATE KEY-----
`;

describe("a certificate that OpenSSL made", () => {
  const read = certificateOfPem(certificate);
  test("names, dates and key", () => {
    expect(read).toMatchObject({
      subject: [
        { type: "O", value: "Org" },
        { type: "CN", value: "api.example.com" },
      ],
      dnsNames: ["api.example.com", "*.api.example.com"],
      ipAddresses: ["10.0.0.1", "fd00::1"],
      keyType: "ec",
      isCa: true,
    });
    expect(read?.issuer).toEqual(read?.subject);
  });
  test("dates as openssl x509 -dates prints them", () => {
    const printed = `notBefore=${certificateDate(read?.notBeforeMs ?? 0)}\nnotAfter=${certificateDate(read?.notAfterMs ?? 0)}\n`;
    expect(printed).toBe(`notBefore=Nov 25 20:07:31 2026 GMT
notAfter=Nov 22 20:07:31 2036 GMT
`);
  });
  test("its key belongs to it, in SEC1 and in PKCS#8; another does not", () => {
    expect(isPair(certificate, sec1)).toBe(true);
    expect(isPair(certificate, pkcs8)).toBe(true);
    expect(isPair(certificate, printPem("PRIVATE KEY", decodeBase64(rsaKeys[0] as string) as Uint8Array))).toBe(false);
  });
});

test.each(["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", certificate.slice(0, 200)])(
  "%j is no certificate",
  (text) => {
    expect(certificateOfPem(text)).toBeUndefined();
  },
);

describe("a certificate of our own, read by Node's OpenSSL", () => {
  const key = printPem("PRIVATE KEY", decodeBase64(rsaKeys[3] as string) as Uint8Array);
  const pem = printPem(
    "CERTIFICATE",
    writeCertificate(
      {
        subject: [
          { type: "C", value: "US" },
          { type: "O", value: "Acme Co" },
          { type: "CN", value: "kubia.example.com" },
        ],
        dnsNames: ["kubia.example.com"],
        ips: [new Uint8Array([10, 0, 0, 1])],
        notBefore: "20260105090000Z",
        notAfter: "20270105090000Z",
        serial: new Uint8Array([1, 2, 3]),
        isCa: true,
      },
      rsaPublicKeyInfo(key) as Uint8Array,
    ),
  );
  test("is a certificate of that subject, dates and key", () => {
    const real = new X509Certificate(pem);
    expect(real.subject).toBe("C=US\nO=Acme Co\nCN=kubia.example.com");
    expect(real.validFrom).toBe("Jan  5 09:00:00 2026 GMT");
    expect(real.subjectAltName).toBe("DNS:kubia.example.com, IP Address:10.0.0.1");
    expect(real.checkPrivateKey(createPrivateKey(key))).toBe(true);
  });
  test("we read it back the same, and find its pair", () => {
    expect(certificateOfPem(pem)).toMatchObject({ dnsNames: ["kubia.example.com"], ipAddresses: ["10.0.0.1"], keyType: "rsa" });
    expect(isPair(pem, key)).toBe(true);
    expect(isPair(pem, printPem("RSA PRIVATE KEY", pkcs1OfPkcs8(key) as Uint8Array))).toBe(true);
  });
});

test("the committed keys are sixteen different RSA keys", () => {
  const moduli = rsaKeys.map((key) => publicKeyOfPrivatePem(printPem("PRIVATE KEY", decodeBase64(key) as Uint8Array))?.value);
  expect(new Set(moduli).size).toBe(16);
  expect(moduli.every((modulus) => modulus?.length === 512)).toBe(true);
});
