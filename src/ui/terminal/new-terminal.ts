import { usePage } from "../store/store.ts";
import { openTerminal } from "./transcript.ts";

/** One more terminal beside those that are open; gives its number. */
export function addTerminal(isShown: boolean): number {
  const { open, shown } = usePage.getState().tabs;
  const fresh = Math.max(...open) + 1;
  openTerminal(fresh);
  usePage.setState({ tabs: { open: [...open, fresh], shown: isShown ? fresh : shown } });
  return fresh;
}

/** Runs once the terminal reads a line, which a new one does when its shell is up; never when it is closed before. */
export function whenReading(terminal: number, run: () => void): void {
  if (usePage.getState().terminals.get(terminal)?.prompt !== undefined) {
    run();
    return;
  }
  const stop = usePage.subscribe(({ tabs, terminals }) => {
    const isGone = !tabs.open.includes(terminal);
    if (!isGone && terminals.get(terminal)?.prompt === undefined) return;
    stop();
    if (!isGone) run();
  });
}
