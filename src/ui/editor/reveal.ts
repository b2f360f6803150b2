import { bringZone } from "../app/zones.ts";

/** Who wants a place of the text to be seen: the list of problems, the inspector. 1-based. */
export interface PlaceInText {
  readonly line: number;
  readonly column: number;
}

const listeners = new Set<(place: PlaceInText) => void>();
/** The editor is not there yet: it was behind another zone, or is still loading. */
let waiting: PlaceInText | undefined;

export function onReveal(listener: (place: PlaceInText) => void): () => void {
  listeners.add(listener);
  if (waiting !== undefined) listener(waiting);
  waiting = undefined;
  return () => listeners.delete(listener);
}

export function isRevealWaiting(): boolean {
  return waiting !== undefined;
}

/** The text comes to the front, with the cursor at that place. */
export function reveal(place: PlaceInText): void {
  if (listeners.size === 0) waiting = place;
  for (const listener of listeners) listener(place);
  bringZone("editor");
}
