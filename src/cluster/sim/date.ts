/**
 * Dates of the simulated world, as whole milliseconds of the Unix epoch, UTC only. The wall clock's `Date` does not exist in here.
 */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const dayMs = 86_400_000;
export const weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
export const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** @source Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days */
export function civilDate(dateMs: number): CivilDate {
  const days = Math.floor(dateMs / dayMs);
  const rest = dateMs - days * dayMs;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    millisecond: rest % 1000,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

/** @source the same paper, days_from_civil */
export function epochMs(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, millisecond = 0): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond;
}

export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** A format that remembers the last second's text: hundreds are asked for within a second, and may as well share it. */
export function perSecond(format: (date: CivilDate) => string): (dateMs: number) => string {
  let lastSecond = Number.NaN;
  let lastText = "";
  return (dateMs) => {
    const second = Math.floor(dateMs / 1000);
    if (second !== lastSecond) {
      lastText = format(civilDate(dateMs));
      lastSecond = second;
    }
    return lastText;
  };
}

/** `2026-01-05T09:00:00Z`: RFC 3339 with whole seconds, as Kubernetes' metav1.Time prints it. Joined, it is one flat text; objects keep it. */
export const formatRfc3339 = perSecond((d) => {
  const date = [`${d.year}`.padStart(4, "0"), twoDigits(d.month), twoDigits(d.day)].join("-");
  return [date, [twoDigits(d.hour), twoDigits(d.minute), twoDigits(d.second)].join(":")].join("T").concat("Z");
});

/** Milliseconds of the epoch for an RFC 3339 text; undefined when it is none. */
export function parseRfc3339(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const ms = Number((fraction ?? "0").padEnd(3, "0").slice(0, 3));
  let result = epochMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second), ms);
  if (zone !== undefined && zone.length === 6) {
    const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * 60_000;
    result += zone[0] === "-" ? offset : -offset;
  }
  return result;
}
