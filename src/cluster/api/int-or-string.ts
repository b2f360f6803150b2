import { goQuote, goStruct } from "./go-value.ts";

/** A number or a text: a port or its name, a count or a share. @source apimachinery pkg/util/intstr/intstr.go */
export type IntOrString = number | string;

export function isPercent(value: IntOrString): value is string {
  return typeof value === "string" && /^[0-9]+%$/.test(value);
}

/** `25%` of `total`, rounded up or down; a number is itself. Undefined for a text that is no share. */
export function scaledValue(value: IntOrString, total: number, rounding: "up" | "down"): number | undefined {
  if (typeof value === "number") return value;
  if (!isPercent(value)) return undefined;
  const hundredths = Number(value.slice(0, -1)) * total;
  return rounding === "up" ? Math.ceil(hundredths / 100) : Math.floor(hundredths / 100);
}

/** `%#v` of it. */
export function goIntOrString(value: IntOrString): string {
  const isText = typeof value === "string";
  return goStruct("intstr.IntOrString", [
    ["Type", isText ? "1" : "0"],
    ["IntVal", isText ? "0" : String(value)],
    ["StrVal", goQuote(isText ? value : "")],
  ]);
}
