/** The words in which two lines differ, behind the last word that they share before them: `targetPort:` `8080` `9090`. */
export interface ChangedWords {
  readonly lead: string;
  readonly before: string;
  readonly after: string;
}

export function changedWords(before: string, after: string): ChangedWords {
  const [a, b] = [before, after].map((line) => line.trim().split(/\s+/)) as [string[], string[]];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const middle = (words: readonly string[]) => words.slice(head, words.length - tail).join(" ");
  return { lead: a[head - 1] ?? "", before: middle(a), after: middle(b) };
}
