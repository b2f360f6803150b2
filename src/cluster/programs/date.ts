import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { type CivilDate, civilDate, epochMs, monthNames, parseRfc3339, twoDigits, weekdayNames } from "../sim/date.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

const fullWeekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const fullMonths = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** strftime(3) in UTC and the C locale. `nanoseconds` is the part below a second. */
export function formatDate(format: string, dateMs: number, nanoseconds = (dateMs % 1000) * 1_000_000): string {
  const d = civilDate(dateMs);
  return format.replace(/%([-_0^#]*)(\d*)([:]{0,3}[a-zA-Z%])/g, (whole, flags: string, widthText: string, letter: string) => {
    const text = conversion(letter, d, dateMs, nanoseconds);
    if (text === undefined) return whole;
    if (letter === "N" && widthText !== "") return text.slice(0, Number(widthText));
    if (flags.includes("-")) return text.replace(/^[0 ]+(?=.)/, "");
    if (flags.includes("_")) return text.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length));
    return flags.includes("^") ? text.toUpperCase() : text;
  });
}

function conversion(letter: string, d: CivilDate, dateMs: number, nanoseconds: number): string | undefined {
  const dayOfYear = Math.floor((epochMs(d.year, d.month, d.day) - epochMs(d.year, 1, 1)) / 86_400_000) + 1;
  const time = `${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)}`;
  switch (letter) {
    case "%":
      return "%";
    case "a":
      return weekdayNames[d.weekday];
    case "A":
      return fullWeekdays[d.weekday];
    case "b":
    case "h":
      return monthNames[d.month - 1];
    case "B":
      return fullMonths[d.month - 1];
    case "c":
      return `${weekdayNames[d.weekday]} ${monthNames[d.month - 1]} ${`${d.day}`.padStart(2)} ${time} ${d.year}`;
    case "C":
      return `${Math.floor(d.year / 100)}`;
    case "d":
      return twoDigits(d.day);
    case "D":
    case "x":
      return `${twoDigits(d.month)}/${twoDigits(d.day)}/${twoDigits(d.year % 100)}`;
    case "e":
      return `${d.day}`.padStart(2);
    case "F":
      return `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)}`;
    case "H":
      return twoDigits(d.hour);
    case "I":
      return twoDigits(d.hour % 12 === 0 ? 12 : d.hour % 12);
    case "j":
      return `${dayOfYear}`.padStart(3, "0");
    case "k":
      return `${d.hour}`.padStart(2);
    case "l":
      return `${d.hour % 12 === 0 ? 12 : d.hour % 12}`.padStart(2);
    case "m":
      return twoDigits(d.month);
    case "M":
      return twoDigits(d.minute);
    case "n":
      return "\n";
    case "N":
      return `${nanoseconds}`.padStart(9, "0");
    case "p":
      return d.hour < 12 ? "AM" : "PM";
    case "r":
      return `${twoDigits(d.hour % 12 === 0 ? 12 : d.hour % 12)}:${twoDigits(d.minute)}:${twoDigits(d.second)} ${d.hour < 12 ? "AM" : "PM"}`;
    case "R":
      return `${twoDigits(d.hour)}:${twoDigits(d.minute)}`;
    case "s":
      return `${Math.floor(dateMs / 1000)}`;
    case "S":
      return twoDigits(d.second);
    case "t":
      return "\t";
    case "T":
    case "X":
      return time;
    case "u":
      return `${d.weekday === 0 ? 7 : d.weekday}`;
    case "w":
      return `${d.weekday}`;
    case "y":
      return twoDigits(d.year % 100);
    case "Y":
      return `${d.year}`;
    case "z":
      return "+0000";
    case ":z":
      return "+00:00";
    case "Z":
      return "UTC";
    default:
      return undefined;
  }
}

/** `now`, `@123`, `2026-01-05 09:00`, `+5 minutes`, `yesterday`: milliseconds of the epoch. A part of GNU's date input formats. */
export function parseDate(text: string, nowMs: number): number | undefined {
  const word = text.trim().toLowerCase();
  if (/^@-?\d+(\.\d+)?$/.test(word)) return Math.round(Number(word.slice(1)) * 1000);
  const iso = parseRfc3339(text.trim());
  if (iso !== undefined) return iso;
  const plain = /^(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d))?)?(?: ?(?:utc|z))?$/.exec(word);
  if (plain !== null)
    return epochMs(
      Number(plain[1]),
      Number(plain[2]),
      Number(plain[3]),
      Number(plain[4] ?? 0),
      Number(plain[5] ?? 0),
      Number(plain[6] ?? 0),
    );
  // A date with a shift behind it: `2026-01-05 +1 day`.
  const shifted = /^(\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?)?)\s+([+-].*|\d+ .*)$/.exec(word);
  if (shifted !== null) {
    const base = parseDate(shifted[1] as string, nowMs);
    return base === undefined ? undefined : parseDate(shifted[2] as string, base);
  }
  let ms = nowMs;
  const units: Readonly<Record<string, number>> = {
    second: 1000,
    sec: 1000,
    minute: 60_000,
    min: 60_000,
    hour: 3_600_000,
    day: 86_400_000,
    week: 604_800_000,
  };
  const rest = word.replace(
    /([+-]?\s*\d+)\s*(second|sec|minute|min|hour|day|week)s?(\s+ago)?/g,
    (_, count: string, unit: string, ago: string | undefined) => {
      ms += Number(count.replaceAll(" ", "")) * (units[unit] as number) * (ago === undefined ? 1 : -1);
      return "";
    },
  );
  const left = rest.trim();
  if (left === "" || left === "now" || left === "today") return ms;
  if (left === "yesterday") return ms - 86_400_000;
  if (left === "tomorrow") return ms + 86_400_000;
  return undefined;
}

/** `date [-u] [-d TEXT] [-I[seconds]] [-R] [+FORMAT]` @source coreutils 9.1 date.c; the clock is UTC */
export function date(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    let iso: string | undefined;
    const args = sys.args.slice(1).filter((word) => {
      const match = /^(?:-I|--iso-8601=?)(date|hours|minutes|seconds|ns)?$/.exec(word);
      if (match !== null) iso = match[1] ?? "date";
      return match === null;
    });
    const options = yield* parseOptions(
      sys,
      { short: "ud:Rr:s:D:", long: { utc: "u", universal: "u", date: "d", "rfc-email": "R", reference: "r", set: "s" } },
      toolset,
      args,
    );
    if (options === undefined) return 1;
    if (options.has("s")) {
      yield* sys.err(`${name}: cannot set date: Operation not permitted\n`);
      return 1;
    }
    const given = options.value("d");
    const reference = options.value("r");
    let dateMs = sys.dateMs();
    let nanoseconds = (sys.nowUs() % 1_000_000) * 1000;
    if (given !== undefined) {
      const parsed = parseDate(given, dateMs);
      if (parsed === undefined) {
        yield* sys.err(toolset === "gnu" ? `${name}: invalid date ‘${given}’\n` : `${name}: invalid date '${given}'\n`);
        return 1;
      }
      dateMs = parsed;
      nanoseconds = (((parsed % 1000) + 1000) % 1000) * 1_000_000;
    }
    if (reference !== undefined) {
      const status = sys.files.status(sys.path(reference));
      if (!status.ok) {
        yield* sys.err(`${name}: ${reference}: No such file or directory\n`);
        return 1;
      }
      dateMs = status.value.modifiedMs;
    }
    const format = options.words[0];
    if (format !== undefined && !format.startsWith("+")) {
      yield* sys.err(toolset === "gnu" ? `${name}: invalid date ‘${format}’\n` : `${name}: invalid date '${format}'\n`);
      return 1;
    }
    const isoFormats: Readonly<Record<string, string>> = {
      date: "%F",
      hours: "%FT%H%:z",
      minutes: "%FT%R%:z",
      seconds: "%FT%T%:z",
      ns: "%FT%T,%N%:z",
    };
    // GNU's default is the locale's; in the C locale it is busybox' too.
    const chosen =
      format?.slice(1) ??
      (iso !== undefined ? isoFormats[iso] : options.has("R") ? "%a, %d %b %Y %T %z" : undefined) ??
      "%a %b %e %T %Z %Y";
    yield* sys.out(`${formatDate(chosen, dateMs, nanoseconds)}\n`);
    return 0;
  }
  return { name: "date", path: toolPath("date", toolset), run };
}
