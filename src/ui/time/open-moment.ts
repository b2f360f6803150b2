import type { LinkView } from "../../playground/protocol.ts";
import { setPaused, showHop } from "../graph/playback.ts";
import { onUpdate } from "../store/link-to-worker.ts";
import { openedText, openedTimeUs } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import "./branches.ts";
import { lookAt } from "./look.ts";

/** Takes a link's reader to the moment that its maker looked at, once the cluster has come to where it stood: only what has happened can be shown. */
export function openMoment(text: string, view: LinkView): void {
  const untilUs = Math.max(1, openedTimeUs());
  const stop = onUpdate(() => arrive());
  arrive();

  function arrive(): void {
    const { nowUs, isReplaying, selection } = usePage.getState();
    // The reader has opened something else meanwhile.
    if (openedText() !== text) stop();
    else if (!isReplaying && nowUs >= untilUs) {
      stop();
      setPaused(view.paused === true);
      if (view.atMs === undefined) return;
      lookAt(view.atMs * 1000);
      if (view.connection !== undefined) showHop(view.connection, view.hop ?? 0);
      usePage.setState({ selection });
    }
  }
}
