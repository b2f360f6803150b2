import { type LoadWish, loadCommand } from "../../graph/load-targets.ts";
import type { LoadSnapshot } from "../../playground/protocol.ts";
import { skip, usePlayback } from "../graph/playback.ts";
import { onUpdate, query, send } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import { sendLine } from "../terminal/commands.ts";
import { addTerminal, whenReading } from "../terminal/new-terminal.ts";
import { printInterrupt } from "../terminal/transcript.ts";
import { useLoad } from "./load.ts";

const pollMs = 200;
/** A command that has not begun by then will not begin: its terminal has other things to do. */
const startMsMax = 5000;
const marksMax = 60_000;
const lostMax = 2000;

let isAsking = false;
// A worker that ended took its answer along.
onUpdate((update) => {
  if (update.type === "opened") isAsking = false;
});

/** Types the command in the terminal for loads, which is opened when there is none. */
export function startLoad(wish: LoadWish): void {
  // While a film plays time stands: who starts a load wants to see that.
  if (usePlayback.getState().isPlaying) skip();
  const { summary, tabs } = usePage.getState();
  const home = `client/${summary?.clients[0]?.name ?? ""}`;
  const known = useLoad.getState().terminal;
  const terminal = known !== undefined && tabs.open.includes(known) ? known : addTerminal(false);
  useLoad.setState({ terminal, isStarting: true });
  window.setTimeout(() => useLoad.setState({ isStarting: false }), startMsMax);
  whenReading(terminal, () => sendLine(terminal, loadCommand(wish, home)));
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
