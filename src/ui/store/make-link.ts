import { isFiltering } from "../../graph/filter.ts";
import type { LinkView } from "../../playground/protocol.ts";
import { usePlayback } from "../graph/playback.ts";
import { useLook } from "../time/look.ts";
import { ask } from "./link-to-worker.ts";
import { usePage } from "./store.ts";

/** The link to what stands here now: the page's own address with everything in its fragment. */
export async function makeLink(): Promise<string> {
  const fragment = await ask<string>({ type: "link", view: viewNow() });
  return `${window.location.origin}${window.location.pathname}${window.location.search}${fragment}`;
}

/** What is looked at, and how. */
export function viewNow(): LinkView {
  const { view, selection, pins, filters, collapsed, showsSystem, showsNoise, nowUs } = usePage.getState();
  const { connection, at, isPaused } = usePlayback.getState();
  const { atUs } = useLook.getState();
  // The inspector may tell of another connection than the one on the canvas: then that one is meant.
  const told = selection?.kind === "connection" ? selection.connection : connection;
  return {
    view,
    timeMs: Math.round(nowUs / 1000),
    ...(atUs === undefined ? {} : { atMs: atUs / 1000 }),
    ...(isPaused ? { paused: true } : {}),
    ...(told === undefined ? {} : { connection: told, ...(told === connection ? { hop: at } : {}) }),
    ...(selection?.kind === "object" ? { selection: selection.id } : {}),
    ...(Object.keys(pins).length === 0 ? {} : { pins }),
    ...(isFiltering(filters) ? { filters } : {}),
    ...(Object.keys(collapsed).length === 0 ? {} : { collapsed }),
    ...(showsSystem || showsNoise
      ? { shows: [...(showsSystem ? ["system" as const] : []), ...(showsNoise ? ["noise" as const] : [])] }
      : {}),
  };
}
