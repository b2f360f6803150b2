/** Where on the canvas something can be clicked, in pixels from its corner. The canvas itself lets every click through. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly connection: string;
  readonly hop: number | undefined;
}

/** A target is at least 24 pixels wide (WCAG 2.2, 2.5.8), and forgiving of moving ones. */
const reach = 14;
let spots: readonly Spot[] = [];

export function setSpots(drawn: readonly Spot[]): void {
  spots = drawn;
}

/** The packet near the pointer; the one drawn last lies on top. */
export function spotAt(x: number, y: number): Spot | undefined {
  return spots.findLast((spot) => Math.abs(spot.x - x) <= reach && Math.abs(spot.y - y) <= reach);
}
