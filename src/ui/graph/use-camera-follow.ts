import { useEffect, useRef } from "react";
import { useReactFlow, useStoreApi } from "reactflow";
import { followView, type Size } from "../../graph/camera.ts";
import type { Rectangle } from "../../graph/place-label.ts";
import { isMotionReduced } from "../app/motion.ts";
import { usePlayback } from "./playback.ts";

/** A pane as narrow as a phone shows a picture too small to read: there the camera comes near when a film begins. */
const narrowPx = 440;
const nearZoom = 0.7;
const moveMs = 300;

/**
 * Keeps the followed packet's box in sight. `takeOver` is told before the camera moves by itself: the picture is no more fitted as a whole.
 * Who zooms while a film runs keeps that zoom; only its beginning comes nearer.
 */
export function useCameraFollow(picture: Size, takeOver: () => void): void {
  const flow = useReactFlow();
  const store = useStoreApi();
  const drawn = useRef(picture);
  drawn.current = picture;
  useEffect(() => {
    const rectangleOf = (box: string | undefined): Rectangle | undefined => {
      const node = box === undefined ? undefined : flow.getInternalNode(box);
      if (node === undefined) return undefined;
      const { x, y } = node.internals.positionAbsolute;
      return { x, y, width: node.width ?? 0, height: node.height ?? 0 };
    };
    const show = (here: Rectangle | undefined, from: Rectangle | undefined, least: number) => {
      const { width, height } = store.getState();
      if (here === undefined || width === 0) return;
      const view = followView(flow.getViewport(), { pane: { width, height }, picture: drawn.current, here, from, least });
      if (view === undefined) return;
      takeOver();
      void flow.setViewport(view, { duration: isMotionReduced() ? 0 : moveMs });
    };
    const follow = (isBeginning: boolean) => {
      const { stops, at } = usePlayback.getState();
      const stop = stops[at];
      // Where it came from, or at its start where it will go.
      const other = (stop?.isStart === true ? stops.find((next, i) => i > at && next.box !== stop.box) : stops[at - 1])?.box;
      const least = isBeginning && store.getState().width < narrowPx ? nearZoom : 0;
      show(rectangleOf(stop?.box), rectangleOf(other), least);
    };
    const stopFilm = usePlayback.subscribe((state, before) => {
      const box = state.stops[state.at]?.box;
      if (box === undefined) return;
      if (state.connection !== before.connection) follow(true);
      else if (box !== before.stops[before.at]?.box) follow(false);
    });
    /** A card that has the keys is seen. */
    const focused = (event: FocusEvent) => {
      const card = (event.target as Element).closest<HTMLElement>(".react-flow__node");
      if (card?.matches(":focus-visible") === true) show(rectangleOf(card.dataset["id"]), undefined, 0);
    };
    const pane = store.getState().domNode;
    pane?.addEventListener("focusin", focused);
    // A pane that was closed while the film ran.
    const stopSize = store.subscribe((state, before) => {
      if (before.width === 0 && state.width > 0) follow(true);
    });
    return () => {
      stopFilm();
      stopSize();
      pane?.removeEventListener("focusin", focused);
    };
  }, [flow, store, takeOver]);
}
