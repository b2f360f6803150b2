import { type CharSet, characterClasses } from "./node.ts";

/** How a bracket expression may be wrong; the texts are regerror(3)'s. */
export type BracketResult =
  | { readonly ok: true; readonly set: CharSet; readonly end: number }
  | { readonly ok: false; readonly message: string };

/**
 * A bracket expression whose `[` stands just before `at`. `end` is behind its `]`. Globs negate with `!` too, and a backslash quotes there.
 *
 * @source POSIX.1-2017 XBD 9.3.5, XCU 2.13.1
 */
export function parseBracket(text: string, at: number, isGlob: boolean): BracketResult {
  let i = at;
  let negated = false;
  if (text[i] === "^" || (isGlob && text[i] === "!")) {
    negated = true;
    i++;
  }
  const ranges: (readonly [number, number])[] = [];
  let isFirst = true;
  for (;;) {
    let c = text[i];
    if (c === undefined) return { ok: false, message: "Unmatched [, [^, [:, [., or [=" };
    if (c === "]" && !isFirst) return { ok: true, set: { ranges, negated }, end: i + 1 };
    isFirst = false;
    if (c === "[" && (text[i + 1] === ":" || text[i + 1] === "=" || text[i + 1] === ".")) {
      const kind = text[i + 1] as string;
      const close = text.indexOf(`${kind}]`, i + 2);
      if (close < 0) return { ok: false, message: "Unmatched [, [^, [:, [., or [=" };
      const name = text.slice(i + 2, close);
      i = close + 2;
      if (kind === ":") {
        const known = characterClasses[name];
        if (known === undefined) return { ok: false, message: "Invalid character class name" };
        ranges.push(...known);
        continue;
      }
      ranges.push([name.charCodeAt(0), name.charCodeAt(0)]);
      continue;
    }
    if (isGlob && c === "\\" && text[i + 1] !== undefined) c = text[++i] as string;
    i++;
    const low = c.charCodeAt(0);
    if (text[i] === "-" && text[i + 1] !== undefined && text[i + 1] !== "]") {
      let highAt = i + 1;
      if (isGlob && text[highAt] === "\\" && text[highAt + 1] !== undefined) highAt++;
      const high = (text[highAt] as string).charCodeAt(0);
      if (high < low) {
        if (!isGlob) return { ok: false, message: "Invalid range end" };
      } else ranges.push([low, high]);
      i = highAt + 1;
      continue;
    }
    ranges.push([low, low]);
  }
}
