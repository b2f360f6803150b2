import { useLanguage } from "../app/language.ts";
import { toggleTwin } from "../twin/twin.ts";
import { useTwin } from "../twin/twin-state.ts";
import { UndoButtons } from "../undo/UndoButtons.tsx";
import { branchHere, goTo, useBranches } from "./branches.ts";
import { clockOf } from "./clock.ts";
import "./film.ts";
import "./text-then.ts";
import { lookNow, useLook } from "./look.ts";
import { RunButtons } from "./RunButtons.tsx";
import { TimeNote } from "./TimeNote.tsx";
import { TimeTrack } from "./TimeTrack.tsx";
import "./time.css";

/** The time line of everything that happened: undo, slide back, run on to what is awaited, go on from an earlier moment in a branch. */
export default function TimeBar() {
  const isBack = useLook((s) => s.atUs !== undefined);
  return (
    <div className={`time-bar ${isBack ? "is-back" : ""}`}>
      <UndoButtons />
      <TimeTrack />
      <RunButtons />
      {isBack && <Back />}
      <Courses />
      <TimeNote />
    </div>
  );
}

function Back() {
  const { ui } = useLanguage();
  return (
    <span className="time-group">
      <span className="chip warn">{ui.lookingBack}</span>
      <button type="button" className="btn small" title={ui.branchHereHint} onClick={branchHere}>
        {ui.branchHere}
      </button>
      <button type="button" className="btn small" onClick={lookNow}>
        {ui.backToNow}
      </button>
    </span>
  );
}

/** The branches, and two of them side by side. */
function Courses() {
  const { ui } = useLanguage();
  const { branches, current, isOpening } = useBranches();
  const isTwin = useTwin((s) => s.subject !== undefined);
  if (branches.length < 2) return null;
  return (
    <span className="time-group">
      <fieldset className="segments small" aria-label={ui.branches}>
        {branches.map((branch) => (
          <button type="button" key={branch.id} aria-pressed={branch.id === current} disabled={isOpening} onClick={() => goTo(branch.id)}>
            {branch.id}
            {branch.fromUs > 0 ? ` · ${clockOf(branch.fromUs)}` : ""}
          </button>
        ))}
      </fieldset>
      <button type="button" className="btn small" aria-pressed={isTwin} title={`${ui.twin} (C)`} onClick={toggleTwin}>
        {ui.compare}
      </button>
    </span>
  );
}
