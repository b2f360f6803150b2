import { useMemo } from "react";
import { create } from "zustand";
import { ObjectHistory } from "../../graph/history.ts";
import type { ObjectsByKind } from "../../graph/objects.ts";
import { onUpdate } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";

/**
 * Looking back never simulates again: the page has been told of everything with its time, and shows the cluster as it was. The cluster's own
 * clock is not touched; `atUs` is the view's position, undefined at the head.
 */
interface LookState {
  readonly atUs: number | undefined;
}

export const useLook = create<LookState>(() => ({ atUs: undefined }));

export const history = { objects: new ObjectHistory() };

export function startHistory(): () => void {
  return onUpdate((update) => {
    if (update.type === "opened") {
      history.objects = new ObjectHistory();
      useLook.setState({ atUs: undefined });
    }
    if (update.type === "objects") history.objects.add(update.events);
  });
}

/** Shows the moment; at or behind the head is the head. */
export function lookAt(us: number): void {
  const { nowUs } = usePage.getState();
  useLook.setState({ atUs: us >= nowUs ? undefined : Math.max(history.objects.fromUs, Math.round(us)) });
}

export function lookNow(): void {
  useLook.setState({ atUs: undefined });
}

/** The objects to draw: those of now, or of the moment that is looked at. */
export function useShownObjects(): ObjectsByKind {
  const now = usePage((s) => s.objects);
  const atUs = useLook((s) => s.atUs);
  return useMemo(() => (atUs === undefined ? now : history.objects.at(atUs)), [now, atUs]);
}
