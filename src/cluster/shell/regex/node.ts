/** A set of characters: ranges of UTF-16 units, both ends included. */
export interface CharSet {
  readonly ranges: readonly (readonly [number, number])[];
  readonly negated: boolean;
}

export type Assertion = "start" | "end" | "wordStart" | "wordEnd" | "wordBoundary" | "notWordBoundary";

/** What a pattern means, whichever notation (BRE, ERE, glob) it was written in. */
export type RegexNode =
  | { readonly type: "empty" }
  | { readonly type: "set"; readonly set: CharSet }
  | { readonly type: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly type: "choice"; readonly items: readonly RegexNode[] }
  | { readonly type: "repeat"; readonly item: RegexNode; readonly min: number; readonly max: number | undefined }
  | { readonly type: "group"; readonly item: RegexNode; readonly index: number }
  | { readonly type: "assert"; readonly assertion: Assertion };

export const anyCharacter: CharSet = { ranges: [], negated: true };

export function literalSet(character: string): CharSet {
  const code = character.charCodeAt(0);
  return { ranges: [[code, code]], negated: false };
}

/** @source POSIX.1-2017 XBD 7.3.1, the POSIX locale */
export const characterClasses: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  alpha: [
    [65, 90],
    [97, 122],
  ],
  digit: [[48, 57]],
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  upper: [[65, 90]],
  lower: [[97, 122]],
  space: [
    [9, 13],
    [32, 32],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  print: [
    [32, 126],
    [160, 65535],
  ],
  graph: [
    [33, 126],
    [161, 65535],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};

export const wordRanges: readonly (readonly [number, number])[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];

export function inSet(set: CharSet, code: number): boolean {
  for (const [low, high] of set.ranges) if (code >= low && code <= high) return !set.negated;
  return set.negated;
}
