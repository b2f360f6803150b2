import type { RecordEntry } from "../../playground/protocol.ts";

/** Pure: the record without the last line of each terminal that was busy, and from the second attempt without its last entries. */
export function withoutCulprits(record: readonly RecordEntry[], busy: readonly number[], attempt: number): readonly RecordEntry[] {
  let kept = [...record];
  for (const terminal of busy) {
    const last = kept.findLastIndex(([, kind, body]) => kind === "line" && body.terminal === terminal);
    if (last >= 0) kept = kept.filter((_, i) => i !== last);
  }
  return attempt <= 1 ? kept : kept.slice(0, Math.max(0, kept.length - (attempt - 1)));
}
