import type { KeyboardEvent } from "react";
import { lookInto } from "./graph-tools.ts";

/** Enter looks into a card; arrows go to the nearest card in their direction, and with Shift move the card there. */
export function walkCards(event: KeyboardEvent): void {
  const card = (event.target as Element).closest<HTMLElement>(".react-flow__node");
  if (card === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    lookInto(card.dataset["id"] ?? "");
    event.preventDefault();
    return;
  }
  const direction = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const)[event.key];
  if (direction === undefined) return;
  event.preventDefault();
  if (event.shiftKey) {
    void import("./move-card.ts").then(({ moveCard }) => moveCard(card.dataset["id"] ?? "", direction));
    return;
  }
  const from = centreOf(card);
  let best: HTMLElement | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const other of document.querySelectorAll<HTMLElement>(".react-flow__node")) {
    if (other === card) continue;
    const to = centreOf(other);
    const ahead = (to.x - from.x) * direction[0] + (to.y - from.y) * direction[1];
    if (ahead < 4) continue;
    const aside = Math.abs((to.x - from.x) * direction[1]) + Math.abs((to.y - from.y) * direction[0]);
    if (ahead + 2 * aside < bestCost) {
      bestCost = ahead + 2 * aside;
      best = other;
    }
  }
  best?.focus();
}

function centreOf(element: HTMLElement): { readonly x: number; readonly y: number } {
  const rect = element.getBoundingClientRect();
  return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
}
