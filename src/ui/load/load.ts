import { create } from "zustand";
import type { LoadFailure, LoadMark, LoadSnapshot } from "../../playground/protocol.ts";
import { onUpdate } from "../store/link-to-worker.ts";

/**
 * A load as the page follows it. The worker counts; the page looks five times a second, so that a thousand requests a second cost it no more
 * than one. The command runs in a terminal of its own, like anything that a user does: it is in the record and in every link.
 */
export interface LoadState {
  /** Where loads are typed; undefined before the first. */
  readonly terminal: number | undefined;
  readonly snapshot: LoadSnapshot | undefined;
  /** Of all runs, oldest first. */
  readonly marks: readonly LoadMark[];
  readonly lost: readonly LoadFailure[];
  /** The command is typed but its first request is not out yet. */
  readonly isStarting: boolean;
}

export const useLoad = create<LoadState>(() => ({ terminal: undefined, snapshot: undefined, marks: [], lost: [], isStarting: false }));

export function isLoadRunning({ snapshot, isStarting }: LoadState): boolean {
  return isStarting || (snapshot !== undefined && snapshot.endedUs === undefined);
}

/** Whether what runs in that terminal is a load: nobody waits for it, so time does not run faster for its sake. */
export function isLoadTerminal(terminal: number): boolean {
  return useLoad.getState().terminal === terminal;
}

/** Another cluster has loads of its own. */
export function startLoads(): () => void {
  return onUpdate((update) => {
    if (update.type !== "opened") return;
    useLoad.setState({ terminal: undefined, snapshot: undefined, marks: [], lost: [], isStarting: false });
  });
}
