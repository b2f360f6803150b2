import { civilDate, epochMs, monthNames, weekdayNames } from "../sim/date.ts";

/** When a cron line fires: the allowed numbers of each field. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** With both days and weekdays restricted, either is enough. */
  readonly isEitherDay: boolean;
}

const macros: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** A date that never comes (February 30) is given up after this. */
const horizonMs = 5 * 366 * dayMs;

/** undefined when the text is no schedule. @source robfig/cron v3, ParseStandard; crontab(5) */
export function parseCron(text: string): CronSchedule | undefined {
  const fields = (macros[text.trim()] ?? text.trim()).split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minuteText = "", hourText = "", dayText = "", monthText = "", weekdayText = ""] = fields;
  const minutes = parseField(minuteText, 0, 59, []);
  const hours = parseField(hourText, 0, 23, []);
  const days = parseField(dayText, 1, 31, []);
  const months = parseField(monthText, 1, 12, ["", ...monthNames]);
  const weekdays = parseField(weekdayText, 0, 6, weekdayNames);
  if (minutes === undefined || hours === undefined || days === undefined || months === undefined || weekdays === undefined)
    return undefined;
  return { minutes, hours, days, months, weekdays, isEitherDay: !/^[*?]/.test(dayText) && !/^[*?]/.test(weekdayText) };
}

function parseField(text: string, least: number, most: number, names: readonly string[]): ReadonlySet<number> | undefined {
  const numbers = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
    if (match === null) return undefined;
    const [, first = "", last, stepText] = match;
    const isAny = first === "*" || first === "?";
    const from = isAny ? least : numberOf(first, names);
    const to = isAny || (last === undefined && stepText !== undefined) ? most : last === undefined ? from : numberOf(last, names);
    const step = stepText === undefined ? 1 : Number(stepText);
    if (from === undefined || to === undefined || from < least || to > most || from > to || step === 0) return undefined;
    for (let number = from; number <= to; number += step) numbers.add(number);
  }
  return numbers;
}

function numberOf(text: string, names: readonly string[]): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = names.findIndex((name) => name !== "" && name.toLowerCase() === text.toLowerCase());
  return at < 0 ? undefined : at;
}

/** The first moment after `afterMs` at which it fires, in UTC; undefined when there is none. */
export function nextCron(schedule: CronSchedule, afterMs: number): number | undefined {
  let atMs = (Math.floor(afterMs / minuteMs) + 1) * minuteMs;
  while (atMs - afterMs < horizonMs) {
    const { year, month, day, hour, minute, weekday } = civilDate(atMs);
    const isDay = schedule.days.has(day);
    const isWeekday = schedule.weekdays.has(weekday);
    if (!schedule.months.has(month) || !(schedule.isEitherDay ? isDay || isWeekday : isDay && isWeekday))
      atMs = epochMs(year, month, day) + dayMs;
    else if (!schedule.hours.has(hour)) atMs = epochMs(year, month, day, hour) + hourMs;
    else if (!schedule.minutes.has(minute)) atMs += minuteMs;
    else return atMs;
  }
  return undefined;
}
