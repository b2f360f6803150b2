import { type RefObject, useEffect } from "react";

/** A finger that rests so long on a card, moving no further than this, asks for its menu. */
const restMs = 500;
const slackPx = 8;

/** Touch has no second button: a finger that rests on a card does what the second button does. Its lifting is no click then. */
export function useLongPress(
  ref: RefObject<HTMLElement | null>,
  open: (card: HTMLElement, at: { readonly x: number; readonly y: number }) => void,
): void {
  useEffect(() => {
    const section = ref.current;
    if (section === null) return;
    let timer: number | undefined;
    let start = { x: 0, y: 0 };
    let wasLong = false;
    const end = () => window.clearTimeout(timer);
    const down = (event: PointerEvent) => {
      end();
      wasLong = false;
      const card = (event.target as Element).closest<HTMLElement>(".react-flow__node");
      // A second finger zooms.
      if (event.pointerType !== "touch" || !event.isPrimary || card === null) return;
      start = { x: event.clientX, y: event.clientY };
      timer = window.setTimeout(() => {
        wasLong = true;
        open(card, start);
      }, restMs);
    };
    const move = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > slackPx) end();
    };
    const click = (event: MouseEvent) => {
      if (!wasLong) return;
      wasLong = false;
      event.stopPropagation();
      event.preventDefault();
    };
    section.addEventListener("pointerdown", down, true);
    section.addEventListener("pointermove", move, true);
    section.addEventListener("pointerup", end, true);
    section.addEventListener("pointercancel", end, true);
    section.addEventListener("click", click, true);
    return () => {
      end();
      section.removeEventListener("pointerdown", down, true);
      section.removeEventListener("pointermove", move, true);
      section.removeEventListener("pointerup", end, true);
      section.removeEventListener("pointercancel", end, true);
      section.removeEventListener("click", click, true);
    };
  }, [ref, open]);
}
