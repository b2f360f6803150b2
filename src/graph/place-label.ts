/** A rectangle on the screen, in pixels from the canvas' corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How far the label may stand from what it is about, in pixels; nearer is better. */
const distances = [14, 30, 52, 84] as const;
/** What one pixel of distance costs, in pixels of covered card: a label covers nothing if there is room within reach. */
const distanceCost = 6;

/**
 * Where a label of this size goes: beside its point, covering as little as may be of what is on the canvas, and never off the screen.
 * Pure, and the same for the same picture: the label does not tremble.
 */
export function placeLabel(
  point: { readonly x: number; readonly y: number },
  size: { readonly width: number; readonly height: number },
  obstacles: readonly Rectangle[],
  screen: { readonly width: number; readonly height: number },
): Rectangle {
  let best: Rectangle | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const distance of distances) {
    for (const x of [point.x + distance, point.x - size.width / 2, point.x - size.width - distance]) {
      for (const y of [point.y - size.height - distance, point.y + distance, point.y - size.height / 2]) {
        const place = inside({ x, y, ...size }, screen);
        // On the point itself it would hide the packet.
        if (overlap(place, { x: point.x - 9, y: point.y - 9, width: 18, height: 18 }) > 0) continue;
        let cost = distance * distanceCost;
        for (const obstacle of obstacles) cost += overlap(place, obstacle);
        if (cost < bestCost) {
          bestCost = cost;
          best = place;
        }
      }
    }
  }
  return best ?? inside({ x: point.x + 14, y: point.y + 14, ...size }, screen);
}

function inside(place: Rectangle, screen: { readonly width: number; readonly height: number }): Rectangle {
  const margin = 6;
  const x = Math.max(margin, Math.min(place.x, screen.width - place.width - margin));
  const y = Math.max(margin, Math.min(place.y, screen.height - place.height - margin));
  return { ...place, x, y };
}

/** Covered area in square pixels. */
export function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
