import { useEffect, useState } from "react";
import type { RanTo, RunGoal } from "../../playground/protocol.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { show } from "../explain/explain.ts";
import { usePage } from "../store/store.ts";
import { useActionName } from "../undo/action-name.ts";
import { forgetSaid, redo, undo, useUndo } from "../undo/undo.ts";
import { clockOf } from "./clock.ts";
import { history, useIsStale, useLook } from "./look.ts";
import { began, boundUs, clearEnd, forgetFirst } from "./run.ts";
import { useRun } from "./run-state.ts";
import { useTimeSay, useTimeWords } from "./words.ts";

/** What is said of an undo stays so long. */
const undoneMs = 8000;
const longMs = 400;
const firstMs = 2500;

/** One line over the time bar: who did what at the moment that is shown, how a run ended, what was undone. Said aloud, politely. */
export function TimeNote() {
  const said = useUndo((s) => s.said);
  const ended = useRun((s) => s.ended);
  const goal = useRun((s) => s.goal);
  const isFirst = useRun((s) => s.isFirst);
  const atUs = useLook((s) => s.atUs);
  const isStale = useIsStale();
  const { ui } = useLanguage();
  useEffect(() => {
    if (said === undefined) return;
    const timer = window.setTimeout(forgetSaid, undoneMs);
    return () => window.clearTimeout(timer);
  }, [said]);
  return (
    <div className="time-note" role="status">
      {said !== undefined ? (
        <Undone />
      ) : goal !== undefined ? (
        <Running goal={goal} />
      ) : isFirst ? (
        <First />
      ) : isStale ? (
        <p>{ui.workingOut}</p>
      ) : atUs !== undefined ? (
        <Then atUs={atUs} />
      ) : ended !== undefined ? (
        <Ended ended={ended} />
      ) : null}
    </div>
  );
}

/** A run that takes a while says so; most are over before one could read it. */
function Running({ goal }: { goal: RunGoal }) {
  const words = useTimeWords();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLong(true), longMs);
    return () => window.clearTimeout(timer);
  }, []);
  return isLong ? <p>{words(`run.${goal}`)}</p> : null;
}

/** Nothing lies before it; it need not be said for long. */
function First() {
  const words = useTimeWords();
  useEffect(() => {
    const timer = window.setTimeout(forgetFirst, firstMs);
    return () => window.clearTimeout(timer);
  }, []);
  return <p>{words("past.first")}</p>;
}

function Undone() {
  const words = useTimeWords();
  const name = useActionName();
  const said = useUndo((s) => s.said);
  if (said === undefined) return null;
  const { way, action } = said;
  if (action === undefined) return <p>{words(way === "redone" ? "nothingToRedo" : "nothingToUndo")}</p>;
  return (
    <p>
      <span className="time-said">{words(way, { what: name(action) })}</span>
      <button type="button" className="btn small" onClick={way === "undone" ? redo : undo}>
        {words(way === "undone" ? "redo" : "undo")}
      </button>
    </p>
  );
}

/** What happened at just this earlier moment, where something did. */
function Then({ atUs }: { atUs: number }) {
  const sayIt = useTimeSay();
  const happened = [...history.failures.at(atUs), ...history.steps.at(atUs)].map(({ said }) => said);
  const [first] = happened;
  return first === undefined ? null : (
    <p title={happened.map(sayIt).join("\n")}>
      <span className="time-said">
        <code>{clockOf(atUs)}</code> {sayIt(first)}
      </span>
      {happened.length > 1 && <span className="chip">+{happened.length - 1}</span>}
    </p>
  );
}

function Ended({ ended }: { ended: RanTo }) {
  const { ui } = useLanguage();
  const words = useTimeWords();
  const sayIt = useTimeSay();
  const { goal, outcome, came, nowUs } = ended;
  // Time has gone on since: what came is past.
  const isPast = usePage((s) => s.nowUs > nowUs + 5_000_000);
  useEffect(() => {
    if (isPast) clearEnd();
  }, [isPast]);
  const lines = came.map(({ said }) => sayIt(said));
  const head = headOf();
  const [first, ...others] = head === undefined ? lines : [head, ...lines];
  const shown = came.map((one) => one.shown).filter((one) => Object.keys(one).length > 0);
  return (
    <p className={outcome === "bound" ? "is-bound" : ""} title={lines.join("\n")}>
      <span className="time-said">
        <code>{clockOf(nowUs)}</code> {first} {head !== undefined && others[0]}
      </span>
      {came.length > 1 && <span className="chip">+{came.length - 1}</span>}
      {shown.length > 0 && (
        <button type="button" className="btn small" onClick={() => show(shown.slice(0, 1))}>
          {ui.showMe}
        </button>
      )}
      <button type="button" className="btn small icon-only" aria-label={words("dismiss")} onClick={clearEnd}>
        <Icon name="close" size={12} />
      </button>
    </p>
  );

  function headOf(): string | undefined {
    if (outcome === "stopped") return words("ran.stopped");
    if (outcome === "bound" && goal !== "time") return words(`bound.${goal}`, { minutes: boundUs[goal] / 60_000_000 });
    if (goal === "time") return words("ran.time");
    if (goal !== "ready") return undefined;
    const seconds = Math.round((nowUs - began.us) / 100_000) / 10;
    return seconds === 0 ? words("ran.ready.already") : words("ran.ready", { seconds });
  }
}
