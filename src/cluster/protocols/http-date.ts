/** Dates as HTTP headers, cookies and certificates write them; computed from whole milliseconds of the epoch. */

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const dayMs = 86_400_000;

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly clock: string;
}

/** @source Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days */
function parts(dateMs: number): Parts {
  const days = Math.floor(dateMs / dayMs);
  const seconds = Math.floor((dateMs - days * dayMs) / 1000);
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
    weekday: (((days + 4) % 7) + 7) % 7,
    clock: `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
  };
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** The last second that was asked for and its text: servers answer many requests in one second, and nginx and Go keep it likewise. */
let lastSecond = -1;
let lastText = "";

/** `Mon, 05 Jan 2026 09:00:00 GMT`. @source RFC 9110, IMF-fixdate */
export function httpDate(dateMs: number): string {
  const second = Math.floor(dateMs / 1000);
  if (second !== lastSecond) {
    const p = parts(dateMs);
    lastText = `${weekdays[p.weekday]}, ${two(p.day)} ${months[p.month - 1]} ${p.year} ${p.clock} GMT`;
    lastSecond = second;
  }
  return lastText;
}

/** `Wed, 25-Nov-26 22:25:29 GMT`: nginx' cookie dates. */
export function cookieDate(dateMs: number): string {
  const p = parts(dateMs);
  return `${weekdays[p.weekday]}, ${two(p.day)}-${months[p.month - 1]}-${two(p.year % 100)} ${p.clock} GMT`;
}

/** `Nov 25 19:18:25 2026 GMT`: as OpenSSL and curl print a certificate's dates. */
export function certificateDate(dateMs: number): string {
  const p = parts(dateMs);
  return `${months[p.month - 1]} ${`${p.day}`.padStart(2)} ${p.clock} ${p.year} GMT`;
}

/** `Mon Nov 23 22:25:29 UTC 2026`: dig's WHEN line, date(1) in the C locale. */
export function ctimeUtc(dateMs: number): string {
  const p = parts(dateMs);
  return `${weekdays[p.weekday]} ${months[p.month - 1]} ${two(p.day)} ${p.clock} UTC ${p.year}`;
}

/** `2026-01-05 09:00:00`: wget and nginx' logs. */
export function plainDate(dateMs: number): string {
  const p = parts(dateMs);
  return `${p.year}-${two(p.month)}-${two(p.day)} ${p.clock}`;
}

/** `2026-01-05 09:00:00.123 +0000 UTC`: Go's time.Time printed with %v, to the millisecond. */
export function goDate(dateMs: number): string {
  const fraction = `${dateMs % 1000}`.padStart(3, "0").replace(/0+$/, "");
  return `${plainDate(dateMs)}${fraction === "" ? "" : `.${fraction}`} +0000 UTC`;
}

/** `05/Jan/2026:09:00:00 +0000`: the time in nginx' and Apache's access logs. */
export function accessLogDate(dateMs: number): string {
  const p = parts(dateMs);
  return `${two(p.day)}/${months[p.month - 1]}/${p.year}:${p.clock} +0000`;
}

/** Milliseconds of the epoch of a cookie's or header's date; undefined when it is none. @source RFC 6265, 5.1.1 */
export function parseHttpDate(text: string): number | undefined {
  const match = /(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4})\s+(\d{1,2}):(\d{2}):(\d{2})/.exec(text);
  if (match === null) return undefined;
  const month = months.findIndex((name) => name.toLowerCase() === (match[2] as string).toLowerCase()) + 1;
  if (month === 0) return undefined;
  const short = Number(match[3]);
  const year = short < 70 ? short + 2000 : short < 100 ? short + 1900 : short;
  return epochMs(year, month, Number(match[1])) + ((Number(match[4]) * 60 + Number(match[5])) * 60 + Number(match[6])) * 1000;
}

/** @source the same paper, days_from_civil */
export function epochMs(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * dayMs;
}
