/** Objects whose kind is known only at run time, read field by field without trust in their shape. */
export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function asItems(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(asFields) : [];
}

export function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}` : "";
}

/** A map of texts, such as labels; what is no text is left out. */
export function asTexts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asFields(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** What stands at `path`; undefined where the way ends early. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}

export function specOf(object: unknown): Fields {
  return asFields(asFields(object)["spec"]);
}

export function statusOf(object: unknown): Fields {
  return asFields(asFields(object)["status"]);
}
