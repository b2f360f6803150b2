import { useState } from "react";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { type Branch, branchHere, goTo, useBranches } from "./branches.ts";
import { history, lookAt, lookNow, useLook } from "./look.ts";
import { Twin } from "./Twin.tsx";
import "./time.css";

/** Steps of the slider, in microseconds of simulated time. */
const stepUs = 10_000;

/** The time line of everything that happened: slide back over it, go on from there in a branch, come back to now. */
export function TimeBar() {
  const [twin, setTwin] = useState<number | undefined>();
  const { ui } = useLanguage();
  const nowUs = usePage((s) => Math.floor(s.nowUs / 100_000) * 100_000);
  const connections = usePage((s) => s.connections);
  const atUs = useLook((s) => s.atUs);
  const { branches, current } = useBranches();
  const fromUs = history.objects.fromUs;
  const span = Math.max(1, nowUs - fromUs);
  const shown = atUs ?? nowUs;
  const marks = connections.filter((c) => c.session !== 0 && c.purpose === "traffic" && c.openedUs >= fromUs).slice(-300);
  const other =
    branches.find((branch) => branch.id === twin && branch.id !== current) ??
    (twin === undefined ? undefined : branches.find((branch) => branch.id !== current));
  return (
    <>
      {other !== undefined && <Twin other={other} onClose={() => setTwin(undefined)} />}
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
                {branch.fromUs > 0 ? ` · ${seconds(branch.fromUs)}` : ""}
              </button>
            ))}
          </fieldset>
        )}
        {branches.length > 1 && (
          <button
            type="button"
            className="btn small"
            aria-pressed={other !== undefined}
            onClick={() => setTwin(other === undefined ? newestOther(branches, current) : undefined)}
          >
            {ui.compare}
          </button>
        )}
      </div>
    </>
  );
}

function newestOther(branches: readonly Branch[], current: number): number | undefined {
  return branches.findLast((branch) => branch.id !== current)?.id;
}

function seconds(us: number): string {
  const tenths = Math.floor(us / 100_000);
  const minutes = Math.floor(tenths / 600);
  const rest = (tenths % 600) / 10;
  return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
}
