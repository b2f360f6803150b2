/** In front of a class (`present=1`) type is larger; the editor and the terminal size their own. */
export function codeSize(): number {
  return isPresenting() ? 17 : 12.5;
}

/** A picture's type grows as if it were seen from so much farther away. */
export function typeZoom(zoom: number): number {
  return isPresenting() ? zoom * 0.85 : zoom;
}

function isPresenting(): boolean {
  return document.documentElement.dataset["present"] !== undefined;
}
