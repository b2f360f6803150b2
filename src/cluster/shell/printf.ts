import { decodeEscapes } from "./parse.ts";

export interface PrintfResult {
  readonly text: string;
  /** What goes to stderr, one line each, without the program's name. */
  readonly errors: readonly string[];
  readonly status: number;
}

/** More rounds over the format than this are not made. */
const textMax = 4_000_000;

/**
 * `printf FORMAT ARGUMENT...`: the format is used again until no argument is left.
 * @source POSIX.1-2017 XCU printf; GNU coreutils 9.1 and bash 5.2 for messages
 */
export function formatPrintf(format: string, args: readonly string[]): PrintfResult {
  let text = "";
  const errors: string[] = [];
  let status = 0;
  let next = 0;
  const take = (): string | undefined => args[next++];
  const number = (word: string | undefined): bigint => {
    if (word === undefined || word === "") return 0n;
    const parsed = parseInteger(word);
    if (!parsed.isWhole) {
      errors.push(`${word}: invalid number`);
      status = 1;
    }
    return parsed.value;
  };
  const float = (word: string | undefined): number => {
    if (word === undefined || word === "") return 0;
    const value =
      word.startsWith("'") || word.startsWith('"')
        ? (word.codePointAt(1) ?? 0)
        : Number(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(word)?.[0] ?? 0);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^['"]/.test(word)) {
      errors.push(`${word}: invalid number`);
      status = 1;
    }
    return value;
  };
  for (;;) {
    const before = next;
    for (let i = 0; i < format.length; i++) {
      const c = format[i] as string;
      if (c === "\\") {
        if (format[i + 1] === "c") return { text, errors, status };
        const sequence = /^\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|[\s\S])/.exec(format.slice(i));
        if (sequence === null) {
          text += c;
          continue;
        }
        text += decodeEscapes(sequence[0]);
        i += sequence[0].length - 1;
        continue;
      }
      if (c !== "%") {
        text += c;
        continue;
      }
      const spec =
        /^%([-+ 0#']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([diouxXcsbeEfFgGq%])/.exec(format.slice(i)) ??
        /^%()()()(q)/.exec(format.slice(i));
      if (spec === null) {
        const odd = format[i + 1];
        errors.push(odd === undefined ? "`%': missing format character" : `\`${odd}': invalid format character`);
        return { text, errors, status: 1 };
      }
      i += spec[0].length - 1;
      const conversion = spec[4] as string;
      if (conversion === "%") {
        text += "%";
        continue;
      }
      let flags = spec[1] as string;
      let width = spec[2] === "*" ? Number(number(take())) : Number(spec[2] ?? 0);
      if (width < 0) {
        flags += "-";
        width = -width;
      }
      const precisionText = spec[3];
      const starred = precisionText === "*" ? Number(number(take())) : Number(precisionText === "" ? 0 : precisionText);
      const precision = precisionText === undefined || starred < 0 ? undefined : starred;
      if (width > 100_000 || (precision ?? 0) > 100_000) return { text, errors, status: 1 };
      const word = take();
      let isStop = false;
      switch (conversion) {
        case "s":
          text += pad((word ?? "").slice(0, precision), flags, width);
          break;
        case "b": {
          const raw = word ?? "";
          const stop = /^(?:[^\\]|\\[^c])*?\\c/.exec(raw);
          isStop = stop !== null;
          const decoded = decodeEscapes((stop === null ? raw : stop[0].slice(0, -2)).replace(/\\0([0-7]{1,3})/g, "\\$1"));
          text += pad(decoded.slice(0, precision), flags, width);
          break;
        }
        case "q":
          text += pad(quoteForShell(word ?? ""), flags, width);
          break;
        case "c":
          text += pad((word ?? "").slice(0, 1), flags, width);
          break;
        case "e":
        case "E":
        case "f":
        case "F":
        case "g":
        case "G":
          text += formatFloat(float(word), conversion, flags, width, precision);
          break;
        default:
          text += formatInteger(number(word), conversion, flags, width, precision);
      }
      if (isStop) return { text, errors, status };
    }
    if (next >= args.length || next === before || text.length > textMax) return { text, errors, status };
  }
}

function parseInteger(word: string): { readonly value: bigint; readonly isWhole: boolean } {
  if (word.startsWith("'") || word.startsWith('"')) return { value: BigInt(word.codePointAt(1) ?? 0), isWhole: true };
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(word);
  if (match === null) return { value: 0n, isWhole: false };
  const digits = match[2] as string;
  const magnitude = /^0[xX]/.test(digits)
    ? BigInt(digits)
    : digits.length > 1 && digits.startsWith("0")
      ? BigInt(`0o${digits.slice(1)}`)
      : BigInt(digits);
  return { value: match[1] === "-" ? -magnitude : magnitude, isWhole: match[0].length === word.length };
}

export function formatInteger(value: bigint, conversion: string, flags: string, width: number, precision: number | undefined): string {
  const isSigned = conversion === "d" || conversion === "i";
  const magnitude = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const base = conversion === "x" || conversion === "X" ? 16 : conversion === "o" ? 8 : 10;
  let digits = magnitude.toString(base);
  if (conversion === "X") digits = digits.toUpperCase();
  if (precision !== undefined) digits = precision === 0 && magnitude === 0n ? "" : digits.padStart(precision, "0");
  let prefix = "";
  if (isSigned) prefix = value < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  if (flags.includes("#") && magnitude !== 0n) {
    if (base === 16) prefix = conversion === "x" ? "0x" : "0X";
    if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
  }
  return padNumber(prefix, digits, precision === undefined ? flags : flags.replaceAll("0", ""), width);
}

/** As C's printf does; JavaScript's own conversions are exact for these. */
export function formatFloat(value: number, conversion: string, flags: string, width: number, precision: number | undefined): string {
  const magnitude = Math.abs(value);
  const isNegative = value < 0 || Object.is(value, -0);
  const prefix = isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const kind = conversion.toLowerCase();
  const places = Math.min(precision ?? 6, 100);
  let digits: string;
  if (!Number.isFinite(magnitude)) digits = Number.isNaN(magnitude) ? "nan" : "inf";
  else if (kind === "f")
    digits = magnitude >= 1e21 ? BigInt(magnitude).toString() + (places > 0 ? `.${"0".repeat(places)}` : "") : magnitude.toFixed(places);
  else if (kind === "e") digits = exponential(magnitude, places);
  else digits = general(magnitude, Math.max(1, places), flags.includes("#"));
  if (conversion !== kind) digits = digits.toUpperCase();
  return padNumber(prefix, digits, flags, width);
}

function exponential(value: number, places: number): string {
  return value.toExponential(places).replace(/e([+-])(\d)$/, "e$10$2");
}

/** `%g`: the shorter of `%e` and `%f`, without trailing zeros. @source C17 7.21.6.1 */
export function general(value: number, significant: number, keepsZeros = false): string {
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(significant - 1).split("e")[1]);
  let digits =
    exponent < -4 || exponent >= significant ? exponential(value, significant - 1) : value.toFixed(Math.max(0, significant - 1 - exponent));
  if (!keepsZeros) {
    const [mantissa, power] = digits.split("e") as [string, string | undefined];
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    digits = power === undefined ? short : `${short}e${power}`;
  }
  return digits;
}

function padNumber(prefix: string, digits: string, flags: string, width: number): string {
  if (flags.includes("-")) return (prefix + digits).padEnd(width);
  if (flags.includes("0") && /\d/.test(digits)) return prefix + digits.padStart(width - prefix.length, "0");
  return (prefix + digits).padStart(width);
}

function pad(text: string, flags: string, width: number): string {
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

/** As bash's `%q` and `set` quote a word so that it can be typed again. */
export function quoteForShell(text: string): string {
  if (text === "") return "''";
  if (/[\n\t\x00-\x1f]/.test(text)) {
    return `$'${text.replace(/[\\'\n\t\r\x1b]/g, (c) => ({ "\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r" })[c] ?? "\\E")}'`;
  }
  return text.replace(/[^A-Za-z0-9_@%+=:,./-]/g, "\\$&");
}
