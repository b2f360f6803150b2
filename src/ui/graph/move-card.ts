import { isMovable, withPin } from "../../graph/pins.ts";
import { usePage } from "../store/store.ts";
import { drawnBox, useDrawn } from "./drawn.ts";

/** A free box goes so far at each press, in canvas pixels. */
const step = 20;

/** What dragging does, by keys: a free box goes on by a step, a card in a frame to the next place. */
export function moveCard(id: string, [x, y]: readonly [number, number]): void {
  const box = drawnBox(id);
  if (box === undefined || !isMovable(id)) return;
  const grid = useDrawn.getState().model?.grids.get(box.parent ?? "");
  const to = [box.x + x * (grid?.stepX ?? step), box.y + y * (grid?.stepY ?? step)] as const;
  usePage.setState((s) => ({ pins: withPin(s.pins, id, to) }));
}
