import type { LinkView } from "../../playground/protocol.ts";
import { setPaused, showHop } from "../graph/playback.ts";
import { onUpdate } from "../store/link-to-worker.ts";
import { openedTimeUs } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { lookAt } from "./look.ts";

/** Takes a link's reader to the moment that its maker looked at, once the cluster has come to where it stood: only what has happened can be shown. */
export function openMoment(view: LinkView): void {
  const untilUs = openedTimeUs();
  const arrive = () => {
    stop();
    setPaused(view.paused === true);
    if (view.atMs === undefined) return;
    const { selection } = usePage.getState();
    lookAt(view.atMs * 1000);
    if (view.connection !== undefined) showHop(view.connection, view.hop ?? 0);
    usePage.setState({ selection });
  };
  const stop = onUpdate((update) => {
    // Another cluster has come meanwhile.
    if (update.type === "opened") stop();
    if (update.type === "time" && !update.running && update.nowUs >= untilUs) arrive();
  });
  if (usePage.getState().nowUs >= untilUs) arrive();
}
