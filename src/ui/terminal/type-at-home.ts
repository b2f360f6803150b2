import { usePage } from "../store/store.ts";
import { commands } from "./commands.ts";
import { homeTerminal } from "./home-terminal.ts";
import { openTerminal } from "./transcript.ts";

/** Types a line at the user's own machine, in a new terminal where the others are busy or elsewhere; with `isEntered` also presses Enter. */
export function typeAtHome(text: string, isEntered: boolean): void {
  const free = freeTerminal();
  if (free !== undefined) {
    usePage.setState((s) => ({ tabs: { ...s.tabs, shown: free } }));
    commands.type(free, text, isEntered);
    return;
  }
  const { open } = usePage.getState().tabs;
  const fresh = Math.max(...open) + 1;
  openTerminal(fresh);
  usePage.setState({ tabs: { open: [...open, fresh], shown: fresh } });
  const stop = usePage.subscribe(({ tabs, terminals }) => {
    const isGone = !tabs.open.includes(fresh);
    if (!isGone && terminals.get(fresh)?.prompt === undefined) return; // its shell is not up yet
    stop();
    if (!isGone) commands.type(fresh, text, isEntered);
  });
}

function freeTerminal(): number | undefined {
  const { tabs, terminals, summary } = usePage.getState();
  return homeTerminal(tabs, terminals, `client/${summary?.clients[0]?.name ?? ""}`);
}
