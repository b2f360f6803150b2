import type { Sys } from "../machine/syscall.ts";
import { certificateOfDer, pemBlocks } from "../protocols/der.ts";
import type { Certificate } from "../protocols/tls.ts";

/** Why OpenSSL does not trust a chain: the words that curl, wget and openssl print. @source OpenSSL 3.0 crypto/x509/x509_txt.c */
export type VerifyProblem = { readonly code: number; readonly text: string };

/** @source openssl-verify(1): trust first, then dates; a certificate that is its own issuer and not trusted is "self-signed" */
export function verifyChain(chain: readonly Certificate[], trusted: readonly Certificate[], nowMs: number): VerifyProblem | undefined {
  const leaf = chain[0];
  if (leaf === undefined) return { code: 2, text: "unable to get issuer certificate" };
  const isTrusted = (certificate: Certificate): boolean =>
    trusted.some((known) => known.publicKey === certificate.publicKey && sameName(known.subject, certificate.subject));
  let at = leaf;
  for (let depth = 0; !isTrusted(at); depth++) {
    if (sameName(at.subject, at.issuer)) {
      return depth === 0
        ? { code: 18, text: "self-signed certificate" }
        : { code: 19, text: "self-signed certificate in certificate chain" };
    }
    const issuer =
      trusted.find((known) => sameName(known.subject, at.issuer)) ??
      chain.find((known) => known !== at && sameName(known.subject, at.issuer));
    if (issuer === undefined || depth > 10) return { code: 20, text: "unable to get local issuer certificate" };
    at = issuer;
  }
  if (leaf.notBeforeMs > nowMs) return { code: 9, text: "certificate is not yet valid" };
  if (leaf.notAfterMs < nowMs) return { code: 10, text: "certificate has expired" };
  return undefined;
}

function sameName(a: Certificate["subject"], b: Certificate["subject"]): boolean {
  return a.length === b.length && a.every((attribute, i) => attribute.type === b[i]?.type && attribute.value === b[i]?.value);
}

/** The certificates of a PEM file of this machine; undefined when it can't be read. */
export function readCertificates(sys: Sys, path: string): readonly Certificate[] | undefined {
  const file = sys.files.read(sys.path(path));
  if (!file.ok) return undefined;
  return pemBlocks(file.value)
    .filter((block) => block.label === "CERTIFICATE")
    .map((block) => certificateOfDer(block.der))
    .filter((certificate) => certificate !== undefined);
}
