/**
 * Amounts of resources: `500m`, `1Gi`, `0.5`, `1e3`. Kept exact, as an integer of billionths.
 * @source apimachinery pkg/api/resource/quantity.go
 */
export interface Quantity {
  /** In nano units. */
  readonly nano: bigint;
  readonly format: "DecimalSI" | "BinarySI" | "DecimalExponent";
}

/** What is wrong with a text that `parseQuantity` does not know. @source ErrFormatWrong, ErrSuffix */
export function quantityFault(text: string): string {
  const hasForm = /^[+-]?(?:\d+\.?\d*|\.\d+)[eEinumkKMGTP]+[-+]?\d*$/.test(text);
  if (hasForm) return "unable to parse quantity's suffix";
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}

const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][-+]?\d+)?$/;
const nanoPerUnit = 1_000_000_000n;
const decimalSuffixes: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binarySuffixes: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};

export function parseQuantity(text: string): Quantity | undefined {
  const parts = pattern.exec(text);
  if (parts === null) return undefined;
  const suffix = parts[3] ?? "";
  const [whole = "", fraction = ""] = parts[2]!.split(".");
  const digits = BigInt(`${whole}${fraction}` || "0");
  const binary = binarySuffixes[suffix];
  const isExponent = /^[eE][-+]?\d/.test(suffix);
  const exponent = binary !== undefined ? 0 : isExponent ? Number(suffix.slice(1)) : decimalSuffixes[suffix]!;
  const scale = 9 + exponent - fraction.length;
  const scaled = digits * (binary ?? 1n);
  // What is smaller than a billionth is rounded up.
  const magnitude = scale >= 0 ? scaled * powerOfTen(scale) : divideUp(scaled, powerOfTen(-scale));
  return {
    nano: parts[1] === "-" ? -magnitude : magnitude,
    format: binary !== undefined ? "BinarySI" : isExponent ? "DecimalExponent" : "DecimalSI",
  };
}

export function compareQuantities(left: string, right: string): number {
  const a = parseQuantity(left)?.nano ?? 0n;
  const b = parseQuantity(right)?.nano ?? 0n;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rounded up to whole units, as the scheduler counts memory; `milli` for cpu. */
export function quantityValue(text: string, unit: "one" | "milli" = "one"): number {
  const nano = parseQuantity(text)?.nano ?? 0n;
  const step = unit === "milli" ? 1_000_000n : nanoPerUnit;
  return Number(nano < 0n ? -(-nano / step) : divideUp(nano, step));
}

/** The canonical form: no fraction, the largest suffix that leaves none. `0.5` is `500m`, `1024Mi` is `1Gi`, `1000m` is `1`. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return "0";
  const sign = nano < 0n ? "-" : "";
  const magnitude = nano < 0n ? -nano : nano;
  // A binary amount with a fraction, or below 1024, is printed as a decimal one.
  if (format === "BinarySI" && magnitude % nanoPerUnit === 0n && magnitude / nanoPerUnit >= 1024n) {
    return sign + formatBinary(magnitude / nanoPerUnit);
  }
  let mantissa = magnitude;
  let exponent = -9;
  while (exponent < 18 && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === "DecimalExponent") return `${sign}${mantissa}${exponent === 0 ? "" : `e${exponent}`}`;
  const suffix = Object.keys(decimalSuffixes).find((key) => decimalSuffixes[key] === exponent)!;
  return `${sign}${mantissa}${suffix}`;
}

export function canonicalQuantity(text: string): string {
  const quantity = parseQuantity(text);
  return quantity === undefined ? text : formatQuantity(quantity);
}

function formatBinary(units: bigint): string {
  let mantissa = units;
  let suffix = "";
  for (const [name, size] of Object.entries(binarySuffixes)) {
    if (units % size !== 0n) break;
    mantissa = units / size;
    suffix = name;
  }
  return `${mantissa}${suffix}`;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}
