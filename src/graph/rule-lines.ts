export interface RuleLine {
  readonly line: string;
  /** Which line of the whole text, from 0. */
  readonly number: number;
  readonly isMet: boolean;
}

interface Asked {
  /** Rules that a packet has met, as their own tool prints them. */
  readonly met: ReadonlySet<string>;
  readonly isMetOnly: boolean;
  /** Words that a line must hold, whatever their case. */
  readonly wanted: string;
}

/** A thousand Services have a hundred thousand rules: no browser draws them, and nobody reads them. */
const linesMax = 2000;

/** The lines of a node's rules that are to be shown, and how many more there would be. */
export function linesToShow(
  text: string,
  { met, isMetOnly, wanted }: Asked,
): { readonly lines: readonly RuleLine[]; readonly left: number } {
  const words = wanted
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const lines = text
    .split("\n")
    .map((line, number) => ({ line, number, isMet: met.has(line.trim()) }))
    .filter(({ line, isMet }) => {
      if (isMetOnly && !isMet) return false;
      const lower = words.length === 0 ? "" : line.toLowerCase();
      return words.every((word) => lower.includes(word));
    });
  return { lines: lines.slice(0, linesMax), left: Math.max(0, lines.length - linesMax) };
}
