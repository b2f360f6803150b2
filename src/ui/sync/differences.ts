import { create } from "zustand";
import type { Difference } from "../../playground/protocol.ts";
import { reveal } from "../editor/reveal.ts";
import { onUpdate, query, send } from "../store/link-to-worker.ts";
import { setText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { useLook } from "../time/look.ts";

/** Where the text and the cluster say different things. Asked anew when objects have changed, at most a few times a second. */
export const useDifferences = create<{ readonly differences: readonly Difference[] }>(() => ({ differences: [] }));

const askEveryMs = 300;
let isAsking = false;

export function startDifferences(): () => void {
  const stopLooking = useLook.subscribe(({ restUs }, before) => {
    if (restUs !== before.restUs) askSoon();
  });
  const stopUpdates = onUpdate((update) => {
    if (update.type === "opened") useDifferences.setState({ differences: [] });
    else if (update.type === "objects" || update.type === "problems") askSoon();
  });
  return () => {
    stopLooking();
    stopUpdates();
  };
}

function askSoon(): void {
  if (isAsking) return;
  isAsking = true;
  window.setTimeout(async () => {
    isAsking = false;
    const { restUs } = useLook.getState();
    const differences = (await query<readonly Difference[] | undefined>({ kind: "differences" })) ?? [];
    if (useLook.getState().restUs !== restUs) return; // another moment is looked at by now, and asked for
    if (JSON.stringify(differences) !== JSON.stringify(useDifferences.getState().differences)) useDifferences.setState({ differences });
  }, askEveryMs);
}

/** The text becomes what lives: a field of it, or a whole object that kubectl has made. */
export async function adopt({ object, path }: Difference): Promise<void> {
  const text = await query<string | undefined>({ kind: "adopted", object, ...(path === undefined ? {} : { path }) });
  if (text === undefined) return;
  const end = usePage.getState().text.split("\n").length;
  setText(text);
  // What was added stands at the end: let it be seen.
  if (path === undefined) reveal({ line: Math.min(end + 6, text.split("\n").length), column: 1 });
}

/** What lives becomes what the text says. */
export function reapply({ object }: Difference): void {
  send({ type: "reapply", object });
  askSoon();
}
