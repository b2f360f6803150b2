import type { ControlStep, Failure, RecordEntry, Said } from "../playground/protocol.ts";

/** What a mark on the time line stands for; each has a shape of its own. */
export type MarkKind = "command" | "edit" | "failure" | "rollout";

export interface TimeMark {
  readonly kind: MarkKind;
  readonly atUs: number;
  /** What the user typed or edited: shown as it is. */
  readonly text?: string;
  /** What happened by itself: said in the reader's language. */
  readonly said?: Said;
  /** How many of its kind stand so near to it that one mark is drawn for all. */
  readonly count: number;
}

/** Marks of one kind nearer to each other than this share of the line are one. */
const nearShare = 1 / 90;

/** Pure: the marks between two moments, in order. */
export function timeMarks(
  given: { readonly record: readonly RecordEntry[]; readonly steps: readonly ControlStep[]; readonly failures: readonly Failure[] },
  fromUs: number,
  toUs: number,
): readonly TimeMark[] {
  const marks: Omit<TimeMark, "count">[] = [];
  for (const [timeMs, kind, body] of given.record) {
    const atUs = Math.round(timeMs * 1000);
    if (kind === "line" && body.text.trim() !== "") marks.push({ kind: "command", atUs, text: body.text.trim() });
    if (kind === "edit") marks.push({ kind: "edit", atUs, said: { code: "mark.edit", args: { line: body.from + 1 } } });
    if (kind === "reapply") marks.push({ kind: "edit", atUs, said: { code: "mark.reapply", args: { object: body.object } } });
    if (kind === "file") marks.push({ kind: "edit", atUs, said: { code: "mark.file", args: { path: body.path } } });
  }
  for (const { mark, timeUs, said } of given.steps) if (mark === "rollout") marks.push({ kind: "rollout", atUs: timeUs, said });
  for (const { timeUs, said } of given.failures) marks.push({ kind: "failure", atUs: timeUs, said });
  const nearUs = (toUs - fromUs) * nearShare;
  const last = new Map<MarkKind, number>();
  const drawn: TimeMark[] = [];
  for (const mark of marks.sort((a, b) => a.atUs - b.atUs)) {
    if (mark.atUs < fromUs || mark.atUs > toUs) continue;
    const at = last.get(mark.kind);
    const before = at === undefined ? undefined : drawn[at];
    if (at !== undefined && before !== undefined && mark.atUs - before.atUs < nearUs) drawn[at] = { ...before, count: before.count + 1 };
    else {
      last.set(mark.kind, drawn.length);
      drawn.push({ ...mark, count: 1 });
    }
  }
  return drawn;
}
