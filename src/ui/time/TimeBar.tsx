import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { toggleTwin, useTwin } from "../twin/twin.ts";
import { branchHere, goTo, useBranches } from "./branches.ts";
import { clockOf } from "./clock.ts";
import { history, lookAt, lookNow, useLook } from "./look.ts";
import "./time.css";

/** Steps of the slider, in microseconds of simulated time. */
const stepUs = 10_000;

/** The time line of everything that happened: slide back over it, go on from there in a branch, come back to now. */
export function TimeBar() {
  const { ui } = useLanguage();
  const nowUs = usePage((s) => Math.floor(s.nowUs / 100_000) * 100_000);
  const connections = usePage((s) => s.connections);
  const atUs = useLook((s) => s.atUs);
  const { branches, current } = useBranches();
  const fromUs = history.objects.fromUs;
  const span = Math.max(1, nowUs - fromUs);
  const shown = atUs ?? nowUs;
  const marks = connections.filter((c) => c.session !== 0 && c.purpose === "traffic" && c.openedUs >= fromUs).slice(-300);
  const isTwin = useTwin((s) => s.subject !== undefined);
  return (
    <div className={`time-bar ${atUs === undefined ? "" : "is-back"}`}>
      <span className="time-track">
        {marks.map((c) => (
          <i key={c.id} style={{ left: `${(100 * (c.openedUs - fromUs)) / span}%` }} />
        ))}
        <input
          type="range"
          min={fromUs}
          max={nowUs}
          step={stepUs}
          value={shown}
          aria-label={ui.scrub}
          aria-valuetext={clockOf(shown)}
          onChange={(event) => lookAt(Number(event.target.value))}
        />
      </span>
      <code>{clockOf(shown)}</code>
      {atUs !== undefined && (
        <>
          <span className="chip warn">{ui.lookingBack}</span>
          <button type="button" className="btn small" title={ui.branchHereHint} onClick={branchHere}>
            {ui.branchHere}
          </button>
          <button type="button" className="btn small" onClick={lookNow}>
            {ui.backToNow}
          </button>
        </>
      )}
      {branches.length > 1 && (
        <fieldset className="segments small" aria-label={ui.branches}>
          {branches.map((branch) => (
            <button type="button" key={branch.id} aria-pressed={branch.id === current} onClick={() => goTo(branch.id)}>
              {branch.id}
              {branch.fromUs > 0 ? ` · ${clockOf(branch.fromUs)}` : ""}
            </button>
          ))}
        </fieldset>
      )}
      {branches.length > 1 && (
        <button type="button" className="btn small" aria-pressed={isTwin} title={`${ui.twin} (C)`} onClick={toggleTwin}>
          {ui.compare}
        </button>
      )}
    </div>
  );
}
