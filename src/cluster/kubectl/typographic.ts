/** Dashes as web pages and documents make them out of `-` and `--`. */
const dash = /^[–—―−]+/;

export function hasTypographicDash(words: readonly string[]): boolean {
  return words.some((word) => dash.test(word));
}

/** The command as it was probably meant: one long dash may stand for two short ones. */
export function withPlainDashes(words: readonly string[]): string {
  return words
    .map((word) => {
      if (!dash.test(word)) return word;
      const rest = word.replace(dash, "");
      return rest.length === 1 ? `-${rest}` : `--${rest}`;
    })
    .join(" ");
}
