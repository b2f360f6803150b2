import { filmAt } from "../../graph/film-at.ts";
import { hopAfter } from "../../graph/hops-then.ts";
import type { HopRecord } from "../../playground/protocol.ts";
import { followNothing, refresh, setFurther, showHop, usePlayback } from "../graph/playback.ts";
import { archive, usePage } from "../store/store.ts";
import { lookAt, useLook } from "./look.ts";

/** What the canvas showed before the user looked back. */
interface Kept {
  readonly connection: string | undefined;
  readonly at: number;
  readonly remains: ReturnType<typeof usePlayback.getState>["remains"];
}

let kept: Kept | undefined;

/** Packets stand where they were at the moment that is looked at; back at the head they are as they were left. */
function followMoments(): void {
  const { atUs } = useLook.getState();
  if (atUs !== undefined) goBack(atUs);
  setFurther(goFurther);
  useLook.subscribe(({ atUs }, before) => {
    if (atUs === before.atUs) return;
    if (atUs === undefined) comeBack();
    else goBack(atUs);
  });
}

function goBack(atUs: number): void {
  const { connection, at, remains } = usePlayback.getState();
  kept ??= { connection, at, remains };
  refresh();
  const then = filmAt(usePage.getState().connections, (id) => archive.hops(id), atUs);
  if (then === undefined) followNothing();
  else stand(then.connection, then.hop);
  usePlayback.setState({ remains: [] });
}

function comeBack(): void {
  if (kept === undefined) return;
  const { connection, at, remains } = kept;
  kept = undefined;
  refresh();
  // Another cluster has come: what was on the canvas is of the one before.
  if (connection !== undefined && !usePage.getState().connections.some(({ id }) => id === connection)) return;
  if (connection === undefined) followNothing();
  else stand(connection, at);
  usePlayback.setState({ remains });
}

/** Goes on to the moment of the next hop: of the connection that is looked at, else of the one that came after it. */
function goFurther(step: "hop" | "packet"): boolean {
  const { atUs } = useLook.getState();
  if (atUs === undefined) return false;
  const { connections } = usePage.getState();
  const { connection } = usePlayback.getState();
  const next = connections.find(({ openedUs, session, purpose }) => openedUs >= atUs && session !== 0 && purpose === "traffic");
  for (const id of [connection, next?.id]) {
    if (id === undefined) continue;
    const hops = archive.hops(id);
    const index = hopAfter(hops, atUs, step);
    if (index === undefined) continue;
    lookAt((hops[index] as HopRecord).timeUs);
    stand(id, index);
    return true;
  }
  return false;
}

/** Shows a hop without selecting it: who inspects a pod goes on inspecting it. */
function stand(connection: string, hop: number): void {
  const { selection } = usePage.getState();
  showHop(connection, hop);
  const isSame = selection?.kind === "connection" && selection.connection === connection;
  usePage.setState({ selection: isSame ? { kind: "connection", connection, hop } : selection });
}

followMoments();
