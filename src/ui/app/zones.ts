import { create } from "zustand";

export type Zone = "editor" | "graph" | "terminal" | "inspector";

/** What is in front where there is no room for all: one zone on a phone; the text or the explanation on an old projector. */
export const useZones = create<{ readonly front: Zone; readonly side: "editor" | "inspector" }>(() => ({ front: "graph", side: "editor" }));

export function bringZone(zone: Zone): void {
  useZones.setState(zone === "editor" || zone === "inspector" ? { front: zone, side: zone } : { front: zone });
}
