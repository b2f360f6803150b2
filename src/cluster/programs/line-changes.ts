/** A stretch of lines that differs: those from `oldFrom` up to `oldTo` became those from `newFrom` up to `newTo` (counted from 0, the end not included). */
export interface LineChange {
  readonly oldFrom: number;
  readonly oldTo: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/**
 * The smallest set of lines to take out and put in, as stretches. Pure.
 * @source Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), which GNU diff follows
 */
export function lineChanges(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let oldEnd = before.length;
  let newEnd = after.length;
  while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  const kept = commonLines(before.slice(start, oldEnd), after.slice(start, newEnd));
  const changes: LineChange[] = [];
  let oldAt = start;
  let newAt = start;
  for (const [oldKept, newKept] of [...kept.map(([a, b]) => [a + start, b + start] as const), [oldEnd, newEnd] as const]) {
    if (oldKept > oldAt || newKept > newAt) changes.push({ oldFrom: oldAt, oldTo: oldKept, newFrom: newAt, newTo: newKept });
    oldAt = oldKept + 1;
    newAt = newKept + 1;
  }
  return changes;
}

/** The places of a longest common subsequence, in order. */
function commonLines(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
  const [n, m] = [before.length, after.length];
  // How far along `before` the furthest path on each diagonal has come; each step's state is kept to find the way back.
  const furthest = new Map<number, number>([[1, 0]]);
  const steps: ReadonlyMap<number, number>[] = [];
  const isDown = (state: ReadonlyMap<number, number>, d: number, k: number): boolean =>
    k === -d || (k !== d && (state.get(k - 1) ?? -1) < (state.get(k + 1) ?? -1));
  const advance = (d: number): boolean => {
    for (let k = -d; k <= d; k += 2) {
      let x = isDown(furthest, d, k) ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < n && x - k < m && before[x] === after[x - k]) x++;
      furthest.set(k, x);
      if (x >= n && x - k >= m) return true;
    }
    return false;
  };
  for (let d = 0; d <= n + m; d++) {
    steps.push(new Map(furthest));
    if (advance(d)) break;
  }
  const kept: (readonly [number, number])[] = [];
  let [x, y] = [n, m];
  for (let d = steps.length - 1; d >= 0; d--) {
    const state = steps[d] as ReadonlyMap<number, number>;
    const k = x - y;
    const fromK = isDown(state, d, k) ? k + 1 : k - 1;
    const fromX = state.get(fromK) ?? 0;
    const fromY = fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x--;
      y--;
      kept.push([x, y]);
    }
    [x, y] = [fromX, fromY];
  }
  return kept.reverse();
}
