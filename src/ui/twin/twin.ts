import { create } from "zustand";
import type { ProxyMode, RecordEntry } from "../../playground/protocol.ts";
import { openedText } from "../store/session.ts";
import { type Branch, branchHere, branchNow, useBranches } from "../time/branches.ts";
import { history, lookAt } from "../time/look.ts";

/** What is played beside the page's own cluster. */
export interface TwinSubject {
  /** The branch it is; undefined where it is none of them. */
  readonly branch: number | undefined;
  readonly text: string;
  readonly record: readonly RecordEntry[];
  /** How far it had come by itself: until then it repeats what it did. */
  readonly untilUs: number;
  /** Another proxy mode than the text's. */
  readonly proxyMode?: ProxyMode;
}

interface TwinState {
  readonly subject: TwinSubject | undefined;
  readonly status: "opening" | "running" | "lost";
  /** What is typed goes to both clusters, not only to the page's own. */
  readonly goesToBoth: boolean;
  /** Counts the openings: a new one takes a new frame. */
  readonly opening: number;
}

export const useTwin = create<TwinState>(() => ({ subject: undefined, status: "opening", goesToBoth: true, opening: 0 }));

export function openTwin(subject: TwinSubject): void {
  useTwin.setState((s) => ({ subject, status: "opening", opening: s.opening + 1 }));
}

export function closeTwin(): void {
  useTwin.setState({ subject: undefined, goesToBoth: true });
}

/** A branch beside the one that runs. */
export function compareWith({ id, text, record, nowUs }: Branch): void {
  openTwin({ branch: id, text, record, untilUs: nowUs });
}

/** The newest branch that does not run; undefined where there is but one. */
export function otherBranch(): Branch | undefined {
  const { branches, current } = useBranches.getState();
  return branches.findLast((branch) => branch.id !== current);
}

/** From now on the text of the page's own cluster may be changed, and beside it runs the cluster without the change. */
export function tryBeside(): void {
  compareWith(branchNow());
}

/** The same from the scenario's beginning: both start anew. */
export function tryBesideFromStart(): void {
  lookAt(history.objects.fromUs);
  branchHere();
  openTwin({ branch: undefined, text: openedText(), record: [], untilUs: 0 });
}

/** The key and the palette: ends the twin run, holds the last branch against this one, or begins a try. */
export function toggleTwin(): void {
  if (useTwin.getState().subject !== undefined) closeTwin();
  else {
    const other = otherBranch();
    if (other === undefined) tryBeside();
    else compareWith(other);
  }
}
