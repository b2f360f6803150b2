/**
 * What cards show from how far away: `near` all of it, `mid` without what is the same everywhere, `far` one line each, `dots` pods as dots and
 * groups as counts. Each ends where its lines no longer fit into a card at a size that can be read.
 */
export type Detail = "near" | "mid" | "far" | "dots";

/** No text is smaller on the screen, in pixels. */
const leastOnScreen = 11;
/** Type grows in steps while one zooms out, so that the page is not laid out anew at each turn of the wheel. */
const steps = [
  1, 0.94, 0.88, 0.83, 0.78, 0.73, 0.69, 0.65, 0.62, 0.58, 0.54, 0.5, 0.47, 0.44, 0.41, 0.38, 0.35, 0.3, 0.25, 0.2, 0.15,
] as const;

export const zoomMin = 0.15;
/** From which zoom on, nearest first. */
const details = [
  [0.73, "near"],
  [0.58, "mid"],
  [0.35, "far"],
] as const;

export interface ZoomLook {
  readonly detail: Detail;
  /** The least size of type in canvas pixels. */
  readonly least: number;
}

export function zoomLook(zoom: number): ZoomLook {
  // A hair under a step is the step: a fitted picture stands exactly on one.
  const step = steps.find((one) => zoom >= one - 1e-3) ?? zoomMin;
  return { detail: details.find(([from]) => step >= from)?.[1] ?? "dots", least: Math.ceil((10 * leastOnScreen) / step) / 10 };
}
