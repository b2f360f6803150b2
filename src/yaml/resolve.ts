import { YamlError } from "./error.ts";

/**
 * What a plain scalar is, by YAML 1.1 as Go's yaml package reads it: `y`, `on` and `No` are booleans, `0777` is octal, `1_000` a number;
 * sixty-based numbers stay text, and so do timestamps (they only decide about quotes when printing).
 *
 * @source yaml.v2 resolve.go
 */
export type Resolved = { readonly tag: "null" | "bool" | "int" | "float" | "merge" | "timestamp" | "str"; readonly value: unknown };

const words = new Map<string, Resolved>();
for (const word of ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]) words.set(word, { tag: "bool", value: true });
for (const word of ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
  words.set(word, { tag: "bool", value: false });
for (const word of ["", "~", "null", "Null", "NULL"]) words.set(word, { tag: "null", value: null });
for (const word of [".nan", ".NaN", ".NAN"]) words.set(word, { tag: "float", value: Number.NaN });
for (const word of [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]) words.set(word, { tag: "float", value: Number.POSITIVE_INFINITY });
for (const word of ["-.inf", "-.Inf", "-.INF"]) words.set(word, { tag: "float", value: Number.NEGATIVE_INFINITY });
words.set("<<", { tag: "merge", value: "<<" });

const maybeSpecial = /^[-+0-9yYnNtTfFoO~.<]/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}([Tt]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d{2}:\d{2})| \d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?)?$/;

export function resolveScalar(text: string): Resolved {
  if (text !== "" && !maybeSpecial.test(text)) return { tag: "str", value: text };
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  if (first === 46) {
    if (float.test(text)) return { tag: "float", value: Number(text) };
  } else if ((first >= 48 && first <= 57) || first === 43 || first === 45) {
    if (timestamp.test(text)) return { tag: "timestamp", value: text };
    const plain = text.replaceAll("_", "");
    const integer = parseInteger(plain);
    if (integer !== undefined) return { tag: "int", value: integer };
    if (float.test(plain)) return { tag: "float", value: Number(plain) };
  }
  return { tag: "str", value: text };
}

/** Go's strconv.ParseInt(text, 0, 64): the prefix decides the base. */
function parseInteger(text: string): number | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(text);
  if (match === null) return undefined;
  const digits = match[2] as string;
  const isOctal = /^0[oO]?[0-7]+$/.test(digits);
  const value = isOctal ? Number.parseInt(digits.replace(/^0[oO]?/, ""), 8) : Number(digits);
  return match[1] === "-" ? 0 - value : value;
}

/** A scalar with an explicit tag. @throws YamlError as Go words it */
export function resolveTagged(tag: string, text: string, offset: number): unknown {
  const short = tag.replace(/^tag:yaml\.org,2002:/, "!!");
  if (short === "!!str" || !["!!bool", "!!int", "!!float", "!!null", "!!timestamp"].includes(short)) return text;
  const resolved = resolveScalar(text);
  if (`!!${resolved.tag}` === short || (short === "!!float" && resolved.tag === "int")) return resolved.value;
  throw new YamlError(`cannot decode !!${resolved.tag} \`${text}\` as a ${short}`, offset);
}

/** Would be read as a number of base sixty by other YAML 1.1 readers, so it is quoted. */
export function isBaseSixty(text: string): boolean {
  return /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
}
