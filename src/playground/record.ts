import type { RecordEntry } from "./protocol.ts";

/** Everything that came in from outside, with the simulated time at which it took effect. With the first text it makes the same run again. */
export class Recorder {
  #entries: RecordEntry[] = [];
  #fresh: RecordEntry[] = [];

  get entries(): readonly RecordEntry[] {
    return this.#entries;
  }

  add(entry: RecordEntry): void {
    this.#entries.push(entry);
    this.#fresh.push(entry);
  }

  /** What came in since the last call. */
  takeFresh(): readonly RecordEntry[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}

/** An edit as the lines that it replaced: from which line (0-based), how many went, which came. */
export interface LineEdit {
  readonly from: number;
  readonly removed: number;
  readonly added: readonly string[];
}

/** The one run of lines in which two texts differ. */
export function lineEdit(before: string, after: string): LineEdit {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return { from: head, removed: a.length - head - tail, added: b.slice(head, b.length - tail) };
}

export function applyLineEdit(text: string, edit: LineEdit): string {
  const lines = text.split("\n");
  lines.splice(edit.from, edit.removed, ...edit.added);
  return lines.join("\n");
}

/** Milliseconds with at most three decimals, as the record and `time` have them. */
export function toMs(us: number): number {
  return us / 1000;
}

export function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

/** Whether what a stranger's link carries is a record at all; unknown kinds of entries are left out. */
export function readRecord(entries: readonly unknown[]): readonly RecordEntry[] {
  return entries.filter((entry): entry is RecordEntry => {
    if (!Array.isArray(entry) || entry.length !== 3) return false;
    const [timeMs, kind, body] = entry as readonly unknown[];
    if (typeof timeMs !== "number" || !Number.isFinite(timeMs) || timeMs < 0) return false;
    if (typeof body !== "object" || body === null) return false;
    const fields = body as Readonly<Record<string, unknown>>;
    switch (kind) {
      case "line":
        return typeof fields["terminal"] === "number" && typeof fields["text"] === "string";
      case "interrupt":
      case "end":
        return typeof fields["terminal"] === "number";
      case "edit":
        return (
          Number.isInteger(fields["from"]) &&
          Number.isInteger(fields["removed"]) &&
          Array.isArray(fields["added"]) &&
          fields["added"].every((line: unknown) => typeof line === "string")
        );
      case "reapply":
        return typeof fields["object"] === "string";
      case "file":
        return typeof fields["place"] === "string" && typeof fields["path"] === "string" && typeof fields["text"] === "string";
      case "close":
        return typeof fields["place"] === "string" && typeof fields["path"] === "string";
      default:
        return false;
    }
  });
}
