import type { Certificate } from "./tls.ts";

/** The one public authority of the simulated internet: in every machine's store, as /etc/ssl/certs has the real ones. */
const name = [
  { type: "C", value: "US" },
  { type: "O", value: "Let's Encrypt" },
  { type: "CN", value: "R11" },
];

export const publicAuthority: Certificate = {
  subject: name,
  issuer: name,
  dnsNames: [],
  ipAddresses: [],
  notBeforeMs: 0,
  notAfterMs: 4_102_444_800_000,
  publicKey: "public-authority",
  keyType: "rsa",
  serialHex: "01",
  isCa: true,
  sizeBytes: 1300,
};
