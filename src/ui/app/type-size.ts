/** In front of a class (`present=1`) type is larger; the editor and the terminal size their own. */
export function codeSize(): number {
  return document.documentElement.dataset["present"] === undefined ? 12.5 : 17;
}
