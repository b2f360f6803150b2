import type { Secret } from "../api/secret/types.ts";
import { decodeBase64, decodeUtf8 } from "../protocols/bytes.ts";
import { certificateOfPem, isPair } from "../protocols/der.ts";
import type { Certificate } from "../protocols/tls.ts";

/** The certificate in a Secret; undefined unless it and its key are a pair that can be used. */
export function certificateOfSecret(secret: Secret | undefined): Certificate | undefined {
  const text = (key: string): string => decodeUtf8(decodeBase64(secret?.data?.[key] ?? "") ?? new Uint8Array());
  const pem = text("tls.crt");
  return isPair(pem, text("tls.key")) ? certificateOfPem(pem) : undefined;
}
