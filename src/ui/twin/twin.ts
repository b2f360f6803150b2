import { openedText } from "../store/session.ts";
import { type Branch, branchHere, branchNow, useBranches } from "../time/branches.ts";
import { history, lookAt } from "../time/look.ts";
import { type TwinSubject, useTwin } from "./twin-state.ts";

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
