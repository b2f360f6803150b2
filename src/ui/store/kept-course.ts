import type { LinkView, RecordEntry } from "../../playground/protocol.ts";

/** A course of events as it is kept: what it began with, what was done, how far it had come, and what of it was looked at, and how. */
export interface KeptCourse {
  readonly text: string;
  readonly record: readonly RecordEntry[];
  readonly nowUs: number;
  readonly view: LinkView;
}

/** The time in which nothing was done any more need not pass again, but for what the last action still brought about. */
const afterLastUs = 30_000_000;

/** `address`: a link's fragment, under which it was done. Pure. */
export function writeCourse({ text, record, nowUs, view }: KeptCourse, address: string): string {
  const lastUs = Math.round((record.at(-1)?.[0] ?? 0) * 1000);
  return JSON.stringify({ text, record, nowUs: Math.min(nowUs, lastUs + afterLastUs), view, address });
}

/** undefined where nothing is kept, it is damaged, or it was done under another address. What the record's entries hold the worker looks at itself. */
export function readCourse(kept: string | undefined, address: string): KeptCourse | undefined {
  if (kept === undefined) return undefined;
  let read: Partial<KeptCourse & { readonly address: string }> | null;
  try {
    read = JSON.parse(kept) as typeof read;
  } catch {
    return undefined;
  }
  if (typeof read !== "object" || read === null) return undefined;
  const { text, record, nowUs, view } = read;
  if (typeof text !== "string" || !Array.isArray(record) || typeof nowUs !== "number" || read.address !== address) return undefined;
  if (typeof view !== "object" || view === null) return undefined;
  return { text, record, nowUs, view };
}
