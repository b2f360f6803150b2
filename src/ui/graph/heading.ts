import { along, type Curve } from "./geometry.ts";

/** Where the curve leads at that point, in radians clockwise from the right. */
export function heading(curve: Curve, t: number): number {
  const before = along(curve, Math.max(0, t - 0.01));
  const behind = along(curve, Math.min(1, t + 0.01));
  return Math.atan2(behind.y - before.y, behind.x - before.x);
}
