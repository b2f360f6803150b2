import { deflateSync, Inflate } from "fflate";
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from "../cluster/objects.ts";
import { dictionaryK1 } from "./link-dictionary.ts";

/**
 * What a link carries: the first text, the record since, and the moment looked at. Unknown fields are kept, so that a link
 * that passes through an older page loses nothing.
 */
export interface LinkContent {
  /** The engine's version: on another one the run may differ. */
  readonly engine: string;
  readonly text: string;
  readonly record: readonly unknown[];
  readonly view?: Readonly<Record<string, unknown>>;
  readonly rest?: Readonly<Record<string, unknown>>;
}

export type LinkResult =
  | { readonly ok: true; readonly content: LinkContent }
  | { readonly ok: false; readonly code: "link.newer-version" | "link.damaged" | "link.too-large" | "link.none" };

/** What a link may unpack to, in bytes. */
export const linkSizeBytesMax = 1024 * 1024;

const prefix = "k1:";

/** `#k1:<data>`: the fragment alone; who shares puts an address before it. */
export function writeLink(content: LinkContent): string {
  const value = {
    e: content.engine,
    t: content.text,
    ...(content.record.length === 0 ? {} : { r: content.record }),
    ...(content.view === undefined ? {} : { v: content.view }),
    ...content.rest,
  };
  const packed = deflateSync(encodeUtf8(JSON.stringify(value)), { level: 9, dictionary: encodeUtf8(dictionaryK1) });
  return `#${prefix}${encodeBase64(packed).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** Reads a fragment or a whole URL. Never throws: strangers write links. */
export function readLink(link: string): LinkResult {
  const hash = link.indexOf("#");
  const fragment = hash < 0 ? link.trim() : link.slice(hash + 1).trim();
  const codec = /^k(\d+):/.exec(fragment);
  if (codec === null) return { ok: false, code: "link.none" };
  if (codec[0] !== prefix) return { ok: false, code: "link.newer-version" };
  const base64 = fragment.slice(prefix.length).replaceAll("-", "+").replaceAll("_", "/");
  const packed = decodeBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="));
  if (packed === undefined) return { ok: false, code: "link.damaged" };
  const unpacked = inflateBounded(packed);
  if (typeof unpacked === "string") return { ok: false, code: unpacked };
  return readContent(unpacked);
}

/** Inflates as a stream that stops at the bound: a small link may not fill the memory. */
function inflateBounded(packed: Uint8Array): Uint8Array | "link.too-large" | "link.damaged" {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let isEnded = false;
  const inflate = new Inflate({ dictionary: encodeUtf8(dictionaryK1) }, (piece, final) => {
    size += piece.length;
    if (size <= linkSizeBytesMax) pieces.push(piece);
    if (final) isEnded = true;
  });
  try {
    const step = 1024; // at deflate's best a kilobyte becomes one megabyte
    for (let at = 0; at < packed.length; at += step) {
      inflate.push(packed.subarray(at, at + step), at + step >= packed.length);
      if (size > linkSizeBytesMax) return "link.too-large";
    }
  } catch {
    return "link.damaged";
  }
  if (!isEnded) return "link.damaged";
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function readContent(bytes: Uint8Array): LinkResult {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch {
    return { ok: false, code: "link.damaged" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { ok: false, code: "link.damaged" };
  const { e: engine, t: text, r: record, v: view, ...rest } = value as Record<string, unknown>;
  if (typeof engine !== "string" || typeof text !== "string") return { ok: false, code: "link.damaged" };
  if (record !== undefined && !Array.isArray(record)) return { ok: false, code: "link.damaged" };
  const isViewMap = typeof view === "object" && view !== null && !Array.isArray(view);
  return {
    ok: true,
    content: {
      engine,
      text,
      record: record ?? [],
      ...(isViewMap ? { view: view as Readonly<Record<string, unknown>> } : {}),
      ...(Object.keys(rest).length === 0 ? {} : { rest }),
    },
  };
}
