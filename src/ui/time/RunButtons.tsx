import type { RunGoal } from "../../playground/protocol.ts";
import { runTo } from "./run.ts";
import { useRun } from "./run-state.ts";
import { useTimeWords } from "./words.ts";

const goals = [
  { goal: "event", name: "toEvent", short: "shortEvent", key: "N" },
  { goal: "ready", name: "toReady", short: "shortReady", key: undefined },
  { goal: "failure", name: "toFailure", short: "shortFailure", key: "F" },
  { goal: "time", name: "toTime", short: "shortTime", key: undefined },
] as const;

const signs: Readonly<Record<Exclude<RunGoal, "time">, string>> = {
  event: "M2 3l5 5-5 5zM8.5 3H10v10H8.5zM12 6.2a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6z",
  ready: "M6.2 12.6L2 8.4l1.4-1.4 2.8 2.8L12.6 3.4 14 4.8z",
  failure: "M8 1l7 7-7 7-7-7zM5.6 6.6L7 8 5.6 9.4l1 1L8 9l1.4 1.4 1-1L9 8l1.4-1.4-1-1L8 7 6.6 5.6z",
};

/** On to what is awaited, as fast as it goes; the button of a run that goes on stops it. */
export function RunButtons() {
  const words = useTimeWords();
  const running = useRun((s) => s.goal);
  return (
    <fieldset className="segments small run-to">
      <legend className="visually-hidden">{words("runTo")}</legend>
      {goals.map(({ goal, name, short, key }) => {
        const label = running === goal ? words("stop") : words(name);
        return (
          <button
            type="button"
            key={goal}
            aria-label={label}
            title={key === undefined ? label : `${label} (${key})`}
            aria-pressed={running === goal}
            disabled={running !== undefined && running !== goal}
            onClick={() => runTo(goal)}
          >
            {goal !== "time" && (
              <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
                <path d={signs[goal]} fill="currentColor" />
              </svg>
            )}
            <span className="run-word">{words(short)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
