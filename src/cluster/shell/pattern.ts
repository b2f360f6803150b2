import { parseBracket } from "./regex/bracket.ts";
import { Regex } from "./regex/match.ts";
import { anyCharacter, literalSet, type RegexNode } from "./regex/node.ts";

/** Text of which each piece is either quoted (it means itself) or not (`*`, `?`, `[` are special). */
export interface PatternPiece {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * A shell pattern as a Regex that must match from its first to its last character. Quoted pieces are literal.
 * @source POSIX.1-2017 XCU 2.13
 */
export function compilePattern(pieces: readonly PatternPiece[]): Regex {
  // Quoting becomes backslashes, so that a bracket expression may reach over pieces.
  let text = "";
  for (const piece of pieces) text += piece.quoted ? piece.text.replace(/[\\*?[\]!^-]/g, "\\$&") : piece.text;
  const items: RegexNode[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === "\\" && i + 1 < text.length) {
      i++;
      items.push({ type: "set", set: literalSet(text[i] as string) });
    } else if (c === "*") items.push({ type: "repeat", item: { type: "set", set: anyCharacter }, min: 0, max: undefined });
    else if (c === "?") items.push({ type: "set", set: anyCharacter });
    else if (c === "[") {
      const bracket = parseBracket(text, i + 1, true);
      if (bracket.ok) {
        items.push({ type: "set", set: bracket.set });
        i = bracket.end - 1;
      } else items.push({ type: "set", set: literalSet(c) });
    } else items.push({ type: "set", set: literalSet(c) });
  }
  return new Regex({ type: "sequence", items }, 0);
}

/** Whether a text could be a pattern at all: has an unquoted `*`, `?` or `[`. */
export function hasPattern(pieces: readonly PatternPiece[]): boolean {
  return pieces.some((piece) => !piece.quoted && /[*?[]/.test(piece.text));
}
