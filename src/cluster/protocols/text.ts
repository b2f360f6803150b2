import { utf8Length } from "./bytes.ts";
import type { Payload } from "./duplex.ts";

/** Bytes without a protocol of their own: what nc sends, or a server's broken answer. */
export interface TextPayload extends Payload {
  readonly kind: "text";
  readonly text: string;
}

export function textPayload(text: string): TextPayload {
  return { kind: "text", text, bytes: utf8Length(text) };
}
