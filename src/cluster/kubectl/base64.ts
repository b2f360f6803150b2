import { decodeBase64 as decodeBytes, decodeUtf8, encodeBase64 as encodeBytes, encodeUtf8 } from "../protocols/bytes.ts";

/** UTF-8 text as base64, as Secrets hold it. */
export function encodeBase64(text: string): string {
  return encodeBytes(encodeUtf8(text));
}

/** base64 as UTF-8 text; undefined when it is none. */
export function decodeBase64(text: string): string | undefined {
  const bytes = decodeBytes(text);
  return bytes === undefined ? undefined : decodeUtf8(bytes);
}
