import { type CivilDate, civilDate, epochMs, monthNames, perSecond, twoDigits, weekdayNames } from "../sim/date.ts";

/** Dates as HTTP headers, cookies and certificates write them, from whole milliseconds of the epoch. */

function clockOf(d: CivilDate): string {
  return `${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)}`;
}

/** `Mon, 05 Jan 2026 09:00:00 GMT`. @source RFC 9110, IMF-fixdate */
export const httpDate = perSecond(
  (d) => `${weekdayNames[d.weekday]}, ${twoDigits(d.day)} ${monthNames[d.month - 1]} ${d.year} ${clockOf(d)} GMT`,
);

/** `Wed, 25-Nov-26 22:25:29 GMT`: nginx' cookie dates. */
export function cookieDate(dateMs: number): string {
  const d = civilDate(dateMs);
  return `${weekdayNames[d.weekday]}, ${twoDigits(d.day)}-${monthNames[d.month - 1]}-${twoDigits(d.year % 100)} ${clockOf(d)} GMT`;
}

/** `Nov 25 19:18:25 2026 GMT`: as OpenSSL and curl print a certificate's dates. */
export function certificateDate(dateMs: number): string {
  const d = civilDate(dateMs);
  return `${monthNames[d.month - 1]} ${`${d.day}`.padStart(2)} ${clockOf(d)} ${d.year} GMT`;
}

/** `Mon Nov 23 22:25:29 UTC 2026`: dig's WHEN line, date(1) in the C locale. */
export function ctimeUtc(dateMs: number): string {
  const d = civilDate(dateMs);
  return `${weekdayNames[d.weekday]} ${monthNames[d.month - 1]} ${twoDigits(d.day)} ${clockOf(d)} UTC ${d.year}`;
}

/** `2026-01-05 09:00:00`: wget and nginx' logs. */
export function plainDate(dateMs: number): string {
  const d = civilDate(dateMs);
  return `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)} ${clockOf(d)}`;
}

/** `2026-01-05 09:00:00.123 +0000 UTC`: Go's time.Time printed with %v, to the millisecond. */
export function goDate(dateMs: number): string {
  const fraction = `${dateMs % 1000}`.padStart(3, "0").replace(/0+$/, "");
  return `${plainDate(dateMs)}${fraction === "" ? "" : `.${fraction}`} +0000 UTC`;
}

/** `05/Jan/2026:09:00:00 +0000`: the time in nginx' and Apache's access logs. */
export function accessLogDate(dateMs: number): string {
  const d = civilDate(dateMs);
  return `${twoDigits(d.day)}/${monthNames[d.month - 1]}/${d.year}:${clockOf(d)} +0000`;
}

/** Milliseconds of the epoch of a cookie's or header's date; undefined when it is none. @source RFC 6265, 5.1.1 */
export function parseHttpDate(text: string): number | undefined {
  const match = /(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4})\s+(\d{1,2}):(\d{2}):(\d{2})/.exec(text);
  if (match === null) return undefined;
  const month = monthNames.findIndex((name) => name.toLowerCase() === (match[2] as string).toLowerCase()) + 1;
  if (month === 0) return undefined;
  const short = Number(match[3]);
  const year = short < 70 ? short + 2000 : short < 100 ? short + 1900 : short;
  return epochMs(year, month, Number(match[1]), Number(match[4]), Number(match[5]), Number(match[6]));
}
