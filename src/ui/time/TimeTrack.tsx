import { type KeyboardEvent, memo, useMemo, useState } from "react";
import { type MarkKind, type TimeMark, timeMarks } from "../../graph/time-marks.ts";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { clockOf } from "./clock.ts";
import { history, lookAt, useLook } from "./look.ts";
import { useTimeSay, useTimeWords } from "./words.ts";

/** Steps of the slider, in microseconds of simulated time. */
const stepUs = 10_000;
const grainsMax = 400;

/** The slider over all that happened, and above it a mark for each command, edit, rollout and failure: a click goes there. */
export function TimeTrack() {
  const { ui } = useLanguage();
  const nowUs = usePage((s) => Math.floor(s.nowUs / 100_000) * 100_000);
  const atUs = useLook((s) => s.atUs);
  const fromUs = history.objects.fromUs;
  const toUs = endOf(nowUs);
  const shown = atUs ?? nowUs;
  return (
    <>
      <span className="time-track">
        <Marks fromUs={fromUs} toUs={toUs} steps={history.steps.all.length} failures={history.failures.all.length} />
        <input
          type="range"
          min={fromUs}
          max={toUs}
          step={stepUs}
          value={shown}
          aria-label={ui.scrub}
          aria-valuetext={clockOf(shown)}
          onChange={(event) => lookAt(Number(event.target.value))}
        />
      </span>
      <code className="time-clock">{clockOf(shown)}</code>
    </>
  );
}

/** The line's end: it moves in steps that one can hardly see, so that its marks need not be placed anew all the time. */
function endOf(nowUs: number): number {
  let grainUs = 100_000;
  while (nowUs / grainUs > grainsMax) grainUs *= 2;
  return Math.max(grainUs, Math.ceil(nowUs / grainUs) * grainUs);
}

interface MarksProps {
  readonly fromUs: number;
  readonly toUs: number;
  /** How many there are: the lists are the same ones when they have grown. */
  readonly steps: number;
  readonly failures: number;
}

const Marks = memo(function Marks({ fromUs, toUs, steps, failures }: MarksProps) {
  const words = useTimeWords();
  const record = usePage((s) => s.record);
  const atUs = useLook((s) => s.atUs);
  const [pointed, setPointed] = useState<number | undefined>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: their lengths say when the lists have grown.
  const marks = useMemo(
    () => timeMarks({ record, steps: history.steps.all, failures: history.failures.all }, fromUs, toUs),
    [record, fromUs, toUs, steps, failures],
  );
  const place = (us: number) => `calc(8px + (100% - 16px) * ${toUs > fromUs ? (us - fromUs) / (toUs - fromUs) : 0})`;
  const current = marks.findLastIndex((mark) => atUs !== undefined && mark.atUs <= atUs);
  const focusable = current < 0 ? marks.length - 1 : current;
  const tip = pointed === undefined ? undefined : marks[pointed];
  return (
    <>
      <span className="time-marks" role="toolbar" aria-label={words("marks")} onKeyDown={walk} onMouseLeave={() => setPointed(undefined)}>
        {marks.map((mark, i) => (
          <MarkButton
            key={`${mark.kind}${mark.atUs}`}
            mark={mark}
            left={place(mark.atUs)}
            isFocusable={i === focusable}
            isLater={atUs !== undefined && mark.atUs > atUs}
            onPoint={(isPointed) => setPointed(isPointed ? i : undefined)}
          />
        ))}
      </span>
      {tip !== undefined && <MarkTip mark={tip} />}
    </>
  );
});

function MarkButton({
  mark,
  left,
  isFocusable,
  isLater,
  onPoint,
}: {
  mark: TimeMark;
  left: string;
  isFocusable: boolean;
  isLater: boolean;
  onPoint: (isPointed: boolean) => void;
}) {
  const name = useMarkName();
  return (
    <button
      type="button"
      className={`time-mark ${mark.kind} ${isLater ? "is-later" : ""}`}
      style={{ left }}
      aria-label={name(mark)}
      tabIndex={isFocusable ? 0 : -1}
      onMouseEnter={() => onPoint(true)}
      onFocus={() => onPoint(true)}
      onBlur={() => onPoint(false)}
      onClick={() => lookAt(mark.atUs)}
    >
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <path d={shapes[mark.kind]} />
      </svg>
    </button>
  );
}

/** Told apart without colour: a prompt's wedge, a square, a ring turning into the next, a struck diamond. */
const shapes: Readonly<Record<MarkKind, string>> = {
  command: "M2 1l6.5 4L2 9z",
  edit: "M1.5 1.5h7v7h-7z",
  rollout: "M5 .8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4zM5 3a2 2 0 1 0 0 4a2 2 0 1 0 0-4z",
  failure: "M5 0l5 5-5 5-5-5zM3.2 3.9L4.3 5 3.2 6.1l.7.7L5 5.7l1.1 1.1.7-.7L5.7 5l1.1-1.1-.7-.7L5 4.3 3.9 3.2z",
};

function useMarkName(): (mark: TimeMark) => string {
  const words = useTimeWords();
  const sayIt = useTimeSay();
  return ({ kind, atUs, text, said, count }) => {
    const what = text ?? (said === undefined ? "" : sayIt(said));
    const more = count > 1 ? ` (${words("markMany", { more: count - 1 })})` : "";
    return `${clockOf(atUs)} · ${words(`mark.${kind}`)}: ${what}${more}`;
  };
}

function MarkTip({ mark }: { mark: TimeMark }) {
  const name = useMarkName();
  return <span className="time-tip">{name(mark)}</span>;
}

/** One stop for Tab; arrows go from mark to mark. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const marks = [...event.currentTarget.querySelectorAll("button")];
  marks[marks.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus();
}
