/** The first of several sentences, for where there is room for one. A dot within an address or a name ends none. */
export function firstSentence(text: string): string {
  const end = /\.(?=\s)|。/.exec(text);
  return end === null ? text : text.slice(0, end.index + 1);
}
