/** Who wants a place of the text to be seen: the list of problems, the inspector. 1-based. */
export interface PlaceInText {
  readonly line: number;
  readonly column: number;
}

const listeners = new Set<(place: PlaceInText) => void>();

export function onReveal(listener: (place: PlaceInText) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function reveal(place: PlaceInText): void {
  for (const listener of listeners) listener(place);
}
