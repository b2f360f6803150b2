import { KubectlError } from "./failure.ts";

/**
 * Options as pflag reads them: `--x=y`, `--x y`, `-xy`, `-x=y`, anywhere among the words until `--`.
 *
 * @source spf13/pflag flag.go; strconv and time error texts of Go
 */
export interface FlagDefinition {
  readonly name: string;
  readonly short?: string;
  /** `array` keeps each value whole, `slice` splits it at commas. */
  readonly type: "string" | "bool" | "int" | "duration" | "array" | "slice";
  readonly default?: string;
  /** What it means when given without `=`; booleans have `true`. */
  readonly bare?: string;
  readonly usage?: string;
  /** Printed on standard error when it is used. */
  readonly deprecated?: string;
}

export class Flags {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #definitions: ReadonlyMap<string, FlagDefinition>;
  /** The words that are no options. */
  readonly args: readonly string[];
  /** How many of `args` stood before `--`; -1 without it. */
  readonly argsLengthAtDash: number;
  readonly deprecations: readonly string[];

  constructor(
    values: ReadonlyMap<string, readonly string[]>,
    definitions: ReadonlyMap<string, FlagDefinition>,
    args: readonly string[],
    argsLengthAtDash: number,
    deprecations: readonly string[],
  ) {
    this.#values = values;
    this.#definitions = definitions;
    this.args = args;
    this.argsLengthAtDash = argsLengthAtDash;
    this.deprecations = deprecations;
  }

  isGiven(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string {
    return this.#values.get(name)?.at(-1) ?? this.#definitions.get(name)?.default ?? "";
  }

  is(name: string): boolean {
    return parseBool(this.text(name)) === true;
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  /** Milliseconds. */
  durationMs(name: string): number {
    return parseDurationMs(this.text(name) || "0s") ?? 0;
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? (this.#definitions.get(name)?.default === undefined ? [] : [this.text(name)]);
  }
}

export function definitionsByName(definitions: readonly FlagDefinition[]): ReadonlyMap<string, FlagDefinition> {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}

/** Whether the option takes the next word when it has no `=`. An unknown one is taken to do so, as cobra does. */
export function takesNextWord(word: string, definitions: readonly FlagDefinition[]): boolean {
  if (word.includes("=")) return false;
  const found = word.startsWith("--")
    ? definitions.find((definition) => definition.name === word.slice(2))
    : word.length === 2
      ? definitions.find((definition) => definition.short === word.slice(1))
      : undefined;
  if (found === undefined) return word.startsWith("--") || word.length === 2;
  return found.type !== "bool" && found.bare === undefined;
}

/** @throws KubectlError with pflag's words */
export function parseFlags(words: readonly string[], definitions: readonly FlagDefinition[]): Flags {
  const byName = definitionsByName(definitions);
  const byShort = new Map(
    definitions.filter(({ short }) => short !== undefined).map((definition) => [definition.short as string, definition]),
  );
  const values = new Map<string, string[]>();
  const args: string[] = [];
  const deprecations: string[] = [];
  let argsLengthAtDash = -1;

  const set = (definition: FlagDefinition, value: string, shown: string): void => {
    const fault = valueFault(definition, value);
    if (fault !== undefined)
      throw new KubectlError(`invalid argument ${JSON.stringify(value)} for ${JSON.stringify(shown)} flag: ${fault}`);
    const items = definition.type === "slice" ? (value === "" ? [] : value.split(",")) : [value];
    const before = definition.type === "array" || definition.type === "slice" ? (values.get(definition.name) ?? []) : [];
    values.set(definition.name, [...before, ...items]);
    if (definition.deprecated !== undefined) deprecations.push(`Flag --${definition.name} has been deprecated, ${definition.deprecated}\n`);
  };
  const shown = (definition: FlagDefinition): string =>
    definition.short === undefined ? `--${definition.name}` : `-${definition.short}, --${definition.name}`;

  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") {
      argsLengthAtDash = args.length;
      args.push(...words.slice(i + 1));
      break;
    }
    if (word.length < 2 || !word.startsWith("-")) {
      args.push(word);
      continue;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = word.slice(2, equals < 0 ? undefined : equals);
      if (name === "" || name.startsWith("-") || name.startsWith("=")) throw new KubectlError(`bad flag syntax: ${word}`);
      const definition = byName.get(name);
      if (definition === undefined) throw new KubectlError(`unknown flag: --${name}`);
      if (equals >= 0) set(definition, word.slice(equals + 1), shown(definition));
      else if (bareValue(definition) !== undefined) set(definition, bareValue(definition) as string, shown(definition));
      else if (i + 1 < words.length) set(definition, words[++i] as string, shown(definition));
      else throw new KubectlError(`flag needs an argument: --${name}`);
      continue;
    }
    const letters = word.slice(1);
    for (let at = 0; at < letters.length; at++) {
      const letter = letters.charAt(at);
      const definition = byShort.get(letter);
      if (definition === undefined)
        throw new KubectlError(`unknown shorthand flag: ${JSON.stringify(letter).replaceAll('"', "'")} in ${word}`);
      const rest = letters.slice(at + 1);
      if (rest.length > 1 && rest.startsWith("=")) {
        set(definition, rest.slice(1), shown(definition));
        break;
      }
      const bare = bareValue(definition);
      if (bare !== undefined) {
        set(definition, bare, shown(definition));
        continue;
      }
      if (rest !== "") set(definition, rest, shown(definition));
      else if (i + 1 < words.length) set(definition, words[++i] as string, shown(definition));
      else throw new KubectlError(`flag needs an argument: '${letter}' in ${word}`);
      break;
    }
  }
  return new Flags(values, byName, args, argsLengthAtDash, deprecations);
}

function bareValue(definition: FlagDefinition): string | undefined {
  return definition.bare ?? (definition.type === "bool" ? "true" : undefined);
}

function valueFault(definition: FlagDefinition, value: string): string | undefined {
  switch (definition.type) {
    case "bool":
      return parseBool(value) === undefined ? `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax` : undefined;
    case "int":
      return /^[-+]?\d+$/.test(value) ? undefined : `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`;
    case "duration":
      if (parseDurationMs(value) !== undefined) return undefined;
      return /^[-+]?[\d.]+$/.test(value)
        ? `time: missing unit in duration ${JSON.stringify(value)}`
        : `time: invalid duration ${JSON.stringify(value)}`;
    default:
      return undefined;
  }
}

export function parseBool(text: string): boolean | undefined {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  return undefined;
}

const unitsMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's time.ParseDuration, in milliseconds: `1h30m`, `500ms`, `-1s`, `0`. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^([-+]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.exec(text);
  if (match === null) return /^[-+]?0$/.test(text) ? 0 : undefined;
  let sum = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(part[1]) * (unitsMs[part[2] as string] as number);
  return match[1] === "-" ? -sum : sum;
}
