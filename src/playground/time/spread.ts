/** What brings copies of a cluster nearer to where they may be wanted: a new one, or one of them moved. Works are counted from loading. */
export interface Spread {
  /** How much work from loading the copy is to stand. */
  readonly work: number;
  /** Which of the copies is wanted least where it is; undefined while there may be more of them. */
  readonly instead: number | undefined;
}

/**
 * Where one more copy would shorten the longest way that a question may have to go: copies only go forward, so a way begins at the nearest copy
 * before the moment, or at loading. `works` are those of the copies, ascending, `total` that of now; ways shorter than `enough` are well.
 * `fixed` is left where it is. Pure.
 */
export function spread(
  works: readonly number[],
  total: number,
  most: number,
  enough: number,
  hasRoom: boolean,
  fixed?: number,
): Spread | undefined {
  const wanted = Math.max(enough, total / (most + 1));
  const { from, length } = longestGap(works, total);
  const parts = Math.round(length / wanted);
  if (parts < 2) return undefined;
  const work = Math.floor(from + (length * Math.floor(parts / 2)) / parts);
  if (hasRoom && works.length < most) return { work, instead: undefined };
  const instead = leastWanted(works, total, fixed);
  if (instead === undefined || mergedGap(works, total, instead) > 0.8 * length) return undefined;
  return { work, instead };
}

/** The copy without which the ways would grow least. */
export function leastWanted(works: readonly number[], total: number, fixed?: number): number | undefined {
  let least: number | undefined;
  for (let i = 0; i < works.length; i++) {
    if (i === fixed) continue;
    if (least === undefined || mergedGap(works, total, i) < mergedGap(works, total, least)) least = i;
  }
  return least;
}

function longestGap(works: readonly number[], total: number): { readonly from: number; readonly length: number } {
  let longest = { from: 0, length: 0 };
  let from = 0;
  for (const to of [...works, total]) {
    if (to - from > longest.length) longest = { from, length: to - from };
    from = to;
  }
  return longest;
}

function mergedGap(works: readonly number[], total: number, without: number): number {
  return (works[without + 1] ?? total) - (works[without - 1] ?? 0);
}
