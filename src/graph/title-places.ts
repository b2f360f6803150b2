import type { GraphModel, GraphNode } from "./model.ts";
import type { Rectangle } from "./place-label.ts";
import type { ZoomLook } from "./zoom.ts";

/** Sizes of type at zoom 1, and how wide a letter is beside its height: those of the cards' style. */
const nameSize = 13;
const fineSize = 11.5;
const letterWidth = 0.6;
/** Wide enough for the longest of them in any language. */
const laneLetters = 22;

/**
 * Where on the picture something is named: cards, frames and columns. In canvas pixels from the corner of the picture, as far away as it is
 * seen from; type grows when one goes farther away.
 */
export function titlesOf({ nodes, lanes }: Pick<GraphModel, "nodes" | "lanes">, look: ZoomLook): readonly Rectangle[] {
  const frames = new Map(nodes.map((node) => [node.id, node]));
  const fine = Math.max(fineSize, look.least);
  return [
    ...lanes.map(({ x, y }) => ({ x, y: y + 20 - fine * 1.25, width: laneLetters * fine * letterWidth, height: fine * 1.25 })),
    ...nodes.map((node) => {
      const frame = node.parent === undefined ? undefined : frames.get(node.parent);
      const [left, upper] = [node.x + (frame?.x ?? 0), node.y + (frame?.y ?? 0)];
      const title = titleOf(node, look);
      return { ...title, x: left + title.x, y: upper + title.y };
    }),
  ];
}

/** What a card or a frame is called: where that stands, from its corner. */
function titleOf(node: GraphNode, { detail, least }: ZoomLook): Rectangle {
  const { width, height } = node;
  const line = Math.max(nameSize, least) * 1.3;
  const letter = Math.max(nameSize, least) * letterWidth;
  switch (node.type) {
    case "node": {
      const y = node.isCollapsed ? 0 : 15 - line / 2;
      const letters = node.name.length + (node.state === "ready" ? 0 : 12);
      return { x: 10, y, width: Math.min(width - 20, 8 + letter * letters), height: node.isCollapsed ? height : line };
    }
    case "rules":
      // Its Services are named in it, one or two lines beneath.
      return { x: 0, y: 0, width, height: Math.min(height, 4 + 2 * line) };
    case "pod":
    case "podGroup":
    case "hidden":
      // The name has the upper line, or the only one.
      return node.type !== "hidden" && node.size === "full" && detail !== "far" ? { x: 0, y: 0, width, height: 24 } : whole(node);
    default:
      return detail === "near" || detail === "mid" ? { x: 0, y: 0, width, height: height / 2 + 3 } : whole(node);
  }
}

function whole({ width, height }: GraphNode): Rectangle {
  return { x: 0, y: 0, width, height };
}
