/** A line of two texts that are laid beside each other. */
export interface Row {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** A line diff by the longest common subsequence; whole texts beyond a bound are shown as replaced. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly Row[] {
  const cellsMax = 4_000_000;
  if (before.length * after.length > cellsMax) {
    return [...before.map((text): Row => ({ kind: "removed", text })), ...after.map((text): Row => ({ kind: "added", text }))];
  }
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] as number) + 1
          : Math.max(lengths[(i + 1) * width + j] as number, lengths[i * width + j + 1] as number);
    }
  }
  const rows: Row[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      rows.push({ kind: "same", text: before[i++] as string });
      j++;
    } else if (
      i < before.length &&
      (j === after.length || (lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number))
    ) {
      rows.push({ kind: "removed", text: before[i++] as string });
    } else {
      rows.push({ kind: "added", text: after[j++] as string });
    }
  }
  return rows;
}

/** Lines that are the same on both sides, and far from any that differ. */
export interface Gap {
  readonly kind: "gap";
  /** How many lines are left out. */
  readonly count: number;
}

/** What differs, with so many lines around it as tell where one is; a line or two are not worth a gap. Pure. */
export function nearDifferences(rows: readonly Row[], around = 3): readonly (Row | Gap)[] {
  const isNear = rows.map(() => false);
  rows.forEach(({ kind }, i) => {
    if (kind !== "same") isNear.fill(true, Math.max(0, i - around), i + around + 1);
  });
  const shown: (Row | Gap)[] = [];
  for (let i = 0; i < rows.length; ) {
    let end = i;
    while (end < rows.length && isNear[end] === isNear[i]) end++;
    if (isNear[i] === true || end - i < 3) shown.push(...rows.slice(i, end));
    else shown.push({ kind: "gap", count: end - i });
    i = end;
  }
  return shown;
}
