import { create } from "zustand";
import { onUpdate } from "../store/link-to-worker.ts";
import { courseNow, isRecovery, onOpening, travel } from "../store/session.ts";
import { type PageState, usePage } from "../store/store.ts";
import { keepCourse } from "../time/branches.ts";
import { lookNow } from "../time/look.ts";
import {
  type Action,
  type ActionLog,
  did,
  emptyLog,
  futureOf,
  isDeed,
  recovered,
  redone,
  undone,
  type View,
  viewChange,
  viewFields,
} from "./action-log.ts";

/** One undo over text, commands and picture. */
interface UndoState {
  readonly log: ActionLog;
  /** What was undone, redone, or done and easily regretted, to be said; `action` undefined: there was nothing. */
  readonly said: { readonly way: "undone" | "redone" | "done"; readonly action: Action | undefined } | undefined;
  /** The cluster is on its way to another course. */
  readonly isTravelling: boolean;
}

export const useUndo = create<UndoState>(() => ({ log: emptyLog, said: undefined, isTravelling: false }));

function viewOf(page: PageState): View {
  return Object.fromEntries(viewFields.map((field) => [field, page[field]]));
}

/** How many entries of the record the log has met. */
let met = 0;
/** The picture is changed by the log itself, or belongs to a cluster that opens. */
let isOwnChange = false;
let opening: Extract<Action, { kind: "course" }> | undefined;

export function undo(): void {
  step(false, undone(useUndo.getState().log, courseNow()));
}

export function redo(): void {
  step(true, redone(useUndo.getState().log));
}

function step(isRedo: boolean, taken: ReturnType<typeof undone>): void {
  if (useUndo.getState().isTravelling) return;
  const way = isRedo ? "redone" : "undone";
  if (taken === undefined) {
    useUndo.setState({ said: { way, action: undefined } });
    return;
  }
  const { log, action, to } = taken;
  lookNow();
  useUndo.setState({ log, said: { way, action }, isTravelling: to !== undefined });
  if (to !== undefined) travel(to);
  if (action.kind !== "view") return;
  isOwnChange = true;
  usePage.setState((isRedo ? action.after : action.before) as Partial<PageState>);
  isOwnChange = false;
}

export function forgetSaid(): void {
  useUndo.setState({ said: undefined });
}

function take(action: Action): void {
  const { log } = useUndo.getState();
  // What was undone would be lost by something new: it stays, as a branch.
  const future = action.kind === "view" ? undefined : futureOf(log);
  if (future !== undefined) keepCourse(future);
  useUndo.setState({ log: did(log, action), said: action.kind === "course" ? { way: "done", action } : undefined });
}

function meetRecord(): void {
  const { record } = usePage.getState();
  for (; met < record.length; met++) {
    const entry = record[met];
    if (entry !== undefined && isDeed(entry)) take({ kind: "entry", index: met, entry });
  }
}

function startUndo(): void {
  meetRecord();
  usePage.subscribe((page, before) => {
    if (isOwnChange || page.summary === undefined || viewFields.every((field) => page[field] === before[field])) return;
    const change = viewChange(viewOf(before), viewOf(page));
    if (change !== undefined) take({ kind: "view", ...change });
  });
  onOpening((opened) => {
    isOwnChange = opened !== undefined;
    const { summary, text } = usePage.getState();
    if (opened === undefined || !opened.isNew || summary === undefined) return;
    opening = { kind: "course", isRestart: opened.text === text, before: courseNow() };
  });
  let hasOpened = false;
  let isRecovering = false;
  onUpdate((update) => {
    if (update.type === "opened") {
      hasOpened = true;
      const { isTravelling, log } = useUndo.getState();
      // Another course than the log's: a branch. Its record tells what was done in it.
      isRecovering = !isTravelling && isRecovery();
      if (!isTravelling && !isRecovering) {
        useUndo.setState({ log: opening === undefined ? emptyLog : log });
        if (opening !== undefined) take(opening);
        met = 0;
      }
      opening = undefined;
    }
    if (isRecovering) {
      // The same course again: its log goes on once all of it has been played.
      if (update.type !== "text") return;
      isRecovering = false;
      const { record } = usePage.getState();
      met = record.length;
      useUndo.setState((s) => ({ log: recovered(s.log, record) }));
      return;
    }
    const { isTravelling } = useUndo.getState();
    if (isTravelling) {
      if (update.type !== "time" || !hasOpened) return;
      met = usePage.getState().record.length;
      useUndo.setState({ isTravelling: false });
    } else if (update.type === "recorded") meetRecord();
    if (update.type === "time") hasOpened = false;
  });
}

startUndo();
