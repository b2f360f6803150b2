import type { Rectangle } from "./place-label.ts";

/** What of the canvas is seen: a point of it stands on the screen at `zoom` times itself plus `x`, `y`. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** So much room a box has around it, in pixels of the screen; above it stand the graph's buttons. */
const marginPx = 14;
const marginTopPx = 44;

/** What is to be followed, and where: the picture from its corner at 0, the box, and the box before it. */
export interface Sight {
  readonly pane: Size;
  readonly picture: Size;
  readonly here: Rectangle;
  readonly from: Rectangle | undefined;
  /** So large the picture must be at least. */
  readonly least: number;
}

/**
 * Where the camera goes to show the box at which a packet is, with the one it came from when there is room for both; undefined while it is
 * seen well as it is. It does not look past the picture's edge while there is more of the picture to see.
 */
export function followView(view: View, { pane, picture, here, from, least }: Sight): View | undefined {
  if (view.zoom >= least && isSeen(view, pane, here)) return undefined;
  const zoom = Math.max(view.zoom, least);
  const both = from === undefined ? here : union(from, here);
  const shown = fits(both, zoom, pane) ? both : here;
  return {
    zoom,
    x: Math.round(along(shown.x + shown.width / 2, picture.width, zoom, marginPx, pane.width - marginPx)),
    y: Math.round(along(shown.y + shown.height / 2, picture.height, zoom, marginTopPx, pane.height - marginPx)),
  };
}

/** Where the picture's edge stands on the screen: what is looked at in the middle, unless the picture then ends before the pane does. */
function along(middle: number, length: number, zoom: number, start: number, end: number): number {
  const wanted = (start + end) / 2 - middle * zoom;
  const last = end - length * zoom;
  return last >= start ? (start + last) / 2 : Math.max(last, Math.min(start, wanted));
}

function isSeen({ x, y, zoom }: View, pane: Size, box: Rectangle): boolean {
  const left = box.x * zoom + x;
  const top = box.y * zoom + y;
  if (left < 0 || top < 0) return false;
  return left + box.width * zoom <= pane.width && top + box.height * zoom <= pane.height;
}

function fits(box: Rectangle, zoom: number, pane: Size): boolean {
  return box.width * zoom <= pane.width - 2 * marginPx && box.height * zoom <= pane.height - marginTopPx - marginPx;
}

function union(a: Rectangle, b: Rectangle): Rectangle {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}
