import { create } from "zustand";
import { type LoadWish, loadCommand } from "../../graph/load-targets.ts";
import type { LoadFailure, LoadMark, LoadSnapshot } from "../../playground/protocol.ts";
import { onUpdate, query, send } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import { sendLine } from "../terminal/commands.ts";
import { openTerminal, printInterrupt } from "../terminal/transcript.ts";

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

const pollMs = 200;
/** A command that has not begun by then will not begin: its terminal has other things to do. */
const startMsMax = 5000;
const marksMax = 60_000;
const lostMax = 2000;
let isAsking = false;

export function isLoadRunning({ snapshot, isStarting }: LoadState): boolean {
  return isStarting || (snapshot !== undefined && snapshot.endedUs === undefined);
}

/** Whether what runs in that terminal is a load: nobody waits for it, so time does not run faster for its sake. */
export function isLoadTerminal(terminal: number): boolean {
  return useLoad.getState().terminal === terminal;
}

/** Types the command in the terminal for loads, which is opened when there is none. */
export function startLoad(wish: LoadWish): void {
  const { summary, tabs, terminals } = usePage.getState();
  const home = `client/${summary?.clients[0]?.name ?? ""}`;
  const known = useLoad.getState().terminal;
  const isThere = known !== undefined && tabs.open.includes(known);
  const terminal = isThere ? known : Math.max(...tabs.open) + 1;
  useLoad.setState({ terminal, isStarting: true });
  window.setTimeout(() => useLoad.setState({ isStarting: false }), startMsMax);
  const line = loadCommand(wish, home);
  if (!isThere) {
    openTerminal(terminal);
    usePage.setState({ tabs: { ...tabs, open: [...tabs.open, terminal] } });
  }
  if (terminals.get(terminal)?.prompt !== undefined) sendLine(terminal, line);
  else {
    // Its shell is not up yet.
    const stop = usePage.subscribe((page) => {
      if (page.terminals.get(terminal)?.prompt === undefined) return;
      stop();
      sendLine(terminal, line);
    });
  }
}

/** Ctrl-C in its terminal: the report comes there. */
export function stopLoad(): void {
  const { terminal } = useLoad.getState();
  if (terminal === undefined) return;
  printInterrupt(terminal, "");
  send({ type: "interrupt", terminal });
}

/** Looks at the load until what this gives is called. */
export function followLoad(): () => void {
  const timer = window.setInterval(() => void look(), pollMs);
  void look();
  return () => window.clearInterval(timer);
}

/** Another cluster has loads of its own. */
export function startLoads(): () => void {
  return onUpdate((update) => {
    if (update.type !== "opened") return;
    isAsking = false; // a worker that ended took its answer along
    useLoad.setState({ terminal: undefined, snapshot: undefined, marks: [], lost: [], isStarting: false });
  });
}

async function look(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  const before = useLoad.getState().snapshot;
  try {
    const snapshot = await query<LoadSnapshot | undefined>({
      kind: "load",
      marksFrom: before?.nextMark ?? 0,
      lostFrom: before?.nextLost ?? 0,
    });
    if (snapshot !== undefined && useLoad.getState().snapshot === before) take(before, snapshot);
  } finally {
    isAsking = false;
  }
}

function take(before: LoadSnapshot | undefined, snapshot: LoadSnapshot): void {
  if (before !== undefined && before.id !== snapshot.id) {
    // Its numbers begin anew: what came along was cut by the old run's, and comes whole the next time.
    useLoad.setState({ snapshot: { ...snapshot, nextMark: 0, nextLost: 0 }, isStarting: false });
    return;
  }
  if (before !== undefined && before.endedUs !== undefined && before.nextMark === snapshot.nextMark) return; // nothing more will come
  useLoad.setState((s) => ({
    snapshot,
    isStarting: s.isStarting && before?.endedUs !== undefined,
    marks: [...s.marks, ...snapshot.marks].slice(-marksMax),
    lost: [...s.lost, ...snapshot.lost].slice(-lostMax),
  }));
}
