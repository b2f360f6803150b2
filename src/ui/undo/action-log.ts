import type { RecordEntry } from "../../playground/protocol.ts";
import type { Course } from "../store/session.ts";

/** Of what the user looks at, what an action changes: only the fields that it changed. */
export type View = Readonly<Record<string, unknown>>;

/** What of the picture can be undone; of several fields that one action changed, the first of these names it. */
export const viewFields = ["view", "tidied", "filters", "collapsed", "showsSystem", "showsNoise", "pins"] as const;

/** One thing that the user did. */
export type Action =
  /** An entry of the record: a typed line, an applied edit, a file saved, an object applied again. */
  | { readonly kind: "entry"; readonly index: number; readonly entry: RecordEntry }
  /** The picture: a card moved, tidied, a filter, a collapse, another view. */
  | { readonly kind: "view"; readonly before: View; readonly after: View }
  /** A new cluster in the place of the one before: restarted, or another text opened. */
  | { readonly kind: "course"; readonly isRestart: boolean; readonly before: Course };

export interface Undone {
  readonly action: Action;
  /** Where redoing leads to; undefined for a view. */
  readonly after: Course | undefined;
}

/** What was done and can be undone, and what was undone and can be redone; the newest last. */
export interface ActionLog {
  readonly done: readonly Action[];
  readonly undone: readonly Undone[];
}

export const emptyLog: ActionLog = { done: [], undone: [] };

const doneMax = 500;

/** Whether the user would call an entry of the record something they did. */
export function isDeed([, kind, body]: RecordEntry): boolean {
  if (kind === "line") return body.text.trim() !== "";
  return kind === "edit" || kind === "reapply" || kind === "file";
}

/** Something new was done. A change of the cluster ends the undone future of the cluster; a change of the picture only that of the picture. */
export function did(log: ActionLog, action: Action): ActionLog {
  const undone = action.kind === "view" ? log.undone.filter((one) => one.action.kind !== "view") : [];
  return { done: [...log.done, action].slice(-doneMax), undone };
}

/** The future that would be lost by a new change of the cluster: the furthest that was undone. */
export function futureOf(log: ActionLog): Course | undefined {
  return log.undone.find((one) => one.after !== undefined)?.after;
}

/** `now`: where the cluster has come to. */
export function undone(
  log: ActionLog,
  now: Course,
): { readonly log: ActionLog; readonly action: Action; readonly to: Course | undefined } | undefined {
  const action = log.done.at(-1);
  if (action === undefined) return undefined;
  const after = action.kind === "view" ? undefined : now;
  return {
    log: { done: log.done.slice(0, -1), undone: [...log.undone, { action, after }] },
    action,
    to: before(action, now),
  };
}

/** The cluster just before an action; undefined where it has nothing to do with the cluster. */
function before(action: Action, now: Course): Course | undefined {
  switch (action.kind) {
    case "view":
      return undefined;
    case "course":
      return action.before;
    case "entry":
      return { text: now.text, record: now.record.slice(0, action.index), nowUs: Math.round(action.entry[0] * 1000) };
  }
}

export function redone(log: ActionLog): { readonly log: ActionLog; readonly action: Action; readonly to: Course | undefined } | undefined {
  const last = log.undone.at(-1);
  if (last === undefined) return undefined;
  return { log: { done: [...log.done, last.action], undone: log.undone.slice(0, -1) }, action: last.action, to: last.after };
}

/**
 * The log of a cluster that broke down and was run again: what was done in it is done again, but for what may have been the cause; what was undone
 * can be redone all the same, since each keeps its own course. `record` is the one that was run.
 */
export function recovered(log: ActionLog, record: readonly RecordEntry[]): ActionLog {
  const known = new Map<string, number[]>();
  record.forEach((entry, index) => {
    const text = JSON.stringify(entry);
    known.set(text, [...(known.get(text) ?? []), index]);
  });
  const done = log.done.flatMap((action): readonly Action[] => {
    if (action.kind !== "entry") return [action];
    const index = known.get(JSON.stringify(action.entry))?.shift();
    return index === undefined ? [] : [{ ...action, index }];
  });
  return { ...log, done };
}

/** Pure: the fields in which two views differ, with their values before and after; undefined where there are none. */
export function viewChange(before: View, after: View): { readonly before: View; readonly after: View } | undefined {
  const fields = Object.keys(after).filter((field) => before[field] !== after[field]);
  if (fields.length === 0) return undefined;
  const pick = (view: View) => Object.fromEntries(fields.map((field) => [field, view[field]]));
  return { before: pick(before), after: pick(after) };
}
