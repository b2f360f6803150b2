import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { branchHere, goTo, useBranches } from "./branches.ts";
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
          aria-valuetext={seconds(shown)}
          onChange={(event) => lookAt(Number(event.target.value))}
        />
      </span>
      <code>{seconds(shown)}</code>
      {atUs !== undefined && (
        <>
          <span className="chip warn">{ui.lookingBack}</span>
          <button type="button" className="btn small" onClick={branchHere}>
            {ui.branchHere}
          </button>
          <button type="button" className="btn small" onClick={lookNow}>
            {ui.backToNow}
          </button>
        </>
      )}
      {branches.length > 1 && (
        <span className="segments small" role="group" aria-label={ui.branches}>
          {branches.map((branch) => (
            <button type="button" key={branch.id} aria-pressed={branch.id === current} onClick={() => goTo(branch.id)}>
              {branch.id}
              {branch.fromUs > 0 ? ` · ${seconds(branch.fromUs)}` : ""}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}

function seconds(us: number): string {
  const tenths = Math.floor(us / 100_000);
  const minutes = Math.floor(tenths / 600);
  const rest = (tenths % 600) / 10;
  return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
}
