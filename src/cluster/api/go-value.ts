/** Values as Go prints them with `%#v`, which is what the API server shows of a value that is wrong. @source fmt, strconv.Quote */

/** `%q`: quoted, with Go's escapes. */
export function goQuote(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === "\\") quoted += `\\${character}`;
    else if (shortEscapes[character] !== undefined) quoted += shortEscapes[character];
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code === 0xa0 || code === 0xfeff || code === 0xad || (code >= 0x2000 && code <= 0x200f) || (code >= 0x2028 && code <= 0x202f))
      quoted += `\\u${code.toString(16).padStart(4, "0")}`;
    else quoted += character;
  }
  return `${quoted}"`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A string, number or boolean; nothing is a nil pointer, which field errors print as `"null"`. */
export function goScalar(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '"null"';
  return typeof value === "string" ? goQuote(value) : String(value);
}

/** `[]string{"a", "b"}`, `[]string(nil)`. */
export function goStrings(values: readonly string[] | undefined, type = "[]string"): string {
  if (values === undefined) return `${type}(nil)`;
  return `${type}{${values.map(goQuote).join(", ")}}`;
}

/** `map[string]string{"a":"b"}`, keys sorted as fmt sorts them. */
export function goStringMap(values: Readonly<Record<string, string>> | undefined): string {
  if (values === undefined) return "map[string]string(nil)";
  const pairs = Object.keys(values)
    .sort()
    .map((key) => `${goQuote(key)}:${goQuote(values[key]!)}`);
  return `map[string]string{${pairs.join(", ")}}`;
}

/** `core.ServicePort{Name:"", Port:80}` from already printed values. */
export function goStruct(type: string, fields: readonly (readonly [name: string, value: string])[]): string {
  return `${type}{${fields.map(([name, value]) => `${name}:${value}`).join(", ")}}`;
}
